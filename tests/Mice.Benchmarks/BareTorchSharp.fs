namespace Mice.Benchmarks

open TorchSharp

/// The training steps of the tensor benchmark written on TorchSharp directly: one flat vector of parameters, its
/// gradient by torch.autograd.grad, Adam as a handful of operators on it. What the functional layer costs is seen beside it.
module internal BareTorchSharp =

    type private Forward = torch.Tensor[] -> torch.Tensor -> torch.Tensor

    let private linear (p: torch.Tensor[]) i (x: torch.Tensor) =
        torch.nn.functional.linear (x, p[i], p[i + 1])

    let private relu (x: torch.Tensor) = x.relu ()

    let private mlp: Forward =
        fun p x -> x |> linear p 0 |> relu |> linear p 2 |> relu |> linear p 4

    let private cnn2: Forward =
        fun p x ->
            let block i side (x: torch.Tensor) =
                let y = torch.nn.functional.conv2d (x, p[i], p[i + 1], padding = [| 1L; 1L |])
                torch.nn.functional.adaptive_max_pool2d (relu y, [| side; side |])

            (x |> block 0 8L |> block 2 4L).flatten 1L |> linear p 4

    let private cnn3: Forward =
        fun p x ->
            let y = torch.nn.functional.conv3d (x, p[0], p[1], padding = [| 1L; 1L; 1L |])
            let y = torch.nn.functional.leaky_relu (y, 0.01)
            let kept = torch.empty([| 16L; 22L; 1L; 1L; 1L |]).bernoulli_ 0.85
            let y = y.mul (kept.mul ((1.0 / 0.85).ToScalar()))

            // Adaptive pooling in three dimensions by two and one, as TorchSharp's own calls the wrong kernel.
            let y =
                torch.nn.functional.adaptive_max_pool2d (y.reshape [| 352L; 20L; 20L; 20L |], [| 20L; 20L |])

            let y =
                torch.nn.functional.adaptive_max_pool1d (y.reshape([| 352L; 20L; 400L |]).transpose(1L, 2L), 20L)

            y.reshape([| 16L; 22L; 8000L |]).mean [| 2L |] |> linear p 2

    /// Task, shapes of the parameters, shape of the input, the network.
    let private networks: (string * int64[][] * int64[] * Forward) list =
        [
            "mlp",
            [|
                [| 128L; 64L |]
                [| 128L |]
                [| 128L; 128L |]
                [| 128L |]
                [| 1L; 128L |]
                [| 1L |]
            |],
            [| 2048L; 64L |],
            mlp
            "cnn2",
            [|
                [| 16L; 1L; 3L; 3L |]
                [| 16L |]
                [| 32L; 16L; 3L; 3L |]
                [| 32L |]
                [| 1L; 512L |]
                [| 1L |]
            |],
            [| 256L; 1L; 16L; 16L |],
            cnn2
            "cnn3",
            [| [| 22L; 1L; 3L; 3L; 3L |]; [| 22L |]; [| 1L; 22L |]; [| 1L |] |],
            [| 16L; 1L; 20L; 20L; 20L |],
            cnn3
        ]

    /// A training step, to be called again and again.
    let private training (shapes: int64[][]) (input: int64[]) (forward: Forward) =
        let lengths = shapes |> Array.map (Array.fold (*) 1L)
        let x = torch.randn input
        let mutable p = torch.randn([| Array.sum lengths |]).mul((0.05).ToScalar())
        let mutable m, v = p.zeros_like (), p.zeros_like ()
        let mutable step = 0
        let one, share, square = (1.0).ToScalar(), (0.1).ToScalar(), (0.001).ToScalar()
        let keep, keepSquare = (0.9).ToScalar(), (0.999).ToScalar()

        fun () ->
            step <- step + 1
            use scope = torch.NewDisposeScope()
            let first, second = 1.0 - 0.9 ** float step, sqrt (1.0 - 0.999 ** float step)
            use epsilon = (1e-8 * second).ToScalar()
            use length = (-1e-3 * second / first).ToScalar()
            let whole = p.detach().requires_grad_ true

            let pieces =
                whole.split (lengths, 0L) |> Array.map2 (fun (s: int64[]) t -> t.view s) shapes

            let loss = (forward pieces x).sub(one).square().mean()
            let g = (torch.autograd.grad ([| loss |], [| whole |]))[0]
            let m' = m.mul(keep).add_(g, share)
            let v' = v.mul(keepSquare).addcmul_(g, g, square)
            let p' = p.addcdiv (m', v'.sqrt().add_ epsilon, length)
            loss.item<float32>() |> ignore

            for old in [ p; m; v ] do
                old.Dispose()

            p <- scope.Detach p'
            m <- scope.Detach m'
            v <- scope.Detach v'

    /// The step of a task, if it is one of these.
    let tryStep (task: string) : (unit -> unit) option =
        networks
        |> List.tryPick (fun (name, shapes, input, forward) ->
            if name = task then
                Some(training shapes input forward)
            else
                None)
