module Mice.Samplers.Tests.IsingCylinderTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

[<Tests>]
let tests =
    testList
        "IsingCylinderTests"
        [
            testTheory
                "Information and entropy of the square cylinder are known"
                [
                    1.5, 4, 0.65275540, 0.05643031
                    1.5, 6, 0.69314843, 0.04116383
                    2.269185314, 4, 0.45766773, 0.32355890
                    2.269185314, 6, 0.62645982, 0.31387011
                    3.0, 4, 0.26320667, 0.52024030
                    3.0, 6, 0.38257065, 0.53457309
                    10.0, 6, 0.03044680, 0.68289232
                ]
            <| fun (temperature: float, rows: int, information: float, entropy: float) ->
                let found = ok (IsingCylinder.values (IsingModel.square rows temperature))
                close 6e-9 information (float found.HalvesInformation)
                close 6e-9 entropy (float found.Averages.Entropy)

            test "A cylinder is a very long torus" {
                for model in smallModels do
                    // Warm enough for correlations across 400 columns to vanish.
                    let model =
                        { model with
                            Temperature = model.Temperature + 4.0
                        }

                    let long = { model with Columns = 800 }
                    let found = ok (IsingCylinder.values model)
                    sameAverages 1e-10 (ok (TransferMatrix.averages long)) found.Averages
                    let column = float (ok (TransferMatrix.columnEntropy long))
                    close 1e-9 column (float found.ColumnEntropy)
                    // The halves of a long torus meet at two interfaces far apart. Rounding of ln Z, 1e-13 in each of 800 steps.
                    close
                        2e-9
                        (2.0 * float found.HalvesInformation)
                        (float (ok (TransferMatrix.halvesInformation long)))
            }

            test "Degenerate cold cylinders are solved" {
                // Ground states: two of the ferromagnet (ln 2), (E − E₀)/N = 16 e^{−8/T} to leading order at T = 0.3: 4e-11.
                let cold = ok (IsingCylinder.values (IsingModel.square 12 0.3))
                close 1e-9 -2.0 cold.Averages.Energy
                close 1e-9 0.0 (float cold.Averages.Entropy)
                close 1e-9 (log 2.0) (float cold.ColumnEntropy)
                close 1e-9 (log 2.0) (float cold.HalvesInformation)
            }

            test "What does not fit is a fault" {
                isFault (IsingCylinder.values (IsingModel.square 13 1.0))
                isFault (IsingCylinder.values (IsingModel.square 4 0.0))
            }
        ]
