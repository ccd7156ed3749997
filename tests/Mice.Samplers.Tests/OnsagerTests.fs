module Mice.Samplers.Tests.OnsagerTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

[<Tests>]
let tests =
    testList
        "OnsagerTests"
        [
            testTheory
                "Averages of the infinite square lattice are known"
                [
                    1.5, 1.3389621236, -1.9511165731, 0.0382177416, 0.62717318
                    2.0, 1.0257928127, -1.7455645753, 0.1530105250, 0.45636312
                    2.5, 0.8793638208, -1.1060792037, 0.4369321393, 0.16186961
                    4.0, 0.7591064785, -0.5572722406, 0.6197884184, 0.03933763
                ]
            <| fun (temperature: float, logZ: float, u: float, s: float, information: float) ->
                let averages = ok (Onsager.averages 1.0 temperature)
                close 1e-10 logZ (float averages.LogPartitionFunction)
                close 1e-10 u averages.Energy
                close 1e-10 s (float averages.Entropy)
                close 6e-9 information (float (ok (Onsager.neighbourInformation 1.0 temperature)))
                // Units of |J|, and an antiferromagnet.
                let scaled = ok (Onsager.averages -2.5 (2.5 * temperature))

                sameAverages
                    1e-12
                    { averages with
                        Energy = 2.5 * averages.Energy
                    }
                    scaled

                close
                    1e-12
                    (float (ok (Onsager.neighbourInformation 1.0 temperature)))
                    (float (ok (Onsager.neighbourInformation -2.5 (2.5 * temperature))))

            test "Averages at the critical temperature are closed expressions" {
                let catalan = 0.915965594177219015
                let temperature = Onsager.criticalTemperature 1.0
                close 1e-9 2.269185314 temperature
                let averages = ok (Onsager.averages 1.0 temperature)
                let logZ = 0.5 * log 2.0 + 2.0 * catalan / System.Math.PI
                close 1e-14 logZ (float averages.LogPartitionFunction)
                close 1e-14 -(sqrt 2.0) averages.Energy
                close 1e-14 (logZ - sqrt 2.0 / temperature) (float averages.Entropy)
            }

            test "Energy and heat capacity are derivatives of the partition function" {
                // Fourth-order differences in β with step h: error h⁴ f⁽⁵⁾/30 ≈ 1e-13 for f′, rounding 1e-15/h ≈ 1e-12.
                for temperature in [ 0.8; 1.9; 2.2; 2.35; 3.0; 20.0 ] do
                    let h = 1e-3

                    let at step =
                        ok (Onsager.averages 1.0 (1.0 / (1.0 / temperature + step * h)))

                    let slope f =
                        (8.0 * (f (at 1.0) - f (at -1.0)) - f (at 2.0) + f (at -2.0)) / (12.0 * h)

                    let averages = at 0.0
                    // Near T_c the fifth derivative is about 4!/(π|β − β_c|⁴): 1e-8 at the closest temperature.
                    close 2e-7 averages.Energy -(slope (fun a -> float a.LogPartitionFunction))
                    close 1e-5 (float averages.HeatCapacity) (-(slope _.Energy) / temperature ** 2.0)
            }

            test "Limits of temperature and coupling" {
                let cold = ok (Onsager.averages 1.0 0.3)
                close 1e-11 (-2.0 + 8.0 * exp (-8.0 / 0.3)) cold.Energy
                close 1e-10 0.0 (float cold.Entropy)
                let hot = ok (Onsager.averages 1.0 100.0)
                // −u = 2 tanh K (1 + 2 tanh² K + O(tanh⁴ K)): the bond itself and the two plaquettes beside it.
                let t = tanh 0.01
                close 1e-9 (-2.0 * t * (1.0 + 2.0 * t * t)) hot.Energy
                // C = 2K² + 10 K⁴ + O(K⁶), from the energy.
                close 1e-9 (2e-4 + 1e-7) (float hot.HeatCapacity)
                let free = ok (Onsager.averages 0.0 1.0)
                close 1e-15 (log 2.0) (float free.Entropy)
                close 0.0 0.0 (float (ok (Onsager.neighbourInformation 0.0 1.0)))
                isFault (Onsager.averages 1.0 0.0)
                isFault (Onsager.averages nan 1.0)
            }

            test "The spontaneous magnetisation vanishes at the critical temperature" {
                close 1e-12 0.0 (ok (Onsager.spontaneousMagnetisation 1.0 2.2691853143))
                close 1e-12 ((1.0 - sinh (2.0 / 1.5) ** -4.0) ** 0.125) (ok (Onsager.spontaneousMagnetisation -1.0 1.5))
                close 1e-3 0.9865 (ok (Onsager.spontaneousMagnetisation 1.0 1.5))
            }
        ]
