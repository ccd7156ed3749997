/// Evaluation and its errors with the optimal critic; samples and their splits.
module Mice.Information.Tests.BoundEvaluationTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private pooled seed blockRows bound critic x y =
    BoundEvaluation.pooledValue (Key.ofSeed seed) blockRows bound critic Params.empty x y

[<Tests>]
let tests =
    testList
        "BoundEvaluationTests"
        [
            test "the bootstrap's error is the spread over independent samples" {
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
                                (pooled (uint64 seed) 4 bound exactCritic samples.X samples.Y).Estimate))

                    let spread =
                        estimates |> Array.map (fun e -> float e.Value) |> Statistics.variance |> sqrt

                    let reported = estimates |> Array.averageBy (fun e -> float e.StandardError)
                    // The spread of 60 values is known to 9 %, the mean error better: 30 % is three of these.
                    Expect.isTrue
                        (abs (reported / spread - 1.0) < 0.3)
                        $"{bound.Name}: reported {reported}, spread {spread}"
            }

            test "pooled values are those of the whole matrix, batch means those of the batches" {
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
                    let pooled = pooled 3UL 1 bound wrongCritic x y
                    // Sums of 360,000 terms in double precision.
                    JointTable.equal 1e-10 (nats pooled.Estimate) (whole bound x y) bound.Name

                    Expect.equal
                        pooled.Estimate.Direction
                        (Promise.direction bound.Promise)
                        $"the direction of {bound.Name}"

                    Expect.equal pooled.Rows 600 "all rows were used"

                    Expect.equal
                        pooled.ProductPairs
                        (if pairs then 600.0 * 599.0 else 0.0)
                        $"{bound.Name} uses all product pairs or none"

                    Expect.equal
                        (System.Double.IsFinite pooled.EffectivePairs)
                        pairs
                        $"the effective pairs of {bound.Name} are known where it has product pairs"

                    let batches =
                        Array.init 4 (fun b ->
                            let part = Tensor.slice 0 (b * 150) ((b + 1) * 150) 1
                            whole bound (part x) (part y))

                    let mean = BoundEvaluation.batchMean 150 bound wrongCritic Params.empty x y
                    JointTable.equal 1e-10 (nats mean) (Statistics.mean batches) $"mean of {bound.Name}"
                    JointTable.equal 1e-10 (error mean) (Statistics.standardError batches) $"error of {bound.Name}"
            }

            test "the effective number of pairs is (Σ e^f)²/Σ e^{2f}, of all pairs or row by row" {
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
                    let found = pooled 3UL 1 bound wrongCritic x y

                    Expecting.decimals
                        9
                        (found.EffectivePairs / expected)
                        1.0
                        $"the effective pairs of {bound.Name} over those of the formula"
            }

            test "errors contain the rows as partners, as a jackknife has them" {
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
                        Bound.jensenShannon,
                        [ true; false ],
                        (fun f -> log 2.0 - 0.5 * mean (fun f -> sp -f) f - 0.5 * mean sp f)
                        Bound.uba, [ false ], difference
                        Bound.infoNce, [ false ], difference
                        Bound.leaveOneOut, [ true ], difference
                    ]

                for bound, sides, statistic in cases do
                    for ofX in sides do
                        let numbers =
                            (if ofX then samples.X else samples.Y) |> Tensor.toFloats |> Array.map (fun v -> 0.8 * v)

                        let struct (_, expected) = Statistics.jackknife statistic numbers

                        let found = pooled 5UL 1 bound (oneSided ofX) samples.X samples.Y

                        // 400 resamples give the error within 4 %; three of these.
                        Expecting.inRange
                            (error found.Estimate / expected)
                            0.88
                            1.12
                            $"the error of {bound.Name} over the jackknife's"
            }

            test "rows that repeat in blocks have the error of the blocks" {
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
                        error (pooled 4UL blockRows bound exactCritic x y).Estimate

                    // The same key draws the same blocks; but 7 in 799 product pairs are of equal rows, with large scores.
                    Expecting.inRange
                        (deviation blockRows x y / deviation 1 samples.X samples.Y)
                        0.9
                        1.1
                        $"the error of {bound.Name} in blocks over that of single rows"
                    // Rows resampled on their own would have 1/√8 of it.
                    Expecting.inRange
                        (deviation 1 x y / deviation blockRows x y)
                        0.3
                        0.41
                        $"the error of {bound.Name} without blocks over that with them"
            }

            test "the effective number of pairs is that of the exact critic" {
                let samples = gaussians 9UL 2000 1

                let result = pooled 1UL 10 Bound.donskerVaradhan exactCritic samples.X samples.Y
                // Pairs/(1 + χ²) with 1 + χ² = 1/(1 − ρ²); e^{2T*} has a heavy tail, so 15 %.
                let expected = result.ProductPairs * (1.0 - rho * rho)

                Expecting.inRange
                    (result.EffectivePairs / expected)
                    0.85
                    1.15
                    "the effective pairs over those of the exact critic"
            }

            test "batch means keep InfoNCE below ln batch" {
                let samples = gaussians 6UL 400 1

                let mean =
                    BoundEvaluation.batchMean 2 Bound.infoNce exactCritic Params.empty samples.X samples.Y

                Expect.isTrue (float mean.Value < log 2.0) $"{mean.Value} is below ln 2"
                Expect.equal mean.Direction Direction.LowerBound "InfoNCE is a lower bound"
            }

            test "the parts of a split are whole blocks in random order, apart from each other and together everything" {
                let split = PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.3 1003 |> ok
                // 144 blocks, the last one of 2 rows.
                Expecting.inRange
                    split.Validation.Length
                    (29 * 7 - 5)
                    (29 * 7)
                    "validation has a fifth of the 144 blocks"

                Expecting.inRange split.Test.Length (43 * 7 - 5) (43 * 7) "the test has three tenths of the 144 blocks"
                Expect.notEqual split.Test[split.Test.Length - 1] (43 * 7 - 1) "the test blocks are not the first ones"
                Expect.equal split.Test (Array.sort split.Test) "the test rows are in order"
                let all = Array.concat [ split.Training; split.Validation; split.Test ]
                Expect.equal (Array.sort all) [| 0..1002 |] "every row is in one part"

                let blocks rows =
                    rows |> Array.map (fun r -> r / 7) |> Set.ofArray

                for a, b in
                    [
                        split.Training, split.Test
                        split.Training, split.Validation
                        split.Validation, split.Test
                    ] do
                    Expect.isEmpty (Set.intersect (blocks a) (blocks b)) "no block is in two parts"
            }

            test "standardised coordinates have mean 0 and variance 1" {
                let x = Array.init 200 (fun i -> if i % 2 = 0 then 5.0f else float32 (i * i))

                let samples =
                    PairedSamples.create [ 2 ] x [ 2 ] x |> ok |> PairedSamples.standardise

                let mean = Tensor.meanOver [ 0 ] samples.X |> Tensor.toFloats
                let deviation = Tensor.stdOver [ 0 ] 0 samples.X |> Tensor.toFloats
                // Single precision.
                for m in mean do
                    Expect.isTrue (abs m < 1e-5) $"the mean {m} is 0"

                Expect.equal deviation[0] 0.0 "a constant coordinate stays constant"
                Expect.isTrue (abs (deviation[1] - 1.0) < 1e-5) $"the deviation {deviation[1]} is 1"
            }

            test "rows are taken in the order that is asked for, and ten blocks are enough" {
                let numbers = Array.init 60 float32

                let samples =
                    PairedSamples.create [ 1 ] numbers [ 1 ] (Array.map (fun v -> -v) numbers) |> ok

                let struct (x, y) = PairedSamples.take [| 5; 0; 5 |] samples
                Expect.equal (Tensor.toArray<float32> x) [| 5f; 0f; 5f |] "rows of X"
                Expect.equal (Tensor.toArray<float32> y) [| -5f; -0f; -5f |] "rows of Y"
                let rolled = PairedSamples.rolled 7 samples
                Expect.equal (Tensor.toArray<float32> rolled.X) numbers "X stays where it is"

                Expect.equal
                    (Tensor.toArray<float32> rolled.Y)
                    (Array.init 60 (fun i -> -float32((i + 7) % 60)))
                    "Y is moved by seven rows"

                PairedSamples.split (Key.ofSeed 1UL) 6 0.2 0.2 60 |> ok |> ignore

                Expect.equal
                    (PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.2 60 |> messages)
                    ([
                        "8 blocks of rows are fewer than the 10 needed. Give more samples or shorter blocks."
                    ])
                    "the message for eight blocks"
            }
        ]
