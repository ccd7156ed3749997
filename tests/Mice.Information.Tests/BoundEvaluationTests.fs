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

/// A critic of two columns without parameters, far from any optimum, with a second critic.
let private wrongCritic: Critic =
    { exactCritic with
        PairSize = 16
        ScoreAll = fun _ u v -> Tensor.sin (u[0] * 2.0) + Tensor.transpose 0 1 v[0] * u[0]
        ScorePairs = fun _ u v -> Tensor.squeeze 1 (Tensor.sin (u[0] * 2.0) + u[0] * v[0])
        Auxiliary = Some(fun _ _ x y -> Tensor.squeeze 1 (x * 0.5 - y * 0.25))
    }

[<Fact>]
let ``pooled values are those of the whole matrix, batch means those of the batches`` () =
    // 600² scores of 16 numbers each are two chunks.
    let samples = gaussians 12UL 600 1

    let x, y =
        Tensor.convert DType.Float64 samples.X, Tensor.convert DType.Float64 samples.Y

    let whole bound x y =
        Critic.scores Pairing.AllPairs Mode.Evaluation wrongCritic Params.empty x y
        |> JointTable.value bound

    for bound, pairs in
        [
            Bound.donskerVaradhan, true
            Bound.nwj, true
            Bound.uba, true
            Bound.tuba, true
            Bound.infoNce, true
            Bound.interpolated 0.3, true
            Bound.jensenShannon, true
            Bound.smile 0.5, true
            Bound.flo, true
            Bound.club, true
            Bound.leaveOneOut, true
            Bound.differenceOfEntropies, false
            Bound.barberAgakov 1.0<nat>, false
        ] do
        let pooled =
            BoundEvaluation.pooledValue (Key.ofSeed 3UL) 1 bound wrongCritic Params.empty x y
        // Sums of 360,000 terms in double precision.
        JointTable.equal 1e-10 (nats pooled.Estimate) (whole bound x y) bound.Name
        Assert.Equal(Promise.direction bound.Promise, pooled.Estimate.Direction)
        Assert.Equal(600, pooled.Rows)
        Assert.Equal((if pairs then 600.0 * 599.0 else 0.0), pooled.ProductPairs)
        Assert.Equal(pairs, System.Double.IsFinite pooled.EffectivePairs)

        let batches =
            Array.init 4 (fun b ->
                let part = Tensor.slice 0 (b * 150) ((b + 1) * 150) 1
                whole bound (part x) (part y))

        let mean = BoundEvaluation.batchMean 150 bound wrongCritic Params.empty x y
        JointTable.equal 1e-10 (nats mean) (Statistics.mean batches) $"mean of {bound.Name}"
        JointTable.equal 1e-10 (error mean) (Statistics.standardError batches) $"error of {bound.Name}"

[<Fact>]
let ``the effective number of pairs is (Σ e^f)²/Σ e^{2f}, of all pairs or row by row`` () =
    let samples = gaussians 13UL 600 1

    let x, y =
        Tensor.convert DType.Float64 samples.X, Tensor.convert DType.Float64 samples.Y

    let exponents =
        Critic.scores Pairing.AllPairs Mode.Evaluation wrongCritic Params.empty x y
        |> Scores.product
        |> Tensor.toArray<float>
        |> Array.map exp

    let effective exponents =
        Array.sum exponents ** 2.0 / Array.sumBy (fun e -> e * e) exponents

    let byRow = exponents |> Array.chunkBySize 599 |> Array.sumBy effective

    for bound, expected in
        [
            Bound.donskerVaradhan, effective exponents
            Bound.jensenShannon, effective exponents
            Bound.infoNce, byRow
            Bound.uba, byRow
        ] do
        let found =
            BoundEvaluation.pooledValue (Key.ofSeed 3UL) 1 bound wrongCritic Params.empty x y

        Assert.Equal(1.0, found.EffectivePairs / expected, 9)

/// f = 0.8y, or f = 0.8x.
let private oneSided ofX : Critic =
    { exactCritic with
        ScoreAll =
            fun _ u v ->
                if ofX then
                    u[0] * 0.8 + Tensor.transpose 0 1 (v[0] * 0.0)
                else
                    u[0] * 0.0 + Tensor.transpose 0 1 (v[0] * 0.8)
        ScorePairs = fun _ u v -> Tensor.squeeze 1 (if ofX then u[0] * 0.8 else v[0] * 0.8)
    }

