module Mice.Tensors.Tests.LayerTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

[<Tests>]
let tests =
    testList
        "LayerTests"
        [
            test "gradients of convolutions, pooling and normalisation equal central differences" {
                forCases 5 (fun c ->
                    let image = uniform c.Seed -1.0 1.0 [ 2; c.Depth; 4; 3 + c.Columns ]
                    let volume = uniform c.Seed -1.0 1.0 [ 1; c.Depth; 3; 3; 4 ]
                    let w2 = uniform (c.Seed + 1) -1.0 1.0 [ 2; c.Depth; 3; 3 ]
                    let w3 = uniform (c.Seed + 1) -1.0 1.0 [ 2; c.Depth; 3; 3; 3 ]
                    let bias = uniform (c.Seed + 2) -1.0 1.0 [ 2 ]
                    let scale = uniform (c.Seed + 3) 0.5 1.5 [ c.Depth ]
                    let wide = uniform (c.Seed + 3) 0.5 1.5 [ 3 + c.Columns ]

                    for f in
                        [
                            Nn.conv2d 1 1 w2 (Some bias)
                            Nn.conv2d 2 0 w2 None
                            Nn.adaptiveMaxPool2d 2 2
                            Nn.maxPool2d 2
                            Nn.averagePool2d 2
                            Nn.layerNorm wide wide
                            Nn.groupNorm 1 scale scale
                            Nn.batchNorm scale scale
                            Nn.channelDropout (Key.ofSeed 4UL) 0.5
                        ] do
                        checkGradient f image

                    for f in
                        [
                            Nn.conv3d 1 1 w3 (Some bias)
                            Nn.adaptiveMaxPool3d 2 2 2
                            Nn.maxPool3d 2
                            Nn.averagePool3d 2
                        ] do
                        checkGradient f volume

                    checkGradient (fun w -> Nn.conv2d 1 1 w (Some bias) image) w2
                    checkGradient (fun b -> Nn.conv2d 1 1 w2 (Some b) image) bias

                    checkGradient
                        (fun w -> Nn.linear w None (uniform 1 -1.0 1.0 [ 4; 5 ]))
                        (uniform 2 -1.0 1.0 [ 3; 5 ]))
            }

            test "a convolution equals its loops" {
                let x, w = uniform 1 -1.0 1.0 [ 1; 2; 4; 5 ], uniform 2 -1.0 1.0 [ 3; 2; 3; 3 ]
                let a, b = Tensor.toArray<float> x, Tensor.toArray<float> w

                let pixel c i j =
                    if i < 0 || j < 0 || i > 3 || j > 4 then
                        0.0
                    else
                        a[(c * 4 + i) * 5 + j]

                let expected =
                    [|
                        for o in 0..2 do
                            for i in 0..3 do
                                for j in 0..4 do
                                    Seq.sum (
                                        seq {
                                            for c in 0..1 do
                                                for di in 0..2 do
                                                    for dj in 0..2 do
                                                        pixel c (i + di - 1) (j + dj - 1)
                                                        * b[((o * 2 + c) * 3 + di) * 3 + dj]
                                        }
                                    )
                    |]

                close 1e-13 expected (Nn.conv2d 1 1 w None x |> Tensor.toArray)
            }

            test "large products and images have the same values and derivatives in single precision as in double" {
                // Sums of some hundred products, rounded to 24 bits each, between numbers of the order of their largest.
                let near (double: Tensor) (single: Tensor) =
                    let scale = Tensor.max (Tensor.abs double) |> Tensor.item
                    let difference = Tensor.convert DType.Float64 single - double

                    Expect.isLessThan
                        (Tensor.max (Tensor.abs difference) |> Tensor.item)
                        (2e-5 * scale)
                        "largest difference"

                let same (f: Tensor -> Tensor) (x: Tensor) =
                    let once (t: Tensor) =
                        Grad.grad (fun t -> Tensor.sum (Nn.tanh (f t))) t

                    let twice (t: Tensor) =
                        Grad.grad (fun t -> Tensor.sum (Tensor.square (once t))) t

                    for g in [ f; once; twice ] do
                        near (g x) (g (Tensor.convert DType.Float32 x))

                let like (t: Tensor) (w: Tensor) = Tensor.convert t.DType w
                let weight, bias = uniform 1 -0.2 0.2 [ 64; 128 ], uniform 2 -1.0 1.0 [ 64 ]

                let linear t =
                    Nn.linear (like t weight) (Some(like t bias)) t

                let rows = uniform 3 -1.0 1.0 [ 4; 256; 128 ]
                same linear rows
                same linear (uniform 4 -1.0 1.0 [ 128; 1024 ] |> Tensor.transpose 0 1)
                same (fun w -> Nn.linear w None (like w rows)) weight

                for inputs in [ 1; 3 ] do
                    let image, window =
                        uniform 5 -1.0 1.0 [ 20; inputs; 9; 8 ], uniform 6 -1.0 1.0 [ 4; inputs; 3; 3 ]

                    let pooled t w =
                        Nn.conv2d 1 1 w None t |> Nn.adaptiveMaxPool2d 3 4

                    same (fun t -> pooled t (like t window)) image
                    same (fun w -> pooled (like w image) w) window
            }

            test "dropout keeps the mean, depends on its key alone and is off in evaluation" {
                let x = Tensor.ones Kind.float64 [ 100_000 ]
                let drop key = Nn.dropout (Key.ofSeed key) 0.3 x
                let mean = drop 1UL |> Tensor.mean |> Tensor.item
                // The mean of 1e5 variables with standard deviation √(0.3/0.7) = 0.65: error 0.002; five of them.
                Expecting.inRange mean 0.99 1.01 "mean lies in its range"

                Expect.equal
                    (drop 1UL |> Tensor.toArray<float>)
                    (drop 1UL |> Tensor.toArray<float>)
                    "the same key drops the same elements"

                Expect.notEqual
                    (drop 2UL |> Tensor.toArray<float>)
                    (drop 1UL |> Tensor.toArray<float>)
                    "drop 2UL differs from drop 1UL"

                let layer = Layer.dropout 0.3

                Expect.equal
                    (layer.Apply Mode.Evaluation Params.empty x |> Tensor.toArray<float>)
                    (Tensor.toArray<float> x)
                    "layer apply of evaluation equals x"
            }

            test "a set encoder does not see the order of a set, nor its empty places" {
                let encoder =
                    Layer.deepSets (Layer.mlp Nn.silu [ 3; 8; 8 ]) (Layer.mlp Nn.silu [ 8; 8; 2 ])

                let p = encoder.Init(Key.ofSeed 1UL) |> Params.convert DType.Float64
                let x, w = uniform 2 -1.0 1.0 [ 4; 5; 3 ], uniform 3 0.0 1.0 [ 4; 5 ]
                let order = Tensor.ofArray [ 5 ] [| 3; 1; 4; 0; 2 |]

                let out elements weights =
                    encoder.Apply Mode.Evaluation p elements weights |> Tensor.toArray<float>

                close 1e-13 (out x w) (out (Tensor.indexSelect 1 order x) (Tensor.indexSelect 1 order w))
                let padded = Tensor.cat 1 [ x; Tensor.full Kind.float64 [ 4; 2; 3 ] 9.0 ]
                close 1e-13 (out x w) (out padded (Tensor.cat 1 [ w; Tensor.zeros Kind.float64 [ 4; 2 ] ]))
            }

            test "initialisers have the spread that they promise" {
                let spread (init: Initialiser) =
                    Tensor.stdOver [ 0; 1 ] 1 (init (Key.ofSeed 9UL) [ 300; 200 ]) |> Tensor.item
                // 60,000 draws: the standard deviation is known to 0.3 %; 2 % is beyond doubt.
                let near (expected: float) actual =
                    Expecting.inRange (actual / expected) 0.98 1.02 "actual over expected lies in its range"

                near (sqrt (2.0 / 500.0)) (spread Initialiser.xavierUniform)
                near (sqrt (2.0 / 500.0)) (spread Initialiser.xavierNormal)
                near (sqrt (2.0 / 200.0)) (spread Initialiser.kaimingUniform)
                near (sqrt (2.0 / 200.0)) (spread Initialiser.kaimingNormal)
                near (1.0 / sqrt (3.0 * 200.0)) (spread Initialiser.fanIn)
            }

            test "trees map, zip, fold, count and find" {
                let p = (Layer.mlp Nn.relu [ 3; 4; 2 ]).Init(Key.ofSeed 1UL)

                Expect.equal
                    (Params.flatten p |> Array.map fst)
                    [| "0.weight"; "0.bias"; "1.weight"; "1.bias" |]
                    "paths from left to right"

                Expect.equal (Params.count p) (3L * 4L + 4L + 4L * 2L + 2L) "all numbers are counted"
                Expect.equal ((Params.tensor "1.weight" p).Shape) [| 2; 4 |] "the tensor at the path"
                let doubled = Params.add p p

                for _, a, b in Params.zip doubled (Params.scale 2.0 p) do
                    close 0.0 (Tensor.toFloats a) (Tensor.toFloats b)

                let other = Params.node [ "x", Params.Leaf(Tensor.ones Kind.float32 [ 1 ]) ]

                Expecting.throws<TensorException>
                    (fun () -> Params.map2 (+) p other |> ignore)
                    "map2 of p throws TensorException"
                |> ignore

                Expecting.throws<TensorException>
                    (fun () -> Params.tensor "0.missing" p |> ignore)
                    "tensor of p throws TensorException"
                |> ignore
            }

            test "linear algebra undoes itself and has the right gradients" {
                forCases 20 (fun c ->
                    let n = c.Rows
                    let b = uniform c.Seed -1.0 1.0 [ n; n ]
                    let unit = Tensor.eye Kind.float64 n
                    // Symmetric and positive definite, with eigenvalues of at least 1: all of these are well conditioned.
                    let spd x =
                        Tensor.matmul x (Tensor.transpose 0 1 x) + unit

                    let a = spd b

                    let product x y =
                        Tensor.matmul x y |> Tensor.toArray<float>

                    let numbers (x: Tensor) = Tensor.toArray<float> x
                    let l = Linalg.cholesky a
                    let struct (sign, logDet) = Linalg.slogdet a
                    let struct (values, vectors) = Linalg.eigh a
                    let struct (u, s, vt) = Linalg.svd b
                    let struct (q, r) = Linalg.qr b
                    // Products of at most 4 numbers of order 10 in float64.
                    close 1e-12 (numbers unit) (product a (Linalg.inverse a))
                    close 1e-12 (numbers b) (product a (Linalg.solve a b))
                    close 1e-12 (numbers a) (product l (Tensor.transpose 0 1 l))
                    close 1e-12 (numbers (Linalg.det a)) (numbers (sign * Tensor.exp logDet))
                    close 1e-12 (numbers a) (product (vectors * values) (Tensor.transpose 0 1 vectors))
                    close 1e-12 (numbers b) (product (u * s) vt)
                    close 1e-12 (numbers b) (product q r)
                    checkGradient (spd >> Linalg.inverse) b
                    checkGradient (fun x -> Linalg.solve (spd x) x) b
                    checkGradient (spd >> Linalg.cholesky) b
                    checkGradient (fun x -> let struct (_, d) = Linalg.slogdet (spd x) in d) b
                    checkGradient (spd >> Linalg.det) b)
            }

            test "factorisations have the right gradients" {
                forCases 20 (fun c ->
                    let n, m = c.Rows + c.Columns, c.Rows
                    // Columns of a unit matrix, disturbed by less than what makes two of them alike, and stretched apart: full rank, and
                    // eigenvalues and singular values that differ by about one. Where they meet there is no derivative.
                    let stretch = Tensor.arange m |> Tensor.convert DType.Float64
                    let start = Tensor.slice 1 0 m 1 (Tensor.eye Kind.float64 n) * (stretch + 1.0)
                    let x = uniform c.Seed -0.1 0.1 [ n; m ] + start

                    let gram y =
                        Tensor.matmul (Tensor.transpose 0 1 y) y
                    // Signs of vectors are free: only functions that do not see them have a derivative to compare.
                    checkGradient (fun y -> let struct (values, _) = Linalg.eigh (gram y) in values) x

                    checkGradient
                        (fun y ->
                            let struct (values, vectors) = Linalg.eigh (gram y)
                            Tensor.matmul (vectors * Tensor.sqrt values) (Tensor.transpose 0 1 vectors))
                        x

                    checkGradient (fun y -> let struct (_, s, _) = Linalg.svd y in s) x

                    checkGradient
                        (fun y -> let struct (u, s, vt) = Linalg.svd y in Tensor.matmul (u * Tensor.log s) vt)
                        x

                    checkGradient (fun y -> let struct (q, r) = Linalg.qr y in Tensor.matmul (q * q) (Tensor.abs r)) x)
            }

            test "a matrix that is not square is named" {
                let e =
                    Expecting.throws<TensorException>
                        (fun () -> Linalg.inverse (Tensor.zeros Kind.float64 [ 2; 3 ]) |> ignore)
                        "inverse throws TensorException"

                Expect.stringContains
                    e.Message
                    "inverse of [2; 3] float64"
                    "e message contains inverse of [2; 3] float64"
            }
        ]
