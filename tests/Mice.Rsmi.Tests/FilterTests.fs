module Mice.Rsmi.Tests.FilterTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private options =
    { RsmiOptions.defaults with
        Samples = 8192
    }

let private estimate seed temperature =
    let law = ising temperature
    let samples = RsmiSamples.create (opposite 1) (source seed 8192 law) |> ok
    let result = Rsmi.estimate options (Run.quiet |> Run.seeded seed) samples |> ok
    struct (result, exact law)

[<Tests>]
let tests =
    testList
        "Filters"
        [
            for temperature in [ 1.5; 2.5 ] do
                test $"the best filter of the 4×4 torus at T = {temperature}" {
                    let struct (result, system) = estimate 5UL temperature
                    let exact = ExactRsmi.ofGrainer result.Best system
                    let best = bestOfFilters 3 system
                    // Four errors: p = 6e-5, fixed seed.
                    Expecting.withinErrors 4.0 result.Information exact "certificate of this filter"
                    Expecting.withinErrors 4.0 result.Certificate.Counted exact "counted"
                    // Filters within 0.001 nats of the best one are as good as it is with 8,192 samples.
                    Expect.isGreaterThan exact (best - 0.001) $"best of all filters {best}"
                    Expect.isTrue (result.Checks |> List.forall _.Passed) $"{result.Checks}"
                }

            test "same key, same result" {
                let struct (first, _) = estimate 7UL 2.5
                let struct (again, _) = estimate 7UL 2.5
                Expect.equal first.Information again.Information "information"
                Expect.equal first.Best.Filters again.Best.Filters "filters"
            }
        ]
