module Mice.Information.Tests.CrossFitTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Learning
open Mice.Information
open Mice.Tensors
open Mice.Information.Tests.Reference

let private result (held: float) (trained: float) (error: float) : BoundResult =
    let evaluated value : EvaluatedBound =
        {
            Estimate = Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) Direction.LowerBound
            Rows = 10
            ProductPairs = 90.0
            EffectivePairs = 80.0
        }

    {
        Test = evaluated held
        Training = evaluated trained
        Outcome = TrainingOutcome.AllSteps
        Step = 1
        Curve = [||]
    }

/// x and y of two columns, correlated pairwise by 0.8 and −0.3, linearly mixed and shifted.
let private mixed seed rows =
    let g = Key.ofSeed seed |> Key.generator

    let pairs =
        Array.init rows (fun _ ->
            let a, b = g.NextNormal(), g.NextNormal()
            let c = 0.8 * a + 0.6 * g.NextNormal()
            let d = -0.3 * b + sqrt 0.91 * g.NextNormal()
            struct ([| a + b + 3.0; a - 2.0 * b |], [| 0.5 * c; c + d - 1.0 |]))

    let sample pick =
        pairs |> Array.map pick |> Sample.ofRows |> ok

    struct (sample (fun struct (x, _) -> x), sample (fun struct (_, y) -> y), pairs)

let private tensor (s: Sample) =
    Tensor.ofArray [ s.Rows; s.Columns ] (s.Values |> Array.map float32)

[<Tests>]
let tests =
    testList
        "CrossFitTests"
        [
            test "parts are tested once each and never trained on" {
                let property (n, folds, blockRows) =
                    match PairedSamples.folds (Key.ofSeed 2UL) blockRows folds 0.125 n with
                    | Error _ -> n / blockRows < max 10 (4 * folds)
                    | Ok splits ->
                        let tested = splits |> Array.collect (fun s -> s.Test) |> Array.sort

                        tested = Array.init n id
                        && splits
                           |> Array.forall (fun s ->
                               Array.sort (Array.concat [ s.Test; s.Validation; s.Training ]) = Array.init n id
                               && s.Validation.Length > 0
                               && s.Test.Length <= n / folds + 2 * blockRows
                               // No block is cut.
                               && s.Test
                                  |> Array.groupBy (fun r -> r / blockRows)
                                  |> Array.forall (fun (b, rows) ->
                                      rows.Length = min n ((b + 1) * blockRows) - b * blockRows))

                let cases = Gen.zip3 (Gen.choose (10, 400)) (Gen.choose (2, 6)) (Gen.choose (1, 9))
                Expecting.holds 200 (Prop.forAll (Arb.fromGen cases) property)
            }

            test "halfway between training and test rows, with half of the difference in the error" {
                let fit = CrossFitted.ofFolds [ result 0.4 0.6 0.03; result 0.6 0.6 0.04 ]
                Expecting.decimals 12 (float fit.Held.Value) 0.5 "the held-out value is the mean over test parts"
                Expecting.decimals 12 (float fit.Held.StandardError) 0.025 "its error is that of the mean"
                Expect.equal fit.Held.Direction Direction.LowerBound "held-out lower bounds are a lower bound"
                Expecting.decimals 12 (float fit.Centred.Value) 0.55 "the centred value is halfway to the training rows"

                Expecting.decimals
                    12
                    (float fit.Centred.StandardError)
                    (sqrt (0.025 * 0.025 + 0.05 * 0.05))
                    "half of the difference is in its error"

                Expect.equal fit.Centred.Direction Direction.NoBound "the centred value is no bound"
            }

            test "what critics have not learned is what a loss of N^(−½) leaves after the last doubling of the rows" {
                // I(N) = 1 − 3/√N nats.
                let value (rows: float) = (1.0 - 3.0 / sqrt rows) * 1.0<nat>

                for rows in [ 400.0; 10_000.0 ] do
                    Expecting.decimals
                        12
                        (float (VariationalEstimators.notLearned (value rows - value (rows / 2.0))))
                        (float (1.0<nat> - value rows))
                        "what N rows miss"
            }

            test "the Gaussian term is the log density ratio, whatever the linear map of the columns" {
                let rows = 20000
                let struct (x, y, _) = mixed 3UL rows
                let term = GaussianTerm.fit x y
                // 20,000 rows: canonical correlations scatter by (1 − r²)/√N, 0.007 at most.
                Expect.equal term.Canonical.Length 2 "there are two canonical correlations"
                Expecting.inRange term.Canonical[0] 0.79 0.81 "the first canonical correlation is 0.8"
                Expecting.inRange term.Canonical[1] 0.27 0.33 "the second canonical correlation is 0.3"

                Tensor.scope (fun () ->
                    let critic = GaussianTerm.critic term
                    let u = critic.EncodeX Mode.Evaluation Params.empty (tensor x)
                    let v = critic.EncodeY Mode.Evaluation Params.empty (tensor y)
                    let scores = critic.ScorePairs Params.empty u v |> Tensor.toArray<float32>
                    let expected = term.Canonical |> Array.sumBy (fun r -> -0.5 * log (1.0 - r * r))
                    // The mean of the log ratio over the fitted rows is the mutual information of the fitted Gaussian, exactly.
                    Expecting.decimals
                        3
                        (scores |> Array.averageBy float)
                        expected
                        "the mean score is the information of the fitted Gaussian"

                    let few = Tensor.slice 0 0 50 1
                    let all = critic.ScoreAll Params.empty (Array.map few u) (Array.map few v)
                    let diagonal = Tensor.diagonal all |> Tensor.toArray<float32>

                    Array.iter2
                        (fun (a: float32) b ->
                            Expecting.decimals
                                4
                                (float b)
                                (float a)
                                "the diagonal of all scores has the scores of the pairs")
                        diagonal
                        scores[..49])
            }

            test "correlations of independent columns are taken for noise" {
                let g = Key.ofSeed 4UL |> Key.generator

                let sample columns =
                    Sample.create 1000 columns (Array.init (1000 * columns) (fun _ -> g.NextNormal())) |> ok

                let found =
                    List.init 20 (fun _ -> (GaussianTerm.fit (sample 8) (sample 12)).Canonical.Length)
                // The largest of 8 lies at the edge, within a width of N^(−2/3): it may stick out, a second one hardly.
                Expect.isTrue
                    (found |> List.forall (fun n -> n <= 1))
                    $"the numbers of canonical correlations are {found}"

                Expect.isEmpty
                    ((GaussianTerm.fit (sample 600) (sample 500)).Canonical)
                    "more columns than rows leave no correlation"
            }
        ]
