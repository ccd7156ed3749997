module Mice.Samplers.Tests.TransferMatrixTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

[<Tests>]
let tests =
    testList
        "TransferMatrixTests"
        [
            test "The transfer matrix agrees with enumeration" {
                for model in smallModels do
                    sameAverages 1e-12 (ok (Enumeration.averages model)) (ok (TransferMatrix.averages model))
            }

            test "Fluctuations agree with enumeration" {
                for model in smallModels do
                    let same quantity found =
                        let expected = ok (Enumeration.fluctuation quantity model)
                        close 1e-10 expected.Mean (ok found).Mean
                        close 1e-10 expected.Variance (ok found).Variance

                    same (fun l -> float l.BondSum) (TransferMatrix.bondSum model)
                    same (fun l -> float l.Magnetisation) (TransferMatrix.magnetisation model)
            }

            test "Column entropies and halves agree with all configurations" {
                for model in smallModels do
                    let law = boltzmann model

                    let part from until (spins: sbyte[]) =
                        [
                            for r in 0 .. model.Rows - 1 do
                                for c in from..until do
                                    spins[r * model.Columns + c]
                        ]

                    close 1e-12 (entropyOf law (part 0 0)) (float (ok (TransferMatrix.columnEntropy model)))

                    if model.Columns % 2 = 0 then
                        let half = model.Columns / 2

                        let information =
                            entropyOf law (part 0 (half - 1)) + entropyOf law (part half (model.Columns - 1))
                            - entropyOf law id

                        close 1e-11 information (float (ok (TransferMatrix.halvesInformation model)))
                    else
                        isFault (TransferMatrix.halvesInformation model)
            }

            test "Halves of the 3 × 8 torus at the critical temperature have a known information" {
                let model =
                    { IsingModel.square 3 (Onsager.criticalTemperature 1.0) with
                        Columns = 8
                    }

                close 5e-10 0.667436349 (float (ok (TransferMatrix.halvesInformation model)))
            }

            test "Long narrow tori and low temperatures keep their digits" {
                // Against Kaufman's formula, which shares no code.
                for rows, columns, temperature in [ 2, 200, 0.3; 6, 40, 0.3; 5, 64, 2.3; 7, 9, 100.0 ] do
                    let model =
                        { IsingModel.square rows temperature with
                            Columns = columns
                        }

                    sameAverages 1e-11 (ok (Kaufman.averages model)) (ok (TransferMatrix.averages model))
            }

            test "What does not fit is a fault" {
                isFault (TransferMatrix.averages (IsingModel.square 13 1.0))
                isFault (TransferMatrix.averages (IsingModel.square 4 1e-3))
                isFault (TransferMatrix.columnEntropy (IsingModel.square 4 nan))
            }
        ]
