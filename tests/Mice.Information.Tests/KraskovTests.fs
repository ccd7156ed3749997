module Mice.Information.Tests.KraskovTests

open Expecto
open System
open MathNet.Numerics
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private options = NeighbourOptions.defaults

let private information variant k x y =
    Kraskov.mutualInformation variant { options with Neighbours = k } x y |> ok |> _.Estimate

/// Three samples of the same 50 to 80 rows without ties, with dependence between them, and a k.
let private problems =
    gen {
        let! rows = Gen.choose (50, 80)
        let! columns = Gen.choose (1, 7) |> Gen.listOfLength 3
        let! seed = Gen.choose (0, 1_000_000)
        let! k = Gen.choose (1, 8)
        let sample = dependent (uint64 seed) rows

        match columns |> List.map sample with
        | [ x; y; z ] -> return k, x, y, z
        | _ -> return failwith "three samples"
    }
    |> Arb.fromGen

[<Tests>]
let tests =
    testList
        "KraskovTests"
        [
            testPropertyWithConfig (Expecting.cases 60) "Both variants and the conditional one equal their definitions"
            <| Prop.forAll problems (fun (k, x, y, z) ->
                close 1e-11 (kraskovFirst k x y) (Kraskov.value KraskovVariant.First k x y)
                && close 1e-11 (kraskovSecond k x y) (Kraskov.value KraskovVariant.Second k x y)
                && close 1e-11 (frenzelPompe k x y z) (Kraskov.conditionalValue k x y z))

            testPropertyWithConfig
                (Expecting.cases 60)
                "KSG-1 never exceeds ψ(N) − ψ(k), and reaches it for equal variables"
            <| Prop.forAll problems (fun (k, x, y, _) ->
                let ceiling =
                    SpecialFunctions.DiGamma(float x.Rows) - SpecialFunctions.DiGamma(float k)

                Kraskov.value KraskovVariant.First k x y <= ceiling + 1e-12
                && close 1e-11 ceiling (Kraskov.value KraskovVariant.First k x x))

            testPropertyWithConfig
                (Expecting.cases 40)
                "Order of rows, swap, reflections, shifts and a common scale change nothing"
            <| Prop.forAll problems (fun (k, x, y, _) ->
                let order = Array.init x.Rows id
                (Key.ofSeed 3UL |> Key.generator).Shuffle order
                // Reflections, permutations of columns and powers of two are exact in floating point.
                let moved (sample: Sample) =
                    let reversed =
                        sample |> Sample.mapColumns (fun c _ -> Sample.column (sample.Columns - 1 - c) sample)

                    { reversed with
                        Values = reversed.Values |> Array.map (fun v -> -4.0 * v)
                    }

                [ KraskovVariant.First; KraskovVariant.Second ]
                |> List.forall (fun variant ->
                    let plain = Kraskov.value variant k x y

                    close 1e-11 plain (Kraskov.value variant k (Sample.choose order x) (Sample.choose order y))
                    && close 1e-11 plain (Kraskov.value variant k y x)
                    && close 1e-11 plain (Kraskov.value variant k (moved x) (moved y))))

            testTheory "Gaussian pairs have their exact information" [ 1, 0.75; 1, 0.0; 2, 0.5 ]
            <| fun (pairs: int, rho: float) ->
                let exact = gaussianInformation pairs rho

                for variant in [ KraskovVariant.First; KraskovVariant.Second ] do
                    let values =
                        Array.init 20 (fun i ->
                            let x, y = gaussianPairs (100UL + uint64 i) 1_000 pairs rho
                            nats (information variant 3 x y))

                    let mean, deviation = Statistics.mean values, Statistics.standardError values
                    // Four errors of the mean, and a bias known to be below 0.015 at N = 1,000 and k = 3 (Kraskov et al., figs. 4, 5).
                    Expecting.inRange
                        (mean - exact)
                        (-4.0 * deviation - 0.015)
                        (4.0 * deviation + 0.015)
                        "the mean lies within four errors and the bias of the exact information"

            test "Independent variables give 0 within three errors, negative values included" {
                let estimates =
                    Array.init 20 (fun i ->
                        let x, y = gaussianPairs (300UL + uint64 i) 600 1 0.0
                        information KraskovVariant.First 5 x y)

                estimates |> Array.map nats |> meanIs 3.0 0.0
                Expect.exists estimates (fun e -> nats e < 0.0) "some estimates are negative"
            }

            test "The error is the spread over samples, and two errors cover the truth" {
                let exact = gaussianInformation 1 0.75

                let estimates =
                    Array.init 80 (fun i ->
                        let x, y = gaussianPairs (500UL + uint64 i) 1_000 1 0.75
                        information KraskovVariant.First 3 x y)

                let spread = estimates |> Array.map nats |> Statistics.variance |> sqrt
                // 80 samples give the spread within 8 %, blocks of 50 rows overstate it a little; three errors.
                Expecting.inRange
                    (Statistics.mean (Array.map error estimates) / spread)
                    0.78
                    1.35
                    "the mean error over the spread"

                let covered =
                    estimates |> Array.filter (fun e -> abs (nats e - exact) <= 2.0 * error e) |> Array.length

                // 95 % nominal; 90 % are asked for.
                Expect.isTrue (covered >= 72) $"{covered} of 80 hold the truth"
            }

            test "The same samples and key give the same bits" {
                let x, y = gaussianPairs 9UL 500 2 0.5

                let rounded =
                    x |> Sample.mapColumns (fun _ -> Array.map (fun v -> Math.Round(v, 1)))

                let once = Kraskov.mutualInformation KraskovVariant.Second options rounded y |> ok
                let again = Kraskov.mutualInformation KraskovVariant.Second options rounded y |> ok
                Expect.equal again once "two runs are one"
                Expect.equal once.Ties.Columns [ "column 1 of X"; "column 2 of X" ] "both columns of X had ties"
            }

            test "Too few rows for four blocks leave the error unknown" {
                let x, y = gaussianPairs 9UL 60 1 0.5
                let estimate = information KraskovVariant.First 3 x y

                Expect.isTrue
                    (Double.IsFinite(nats estimate) && Double.IsNaN(error estimate))
                    $"{estimate} has a value and no error"
            }

            test "A common cause explains a dependence away, and a partial one in part" {
                let rows, runs = 1_500, 10

                // z, and x and y of correlation a with it, whose remainders have correlation r: I(X; Y | Z) = −½ ln(1 − r²).
                let conditional a r =
                    Array.init runs (fun i ->
                        let generator = Key.ofSeed 61UL |> Key.item i |> Key.generator
                        let z = Array.init rows (fun _ -> generator.NextNormal())
                        let own = Array.init rows (fun _ -> generator.NextNormal())
                        let b = sqrt (1.0 - a * a)
                        let x = Array.map2 (fun z e -> a * z + b * e) z own

                        let y =
                            Array.map2
                                (fun z e -> a * z + b * (r * e + sqrt (1.0 - r * r) * generator.NextNormal()))
                                z
                                own

                        Kraskov.conditional options (Sample.ofColumn x) (Sample.ofColumn y) (Sample.ofColumn z)
                        |> ok
                        |> _.Estimate
                        |> nats)

                for r in [ 0.0; 0.7 ] do
                    let values = conditional 0.7 r
                    let mean, deviation = Statistics.mean values, Statistics.standardError values
                    // The estimator is too low at finite N, by about a tenth of a strong dependence (Frenzel and Pompe, fig. 1).
                    let exact = gaussianInformation 1 r

                    Expecting.inRange
                        (mean - exact)
                        (-4.0 * deviation - 0.1 * exact - 0.01)
                        (4.0 * deviation + 0.01)
                        $"the mean for the remainders' correlation {r}"
            }

            test "Kozachenko–Leonenko finds the entropy of uniform and Gaussian laws" {
                let entropy sample =
                    KozachenkoLeonenko.estimate options sample |> ok |> _.Estimate

                let uniform seed =
                    let generator = Key.ofSeed seed |> Key.generator
                    ok (Sample.create 2_000 2 (Array.init 4_000 (fun _ -> 3.0 * generator.NextFloat())))

                let values = Array.init 10 (fun i -> nats (entropy (uniform (70UL + uint64 i))))
                let deviation = Statistics.standardError values
                // Edges of the square raise the estimate: 4·(mean radius)·√… below 0.03 at N = 2,000, k = 3.
                Expecting.inRange
                    (Statistics.mean values - log 9.0)
                    (-4.0 * deviation)
                    (4.0 * deviation + 0.03)
                    "the entropy of the uniform law is ln 9"

                let gaussian =
                    Array.init 20 (fun i ->
                        let x, _ = gaussianPairs (90UL + uint64 i) 2_000 1 0.0
                        entropy x)

                let exact = 0.5 * log (2.0 * Math.PI * Math.E)
                gaussian |> Array.map nats |> meanIs 4.0 exact
                let spread = gaussian |> Array.map nats |> Statistics.variance |> sqrt
                // 20 samples give the spread within 16 %; three of them.
                Expecting.inRange
                    (Statistics.mean (Array.map error gaussian) / spread)
                    0.6
                    1.7
                    "the mean error over the spread"
            }

            test "Entropy shifts by the logarithm of a scale" {
                let x, _ = gaussianPairs 17UL 500 3 0.0

                let scaled =
                    { x with
                        Values = x.Values |> Array.map (fun v -> 8.0 * v)
                    }

                Expecting.decimals
                    10
                    (KozachenkoLeonenko.value 3 scaled)
                    (KozachenkoLeonenko.value 3 x + 3.0 * log 8.0)
                    "three columns times 8 add 3 ln 8"
            }
        ]
