module Mice.Information.Tests.KraskovTests

open System
open MathNet.Numerics
open Xunit
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private options = NeighbourOptions.defaults

let private information variant k x y =
    Kraskov.mutualInformation variant { options with Neighbours = k } x y |> ok |> _.Estimate

let private check (tests: int) property =
    Check.One(Config.QuickThrowOnFailure.WithMaxTest tests, property)

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

[<Fact>]
let ``Both variants and the conditional one equal their definitions`` () =
    check
        60
        (Prop.forAll problems (fun (k, x, y, z) ->
            close 1e-11 (kraskovFirst k x y) (Kraskov.value KraskovVariant.First k x y)
            && close 1e-11 (kraskovSecond k x y) (Kraskov.value KraskovVariant.Second k x y)
            && close 1e-11 (frenzelPompe k x y z) (Kraskov.conditionalValue k x y z)))

[<Fact>]
let ``KSG-1 never exceeds ψ(N) − ψ(k), and reaches it for equal variables`` () =
    check
        60
        (Prop.forAll problems (fun (k, x, y, _) ->
            let ceiling =
                SpecialFunctions.DiGamma(float x.Rows) - SpecialFunctions.DiGamma(float k)

            Kraskov.value KraskovVariant.First k x y <= ceiling + 1e-12
            && close 1e-11 ceiling (Kraskov.value KraskovVariant.First k x x)))

[<Fact>]
let ``Order of rows, swap, reflections, shifts and a common scale change nothing`` () =
    check
        40
        (Prop.forAll problems (fun (k, x, y, _) ->
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
                && close 1e-11 plain (Kraskov.value variant k (moved x) (moved y)))))

[<Theory>]
[<InlineData(1, 0.75)>]
[<InlineData(1, 0.0)>]
[<InlineData(2, 0.5)>]
let ``Gaussian pairs have their exact information`` (pairs: int) (rho: float) =
    let exact = gaussianInformation pairs rho

    for variant in [ KraskovVariant.First; KraskovVariant.Second ] do
        let values =
            Array.init 20 (fun i ->
                let x, y = gaussianPairs (100UL + uint64 i) 1_000 pairs rho
                nats (information variant 3 x y))

        let mean, deviation = Statistics.mean values, Statistics.standardError values
        // Four errors of the mean, and a bias known to be below 0.015 at N = 1,000 and k = 3 (Kraskov et al., figs. 4, 5).
        Assert.InRange(mean - exact, -4.0 * deviation - 0.015, 4.0 * deviation + 0.015)

[<Fact>]
let ``Independent variables give 0 within three errors, negative values included`` () =
    let estimates =
        Array.init 20 (fun i ->
            let x, y = gaussianPairs (300UL + uint64 i) 600 1 0.0
            information KraskovVariant.First 5 x y)

    estimates |> Array.map nats |> meanIs 3.0 0.0
    Assert.Contains(estimates, fun e -> nats e < 0.0)

[<Fact>]
let ``The error is the spread over samples, and two errors cover the truth`` () =
    let exact = gaussianInformation 1 0.75

    let estimates =
        Array.init 80 (fun i ->
            let x, y = gaussianPairs (500UL + uint64 i) 1_000 1 0.75
            information KraskovVariant.First 3 x y)

    let spread = estimates |> Array.map nats |> Statistics.variance |> sqrt
    // 80 samples give the spread within 8 %, blocks of 50 rows overstate it a little; three errors.
    Assert.InRange(Statistics.mean (Array.map error estimates) / spread, 0.78, 1.35)

    let covered =
        estimates |> Array.filter (fun e -> abs (nats e - exact) <= 2.0 * error e) |> Array.length

    // 95 % nominal; 90 % are asked for.
    Assert.True(covered >= 72, $"{covered} of 80")

[<Fact>]
let ``The same samples and key give the same bits`` () =
    let x, y = gaussianPairs 9UL 500 2 0.5

    let rounded =
        x |> Sample.mapColumns (fun _ -> Array.map (fun v -> Math.Round(v, 1)))

    let once = Kraskov.mutualInformation KraskovVariant.Second options rounded y |> ok
    let again = Kraskov.mutualInformation KraskovVariant.Second options rounded y |> ok
    Assert.Equal(once, again)
    Assert.Equal<string list>([ "column 1 of X"; "column 2 of X" ], once.Ties.Columns)

[<Fact>]
let ``Too few rows for four blocks leave the error unknown`` () =
    let x, y = gaussianPairs 9UL 60 1 0.5
    let estimate = information KraskovVariant.First 3 x y
    Assert.True(Double.IsFinite(nats estimate) && Double.IsNaN(error estimate))

[<Fact>]
let ``A common cause explains a dependence away, and a partial one in part`` () =
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
                Array.map2 (fun z e -> a * z + b * (r * e + sqrt (1.0 - r * r) * generator.NextNormal())) z own

            Kraskov.conditional options (Sample.ofColumn x) (Sample.ofColumn y) (Sample.ofColumn z)
            |> ok
            |> _.Estimate
            |> nats)

    for r in [ 0.0; 0.7 ] do
        let values = conditional 0.7 r
        let mean, deviation = Statistics.mean values, Statistics.standardError values
        // The estimator is too low at finite N, by about a tenth of a strong dependence (Frenzel and Pompe, fig. 1).
        let exact = gaussianInformation 1 r
        Assert.InRange(mean - exact, -4.0 * deviation - 0.1 * exact - 0.01, 4.0 * deviation + 0.01)

[<Fact>]
let ``Kozachenko–Leonenko finds the entropy of uniform and Gaussian laws`` () =
    let entropy sample =
        KozachenkoLeonenko.estimate options sample |> ok |> _.Estimate

    let uniform seed =
        let generator = Key.ofSeed seed |> Key.generator
        ok (Sample.create 2_000 2 (Array.init 4_000 (fun _ -> 3.0 * generator.NextFloat())))

    let values = Array.init 10 (fun i -> nats (entropy (uniform (70UL + uint64 i))))
    let deviation = Statistics.standardError values
    // Edges of the square raise the estimate: 4·(mean radius)·√… below 0.03 at N = 2,000, k = 3.
    Assert.InRange(Statistics.mean values - log 9.0, -4.0 * deviation, 4.0 * deviation + 0.03)

    let gaussian =
        Array.init 20 (fun i ->
            let x, _ = gaussianPairs (90UL + uint64 i) 2_000 1 0.0
            entropy x)

    let exact = 0.5 * log (2.0 * Math.PI * Math.E)
    gaussian |> Array.map nats |> meanIs 4.0 exact
    let spread = gaussian |> Array.map nats |> Statistics.variance |> sqrt
    // 20 samples give the spread within 16 %; three of them.
    Assert.InRange(Statistics.mean (Array.map error gaussian) / spread, 0.6, 1.7)

[<Fact>]
let ``Entropy shifts by the logarithm of a scale`` () =
    let x, _ = gaussianPairs 17UL 500 3 0.0

    let scaled =
        { x with
            Values = x.Values |> Array.map (fun v -> 8.0 * v)
        }

    Assert.Equal(KozachenkoLeonenko.value 3 x + 3.0 * log 8.0, KozachenkoLeonenko.value 3 scaled, 10)
