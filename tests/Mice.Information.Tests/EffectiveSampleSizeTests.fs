module Mice.Information.Tests.EffectiveSampleSizeTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

/// A chain of two symbols that changes with probability (1 − φ)/2 per step: correlation φ^t, N_eff/N = (1 − φ)/(1 + φ).
let private chain (seed: uint64) index (phi: float) draws =
    let generator = Key.ofSeed seed |> Key.item index |> Key.generator
    let mutable symbol = generator.NextInt 2

    Array.init draws (fun _ ->
        if generator.NextFloat() < 0.5 * (1.0 - phi) then
            symbol <- 1 - symbol

        symbol)

[<Tests>]
let tests =
    testList
        "EffectiveSampleSizeTests"
        [
            testTheory "A Markov chain of two symbols has its exact N_eff" [ 0.0; 0.6; 0.9 ]
            <| fun (phi: float) ->
                let size = chain 1UL 0 phi 100_000 |> EffectiveSampleSize.ofSymbols |> ok
                let exact = 1e5 * (1.0 - phi) / (1.0 + phi)
                // Five errors: it is the smallest of three nearly equal estimates, and capped at N.
                Expecting.inRange
                    size.Value
                    (exact - 5.0 * size.StandardError)
                    (min 1e5 (exact + 5.0 * size.StandardError))
                    "N_eff lies within five errors of the exact one"

                Expecting.inRange size.StandardError 0.0 (0.1 * exact) "its error is a tenth of it at most"

            test "Equally frequent symbols still have a memory" {
                // Runs of 50 equal symbols in turn: −ln p̂ is constant.
                let symbols = Array.init 10_000 (fun i -> i / 50 % 2)

                Expecting.inRange
                    ((ok (EffectiveSampleSize.ofSymbols symbols)).Value)
                    0.0
                    2_000.0
                    "runs of 50 symbols leave few independent ones"
            }

            test "Shuffled symbols of equal frequency are independent" {
                for alphabet in [ 2; 3; 7 ] do
                    let symbols = Array.init 4_200 (fun i -> i % alphabet)
                    (Key.ofSeed 8UL |> Key.generator).Shuffle symbols
                    // The smallest of up to seven estimates, each with an error of about 5 %.
                    Expecting.inRange
                        ((ok (EffectiveSampleSize.ofSymbols symbols)).Value)
                        3_000.0
                        4_200.0
                        $"shuffled symbols of {alphabet} kinds are nearly all independent"
            }

            test "N_eff lies above 0 and is at most N" {
                let series =
                    Gen.choose (-50, 50)
                    |> Gen.map float
                    |> Gen.listOf
                    |> Gen.map Array.ofList
                    |> Gen.filter (fun a -> a.Length >= 2)

                Expecting.holds
                    300
                    (Prop.forAll (Arb.fromGen series) (fun values ->
                        let size = (ok (EffectiveSampleSize.ofSeries values)).Value
                        size > 0.0 && size <= float values.Length))
            }

            test "Adjusted Miller–Madow corrects by the effective number of draws" {
                let counts = [| 50; 30; 20 |]

                let estimate method =
                    DiscreteEntropy.estimate method 3L counts |> ok

                let plugIn = estimate EntropyMethod.MaximumLikelihood

                let adjusted =
                    EffectiveSampleSize.adjust 25.0 100 plugIn (estimate EntropyMethod.MillerMadow) |> ok

                Expecting.decimals 12 (nats adjusted) (nats plugIn + 2.0 / 50.0) "the correction is that of 25 draws"

                Expecting.decimals
                    12
                    (error adjusted)
                    (2.0 * error (estimate EntropyMethod.MillerMadow))
                    "the error is that of 25 draws"
            }

            test "With N_eff the error of a correlated series is the spread over series" {
                let phi, draws = 0.8, 4_000

                let runs =
                    Array.init 100 (fun i ->
                        // Thirds of the time in the second symbol's place: a law that is not uniform, so that the error is first order.
                        let symbols =
                            Array.map2 (fun a b -> a * b) (chain 2UL i phi draws) (chain 3UL i phi draws)

                        let counts = symbols |> Array.countBy id |> Array.map snd

                        let plugIn =
                            DiscreteEntropy.estimate EntropyMethod.MaximumLikelihood 2L counts |> ok

                        let millerMadow = DiscreteEntropy.estimate EntropyMethod.MillerMadow 2L counts |> ok
                        let size = (EffectiveSampleSize.ofSymbols symbols |> ok).Value
                        EffectiveSampleSize.adjust size draws plugIn millerMadow |> ok)

                let spread = runs |> Array.map nats |> Statistics.variance |> sqrt
                // 100 runs give the spread within 7 %; three of them. Without N_eff the ratio is 0.4.
                Expecting.inRange
                    (Statistics.mean (Array.map error runs) / spread)
                    0.79
                    1.21
                    "the mean error over the spread"

                runs |> Array.map nats |> meanIs 4.0 (entropyOf [ 0.25; 0.75 ])
            }

            test "Bad sizes have one message each" {
                let estimate = Estimate.create 1.0<nat> 0.1<nat> Direction.NoBound

                Expect.equal
                    (EffectiveSampleSize.adjust 101.0 100 estimate estimate |> messages)
                    [ "the effective sample size is 101; allowed: above 0, at most 100." ]
                    "more effective draws than draws"

                Expect.equal
                    (EffectiveSampleSize.ofSymbols [| 3 |] |> messages)
                    [ "1 values in order of time are fewer than the 2 needed. Sample longer." ]
                    "one draw"
            }
        ]
