module Mice.Samplers.Tests.PottsChainTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

let private options =
    {
        Chains = 64
        Snapshots = 20
        Equilibrate = 50
        Every = 5
    }

/// Means over the chains against an exact value. The chains are independent, so that no autocorrelation enters the errors, and four of them
/// have p = 2e-4 (Student, 63 d.o.f.); some eighty tests with fixed seeds.
let private agree name (exact: float) (values: float[]) =
    let means = values |> Array.chunkBySize options.Snapshots |> Array.map Array.average
    let z = (Statistics.mean means - exact) / Statistics.standardError means
    Expect.isTrue (abs z < 4.0) $"{name}: {Statistics.mean means}, exact {exact}, z = {z:F2}"

/// Energies, their fluctuations, and how many sites are in each state are those of exact averages.
let private hasAverages (exact: ThermalAverages) (model: PottsModel) =
    let found = PottsChain.sample options Run.quiet model |> ok
    let sites, q = float (PottsModel.sites model), float model.States

    // All steps, with errors from blocking.
    Expecting.withinErrors 4.0 found.EnergyPerSite exact.Energy $"the energy of {model}"
    Expect.equal found.Energies (found.Spins |> Array.map (PottsModel.energy model)) "energies of the snapshots"
    agree $"the energy of {model}" (sites * exact.Energy) found.Energies

    found.Energies
    |> Array.map (fun e -> (e - sites * exact.Energy) ** 2.0)
    |> agree $"fluctuations of {model}" (sites * model.Temperature ** 2.0 * float exact.HeatCapacity)

    // P(0) from the magnetisation; the other states are alike.
    let favoured = (exact.Magnetisation * (q - 1.0) + 1.0) / q

    for state in 0 .. model.States - 1 do
        found.Spins
        |> Array.map (fun spins -> spins |> Array.filter ((=) (byte state)) |> Array.length |> float)
        |> agree
            $"sites of {model} in state {state}"
            (sites * if state = 0 then favoured else (1.0 - favoured) / (q - 1.0))

[<Tests>]
let tests =
    testList
        "PottsChainTests"
        [
            test "Ferromagnets of three and ten states have the exact averages on both sides of the transition" {
                for q, temperatures in [ 3, [ 0.7; 1.0; 1.6 ]; 10, [ 0.62; 0.7; 1.0 ] ] do
                    let density = ok (PottsStates.densityOfStates q 4 4)

                    for temperature in temperatures do
                        let model = PottsModel.square 4 q temperature
                        hasAverages (ok (PottsStates.averagesOf density model)) model
            }

            test "Antiferromagnets of three states have the exact averages" {
                let density = ok (PottsStates.densityOfStates 3 4 4)

                for temperature in [ 0.3; 0.6; 1.5 ] do
                    let model =
                        { PottsModel.square 4 3 temperature with
                            Coupling = -1.0
                        }

                    hasAverages (ok (PottsStates.averagesOf density model)) model
            }

            test "Models in a field have the exact averages" {
                for coupling, field in [ 1.0, 0.2; 1.0, -0.3; -1.0, 0.5; 0.0, 0.7 ] do
                    let model =
                        { PottsModel.square 3 3 0.9 with
                            Coupling = coupling
                            Field = field
                        }

                    hasAverages (ok (PottsEnumeration.averages model)) model
            }

            test "Ising models in three dimensions have the exact averages" {
                for shape in [ [| 2; 2; 2 |]; [| 4; 2; 2 |] ] do
                    // J = 2 is the Ising model of J = 1, whose transition is at T = 4.51.
                    for temperature in [ 4.0; 4.51; 7.0 ] do
                        let model =
                            { PottsModel.square 2 2 temperature with
                                Shape = shape
                                Coupling = 2.0
                            }

                        hasAverages (ok (PottsEnumeration.averages model)) model
            }

            test "Every fault of options and model is told" {
                match
                    PottsChain.sample
                        { options with Every = 0 }
                        Run.quiet
                        { PottsModel.square 1 1 1.0 with
                            Field = nan
                        }
                with
                | Error faults -> Expect.equal faults.Length 5 "every, two sides, states, field"
                | Ok _ -> failtest "accepted"
            }
        ]
