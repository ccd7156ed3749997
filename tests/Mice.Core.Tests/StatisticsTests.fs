module Mice.Tests.StatisticsTests

open Expecto
open System
open MathNet.Numerics.Distributions
open FsCheck
open FsCheck.FSharp
open Mice

let private series (minimum: int) =
    Gen.choose (-100_000, 100_000)
    |> Gen.map (fun i -> float i / 1e3)
    |> Gen.listOf
    |> Gen.map Array.ofList
    |> Gen.filter (fun a -> a.Length >= minimum)
    |> Arb.fromGen

let private normals seed count =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init count (fun _ -> generator.NextNormal())

/// x' = φ x + ε from its stationary distribution: ρ(t) = φ^t, so τ = ½ (1 + φ)/(1 − φ).
let private autoregressive seed count phi =
    let noise = normals seed count
    let mutable x = noise[0] / sqrt (1.0 - phi * phi)

    noise
    |> Array.map (fun e ->
        x <- phi * x + e
        x)

let private close tolerance (a: float) (b: float) =
    abs (a - b) <= tolerance * (1.0 + max (abs a) (abs b))

let private linePoints =
    gen {
        let! count = Gen.choose (2, 12)
        let! intercept = Gen.choose (-50, 50)
        let! slope = Gen.choose (-50, 50)
        let! errors = Gen.listOfLength count (Gen.choose (1, 30))

        let points =
            errors
            |> List.mapi (fun i e ->
                struct (float i * 0.7, float intercept + float slope * float i * 0.7, float e / 10.0))

        return float intercept, float slope, Array.ofList points
    }

