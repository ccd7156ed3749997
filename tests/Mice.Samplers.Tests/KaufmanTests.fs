module Mice.Samplers.Tests.KaufmanTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private torus rows columns coupling temperature =
    { IsingModel.square rows temperature with
        Columns = columns
        Coupling = coupling
    }

[<Tests>]
let tests =
    testList
        "KaufmanTests"
        [
            test "Kaufman's formula agrees with enumeration" {
                let critical = Onsager.criticalTemperature 1.0

                for temperature in [ 0.3; 1.0; critical; 2.5; 100.0 ] do
                    for rows, columns in [ 2, 2; 2, 3; 3, 3; 4, 4; 5, 2 ] do
                        let model = torus rows columns 1.0 temperature
                        sameAverages 1e-12 (ok (Enumeration.averages model)) (ok (Kaufman.averages model))

                    let antiferromagnet = torus 4 2 -1.4 temperature

                    sameAverages
                        1e-12
                        (ok (Enumeration.averages antiferromagnet))
                        (ok (Kaufman.averages antiferromagnet))
            }

            testTheory
                "Averages of the 64 × 64 torus are known"
                [
                    2.0, 0.153179750424535, -1.74556457531252
                    2.26918531421302, 0.302340788523313, -1.42393838983301
                    2.5, 0.436930638308725, -1.10608299247209
                ]
            <| fun (temperature: float, s: float, u: float) ->
                let averages = ok (Kaufman.averages (IsingModel.square 64 temperature))
                // Kaufman's products and their derivative with 60 digits.
                close 1e-12 s (float averages.Entropy)
                close 1e-12 u averages.Energy

            test "A large torus is the infinite lattice" {
                // Away from T_c the two differ by exp(−size/ξ), apart from ln 2/N of the two magnetisations below T_c.
                for temperature, degeneracy in [ 0.3, log 2.0; 2.0, log 2.0; 2.6, 0.0; 100.0, 0.0 ] do
                    let torus = ok (Kaufman.averages (IsingModel.square 1024 temperature))
                    let infinite = ok (Onsager.averages 1.0 temperature)
                    let excess = degeneracy / 1024.0 ** 2.0 * 1.0<nat / site>

                    sameAverages
                        1e-11
                        { infinite with
                            LogPartitionFunction = infinite.LogPartitionFunction + excess
                            Entropy = infinite.Entropy + excess
                        }
                        torus
            }

            test "The sides of the torus may be exchanged" {
                // One way the products have 12 factors, the other 120.
                let beta = Jet.linear 0.45 1.0
                let a, b = Kaufman.logPartition 6 60 beta, Kaufman.logPartition 60 6 beta
                close 1e-11 a.Value b.Value
                close 1e-10 a.First b.First
                close 1e-8 a.Second b.Second
            }

            test "Where the formula does not hold is a fault" {
                isFault (Kaufman.averages (torus 3 4 -1.0 1.0))
                isFault (Kaufman.averages { torus 4 4 1.0 1.0 with Field = 0.1 })
                isFault (Kaufman.averages (IsingModel.triangularAntiferromagnet 6 1.0))
                isFault (Kaufman.averages (torus 4 4 1.0 0.0))
                close 1e-15 (log 2.0) (float (ok (Kaufman.averages (torus 3 4 0.0 1.0))).Entropy)
            }
        ]
