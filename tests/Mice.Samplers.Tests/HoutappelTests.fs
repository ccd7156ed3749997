module Mice.Samplers.Tests.HoutappelTests

open Expecto
open System
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

/// ln 2 + (1/8π²) ∬ by the trapezoid rule, which converges exponentially for smooth periodic integrands.
let private plain (coupling: float) (temperature: float) =
    let k = coupling / temperature
    let c, s = cosh (2.0 * k), sinh (2.0 * k)
    let n = 400

    let angle i =
        2.0 * Math.PI * (float i + 0.5) / float n

    let mutable sum = 0.0

    for i in 0 .. n - 1 do
        for j in 0 .. n - 1 do
            let a, b = angle i, angle j
            sum <- sum + log (c * c * c + s * s * s - s * (cos a + cos b + cos (a + b)))

    log 2.0 + 0.5 * sum / float (n * n)

[<Tests>]
let tests =
    testList
        "HoutappelTests"
        [
            testTheory
                "The reduced integral is the double integral"
                [ 1.0, 3.0; 1.0, 5.0; 0.5, 50.0; -1.0, 2.0; -1.0, 1.0; -2.0, 200.0 ]
            <| fun (coupling: float, temperature: float) ->
                close
                    1e-12
                    (plain coupling temperature)
                    (float (ok (Houtappel.averages coupling temperature)).LogPartitionFunction)

            test "Entropies of the antiferromagnet are known" {
                // Houtappel's integral and its derivative with 40 digits.
                close 1e-12 0.413908230028038 (float (ok (Houtappel.averages -1.0 1.0)).Entropy)
                close 1e-12 0.554578976386234 (float (ok (Houtappel.averages -1.0 2.0)).Entropy)
                // (2/π) ∫₀^{π/3} ln(2 cos ω) dω with 30 digits; 0.3230659669, often quoted, differs in the eighth.
                close 1e-14 0.32306594721945051 (float Houtappel.residualEntropy)
                let cold = ok (Houtappel.averages -1.0 0.1)
                close 1e-10 (float Houtappel.residualEntropy) (float cold.Entropy)
                close 1e-10 -1.0 cold.Energy
                // A unit of energy more.
                sameAverages 1e-12 { cold with Energy = 3.0 * cold.Energy } (ok (Houtappel.averages -3.0 0.3))
            }

            test "The critical ferromagnet has energy −2 per site" {
                // u(T_c) = −2J: T_c = 4/ln 3. The energy varies as ε ln ε near T_c.
                let critical = Houtappel.criticalTemperature 1.0
                close 1e-12 (4.0 / log 3.0) critical
                close 1e-9 -2.0 (ok (Houtappel.averages 1.0 (critical * (1.0 + 1e-12)))).Energy
                close 1e-11 -3.0 (ok (Houtappel.averages 1.0 0.3)).Energy
                close 1e-10 0.0 (float (ok (Houtappel.averages 1.0 0.3)).Entropy)
            }

            test "Wide cylinders approach the infinite lattice" {
                // What goes once around nine rows has weight tanh⁹(1/T), times the number of ways, or exp(−36/T).
                for coupling, temperature in [ 1.0, 30.0; -1.0, 20.0; 1.0, 1.0 ] do
                    let model =
                        {
                            Lattice = Lattice.Triangular
                            Rows = 9
                            Columns = 9
                            Coupling = coupling
                            Field = 0.0
                            Temperature = temperature
                        }

                    sameAverages
                        1e-9
                        (ok (Houtappel.averages coupling temperature))
                        (ok (IsingCylinder.values model)).Averages
            }

            test "Faults and free spins" {
                isFault (Houtappel.averages 1.0 0.0)
                isFault (Houtappel.averages infinity 1.0)
                close 1e-15 (log 2.0) (float (ok (Houtappel.averages 0.0 1.0)).Entropy)
            }
        ]
