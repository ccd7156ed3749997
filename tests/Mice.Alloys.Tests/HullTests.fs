module Mice.Alloys.Tests.HullTests

open System
open Expecto
open Mice
open Mice.Alloys
open Mice.Alloys.Tests.Reference

[<Tests>]
let tests =
    testList
        "Hull"
        [
            test "the hull of CuAu-16 and its transitions are the known ones" {
                let table =
                    FigureTable.create (ClusterExpansion.formation (cuauExpansion ())) (cuau16 ())

                let all = ExactEnumeration.create run table.Polynomial |> ok
                let grounds = ExactEnumeration.groundStates run 1e-9 all |> ok

                let hull =
                    grounds
                    |> Array.map (fun g -> struct (float g.Count / 16.0, g.Energy / 16.0))
                    |> ConvexHull.lower
                    |> ok

                Expect.equal (hull |> Array.map _.Composition) [| 0.0; 0.25; 0.5; 0.75; 1.0 |] "corners"

                for mine, theirs in
                    Array.zip (ConvexHull.transitions hull) [| -0.136669; -0.008061; 0.069712; 0.075017 |] do
                    Expecting.within 1e-6 mine theirs "transition"

                Expect.equal (ConvexHull.stable 0.03 hull).Composition 0.5 "between two transitions"
                Expecting.within 1e-12 (ConvexHull.energyAt hull 0.125) (0.5 * hull[1].Energy) "half way"
            }

            test "hulls are below all points, and touch them at corners" {
                let generator = Key.ofSeed 43UL |> Key.generator

                let points =
                    Array.init 200 (fun _ -> struct (Math.Round(generator.NextFloat(), 2), generator.NextNormal()))

                let hull = ConvexHull.lower points |> ok
                let above = ConvexHull.distances points |> ok
                Expect.all above (fun d -> d >= 0.0) "all above"
                Expect.equal (above |> Array.filter ((=) 0.0) |> Array.length) hull.Length "corners lie on it"
                let slopes = ConvexHull.transitions hull
                Expect.equal (Array.sort slopes) slopes "convex"
                Expect.hasLength (ConvexHull.lower [||] |> messages) 1 "no points"
                Expect.hasLength (ConvexHull.lower [| struct (1.5, 0.0) |] |> messages) 1 "no composition"
            }
        ]
