module Mice.Information.Tests.MixedInformationTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private options = NeighbourOptions.defaults

let private estimate labels x =
    MixedInformation.estimate options labels x |> ok |> _.Estimate

/// Labels 0 and 1 with equal probability, x normal around ±shift.
let private mixture (seed: uint64) rows shift =
    let generator = Key.ofSeed seed |> Key.generator
    let labels = Array.init rows (fun _ -> generator.NextInt 2)

    let x =
        labels |> Array.map (fun l -> (if l = 1 then shift else -shift) + generator.NextNormal())

    labels, Sample.ofColumn x

/// I of that mixture: h(X) − ½ ln 2πe, by the trapezoidal rule, exact to 1e-12.
let private exact shift =
    let normal x =
        exp (-0.5 * x * x) / sqrt (2.0 * System.Math.PI)

    let p x =
        0.5 * (normal (x - shift) + normal (x + shift))

    let entropy =
        Seq.init 4_001 (fun i -> -20.0 + 0.01 * float i) |> Seq.sumBy (fun x -> -0.01 * p x * log (p x))

    entropy - 0.5 * log (2.0 * System.Math.PI * System.Math.E)

[<Tests>]
let tests =
    testList
        "MixedInformationTests"
        [
            test "The estimate equals Ross's definition" {
                let problems =
                    gen {
                        let! rows = Gen.choose (50, 120)
                        let! columns = Gen.choose (1, 12)
                        let! seed = Gen.choose (0, 1_000_000)
                        let! k = Gen.choose (1, 6)
                        let generator = Key.ofSeed (uint64 seed) |> Key.generator
                        let labels = Array.init rows (fun i -> i % 3)

                        let values =
                            Array.init (rows * columns) (fun i ->
                                0.5 * float labels[i / columns] + generator.NextNormal())

                        return k, labels, ok (Sample.create rows columns values)
                    }

                Expecting.holds
                    60
                    (Prop.forAll (Arb.fromGen problems) (fun (k, labels, x) ->
                        let order = Array.init x.Rows id
                        (Key.ofSeed 4UL |> Key.generator).Shuffle order
                        let renamed = order |> Array.map (fun row -> 100 - 7 * labels[row])
                        let value = MixedInformation.value k labels x

                        close 1e-11 (ross k labels x) value
                        && close 1e-11 value (MixedInformation.value k renamed (Sample.choose order x))))
            }

            testTheory "A mixture of two Gaussians has its exact information" [ 0.0; 1.0; 2.5 ]
            <| fun (shift: float) ->
                let estimates =
                    Array.init 20 (fun i ->
                        let labels, x = mixture (40UL + uint64 i) 1_000 shift
                        estimate labels x)

                let values = estimates |> Array.map nats
                let deviation = Statistics.standardError values
                // A bias below 0.01 at N = 1,000 (Ross, fig. 2), and four errors of the mean.
                Expecting.inRange
                    (Statistics.mean values - exact shift)
                    (-4.0 * deviation - 0.01)
                    (4.0 * deviation + 0.01)
                    "the mean lies within four errors and the bias of the exact information"

                let spread = sqrt (Statistics.variance values)
                // 20 samples give the spread within 16 %; three of them.
                Expecting.inRange
                    (Statistics.mean (Array.map error estimates) / spread)
                    0.55
                    1.8
                    "the mean error over the spread"

            test "Labels that occur once are left out" {
                let labels, x = mixture 3UL 200 1.0
                let more = Array.append labels [| 77; 78 |]
                let longer = Sample.ofColumn (Array.append x.Values [| 0.1; 0.2 |])

                Expecting.decimals
                    12
                    (MixedInformation.value 3 more longer)
                    (MixedInformation.value 3 labels x)
                    "two labels that occur once change nothing"
            }

            test "Rare labels use the neighbours that they have" {
                let labels, x = mixture 3UL 200 1.0
                let rare = labels |> Array.mapi (fun i l -> if i < 2 then 9 else l)

                Expecting.decimals
                    11
                    (MixedInformation.value 3 rare x)
                    (ross 3 rare x)
                    "the estimate is the definition's"
            }

            test "Bad labels have one message each" {
                let x = Sample.ofColumn (Array.init 60 float)

                let messages labels =
                    MixedInformation.estimate options labels x |> messages

                Expect.equal
                    (messages [| 1; 2 |])
                    [ "Row counts do not match: 2 labels against 60 rows of X." ]
                    "labels for two of the rows"

                Expect.equal
                    (messages (Array.create 60 4))
                    [ "the label is constant (4); allowed: at least two different labels." ]
                    "one label for all rows"

                Expect.equal
                    (messages (Array.init 60 id))
                    ([
                        "0 rows that share their label are fewer than the 2 needed. Give fewer labels or more rows."
                    ])
                    "a label for each row"
            }
        ]
