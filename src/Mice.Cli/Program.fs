module internal Mice.Cli.Program

open System
open Mice.Cli

[<EntryPoint>]
let main given =
    try
        CommandLine.run Estimators.standard given
    with e ->
        // A bug: one line that can be reported, and no stack trace unless it is asked for.
        match Environment.GetEnvironmentVariable "MICE_TRACE" with
        | null -> eprintfn "Internal error (%s): %s" (e.GetType().Name) (e.Message.ReplaceLineEndings " ")
        | _ -> eprintfn "%O" e

        3
