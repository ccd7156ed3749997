namespace Mice.Cli

open Argu
open Mice

/// A verb of the command line: one or two words, and what stands behind them.
type Verb =
    {
        /// The words, such as entropy ising.
        Words: string list
        /// What it does, in a few words.
        Summary: string
        /// How it is used.
        Usage: unit -> string
        /// Names of its arguments, such as --size.
        Arguments: unit -> string list
        /// Runs it with the words behind it, and gives the exit code.
        Run: Estimators -> string[] -> int
    }

/// Verbs as values.
[<RequireQualifiedAccess>]
module Verb =
    /// <summary>A verb from its parts; what is wrong with the input is shown line by line.</summary>
    /// <param name="free">Arguments that it takes by what it works on.</param>
    /// <param name="words">Its words.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="notes">What its usage says below the arguments; "" for nothing.</param>
    /// <param name="read">Checks the arguments and reads the files that they name.</param>
    /// <param name="work">The calculation, given the words behind the verb; None when it was stopped.</param>
    /// <param name="finish">Shows and writes the result and gives the exit code.</param>
    let createWith<'own, 'job, 'result when 'own :> IArgParserTemplate>
        (free: FreeArgument list)
        (words: string list, summary: string, notes: string)
        (read: GivenArguments<'own> -> Read<'job>)
        (work: Estimators -> string list -> 'job -> Result<'result, MiceError list> option)
        (finish: Estimators -> 'job -> 'result -> int)
        : Verb =
        let name = String.concat " " words

        let refuse lines =
            lines |> List.distinct |> List.iter (eprintfn "%s")
            2

        let ofFaults = List.map MiceError.message >> refuse

        {
            Words = words
            Summary = summary
            Usage = fun () -> Arguments.usage<'own> name free + (if notes = "" then "" else "\n\n" + notes)
            Arguments = fun () -> Arguments.names<'own> name free
            Run =
                fun estimators given ->
                    match Arguments.parse<'own> name free given with
                    | Error lines -> refuse lines
                    | Ok arguments ->
                        match read arguments with
                        | Error faults -> ofFaults faults
                        | Ok job ->
                            match work estimators (List.ofArray given) job with
                            | None -> 1
                            | Some(Error faults) -> ofFaults faults
                            | Some(Ok result) -> finish estimators job result
        }

    /// <summary>A verb without free arguments.</summary>
    /// <param name="head">Its words, what it does, and what its usage says below the arguments.</param>
    /// <param name="read">As for <c>createWith</c>.</param>
    /// <param name="work">As for <c>createWith</c>.</param>
    /// <param name="finish">As for <c>createWith</c>.</param>
    let create<'own, 'job, 'result when 'own :> IArgParserTemplate>
        (head: string list * string * string)
        (read: GivenArguments<'own> -> Read<'job>)
        (work: Estimators -> string list -> 'job -> Result<'result, MiceError list> option)
        (finish: Estimators -> 'job -> 'result -> int)
        : Verb =
        createWith<'own, 'job, 'result> [] head read work finish
