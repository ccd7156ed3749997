namespace Mice.Cli

open System
open Mice
open Mice.Entropy
open Mice.Entropy.Models

/// From the command line to a verb. A verb is one to three words; what follows is its own.
[<RequireQualifiedAccess>]
module CommandLine =

    let private verbs: Verb list =
        [
            Melt.verb
            EntropyAtoms.verb
            yield! LatticeSystems.all |> List.map EntropyLattice.verb
            EntropySnapshots.verb
            yield! LatticeSystems.all |> List.map SampleLattice.verb
            Mi.verb
            yield! MdRun.verbs
            yield! Quests.verbs
            yield! AlloyFit.verbs
            AlloyEnumerate.verb
            yield! AlloySampling.verbs
            AlloyTemperingVerb.verb
            yield! Segal.verbs
            yield! BracketVerbs.verbs
            yield! RsmiVerbs.verbs
        ]

    let private words (verb: Verb) = String.concat " " verb.Words

    let private list (some: Verb list) =
        for verb in some do
            printfn "  %-19s %s" (words verb) verb.Summary

        printfn
            "mice VERB --help, or mice help VERB, shows the arguments of a verb; mice completion bash|zsh writes a script for the shell. Exit code: 0 done, 1 checks failed or stopped, 2 bad input, 3 a fault of mice."

        0

    let private help () =
        printfn "mice VERB …"
        list verbs

    let private isHelp (word: string) = word = "--help" || word = "-h"

    let private beginsWith (start: string list) (all: string list) =
        List.length start <= List.length all && List.truncate start.Length all = start

    /// Verbs that begin with the given words, where these are too few for one.
    let private under (given: string list) =
        verbs |> List.filter (fun v -> v.Words.Length > given.Length && beginsWith given v.Words)

    /// The fault of words that are no verb, with the verbs that begin as they do.
    let private unknown (given: string list) =
        let given =
            given
            |> List.takeWhile (fun word -> not (word.StartsWith("-", StringComparison.Ordinal)))
            |> List.truncate 3

        let meant =
            [ given.Length .. -1 .. 0 ]
            |> List.map (fun n -> under (List.truncate n given))
            |> List.find (not << List.isEmpty)

        let known = meant |> List.map words |> String.concat ", "

        match given with
        | [] -> eprintfn "No verb given; known: %s. See mice --help." known
        | _ -> eprintfn "There is no verb '%s'; known: %s. See mice --help." (String.Join(' ', given)) known

        2

    let private completion (shell: string) =
        match Completion.shells |> List.tryFind (fun (name, _) -> name = shell) with
        | Some(_, script) ->
            printfn "%s" (script verbs)
            0
        | None ->
            Display.faults [ MiceError.UnknownName("shell", shell, Completion.shells |> List.map fst) ]
            2

    let private runVerb (estimators: Estimators) (given: string list) =
        match verbs |> List.tryFind (fun v -> beginsWith v.Words given) with
        | Some verb ->
            let rest = List.skip verb.Words.Length given

            if List.exists isHelp rest then
                printfn "%s" (verb.Usage())
                0
            else
                verb.Run estimators (Array.ofList rest)
        | None ->
            match given |> List.filter (isHelp >> not) |> under with
            | some when not (List.isEmpty some) && List.exists isHelp given -> list some
            | _ -> unknown given

    /// <summary>Runs a command line and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        match List.ofArray given with
        | [ "--help" ]
        | [ "-h" ]
        | [ "help" ] -> help ()
        | "help" :: verb -> runVerb estimators (verb @ [ "--help" ])
        | [ "--version" ] ->
            estimators.Versions() |> List.iter (fun (name, version) -> printfn "%s %s" name version)
            0
        | [ "completion"; shell ] -> completion shell
        | words -> runVerb estimators words
