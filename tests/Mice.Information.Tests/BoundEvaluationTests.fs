/// Evaluation and its errors with the optimal critic; samples and their splits.
module Mice.Information.Tests.BoundEvaluationTests

open Mice
open Mice.Tensors
open Mice.Information
open Xunit
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

[<Fact>]
let ``the bootstrap's error is the spread over independent samples`` () =
    let bounds =
        [
            Bound.donskerVaradhan
            Bound.nwjJs
            Bound.uba
            Bound.infoNce
            Bound.jensenShannon
            Bound.smile 5.0
            Bound.leaveOneOut
        ]

    for bound in bounds do
        let estimates =
            Array.init 60 (fun seed ->
                Tensor.scope (fun () ->
                    let samples = gaussians (uint64 (100 + seed)) 400 1
                    let key = Key.ofSeed (uint64 seed)
                    (BoundEvaluation.pooledValue key 4 bound exactCritic Params.empty samples.X samples.Y).Estimate))

        let spread =
            estimates |> Array.map (fun e -> float e.Value) |> Statistics.variance |> sqrt

        let reported = estimates |> Array.averageBy (fun e -> float e.StandardError)
        // The spread of 60 values is known to 9 %, the mean error better: 30 % is three of these.
        Assert.True(abs (reported / spread - 1.0) < 0.3, $"{bound.Name}: reported {reported}, spread {spread}")

[<Fact>]
let ``the effective number of pairs is that of the exact critic`` () =
    let samples = gaussians 9UL 2000 1

    let result =
        BoundEvaluation.pooledValue
            (Key.ofSeed 1UL)
            10
            Bound.donskerVaradhan
            exactCritic
            Params.empty
            samples.X
            samples.Y
    // Pairs/(1 + χ²) with 1 + χ² = 1/(1 − ρ²); e^{2T*} has a heavy tail, so 15 %.
    let expected = result.ProductPairs * (1.0 - rho * rho)
    Assert.InRange(result.EffectivePairs / expected, 0.85, 1.15)

[<Fact>]
let ``batch means keep InfoNCE below ln batch`` () =
    let samples = gaussians 6UL 400 1

    let mean =
        BoundEvaluation.batchMean 2 Bound.infoNce exactCritic Params.empty samples.X samples.Y

    Assert.True(float mean.Value < log 2.0)
    Assert.Equal(Direction.LowerBound, mean.Direction)

[<Fact>]
let ``the parts of a split are whole blocks, apart from each other and together everything`` () =
    let split = PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.3 1003 |> ok
    let all = Array.concat [ split.Training; split.Validation; split.Test ]
    Assert.Equal<int[]>([| 0..1002 |], Array.sort all)

    let blocks rows =
        rows |> Array.map (fun r -> r / 7) |> Set.ofArray

    for a, b in
        [
            split.Training, split.Test
            split.Training, split.Validation
            split.Validation, split.Test
        ] do
        Assert.Empty(Set.intersect (blocks a) (blocks b))

[<Fact>]
let ``standardised coordinates have mean 0 and variance 1`` () =
    let x = Array.init 200 (fun i -> if i % 2 = 0 then 5.0f else float32 (i * i))

    let samples =
        PairedSamples.create [ 2 ] x [ 2 ] x |> ok |> PairedSamples.standardise

    let mean = Tensor.meanOver [ 0 ] samples.X |> Tensor.toFloats
    let deviation = Tensor.stdOver [ 0 ] 0 samples.X |> Tensor.toFloats
    // Single precision.
    Assert.All(mean, (fun m -> Assert.True(abs m < 1e-5)))
    Assert.Equal(0.0, deviation[0])
    Assert.True(abs (deviation[1] - 1.0) < 1e-5)
