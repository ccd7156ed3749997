module Mice.Quests.Tests.KernelSumsTests

open Expecto
open Mice
open Mice.Quests

let private normals (seed: uint64) (count: int) (dimension: int) (scale: float) : float[][] =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init count (fun _ -> Array.init dimension (fun _ -> scale * generator.NextNormal()))

let private run threads = { Run.quiet with Threads = threads }

/// Sums over another set agree with the plain ones. Logarithms of sums have an error of a few roundings of the exponents.
let private agreesOver (dimension: int) (references: int) (count: int) =
    let reference = normals 1UL references dimension 0.1
    let points = normals 2UL count dimension 0.1
    let bandwidths = [| 0.05; 0.2 |]

    let found =
        KernelSums.over (run 2) bandwidths (Reference.rows reference) (Reference.rows points) |> ok

    for b in 0..1 do
        for i in 0 .. count - 1 do
            let expected = Reference.logarithm bandwidths[b] reference points[i]

            Expecting.within
                (1e-11 * (1.0 + abs expected))
                (found[b][i])
                expected
                $"point {i} of {count}, d = {dimension}"

let private agreesWithin (dimension: int) (count: int) =
    let points = normals 3UL count dimension 0.1
    let bandwidths = [| 0.03; 0.1; 1.0 |]
    let found = KernelSums.within (run 2) bandwidths (Reference.rows points) |> ok

    for b in 0..2 do
        for i in 0 .. count - 1 do
            let expected = Reference.logarithm bandwidths[b] points points[i]
            Expecting.within 1e-11 (found[b][i]) expected $"point {i} of {count}, d = {dimension}"

