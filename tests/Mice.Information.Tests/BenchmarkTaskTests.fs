module Mice.Information.Tests.BenchmarkTaskTests

open Expecto
open System
open Mice
open Mice.Information
open Mice.Information.Tests.BenchmarkTasks
open Mice.Information.Tests.Reference

/// Ranks in equal parts.
let private cut bins (values: float[]) =
    let ranks = Array.zeroCreate values.Length

    Array.init values.Length id
    |> Array.sortBy (fun i -> values[i])
    |> Array.iteri (fun rank i -> ranks[i] <- rank * bins / values.Length)

    ranks

/// The plug-in less its bias (m_x − 1)(m_y − 1)/(2N).
let private binned (x: int[]) (y: int[]) =
    JointCounts.ofSymbols [ x; y ]
    |> ok
    |> DiscreteInformation.mutualInformation EntropyMethod.MillerMadow
    |> ok

[<Tests>]
let tests =
    testList
        "BenchmarkTaskTests"
        [
            // Recomputed from the definitions elsewhere, to 1e-10.
            testTheory
                "Exact values are those of the benchmark"
                [
                    "1v1-normal-0.75", 0.4133392866
                    "1v1-additive-0.1", 1.7094379124
                    "swissroll_x-normal_cdf-1v1-normal-0.75", 0.4133392866
                    "multinormal-dense-5-5-0.5", 0.5928118328
                    "multinormal-sparse-25-25-2-2.0", 1.0216512475
                    "asinh-student-identity-3-3-2", 0.2909219227
                    "spiral-multinormal-sparse-3-3-2-2.0", 1.0216512475
                    "1v1-X-0.9", 0.4084425498
                ]
            <| fun (name: string, value: float) ->
                let task = benchmark |> List.find (fun t -> t.Name = name)
                // The digits given.
                Expecting.inRange (task.Exact - value) (-1e-10) 1e-10 "the value has the digits given"

            test "Single columns, cut into bins, have the exact information within what the cut loses" {
                let columns =
                    [ "1v1-normal-0.75", 0.02; "1v1-additive-0.1", 0.1; "1v1-X-0.9", 0.05 ]

                for name, lost in columns do
                    let task = benchmark |> List.find (fun t -> t.Name = name)
                    let struct (x, y) = task.Draw (Key.ofSeed 7UL) 100_000
                    let estimate = binned (cut 40 x.Values) (cut 40 y.Values)
                    // Four errors; what is lost falls with the squared width of a bin over that of the law's structure.
                    Expecting.inRange
                        (nats estimate - task.Exact)
                        (-lost - 4.0 * error estimate)
                        (4.0 * error estimate + 0.003)
                        "the bins lose no more than they may"
            }

            test "Discrete laws have the exact information" {
                let symbols (sample: Sample) = sample.Values |> Array.map int
                let table = further |> List.find (fun t -> t.Name.StartsWith "10×10")
                let struct (x, y) = table.Draw (Key.ofSeed 8UL) 100_000
                let estimate = binned (symbols x) (symbols y)

                Expecting.inRange
                    (nats estimate)
                    (table.Exact - 4.0 * error estimate)
                    (table.Exact + 4.0 * error estimate)
                    "the table's estimate lies within four errors of the exact value"

                let labels = further |> List.find (fun t -> t.Name.StartsWith "4 labels")
                let struct (x, y) = labels.Draw (Key.ofSeed 9UL) 100_000
                let estimate = binned (symbols x) (cut 100 y.Values)

                Expecting.inRange
                    (nats estimate - labels.Exact)
                    (-0.005 - 4.0 * error estimate)
                    (4.0 * error estimate)
                    "the labels' estimate lies within four errors and the loss of the bins"
            }

            test "Columns have mean 0 and variance 1, but for labels" {
                for task in benchmark @ independent do
                    let struct (x, y) = task.Draw (Key.ofSeed 10UL) 500

                    for sample in [ x; y ] do
                        for c in 0 .. sample.Columns - 1 do
                            let column = Sample.column c sample
                            // Rounding of sums of 500 numbers.
                            Expecting.decimals 10 (Statistics.mean column) 0.0 "the mean of a column"
                            Expecting.decimals 10 (Statistics.variance column) 1.0 "the variance of a column"
            }

            test "The normal tasks have the covariances of their definition" {
                let rows = 40_000

                let correlation (a: float[]) (b: float[]) = Array.map2 (*) a b |> Array.average

                let struct (x, y) = benchmark[3].Draw (Key.ofSeed 11UL) rows

                for i in 0..4 do
                    for j in 0..4 do
                        // Four errors of a correlation, 1/√N at most.
                        Expecting.inRange
                            (correlation (Sample.column i x) (Sample.column j y))
                            0.48
                            0.52
                            "the dense task's correlations of X with Y are 0.5"

                        if i < j then
                            Expecting.inRange
                                (correlation (Sample.column i x) (Sample.column j x))
                                0.48
                                0.52
                                "the dense task's correlations within X are 0.5"

                let struct (x, y) = benchmark[4].Draw (Key.ofSeed 12UL) rows

                for i in 0..24 do
                    for j in 0..24 do
                        let expected = if i = j && i < 2 then 0.8 else 0.0
                        // Largest of 625: 4.5 errors.
                        Expecting.inRange
                            (correlation (Sample.column i x) (Sample.column j y))
                            (expected - 0.0225)
                            (expected + 0.0225)
                            "the sparse task's two pairs have correlation 0.8, all others none"
            }
        ]
