module Mice.Samplers.Tests.PlanarSpinsTests

open Expecto
open System
open Mice.Samplers

/// Angles that wind around the columns and along the rows of a torus, so that neighbours always differ by the same: 2π/8 along the rows.
let private winding rows columns down right : LatticeSnapshots<float> =
    {
        Shape = [| rows; columns |]
        Sites =
            [|
                Array.init (rows * columns) (fun i ->
                    let row, column = float (i / columns), float (i % columns)
                    2.0 * Math.PI * (down * row / float rows + right * column / float columns))
            |]
    }

[<Tests>]
let tests =
    testList
        "PlanarSpinsTests"
        [
            test "Unit vectors are those of the angles" {
                let angles = [| -3.0; -1.2; 0.0; 0.4; 2.5; 3.1 |]

                let found =
                    PlanarSpins.ofAngles
                        {
                            Shape = [| 2; 3 |]
                            Sites = [| angles |]
                        }

                Expect.equal found.Shape [| 2; 3 |] "rows and columns"

                for angle, spin in Array.zip angles found.Sites[0] do
                    // Single precision.
                    Expecting.decimals 6 (float spin.X) (cos angle) $"x at the angle {angle}"
                    Expecting.decimals 6 (float spin.Y) (sin angle) $"y at the angle {angle}"
            }

            testTheory
                "The stiffness has the mean cosine of neighbours"
                [
                    3, 8, 0.0, 1.0
                    8, 3, 1.0, 0.0
                    6, 8, 1.0, -1.0
                    4, 8, 2.0, 3.0 // neighbours hold to opposite directions
                ]
            <| fun (rows: int, columns: int, down: float, right: float) ->
                let expected =
                    0.5 * (cos (2.0 * Math.PI * down / float rows) + cos (2.0 * Math.PI * right / float columns))

                let found =
                    winding rows columns down right |> PlanarSpins.ofAngles |> PlanarSpins.stiffness
                // Unit vectors in single precision.
                Expecting.decimals 6 (VonMises.meanCosine found) expected "the mean cosine of neighbours"
                Expect.equal (sign found) (sign expected) "neighbours hold to the same or to opposite directions"

            test "Snapshots count alike" {
                let one, other = winding 4 8 0.0 1.0, winding 4 8 1.0 1.0

                let both =
                    { one with
                        Sites = Array.append one.Sites other.Sites
                    }

                let cosine = PlanarSpins.ofAngles >> PlanarSpins.stiffness >> VonMises.meanCosine

                Expecting.decimals 6 (cosine both) (0.5 * (cosine one + cosine other)) "the mean of the two"
            }
        ]
