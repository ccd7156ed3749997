module Mice.Samplers.Tests.PlanarSpinsTests

open System
open Xunit
open Mice.Samplers

/// Angles that wind around the columns and along the rows of a torus, so that neighbours always differ by the same: 2π/8 along the rows.
let private winding rows columns down right : LatticeSnapshots<float> =
    {
        Rows = rows
        Columns = columns
        Sites =
            [|
                Array.init (rows * columns) (fun i ->
                    let row, column = float (i / columns), float (i % columns)
                    2.0 * Math.PI * (down * row / float rows + right * column / float columns))
            |]
    }

[<Fact>]
let ``Unit vectors are those of the angles`` () =
    let angles = [| -3.0; -1.2; 0.0; 0.4; 2.5; 3.1 |]

    let found =
        PlanarSpins.ofAngles
            {
                Rows = 2
                Columns = 3
                Sites = [| angles |]
            }

    Assert.Equal((2, 3), (found.Rows, found.Columns))

    for angle, spin in Array.zip angles found.Sites[0] do
        // Single precision.
        Assert.Equal(cos angle, float spin.X, 6)
        Assert.Equal(sin angle, float spin.Y, 6)

[<Theory>]
[<InlineData(3, 8, 0.0, 1.0)>]
[<InlineData(8, 3, 1.0, 0.0)>]
[<InlineData(6, 8, 1.0, -1.0)>]
[<InlineData(4, 8, 2.0, 3.0)>] // neighbours hold to opposite directions
let ``The stiffness has the mean cosine of neighbours`` (rows: int) (columns: int) (down: float) (right: float) =
    let expected =
        0.5 * (cos (2.0 * Math.PI * down / float rows) + cos (2.0 * Math.PI * right / float columns))

    let found =
        winding rows columns down right |> PlanarSpins.ofAngles |> PlanarSpins.stiffness
    // Unit vectors in single precision.
    Assert.Equal(expected, VonMises.meanCosine found, 6)
    Assert.Equal(sign expected, sign found)

[<Fact>]
let ``Snapshots count alike`` () =
    let one, other = winding 4 8 0.0 1.0, winding 4 8 1.0 1.0

    let both =
        { one with
            Sites = Array.append one.Sites other.Sites
        }

    let cosine = PlanarSpins.ofAngles >> PlanarSpins.stiffness >> VonMises.meanCosine
    Assert.Equal(0.5 * (cosine one + cosine other), cosine both, 6)
