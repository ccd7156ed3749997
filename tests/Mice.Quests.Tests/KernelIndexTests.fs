module Mice.Quests.Tests.KernelIndexTests

open Expecto
open FsCheck
open Mice
open Mice.Quests

let private run = { Run.quiet with Threads = 2 }

/// Points around some centres: rows.
let private clusters (seed: uint64) (count: int) (dimension: int) (centres: int) (width: float) (apart: float) =
    let middle = Key.ofSeed 99UL |> Key.generator

    let centres =
        Array.init centres (fun _ -> Array.init dimension (fun _ -> apart * middle.NextNormal()))

    let generator = Key.ofSeed seed |> Key.generator

    Array.init count (fun _ ->
        centres[generator.NextInt centres.Length] |> Array.map (fun x -> x + width * generator.NextNormal()))
    |> Reference.rows

/// ln S is not above the exact value, and below it by the tolerance at most. Rounding of both sums: 1e-10 of |ln S|.
let private keepsItsPromise tolerance bandwidths reference points =
    let index = KernelIndex.build run tolerance reference |> ok
    let struct (found, share) = KernelIndex.over run bandwidths index points |> ok
    let exact = KernelSums.over run bandwidths reference points |> ok

    for b in 0 .. Array.length bandwidths - 1 do
        for i in 0 .. points.Count - 1 do
            let rounding = 1e-10 * (1.0 + abs (exact[b][i]))
            let missing = exact[b][i] - found[b][i]
            Expect.isTrue (missing >= -rounding) $"point {i}: the sum is too large by {-missing}"
            Expect.isTrue (missing <= tolerance + rounding) $"point {i}: {missing} is missing"

    share

[<Tests>]
let tests =
    testList
        "KernelIndex"
        [
            test "leaves out most pairs of a set of clusters, and no more than it may" {
                let reference = clusters 1UL 3000 12 8 0.02 1.0
                let points = clusters 2UL 700 12 8 0.02 1.0
                let share = keepsItsPromise 1e-3 [| 0.03; 0.05 |] reference points
                Expect.isLessThan share 0.4 "share of the pairs computed"
            }

            test "computes all pairs of a dense set, which are what counts" {
                let reference = clusters 1UL 500 5 1 0.1 0.0
                let share = keepsItsPromise 1e-3 [| 0.3 |] reference (clusters 2UL 100 5 1 0.1 0.0)
                Expect.equal share 1.0 "share of the pairs computed"
            }

            test "is right for points far from everything" {
                let reference = clusters 1UL 400 3 4 0.02 1.0
                let far = clusters 2UL 60 3 4 0.02 1000.0
                keepsItsPromise 1e-6 [| 0.015 |] reference far |> ignore
            }

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 40
                }
                "keeps its promise for any set"
                (fun (seed: PositiveInt) (count: PositiveInt) (wide: bool) ->
                    let count, seed = 1 + count.Get % 400, uint64 seed.Get
                    let width = if wide then 0.2 else 0.01
                    let reference = clusters seed (count + 7) 4 5 width 0.5
                    let points = clusters (seed + 1UL) count 4 7 width 0.6
                    let tolerance = if seed % 2UL = 0UL then 0.1 else 1e-6
                    keepsItsPromise tolerance [| 0.02; 0.1 |] reference points <= 2.0)

            test "with tolerance 0 it is the sum over all" {
                let reference, points = clusters 1UL 300 4 3 0.1 1.0, clusters 2UL 100 4 3 0.1 1.0
                let index = KernelIndex.build run 0.0 reference |> ok
                let struct (found, share) = KernelIndex.over run [| 0.1 |] index points |> ok
                Expect.equal found (KernelSums.over run [| 0.1 |] reference points |> ok) "ln S"
                Expect.equal share 1.0 "share"
            }

            test "refuses tolerances that are none, and what plain sums refuse" {
                let set = clusters 1UL 50 4 3 0.1 1.0

                for tolerance in [ -1.0; 1.5; nan ] do
                    Expect.isError (KernelIndex.build run tolerance set) $"tolerance {tolerance}"

                let index = KernelIndex.build run 0.1 set |> ok
                Expect.isError (KernelIndex.over run [| -1.0 |] index set) "bandwidth"
                Expect.isError (KernelIndex.over run [| 1.0 |] index (clusters 1UL 5 3 1 0.1 0.0)) "dimension"
            }
        ]
