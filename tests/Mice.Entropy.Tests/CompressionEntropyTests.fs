module Mice.Entropy.Tests.CompressionEntropyTests

open Expecto
open System.Numerics
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private compressed snapshots =
    CompressionEntropy.estimate (Key.ofSeed 1UL) snapshots |> ok

let private unitVector (angle: float) =
    Vector2(float32 (cos angle), float32 (sin angle))

[<Tests>]
let tests =
    testList
        "CompressionEntropyTests"
        [
            testTheory "Every spin is stored once, four rows at a time" [ 4, 6; 7, 5; 1, 9 ]
            <| fun (rows, columns) ->
                let order = CompressionEntropy.stripOrder [| rows; columns |]

                Expect.equal (Array.sort order) (Array.init (rows * columns) id) "every site is there once"

                let place site =
                    struct (site / columns / 4, site % columns, site / columns % 4)

                Expect.equal order (Array.sortBy place order) "the sites go by strips of four rows"

            test "Packed spins can be read back" {
                let snapshots = independent 31UL 3 5 4 0.5
                let order = CompressionEntropy.stripOrder [| 3; 5 |]
                let bytes = CompressionEntropy.pack order snapshots.Sites
                Expect.equal bytes.Length 8 "15 spins take two bytes"

                for i in 0..3 do
                    for k in 0..14 do
                        let up = (bytes[2 * i + k / 8] >>> (k % 8)) &&& 1uy = 1uy
                        Expect.equal up (snapshots.Sites[i][order[k]] = 1y) "the bit is the spin"
            }

            // Neither random set can be shortened; their sizes differ by a few bytes of 8,192.
            test "Random spins have ln 2 and equal ones nothing" {
                let random = independent 32UL 32 32 64 0.5 |> compressed

                Expecting.within 1e-3 (float random.EntropyPerSite.Value) (log 2.0) "random spins have ln 2"

                let ordered = independent 33UL 32 32 64 1.0 |> compressed
                // A byte or two of 8,192 for another value of the constant.
                Expecting.within 2e-4 (float ordered.EntropyPerSite.Value) 0.0 "equal spins have nothing"

                Expecting.within 2e-4 (float ordered.EntropyPerSite.StandardError) 0.0 "without an error"
            }

            // Correlations along one direction only: a bound, and within a third of ln 2 of the entropy, as ln 2 itself is not.
            testTheory "Chains are bounded from above" [ 0.02; 0.1 ]
            <| fun (p) ->
                let result = chains 34UL 32 32 100 p |> compressed
                let s = result.EntropyPerSite
                Expect.equal s.Direction Direction.UpperBound "it is an upper bound"

                Expect.isTrue
                    (float (s.Value + 4.0 * -s.StandardError) > binaryEntropy p - 1e-3)
                    $"{Estimate.format s} is too low"

                Expect.isTrue (float s.Value < binaryEntropy p + log 2.0 / 3.0) $"{Estimate.format s} is too loose"

                let data, constant, random =
                    float result.DataBytes, float result.ConstantBytes, float result.RandomBytes

                Expecting.within
                    1e-12
                    (float s.Value)
                    (log 2.0 * (data - constant) / (random - constant))
                    "the entropy is the size between those of constant and random spins"

            // A compressed size per spin scatters as the number of walls does: the exact error of h(p) from n spins is |ln((1 − p)/p)| √(p(1 − p)/n), and a compressor's
            // own slope is of that order: a third to three times.
            test "The error has the size of the scatter" {
                let p, n = 0.1, 100.0 * 1024.0
                let exact = log ((1.0 - p) / p) * sqrt (p * (1.0 - p) / n)
                let found = chains 35UL 32 32 100 p |> compressed

                Expecting.inRange
                    (float found.EntropyPerSite.StandardError / exact)
                    (1.0 / 3.0)
                    3.0
                    "the error is about the exact one"
            }

            test "A planar spin can be read back from those before it, to within its part of the circle" {
                let generator = Key.ofSeed 41UL |> Key.generator

                let spins =
                    Array.init 35 (fun _ -> unitVector (System.Math.Tau * generator.NextFloat()))

                let turns = CompressionEntropy.turns 5 spins

                for site in 0..34 do
                    let before =
                        (if site % 5 > 0 then spins[site - 1] else Vector2.Zero)
                        + (if site >= 5 then spins[site - 5] else Vector2.Zero)

                    let mean =
                        if site = 0 then
                            0.0
                        else
                            atan2 (float before.Y) (float before.X)
                    // The middle of the part.
                    let found =
                        mean + System.Math.Tau * ((float turns[site] + 0.5) / 256.0 - 0.5) |> unitVector
                    // Half a part is 0.0123; single precision adds to it.
                    Expect.isTrue ((found - spins[site]).Length() < 0.0124f) $"site {site} is read back"
            }

            testCase "Random directions have ln 2π, and random walks of directions the entropy of a step"
            <| fun () ->
                let generator = Key.ofSeed 42UL |> Key.generator

                let walk kappa =
                    let mutable angle = System.Math.Tau * generator.NextFloat()

                    Array.init 1024 (fun _ ->
                        let struct (c, s) = VonMises.sample generator kappa
                        angle <- angle + atan2 s c
                        unitVector angle)

                let found kappa =
                    {
                        Shape = [| 1024; 1 |]
                        Sites = Array.init 64 (fun _ -> walk kappa)
                    }
                    |> CompressionEntropy.estimatePlanar (Key.ofSeed 1UL)
                    |> ok

                Expecting.within
                    2e-3
                    (float (found 0.0).EntropyPerSite.Value)
                    (log System.Math.Tau)
                    "random directions have ln 2π"

                for kappa in [ 2.0; 30.0 ] do
                    let s = (found kappa).EntropyPerSite
                    let exact = VonMises.entropy kappa
                    Expect.equal s.Direction Direction.UpperBound "it is an upper bound"
                    // Codes of whole bits for each of 256 parts cost less than 0.03 nats; the scatter of 65,536 steps is 0.003.
                    Expecting.inRange (float s.Value) (exact - 0.012) (exact + 0.04) "a walk has the entropy of a step"

            test "Too little is an error or a failed check" {
                let told snapshots =
                    CompressionEntropy.estimate (Key.ofSeed 1UL) snapshots |> messages

                Expect.stringStarts
                    (independent 36UL 16 16 2 0.5 |> told).Head
                    "512 spins are fewer than the 1024 needed"
                    "too few spins are refused"

                Expect.stringContains
                    (snapshots 32 32 (Array.create 2 (Array.zeroCreate 1024)) |> told).Head
                    "-1 and 1"
                    "spins of another kind are refused"

                let planar =
                    CompressionEntropy.estimatePlanar
                        (Key.ofSeed 1UL)
                        {
                            Shape = [| 16; 16 |]
                            Sites = Array.create 2 (Array.create 256 (Vector2(nanf, 1.0f)))
                        }
                    |> messages

                // Too few, and not finite.
                Expect.equal planar.Length 2 "both faults are told"
                let few = independent 37UL 32 32 4 0.9 |> compressed
                Expect.isFalse few.Checks.Head.Passed "few spins fail the check"

                Expect.isTrue (independent 37UL 32 32 20 0.9 |> compressed).Checks.Head.Passed "more spins pass it"

                let independentSpins = independent 38UL 32 32 30 0.5 |> compressed

                Expect.isFalse (List.last independentSpins.Checks).Passed "what is not shortened fails a check"

                Expect.isTrue
                    ((chains 39UL 32 32 200 0.1 |> compressed).Checks |> List.forall _.Passed)
                    "chains pass all checks"
            }
        ]
