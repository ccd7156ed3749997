module Mice.Samplers.Tests.TriangularTorusTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private torus rows columns coupling temperature =
    { IsingModel.triangularAntiferromagnet rows temperature with
        Columns = columns
        Coupling = coupling
    }

[<Tests>]
let tests =
    testList
        "TriangularTorusTests"
        [
            test "Fermions agree with enumeration" {
                // Sides that the three sublattices fit and others, even and odd; T_c of the ferromagnet among the temperatures.
                for temperature in [ 0.3; 0.6; 1.0; Houtappel.criticalTemperature 1.0; 100.0 ] do
                    for rows, columns in [ 2, 2; 2, 3; 3, 3; 4, 4; 5, 2; 3, 5 ] do
                        for coupling in [ 1.0; -1.0 ] do
                            let model = torus rows columns coupling temperature
                            sameAverages 1e-11 (ok (Enumeration.averages model)) (ok (TriangularTorus.averages model))
            }

            test "Fermions agree with the transfer matrix" {
                for rows, columns in [ 6, 9; 7, 8; 8, 8 ] do
                    for coupling, temperature in [ -1.0, 0.25; -1.4, 0.9; 1.0, 2.0; 0.7, 4.0 ] do
                        let model = torus rows columns coupling temperature
                        sameAverages 1e-10 (ok (TransferMatrix.averages model)) (ok (TriangularTorus.averages model))
            }

            test "A large torus is the infinite lattice" {
                // ξ is some exp(2/T) of the antiferromagnet; below T_c the ferromagnet has two magnetisations.
                for coupling, temperature, degeneracy in
                    [ -1.0, 1.0, 0.0; -1.0, 3.0, 0.0; 1.0, 3.0, log 2.0; 1.0, 4.5, 0.0 ] do
                    let averages = ok (TriangularTorus.averages (torus 256 256 coupling temperature))

                    let infinite = ok (Houtappel.averages coupling temperature)
                    let excess = degeneracy / 256.0 ** 2.0 * 1.0<nat / site>

                    sameAverages
                        1e-10
                        { infinite with
                            LogPartitionFunction = infinite.LogPartitionFunction + excess
                            Entropy = infinite.Entropy + excess
                        }
                        averages
            }

            test "Where fermions are not free is a fault" {
                isFault (TriangularTorus.averages (IsingModel.square 6 1.0))

                isFault (TriangularTorus.averages { torus 4 4 1.0 1.0 with Field = 0.1 })

                isFault (TriangularTorus.averages (torus 4 4 -1.0 0.0))
                close 1e-15 (log 2.0) (float (ok (TriangularTorus.averages (torus 3 4 0.0 1.0))).Entropy)
            }
        ]
