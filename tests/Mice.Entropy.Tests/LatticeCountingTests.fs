module Mice.Entropy.Tests.LatticeCountingTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples
open Mice.Samplers

let private named (result: LatticeCountingResult) =
    result.Estimates |> List.map (fun e -> e.Name, e) |> Map.ofList

let private names = [ "naive"; "kikuchi"; "context_8"; "context_16"; "frontier_16" ]

[<Tests>]
let tests =
    testList
        "LatticeCountingTests"
        [
            // Closed chains side by side: S of a×b sites is a(ln 2 + (b − 1)h). Four errors: p = 3e-4 for each (Student, 31 d.o.f.); fixed seed. Walls are
            // rare, so that few of the patterns of 17 sites matter and all of them are seen often.
            test "Independent chains have the known estimates" {
                let p = 0.02
                let h = binaryEntropy p
                // A chain has no other symmetry than the square lattice on a torus with two different sides.
                let symmetry =
                    SpinSymmetry.ofModel
                        { IsingModel.square 8 1.0 with
                            Columns = 240
                        }

                let result = chains 21UL 8 240 400 p |> LatticeCounting.estimate symmetry |> ok
                Expect.equal (result.Estimates |> List.map _.Name) names "all estimates are there"

                let expected name =
                    if name = "naive" then (log 2.0 + 3.0 * h) / 4.0 else h

                for e in result.Estimates do
                    Expecting.withinErrors 4.0 e.EntropyPerSite (expected e.Name) e.Name

                    if e.Name <> "naive" then
                        Expecting.withinErrors 4.0 e.BelowNaive ((log 2.0 - h) / 4.0) $"naive − {e.Name}"
            }

            // Rows of one spin each, repeated: naive 4 ln 2/16, all others 0 without an error, whatever the rows.
            test "Rows that are all alike leave the naive estimate alone" {
                let spins = independent 22UL 16 1 300 0.5

                let rows =
                    spins.Sites
                    |> Array.map (fun column -> column |> Array.collect (Array.create 20))
                    |> snapshots 16 20

                let result = LatticeCounting.estimate SpinSymmetry.none rows |> ok
                let found = named result
                Expecting.withinErrors 4.0 found["naive"].EntropyPerSite (log 2.0 / 4.0) "naive"

                for name in names.Tail do
                    // Sums of a few terms of order 1.
                    Expecting.within 1e-3 (float found[name].EntropyPerSite.Value) 0.0 $"{name} finds nothing"
            }

            test "Directions are stated, and differences promise nothing" {
                let found =
                    chains 23UL 8 16 40 0.1 |> LatticeCounting.estimate SpinSymmetry.none |> ok |> named

                for name in names do
                    let expected =
                        if name = "naive" then
                            Direction.UpperBound
                        else
                            Direction.NoBound

                    Expect.equal found[name].EntropyPerSite.Direction expected $"the direction of {name}"
                    Expect.equal found[name].BelowNaive.Direction Direction.NoBound "a difference is no bound"
            }

            // Near-critical blocks share their energy, so most of the error of the naive estimate and of the others is common.
            test "Differences have smaller errors than independent estimates would" {
                let found =
                    chains 24UL 8 16 400 0.05 |> LatticeCounting.estimate SpinSymmetry.none |> ok |> named

                let naive, context = found["naive"], found["context_8"]
                let apart = Estimate.subtract naive.EntropyPerSite context.EntropyPerSite

                Expecting.within
                    1e-12
                    (float context.BelowNaive.Value)
                    (float apart.Value)
                    "both are the same difference"

                Expect.isTrue (context.BelowNaive.StandardError < 0.8 * apart.StandardError) "common errors cancel"

                Expect.equal (float naive.BelowNaive.Value) 0.0 "naive is not below itself"
            }

            test "Too few snapshots fail the checks of the large blocks" {
                let failed count =
                    (independent 25UL 16 16 count 0.5 |> LatticeCounting.estimate SpinSymmetry.none |> ok).Checks
                    |> List.filter (fun check -> not check.Passed)
                    |> List.map _.Name

                let few = failed 10
                Expect.contains few "snapshots enough for an error" "10 snapshots are too few for an error"
                Expect.contains few "frontier_16: patterns seen often enough" "large blocks are seen too rarely"
                Expect.contains few "frontier_16: snapshots enough for their correlations" "so are their correlations"

                Expecting.none
                    (failed 400)
                    ((=) "context_8: patterns seen often enough")
                    "400 snapshots are enough for 8 sites"

                Expecting.none (failed 20) ((=) "snapshots enough for an error") "20 snapshots are enough for an error"
            }

            test "On a small torus estimates with larger blocks are left out" {
                let result = torus4 26UL 100 2.5 |> LatticeCounting.estimate SpinSymmetry.none |> ok

                Expect.sequenceEqual
                    (result.Estimates |> List.map _.Name)
                    [ "naive"; "kikuchi" ]
                    "only small blocks are left"

                let told =
                    independent 27UL 3 8 10 0.5 |> LatticeCounting.estimate SpinSymmetry.none |> messages

                let expected = "The number of rows of the lattice is 3; allowed: 4 or more"
                let ignoreCase = System.StringComparison.OrdinalIgnoreCase
                Expect.isTrue (told.Head.Contains(expected, ignoreCase)) $"it says why: {told.Head}"
            }
        ]
