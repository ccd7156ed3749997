module Mice.Segal.Tests.MultiscaleBracketTests

open Expecto
open Mice
open Mice.Autoregressive
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

let private options =
    { MultiscaleBracket.defaults with
        Bracket =
            { Bracket.defaults with
                Batch = 50
                Batches = 100
                Rounds = 400
            }
        Law =
            { MultiscaleOptions.defaults with
                Seen = 8
                Width = 16
                Steps = 60
                BatchSites = 512
            }
        Snapshots = 512
    }

/// Two bounds at two places of three conditions: five errors are exceeded once in 300,000 runs.
let private holds name (b: EntropyBracket) (exact: float) error =
    let beyond (e: Estimate<nat / site>) =
        5.0 * sqrt (float e.StandardError ** 2.0 + error ** 2.0)

    Expect.isLessThan (float b.Lower.Value) (exact + beyond b.Lower) $"lower, {name}"
    Expect.isGreaterThan (float b.Upper.Value) (exact - beyond b.Upper) $"upper, {name}"
    Expect.isLessThan (float (b.Upper.Value - b.Lower.Value)) 0.02 $"narrow, {name}"

[<Tests>]
let tests =
    testList
        "MultiscaleBracket"
        [
            test "laws from coarse to fine bracket the exact entropy of Ising models" {
                for field, sides in [ 0.0, (4, 4); -0.2, (4, 8) ] do
                    let model =
                        { model with
                            Rows = fst sides
                            Columns = snd sides
                            Field = field
                        }

                    for b in MultiscaleBracket.ising run options model [ 3.0; 2.0 ] |> ok do
                        let exact =
                            ExactIsing.tryFind
                                { model with
                                    Temperature = b.Conditions.Temperature
                                }
                            |> Option.get

                        holds $"{b.Conditions}" b (float exact.Averages.Entropy) 0.0
                        let logPartition = float exact.Averages.LogPartitionFunction
                        let error = float b.LogPartitionLower.StandardError
                        Expect.isLessThan (float b.LogPartitionLower.Value) (logPartition + 5.0 * error) "ln Z"
                        let error = float b.LogPartitionUpper.StandardError
                        Expect.isGreaterThan (float b.LogPartitionUpper.Value) (logPartition - 5.0 * error) "ln Z"
            }

            test "laws from coarse to fine bracket the entropy of the XY model" {
                let model = XYModel.square 4 1.0

                let known =
                    XYIntegration.entropies XYIntegrationOptions.defaults run model [ 1.0 ] |> ok |> List.head

                let b = MultiscaleBracket.xy run options model [ 1.0 ] |> ok |> List.head
                holds "XY" b (float known.EntropyPerSite.Value) (float known.EntropyPerSite.StandardError)
            }

            test "a stopped bracket goes on to the same numbers" {
                let bracket run =
                    MultiscaleBracket.ising run options model [ 3.0; 2.0 ] |> ok

                let again, whole = Stopping.goneOn 0.6 run bracket, bracket run
                Expect.equal (again |> List.map _.Lower.Value) (whole |> List.map _.Lower.Value) "lower"
                Expect.equal (again |> List.map _.Upper.Value) (whole |> List.map _.Upper.Value) "upper"
            }

            test "wrong options and lattices are refused" {
                let refused o model =
                    Expect.isError (MultiscaleBracket.ising run o model [ 2.0 ]) "refused"

                refused { options with Snapshots = 0 } model
                refused options (IsingModel.triangularAntiferromagnet 4 1.0)
                refused options (IsingModel.square 9 2.0)
                Expect.isError (MultiscaleBracket.ising run options model []) "no temperature"
                Expect.isError (MultiscaleBracket.ising run options model [ -1.0 ]) "temperature"
            }
        ]
