namespace Mice.Benchmarks

open System
open Mice
open Mice.Testing.Measuring

/// Speed of the random numbers against those of .NET.
module KeyBench =
    let private count = 20_000_000

    let private perNumber (work: unit -> unit) =
        Machine.medianSeconds 5 work / float count * 1e9

    let private sum (next: unit -> float) =
        let mutable total = 0.0

        for _ in 1..count do
            total <- total + next ()

        GC.KeepAlive total

    let private run () =
        let generator = Key.ofSeed 1UL |> Key.generator
        let system = Random 1

        let rows =
            [
                "uniform", perNumber (fun () -> sum generator.NextFloat), perNumber (fun () -> sum system.NextDouble)
                "normal", perNumber (fun () -> sum generator.NextNormal), nan
            ]
            |> List.map (fun (name, ours, theirs) ->
                [ name; $"{ours:F2}"; (if Double.IsNaN theirs then "none" else $"{theirs:F2}") ])

        {
            Markdown = Table.markdown [ "ns per number"; "Mice"; "System.Random (seeded)" ] rows
            Passed = true
        }

    let measurement =
        {
            Name = "random"
            Title = "Random numbers"
            Run = run
        }
