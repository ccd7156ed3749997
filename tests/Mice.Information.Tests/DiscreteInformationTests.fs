module Mice.Information.Tests.DiscreteInformationTests

open Expecto
open System
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private information method table =
    JointCounts.ofTable table |> Result.bind (DiscreteInformation.mutualInformation method) |> ok

let private plugIn table =
    nats (information EntropyMethod.MaximumLikelihood table)

let private ofSymbols variables = ok (JointCounts.ofSymbols variables)

let private transpose (table: int[,]) =
    Array2D.init (table.GetLength 1) (table.GetLength 0) (fun y x -> table[x, y])

let private drawsOf (table: int[,]) =
    [|
        for x in 0 .. table.GetLength 0 - 1 do
            for y in 0 .. table.GetLength 1 - 1 do
                for _ in 1 .. table[x, y] do
                    struct (x, y)
    |]

/// Counts of N draws of a law on a table.
let private sampled (seed: uint64) index (p: float[,]) draws =
    let generator = Key.ofSeed seed |> Key.item index |> Key.generator
    let law = p |> Seq.cast<float> |> Array.ofSeq |> cumulative
    let table = Array2D.zeroCreate (p.GetLength 0) (p.GetLength 1)

    for _ in 1..draws do
        let cell = drawFrom law generator
        let x, y = cell / p.GetLength 1, cell % p.GetLength 1
        table[x, y] <- table[x, y] + 1

    table

