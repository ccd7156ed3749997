namespace Mice.Benchmarks

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Autoregressive
open Mice.Samplers
open Mice.Segal
open Mice.Tensors
open Mice.Testing.Measuring

/// Sampling and training of networks for lattices in a field against the published ones in PyTorch.
[<RequireQualifiedAccess>]
module SegalBench =
    /// Goals: seconds of a step on one core, how many times fewer processor seconds than published, difference of ln q.
    let private mostSeconds, private fewerTimes, private largestDifference =
        0.1, 15.0, 1e-5

    /// Turns of each, and steps of ours in a turn.
    let private turns, private steps = 5, 10

    /// Conditions of a step, samples at each.
    let private conditionsOfStep, private samples = 25, 50

    let private range =
        {
            ConditionRange.Temperature = 1.5, 3.5
            Field = -0.4, 0.4
        }

    /// Three layers of two units a site, told T and B, as published.
    let private published: SegalForm =
        {
            Widths = [| 2; 2 |]
            Activation = MaskedActivation.Tanh
            Conditions = ConditionForm.Published(1.0, 1.0)
            KnowsEnergy = false
            Pairs = false
        }

    let private network (form: SegalForm) : SegalNetwork =
        IsingModel.square 10 2.0
        |> SemiGrandSystem.ising
        |> Result.bind (SegalNetwork.create (Key.ofSeed 3UL) form range)
        |> ok

    let private runWith threads = { Run.quiet with Threads = threads }

    let private training: SegalTrainingOptions =
        { SegalPresets.reverse.Options with
            Steps = steps
            Conditions = conditionsOfStep
            Samples = samples
            Annealing = 0.0
        }

    let private train threads (n: SegalNetwork) () =
        SegalTraining.train (runWith threads) training n |> ok |> ignore

    let private draw threads (n: SegalNetwork) () =
        for i in 1..steps do
            let conditions =
                ConditionRange.draw (Key.ofSeed (uint64 i)) conditionsOfStep None range
                |> Array.collect (Array.replicate samples)

            SegalNetwork.sample (runWith threads) n conditions |> ignore

    let private processorSeconds (work: unit -> unit) : float =
        use own = Process.GetCurrentProcess()
        let before = own.TotalProcessorTime
        work ()
        own.Refresh()
        (own.TotalProcessorTime - before).TotalSeconds

    let private perStep measure (work: unit -> unit) () = measure work / float steps

    /// Ours and the peer's seconds of one task in turns.
    let private compared (peer: Peer) (task: string) (ours: unit -> float) : struct (float * float * float) =
        Peer.alternate turns ours (fun () -> Peer.ask peer task 1)

    let private bytes (values: 'a[]) =
        MemoryMarshal.AsBytes(ReadOnlySpan<'a> values).ToArray()

    /// The largest relative difference of ln q of the same states under the same weights.
    let private difference () : float =
        let n = network published
        let conditions = ConditionRange.draw (Key.ofSeed 5UL) 200 None range
        let states = SegalNetwork.sample (runWith 1) n conditions
        let ours = SegalNetwork.logarithms (runWith 1) n conditions states
        let folder = Directory.CreateTempSubdirectory "mice-bench-"

        try
            let write name (content: byte[]) =
                File.WriteAllBytes(Path.Combine(folder.FullName, name), content)

            write "weights.bin" (bytes n.Network.Weights)
            write "states.bin" states

            conditions
            |> Array.collect (fun c -> [| float32 c.Temperature; float32 c.Field |])
            |> bytes
            |> write "conditions.bin"

            Peer.lines "segal.py" [ folder.FullName ]
            |> Seq.map (fun line -> Double.Parse(line, CultureInfo.InvariantCulture))
            |> Array.ofSeq
            |> Array.map2 (fun own other -> abs (own - other) / abs other) ours
            |> Array.max
        finally
            folder.Delete true

    let private row (title: string) (struct (ours, theirs, ratio)) =
        [ title; $"{ours:F3}"; $"{theirs:F2}"; $"{1.0 / ratio:F1}" ]

    /// Rows of one number of cores, with ours and the ratio of processor seconds of a step.
    let private onCores (cores: int) : struct (string list list * float * float) =
        Engine.setThreads cores
        let peer = Peer.start "segal.py" [ string cores ]
        let n = network published
        let called = if cores = 1 then "one core" else $"{cores} cores"

        let step = compared peer "step-cpu" (train cores n |> perStep processorSeconds)

        let rows =
            [
                row $"sampling and training step, {called}, processor seconds" step
                row $"the same, seconds" (compared peer "step" (train cores n |> perStep Machine.seconds))
                row
                    $"sampling alone, {called}, processor seconds"
                    (compared peer "sample-cpu" (draw cores n |> perStep processorSeconds))
                row
                    $"default network of Mice, step, {called}, processor seconds"
                    (compared peer "step-cpu" (train cores (network SegalNetwork.form) |> perStep processorSeconds))
            ]

        Peer.stop peer
        let struct (ours, _, ratio) = step
        struct (rows, ours, 1.0 / ratio)

    let private run () =
        let difference = difference ()
        let struct (one, seconds, fewer) = onCores 1
        let struct (two, _, _) = onCores 2

        {
            Markdown =
                Table.markdown
                    [
                        "Ising model, 10 × 10, 1,250 samples a step"
                        "Mice"
                        "published, PyTorch"
                        "times fewer"
                    ]
                    (one @ two)
                + "\n\n"
                + Table.markdown
                    [ "goals"; "found"; "goal"; "" ]
                    [
                        [
                            "step on one core, processor seconds"
                            $"{seconds:F3}"
                            $"{mostSeconds}"
                            Goal.met (seconds <= mostSeconds)
                        ]
                        [
                            "times fewer processor seconds than published, one core"
                            $"{fewer:F1}"
                            $"{fewerTimes}"
                            Goal.met (fewer >= fewerTimes)
                        ]
                        [
                            "largest relative difference of ln q, same weights"
                            $"{difference:E1}"
                            $"{largestDifference:E0}"
                            Goal.met (difference <= largestDifference)
                        ]
                    ]
                + $"\n\nThe same network in both (three masked layers of two units a site, float32), 25 conditions of 50 samples; medians of {turns} turns taken alternately. The published sampler takes one pass through all layers for every site (a script of our own after the paper and its code, PyTorch of Debian 12); Mice keeps the units of sites that were drawn. The default network of Mice, against the same published step, has four units a site, knows the energy of sites before and draws pairs of flipped configurations. Where PyTorch is slower on two cores than on one, compare with its row of one core. ln q of 200 samples; PyTorch in double precision."
            Passed = difference <= largestDifference
        }

    /// `bench segal`.
    let measurement: Measurement =
        {
            Name = "segal"
            Title = "Networks for lattices in a field against the published ones"
            Run = run
        }
