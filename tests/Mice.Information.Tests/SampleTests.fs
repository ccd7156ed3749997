module Mice.Information.Tests.SampleTests

open Xunit
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private normals seed rows columns =
    let generator = Key.ofSeed seed |> Key.generator
    ok (Sample.create rows columns (Array.init (rows * columns) (fun _ -> generator.NextNormal())))

[<Fact>]
let ``Rows, columns and joins keep every number in its place`` () =
    let x = ok (Sample.ofRows [| [| 1.0; 2.0 |]; [| 3.0; 4.0 |]; [| 5.0; 6.0 |] |])
    let y = Sample.ofColumn [| 7.0; 8.0; 9.0 |]
    Assert.Equal<float[]>([| 2.0; 4.0; 6.0 |], Sample.column 1 x)
    Assert.Equal<float[]>([| 1.0; 2.0; 7.0; 3.0; 4.0; 8.0; 5.0; 6.0; 9.0 |], (Sample.join x y).Values)
    Assert.Equal<float[]>([| 5.0; 6.0; 1.0; 2.0 |], (Sample.choose [| 2; 0 |] x).Values)

[<Fact>]
let ``Standardised columns have mean 0 and variance 1`` () =
    let sample =
        normals 1UL 200 3
        |> Sample.mapColumns (fun c -> Array.map (fun v -> 10.0 ** float c * v + 7.0))
        |> Sample.standardise

    for c in 0..2 do
        Assert.Equal(0.0, Sample.column c sample |> Statistics.mean, 12)
        Assert.Equal(1.0, Sample.column c sample |> Statistics.variance, 12)

[<Fact>]
let ``Every fault of the data has its message`` () =
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

    Assert.Equal<string list>([], information good good)

    Assert.Equal<string list>(
        [ "49 rows of X are fewer than the 50 needed. Sample longer." ],
        information short short |> List.truncate 1
    )

    Assert.Contains("Row counts do not match: 60 rows of X against 59 rows of Y.", information good (normals 4UL 59 1))
    Assert.Equal<string list>([ "Y, row 4, column 2, is NaN; allowed: finite numbers." ], information good broken)

    Assert.Equal<string list>(
        [ "column 2 of X is constant (3); allowed: columns that vary." ],
        information constant good
    )

    Assert.Equal<string list>(
        [ "Shape and numbers of a sample do not match: 3 rows of 2 against 5 numbers." ],
        Sample.create 3 2 (Array.zeroCreate 5) |> messages
    )

    Assert.Equal<string list>(
        [
            "The lengths of rows do not match: 2 numbers in row 1 against 1 numbers in row 2."
        ],
        Sample.ofRows [| [| 1.0; 2.0 |]; [| 1.0 |] |] |> messages
    )

[<Fact>]
let ``Options out of range are all reported`` () =
    let x = normals 2UL 60 1

    let options =
        { NeighbourOptions.defaults with
            Neighbours = 60
            Blocks = 3
        }

    Assert.Equal<string list>(
        [
            "Neighbours is 60; allowed: 1 to 59, below the number of rows."
            "Blocks is 3; allowed: 4 or more."
        ],
        Kraskov.mutualInformation KraskovVariant.First options x x |> messages
    )

[<Fact>]
let ``Samples without ties stay as they are`` () =
    let sample = normals 5UL 100 3
    let struct (separated, report) = Ties.separate (Key.ofSeed 1UL) "X" sample
    Assert.Same(sample.Values, separated.Values)
    Assert.Equal<string list>([], report.Columns)
    Assert.Equal(0.0, report.TiedFraction)
    Assert.Equal(0.0, report.Jitter)

[<Fact>]
let ``Ties are found, separated by less than their noise and reported`` () =
    let sample =
        normals 6UL 1_000 2
        |> Sample.mapColumns (fun c values ->
            if c = 1 then
                values |> Array.map (fun v -> 1e6 + round (2.0 * v))
            else
                values)

    let struct (separated, report) = Ties.separate (Key.ofSeed 1UL) "X" sample
    Assert.Equal<string list>([ "column 2 of X" ], report.Columns)
    // All but the few rounded values that occur once.
    Assert.InRange(report.TiedFraction, 0.99, 1.0)
    let before, after = Sample.column 1 sample, Sample.column 1 separated
    Assert.Equal(0.0, Ties.tiedFraction after)
    Assert.Equal<float[]>(Sample.column 0 sample, Sample.column 0 separated)
    let deviation = sqrt (Statistics.variance before)
    Assert.Equal(1e-8, report.Jitter / deviation, 15)
    let centre = Statistics.mean before

    Array.iter2 (fun b a -> Assert.InRange(a - (b - centre), -0.5 * report.Jitter, 0.5 * report.Jitter)) before after

    let struct (again, _) = Ties.separate (Key.ofSeed 1UL) "X" sample
    Assert.Equal<float[]>(separated.Values, again.Values)
