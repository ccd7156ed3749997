/// Measurements of speed: `build.fsx bench`.
module Mice.Benchmarks.Program

open Mice.Testing.Measuring

let private benches: Measurement list =
    [
        KeyBench.measurement
        TensorsBench.measurement
        ScanBench.measurement
        DenoisingBench.measurement
        AtomsBench.reading
        AtomsBench.neighbours
        InformationBench.training
        InformationBench.neighbours
        SamplersBench.measurement
        MiceBench.measurement
        QuestsBench.speed
        QuestsBench.streaming
        QuestsBench.index
        ChippingBench.measurement
        AlloysBench.measurement
        DimersBench.measurement
        SegalBench.measurement
    ]

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "bench" :: names -> Campaign.run "bench" benches names
    | [ "serve"; "tensors" ] ->
        TensorsBench.serve ()
        0
    | [ "serve"; "quests"; frames ] ->
        QuestsBench.stream (int frames)
        0
    | _ ->
        eprintfn "Start this as: dotnet fsi build.fsx bench [NAME …]."
        2
