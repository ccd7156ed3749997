module Mice.Rsmi.Tests.ExactRsmiTests

open Expecto
open Mice.Rsmi
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private majority =
    CoarseGrainer.create (CoarseVariable.Binary 1) [| Array.create 4 1.0 |]

let private system temperature = exact (ising temperature)

[<Tests>]
let tests =
    testList
        "ExactRsmi"
        [
            test "the majority of a block of the 4×4 torus" {
                // By enumeration in another program, eight decimals.
                for temperature, expected in [ 1.0, 0.69294137; 1.5, 0.67968877; 2.5, 0.34139712; 4.0, 0.03312974 ] do
                    Expecting.within
                        1e-8
                        (ExactRsmi.ofGrainer majority (system temperature))
                        expected
                        $"T = {temperature}"
            }

            test "no filter knows more than the block, and the sign of a filter does not matter" {
                let system = system 2.5
                let minus = CoarseGrainer.create (CoarseVariable.Binary 1) [| Array.create 4 -1.0 |]
                let found = ExactRsmi.ofGrainer majority system
                Expect.isLessThan found (ExactRsmi.whole system) "I(V : E)"
                Expecting.within 1e-14 (ExactRsmi.ofGrainer minus system) found "sign"
            }

            test "several components know at least as much as one" {
                let system = system 2.5
                let filters = [| [| 1.0; 1.0; 1.0; 1.0 |]; [| 1.0; -1.0; 1.0; -1.0 |] |]
                let both = CoarseGrainer.create (CoarseVariable.Binary 2) filters
                Expect.isGreaterThan (ExactRsmi.ofGrainer both system) (ExactRsmi.ofGrainer majority system) "two"
            }

            test "states are shared where they tie" {
                let law = CoarseGrainer.limit (CoarseVariable.States 3) [| 1.0; 0.5; 1.0 |]
                Expect.equal law [| 0.5; 0.0; 0.5 |] "tie"
                let signs = CoarseGrainer.limit (CoarseVariable.Binary 2) [| 0.3; 0.0 |]
                Expect.equal signs [| 0.5; 0.0; 0.5; 0.0 |] "h = (+, ±)"
            }
        ]
