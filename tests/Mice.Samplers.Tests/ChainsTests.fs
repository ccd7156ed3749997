module Mice.Samplers.Tests.ChainsTests

open Expecto
open System.Threading
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

/// Counts its steps.
let private counting: Kernel<int> =
    {
        Init = fun _ -> 0
        Step = fun _ state -> state + 1
    }

let private numbers: Observables<int, int> =
    {
        Energy = float
        Spins = Array.singleton
    }

/// A process of first order whose values have mean 0, variance 1 and correlations memory^t.
let private remembering memory : Kernel<float> =
    {
        Init = fun key -> (Key.generator key).NextNormal()
        Step = fun key x -> memory * x + sqrt (1.0 - memory * memory) * (Key.generator key).NextNormal()
    }

let private values: Observables<float, float> =
    { Energy = id; Spins = Array.singleton }

let private few =
    {
        Chains = 3
        Snapshots = 4
        Equilibrate = 5
        Every = 2
    }

/// Root mean square of mean/error over seeds, for a process whose mean is 0.
let private deviation seeds options memory =
    let square seed =
        let found =
            Chains.sample options (Run.seeded (uint64 seed) Run.quiet) 1 (remembering memory) values |> ok

        (found.EnergyPerSite.Value / found.EnergyPerSite.StandardError) ** 2.0

    Seq.init seeds square |> Seq.average |> sqrt

