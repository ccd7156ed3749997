/// Independent data give 0 within the errors, and negative values are shown as they are.
module Mice.Information.Tests.IndependenceTests

open Expecto
open System.Threading
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference

let private seeds = 20

/// The mean of 20 values lies within three of its errors of 0, and some of them lie below.
let private isZero (name: string) (values: float[]) =
    let mean, deviation = Statistics.mean values, Statistics.standardError values
    Expect.isTrue (abs mean <= 3.0 * deviation) $"{name}: {mean} ± {deviation}"
    Expect.isTrue (Array.exists (fun v -> v < 0.0) values) $"{name}: no value is negative"

let private overSeeds (estimate: Key -> float) =
    Array.init seeds (fun i -> Key.ofSeed 900UL |> Key.item i |> estimate)

let private normal key rows columns =
    let generator = Key.generator key
    Array.init (rows * columns) (fun _ -> generator.NextNormal()) |> Sample.create rows columns |> ok

let private symbols key draws count =
    let generator = Key.generator key
    Array.init draws (fun _ -> generator.NextInt count)

let private rowsOf key rows : PairedSamples =
    let draw name =
        (normal (Key.named name key) rows 1).Values |> Array.map float32

    PairedSamples.create [ 1 ] (draw "x") [ 1 ] (draw "y") |> ok

let private network inputs outputs =
    Layer.mlp Nn.tanh [ inputs; 8; outputs ]

/// Each surrogate with a critic that it can train, the steps that this takes, and the bounds that report it.
let private trained =
    let critic = Critic.concatenated Nn.tanh 1 1 [ 8 ]
    let withBaseline = Critic.withBaseline (network 1 1) critic

    let density =
        ConditionalDensity.gaussianMixture 1 1 (network 1 (ConditionalDensity.outputs 1 1))

    // The optimum of NWJ is 1, where its critic is put at once.
    let ones (x: Tensor) = Tensor.onesLike (Tensor.flatten 1 x)
    let aroundOne = Critic.withFixedFeatures ones ones critic
    let ofDensity = [ Bound.differenceOfEntropies; Bound.club; Bound.leaveOneOut ]

    [
        Surrogate.uba, critic, 30, [ Bound.uba ]
        Surrogate.nwj, aroundOne, 30, [ Bound.nwj ]
        Surrogate.donskerVaradhan, critic, 30, [ Bound.donskerVaradhan ]
        Surrogate.mine 0.1, critic, 30, [ Bound.mine ]
        Surrogate.reMine 0.1 0.0, critic, 30, [ Bound.reMine ]
        Surrogate.infoNce, critic, 30, [ Bound.infoNce ]
        Surrogate.jensenShannon, critic, 30, [ Bound.jensenShannon; Bound.nwjJs; Bound.smile 5.0 ]
        Surrogate.tuba, withBaseline, 80, [ Bound.tuba ]
        Surrogate.interpolated 0.1, withBaseline, 80, [ Bound.interpolated 0.1 ]
        Surrogate.flo, Critic.withPairBaseline (network 2 1) critic, 80, [ Bound.flo ]
        Surrogate.likelihood, density, 120, ofDensity
    ]

/// Values of the bounds on 240 rows after training on 720.
let private afterTraining surrogate (critic: Critic) steps bounds key =
    let options =
        { BoundTrainingOptions.defaults with
            Steps = steps
            BatchSize = 100
            LearningRate = if steps > 30 then 0.03 else 0.01
            ValidateEvery = 20
            Pairing = Pairing.Rolls 4
        }

    Tensor.scope (fun () ->
        let samples = rowsOf key 1200
        let split = PairedSamples.split key 1 0.2 0.2 1200 |> ok

        let run = { Run.quiet with Key = key }
        let plan = BoundTraining.plan "critic" options
        let objective = BoundTraining.objective options surrogate critic samples split run

        let state =
            Training.run plan objective (BoundTraining.start plan critic run) run |> ok

        let struct (x, y) = PairedSamples.take split.Test samples

        bounds
        |> List.map (fun bound -> (BoundEvaluation.pooledValue key 1 bound critic state.Best x y).Estimate)
        |> List.toArray)

[<Tests>]
let tests =
    testList
        "IndependenceTests"
        [
            test "estimators for continuous and mixed data give 0" {
                let rows = 400
                let x key = normal (Key.named "x" key) rows 2
                let y key = normal (Key.named "y" key) rows 1
                let z key = normal (Key.named "z" key) rows 1
                let options = NeighbourOptions.defaults

                let kraskov variant key =
                    (Kraskov.mutualInformation variant options (x key) (y key) |> ok).Estimate |> nats

                [
                    "Gaussian", (fun key -> GaussianInformation.mutualInformation (x key) (y key) |> ok |> nats)
                    "copula", (fun key -> GaussianInformation.copula (x key) (y key) |> ok |> nats)
                    "KSG-1", kraskov KraskovVariant.First
                    "KSG-2", kraskov KraskovVariant.Second
                    "conditional KSG",
                    (fun key -> (Kraskov.conditional options (x key) (y key) (z key) |> ok).Estimate |> nats)
                    "Ross",
                    (fun key ->
                        (MixedInformation.estimate options (symbols (Key.named "labels" key) rows 3) (x key) |> ok)
                            .Estimate
                        |> nats)
                ]
                |> List.iter (fun (name, estimate) -> overSeeds estimate |> isZero name)
            }

            test "estimators for discrete data give 0, the plug-in after its known bias" {
                let draws, count = 1000, 4
                let x key = symbols (Key.named "x" key) draws count
                let y key = symbols (Key.named "y" key) draws count
                let z key = symbols (Key.named "z" key) draws 2

                let both method key =
                    ok (JointCounts.ofSymbols [ x key; y key ])
                    |> DiscreteInformation.mutualInformation method
                    |> ok
                    |> nats

                let conditional method key =
                    ok (JointCounts.ofSymbols [ x key; y key; z key ])
                    |> DiscreteInformation.conditional method
                    |> ok
                    |> nats

                for method in
                    [
                        EntropyMethod.MillerMadow
                        EntropyMethod.Grassberger
                        EntropyMethod.Jackknife
                    ] do
                    overSeeds (both method) |> isZero $"{method}"
                    overSeeds (conditional method) |> isZero $"conditional {method}"

                // (m − 1)²/(2N), twice where two values of z have half of the draws each.
                let bias = float ((count - 1) * (count - 1)) / (2.0 * float draws)

                overSeeds (both EntropyMethod.MaximumLikelihood)
                |> Array.map (fun v -> v - bias)
                |> isZero "plug-in"

                overSeeds (conditional EntropyMethod.MaximumLikelihood)
                |> Array.map (fun v -> v - 2.0 * bias)
                |> isZero "conditional plug-in"
            }

            test "bounds with quickly trained critics give 0" {
                for surrogate, critic, steps, bounds in trained do
                    let runs =
                        Array.init seeds (fun i ->
                            Key.ofSeed 900UL |> Key.item i |> afterTraining surrogate critic steps bounds)

                    bounds
                    |> List.iteri (fun b bound ->
                        let estimates = runs |> Array.map (fun run -> run[b])
                        estimates |> Array.map nats |> isZero bound.Name
                        // A critic that is not at its optimum gives less than 0, and never more.
                        let above e = nats e > 4.0 * error e
                        Expect.isFalse (bound.Promise = Promise.Lower && Array.exists above estimates) bound.Name)
            }
        ]
