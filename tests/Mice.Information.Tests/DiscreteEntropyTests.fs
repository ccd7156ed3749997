module Mice.Information.Tests.DiscreteEntropyTests

open Expecto
open MathNet.Numerics
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private counts =
    Gen.choose (-2, 12)
    |> Gen.map (max 0)
    |> Gen.nonEmptyListOf
    |> Gen.map Array.ofList
    |> Gen.filter (fun c -> Array.sum c >= 2)
    |> Arb.fromGen

let private entropy method (alphabet: int) (counts: int[]) =
    DiscreteEntropy.estimate method (int64 alphabet) counts |> ok

let private value method (counts: int[]) =
    nats (entropy method counts.Length counts)

let private draws (counts: int[]) =
    counts |> Array.mapi (fun symbol n -> Array.create n symbol) |> Array.concat

let private plugIn (draws: int[]) =
    draws |> Array.countBy id |> Array.map (fun (_, n) -> float n / float draws.Length) |> entropyOf

/// All ways to distribute n draws on m symbols.
let rec private compositions n m =
    if m = 1 then
        [ [ n ] ]
    else
        [
            for first in 0..n do
                for rest in compositions (n - first) (m - 1) do
                    first :: rest
        ]

/// Expectation over all samples of n draws.
let private expectation (p: float[]) (n: int) (statistic: int[] -> float) =
    compositions n p.Length
    |> List.sumBy (fun counts ->
        let counts = Array.ofList counts

        let weight =
            Array.fold2
                (fun w (c: int) q -> w * q ** float c / SpecialFunctions.Factorial(x = c))
                (SpecialFunctions.Factorial(x = n))
                counts
                p

        weight * statistic counts)

