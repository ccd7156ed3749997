namespace Mice.Benchmarks

open System
open System.Globalization
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Tensors
open Mice.Learning
open Mice.Information
open Mice.Information.Tests
open Mice.Testing.Measuring

/// Training of critics against PyTorch, nearest neighbours against scipy.
[<RequireQualifiedAccess>]
module InformationBench =
    let private threads = Environment.ProcessorCount
    let private columns = 5

    let private drawn (name: string) =
        let task = BenchmarkTasks.benchmark |> List.find (fun t -> t.Name = name)
        task.Draw (Key.ofSeed 4UL) 10_000

    let private write (file: string) (values: 'a[]) =
        File.WriteAllBytes(file, MemoryMarshal.AsBytes(ReadOnlySpan values).ToArray())

    // ---- Training ---------------------------------------------------------------------------------------------------------------------------

    /// Rows in a batch, steps per turn, turns.
    let private sizes = [ 256, 40, 15; 1_024, 10, 15; 4_096, 2, 7 ]

    let private critics =
        let encoder () =
            Encoder.mlp Nn.relu [ columns; 64; 64; 16 ]

        [
            "separable", Critic.separable (encoder ()) (encoder ())
            "concatenated", Critic.concatenated Nn.relu columns columns [ 64; 64 ]
        ]

    let private surrogates =
        [ "infonce", Surrogate.infoNce; "dv", Surrogate.donskerVaradhan ]

    /// Seconds per step of whole trainings, the one look at a hundred validation rows included.
    let private ours samples (split: SampleSplit) critic surrogate batch steps () =
        let options =
            { BoundTrainingOptions.defaults with
                Steps = steps
                BatchSize = batch
                ValidateEvery = steps
            }

        let run = Run.seeded 5UL Run.quiet

        Machine.seconds (fun () ->
            let plan = BoundTraining.plan "critic" options
            let objective = BoundTraining.objective options surrogate critic samples split run
            Training.run plan objective (BoundTraining.start plan critic run) run |> ignore)
        / float steps

    let private trainingRow samples split peer (critic, network) (bound, surrogate) (batch, steps, rounds) =
        // Full pairs of 4,096 rows fill 4.3 GB for each of several layers of PyTorch's concatenated critic.
        if critic = "concatenated" && batch > 1_024 then
            [ critic; bound; $"{batch:N0}"; "left out"; "left out"; ""; "" ]
        else
            let steps, rounds =
                match critic, batch with
                | "concatenated", 256 -> steps / 2, rounds
                | "concatenated", _ -> max 1 (steps / 10), 7
                | _ -> steps, rounds

            let struct (a, b, ratio) =
                Peer.alternate rounds (ours samples split network surrogate batch steps) (fun () ->
                    Peer.ask peer $"{critic}:{bound}:{batch}" steps)

            let goal = if batch <= 1_024 then "1.0" else ""

            [
                critic
                bound
                $"{batch:N0}"
                $"{1.0 / a:F1}"
                $"{1.0 / b:F1}"
                $"{ratio:F2}"
                goal
            ]

    let private runTraining () =
        Engine.setThreads threads
        let struct (x, y) = drawn "multinormal-dense-5-5-0.5"
        let single (sample: Sample) = Array.map float32 sample.Values

        let samples =
            PairedSamples.create [ columns ] (single x) [ columns ] (single y) |> ok

        let split = PairedSamples.split (Key.ofSeed 6UL) 1 0.01 0.01 x.Rows |> ok

        let rows =
            inFolder (fun folder ->
                let file name = Path.Combine(folder, name)
                write (file "x") (single x)
                write (file "y") (single y)

                let peer =
                    Peer.start "information.py" [ string threads; file "x"; file "y"; string columns ]

                let rows =
                    [
                        for critic in critics do
                            for surrogate in surrogates do
                                for size in sizes do
                                    let row = trainingRow samples split peer critic surrogate size
                                    printfn "%s" (String.concat "  " row)
                                    row
                    ]

                Peer.stop peer
                rows)

        let header =
            [
                "critic"
                "bound"
                "K"
                "Mice, steps/s"
                "PyTorch, steps/s"
                "time Mice/PyTorch"
                "goal, at most"
            ]

        {
            Markdown =
                Table.markdown header rows
                + $"\n\nX and Y of {columns} columns, all pairs of a batch, ReLU networks with hidden layers 64-64 (separable: 16 features of each), Adam, "
                + $"the drawing of batches included on both sides; Mice also keeps the running average of the parameters. Medians of turns taken alternately, {threads} threads, float32; libtorch "
                + $"{Engine.version ()} here, that of Debian 12 (1.13) in PyTorch. The concatenated critic with K = 4,096 is left out: each of PyTorch's layers on all 16.8 million "
                + "pairs fills 4.3 GB."
            Passed = true
        }

    // ---- Nearest neighbours -----------------------------------------------------------------------------------------------------------------

    let private peerKraskov (x: Sample) (y: Sample) k runs =
        inFolder (fun folder ->
            let file name = Path.Combine(folder, name)
            write (file "x") x.Values
            write (file "y") y.Values
            let arguments = [ x.Columns; k; threads; runs ] |> List.map string

            match (Peer.text "kraskov.py" (file "x" :: file "y" :: arguments)).Split ' ' with
            | [| value; first; warm |] ->
                let number (text: string) =
                    Double.Parse(text, CultureInfo.InvariantCulture)

                struct (number value, number first, number warm)
            | answer -> failwith $"kraskov.py answered %A{answer}.")

    let private neighbourRow (name: string) task peerRuns =
        let struct (x, y) = drawn task
        let options = NeighbourOptions.defaults
        let mutable value = nan

        let once () =
            let found = Kraskov.mutualInformation KraskovVariant.First options x y |> ok

            value <- float found.Estimate.Value

        let first = Machine.seconds once
        let warm = Machine.medianSeconds 5 once

        // What the script computes, and no more.
        let alone =
            Machine.medianSeconds 5 (fun () -> Kraskov.value KraskovVariant.First options.Neighbours x y |> ignore)

        let struct (theirs, firstOfPeer, warmPeer) =
            peerKraskov x y options.Neighbours peerRuns

        [
            name
            $"{first:F2}"
            $"{warm:F3}"
            $"{alone:F3}"
            $"{firstOfPeer:F2}"
            $"{warmPeer:F3}"
            $"{firstOfPeer / first:F1}"
            $"{warmPeer / warm:F1}"
            $"{warmPeer / alone:F1}"
            "3"
            $"{abs (value - theirs):E0}"
        ]

    let private runNeighbours () =
        let rows =
            [
                neighbourRow "3+3" "spiral-multinormal-sparse-3-3-2-2.0" 6
                neighbourRow "25+25" "multinormal-sparse-25-25-2-2.0" 3
            ]

        {
            Markdown =
                Table.markdown
                    [
                        "columns"
                        "Mice, first call, s"
                        "further calls, s"
                        "value alone, s"
                        "scipy, first call, s"
                        "further calls, s"
                        "first scipy/Mice"
                        "further scipy/Mice"
                        "value alone scipy/Mice"
                        "goal, at least"
                        "difference, nats"
                    ]
                    rows
                + $"\n\nKSG-1, N = 10,000, k = 3, max norm, {threads} threads on both sides. Mice's calls include the error from blocks of rows and the "
                + "search for ties, which the script (cKDTree, query and query_ball_point) does not have; the value alone, in further calls, is the same work. scikit-learn is not on this machine; its "
                + "estimator takes single columns alone."
            Passed = true
        }

    /// `bench information`.
    let training: Measurement =
        {
            Name = "information"
            Title = "Training of critics against PyTorch"
            Run = runTraining
        }

    /// `bench kraskov`.
    let neighbours: Measurement =
        {
            Name = "kraskov"
            Title = "Nearest-neighbour mutual information against scipy"
            Run = runNeighbours
        }
