module Mice.Samplers.Tests.ChippingModelTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

[<Tests>]
let tests =
    testList
        "ChippingModelTests"
        [
            test "At unit density the transition is at a third, and both forms of the critical line are one" {
                close 1e-15 (1.0 / 3.0) (ChippingModel.criticalHopRate 1.0)

                for w in [ 0.05; 1.0 / 3.0; 1.0; 7.0 ] do
                    close 1e-12 w (ChippingModel.criticalHopRate (ChippingModel.criticalDensity w))

                Expect.equal (ChippingModel.criticalDensity 0.0) infinity "nothing condenses without hops"
            }

            test "The share of the condensate is what the critical fluid leaves, and none below the transition" {
                close 1e-3 0.586 (ChippingModel.infiniteCondensateFraction (ChippingModel.unitDensity 256 1.0))
                close 1e-3 0.775 (ChippingModel.infiniteCondensateFraction (ChippingModel.unitDensity 256 2.0))

                for w in [ 0.0; 0.2; 0.3333 ] do
                    close 0.0 0.0 (ChippingModel.infiniteCondensateFraction (ChippingModel.unitDensity 256 w))
            }

            test "Both starts have all the mass" {
                let model = { Sites = 7; Mass = 40; HopRate = 0.5 }

                for seed in 1UL .. 20UL do
                    let scattered = ChippingModel.start ChippingStart.Scattered (Key.ofSeed seed) model

                    let heaped = ChippingModel.start ChippingStart.Heaped (Key.ofSeed seed) model
                    Expect.isEmpty (ChippingModel.configurationFaults model scattered) "scattered"
                    Expect.isEmpty (ChippingModel.configurationFaults model heaped) "heaped"
                    close 0.0 1.0 (ChippingModel.condensateFraction heaped)
                    close 1e-12 (1600.0 / 7.0) (ChippingModel.secondMoment heaped)
            }

            test "Largest share and second moment are those of the definition" {
                let masses = [| 0; 3; 1; 0; 2 |]
                close 0.0 0.5 (ChippingModel.condensateFraction masses)
                close 1e-15 2.8 (ChippingModel.secondMoment masses)
            }

            test "Every fault of a model is told" {
                let faults = ChippingModel.faults { Sites = 1; Mass = 0; HopRate = nan }

                Expect.equal faults.Length 3 "sites, mass, rate"
                Expect.isEmpty (ChippingModel.faults (ChippingModel.unitDensity 2 0.0)) "the smallest ring"
            }

            test "Every fault of a configuration is told" {
                let model = ChippingModel.unitDensity 4 1.0

                let count masses =
                    (ChippingModel.configurationFaults model masses).Length

                Expect.equal (count [| 4; 0; 0; 0 |]) 0 "sound"
                Expect.equal (count [| 4; 0; 0; 1 |]) 1 "too much mass"
                Expect.equal (count [| 5; -1; 0; 0 |]) 1 "a mass below 0"
                Expect.equal (count [| 1; 1; 2 |]) 1 "too few sites"
                Expect.equal (count [||]) 2 "no sites and no mass"
            }
        ]
