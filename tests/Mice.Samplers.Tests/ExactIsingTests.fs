module Mice.Samplers.Tests.ExactIsingTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private source model =
    ExactIsing.tryFind model |> Option.map _.Source

[<Tests>]
let tests =
    testList
        "ExactIsingTests"
        [
            test "The best source is chosen" {
                let square = IsingModel.square
                let inField (model: IsingModel) = { model with Field = 0.1 }

                Expect.equal (source (square 4 1.0)) (Some ExactSource.Enumeration) "16 sites"
                Expect.equal (source (square 5 1.0)) (Some ExactSource.Kaufman) "a square torus"

                Expect.equal
                    (source { square 64 1.0 with Coupling = -1.0 })
                    (Some ExactSource.Kaufman)
                    "an antiferromagnet of even sides"

                Expect.equal
                    (source { square 5 1.0 with Coupling = -1.0 })
                    (Some ExactSource.TransferMatrix)
                    "an antiferromagnet of odd sides"

                Expect.equal
                    (source (inField { square 5 1.0 with Rows = 20 }))
                    (Some ExactSource.TransferMatrix)
                    "a field on a narrow torus"

                Expect.equal (source (inField (square 11 1.0))) None "a field on a wide torus"

                Expect.equal
                    (source { square 11 1.0 with Coupling = -1.0 })
                    None
                    "an antiferromagnet of odd and wide sides"

                Expect.equal
                    (source (IsingModel.triangularAntiferromagnet 6 1.0))
                    (Some ExactSource.TriangularTorus)
                    "a triangular torus"

                Expect.equal
                    (source (inField (IsingModel.triangularAntiferromagnet 6 1.0)))
                    (Some ExactSource.TransferMatrix)
                    "a field on a narrow triangular torus"

                Expect.equal
                    (source (inField (IsingModel.triangularAntiferromagnet 12 1.0)))
                    None
                    "a field on a wide triangular torus"

                Expect.equal (source (square 4 -1.0)) None "a negative temperature"
            }

            test "Standing and lying tori have the same averages" {
                for model in smallModels do
                    let taller = { model with Rows = 5; Columns = 4 }
                    let wider = { model with Rows = 4; Columns = 5 }
                    let expected = ok (Enumeration.averages taller)

                    for shape in [ taller; wider ] do
                        let found = (ExactIsing.tryFind shape).Value
                        Expect.notEqual found.Source ExactSource.Enumeration "not by enumeration"
                        sameAverages 1e-11 expected found.Averages
            }
        ]
