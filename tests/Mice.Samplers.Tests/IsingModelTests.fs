module Mice.Samplers.Tests.IsingModelTests

open Xunit
open Mice
open Mice.Samplers

[<Theory>]
[<InlineData(2, 2)>]
[<InlineData(3, 5)>]
[<InlineData(8, 4)>]
let ``Neighbourhood is mutual`` (rows: int) (columns: int) =
    for lattice in [ Lattice.Square; Lattice.Triangular ] do
        let z = Lattice.coordination lattice
        let neighbours = Lattice.neighbours lattice rows columns

        let pairs =
            Array.init neighbours.Length (fun i -> struct (i / z, neighbours[i])) |> Array.sort

        let reversed =
            pairs |> Array.map (fun (struct (a, b)) -> struct (b, a)) |> Array.sort

        Assert.Equal<struct (int * int)>(pairs, reversed)

[<Fact>]
let ``The triangular lattice is made of triangles`` () =
    // On a 5×5 torus any two of right, down-right and down are neighbours or reach one another by a third bond.
    let rows, columns = 5, 5
    let neighbours = Lattice.neighbours Lattice.Triangular rows columns

    let areNeighbours a b =
        Array.contains b neighbours[6 * a .. 6 * a + 5]

    for site in 0..24 do
        let at offset = Lattice.siteAt rows columns site offset
        Assert.True(areNeighbours (at struct (0, 1)) (at struct (1, 1)))
        Assert.True(areNeighbours (at struct (1, 0)) (at struct (1, 1)))
        Assert.False(areNeighbours (at struct (0, 1)) (at struct (1, 0)))

[<Fact>]
let ``Energies of ordered configurations are known`` () =
    let up = Array.create 36 1y

    let checkerboard =
        Array.init 36 (fun i -> if (i / 6 + i % 6) % 2 = 0 then 1y else -1y)

    let square =
        { IsingModel.square 6 1.0 with
            Field = 0.25
        }

    Assert.Equal(-72.0 - 9.0, IsingModel.energy square up)
    Assert.Equal(72.0, IsingModel.energy square checkerboard)
    let frustrated = IsingModel.triangularAntiferromagnet 6 1.0
    Assert.Equal(108.0, IsingModel.energy frustrated up)
    // Both directions of the square lattice satisfied, the diagonal not: one third of the bonds, as in every ground state.
    Assert.Equal(-36.0, IsingModel.energy frustrated checkerboard)

[<Fact>]
let ``Every fault of a model is told`` () =
    let model =
        {
            Lattice = Lattice.Square
            Rows = 1
            Columns = 0
            Coupling = nan
            Field = infinity
            Temperature = 0.0
        }

    Assert.Equal(5, (IsingModel.faults model).Length)
    Assert.Empty(IsingModel.faults (IsingModel.square 2 0.1))
