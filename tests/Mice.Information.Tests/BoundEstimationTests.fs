/// From a trained state to a result, from results to an estimate, and the table of methods.
module Mice.Information.Tests.BoundEstimationTests

open Mice
open Mice.Tensors
open Mice.Information
open Xunit
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private key = Key.ofSeed 51UL

[<Fact>]
let ``a result has the best parameters' values on the test rows and on as many training rows`` () =
    let critic = Critic.concatenated Nn.tanh 1 1 [ 8 ]
    let samples = gaussians 19UL 1000 1
    let split = PairedSamples.split key 10 0.2 0.3 1000 |> ok
    let drawn name = critic.Init(Key.named name key)
    let first = BoundTraining.start key Device.cpu BoundTrainingOptions.defaults critic
    let method = VariationalMethod.byName "dv" |> ok

    let state =
        { first with
            Parameters = drawn "last"
            Best = drawn "best"
            BestStep = 7
            Curve = [| struct (7, 0.1, 0.2) |]
            Outcome = Some(BoundOutcome.StoppedByValidation 9)
        }

    let result = BoundEstimation.result key method critic samples split state

    let expected (rows: int[]) blockRows =
        let struct (x, y) = PairedSamples.take rows samples
        BoundEvaluation.pooledValue key blockRows Bound.donskerVaradhan critic state.Best x y

    Assert.Equal(expected split.Test 10, result.Test)
    Assert.Equal(expected split.Training[..299] 10, result.Training)
    Assert.Equal(BoundOutcome.StoppedByValidation 9, result.Outcome)
    Assert.Equal(7, result.Step)
    Assert.Equal<struct (int * float * float)[]>(state.Curve, result.Curve)

    // Blocks of a tenth of the test rows at most.
    let wide =
        BoundEstimation.result key method critic samples { split with BlockRows = 200 } state

    Assert.Equal(expected split.Test 30, wide.Test)

[<Fact>]
let ``of more test rows than 5,000 the first ones are used`` () =
    let critic =
        ConditionalDensity.gaussianMixture 1 1 (Layer.linear 1 (ConditionalDensity.outputs 1 1))

    let samples = gaussians 23UL 18_000 1
    let split = PairedSamples.split key 10 0.2 0.3 samples.Count |> ok
    let state = BoundTraining.start key Device.cpu BoundTrainingOptions.defaults critic
    let method = VariationalMethod.byName "doe" |> ok
    let result = BoundEstimation.result key method critic samples split state
    let struct (x, y) = PairedSamples.take split.Test[..4999] samples

    Assert.Equal(
        BoundEvaluation.pooledValue key 10 Bound.differenceOfEntropies critic state.Best x y |> _.Estimate,
        result.Test.Estimate
    )

    Assert.Equal(5000, result.Training.Rows)

[<Fact>]
let ``results join the mean bootstrap variance with the variance of the mean over critics`` () =
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
            Outcome = BoundOutcome.AllSteps
            Step = 1
            Curve = [||]
        }

    let joined =
        BoundEstimation.combine (List.map result [ 0.5, 0.03; 0.6, 0.04; 0.7, 0.05 ])

    Assert.Equal(0.6, nats joined, 12)
    // (0.03² + 0.04² + 0.05²)/3 + 0.1²/3.
    Assert.Equal(sqrt (0.005 / 3.0 + 0.01 / 3.0), error joined, 12)
    Assert.Equal(Direction.LowerBound, joined.Direction)
    let single = BoundEstimation.combine [ result (0.5, 0.03) ]
    Assert.Equal(0.03, error single, 12)

[<Fact>]
let ``every name stands for its surrogate and bound`` () =
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
        Assert.Equal(surrogate, method.Surrogate.Name)
        Assert.Equal(bound, method.Bound.Name)

[<Fact>]
let ``lower bounds say so, and what is none does not`` () =
    let promised promise =
        VariationalMethod.all
        |> List.filter (fun (_, method) -> method.Bound.Promise = promise)
        |> List.map fst

    Assert.Equal<string list>([ "club"; "l1out" ], promised Promise.Upper)
    Assert.Equal<string list>([ "smile"; "doe" ], promised Promise.None)
