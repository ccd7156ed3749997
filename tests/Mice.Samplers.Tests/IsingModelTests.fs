module Mice.Samplers.Tests.IsingModelTests

open Expecto
open Mice
open Mice.Samplers

[<Tests>]
let tests =
    testList
        "IsingModelTests"
        [
            testTheory "Neighbourhood is mutual" [ 2, 2; 3, 5; 8, 4 ]
            <| fun (rows: int, columns: int) ->
                for lattice in [ Lattice.Square; Lattice.Triangular ] do
                    let z = Lattice.coordination lattice
                    let neighbours = Lattice.neighbours lattice rows columns

                    let pairs =
                        Array.init neighbours.Length (fun i -> struct (i / z, neighbours[i])) |> Array.sort

                    let reversed =
                        pairs |> Array.map (fun (struct (a, b)) -> struct (b, a)) |> Array.sort

                    Expect.equal reversed pairs "every pair is met from both ends"

            test "The triangular lattice is made of triangles" {
                // On a 5×5 torus any two of right, down-right and down are neighbours or reach one another by a third bond.
                let rows, columns = 5, 5
                let neighbours = Lattice.neighbours Lattice.Triangular rows columns

                let areNeighbours a b =
                    Array.contains b neighbours[6 * a .. 6 * a + 5]

                for site in 0..24 do
                    let at offset = Lattice.siteAt rows columns site offset

                    Expect.isTrue (areNeighbours (at struct (0, 1)) (at struct (1, 1))) "right and down-right"
                    Expect.isTrue (areNeighbours (at struct (1, 0)) (at struct (1, 1))) "down and down-right"

                    Expect.isFalse
                        (areNeighbours (at struct (0, 1)) (at struct (1, 0)))
                        "right and down are no neighbours"
            }

            test "Energies of ordered configurations are known" {
                let up = Array.create 36 1y

                let checkerboard =
                    Array.init 36 (fun i -> if (i / 6 + i % 6) % 2 = 0 then 1y else -1y)

                let square =
                    { IsingModel.square 6 1.0 with
                        Field = 0.25
                    }

                Expect.equal (IsingModel.energy square up) (-72.0 - 9.0) "all spins along the field"
                Expect.equal (IsingModel.energy square checkerboard) 72.0 "no bond is satisfied"
                let frustrated = IsingModel.triangularAntiferromagnet 6 1.0
                Expect.equal (IsingModel.energy frustrated up) 108.0 "no bond is satisfied"
                // Both directions of the square lattice satisfied, the diagonal not: one third of the bonds, as in every ground state.
                Expect.equal (IsingModel.energy frustrated checkerboard) (-36.0) "two bonds of three are satisfied"
            }

            test "Every fault of a model is told" {
                let model =
                    {
                        Lattice = Lattice.Square
                        Rows = 1
                        Columns = 0
                        Coupling = nan
                        Field = infinity
                        Temperature = 0.0
                    }

                Expect.equal ((IsingModel.faults model).Length) 5 "every fault is told"
                Expect.isEmpty (IsingModel.faults (IsingModel.square 2 0.1)) "this model is good"
            }
        ]
