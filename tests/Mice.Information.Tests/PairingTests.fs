/// Which rows meet which: rolls, second critics, composed symmetries; and where critics start.
module Mice.Information.Tests.PairingTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information

let private key = Key.ofSeed 12UL

/// A critic without parameters: f(x, y) = 100x + y of single numbers, and the same for its second critic, negative.
let private digits: Critic =
    let column (codes: Codes) = Tensor.squeeze 1 codes[0]

    {
        Name = "digits"
        Init = fun _ -> Params.empty
        EncodeX = fun _ _ x -> [| x |]
        EncodeY = fun _ _ y -> [| y |]
        PairSize = 1
        ScoreAll = fun _ u v -> u[0] * 100.0 + Tensor.transpose 0 1 v[0]
        ScorePairs = fun _ u v -> column u * 100.0 + column v
        Auxiliary = Some(fun _ _ x y -> -(Tensor.squeeze 1 x * 100.0 + Tensor.squeeze 1 y))
    }

let private column (values: float list) =
    Tensor.ofArray [ values.Length; 1 ] (List.toArray values)

let private scoresOf pairing critic p x y =
    Critic.scores pairing Mode.Evaluation critic p x y

[<Tests>]
let tests =
    testList
        "PairingTests"
        [
            test "row i meets its own y, then y of the next rows around the batch" {
                let batch = column [ 0.0; 1.0; 2.0; 3.0 ]

                let own = [| 0.0; 101.0; 202.0; 303.0 |]

                for pairing, partners in
                    [
                        Pairing.Rolls 2, [| 1.0; 2.0; 102.0; 103.0; 203.0; 200.0; 300.0; 301.0 |]
                        Pairing.JointOnly, [||]
                        Pairing.AllPairs,
                        [|
                            1.0
                            2.0
                            3.0
                            100.0
                            102.0
                            103.0
                            200.0
                            201.0
                            203.0
                            300.0
                            301.0
                            302.0
                        |]
                    ] do
                    let scores = scoresOf pairing digits Params.empty batch batch
                    Expect.equal (Tensor.toArray<float> scores.Joint) own "every row meets its own y"

                    Expect.equal
                        (Scores.product scores |> Tensor.toArray<float>)
                        partners
                        "the partners of the rows in turn"

                    Expect.equal scores.Partners (partners.Length / 4) "the number of partners of a row"

                    Expect.equal
                        (scores.Auxiliary |> Option.get |> Tensor.toArray<float>)
                        (own |> Array.map (~-))
                        "the second critic sees the rows' own pairs"
            }

            test "baselines see x alone, pair baselines x before y" {
                let layer = Layer.ofFunction (Tensor.slice 1 0 1 1)
                let x, y = column [ 1.0; 2.0; 3.0 ], column [ 5.0; 7.0; 9.0 ]

                for critic in [ Critic.withBaseline layer digits; Critic.withPairBaseline layer digits ] do
                    let scores = scoresOf Pairing.JointOnly critic (critic.Init key) x y

                    Expect.equal
                        (scores.Auxiliary |> Option.get |> Tensor.toArray<float>)
                        [| 1.0; 2.0; 3.0 |]
                        "the baseline sees the first column, x"
            }

            test "a composed symmetry is the first one and then the other" {
                let apply (g: PairSymmetry) struct (x, y) =
                    let x, y = g.OnX x, g.OnY y
                    if g.Swaps then struct (y, x) else struct (x, y)

                // Maps that act on x and y differently tell which side an image came from.
                let maps =
                    [
                        PairSymmetry.identity
                        PairSymmetry.swap
                        PairSymmetry.globalFlip
                        PairSymmetry.exchange 1
                        { PairSymmetry.identity with
                            OnX = (~-)
                        }
                        { PairSymmetry.swap with
                            OnY = Tensor.flip [ 1 ]
                        }
                    ]

                let x = Tensor.randn (Key.named "x" key) Kind.float64 [ 3; 4 ]
                let y = Tensor.randn (Key.named "y" key) Kind.float64 [ 3; 4 ]
                let numbers = Tensor.toArray<float>

                for first, second in List.allPairs maps maps do
                    let struct (a, b) = apply (PairSymmetry.compose first second) struct (x, y)
                    let struct (c, d) = apply second (apply first struct (x, y))
                    Expect.equal (numbers a) (numbers c) "the image of x"
                    Expect.equal (numbers b) (numbers d) "the image of y"
            }

            test "a second critic is averaged over a group too" {
                let symmetric =
                    CriticSymmetry.average (PairSymmetry.group [ PairSymmetry.swap ]) digits

                let scores =
                    scoresOf Pairing.JointOnly symmetric Params.empty (column [ 1.0; 2.0 ]) (column [ 3.0; 4.0 ])
                // Means of 103 and 301, 204 and 402.
                Expect.equal (Tensor.toArray<float> scores.Joint) [| 202.0; 303.0 |] "the mean of both orders"

                Expect.equal
                    (scores.Auxiliary |> Option.get |> Tensor.toArray<float>)
                    [| -202.0; -303.0 |]
                    "the second critic's mean of both orders"
            }

            test "a symmetry of x alone leaves y as it is" {
                let mirrored =
                    PairSymmetry.group
                        [
                            { PairSymmetry.identity with
                                OnX = fun x -> x * -2.0
                            }
                        ]

                let scores =
                    scoresOf
                        Pairing.AllPairs
                        (CriticSymmetry.average mirrored digits)
                        Params.empty
                        (column [ 2.0; 4.0 ])
                        (column [ 1.0; 3.0 ])

                // The mean of 100x + y and −200x + y.
                Expect.equal
                    (Tensor.toArray<float> scores.Joint)
                    [| -99.0; -197.0 |]
                    "joint pairs have the mean over both x"

                Expect.equal
                    (Scores.product scores |> Tensor.toArray<float>)
                    [| -97.0; -199.0 |]
                    "product pairs have the mean over both x"
            }

            test "both halves of the concatenated critic start as one layer over x and y would" {
                let p = (Critic.concatenated Nn.relu 3 13 [ 200 ]).Init key

                for half in [ "x.1.weight"; "y.1.weight" ] do
                    let largest = Params.tensor half p |> Tensor.abs |> Tensor.max |> Tensor.item
                    // Uniform in ±1/√16: the largest of 600 falls below 0.24 with a probability of 1e-10.
                    Expecting.inRange largest 0.24 0.25 $"the largest weight of {half}"
            }

            test "log-widths of densities stay within 8, and r does not depend on x" {
                let critic = ConditionalDensity.gaussianMixture 1 1 (Layer.linear 1 3)

                let parameters logWidth =
                    Params.node
                        [
                            "network",
                            Params.node
                                [
                                    "weight", Params.Leaf(Tensor.zeros Kind.float64 [ 3; 1 ])
                                    "bias", Params.Leaf(Tensor.ofArray [ 3 ] [| 5.0; 0.0; logWidth |])
                                ]
                            "marginal", Params.Leaf(Tensor.ofArray [ 1; 3 ] [| -2.0; 1.5; 0.0 |])
                        ]

                // At the mean, ln N(0; 0, σ) = −ln σ − ½ ln 2π; the one weight is 1 whatever its logit.
                let half = 0.5 * log (2.0 * System.Math.PI)

                let scores logWidth =
                    scoresOf Pairing.JointOnly critic (parameters logWidth) (column [ 0.3; -2.0 ]) (column [ 0.0; 0.0 ])

                for given, logWidth in [ 0.0, 0.0; 1e3, 8.0; -1e3, -8.0 ] do
                    for score in Tensor.toArray<float> (scores given).Joint do
                        Expecting.decimals 10 score (-logWidth - half) $"a log-width of {given} counts as {logWidth}"

                for score in (scores 0.0).Auxiliary |> Option.get |> Tensor.toArray<float> do
                    Expecting.decimals
                        10
                        score
                        (-0.5 * 1.5 * 1.5 - half)
                        "the marginal density is that of its parameters"
            }
        ]
