namespace Mice.Benchmarks

open System
open Mice
open Mice.Tensors
open Mice.Testing.Measuring

/// Operators and training steps against PyTorch, in turns on the same machine.
module TensorsBench =

    let private threads = Environment.ProcessorCount
    let private rounds = 15

    /// A training step, to be called again and again.
    let private training (network: Layer) (shape: int list) =
        let x = Tensor.randn (Key.ofSeed 1UL) Kind.float32 shape
        let optimiser = Optimiser.adam AdamOptions.defaults
        let mutable p = network.Init(Key.ofSeed 2UL)
        let mutable s = optimiser.Init p
        let mutable key = Key.ofSeed 3UL
        let mutable step = 0

        fun () ->
            step <- step + 1
            let mode = Mode.Training(Key.item step key)

            let loss p =
                Tensor.mean (Tensor.square (network.Apply mode p x - 1.0))

            let struct (_, p', s') = Optimiser.step optimiser loss p s

            for t in Seq.append (Params.tensors p) (Params.tensors s.Moments) do
                t.Dispose()

            p <- p'
            s <- s'

    let private thousandOperators () =
        let a, b = Tensor.ones Kind.float32 [ 1 ], Tensor.ones Kind.float32 [ 1 ]

        fun () ->
            Tensor.scope (fun () ->
                for _ in 1..1000 do
                    a + b |> ignore)

    let private cnn2 =
        Layer.sequential
            [
                Layer.conv2d Initialiser.fanIn 1 16 3
                Layer.ofFunction (Nn.relu >> Nn.adaptiveMaxPool2d 8 8)
                Layer.conv2d Initialiser.fanIn 16 32 3
                Layer.ofFunction (Nn.relu >> Nn.adaptiveMaxPool2d 4 4 >> Tensor.flatten 1)
                Layer.linear 512 1
            ]

    let private cnn3 =
        Layer.sequential
            [
                Layer.convBlock3d (Nn.leakyRelu 0.01) 0.15 1 22 20
                Layer.ofFunction (Tensor.meanOver [ 2; 3; 4 ])
                Layer.linear 22 1
            ]

    /// Task, what it is, repeats per turn, our work, the goal for ours/PyTorch.
    let private tasks () =
        [
            "overhead", "1,000 additions of two numbers", 20, thousandOperators (), 1.0
            "mlp",
            "step: MLP 64-128-128-1, batch 2,048",
            20,
            training (Layer.mlp Nn.relu [ 64; 128; 128; 1 ]) [ 2048; 64 ],
            1.0
            "cnn2", "step: 2D CNN, 2 blocks, 256×1×16×16", 5, training cnn2 [ 256; 1; 16; 16 ], 1.05
            "cnn3", "step: 3D CNN block of MICE-MD, 16×1×20³", 2, training cnn3 [ 16; 1; 20; 20; 20 ], 1.05
        ]

    /// Answers on standard input like peers/tensors.py, so that two versions of Mice can be measured in turns.
    let serve () =
        Engine.setThreads threads

        let tasks =
            tasks () |> List.map (fun (name, _, _, work, _) -> name, work) |> Map.ofList

        printfn "ready"
        let mutable line = Console.In.ReadLine()

        while not (isNull line) do
            let parts = line.Split ' '
            let repeats = int parts[1]

            let seconds =
                Machine.seconds (fun () ->
                    for _ in 1..repeats do
                        tasks[parts[0]]())

            printfn "%.9f" (seconds / float repeats)
            line <- Console.In.ReadLine()

    /// Our step beside the same step on TorchSharp directly, in turns.
    let private besideBare name repeats (ours: unit -> float) =
        match BareTorchSharp.tryStep name with
        | None -> "–"
        | Some step ->
            let bare () =
                Machine.seconds (fun () ->
                    for _ in 1..repeats do
                        step ())
                / float repeats

            bare () |> ignore
            let struct (_, _, ratio) = Peer.alternate rounds ours bare
            $"{ratio:F2}"

    let private run () =
        Engine.setThreads threads
        let peer = Peer.start "tensors.py" [ string threads ]

        let rows =
            [
                for name, title, repeats, work, goal in tasks () do
                    let ours () =
                        Machine.seconds (fun () ->
                            for _ in 1..repeats do
                                work ())
                        / float repeats

                    let struct (a, b, ratio) =
                        Peer.alternate rounds ours (fun () -> Peer.ask peer name repeats)

                    let bare = besideBare name repeats ours
                    [ title; $"{a * 1e3:F3}"; $"{b * 1e3:F3}"; $"{ratio:F2}"; $"{goal:F2}"; bare ]
            ]

        Peer.stop peer

        {
            Markdown =
                Table.markdown
                    [
                        "Task"
                        "Mice, ms"
                        "PyTorch, ms"
                        "Mice/PyTorch"
                        "goal, at most"
                        "Mice/bare TorchSharp (goal 1.10)"
                    ]
                    rows
                + $"\n\nMedians of {rounds} turns each, taken alternately, {threads} threads; libtorch {Engine.version ()} here, that of Debian 12 (1.13) in PyTorch."
            Passed = true
        }

    let measurement =
        {
            Name = "tensors"
            Title = "Tensors and training steps against PyTorch"
            Run = run
        }