[<Tests>]
let tests =
    testList
        "ChainsTests"
        [
            test "Snapshots are so many steps apart after those that are discarded, chain after chain" {
                let found = Chains.sample few Run.quiet 10 counting numbers |> ok
                let one = [| 7; 9; 11; 13 |]
                Expect.equal found.Spins (Array.concat [ one; one; one ] |> Array.map Array.singleton) "spins"
                Expect.equal found.Energies (Array.concat [ one; one; one ] |> Array.map float) "energies"
                Expect.equal found.SnapshotsPerChain 4 "snapshots of each chain"
                // Steps 6 to 13 of each chain, on ten sites.
                Expecting.decimals 12 found.EnergyPerSite.Value 0.95 "the mean energy per site"
            }

            test "Chains have keys of their own, in any number of threads" {
                let on threads =
                    Chains.sample few { Run.quiet with Threads = threads } 1 (remembering 0.5) values |> ok

                Expect.equal (on 2) (on 1) "two threads and one"

                Expect.equal
                    (on 1).Energies
                    ((on 1).Spins |> Array.map Array.head)
                    "energies are those of the snapshots"

                Expect.equal ((on 1).Energies |> Array.distinct |> Array.length) 12 "all values differ"

                // Chain i starts from the key "start" below child i, and its step n has child n below "steps".
                let key = Key.item 2 Run.quiet.Key

                let last =
                    Seq.fold
                        (fun x n -> (remembering 0.5).Step (Key.named "steps" key |> Key.item n) x)
                        ((remembering 0.5).Init(Key.named "start" key))
                        (seq { 0..12 })

                Expect.equal (Array.last (on 1).Energies) last "the last value of the last chain"
            }

            test "Mean, error and autocorrelation time are those of the process" {
                let options =
                    { few with
                        Chains = 16
                        Snapshots = 500
                    }

                let found = Chains.sample options Run.quiet 4 (remembering 0.8) values |> ok
                // Four errors: p = 6e-5, with a fixed seed.
                Expecting.withinErrors 4.0 found.EnergyPerSite 0.0 "the energy"
                // τ = (1 + φ)/(2(1 − φ)) = 4.5; error of the mean √(2τ/16000)/4 = 0.0059, known to a few per cent from 16 chains.
                Expecting.inRange found.EnergyPerSite.StandardError 0.0045 0.0075 "the standard error"
                let time = found.AutocorrelationTime
                // The mean of each chain is its own, which takes 2τ/n = 1 % off; that is less than one error.
                Expect.isTrue (abs (time.Value - 4.5) < 4.0 * time.StandardError) $"τ = {Estimate.format time}"
                // τ √(2(2W + 1)/1000)/√16 with W = 6τ gives 0.37.
                Expecting.inRange time.StandardError 0.2 0.8 "the error of the autocorrelation time"
                Expect.equal (found.Checks |> List.map _.Passed) [ true; false ] "in equilibrium, but too close"
            }

            // τ = 9.5 steps. The spread alone gives 1 for chains of any length; a root mean square of 400 is known to 1/√800, and four of its errors are
            // 0.14. For long chains the larger one of two errors, known to 18 % (16 chains), lies a little above: 0.1 more is left below 1.
            testTheory
                "Errors are those of a known one for chains of any length"
                [ 16, 1; 16, 3; 32, 12; 16, 40; 16, 300 ]
            <| fun (chains: int, steps: int) ->
                let options =
                    {
                        Chains = chains
                        Snapshots = 1
                        Equilibrate = 0
                        Every = steps
                    }

                Expecting.inRange (deviation 400 options 0.9) 0.76 1.14 "the root mean square of mean/error"

            test "Four chains have errors that are never too small, one chain has those of blocking" {
                let four =
                    {
                        Chains = 4
                        Snapshots = 1
                        Equilibrate = 0
                        Every = 5
                    }

                // Student's t with 3 degrees of freedom over √3: its mean square, 1, is mostly from rare draws, so nothing is asked of it from below
                // but that errors are no multiple of the scatter.
                Expecting.inRange (deviation 400 four 0.9) 0.5 1.3 "the root mean square of mean/error"

                let one =
                    { four with
                        Chains = 1
                        Snapshots = 50
                        Every = 1
                    }

                let sampled = Chains.sample one Run.quiet 1 (remembering 0.5) values |> ok

                Expect.equal
                    sampled.EnergyPerSite.StandardError
                    (Statistics.blocking sampled.Energies)
                    "the error of one chain"
            }

            test "Bad options and a bad run are told together; chains stop when told" {
                let bad =
                    {
                        Chains = 0
                        Snapshots = 0
                        Equilibrate = -1
                        Every = 0
                    }

                match Chains.sample bad { Run.quiet with Threads = 0 } 1 counting numbers with
                | Error faults -> Expect.equal faults.Length 5 "four options and the threads"
                | Ok _ -> failtest "accepted"

                use source = new CancellationTokenSource()
                source.Cancel()

                Expecting.throwsAny<System.OperationCanceledException>
                    (fun () -> Chains.sample few { Run.quiet with Cancel = source.Token } 1 counting numbers |> ignore)
                    "cancelled"
                |> ignore
            }

            test "Snapshots of all chains are rounded up" {
                let options = ChainOptions.withSnapshots 100 ChainOptions.defaults
                Expect.equal (options.Chains * options.Snapshots) 128 "two of each of 64 chains"
            }

            test "Split R̂ is 1 for chains of one law, large for those that do not meet" {
                // By hand: halves (0, 1), (1, 0), (2, 3), (3, 2) have variances ½ and means ½, ½, 5/2, 5/2, of variance 4/3: √(½ + (4/3)/½).
                let apart = [| [| 0.0; 1.0; 1.0; 0.0 |]; [| 2.0; 3.0; 3.0; 2.0 |] |]
                Expecting.within 1e-12 (SamplingChecks.splitRHat 0.0 apart) (sqrt (0.5 + 8.0 / 3.0)) "by hand"

                let generator = Key.ofSeed 8UL |> Key.generator

                let alike =
                    Array.init 16 (fun _ -> Array.init 400 (fun _ -> generator.NextNormal()))

                Expecting.within 0.01 (SamplingChecks.splitRHat 0.0 alike) 1.0 "one law"

                let still value = Array.create 10 value
                Expect.equal (SamplingChecks.splitRHat 0.0 [| still 1.0; still 2.0 |]) infinity "still, apart"

                Expecting.inRange
                    (SamplingChecks.splitRHat 1e-6 [| still 1.0; still (1.0 + 1e-9) |])
                    0.8
                    1.0
                    "still, alike"

                Expect.isTrue
                    (System.Double.IsNaN(SamplingChecks.splitRHat 0.0 [| [| 1.0; 2.0; 3.0 |] |]))
                    "too few steps"

                let agreement rHat =
                    (SamplingChecks.agreement "sweeps" "wait" [ "energy", rHat, [| 1.0; 2.0 |] ]).Passed

                Expect.equal ([ 1.0; 1.2; infinity; nan ] |> List.map agreement) [ true; false; false; true ] "answers"

                let movement accepted =
                    (SamplingChecks.movement "sweeps" "wait" accepted).Passed

                Expect.isFalse (movement [| 0L; 50L; 60L; 70L |]) "one stands still"
                Expect.isTrue (movement [| 0L; 1L; 2L; 3L |]) "all hardly move"
                Expect.isTrue (movement [| 9L; 50L; 60L; 70L |]) "all move"
            }
        ]