[<Tests>]
let tests =
    testList
        "StatisticsTests"
        [
            testPropertyWithConfig
                (Expecting.cases 300)
                "Mean and variance equal those from sums of powers in exact arithmetic"
            <| Prop.forAll (series 2) (fun values ->
                // Multiples of 1e-3 and their squares are exact as decimals; 1e-12 covers rounding of up to a few hundred terms.
                let exact = values |> Array.map decimal
                let n = decimal values.Length
                let mean = Array.sum exact / n
                let variance = (Array.sumBy (fun x -> x * x) exact - n * mean * mean) / (n - 1m)

                close 1e-12 (float mean) (Statistics.mean values)
                && close 1e-10 (float variance) (Statistics.variance values)
                && close 1e-10 (sqrt (float (variance / n))) (Statistics.standardError values))

            test "Too few values have an unknown error" {
                Expect.isTrue (Double.IsNaN(Statistics.mean Array.empty<float>)) "no value has no mean"

                Expect.isTrue (Double.IsNaN(Statistics.standardError [| 1.0 |])) "one value has no standard error"

                Expect.isTrue (Double.IsNaN(Statistics.blocking [| 1.0 |])) "one value has no error by blocking"

                let struct (value, error) = Statistics.jackknife Statistics.mean [| 1.0 |]
                Expect.isTrue (Double.IsNaN value && Double.IsNaN error) "one value has no jackknife"
            }

            testPropertyWithConfig (Expecting.cases 200) "The jackknife of the mean is the mean and its standard error"
            <| Prop.forAll (series 2) (fun values ->
                let struct (value, error) = Statistics.jackknife Statistics.mean values

                close 1e-10 (Statistics.mean values) value && close 1e-9 (Statistics.standardError values) error)

            test "The jackknife takes the bias from the variance exactly" {
                let biased (values: float[]) =
                    Statistics.variance values * float (values.Length - 1) / float values.Length

                let property =
                    Prop.forAll (series 3) (fun values ->
                        let struct (value, _) = Statistics.jackknife biased values
                        close 1e-8 (Statistics.variance values) value)

                Expecting.holds 200 property
            }

            test "The bootstrap error of the mean is √((n − 1)/n) of the standard error" {
                let values = normals 17UL 50
                let error = Statistics.bootstrapError (Key.ofSeed 1UL) 20_000 Statistics.mean values
                let exact = Statistics.standardError values * sqrt (49.0 / 50.0)
                // The spread of 20,000 resamples has relative error 1/√(2·20,000) = 0.005; four of them.
                Expecting.inRange (error / exact) 0.98 1.02 "the ratio of the bootstrap error to the exact one is 1"
                let again = Statistics.bootstrapError (Key.ofSeed 1UL) 20_000 Statistics.mean values
                Expect.equal again error "the same key gives the same error"
            }

            test "Blocking gives the exact error of an AR(1) mean" {
                let phi, count = 0.9, 16_384
                // Var(mean) → 1/((1 − φ)² n) for unit noise; the correction of relative size τ/n is 6e-4.
                let exact = 1.0 / ((1.0 - phi) * sqrt (float count))

                let errors =
                    Array.init 32 (fun i -> autoregressive (uint64 i + 100UL) count phi |> Statistics.blocking)

                let ratio = Statistics.mean errors / exact
                // The chosen level leaves a correlation that the 99 % test cannot see, a few percent low at this length; the mean of
                // 32 ratios scatters by 0.01–0.02. Without blocking the ratio is √((1 − φ)/(1 + φ)) = 0.23.
                Expecting.inRange ratio 0.90 1.05 "the ratio of the error by blocking to the exact one is 1"
            }

            test "Blocking leaves independent values as they are" {
                let ratios =
                    Array.init 32 (fun i ->
                        let values = normals (uint64 i + 500UL) 1_000
                        Statistics.blocking values / Statistics.standardError values)

                // The 99 % test blocks one series in a hundred or so without need, and then by a factor near one.
                Expecting.inRange
                    (Statistics.mean ratios)
                    0.97
                    1.03
                    "the ratio of the error by blocking to the naive one is 1"
            }

            test "The blocking table rises from the naive error to the plateau" {
                let levels = autoregressive 3UL 65_536 0.8 |> Statistics.blockingLevels

                Expect.equal
                    (levels |> Array.map _.Blocks)
                    [| for k in 16..-1..1 -> 1 <<< k |]
                    "every level halves the number of blocks"

                let exact = 1.0 / (0.2 * sqrt 65_536.0)
                // 64 blocks of 1024 = 220 τ: unbiased; its own relative error is 1/√126 = 0.09, four of them.
                let plateau = levels |> Array.find (fun l -> l.Blocks = 64)

                Expecting.inRange (plateau.StandardError / exact) 0.64 1.36 "the plateau is the exact error"

                Expecting.decimals 12 plateau.ErrorOfError (plateau.StandardError / sqrt 126.0) "63 degrees of freedom"
                // Naive: √((1 − φ)/(1 + φ)) = 1/3 of it.
                Expecting.inRange
                    (levels[0].StandardError / exact)
                    0.31
                    0.36
                    "the naive error is a third of the exact one"
            }

            testTheory "The autocorrelation time of AR(1) is exact within its own error" [ 0.0; 0.5; 0.9; -0.4 ]
            <| fun (phi: float) ->
                let time =
                    autoregressive 23UL 200_000 phi |> Statistics.integratedAutocorrelationTime

                let exact = 0.5 * (1.0 + phi) / (1.0 - phi)
                let z = (time.Value - exact) / time.StandardError
                // Four errors; cutting the sum at 6τ leaves out e^-6 of it, less than a tenth of an error.
                Expect.isTrue (abs z <= 4.0) $"τ = {Estimate.format time}, exact {exact}, z = {z:F2}"
                Expecting.inRange time.StandardError 0.0 (0.06 * exact) "the error is a few percent"

            testTheory "Short chains together give the autocorrelation time of a long one" [ 0.0; 0.6; 0.9 ]
            <| fun (phi: float) ->
                // A hundred steps are too few for one chain: its own mean takes the slow part away.
                let chains = autoregressive 29UL 200_000 phi |> Array.chunkBySize 100
                let time = Statistics.autocorrelationTimeOfChains chains
                let exact = 0.5 * (1.0 + phi) / (1.0 - phi)
                // Four errors, and what the sum cut at 6τ leaves out.
                Expecting.inRange
                    time.Value
                    (0.997 * exact - 4.0 * time.StandardError)
                    (exact + 4.0 * time.StandardError)
                    "four errors around the exact time"

                Expecting.inRange time.StandardError 0.0 (0.06 * exact) "the error is a few percent"

            test "A constant series has no error and no memory" {
                let constant = Array.create 100 3.0
                Expect.equal (Statistics.blocking constant) 0.0 "a constant has no error"

                Expect.equal ((Statistics.integratedAutocorrelationTime constant).Value) 0.5 "a constant has no memory"
            }

            test "The χ² tail has its tabulated quantiles" {
                Expecting.decimals 7 (Statistics.chiSquareTail 10 18.307038) 0.05 "10 degrees, 5 %"
                Expecting.decimals 7 (Statistics.chiSquareTail 1 6.634897) 0.01 "1 degree, 1 %"
                // Two degrees of freedom: exp(−x/2).
                Expecting.decimals 12 (Statistics.chiSquareTail 2 4.0) (exp -2.0) "2 degrees: exp(−x/2)"
            }

            test "P-values of both tests are uniform when the hypothesis holds" {
                let uniformAmong (values: float[]) =
                    (Statistics.kolmogorovSmirnov id values).PValue

                let kolmogorov =
                    Array.init 2_000 (fun i ->
                        let generator = Key.ofSeed 31UL |> Key.item i |> Key.generator
                        uniformAmong (Array.init 100 (fun _ -> generator.NextFloat())))

                // The asymptotic p-values are off by up to 0.01 at n = 100, which 2,000 of them do not resolve (0.03).
                Expect.isTrue (uniformAmong kolmogorov > 1e-3) $"KS: p = {uniformAmong kolmogorov}"

                let pearson =
                    Array.init 2_000 (fun i ->
                        let generator = Key.ofSeed 37UL |> Key.item i |> Key.generator
                        let observed = Array.zeroCreate<float> 10

                        for _ in 1..1_000 do
                            let cell = generator.NextInt 10
                            observed[cell] <- observed[cell] + 1.0

                        (Statistics.chiSquare 0 (Array.create 10 100.0) observed).PValue)

                Expect.isTrue (uniformAmong pearson > 1e-3) $"χ²: p = {uniformAmong pearson}"
            }

            test "Kolmogorov–Smirnov sees a shift of a third of a standard deviation" {
                let shifted = normals 41UL 400 |> Array.map (fun x -> x + 0.33)

                let outcome =
                    Statistics.kolmogorovSmirnov (fun x -> Normal.CDF(0.0, 1.0, x)) shifted

                Expect.isTrue (outcome.PValue < 1e-4) $"p = {outcome.PValue}"
            }

            testProperty "A straight line through exact points is found, with the errors of the normal equations"
            <| Prop.forAll (Arb.fromGen linePoints) (fun (intercept, slope, points) ->
                let fit = Statistics.fitLine points

                let sum f =
                    points |> Array.sumBy (fun struct (x, _, e) -> f x / (e * e))
                // Inverse of the 2×2 matrix of the normal equations.
                let s, sx, sxx = sum (fun _ -> 1.0), sum id, sum (fun x -> x * x)
                let determinant = s * sxx - sx * sx

                close 1e-9 intercept fit.Intercept
                && close 1e-9 slope fit.Slope
                && close 1e-9 (sqrt (sxx / determinant)) fit.InterceptError
                && close 1e-9 (sqrt (s / determinant)) fit.SlopeError
                && close 1e-9 (-sx / determinant) fit.Covariance
                && fit.ChiSquare < 1e-9
                && fit.PValue > 0.999)

            test "Slopes of noisy lines scatter by their stated error" {
                let pulls =
                    Array.init 2_000 (fun i ->
                        let generator = Key.ofSeed 43UL |> Key.item i |> Key.generator

                        let points =
                            Array.init 8 (fun k ->
                                let error = 0.1 + 0.05 * float k
                                struct (float k, 1.0 - 0.5 * float k + error * generator.NextNormal(), error))

                        let fit = Statistics.fitLine points
                        (fit.Slope + 0.5) / fit.SlopeError)

                let outcome = Statistics.kolmogorovSmirnov (fun x -> Normal.CDF(0.0, 1.0, x)) pulls
                Expect.isTrue (outcome.PValue > 1e-3) $"p = {outcome.PValue}"
            }
        ]
