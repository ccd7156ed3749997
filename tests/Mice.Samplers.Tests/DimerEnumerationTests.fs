module Mice.Samplers.Tests.DimerEnumerationTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

let private four = DimerModel.square 4 1.0

[<Tests>]
let tests =
    testList
        "DimerEnumerationTests"
        [
            test "The 4×4 torus has its 272 coverings, each once" {
                let all = DimerEnumeration.coverings four |> ok
                Expect.equal all.Length 272 "272"
                Expect.equal (Array.distinct all).Length 272 "each once"
                Expect.all all (DimerModel.isCovering four) "coverings"
            }

            test "Levels of the 4×4 torus are the published ones" {
                let levels =
                    DimerEnumeration.densityOfStates four
                    |> ok
                    |> Array.map (fun level -> level.ParallelPairs, level.Coverings)

                Expect.equal levels [| 0, 12L; 2, 32L; 3, 64L; 4, 112L; 6, 48L; 8, 4L |] "levels"
            }

            test "The 6×6 torus has 90,176 coverings" {
                let levels = DimerEnumeration.densityOfStates (DimerModel.square 6 1.0) |> ok
                Expect.equal (levels |> Array.sumBy _.Coverings) 90176L "90,176"
                Expect.equal (Array.last levels).ParallelPairs 18 "the columnar states"
                Expect.equal (Array.last levels).Coverings 4L "four of them"
            }

            test "A torus and the one turned by a quarter have the same levels" {
                let levels rows columns =
                    DimerEnumeration.densityOfStates
                        { four with
                            Rows = rows
                            Columns = columns
                        }
                    |> ok

                Expect.equal (levels 4 6) (levels 6 4) "4×6 and 6×4"
                Expect.equal (levels 4 8) (levels 8 4) "4×8 and 8×4"
            }

            test "Averages of the 4×4 torus are the tabulated ones" {
                for temperature, energy, entropy, heatCapacity in
                    [
                        infinity, -0.23529412, 0.35036263, 0.0
                        2.0, -0.30981566, 0.33143644, 0.039019
                        1.0, -0.38582421, 0.27478258, 0.139281
                        0.5, -0.47555418, 0.14847122, 0.175052
                    ] do
                    let found = DimerEnumeration.averages (DimerModel.square 4 temperature) |> ok
                    // Half a unit of the last digit.
                    Expecting.decimals 8 found.Energy energy $"E/N at T = {temperature}"
                    Expecting.decimals 8 (float found.Entropy) entropy $"S/N at T = {temperature}"
                    Expecting.decimals 6 (float found.HeatCapacity) heatCapacity $"C/N at T = {temperature}"
            }

            test "Averages are those of the sum over all coverings" {
                for temperature in [ 0.02; 0.7; 3.0; infinity ] do
                    let law = DimerReference.boltzmann temperature
                    let found = DimerEnumeration.averages (DimerModel.square 4 temperature) |> ok

                    let energy = law |> Array.sumBy (fun (c, p) -> p * DimerModel.energy four c / 16.0)

                    // Rounding in sums of 272 terms.
                    close 1e-12 energy found.Energy
                    close 1e-12 (-(law |> Array.sumBy (fun (_, p) -> p * log p)) / 16.0) (float found.Entropy)
                    close 1e-9 (float found.Entropy - found.Energy / temperature) (float found.LogPartitionFunction)
            }

            test "More than 36 sites are refused, and so are faulty models" {
                DimerEnumeration.coverings (DimerModel.square 8 1.0) |> isFault
                DimerEnumeration.averages (DimerModel.square 4 0.0) |> isFault
                DimerEnumeration.densityOfStates (DimerModel.square 5 1.0) |> isFault
            }
        ]
