module Mice.Segal.Tests.ResponseTests

open Expecto
open Mice
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

/// All configurations of eight sites.
let private all = SmallAlloy.all

/// An average over all configurations by the probabilities of the network.
let private average (n: SegalNetwork) (c: Conditions) (values: float[]) : float =
    SegalNetwork.logarithms run n (Array.create 256 c) all
    |> Array.map2 (fun value l -> value * exp l) values
    |> Array.sum

[<Tests>]
let tests =
    testList
        "Response"
        [
            test "derivatives of averages are those of all configurations" {
                let s, n = SmallAlloy.system, SmallAlloy.network
                let charges = Array.init 256 (fun i -> SemiGrandSystem.charge s all (8 * i))
                let energies = Array.init 256 (fun i -> s.Energy all (8 * i))

                for c in [ at 450.0 0.02; at 800.0 -0.11 ] do
                    let enthalpies = Array.map2 (fun e m -> e - c.Field * m) energies charges

                    let difference (a: Conditions) (b: Conditions) values width =
                        (average n b values - average n a values) / width

                    let capacity =
                        difference (at (c.Temperature - 2.0) c.Field) (at (c.Temperature + 2.0) c.Field) enthalpies 4.0
                        / (8.0 * s.Boltzmann)

                    let susceptibility =
                        difference
                            (at c.Temperature (c.Field - 0.0008))
                            (at c.Temperature (c.Field + 0.0008))
                            charges
                            0.0016
                        / 8.0

                    let found = SegalResponse.create run 40_000 c n |> ok
                    // Four numbers: five errors are exceeded once in 400,000 runs. Differences have the rounding of float32 networks.
                    Expecting.within
                        (5.0 * found.HeatCapacity.StandardError + 1e-3 * abs capacity)
                        found.HeatCapacity.Value
                        capacity
                        "heat capacity"

                    Expecting.within
                        (5.0 * found.Susceptibility.StandardError + 1e-3 * abs susceptibility)
                        found.Susceptibility.Value
                        susceptibility
                        "susceptibility"

                    Expect.isLessThan found.Susceptibility.StandardError (0.05 * susceptibility) "the error is small"
            }

            test "conditions outside the range and too few samples are refused" {
                Expect.isError (SegalResponse.create run 3 (at 450.0 0.0) SmallAlloy.network) "samples"
                Expect.isError (SegalResponse.create run 10 (at 4500.0 0.0) SmallAlloy.network) "temperature"
            }
        ]
