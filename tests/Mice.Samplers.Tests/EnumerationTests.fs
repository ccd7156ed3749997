module Mice.Samplers.Tests.EnumerationTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

[<Tests>]
let tests =
    testList
        "EnumerationTests"
        [
            test "The density of states counts every configuration" {
                for model in smallModels do
                    let expected =
                        boltzmann model
                        |> Array.countBy (fun (s, _) -> struct (IsingModel.bondSum model s, IsingModel.magnetisation s))
                        |> Array.sort

                    let found =
                        Enumeration.densityOfStates model.Lattice model.Rows model.Columns
                        |> ok
                        |> Array.map (fun l -> struct (l.BondSum, l.Magnetisation), int l.States)

                    Expect.equal found expected $"levels of {model}"
            }

            test "Averages are sums over configurations" {
                for model in smallModels do
                    let sites, beta = float (IsingModel.sites model), 1.0 / model.Temperature
                    let law = boltzmann model
                    let u = mean model (IsingModel.energy model)
                    let variance = mean model (fun s -> (IsingModel.energy model s - u) ** 2.0)
                    let averages = ok (Enumeration.averages model)
                    // Rounding of at most 4096 terms.
                    close 1e-12 (u / sites) averages.Energy
                    close 1e-12 (entropyOf law id / sites) (float averages.Entropy)
                    close 1e-12 (variance * beta * beta / sites) (float averages.HeatCapacity)
                    close 1e-12 (float averages.Entropy - beta * averages.Energy) (float averages.LogPartitionFunction)
                    close 1e-12 (mean model (IsingModel.magnetisation >> float) / sites) averages.Magnetisation

                    let magnitude =
                        ok (Enumeration.fluctuation (fun l -> abs (float l.Magnetisation)) model)

                    let expected = mean model (IsingModel.magnetisation >> abs >> float)
                    close 1e-12 expected magnitude.Mean

                    close
                        1e-11
                        (mean model (fun s -> (abs (float (IsingModel.magnetisation s)) - expected) ** 2.0))
                        magnitude.Variance
            }

            test "Twenty sites are the most, and models are checked" {
                let levels = ok (Enumeration.densityOfStates Lattice.Triangular 4 5)
                Expect.equal (levels |> Array.sumBy _.States) (1L <<< 20) "the states sum to 2²⁰"
                isFault (Enumeration.densityOfStates Lattice.Square 3 7)
                isFault (Enumeration.densityOfStates Lattice.Square 1 4)
                isFault (Enumeration.densityOfStates Lattice.Square 65536 65536)
                isFault (Enumeration.averages (IsingModel.square 4 -1.0))
            }

            test "The 4 × 4 density of states is the tabulated one" {
                needsTables ()

                let expected =
                    readTable "ising4_density_of_states.csv"
                    |> Array.map (fun r -> struct (-int r[0], int r[1]), int64 r[2])
                    |> Array.sort

                let found =
                    ok (Enumeration.densityOfStates Lattice.Square 4 4)
                    |> Array.map (fun l -> struct (l.BondSum, l.Magnetisation), l.States)

                Expect.equal found expected "levels and states"
            }

            test "The 4 × 4 averages are the tabulated ones" {
                needsTables ()

                for row in readTable "ising4_exact.csv" do
                    let model =
                        { IsingModel.square 4 row[1] with
                            Field = row[0]
                        }

                    let averages = ok (Enumeration.averages model)
                    let m = ok (Enumeration.fluctuation (fun l -> float l.Magnetisation) model)

                    let magnitude =
                        ok (Enumeration.fluctuation (fun l -> abs (float l.Magnetisation)) model)

                    let bonds = ok (Enumeration.fluctuation (fun l -> float l.BondSum) model)
                    // The table has 15 digits.
                    close 1e-11 row[2] (16.0 * float averages.LogPartitionFunction)
                    close 1e-12 row[4] (-bonds.Mean / 16.0)
                    close 1e-12 row[5] averages.Magnetisation
                    close 1e-12 row[6] (magnitude.Mean / 16.0)
                    close 1e-12 row[7] (float averages.Entropy)
                    close 1e-11 row[8] (float averages.HeatCapacity)
                    close 1e-11 row[9] (bonds.Variance / (16.0 * row[1] * row[1]))
                    close 1e-11 row[10] (m.Variance / (16.0 * row[1]))
            }
        ]