[<Tests>]
let tests =
    testList
        "DiscreteEntropyTests"
        [
            testPropertyWithConfig
                (Expecting.cases 200)
                "Maximum likelihood, Miller–Madow and the jackknife are their definitions"
            <| Prop.forAll counts (fun counts ->
                let data = draws counts
                let occupied = counts |> Array.filter (fun n -> n > 0) |> Array.length
                let struct (jackknife, deviation) = Statistics.jackknife plugIn data
                let likelihood = entropy EntropyMethod.MaximumLikelihood counts.Length counts

                close 1e-12 (plugIn data) (nats likelihood)
                && close
                    1e-12
                    (plugIn data + float (occupied - 1) / (2.0 * float data.Length))
                    (value EntropyMethod.MillerMadow counts)
                && close 1e-10 jackknife (value EntropyMethod.Jackknife counts)
                // A square root turns rounding of 1e-15 into 1e-7 where all deletions are equal.
                && abs (deviation - error likelihood) <= 1e-6)

            test "Grassberger's G follows its recurrence" {
                let gamma = Constants.EulerMascheroni

                Expecting.decimals 12 (DiscreteEntropy.grassbergerG 1.0) (-gamma - log 2.0) "G(1) = −γ − ln 2"

                Expecting.decimals 12 (DiscreteEntropy.grassbergerG 2.0) (2.0 - gamma - log 2.0) "G(2) = 2 − γ − ln 2"

                for n in 2..2..200 do
                    let even = DiscreteEntropy.grassbergerG (float n)

                    Expecting.decimals 12 (DiscreteEntropy.grassbergerG (float (n + 1))) even $"G({n + 1}) = G({n})"

                    Expecting.decimals
                        12
                        (DiscreteEntropy.grassbergerG (float (n + 2)))
                        (even + 2.0 / float (n + 1))
                        $"G({n + 2}) = G({n}) + 2/{n + 1}"
            }

            test "Grassberger's entropy is the sum over its G" {
                // ln 6 − (3 G(3) + 2 G(2) + G(1))/6 with G(3) = G(2).
                let g1 = -Constants.EulerMascheroni - log 2.0
                let expected = log 6.0 - (5.0 * (g1 + 2.0) + g1) / 6.0

                Expecting.decimals
                    12
                    (value EntropyMethod.Grassberger [| 3; 0; 2; 1 |])
                    expected
                    "the sum over G of the counts 3, 2 and 1"
            }

            test "Chao–Shen is Horvitz–Thompson on the covered probabilities" {
                let horvitzThompson (coverage: float) (counts: int[]) =
                    let n = float (Array.sum counts)

                    counts
                    |> Array.filter (fun c -> c > 0)
                    |> Array.sumBy (fun c ->
                        let p = coverage * float c / n
                        if p = 1.0 then 0.0 else -p * log p / (1.0 - (1.0 - p) ** n))

                Expecting.holds
                    200
                    (Prop.forAll counts (fun counts ->
                        let singletons = counts |> Array.filter (fun c -> c = 1) |> Array.length
                        let n = Array.sum counts
                        let coverage = 1.0 - float (min singletons (n - 1)) / float n
                        close 1e-12 (horvitzThompson coverage counts) (value EntropyMethod.ChaoShen counts)))

                // Without singletons the probabilities are the plug-in's.
                Expecting.decimals
                    12
                    (value EntropyMethod.ChaoShen [| 4; 2; 2 |])
                    (horvitzThompson 1.0 [| 4; 2; 2 |])
                    "without singletons the coverage is 1"
                // All singletons count as N − 1 of them: C = 1/N.
                Expecting.decimals
                    12
                    (value EntropyMethod.ChaoShen [| 1; 1; 1; 1 |])
                    (horvitzThompson 0.25 [| 1; 1; 1; 1 |])
                    "four singletons have the coverage of three"
            }

            testPropertyWithConfig
                (Expecting.cases 200)
                "James–Stein is the plug-in of shrunken probabilities over the whole alphabet"
            <| Prop.forAll counts (fun counts ->
                let m, n = float counts.Length + 3.0, float (Array.sum counts)
                let p = Array.append counts [| 0; 0; 0 |] |> Array.map (fun c -> float c / n)
                let squares = p |> Array.sumBy (fun x -> x * x)
                let distance = p |> Array.sumBy (fun x -> (1.0 / m - x) ** 2.0)
                let shrinkage = min 1.0 ((1.0 - squares) / ((n - 1.0) * distance))
                let shrunk = p |> Array.map (fun x -> shrinkage / m + (1.0 - shrinkage) * x)

                close 1e-12 (entropyOf shrunk) (nats (entropy EntropyMethod.JamesStein (counts.Length + 3) counts)))

            testPropertyWithConfig (Expecting.cases 100) "Entropies do not depend on names, order or empty symbols"
            <| Prop.forAll counts (fun counts ->
                methods
                |> List.forall (fun method ->
                    let plain = entropy method (counts.Length + 2) counts

                    let other =
                        entropy method (counts.Length + 2) (Array.append [| 0 |] (Array.rev counts))

                    close 1e-11 (nats plain) (nats other) && close 1e-6 (error plain) (error other)))

            testPropertyWithConfig
                (Expecting.cases 200)
                "Plug-in, shrunken and Bayesian entropies stay between 0 and ln m"
            <| Prop.forAll counts (fun counts ->
                [
                    EntropyMethod.MaximumLikelihood
                    EntropyMethod.JamesStein
                    EntropyMethod.NemenmanShafeeBialek
                ]
                |> List.forall (fun method ->
                    let h = value method counts
                    h >= 0.0 && h <= log (float counts.Length) + 1e-12))

            test "The expected plug-in entropy is too low for every law, and the corrections are nearer" {
                let laws =
                    Gen.choose (1, 100)
                    |> Gen.listOfLength 3
                    |> Gen.map (fun w -> w |> List.map (fun i -> float i / float (List.sum w)) |> Array.ofList)
                    |> Arb.fromGen

                Expecting.holds
                    50
                    (Prop.forAll laws (fun p ->
                        let h = entropyOf p
                        let bias method = expectation p 8 (value method) - h
                        let plugIn = bias EntropyMethod.MaximumLikelihood

                        // Exact sums; 1e-12 is rounding. Where a symbol is rare no correction can know of it: only laws without
                        // rare symbols must gain.
                        let holds =
                            plugIn <= 1e-12
                            && (Array.min p < 0.2
                                || (abs (bias EntropyMethod.MillerMadow) < abs plugIn
                                    && abs (bias EntropyMethod.Grassberger) < abs plugIn
                                    && abs (bias EntropyMethod.Jackknife) < abs plugIn))

                        holds |> Prop.label $"p = %A{p}"))
            }

            test "The error is the spread over samples" {
                let p = [| 0.5; 0.25; 0.15; 0.1 |]
                let law = cumulative p

                let estimates =
                    Array.init 400 (fun i ->
                        let generator = Key.ofSeed 11UL |> Key.item i |> Key.generator
                        let counts = Array.zeroCreate 4

                        for _ in 1..300 do
                            let symbol = drawFrom law generator
                            counts[symbol] <- counts[symbol] + 1

                        entropy EntropyMethod.Grassberger 4 counts)

                let spread = estimates |> Array.map nats |> Statistics.variance |> sqrt
                // 400 samples give the spread within 1/√800 = 3.5 %; four of them.
                Expecting.inRange
                    (Statistics.mean (Array.map error estimates) / spread)
                    0.86
                    1.14
                    "the mean error over the spread"
                // Grassberger's bias is below 1e-4 here; the mean has an error of 0.002.
                estimates |> Array.map nats |> meanIs 4.0 (entropyOf p)
            }

            test "Directions: only the plug-in is a bound" {
                let direction method =
                    (entropy method 3 [| 3; 2; 1 |]).Direction

                Expect.equal
                    (direction EntropyMethod.MaximumLikelihood)
                    Direction.LowerBound
                    "the plug-in is a lower bound"

                for method in methods.Tail do
                    Expect.equal (direction method) Direction.NoBound $"{method} is no bound"
            }

            test "Bad counts have one message each" {
                let faults alphabet counts =
                    DiscreteEntropy.estimate EntropyMethod.Grassberger alphabet counts |> messages

                Expect.equal (faults 3L [| 1; -1; 2 |]) [ "count 2 is -1; allowed: 0 or more." ] "a negative count"

                Expect.equal
                    (faults 2L [| 1; 1; 2 |])
                    [ "the alphabet size is 2; allowed: 3 or more, as many as occurred." ]
                    "an alphabet that is too small"

                Expect.equal
                    (faults 2L [| 0; 0 |])
                    [ "0 draws are fewer than the 1 needed. Give at least one count above 0." ]
                    "no draws"
            }
        ]
