module Mice.Samplers.Tests.PottsModelTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests

[<Tests>]
let tests =
    testList
        "PottsModelTests"
        [
            test "Satisfied bonds and favoured sites are those of the definition" {
                for shape in
                    [
                        [| 5 |]
                        [| 2; 2 |]
                        [| 3; 7 |]
                        [| 2; 3; 4 |]
                        [| 6; 5; 5 |]
                        [| 2; 2; 3; 2 |]
                    ] do
                    for q in [ 2; 3; 256 ] do
                        let model =
                            { PottsModel.square 2 q 1.0 with
                                Shape = shape
                                Coupling = -0.75
                                Field = 0.5
                            }

                        for seed in 1UL .. 5UL do
                            let spins = PottsModel.random (Key.ofSeed seed) model
                            let struct (m, n) = PottsReference.counts (PottsReference.bonds shape) spins
                            Expect.equal (PottsModel.satisfiedBonds model spins) m $"satisfied bonds of {shape}"
                            Expect.equal (PottsModel.favoured spins) n $"favoured sites of {shape}"

                            // Multiples of a quarter: no rounding.
                            Expect.equal (PottsModel.energy model spins) (0.75 * float m - 0.5 * float n) "the energy"
            }

            test "Two states are an Ising model of half the coupling and half the field" {
                let potts =
                    { PottsModel.square 2 2 1.0 with
                        Shape = [| 4; 6 |]
                        Coupling = 1.5
                        Field = 0.5
                    }

                let ising =
                    { IsingModel.square 2 1.0 with
                        Rows = 4
                        Columns = 6
                        Coupling = 0.75
                        Field = 0.25
                    }

                for seed in 1UL .. 10UL do
                    let spins = PottsModel.random (Key.ofSeed seed) potts
                    let up = spins |> Array.map (fun s -> 1y - 2y * sbyte s)
                    // Two bonds per site of J/2 each, and H/2 per site: multiples of an eighth.
                    Expect.equal
                        (PottsModel.energy potts spins)
                        (IsingModel.energy ising up - 24.0 * (1.5 + 0.25))
                        "the energies"
            }

            test "Random configurations have all states alike" {
                let model =
                    { PottsModel.square 100 7 1.0 with
                        Shape = [| 100; 7; 10 |]
                    }

                let counts =
                    PottsModel.random (Key.ofSeed 3UL) model |> Array.countBy id |> Array.sort

                Expect.equal (counts |> Array.map fst) [| 0uy .. 6uy |] "seven states"

                let outcome =
                    Statistics.chiSquare 0 (Array.create 7 1000.0) (counts |> Array.map (snd >> float))

                Expect.isTrue (outcome.PValue > 1e-3) $"p = {outcome.PValue:E2}"
            }

            test "The transition of two states is Onsager's" {
                // T = 1/ln(1 + √2) with J_Potts = 2 J_Ising: 2/ln(1 + √2) = 2.269185…
                Expecting.decimals 12 (PottsModel.squareTransition 2 2.0) 2.269185314213022 "the transition"
            }

            test "Every fault of a model is told" {
                let bad =
                    {
                        Shape = [| 1; 3 |]
                        States = 257
                        Coupling = nan
                        Field = infinity
                        Temperature = nan
                    }

                Expect.equal (PottsModel.faults bad).Length 5 "one side, states, coupling, field, temperature"
                Expect.equal (PottsModel.faults (PottsModel.square 3 1 1.0)).Length 1 "one state"
                Expect.equal (PottsModel.faults (PottsModel.square 3 256 1.0)) [] "a sound model"
            }
        ]
