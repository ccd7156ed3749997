module Mice.Information.Tests.SampleTests

open Expecto
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private normals seed rows columns =
    let generator = Key.ofSeed seed |> Key.generator
    ok (Sample.create rows columns (Array.init (rows * columns) (fun _ -> generator.NextNormal())))

[<Tests>]
let tests =
    testList
        "SampleTests"
        [
            test "Rows, columns and joins keep every number in its place" {
                let x = ok (Sample.ofRows [| [| 1.0; 2.0 |]; [| 3.0; 4.0 |]; [| 5.0; 6.0 |] |])
                let y = Sample.ofColumn [| 7.0; 8.0; 9.0 |]
                Expect.equal (Sample.column 1 x) [| 2.0; 4.0; 6.0 |] "a column"

                Expect.equal
                    ((Sample.join x y).Values)
                    [| 1.0; 2.0; 7.0; 3.0; 4.0; 8.0; 5.0; 6.0; 9.0 |]
                    "the rows of both side by side"

                Expect.equal
                    ((Sample.choose [| 2; 0 |] x).Values)
                    [| 5.0; 6.0; 1.0; 2.0 |]
                    "the rows that were asked for"
            }

            test "Standardised columns have mean 0 and variance 1" {
                let sample =
                    normals 1UL 200 3
                    |> Sample.mapColumns (fun c -> Array.map (fun v -> 10.0 ** float c * v + 7.0))
                    |> Sample.standardise

                for c in 0..2 do
                    Expecting.decimals 12 (Sample.column c sample |> Statistics.mean) 0.0 $"the mean of column {c}"

                    Expecting.decimals
                        12
                        (Sample.column c sample |> Statistics.variance)
                        1.0
                        $"the variance of column {c}"
            }

            test "Every fault of the data has its message" {
                let good = normals 2UL 60 2
                let short = normals 3UL 49 2

                let broken =
                    { good with
                        Values = good.Values |> Array.mapi (fun i v -> if i = 7 then nan else v)
                    }

                let constant =
                    good |> Sample.mapColumns (fun c v -> if c = 1 then Array.create v.Length 3.0 else v)

                let information x y =
                    Kraskov.mutualInformation KraskovVariant.First NeighbourOptions.defaults x y |> messages

                Expect.equal (information good good) [] "good samples have no fault"

                Expect.equal
                    (information short short |> List.truncate 1)
                    [ "49 rows of X are fewer than the 50 needed. Sample longer." ]
                    "too few rows"

                Expect.contains
                    (information good (normals 4UL 59 1))
                    "Row counts do not match: 60 rows of X against 59 rows of Y."
                    "different numbers of rows"

                Expect.equal
                    (information good broken)
                    [ "Y, row 4, column 2, is NaN; allowed: finite numbers." ]
                    "a number that is none"

                Expect.equal
                    (information constant good)
                    [ "column 2 of X is constant (3); allowed: columns that vary." ]
                    "a constant column"

                Expect.equal
                    (Sample.create 3 2 (Array.zeroCreate 5) |> messages)
                    [ "Shape and numbers of a sample do not match: 3 rows of 2 against 5 numbers." ]
                    "numbers that do not fill the shape"

                Expect.equal
                    (Sample.ofRows [| [| 1.0; 2.0 |]; [| 1.0 |] |] |> messages)
                    ([
                        "The lengths of rows do not match: 2 numbers in row 1 against 1 numbers in row 2."
                    ])
                    "rows of different lengths"
            }

            test "Options out of range are all reported" {
                let x = normals 2UL 60 1

                let options =
                    { NeighbourOptions.defaults with
                        Neighbours = 60
                        Blocks = 3
                    }

                Expect.equal
                    (Kraskov.mutualInformation KraskovVariant.First options x x |> messages)
                    ([
                        "Neighbours is 60; allowed: 1 to 59, below the number of rows."
                        "Blocks is 3; allowed: 4 or more."
                    ])
                    "both faults are told"
            }

            test "Samples without ties stay as they are" {
                let sample = normals 5UL 100 3
                let struct (separated, report) = Ties.separate (Key.ofSeed 1UL) "X" sample
                Expecting.same separated.Values sample.Values "the numbers are not even copied"
                Expect.equal report.Columns [] "no column has ties"
                Expect.equal report.TiedFraction 0.0 "no value is tied"
                Expect.equal report.Jitter 0.0 "there is no noise"
            }

            test "Ties are found, separated by less than their noise and reported" {
                let sample =
                    normals 6UL 1_000 2
                    |> Sample.mapColumns (fun c values ->
                        if c = 1 then
                            values |> Array.map (fun v -> 1e6 + round (2.0 * v))
                        else
                            values)

                let struct (separated, report) = Ties.separate (Key.ofSeed 1UL) "X" sample
                Expect.equal report.Columns [ "column 2 of X" ] "the column with ties"
                // All but the few rounded values that occur once.
                Expecting.inRange report.TiedFraction 0.99 1.0 "almost every value is tied"
                let before, after = Sample.column 1 sample, Sample.column 1 separated
                Expect.equal (Ties.tiedFraction after) 0.0 "no tie is left"

                Expect.equal (Sample.column 0 separated) (Sample.column 0 sample) "the other column stays"

                let deviation = sqrt (Statistics.variance before)
                Expecting.decimals 15 (report.Jitter / deviation) 1e-8 "the noise in units of the deviation"
                let centre = Statistics.mean before

                Array.iter2
                    (fun b a ->
                        Expecting.inRange
                            (a - (b - centre))
                            (-0.5 * report.Jitter)
                            (0.5 * report.Jitter)
                            "a value moves by half of the noise at most")
                    before
                    after

                let struct (again, _) = Ties.separate (Key.ofSeed 1UL) "X" sample
                Expect.equal again.Values separated.Values "the same key gives the same noise"
            }
        ]
