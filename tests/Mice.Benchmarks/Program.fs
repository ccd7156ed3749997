module Mice.Benchmarks.Program

open System

/// Measurements of speed: `build.fsx bench`.
let private benches: Measurement list =
    [
        KeyBench.measurement
        TensorsBench.measurement
        ScanBench.measurement
        AtomsBench.reading
        AtomsBench.neighbours
        InformationBench.training
        InformationBench.neighbours
        SamplersBench.measurement
        MiceBench.measurement
    ]

/// Long checks against known answers: `build.fsx verify`.
let private verifications: Measurement list =
    [
        ScanExactVerification.exact
        ScanExactVerification.dense
        MeltingVerification.sodium
        MeltingVerification.aluminium
        SodiumStudy.measurement
        SodiumStudy.long
        ReaderVerification.measurement
        MutualInformationVerification.benchmark
        MutualInformationVerification.further
        MutualInformationVerification.independent
        LatticeVerification.ferromagnet
        LatticeVerification.handedOn
        LatticeVerification.antiferromagnet
        LatticeVerification.planar
        LatticeVerification.planarNaive
        FieldVerification.measurement
    ]

let private runAll (verb: string) (chosen: Measurement list) =
    chosen
    |> List.map (fun measurement ->
        printfn "== %s" measurement.Title

        try
            let finding = measurement.Run()
            printfn "%s\n" finding.Markdown
            Section.write verb measurement finding

            if not finding.Passed then
                eprintfn "%s: not passed." measurement.Name

            finding.Passed
        with NotHere reason ->
            printfn "Left out: %s." reason
            true)
    |> List.forall id

let private choose (verb: string) (known: Measurement list) (names: string list) =
    let unknown =
        names |> List.filter (fun n -> not (List.exists (fun k -> k.Name = n) known))

    match unknown with
    | [] when List.isEmpty names -> if runAll verb known then 0 else 1
    | [] ->
        if runAll verb (known |> List.filter (fun k -> List.contains k.Name names)) then
            0
        else
            1
    | _ ->
        let list = known |> List.map _.Name |> String.concat ", "
        let wrong = String.concat ", " unknown
        eprintfn $"There is no {verb} named {wrong}; known: {list}."
        2

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "bench" :: names -> choose "bench" benches names
    | "verify" :: names -> choose "verify" verifications names
    | [ "replay"; format; seed ] when fst (Int32.TryParse seed) ->
        if ReaderVerification.replay format (int seed) then 0 else 1
    | [ "serve"; "tensors" ] ->
        TensorsBench.serve ()
        0
    | _ ->
        eprintfn "Start this as: dotnet fsi build.fsx bench [NAME …], or verify [NAME …]."
        2
