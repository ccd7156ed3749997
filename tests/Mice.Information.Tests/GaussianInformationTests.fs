module Mice.Information.Tests.GaussianInformationTests

open Expecto
open System
open MathNet.Numerics.LinearAlgebra
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private information x y =
    GaussianInformation.mutualInformation x y |> ok

let private copula x y = GaussianInformation.copula x y |> ok

/// ½ ln(det S_XX det S_YY/det S) by MathNet's determinants.
let private plugIn (x: Sample) (y: Sample) =
    let covariance (sample: Sample) =
        let m =
            Matrix<float>.Build.Dense(sample.Rows, sample.Columns, fun r c -> sample.Values[r * sample.Columns + c])

        let means = m.ColumnSums() / float sample.Rows

        let centred =
            Matrix<float>.Build.Dense(sample.Rows, sample.Columns, fun r c -> m[r, c] - means[c])

        (centred.TransposeThisAndMultiply centred / float sample.Rows).Determinant()

    0.5 * log (covariance x * covariance y / covariance (Sample.join x y))

let private problems =
    gen {
        let! rows = Gen.choose (50, 200)
        let! left = Gen.choose (1, 4)
        let! right = Gen.choose (1, 4)
        let! seed = Gen.choose (0, 1_000_000)
        let sample = dependent (uint64 seed) rows

        return sample left, sample right
    }
    |> Arb.fromGen

let private psi (x: float) =
    MathNet.Numerics.SpecialFunctions.DiGamma x

