/// Critics: all pairs against pair by pair, symmetries, fixed terms, densities; and scores a few rows at a time.
module Mice.Information.Tests.CriticTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.JointTable

let private key = Key.ofSeed 11UL

let private sample name shape =
    Tensor.randn (Key.named name key) Kind.float64 shape

let private mlp widths = Encoder.mlp Nn.tanh widths

let private parametersOf (critic: Critic) =
    critic.Init key |> Params.convert DType.Float64

let private density =
    ConditionalDensity.gaussianMixture 3 3 (mlp [ 3; 8; ConditionalDensity.outputs 3 3 ])

/// Critics of x and y with three numbers each.
let private critics =
    [
        Critic.separable (mlp [ 3; 8; 4 ]) (mlp [ 3; 8; 4 ])
        Critic.bilinear 4 5 (mlp [ 3; 8; 4 ]) (mlp [ 3; 8; 5 ])
        Critic.concatenated Nn.relu 3 3 [ 8; 8 ]
        Critic.hybrid 8 (mlp [ 3; 8; 4 ]) (mlp [ 3; 4 ]) (Layer.mlp Nn.silu [ 4; 8; 1 ])
        Critic.concatenated Nn.relu 3 3 [ 8 ] |> Critic.withFixedFeatures Tensor.sin Tensor.cos
        Critic.separable (mlp [ 3; 4 ]) (mlp [ 3; 4 ]) |> Critic.withBaseline (mlp [ 3; 8; 1 ])
        Critic.separable (mlp [ 3; 4 ]) (mlp [ 3; 4 ]) |> Critic.withPairBaseline (mlp [ 6; 8; 1 ])
        Critic.bilinear 4 4 (mlp [ 3; 4 ]) (mlp [ 3; 4 ])
        |> CriticSymmetry.average (PairSymmetry.group [ PairSymmetry.swap; PairSymmetry.globalFlip ])
        density
    ]

let private scoresOf pairing critic p x y =
    Critic.scores pairing Mode.Evaluation critic p x y

let private maxDifference (a: Tensor) (b: Tensor) =
    Tensor.abs (a - b) |> Tensor.max |> Tensor.item

let private everyBound =
    [
        Bound.donskerVaradhan
        Bound.nwj
        Bound.uba
        Bound.infoNce
        Bound.jensenShannon
        Bound.smile 2.0
        Bound.club
        Bound.leaveOneOut
        Bound.barberAgakov 1.0<nat>
    ]

