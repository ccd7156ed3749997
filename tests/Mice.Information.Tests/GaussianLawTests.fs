/// What is known exactly about correlated Gaussians: values and errors of bounds with the exact densities.
module Mice.Information.Tests.GaussianLawTests

open Expecto
open System
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private d, rows = 2, 2000

/// A mixture of one component whose network is q(y|x) = N(ρx, 1 − ρ²) and whose second critic is r(y) = N(0, 1), in d dimensions.
let private density =
    ConditionalDensity.gaussianMixture 1 d (Layer.linear d (ConditionalDensity.outputs 1 d))

let private exactDensity =
    // Log-widths pass through 8 tanh(·/8).
    let logWidth = 8.0 * Math.Atanh(0.5 * log (1.0 - rho * rho) / 8.0)

    let weight =
        Array.init ((2 * d + 1) * d) (fun i ->
            if i / d >= 1 && i / d <= d && i / d - 1 = i % d then
                rho
            else
                0.0)

    let bias = Array.init (2 * d + 1) (fun i -> if i > d then logWidth else 0.0)

    Params.node
        [
            "network",
            Params.node
                [
                    "weight", Params.Leaf(Tensor.ofArray [ 2 * d + 1; d ] weight)
                    "bias", Params.Leaf(Tensor.ofArray [ 2 * d + 1 ] bias)
                ]
            "marginal", Params.Leaf(Tensor.zeros Kind.float64 [ 1; 2 * d + 1 ])
        ]

let private samples =
    let pairs = gaussians 21UL rows d

    struct (Tensor.convert DType.Float64 pairs.X, Tensor.convert DType.Float64 pairs.Y)

let private evaluated bound =
    let struct (x, y) = samples
    (BoundEvaluation.pooledValue (Key.ofSeed 2UL) 1 bound density exactDensity x y).Estimate

/// Values within four errors, and errors within 12 %: 400 resamples give them within 4 %, 2,000 rows the spread within 3 %.
let private agrees expected expectedError (estimate: Estimate<nat>) =
    let value, deviation = nats estimate, error estimate
    Expect.isTrue (abs (value - expected) < 4.0 * expectedError) $"{value} against {expected} ± {expectedError}"
    Expecting.inRange (deviation / expectedError) 0.88 1.12 "the error over the exact one"

[<Tests>]
let tests =
    testList
        "GaussianLawTests"
        [
            test "T* is c + ½ρ(A − B) with A and B squares of independent unit normal numbers" {
                let generator = Key.ofSeed 4UL |> Key.generator

                let x, y =
                    Array.init 50 (fun _ -> generator.NextNormal()), Array.init 50 (fun _ -> generator.NextNormal())

                let expected =
                    Array.map2
                        (fun x y ->
                            let a, b =
                                (x + y) ** 2.0 / (2.0 * (1.0 + rho)), (x - y) ** 2.0 / (2.0 * (1.0 - rho))

                            exact 1 + 0.5 * rho * (a - b))
                        x
                        y

                let column (values: float[]) = Tensor.ofArray [ 50; 1 ] values

                let scores =
                    Critic.scores Pairing.JointOnly Mode.Evaluation exactCritic Params.empty (column x) (column y)

                Array.iter2
                    (fun (e: float) a -> Expecting.decimals 10 a e "the score of the exact critic is the formula's")
                    expected
                    (Tensor.toArray<float> scores.Joint)
            }

            test "DoE and BA with the exact densities give I with the errors of their logarithms" {
                // The variance of ln q(y|x) − ln r(y) = T* is dρ², that of ln q(y|x) alone d/2.
                let perRow = rho * sqrt (float d / float rows)
                evaluated Bound.differenceOfEntropies |> agrees (exact d) perRow
                let entropy = 0.5 * float d * log (2.0 * Math.PI * Math.E) * 1.0<nat>
                evaluated (Bound.barberAgakov entropy) |> agrees (exact d) (sqrt (0.5 * float d / float rows))
            }

            test "CLUB with the exact density is dρ²/(1 − ρ²): the mutual and the lautum information" {
                let club = evaluated Bound.club
                let expected = float d * rho * rho / (1.0 - rho * rho)

                Expect.isTrue
                    (abs (nats club - expected) < 4.0 * error club)
                    $"{nats club} against {expected} ± {error club}"

                Expect.isTrue (error club < 0.2) $"the error is {error club}"
                Expect.equal club.Direction Direction.UpperBound "CLUB is an upper bound"
                // Lautum information −⟨T*⟩_Q = dρ²/(1 − ρ²) + (d/2) ln(1 − ρ²).
                let lautum = nats club - nats (evaluated Bound.differenceOfEntropies)

                Expect.isTrue
                    (abs (lautum - (expected - exact d)) < 4.0 * error club)
                    $"the lautum information is {lautum}"
            }

            test "L1Out with the exact density is at least I" {
                let estimate = evaluated Bound.leaveOneOut
                // χ²/(2m) above I, χ² = (1 − ρ²)^−d − 1 = 4.2 and m = 1,999: 0.001.
                Expect.isTrue
                    (abs (nats estimate - exact d) < 4.0 * error estimate + 0.001)
                    $"{nats estimate} ± {error estimate}"

                Expect.isTrue (error estimate < 0.05) $"the error is {error estimate}"
            }
        ]
