module Mice.Samplers.Tests.MultiSpinTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

/// Where 256 chains end, all of them started from one configuration, over so many keys.
let private visits (model: IsingModel) sweeps runs start key =
    let sites = IsingModel.sites model
    let run = MultiSpin.sweeps model sweeps

    let state =
        MultiSpin.ofConfigurations (Array.create MultiSpin.Chains (spinsOf sites start))

    let counts = Array.zeroCreate (1 <<< sites)

    for i in 0 .. runs - 1 do
        for spins in run (Key.item i key) state |> MultiSpin.configurations do
            let n = numberOf spins
            counts[n] <- counts[n] + 1

    counts

[<Tests>]
let tests =
    testList
        "MultiSpinTests"
        [
            test "Configurations survive being packed" {
                let generator = Key.ofSeed 3UL |> Key.generator

                let configurations =
                    Array.init MultiSpin.Chains (fun _ ->
                        Array.init 15 (fun _ -> if generator.NextFloat() < 0.5 then 1y else -1y))

                let packed = MultiSpin.ofConfigurations configurations

                Expect.equal (MultiSpin.configurations packed) configurations "packed and unpacked"
            }

            test "Bond sums are those of the configurations" {
                for model in models 5 7 do
                    let state = MultiSpin.random (Key.ofSeed 5UL) model

                    let expected =
                        MultiSpin.configurations state |> Array.map (IsingModel.bondSum model)

                    Expect.equal (MultiSpin.bondSums model state) expected "the sum of the bonds of each chain"
            }

            test "One sweep has the transition matrix of the heat bath" {
                // All 16 rows of the matrix of the 2×2 torus, 20,480 sweeps each; 5 models × 16 tests with fixed seeds, so that the
                // smallest p-value of a right kernel is expected at about 1/80.
                for m, model in List.indexed (models 2 2) do
                    for start in 0..15 do
                        let law = Array.init 16 (fun n -> if n = start then 1.0 else 0.0)
                        let key = Key.ofSeed 7UL |> Key.item m |> Key.item start
                        visits model 1 80 start key |> follows 1e-4 (afterHeatBathSweep model law)
            }

            test "Sweeps in detail balance single spins: their law is left as it is" {
                for model in models 3 3 do
                    let law = boltzmann model
                    let after = afterHeatBathSweep model law

                    Array.iter2
                        (fun (a: float) b -> Expecting.decimals 14 b a "the probability of a configuration")
                        law
                        after
            }

            test "Two sweeps of the 3×3 torus have the law that the heat bath gives" {
                for m, model in List.indexed (models 3 3) do
                    let law = Array.init 512 (fun n -> if n = 37 then 1.0 else 0.0)
                    let key = Key.ofSeed 11UL |> Key.item m

                    visits model 2 400 37 key
                    |> follows 1e-4 (law |> afterHeatBathSweep model |> afterHeatBathSweep model)
            }

            test "Chains of one state are independent" {
                // The same start and the same random words for all: a bit shared between chains would correlate their energies.
                let model = IsingModel.square 8 2.5

                let sums =
                    Array.init 40 (fun i ->
                        MultiSpin.random (Key.ofSeed 13UL |> Key.item i) model
                        |> MultiSpin.sweeps model 60 (Key.ofSeed 17UL |> Key.item i)
                        |> MultiSpin.bondSums model
                        |> Array.map float)

                // Var(mean over chains) = Var(one chain)/256 for independent chains; the ratio of variances with 39 degrees of
                // freedom stays below 2 with p = 3e-4.
                let pooled = sums |> Array.map Statistics.mean |> Statistics.variance
                let single = sums |> Array.map Statistics.variance |> Statistics.mean

                Expecting.inRange
                    (pooled * 256.0 / single)
                    0.4
                    2.0
                    "variance of the mean of the chains, times their number, over that of one chain"
            }

            test "The same key gives the same chains" {
                let model = IsingModel.square 6 2.0
                let start = MultiSpin.random (Key.ofSeed 1UL) model

                let run key =
                    MultiSpin.sweeps model 5 key start |> MultiSpin.configurations

                Expect.equal (run (Key.ofSeed 2UL)) (run (Key.ofSeed 2UL)) "the same key again"
                Expect.notEqual (run (Key.ofSeed 3UL)) (run (Key.ofSeed 2UL)) "another key"
            }

            test "Energies are those of the configurations" {
                for model in models 5 7 do
                    let state = MultiSpin.random (Key.ofSeed 5UL) model
                    let energies = MultiSpin.energies model state

                    MultiSpin.configurations state
                    |> Array.iteri (fun c spins ->
                        Expecting.decimals 12 energies[c] (IsingModel.energy model spins) $"the energy of chain {c}")
            }
        ]