[<Fact>]
let ``errors contain the rows as partners, as a jackknife has them`` () =
    // What T* hides, whose mean over partners is 1 for every row.
    let n = 500
    let samples = gaussians 22UL n 1
    let sp f = log (1.0 + exp f)
    let mean = Array.averageBy
    let difference f = mean id f - log (mean exp f)

    let cases =
        [
            Bound.donskerVaradhan, [ true; false ], difference
            Bound.smile 20.0, [ true; false ], difference
            Bound.nwjJs, [ true; false ], (fun f -> 1.0 + mean id f - mean exp f)
            Bound.jensenShannon, [ true; false ], (fun f -> log 2.0 - 0.5 * mean (fun f -> sp -f) f - 0.5 * mean sp f)
            Bound.uba, [ false ], difference
            Bound.infoNce, [ false ], difference
            Bound.leaveOneOut, [ true ], difference
        ]

    for bound, sides, statistic in cases do
        for ofX in sides do
            let numbers =
                (if ofX then samples.X else samples.Y) |> Tensor.toFloats |> Array.map (fun v -> 0.8 * v)

            let struct (_, expected) = Statistics.jackknife statistic numbers

            let found =
                BoundEvaluation.pooledValue (Key.ofSeed 5UL) 1 bound (oneSided ofX) Params.empty samples.X samples.Y

            // 400 resamples give the error within 4 %; three of these.
            Assert.InRange(error found.Estimate / expected, 0.88, 1.12)

[<Fact>]
let ``rows that repeat in blocks have the error of the blocks`` () =
    let blockRows = 8
    let samples = gaussians 14UL 100 1
    let repeated = Array.init (100 * blockRows) (fun i -> i / blockRows)
    let struct (x, y) = PairedSamples.take repeated samples

    for bound in
        [
            Bound.donskerVaradhan
            Bound.jensenShannon
            Bound.infoNce
            Bound.barberAgakov 1.0<nat>
        ] do
        let deviation blockRows x y =
            (BoundEvaluation.pooledValue (Key.ofSeed 4UL) blockRows bound exactCritic Params.empty x y).Estimate
            |> error

        // The same key draws the same blocks; but 7 in 799 product pairs are of equal rows, with large scores.
        Assert.InRange(deviation blockRows x y / deviation 1 samples.X samples.Y, 0.9, 1.1)
        // Rows resampled on their own would have 1/√8 of it.
        Assert.InRange(deviation 1 x y / deviation blockRows x y, 0.3, 0.41)

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
let ``the parts of a split are whole blocks in random order, apart from each other and together everything`` () =
    let split = PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.3 1003 |> ok
    // 144 blocks, the last one of 2 rows.
    Assert.InRange(split.Validation.Length, 29 * 7 - 5, 29 * 7)
    Assert.InRange(split.Test.Length, 43 * 7 - 5, 43 * 7)
    Assert.NotEqual(43 * 7 - 1, split.Test[split.Test.Length - 1])
    Assert.Equal<int[]>(Array.sort split.Test, split.Test)
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

[<Fact>]
let ``rows are taken in the order that is asked for, and ten blocks are enough`` () =
    let numbers = Array.init 60 float32

    let samples =
        PairedSamples.create [ 1 ] numbers [ 1 ] (Array.map (fun v -> -v) numbers) |> ok

    let struct (x, y) = PairedSamples.take [| 5; 0; 5 |] samples
    Assert.Equal<float32[]>([| 5f; 0f; 5f |], Tensor.toArray<float32> x)
    Assert.Equal<float32[]>([| -5f; -0f; -5f |], Tensor.toArray<float32> y)
    let rolled = PairedSamples.rolled 7 samples
    Assert.Equal<float32[]>(numbers, Tensor.toArray<float32> rolled.X)
    Assert.Equal<float32[]>(Array.init 60 (fun i -> -float32((i + 7) % 60)), Tensor.toArray<float32> rolled.Y)
    PairedSamples.split (Key.ofSeed 1UL) 6 0.2 0.2 60 |> ok |> ignore

    Assert.Equal<string list>(
        [
            "8 blocks of rows are fewer than the 10 needed. Give more samples or shorter blocks."
        ],
        PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.2 60 |> messages
    )