[<Tests>]
let tests =
    testList
        "DiscreteInformationTests"
        [
            testPropertyWithConfig
                (Expecting.cases 300)
                "The plug-in is Σ p ln(p/pq), at least 0 and at most either entropy"
            <| Prop.forAll (Arb.fromGen tables) (fun table ->
                let total = float (table |> Seq.cast<int> |> Seq.sum)

                let rows =
                    Seq.init (table.GetLength 0) (fun x -> float (Seq.sum table[x, *]) / total)

                let columns =
                    Seq.init (table.GetLength 1) (fun y -> float (Seq.sum table[*, y]) / total)

                let i = plugIn table

                close 1e-11 (tableInformation table) i
                && i >= -1e-12
                && i <= min (entropyOf rows) (entropyOf columns) + 1e-12)

            testPropertyWithConfig (Expecting.cases 100) "Every method is symmetric and blind to names and order"
            <| Prop.forAll (Arb.fromGen tables) (fun table ->
                let rows, columns = table.GetLength 0, table.GetLength 1

                let shuffled =
                    Array2D.init rows columns (fun x y -> table[(x + 1) % rows, columns - 1 - y])

                methods
                |> List.forall (fun method ->
                    let plain = information method table
                    let swapped = information method (transpose table)
                    let renamed = information method shuffled

                    close 1e-10 (nats plain) (nats swapped)
                    && close 1e-10 (nats plain) (nats renamed)
                    // Square roots of rounding.
                    && abs (error plain - error swapped) < 1e-6
                    && abs (error plain - error renamed) < 1e-6))

            testPropertyWithConfig (Expecting.cases 100) "Tables and symbols give the same counts"
            <| Prop.forAll (Arb.fromGen tables) (fun table ->
                let draws = drawsOf table
                let alphabets = [ int64 (table.GetLength 0); int64 (table.GetLength 1) ]

                let joint =
                    ofSymbols
                        [
                            draws |> Array.map (fun struct (x, _) -> 7 - 3 * x)
                            draws |> Array.map (fun struct (_, y) -> y * 1_000)
                        ]
                    |> JointCounts.withAlphabets alphabets
                    |> ok

                joint.Draws = draws.LongLength
                && methods
                   |> List.forall (fun method ->
                       let fromSymbols = ok (DiscreteInformation.mutualInformation method joint)
                       close 1e-10 (nats fromSymbols) (nats (information method table))))

            test "The error is the delete-one jackknife over the draws" {
                let statistic (draws: struct (int * int)[]) =
                    let table = Array2D.zeroCreate 5 5

                    for struct (x, y) in draws do
                        table[x, y] <- table[x, y] + 1

                    tableInformation table

                Expecting.holds
                    100
                    (Prop.forAll (Arb.fromGen tables) (fun table ->
                        let struct (_, deviation) = Statistics.jackknife statistic (drawsOf table)
                        abs (deviation - error (information EntropyMethod.MaximumLikelihood table)) < 1e-6))
            }

            testPropertyWithConfig (Expecting.cases 100) "Chain rule: I(X; YZ) = I(X; Z) + I(X; Y | Z) for every method"
            <| Prop.forAll (Arb.fromGen triples) (fun (x, y, z) ->
                let yz = Array.map2 (fun a b -> 10 * a + b) y z
                let sized sizes = JointCounts.withAlphabets sizes >> ok

                let pair a b sizes method =
                    ofSymbols [ a; b ] |> sized sizes |> DiscreteInformation.mutualInformation method |> ok |> nats

                methods
                |> List.forall (fun method ->
                    let conditional =
                        ofSymbols [ x; y; z ]
                        |> sized [ 4L; 4L; 4L ]
                        |> DiscreteInformation.conditional method
                        |> ok
                        |> nats

                    close 1e-9 (pair x yz [ 4L; 16L ] method) (pair x z [ 4L; 4L ] method + conditional)))

            testPropertyWithConfig
                (Expecting.cases 200)
                "Conditional plug-in: at least 0, 0 for equal condition, the mean over slices otherwise"
            <| Prop.forAll (Arb.fromGen triples) (fun (x, y, z) ->
                let conditional z =
                    ofSymbols [ x; y; z ]
                    |> DiscreteInformation.conditional EntropyMethod.MaximumLikelihood
                    |> ok
                    |> nats

                let slices =
                    Array.init x.Length id
                    |> Array.groupBy (fun i -> z[i])
                    |> Array.sumBy (fun (_, draws) ->
                        let pick (a: int[]) = draws |> Array.map (fun i -> a[i])

                        let slice =
                            ofSymbols [ pick x; pick y ]
                            |> DiscreteInformation.mutualInformation EntropyMethod.MaximumLikelihood
                            |> ok
                            |> nats

                        float draws.Length / float x.Length * slice)

                let i = conditional z
                i >= -1e-12 && close 1e-11 slices i && abs (conditional x) < 1e-11)

            testPropertyWithConfig (Expecting.cases 200) "Data processing: merging symbols never raises the plug-in"
            <| Prop.forAll (Arb.fromGen triples) (fun (x, y, z) ->
                let plugIn a b =
                    ofSymbols [ a; b ]
                    |> DiscreteInformation.mutualInformation EntropyMethod.MaximumLikelihood
                    |> ok
                    |> nats

                let merged = y |> Array.map (fun s -> s / 2)
                let joined = Array.map2 (fun a b -> 4 * a + b) y z
                plugIn x merged <= plugIn x y + 1e-12 && plugIn x y <= plugIn x joined + 1e-12)

            testPropertyWithConfig (Expecting.cases 100) "Independent pairs of variables add up"
            <| Prop.forAll (Arb.fromGen (Gen.two tables)) (fun (a, b) ->
                let rows, columns = a.GetLength 0, a.GetLength 1

                let product =
                    Array2D.init (rows * b.GetLength 0) (columns * b.GetLength 1) (fun x y ->
                        a[x % rows, y % columns] * b[x / rows, y / columns])

                close 1e-10 (plugIn a + plugIn b) (plugIn product))

            test "Independent symbols: the plug-in's bias is (m − 1)²/(2N), the corrected methods have much less" {
                let uniform = Array2D.create 6 6 (1.0 / 36.0)
                let tables = Array.init 200 (fun i -> sampled 21UL i uniform 600)

                let estimates method =
                    tables |> Array.map (fun t -> nats (information method t))
                // First order 25/1200 = 0.02083, the next is (m^4 − 2m² + 1)/(12 N²) = 3e-4; the mean has an error of 4e-4.
                estimates EntropyMethod.MaximumLikelihood |> meanIs 4.0 0.0211
                estimates EntropyMethod.Grassberger |> meanIs 4.0 0.0
                estimates EntropyMethod.Jackknife |> meanIs 4.0 0.0
                estimates EntropyMethod.MillerMadow |> meanIs 4.0 0.0

                // These are biased towards their priors, which the uniform law is; Chao–Shen without singletons is the plug-in.
                Expecting.inRange
                    (Statistics.mean (estimates EntropyMethod.JamesStein))
                    (-0.0105)
                    0.0105
                    "James–Stein has half of the plug-in's bias at most"

                Expecting.inRange
                    (Statistics.mean (estimates EntropyMethod.NemenmanShafeeBialek))
                    (-0.0105)
                    0.0105
                    "NSB has half of the plug-in's bias at most"
            }

            test "The interval of two errors covers the truth" {
                let p = Array2D.init 4 4 (fun x y -> if x = y then 0.16 else 0.03)
                let exact = 2.0 * log 4.0 - entropyOf (Seq.cast<float> p)

                for method in methods.Tail do
                    let covered =
                        Seq.init 200 (fun i -> information method (sampled 41UL i p 500))
                        |> Seq.filter (fun e -> abs (nats e - exact) <= 2.0 * error e)
                        |> Seq.length

                    // 95 % nominal; 90 % asked for, less three errors of a count of 200.
                    Expect.isTrue (covered >= 168) $"{method}: {covered} of 200 hold the truth"
            }

            test "Wrong numbers of variables and rows have one message each" {
                Expect.equal
                    (JointCounts.ofSymbols [ [| 1; 2 |]; [| 1 |] ] |> messages)
                    ([
                        "Row counts do not match: 2 rows of variable 1 against 1 rows of variable 2."
                    ])
                    "variables of different length"

                Expect.equal
                    (JointCounts.ofSymbols [ [||]; [||] ] |> messages)
                    [ "0 draws are fewer than the 1 needed. Give at least one row." ]
                    "variables without rows"

                let joint = ofSymbols [ [| 0; 1 |]; [| 0; 1 |] ]

                Expect.equal
                    (DiscreteInformation.conditional EntropyMethod.Grassberger joint |> messages)
                    [ "Joint counts and estimator do not match: 2 variables against 3 needed." ]
                    "two variables where three are needed"

                Expect.equal
                    (JointCounts.withAlphabets [ 2L; 1L ] joint |> messages)
                    ([
                        "the alphabet size of variable 2 is 1; allowed: 2 or more, as many as occurred."
                    ])
                    "an alphabet that is too small"

                Expect.equal
                    (JointCounts.ofTable (array2D [ [ 1; -3 ] ]) |> messages)
                    [ "the count in row 1, column 2, is -3; allowed: 0 or more." ]
                    "a negative count"

                Expect.equal
                    (JointCounts.ofTable (array2D [ [ 0; 0 ] ]) |> messages)
                    [ "0 draws are fewer than the 1 needed. Give at least one count above 0." ]
                    "a table without draws"
            }

            test "Alphabets beyond 64 bits are no fault" {
                let joint =
                    ofSymbols [ [| 0; 1; 0; 1 |]; [| 0; 1; 1; 1 |] ]
                    |> JointCounts.withAlphabets [ 1L <<< 40; 1L <<< 40 ]
                    |> ok

                let estimate =
                    DiscreteInformation.mutualInformation EntropyMethod.NemenmanShafeeBialek joint |> ok

                Expect.isTrue
                    (Double.IsFinite(nats estimate) && Double.IsFinite(error estimate))
                    $"value and error of {estimate} are finite"
            }
        ]
