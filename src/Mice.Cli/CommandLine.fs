namespace Mice.Cli

open System

/// From the command line to a verb. A verb is one or two words; what follows is its own.
[<RequireQualifiedAccess>]
module CommandLine =

    let private verbs =
        [
            "melt", "entropy difference and melting temperature from snapshots of solid and liquid"
            "entropy atoms", "excess entropy of one phase from its snapshots"
            "entropy ising", "entropy of an Ising model by MICE, scan, counting, compression"
            "sample ising", "snapshots of an Ising model in a file"
            "sample xy", "snapshots of an XY model in a file"
            "entropy xy", "entropy of an XY model by MICE, scan, integration of energies"
            "entropy snapshots", "entropy of your own lattice snapshots, spins ±1 or angles"
            "mi", "mutual information of two samples"
            "md run na", "molecular dynamics of sodium with LAMMPS: snapshots and a thermo table"
        ]

    let private help () =
        printfn "mice VERB …"

        for verb, text in verbs do
            printfn "  %-17s %s" verb text

        printfn
            "mice VERB --help shows the arguments of a verb. Exit code: 0 done, 1 checks failed or stopped, 2 bad input, 3 a fault of mice."

        0

    let private unknown (given: string[]) =
        let known = verbs |> List.map fst |> String.concat ", "

        match given with
        | [||] -> eprintfn "No verb given; known: %s. See mice --help." known
        | _ ->
            eprintfn
                "There is no verb '%s'; known: %s. See mice --help."
                (String.Join(' ', Array.truncate 2 given))
                known

        2

    let private wantsHelp (arguments: string[]) =
        arguments |> Array.exists (fun a -> a = "--help" || a = "-h")

    let private usage (text: string) =
        printfn "%s" text
        0

    /// <summary>Runs a command line and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        match List.ofArray given with
        | [ "--help" ]
        | [ "-h" ]
        | [ "help" ] -> help ()
        | [ "--version" ] ->
            estimators.Versions() |> List.iter (fun (name, version) -> printfn "%s %s" name version)
            0
        | "melt" :: rest when wantsHelp (Array.ofList rest) -> usage (Arguments.usage<MeltArgument> "melt")
        | "melt" :: rest -> Melt.run estimators (Array.ofList rest)
        | "entropy" :: "atoms" :: rest when wantsHelp (Array.ofList rest) ->
            usage (Arguments.usage<EntropyArgument> "entropy atoms")
        | "entropy" :: "atoms" :: rest -> EntropyAtoms.run estimators (Array.ofList rest)
        | "entropy" :: "ising" :: rest when wantsHelp (Array.ofList rest) ->
            usage (Arguments.usage<IsingArgument> "entropy ising")
        | "entropy" :: "ising" :: rest -> EntropyIsing.run estimators (Array.ofList rest)
        | "entropy" :: "xy" :: rest when wantsHelp (Array.ofList rest) ->
            usage (Arguments.usage<XYArgument> "entropy xy")
        | "entropy" :: "xy" :: rest -> EntropyXY.run estimators (Array.ofList rest)
        | "entropy" :: "snapshots" :: rest when wantsHelp (Array.ofList rest) ->
            usage (Arguments.usage<SnapshotsArgument> "entropy snapshots")
        | "entropy" :: "snapshots" :: rest -> EntropySnapshots.run estimators (Array.ofList rest)
        | "sample" :: model :: rest when wantsHelp (Array.ofList (model :: rest)) ->
            usage (Arguments.usage<SampleArgument> "sample ising|xy")
        | "sample" :: model :: rest -> SampleLattice.run model (Array.ofList rest)
        | "mi" :: rest when wantsHelp (Array.ofList rest) ->
            usage (Arguments.usage<InformationArgument> "mi" + "\n\n" + Mi.methods)
        | "mi" :: rest -> Mi.run estimators (Array.ofList rest)
        | "md" :: "run" :: element :: rest when wantsHelp (Array.ofList (element :: rest)) ->
            usage (
                Arguments.usage<MdArgument> "md run na"
                + "\n\nWithout --resume the run is kept in the directory ELEMENT-PHASE-TEMPERATURE. LAMMPS runs on the processor, on several\n"
                + "threads where it has its package OPENMP and on one otherwise; seeds are 1 to 900000000."
            )
        | "md" :: "run" :: element :: rest -> MdRun.run element (Array.ofList rest)
        | _ -> unknown given
