module Mice.Segal.Tests.BracketTests

open System.IO
open Expecto
open Mice
open Mice.Alloys
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

/// S/N of the Ising model.
let private exact (c: Conditions) =
    { model with
        Temperature = c.Temperature
        Field = c.Field
    }
    |> Enumeration.averages
    |> ok
    |> fun a -> float a.LogPartitionFunction + a.Energy / c.Temperature

let private options =
    { Bracket.defaults with
        Batch = 50
        Batches = 400
        Rounds = 400
    }

[<Tests>]
let tests =
    testList
        "Bracket"
        [
            test "an untrained network brackets the exact entropy, and more samples bring the bounds together" {
                for c in [ at 2.0 0.0; at 3.0 -0.2 ] do
                    let equilibrium =
                        Equilibrium.create (Run.named "chains" run) options.Batches options.Rounds system c |> ok

                    let bracket batch =
                        Bracket.create run { options with Batch = batch } c equilibrium network |> ok

                    let narrow, wide = bracket 200, bracket 10
                    let s = exact c

                    for b in [ narrow; wide ] do
                        // Two bounds at two places of two conditions: five errors are exceeded once in 400,000 runs.
                        Expect.isLessThan
                            (float b.Lower.Value)
                            (s + 5.0 * float b.Lower.StandardError)
                            $"lower, T = {c.Temperature}"

                        Expect.isGreaterThan
                            (float b.Upper.Value)
                            (s - 5.0 * float b.Upper.StandardError)
                            $"upper, T = {c.Temperature}"

                        Expect.equal b.Lower.Direction Direction.LowerBound "direction"
                        Expect.equal b.Upper.Direction Direction.UpperBound "direction"

                    let width (b: EntropyBracket) = float (b.Upper.Value - b.Lower.Value)
                    Expect.isLessThan (width narrow) (0.5 * width wide) "they close"
            }

            test "a single exact value far outside of a bracket fails a check" {
                let bracket =
                    {
                        Conditions = at 2.0 0.0
                        Lower = Estimate.create 0.1<nat / site> 0.001<nat / site> Direction.LowerBound
                        Upper = Estimate.create 0.101<nat / site> 0.001<nat / site> Direction.UpperBound
                        LogPartitionLower = Estimate.create 1.1 0.001 Direction.LowerBound
                        LogPartitionUpper = Estimate.create 1.101 0.001 Direction.UpperBound
                        ReducedEnthalpy = Estimate.exact -1.0
                        EffectiveSampleSize = 0.5
                        Checks = []
                    }

                let passes exact =
                    let d =
                        BracketDescription.create
                            []
                            1.0
                            [
                                {
                                    Bracket = bracket
                                    Exact = Some exact
                                }
                            ]

                    d.Checks |> List.forall _.Passed

                Expect.isTrue (passes 0.1005<nat / site>) "inside"
                Expect.isTrue (passes 0.1035<nat / site>) "a chance miss of one"
                Expect.isFalse (passes 0.106<nat / site>) "five errors above"
                Expect.isFalse (passes 0.095<nat / site>) "five errors below"
            }

            test "wrong options and too few configurations are refused" {
                let c = at 2.0 0.0

                let none =
                    {
                        States = Array.zeroCreate (16 * 3)
                        ReducedEnthalpy = Estimate.exact 0.0
                        Checks = []
                    }

                Expect.isError (Bracket.create run { options with Batch = 1 } c none network) "batch"
                Expect.isError (Bracket.create run options c none network) "configurations"
            }

            test "files give the same network again" {
                let path =
                    Path.Combine(Path.GetTempPath(), $"mice-{System.Guid.NewGuid()}.safetensors")

                let ofAlloy = SmallAlloy.network

                try
                    for n, c in [ network, at 2.0 0.1; ofAlloy, at 500.0 0.05 ] do
                        SegalFile.write path n
                        let again = SegalFile.read None path |> ok
                        let conditions = Array.create 20 c
                        let states = SegalNetwork.sample run n conditions
                        Expect.equal (SegalNetwork.sample run again conditions) states "samples"

                        Expect.equal
                            (SegalNetwork.logarithms run again conditions states)
                            (SegalNetwork.logarithms run n conditions states)
                            "probabilities"

                        Expecting.within 1e-12 (again.System.Energy states 0) (n.System.Energy states 0) "energy"

                    let own =
                        { system with
                            Origin = SystemOrigin.Own
                            Name = "mine"
                        }

                    SegalFile.write path { network with System = own }
                    Expect.isError (SegalFile.read None path) "a user's system has to be given"
                    Expect.isOk (SegalFile.read (Some own) path) "then it is read"
                    Expect.isError (SegalFile.read (Some { own with Name = "yours" }) path) "and no other"
                    File.WriteAllText(path, "nothing")
                    Expect.isError (SegalFile.read None path) "no such file"
                finally
                    File.Delete path
            }

            test "a map knows exact values, recovered mass and jumps" {
                let grid =
                    {
                        Temperatures = [| 2.0; 3.0 |]
                        Fields = [| -0.2; 0.0; 0.2 |]
                    }

                let o =
                    { SemiGrandEstimate.defaults with
                        Samples = 3000
                    }

                let map = SegalMap.create run o grid true network |> ok
                let known = Option.get map.Exact

                for i in 0..1 do
                    for k in 0..2 do
                        let mass = SegalMap.recoveredMass map.System (map.Estimates[i][k]) (known[i][k])
                        Expecting.within (5.0 * mass.StandardError) mass.Value 1.0 $"mass {i} {k}"

                Expect.hasLength (SegalPhases.jumps map) 2 "one for each temperature"
                let d = SegalMapDescription.create network map
                Expect.isTrue (d.Checks |> List.forall _.Passed) "checks"
            }
        ]
