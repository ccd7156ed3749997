namespace Mice.Benchmarks

open System
open Mice
open Mice.Samplers
open Mice.Testing.Measuring

/// Directed loops of interacting dimers against the same algorithm in Numba.
[<RequireQualifiedAccess>]
module DimersBench =
    /// Visits per second on all cores, relative to Numba's chain on one, that are wanted.
    let private goal = 5.0

    let private side, private temperature, private rounds = 32, 1.0, 7

    let private plan =
        DimerChain.plan DimerScattering.minimalBounce (DimerModel.square side temperature)

    /// Seconds per visit of some threads together, each with lanes of its own.
    let private ours (threads: int) =
        let mutable turn = 0

        let visits sweeps key =
            let lane i =
                let key = Key.item i key
                DimerLane(plan.Tables, i, DimerChain.random key plan.Model, key, Worms = sweeps * plan.Worms)

            let lanes = Array.init DimerChain.Lanes lane
            fun () -> DimerWorms.run plan.Tables (fun _ -> false) lanes

        fun sweeps ->
            turn <- turn + 1
            let key = Key.ofSeed (uint64 turn)
            let work = Array.init threads (fun i -> visits sweeps (Key.item i key))
            let mutable total = 0L

            let seconds =
                Machine.seconds (fun () -> total <- work |> Array.Parallel.map (fun run -> run ()) |> Array.sum)

            seconds / float total

    let private row (peer: Peer) (name: string) (threads: int) : struct (string list * float) =
        let ours = ours threads

        let struct (own, theirs, ratio) =
            Peer.alternate rounds (fun () -> ours 5_000) (fun () -> Peer.ask peer "loops" 5_000)

        struct ([ name; $"{1.0 / own:E1}"; $"{1.0 / theirs:E1}"; $"{1.0 / ratio:F1}" ], 1.0 / ratio)

    let private run () =
        let peer =
            Peer.start "dimers.py" [ string side; Number.text (1.0 / temperature); string plan.Worms ]

        let struct (one, _) = row peer "one core" 1

        let struct (all, ratio) =
            row peer $"all {Environment.ProcessorCount} cores" Environment.ProcessorCount

        Peer.stop peer

        {
            Markdown =
                Table.markdown
                    [
                        "site visits per second"
                        "Mice"
                        "Numba, one core"
                        "Mice / Numba"
                        "goal"
                        ""
                    ]
                    [ one @ [ ""; "" ]; all @ [ $"≥ {goal}"; Goal.met (ratio >= goal) ] ]
                + $"\n\nDirected loops with the least bouncing on the {side}×{side} torus at T = {temperature}, medians of {rounds} turns taken alternately. A core of Mice has {DimerChain.Lanes} chains whose loops take turns, Numba has one chain."
            Passed = ratio >= goal
        }

    /// `bench dimers`.
    let measurement: Measurement =
        {
            Name = "dimers"
            Title = "Directed loops of interacting dimers"
            Run = run
        }