[<Tests>]
let tests =
    testList
        "CriticTests"
        [
            test "all pairs and pair by pair give the same scores" {
                let x, y = sample "x" [ 7; 3 ], sample "y" [ 7; 3 ]

                for critic in critics do
                    let p = parametersOf critic
                    let all = scoresOf Pairing.AllPairs critic p x y
                    let rolls = scoresOf (Pairing.Rolls 6) critic p x y
                    // Matrix products and sums over at most 8 terms in double precision.
                    Expect.isTrue (maxDifference all.Joint rolls.Joint < 1e-12) critic.Name

                    let sorted (s: Scores) =
                        Scores.product s |> Tensor.toArray<float> |> Array.chunkBySize 6 |> Array.map Array.sort

                    let worst =
                        Array.map2 (Array.map2 (fun a b -> abs (a - b))) (sorted all) (sorted rolls)
                        |> Array.concat
                        |> Array.max

                    Expect.isTrue (worst < 1e-12) $"{critic.Name}: {worst}"
            }

            test "the concatenated critic is a network on x and y side by side" {
                let critic = Critic.concatenated Nn.relu 3 2 [ 8; 8 ]
                let p = parametersOf critic
                let x, y = sample "x" [ 5; 3 ], sample "y" [ 5; 2 ]
                let tensor path = Params.tensor path p
                let weight = Tensor.cat 1 [ tensor "x.1.weight"; tensor "y.1.weight" ]

                let plain =
                    Tensor.cat 1 [ x; y ]
                    |> Nn.linear weight (Some(tensor "x.1.bias" + tensor "y.1.bias"))
                    |> Nn.relu
                    |> Nn.linear (tensor "head.1.0.weight") (Some(tensor "head.1.0.bias"))
                    |> Nn.relu
                    |> Nn.linear (tensor "head.1.1.weight") (Some(tensor "head.1.1.bias"))
                    |> Tensor.squeeze -1

                Expect.isTrue
                    (maxDifference plain (scoresOf Pairing.AllPairs critic p x y).Joint < 1e-12)
                    "the scores are those of the plain network"
            }

            test "separable, bilinear and hybrid critics are their formulas" {
                let x, y = sample "x" [ 5; 3 ], sample "y" [ 5; 3 ]

                let check (critic: Critic) (formula: Params -> Tensor) =
                    let p = parametersOf critic
                    let joint = (scoresOf (Pairing.Rolls 1) critic p x y).Joint
                    Expect.isTrue (maxDifference joint (formula p) < 1e-12) critic.Name

                let encoderX, encoderY, head =
                    mlp [ 3; 8; 4 ], mlp [ 3; 8; 4 ], Layer.mlp Nn.silu [ 4; 8; 1 ]

                let codes p =
                    encoderX.Apply Mode.Evaluation (Params.find "x" p) x,
                    encoderY.Apply Mode.Evaluation (Params.find "y" p) y

                check (Critic.separable encoderX encoderY) (fun p ->
                    let u, v = codes p
                    Tensor.sumOver [ 1 ] (u * v) * 0.5)

                check (Critic.bilinear 4 4 encoderX encoderY) (fun p ->
                    let u, v = codes p
                    let through = Tensor.matmul u (Params.tensor "weight" p |> Tensor.transpose 0 1)
                    Tensor.sumOver [ 1 ] (through * v))

                check (Critic.hybrid 4 encoderX encoderY head) (fun p ->
                    let u, v = codes p
                    head.Apply Mode.Evaluation (Params.find "head" p) (u + v) |> Tensor.squeeze 1)
            }

            test "a symmetric critic does not notice swaps, reflections and flips" {
                let x, y = sample "x" [ 5; 1; 4; 4 ], sample "y" [ 5; 1; 4; 4 ]

                let encoder () =
                    Encoder.conv2d Nn.silu 0.0 [ 1; 3 ] [ 2 ] 6

                let symmetries =
                    [
                        PairSymmetry.exchange 3
                        PairSymmetry.reflection [ 2 ]
                        PairSymmetry.globalFlip
                    ]

                let group = PairSymmetry.group symmetries
                Expect.equal group.Length 8 "three symmetries make a group of eight"
                let plain = Critic.bilinear 6 6 (encoder ()) (encoder ())
                let symmetric = CriticSymmetry.average group plain
                let p = parametersOf symmetric

                let joint critic (g: PairSymmetry) =
                    let x, y = g.OnX x, g.OnY y
                    let x, y = if g.Swaps then y, x else x, y
                    (scoresOf Pairing.AllPairs critic p x y).Joint

                let reference = joint symmetric PairSymmetry.identity

                for g in group do
                    Expect.isTrue
                        (maxDifference reference (joint symmetric g) < 1e-12)
                        "the scores of an image are those of the original"

                // What the test would not see if the plain critic were symmetric already.
                Expect.isTrue
                    (maxDifference (joint plain PairSymmetry.identity) (joint plain symmetries[0]) > 1e-6)
                    "the plain critic notices a symmetry"
            }

            test "with a fixed term, a network of zeros scores the term alone" {
                let critic =
                    Critic.separable (mlp [ 3; 4 ]) (mlp [ 3; 4 ]) |> Critic.withFixedFeatures (fun x -> x * 2.0) id

                let p = parametersOf critic |> Params.zerosLike
                let x, y = sample "x" [ 5; 3 ], sample "y" [ 5; 3 ]
                let scores = scoresOf Pairing.AllPairs critic p x y

                Expect.isTrue
                    (maxDifference scores.Joint (Tensor.sumOver [ 1 ] (x * y) * 2.0) < 1e-12)
                    "the score is the fixed term's"
            }

            test "a set encoder does not notice the order of the elements" {
                let encoder =
                    Layer.deepSets (Layer.mlp Nn.tanh [ 2; 8; 8 ]) (Layer.mlp Nn.tanh [ 8; 8; 4 ]) |> Encoder.set

                let p = encoder.Init key |> Params.convert DType.Float64
                let x = sample "set" [ 5; 6; 3 ]
                let order = Tensor.ofArray [ 6 ] (Derangement.cycle key 6)
                let code = encoder.Apply Mode.Evaluation p

                Expect.isTrue
                    (maxDifference (code x) (code (Tensor.indexSelect 1 order x)) < 1e-12)
                    "another order of the elements has the same code"
            }

            test "a mixture density integrates to one" {
                let critic =
                    ConditionalDensity.gaussianMixture 3 1 (mlp [ 3; 8; ConditionalDensity.outputs 3 1 ])

                let p = parametersOf critic
                let n, width = 1001, 60.0
                let x = sample "x" [ n; 3 ]

                let y =
                    Tensor.linspace Kind.float64 (-width / 2.0) (width / 2.0) n |> Tensor.unsqueeze 1

                let scores = scoresOf Pairing.AllPairs critic p x y
                let rows = Scores.product scores |> Tensor.exp |> Tensor.sumOver [ 1 ]
                let integrals = (rows + Tensor.exp scores.Joint) * (width / float (n - 1))
                // A trapezoidal sum of Gaussians of widths near 1 in steps of 0.06, cut at 30.
                Expect.isTrue
                    (maxDifference integrals (Tensor.onesLike integrals) < 1e-6)
                    "the density of every x integrates to one"

                match scores.Auxiliary with
                | Some marginal ->
                    equal
                        1e-6
                        (Tensor.sum (Tensor.exp marginal) |> Tensor.item |> fun s -> s * width / float (n - 1))
                        1.0
                        "marginal"
                | None -> failtest "there is no marginal density"
            }

            test "chunks give the value of every bound" {
                let x, y = sample "x" [ 23; 3 ], sample "y" [ 23; 3 ]

                for critic in critics do
                    let p = parametersOf critic
                    let scores = scoresOf Pairing.AllPairs critic p x y

                    let more =
                        if critic.Auxiliary.IsSome then
                            [ Bound.tuba; Bound.interpolated 0.4; Bound.flo; Bound.differenceOfEntropies ]
                        else
                            []

                    for bound in everyBound @ more do
                        let expected = value bound scores
                        let tolerance = 1e-11 * (1.0 + abs expected)

                        equal
                            tolerance
                            (ChunkedScores.value 5 bound critic p x y)
                            expected
                            $"{critic.Name}, {bound.Name}"
            }

            test "chunks give the gradient of every surrogate" {
                let x, y = sample "x" [ 23; 3 ], sample "y" [ 23; 3 ]

                let plain =
                    [
                        Surrogate.donskerVaradhan
                        Surrogate.nwj
                        Surrogate.mine 0.1
                        Surrogate.reMine 0.1 0.5
                        Surrogate.infoNce
                        Surrogate.uba
                        Surrogate.jensenShannon
                        Surrogate.likelihood
                    ]

                for critic in critics do
                    let p = parametersOf critic

                    let more =
                        if critic.Auxiliary.IsSome then
                            [ Surrogate.tuba; Surrogate.interpolated 0.4; Surrogate.flo ]
                        else
                            []

                    for surrogate in plain @ more do
                        let struct (value, gradient, memory) =
                            Grad.valueAndGradientWith
                                (fun p -> scoresOf Pairing.AllPairs critic p x y |> Surrogate.objective surrogate 0.3)
                                p

                        let struct (chunked, chunkedGradient, chunkedMemory) =
                            ChunkedScores.valueAndGradient 5 surrogate 0.3 Mode.Evaluation critic p x y

                        let what = $"{critic.Name}, {surrogate.Name}"
                        let size = 1.0 + Params.globalNorm gradient
                        equal (1e-11 * size) chunked (Tensor.item value) what
                        equal 1e-11 chunkedMemory memory what
                        let apart = Params.addScaled -1.0 chunkedGradient gradient |> Params.globalNorm
                        // Sums of 23² terms in another order.
                        Expect.isTrue (apart <= 1e-11 * size) $"{what}: {apart}"
            }
        ]
