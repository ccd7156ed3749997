/// From a trained state to a result, from results to an estimate, and the table of methods.
module Mice.Information.Tests.BoundEstimationTests

open Expecto
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private key = Key.ofSeed 51UL

[<Tests>]
let tests =
    testList
        "BoundEstimationTests"
        [
            test "a result has the best parameters' values on the test rows and on as many training rows" {
                let critic = Critic.concatenated Nn.tanh 1 1 [ 8 ]
                let samples = gaussians 19UL 1000 1
                let split = PairedSamples.split key 10 0.2 0.3 1000 |> ok
                let drawn name = critic.Init(Key.named name key)

                let first =
                    BoundTraining.start
                        (BoundTraining.plan "critic" BoundTrainingOptions.defaults)
                        critic
                        { Run.quiet with Key = key }

                let method = VariationalMethod.byName "dv" |> ok

                let state =
                    { first with
                        Parameters = drawn "last"
                        Best = drawn "best"
                        BestStep = 7
                        Curve =
                            [|
                                {
                                    Step = 7
                                    Loss = 0.1
                                    Held = Some 0.2
                                }
                            |]
                        Outcome = Some(TrainingOutcome.StoppedByPatience 9)
                    }

                let result = BoundEstimation.result key method critic samples split state

                let expected (rows: int[]) blockRows =
                    let struct (x, y) = PairedSamples.take rows samples
                    BoundEvaluation.pooledValue key blockRows Bound.donskerVaradhan critic state.Best x y

                Expect.equal result.Test (expected split.Test 10) "the best parameters' value on the test rows"

                Expect.equal result.Training (expected split.Training[..299] 10) "the same on as many training rows"

                Expect.equal result.Outcome (TrainingOutcome.StoppedByPatience 9) "the outcome is the state's"

                Expect.equal result.Step 7 "the step is that of the best parameters"
                Expect.equal result.Curve state.Curve "the curve is the state's"

                // Blocks of a tenth of the test rows at most.
                let wide =
                    BoundEstimation.result key method critic samples { split with BlockRows = 200 } state

                Expect.equal
                    wide.Test
                    (expected split.Test 30)
                    "blocks of 200 rows become blocks of a tenth of the test rows"
            }

            test "of more test rows than 5,000 the first ones are used" {
                let critic =
                    ConditionalDensity.gaussianMixture 1 1 (Layer.linear 1 (ConditionalDensity.outputs 1 1))

                let samples = gaussians 23UL 18_000 1
                let split = PairedSamples.split key 10 0.2 0.3 samples.Count |> ok

                let state =
                    BoundTraining.start
                        (BoundTraining.plan "critic" BoundTrainingOptions.defaults)
                        critic
                        { Run.quiet with Key = key }

                let method = VariationalMethod.byName "doe" |> ok
                let result = BoundEstimation.result key method critic samples split state
                let struct (x, y) = PairedSamples.take split.Test[..4999] samples

                Expect.equal
                    result.Test.Estimate
                    (BoundEvaluation.pooledValue key 10 Bound.differenceOfEntropies critic state.Best x y |> _.Estimate)
                    "the value of the first 5,000 test rows"

                Expect.equal result.Training.Rows 5000 "as many training rows are used"
            }

            test "results join the mean bootstrap variance with the variance of the mean over critics" {
                let result (value, deviation) : BoundResult =
                    let evaluated =
                        {
                            Estimate = Estimate.create (value * 1.0<nat>) (deviation * 1.0<nat>) Direction.LowerBound
                            Rows = 100
                            ProductPairs = 9900.0
                            EffectivePairs = 5000.0
                        }

                    {
                        Test = evaluated
                        Training = evaluated
                        Outcome = TrainingOutcome.AllSteps
                        Step = 1
                        Curve = [||]
                    }

                let joined =
                    BoundEstimation.combine (List.map result [ 0.5, 0.03; 0.6, 0.04; 0.7, 0.05 ])

                Expecting.decimals 12 (nats joined) 0.6 "the value is the mean over critics"
                // (0.03² + 0.04² + 0.05²)/3 + 0.1²/3.
                Expecting.decimals 12 (error joined) (sqrt (0.005 / 3.0 + 0.01 / 3.0)) "the error joins both variances"

                Expect.equal joined.Direction Direction.LowerBound "lower bounds join to a lower bound"
                let single = BoundEstimation.combine [ result (0.5, 0.03) ]
                Expecting.decimals 12 (error single) 0.03 "one critic keeps its error"
            }

            test "every name stands for its surrogate and bound" {
                for name, surrogate, bound in
                    [
                        "uba", "UBA", "UBA"
                        "nwj", "NWJ", "NWJ"
                        "dv", "DV", "DV"
                        "mine", "MINE", "MINE"
                        "remine", "ReMINE", "ReMINE"
                        "infonce", "InfoNCE", "InfoNCE"
                        "js", "JS", "JS"
                        "nwj-js", "JS", "NWJ-JS"
                        "smile", "JS", "SMILE(5)"
                        "tuba", "TUBA", "TUBA"
                        "interpolated", "I_α(0.01)", "I_α(0.01)"
                        "flo", "FLO", "FLO"
                        "doe", "likelihood", "DoE"
                        "club", "likelihood", "CLUB"
                        "l1out", "likelihood", "L1Out"
                    ] do
                    let method = VariationalMethod.byName name |> ok
                    Expect.equal method.Surrogate.Name surrogate $"the surrogate of {name}"
                    Expect.equal method.Bound.Name bound $"the bound of {name}"
            }

            test "lower bounds say so, and what is none does not" {
                let promised promise =
                    VariationalMethod.all
                    |> List.filter (fun (_, method) -> method.Bound.Promise = promise)
                    |> List.map fst

                Expect.equal (promised Promise.Upper) [ "club"; "l1out" ] "the upper bounds"
                Expect.equal (promised Promise.None) [ "smile"; "doe" ] "those that are no bounds"
            }
        ]
