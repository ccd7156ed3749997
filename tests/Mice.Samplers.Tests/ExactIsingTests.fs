module Mice.Samplers.Tests.ExactIsingTests

open Xunit
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private source model =
    ExactIsing.tryFind model |> Option.map _.Source

[<Fact>]
let ``The best source is chosen`` () =
    let square = IsingModel.square
    let inField (model: IsingModel) = { model with Field = 0.1 }
    Assert.Equal(Some ExactSource.Enumeration, source (square 4 1.0))
    Assert.Equal(Some ExactSource.Kaufman, source (square 5 1.0))
    Assert.Equal(Some ExactSource.Kaufman, source { square 64 1.0 with Coupling = -1.0 })
    Assert.Equal(Some ExactSource.TransferMatrix, source { square 5 1.0 with Coupling = -1.0 })
    Assert.Equal(Some ExactSource.TransferMatrix, source (inField { square 5 1.0 with Rows = 20 }))
    Assert.Equal(None, source (inField (square 11 1.0)))
    Assert.Equal(None, source { square 11 1.0 with Coupling = -1.0 })
    Assert.Equal(Some ExactSource.TriangularTorus, source (IsingModel.triangularAntiferromagnet 6 1.0))
    Assert.Equal(Some ExactSource.TransferMatrix, source (inField (IsingModel.triangularAntiferromagnet 6 1.0)))
    Assert.Equal(None, source (inField (IsingModel.triangularAntiferromagnet 12 1.0)))
    Assert.Equal(None, source (square 4 -1.0))

[<Fact>]
let ``Standing and lying tori have the same averages`` () =
    for model in smallModels do
        let taller = { model with Rows = 5; Columns = 4 }
        let wider = { model with Rows = 4; Columns = 5 }
        let expected = ok (Enumeration.averages taller)

        for shape in [ taller; wider ] do
            let found = (ExactIsing.tryFind shape).Value
            Assert.NotEqual(ExactSource.Enumeration, found.Source)
            sameAverages 1e-11 expected found.Averages