[<Tests>]
let tests =
    testList
        "GaussianInformationTests"
        [
            testPropertyWithConfig (Expecting.cases 100) "The estimate is the determinants' less the bias"
            <| Prop.forAll problems (fun (x, y) ->
                let sum d =
                    Seq.init d (fun i -> psi (0.5 * float (x.Rows - 1 - i))) |> Seq.sum

                let bias = 0.5 * (sum x.Columns + sum y.Columns - sum (x.Columns + y.Columns))
                close 1e-9 (plugIn x y - bias) (nats (information x y)))

            test "The estimate is unbiased for Gaussians of any size where the plug-in is not" {
                let rows, pairs, rho = 60, 4, 0.5

                let runs =
                    Array.init 400 (fun i ->
                        let x, y = gaussianPairs (700UL + uint64 i) rows pairs rho
                        struct (nats (information x y), plugIn x y))

                let exact = gaussianInformation pairs rho
                runs |> Array.map (fun struct (corrected, _) -> corrected) |> meanIs 4.0 exact
                // d²/(2N) = 0.13 and higher orders.
                let bias = (runs |> Array.averageBy (fun struct (_, plugIn) -> plugIn)) - exact
                Expecting.inRange bias 0.13 0.18 "the plug-in's bias"
            }

            testPropertyWithConfig
                (Expecting.cases 60)
                "Linear maps within X and within Y, the order of rows and the swap change nothing"
            <| Prop.forAll problems (fun (x, y) ->
                let order = Array.init x.Rows id
                (Key.ofSeed 3UL |> Key.generator).Shuffle order

                // Every column gets the one before it added, and a scale.
                let mixed =
                    x
                    |> Sample.mapColumns (fun c values ->
                        let before =
                            if c = 0 then
                                Array.zeroCreate x.Rows
                            else
                                Sample.column (c - 1) x

                        Array.map2 (fun a b -> 30.0 * a + b + 5.0) values before)

                let plain = nats (information x y)

                close 1e-9 plain (nats (information mixed y))
                && close 1e-9 plain (nats (information y x))
                && close 1e-9 plain (nats (information (Sample.choose order x) (Sample.choose order y))))

            testPropertyWithConfig (Expecting.cases 60) "The copula's estimate does not see monotone maps of columns"
            <| Prop.forAll problems (fun (x, y) ->
                let bent =
                    x |> Sample.mapColumns (fun c -> Array.map (fun v -> if c % 2 = 0 then exp v else v * v * v))

                let falling = y |> Sample.mapColumns (fun _ -> Array.map (fun v -> -atan v))
                close 1e-9 (nats (copula x y)) (nats (copula bent falling)))

            test "The copula's estimate is right for Gaussian copulas with any margins" {
                let runs =
                    Array.init 40 (fun i ->
                        let x, y = gaussianPairs (900UL + uint64 i) 1_000 2 0.6
                        copula (x |> Sample.mapColumns (fun _ -> Array.map exp)) y)

                let values = runs |> Array.map nats
                let deviation = Statistics.standardError values
                // The digammas are exact for Gaussian data and not for scores, whose scale is fixed: below 0.003 at N = 1,000.
                Expecting.inRange
                    (Statistics.mean values - gaussianInformation 2 0.6)
                    (-4.0 * deviation - 0.003)
                    (4.0 * deviation + 0.003)
                    "the mean is the information of the copula"

                let spread = sqrt (Statistics.variance values)
                // 40 samples give the spread within 11 %, 20 blocks a mean error within 3 %; three errors.
                Expecting.inRange
                    (Statistics.mean (Array.map error runs) / spread)
                    0.65
                    1.4
                    "the mean error over the spread"

                Expect.equal runs[0].Direction Direction.NoBound "for two columns the copula is no bound"
            }

            test "For single columns the copula is a lower bound" {
                // y = x² + noise has almost no correlation of ranks but much information.
                let generator = Key.ofSeed 5UL |> Key.generator
                let x = Array.init 500 (fun _ -> generator.NextNormal())
                let y = x |> Array.map (fun v -> v * v + 0.1 * generator.NextNormal())
                let estimate = copula (Sample.ofColumn x) (Sample.ofColumn y)
                Expect.equal estimate.Direction Direction.LowerBound "for single columns it is a lower bound"
                Expecting.inRange (nats estimate) (-0.02) 0.1 "it finds almost nothing in x²"
            }

            test "The jackknife's error is the spread over samples" {
                let runs =
                    Array.init 200 (fun i ->
                        let x, y = gaussianPairs (1_200UL + uint64 i) 500 2 0.6
                        information x y)

                let values = runs |> Array.map nats
                values |> meanIs 4.0 (gaussianInformation 2 0.6)
                // The exact spread is √(Σ ρ²/N) = 0.0379; 200 samples give theirs within 5 %, four of them.
                Expecting.inRange
                    (Statistics.mean (Array.map error runs) / sqrt (2.0 * 0.36 / 500.0))
                    0.9
                    1.15
                    "the mean error over the exact spread"

                Expecting.inRange
                    (sqrt (Statistics.variance values) / sqrt (2.0 * 0.36 / 500.0))
                    0.8
                    1.2
                    "the spread over the exact one"
            }

            test "Two errors cover the truth, for Gaussians and for their copula with other margins" {
                let runs =
                    Array.init 100 (fun i ->
                        let x, y = gaussianPairs (1_500UL + uint64 i) 400 2 0.6
                        struct (information x y, copula (x |> Sample.mapColumns (fun _ -> Array.map exp)) y))

                let covered (pick: struct (Estimate<nat> * Estimate<nat>) -> Estimate<nat>) =
                    runs
                    |> Array.filter (fun run ->
                        abs (nats (pick run) - gaussianInformation 2 0.6) <= 2.0 * error (pick run))
                    |> Array.length

                // 95 % nominal; 90 % of 100 are asked for, which three errors of the count (2.2) leave likely.
                Expect.isTrue
                    (covered (fun struct (first, _) -> first) >= 90)
                    "two errors cover the truth for Gaussians"

                Expect.isTrue
                    (covered (fun struct (_, second) -> second) >= 90)
                    "two errors cover the truth for their copula"
            }

            test "Dependent columns and too few rows have one message each" {
                let x, y = gaussianPairs 2UL 60 2 0.3
                let doubled = Sample.join x x

                Expect.equal
                    (GaussianInformation.mutualInformation doubled y |> messages)
                    ([
                        "the covariance of X and Y is singular (4 and 2 columns); allowed: columns that are linearly independent."
                    ])
                    "columns of X twice"

                Expect.equal
                    (GaussianInformation.copula x x |> messages)
                    ([
                        "the covariance of X and Y is singular (2 and 2 columns); allowed: columns that are linearly independent."
                    ])
                    "X for Y"

                let wide, narrow = gaussianPairs 2UL 60 29 0.3

                Expect.equal
                    (GaussianInformation.mutualInformation wide narrow |> messages)
                    ([
                        "60 rows are fewer than the 66 needed. Covariances need more rows than X and Y have columns."
                    ])
                    "fewer rows than needed"

                Expect.isTrue (Double.IsFinite(error (information x y))) "60 rows have a finite error"
            }
        ]