let private badInput (text: string) (result: Result<'a, MiceError list>) =
    match result with
    | Ok _ -> failtest "bad input was taken"
    | Error faults -> Expect.stringContains (faults |> List.map MiceError.message |> String.concat " ") text "the fault"

[<Tests>]
let tests =
    testList
        "KernelSums"
        [
            test "agree with plain sums over another set" {
                for dimension, references, count in [ 1, 1, 1; 2, 25, 30; 7, 24, 24; 63, 500, 200 ] do
                    agreesOver dimension references count
            }

            test "by the tensor engine agree with plain sums, in several blocks and far away" {
                for references, count, shift in [ 300, 40, 0.0; 9000, 20, 0.0; 40, 5000, 0.0; 100, 50, 30.0 ] do
                    let reference, points = normals 1UL references 5 0.1, normals 2UL count 5 0.1
                    let points = points |> Array.map (Array.map (fun x -> x + shift))
                    let bandwidths = [| 0.05; 0.2 |]

                    let found =
                        TensorSums.over
                            Device.Cpu
                            Run.quiet
                            bandwidths
                            (Reference.rows reference)
                            (Reference.rows points)

                    for b in 0..1 do
                        for i in 0..50 .. count - 1 do
                            let expected = Reference.logarithm bandwidths[b] reference points[i]

                            Expecting.within
                                (1e-9 * (1.0 + abs expected))
                                (found[b][i])
                                expected
                                $"point {i} of {count}"
            }

            test "agree with plain sums within a set, whatever the number of blocks" {
                for dimension, count in [ 1, 1; 2, 30; 5, 239; 3, 241; 4, 480; 2, 700; 63, 800 ] do
                    agreesWithin dimension count
            }

            test "do not depend on the number of threads" {
                let points = normals 4UL 1000 10 0.1 |> Reference.rows
                let reference = normals 5UL 300 10 0.1 |> Reference.rows

                let within threads =
                    KernelSums.within (run threads) [| 0.1 |] points |> ok

                let over threads =
                    KernelSums.over (run threads) [| 0.1 |] reference points |> ok

                Expect.equal (within 1) (within 3) "within"
                Expect.equal (over 1) (over 3) "over"
            }

            test "are finite at any distance" {
                let reference = [| [| 0.0; 0.0 |]; [| 1.0; 0.0 |] |]
                let points = [| [| 0.1; 0.2 |]; [| 30.0; 4.0 |]; [| -1e6; 0.0 |]; [| 0.5; 3.7 |] |]

                let found =
                    KernelSums.over (run 1) [| 0.015; 0.1 |] (Reference.rows reference) (Reference.rows points) |> ok

                for b, h in [ 0, 0.015; 1, 0.1 ] do
                    for i in 0..3 do
                        let expected = Reference.logarithm h reference points[i]
                        Expecting.within (1e-12 * abs expected + 1e-12) (found[b][i]) expected $"h = {h}, point {i}"
            }

            test "give 0 exactly for equal points" {
                let points = Array.replicate 50 [| 0.123; 4.56; -7.89 |]
                let found = KernelSums.within (run 1) [| 1e-6 |] (Reference.rows points) |> ok
                Expect.all found[0] (fun s -> s = log 50.0) "fifty kernels of 1"
            }

            test "as weights make means of numbers" {
                let reference = normals 6UL 90 3 0.1
                let points = normals 7UL 31 3 0.1
                let numbers = Array.init 90 (fun i -> float i)

                let struct (means, logarithms) =
                    KernelSums.regression (run 2) 0.05 numbers (Reference.rows reference) (Reference.rows points) |> ok

                for i in 0..30 do
                    let kernels =
                        reference |> Array.map (fun y -> exp (Reference.logarithm 0.05 [| y |] points[i]))

                    let expected = Array.sum (Array.map2 (*) kernels numbers) / Array.sum kernels
                    Expecting.within 1e-9 means[i] expected "the mean"
                    Expecting.within 1e-11 logarithms[i] (log (Array.sum kernels)) "ln S"
            }

            test "know the nearest point" {
                let reference = normals 8UL 130 4 1.0
                let points = normals 9UL 55 4 1.0

                let struct (distances, indices) =
                    KernelSums.nearest (run 2) (Reference.rows reference) (Reference.rows points) |> ok

                for i in 0..54 do
                    let distance, index = Reference.nearest reference points[i] -1
                    Expect.equal indices[i] index "index"
                    Expecting.within 1e-12 distances[i] distance "distance"

                let own = Reference.rows reference
                let struct (distances, indices) = KernelSums.nearest (run 2) own own |> ok

                for i in 0..129 do
                    let distance, index = Reference.nearest reference reference[i] i
                    Expect.equal indices[i] index "index of another point"
                    Expecting.within 1e-12 distances[i] distance "distance of another point"
            }

            test "refuse bandwidths and dimensions that are none" {
                let points = Reference.rows [| [| 1.0; 2.0 |] |]
                KernelSums.within (run 1) [| 0.0 |] points |> badInput "bandwidth"
                KernelSums.within (run 1) [| nan |] points |> badInput "bandwidth"
                KernelSums.within (run 1) [||] points |> badInput "bandwidths"
                KernelSums.over (run 1) [| 1.0 |] (Reference.rows [| [| 1.0 |] |]) points |> badInput "components"
                KernelSums.nearest (run 1) points points |> badInput "fewer than the 2"
                PointSet.ofRows 2 [| 1.0; nan |] |> badInput "component 2 of point 1"
                PointSet.ofRows 2 [| 1.0; 2.0; 3.0 |] |> badInput "multiple"
            }

            test "agree with the published implementation on points in the plane" {
                let points = Published.numbers 0 "toy2d_points.csv"
                let grid = Published.numbers 0 "toy2d_grid_dH.csv"
                let bandwidths = [| 0.1; 0.15; 0.25; 0.5 |]

                let found =
                    KernelSums.over
                        (run 2)
                        bandwidths
                        (Reference.rows points)
                        (grid |> Array.map (Array.truncate 2) |> Reference.rows)
                    |> ok

                for b in 0..3 do
                    for i in 0 .. grid.Length - 1 do
                        let expected = grid[i][2 + b]

                        Expecting.within
                            (1e-9 * (1.0 + abs expected))
                            (-found[b][i])
                            expected
                            $"h = {bandwidths[b]}, point {i}"
            }
        ]
