/// What the command line says of itself, and what shells complete.
module Mice.Cli.Tests.CommandLineTests

open Expecto
open System.Diagnostics
open System.IO
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Cli.Tests.Process

/// What bash would complete for the words of a line, with the script of `mice completion bash`.
let private completed (script: string) (words: string list) : string list =
    let line = words |> List.map (fun w -> $"\"{w}\"") |> String.concat " "

    let program =
        $"{script}\nCOMP_WORDS=(mice {line})\nCOMP_CWORD={words.Length}\n_mice\necho \"${{COMPREPLY[@]}}\""

    let info =
        ProcessStartInfo("bash", [ "-c"; program ], RedirectStandardOutput = true, RedirectStandardError = true)

    match Process.Start info with
    | null -> failwith "bash did not start"
    | bash ->
        use bash = bash
        let out = bash.StandardOutput.ReadToEnd()
        Expect.equal (bash.StandardError.ReadToEnd()) "" "bash has nothing to say against the script"
        out.Split([| ' '; '\n' |], System.StringSplitOptions.RemoveEmptyEntries) |> List.ofArray

[<Tests>]
let tests =
    testList
        "CommandLineTests"
        [
            test "A first word lists its verbs, and help of a verb is its --help" {
                let listed = mice [ "entropy"; "--help" ]
                Expect.equal listed.Code 0 "exit code"

                for verb in [ "entropy atoms"; "entropy ising"; "entropy xy"; "entropy snapshots" ] do
                    Expect.stringContains listed.Out verb "the verb is listed"

                Expect.isFalse (listed.Out.Contains "mice mi") "other verbs are not"

                for verb in [ [ "mi" ]; [ "entropy"; "xy" ]; [ "md"; "run"; "na" ] ] do
                    let help, flag = mice ("help" :: verb), mice (verb @ [ "--help" ])
                    Expect.equal (help.Code, help.Out) (flag.Code, flag.Out) "the same text"
                    Expect.stringContains help.Out "--seed" "it has the arguments of every verb"
            }

            test "A verb that is not whole is refused with those that it may become" {
                let outcome = mice [ "md"; "run" ]
                Expect.equal outcome.Code 2 "exit code"
                let line = Expecting.single outcome.Errors "one line"
                Expect.stringContains line "md run na, md run al" "both are named"
                Expect.isFalse (line.Contains "entropy") "others are not"
            }

            test "bash completes verbs and their arguments" {
                if not (File.Exists "/bin/bash") then
                    skiptest "bash is not here"

                let script = (mice [ "completion"; "bash" ]).Out
                Expect.equal (completed script [ "ent" ]) [ "entropy" ] "a first word"

                Expect.equal
                    (completed script [ "entropy"; "" ])
                    ("atoms" :: (LatticeSystems.all |> List.map _.Name) @ [ "snapshots" ])
                    "all second words"

                Expect.equal
                    (completed script [ "entropy"; "xy"; "--temp" ])
                    [ "--temperature" ]
                    "an argument of a verb"

                Expect.equal (completed script [ "mi"; "--x"; "file"; "--resu" ]) [ "--resume" ] "one of every verb"
            }

            test "A shell without a script is refused" {
                let outcome = mice [ "completion"; "fish" ]
                Expect.equal outcome.Code 2 "exit code"

                Expect.stringContains
                    (Expecting.single outcome.Errors "one line")
                    "bash, zsh"
                    "the known ones are named"

                Expect.stringContains (mice [ "completion"; "zsh" ]).Out "#compdef mice" "zsh has one"
            }
        ]
