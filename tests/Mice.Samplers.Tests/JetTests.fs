module Mice.Samplers.Tests.JetTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private same (value, first, second) (jet: Jet) =
    close 1e-13 value jet.Value
    close 1e-13 first jet.First
    close 1e-13 second jet.Second

[<Tests>]
let tests =
    testList
        "JetTests"
        [
            testTheory "Jets follow the rules of differentiation" [ 0.3; 1.7 ]
            <| fun (t: float) ->
                let x = Jet.linear t 1.0
                same (t * t, 2.0 * t, 2.0) (x * x)
                same (t ** 5.0, 5.0 * t ** 4.0, 20.0 * t ** 3.0) (Jet.power 5 x)
                same (1.0 / t, -1.0 / (t * t), 2.0 / (t * t * t)) (Jet.constant 1.0 / x)
                same (tanh t, 1.0 - tanh t ** 2.0, -2.0 * tanh t * (1.0 - tanh t ** 2.0)) (sinh x / cosh x)
                same (t, 1.0, 0.0) (log (exp x))
                same (t, 1.0, 0.0) (sqrt (x * x))
                same (2.0 * t, 2.0, 0.0) (Jet.asinh (sinh (2.0 * x)))
                same (0.0, 0.0, 0.0) (3.0 * x - x - (x + x))

            test "Sums of exponentials neither overflow nor lose signs" {
                // ln(e^{x} − ½e^{x}) = x − ln 2 at any x.
                let x = Jet.linear 5e3 1.0
                let one = Jet.constant 1.0

                same
                    (5e3 - log 2.0, 1.0, 0.0)
                    (Jet.logSumExp
                        [|
                            struct (one, x)
                            struct (Jet.constant -0.5, x)
                            struct (one, Jet.constant -5e3)
                        |])
            }

            test "Quadrature stands singular ends" {
                let integral f =
                    Quadrature.unitInterval |> Array.sumBy (fun (struct (x, w)) -> w * f x)

                close 1e-14 1.0 (integral (fun _ -> 1.0))
                close 1e-14 -1.0 (integral log)
                close 1e-13 2.0 (integral (fun x -> 1.0 / sqrt x))
                // A peak of width 1e-9 at the end.
                close 1e-12 (atan 1e9) (integral (fun x -> 1e-9 / (1e-18 + x * x)))
            }
        ]
