/// Laws that hold for every joint distribution: entropies against information, random channels, sums of independent pairs.
module Mice.Information.Tests.InformationLawTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private information method table =
    JointCounts.ofTable table
    |> Result.bind (DiscreteInformation.mutualInformation method)
    |> ok
    |> nats

let private plugIn table =
    information EntropyMethod.MaximumLikelihood table

/// Counts of X, of Y and of the pairs.
let private margins (table: int[,]) =
    Array.init (table.GetLength 0) (fun x -> Array.sum table[x, *]),
    Array.init (table.GetLength 1) (fun y -> Array.sum table[*, y]),
    table |> Seq.cast<int> |> Seq.toArray

/// A channel from `inputs` symbols to up to five: integer weights, all rows with the sum 12.
let private channels inputs =
    gen {
        let! outputs = Gen.choose (1, 5)

        let! picks =
            Gen.choose (0, outputs - 1) |> Gen.arrayOfLength 12 |> Gen.arrayOfLength inputs

        return
            picks
            |> Array.map (fun row -> Array.init outputs (fun z -> row |> Array.filter ((=) z) |> Array.length))
    }

[<Tests>]
let tests =
    testList
        "InformationLawTests"
        [
            testPropertyWithConfig (Expecting.cases 100) "H(X) + H(Y) − H(X, Y) = I for every method"
            <| Prop.forAll (Arb.fromGen tables) (fun table ->
                let x, y, both = margins table
                let sizes = [ int64 x.Length; int64 y.Length ]

                let joint =
                    JointCounts.ofTable table |> Result.bind (JointCounts.withAlphabets sizes) |> ok

                let entropy method (counts: int[]) =
                    DiscreteEntropy.estimate method (int64 counts.Length) counts |> ok |> nats

                methods
                |> List.forall (fun method ->
                    let i = DiscreteInformation.mutualInformation method joint |> ok |> nats
                    close 1e-9 i (entropy method x + entropy method y - entropy method both)))

            test "Data processing: no channel from Y to Z raises the information on X, and I(X; Y, Z) is I(X; Y)" {
                let problems =
                    gen {
                        let! table = tables
                        let! channel = channels (table.GetLength 1)
                        return table, channel
                    }

                Expecting.holds
                    300
                    (Prop.forAll (Arb.fromGen problems) (fun (table, channel) ->
                        let inputs, outputs = channel.Length, channel[0].Length

                        let after =
                            Array2D.init (table.GetLength 0) outputs (fun x z ->
                                Seq.init inputs (fun y -> table[x, y] * channel[y][z]) |> Seq.sum)

                        let both =
                            Array2D.init (table.GetLength 0) (inputs * outputs) (fun x yz ->
                                table[x, yz / outputs] * channel[yz / outputs][yz % outputs])

                        plugIn after <= plugIn table + 1e-12 && close 1e-11 (plugIn both) (plugIn table)))
            }

            test "A scale for each variable changes KSG, and nothing after standardisation" {
                let value x y =
                    Kraskov.value KraskovVariant.First 3 x y

                let worst =
                    [
                        for seed in 1UL .. 20UL do
                            let sample = dependent seed 80
                            let x, y = sample 2, sample 1

                            let wide =
                                x
                                |> Sample.mapColumns (fun c ->
                                    Array.map (fun v -> (if c = 0 then 1000.0 else 0.125) * v))

                            let plain = value (Sample.standardise x) (Sample.standardise y)
                            // Rounding of the scales may only matter where two distances agree to 1e-15.
                            Expecting.decimals
                                12
                                (value (Sample.standardise wide) (Sample.standardise y))
                                plain
                                "standardised columns have no scale"

                            abs (value wide y - value x y)
                    ]
                    |> List.max

                Expect.isTrue (worst > 0.01) $"a scale changes KSG, by {worst}"
            }
        ]
