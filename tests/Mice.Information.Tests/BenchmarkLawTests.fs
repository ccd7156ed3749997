/// What holds for the mutual information of any law, whatever the estimator: on the tasks of the benchmark, for estimators without critics.
module Mice.Information.Tests.BenchmarkLawTests

open Expecto
open System
open Mice
open Mice.Information
open Mice.Information.Tests.BenchmarkTasks
open Mice.Information.Tests.Reference

let private rows = 1_500

let private named name =
    benchmark |> List.find (fun t -> t.Name = name)

let private normal = named "1v1-normal-0.75"
let private additive = named "1v1-additive-0.1"
let private crossed = named "1v1-X-0.9"

let private kraskov variant x y =
    (Kraskov.mutualInformation variant NeighbourOptions.defaults x y |> ok).Estimate

let private neighbours =
    [
        "KSG-1", kraskov KraskovVariant.First
        "KSG-2", kraskov KraskovVariant.Second
    ]

let private estimators =
    ("copula", (fun x y -> GaussianInformation.copula x y |> ok)) :: neighbours

let private draw (task: BenchmarkTask) index =
    task.Draw (Key.ofSeed 70UL |> Key.item index) rows

/// The mean of values over draws lies within four of its errors, and so much bias, of what is expected.
let private meanWithin bias expected (name: string) (values: float[]) =
    let mean, deviation = Statistics.mean values, Statistics.standardError values

    Expect.isTrue
        (abs (mean - expected) <= 4.0 * deviation + bias)
        $"{name}: mean {mean} ± {deviation}, expected {expected} within {bias}"

[<Tests>]
let tests =
    testList
        "BenchmarkLawTests"
        [
            test "pairs put together anew give 0" {
                for task in benchmark |> List.filter (fun t -> not (t.Name.Contains "25")) do
                    for name, estimate in estimators do
                        Array.init 10 (fun i ->
                            let struct (x, y) = draw task i
                            let order = Derangement.cycle (Key.ofSeed 71UL |> Key.item i) rows
                            estimate x (Sample.choose order y) |> nats)
                        |> meanWithin 0.0 0.0 $"{task.Name}, {name}"
            }

            test "strictly monotone maps of single columns change nothing beyond the error" {
                let rolled = named "swissroll_x-normal_cdf-1v1-normal-0.75"

                let bent (sample: Sample) =
                    sample |> Sample.mapColumns (fun _ -> Array.map (fun v -> Math.Sinh v)) |> Sample.standardise

                let falling (sample: Sample) =
                    sample |> Sample.mapColumns (fun _ -> Array.map (fun v -> -atan v)) |> Sample.standardise

                for _, estimate in estimators do
                    for task in [ normal; additive; crossed ] do
                        let struct (x, y) = draw task 0
                        let plain, mapped = estimate x y, estimate (bent x) (falling y)
                        // The same rows: only what the map does to distances differs.
                        Expecting.inRange
                            (nats mapped - nats plain)
                            (-3.0 * error plain - 1e-9)
                            (3.0 * error plain + 1e-9)
                            "the maps change nothing beyond three errors"

                // A roll of the plane is no map of columns for the copula.
                for _, estimate in neighbours do
                    let struct (x, y) = draw normal 1
                    let struct (roll, cumulative) = draw rolled 1
                    let plain = estimate x y

                    Expecting.inRange
                        (nats (estimate roll cumulative) - nats plain)
                        (-3.0 * error plain)
                        (3.0 * error plain)
                        "the copula's rolled plane has what the plane has, within three errors"
            }

            test "X and Y may be swapped" {
                for task in benchmark do
                    for name, estimate in estimators do
                        let struct (x, y) = draw task 0
                        Expect.isTrue (close 1e-9 (nats (estimate x y)) (nats (estimate y x))) $"{task.Name}, {name}"
            }

            test "independent columns beside X and Y add nothing" {
                for task, bias in [ normal, 0.03; crossed, 0.08 ] do
                    for name, estimate in (if task.Name = crossed.Name then neighbours else estimators) do
                        Array.init 10 (fun i ->
                            let struct (x, y) = draw task i
                            let struct (more, other) = independent[0].Draw (Key.ofSeed 72UL |> Key.item i) rows
                            nats (estimate (Sample.join x more) (Sample.join y other)))
                        // Nearest neighbours are farther in more columns, and blur what is sharp.
                        |> meanWithin (if name = "copula" then 0.003 else bias) task.Exact $"{task.Name}, {name}"
            }

            test "two independent copies have the double" {
                for task, bias in [ normal, 0.03; crossed, 0.15 ] do
                    for name, estimate in (if task.Name = crossed.Name then neighbours else estimators) do
                        Array.init 10 (fun i ->
                            let struct (x, y) = draw task i
                            let struct (x', y') = draw task (100 + i)
                            nats (estimate (Sample.join x x') (Sample.join y y')))
                        // As above.
                        |> meanWithin
                            (if name = "copula" then 0.003 else bias)
                            (2.0 * task.Exact)
                            $"{task.Name}, {name}"
            }
        ]
