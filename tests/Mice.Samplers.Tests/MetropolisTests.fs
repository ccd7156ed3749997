module Mice.Samplers.Tests.MetropolisTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

let private moved (struct (spins: sbyte[], _: int64)) = spins

/// Models on the 3×4 torus, warm enough for single spins to turn it all over within a chain.
let private warmModels =
    models 3 4
    |> List.map (fun model ->
        { model with
            Temperature = max 2.0 model.Temperature
        })

[<Tests>]
let tests =
    testList
        "MetropolisTests"
        [
            test "Acceptances are min(1, exp(−ΔE/T))" {
                for model in models 2 2 @ models 3 3 do
                    let sites = IsingModel.sites model
                    let energies = Array.init (1 <<< sites) (spinsOf sites >> IsingModel.energy model)
                    let acceptance = Metropolis.acceptance model

                    for n in 0 .. energies.Length - 1 do
                        for site in 0 .. sites - 1 do
                            let cost = energies[n ^^^ (1 <<< site)] - energies[n]

                            Expecting.decimals
                                12
                                (acceptance (spinsOf sites n) site)
                                (exp (-(max 0.0 cost) / model.Temperature))
                                $"spin {site} of configuration {n}"
            }

            test "The full transition matrix of a proposal is in detailed balance" {
                for model in models 2 2 @ models 3 3 do
                    inDetailedBalance (boltzmann model) (metropolisProposals model)
            }

            test "One sweep is as many proposals as there are sites" {
                for m, model in List.indexed (models 2 2) do
                    let run = Metropolis.sweeps model 1
                    let matrix = metropolisProposals model

                    for start in 0..15 do
                        let key = Key.ofSeed 29UL |> Key.item m |> Key.item start

                        // 80 tests with fixed seeds: see the heat bath.
                        visitsOf (fun key -> run key >> moved) 5_000 key (spinsOf 4 start)
                        |> follows 1e-4 (afterSteps matrix 4 start)
            }

            test "Energies, magnetisations and correlations on the 3×4 torus are exact" {
                for m, model in List.indexed warmModels do
                    let run = Metropolis.sweeps model 2

                    Array.create 12 1y
                    |> chainsOf (fun key -> run key >> moved) 64 200 (Key.ofSeed 31UL |> Key.item m)
                    |> momentsAgree model
            }

            test "Accepted proposals are counted" {
                for m, model in List.indexed warmModels do
                    let run = Metropolis.sweeps model
                    let acceptance = Metropolis.acceptance model

                    let exact =
                        boltzmann model
                        |> Array.mapi (fun n p -> p * Seq.sum (seq { for i in 0..11 -> acceptance (spinsOf 12 n) i }))
                        |> Array.sum

                    let shares =
                        Key.ofSeed 37UL
                        |> Key.item m
                        |> Key.split 64
                        |> Array.map (fun key ->
                            let warm = run 20 (Key.item 0 key) (Array.create 12 1y) |> moved
                            let struct (_, accepted) = run 400 (Key.item 1 key) warm
                            float accepted / 400.0)

                    // Independent chains: four errors have p = 2e-4 with 63 degrees of freedom, five models.
                    let z = (Statistics.mean shares - exact) / Statistics.standardError shares
                    Expect.isTrue (abs z < 4.0) $"{model}: z = {z:F2}"
            }

            test "The same key gives the same sweep, and the configuration before stays as it was" {
                let model = IsingModel.square 6 2.0
                let start = IsingModel.random (Key.ofSeed 1UL) model
                let before = Array.copy start

                let run seed =
                    Metropolis.sweeps model 5 (Key.ofSeed seed) start |> moved

                Expect.equal (run 2UL) (run 2UL) "the same key again"
                Expect.notEqual (run 3UL) (run 2UL) "another key"
                Expect.equal start before "the configuration before"
            }

            test "Random configurations are those of infinite temperature" {
                let model = IsingModel.square 3 1.0
                let counts = Array.zeroCreate 512

                for key in Key.ofSeed 41UL |> Key.split 20_000 do
                    let n = numberOf (IsingModel.random key model)
                    counts[n] <- counts[n] + 1

                follows 1e-3 (Array.create 512 (1.0 / 512.0)) counts
            }
        ]
