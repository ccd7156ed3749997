module Mice.Entropy.Tests.CheckpointsTests

open Expecto
open System
open System.IO
open Mice
open Mice.Atoms
open Mice.Entropy

let private inFolder (action: string -> unit) =
    let folder = Directory.CreateTempSubdirectory "mice-checkpoints-"

    try
        action folder.FullName
    finally
        folder.Delete true

let private input: MeltingInput =
    {
        Solid = FakeScan.snapshots 3 40.0
        Liquid = FakeScan.snapshots 3 41.0
        SolidThermo = FakeScan.thermo 1UL -1.06 40.0
        LiquidThermo = FakeScan.thermo 2UL -1.03 41.0
    }

let private options =
    MeltingOptions.create
        ScanOptions.defaults
        {
            Temperature = 350.0<K>
            Pressure = 1.0<bar>
        }

/// One coordinate of the last snapshot moved by the smallest step there is.
let private nudged (snapshots: Snapshot[]) =
    let last = Array.last snapshots
    let positions = Array.copy last.Positions
    positions[positions.Length - 1] <- Math.BitIncrement positions[positions.Length - 1]
    Array.append snapshots[.. snapshots.Length - 2] [| { last with Positions = positions } |]

/// The directory is refused, by a line that names what is different.
let private refused (what: string) (result: Result<'a, MiceError list>) =
    match result with
    | Error [ MiceError.Mismatch(text, _, _) ] -> Expect.stringContains text what "the message names what is different"
    | other -> failwith $"%A{other}"

[<Tests>]
let tests =
    testList
        "CheckpointsTests"
        [
            test "A scan goes on with the same settings and snapshots only, on any number of threads" {
                inFolder (fun folder ->
                    let scan (o: ScanOptions) snapshots = Checkpoints.scan o snapshots folder
                    let settings = ScanOptions.defaults
                    Expect.isOk (scan settings input.Solid) "a new directory is taken"
                    let again = scan { settings with Threads = 7 } (Array.map id input.Solid)
                    Expect.isOk again "the same settings and snapshots go on"

                    scan { settings with Seed = 2UL } input.Solid |> refused "seed"
                    scan settings (nudged input.Solid) |> refused "snapshots"
                    scan settings input.Solid[..1] |> refused "snapshots")
            }

            test "A melting calculation goes on at any temperature, with the same data only" {
                inFolder (fun folder ->
                    let melting o given = Checkpoints.melting o given folder
                    Expect.isOk (melting options input) "a new directory is taken"

                    let warmer =
                        { options with
                            Conditions =
                                { options.Conditions with
                                    Temperature = 360.0<K>
                                }
                        }

                    Expect.isOk (melting warmer input) "another temperature goes on"

                    melting
                        { options with
                            Liquid = { options.Liquid with Networks = 3 }
                        }
                        input
                    |> refused "liquid_networks"

                    melting
                        options
                        { input with
                            Liquid = nudged input.Liquid
                        }
                    |> refused "liquid_snapshots"

                    melting
                        options
                        { input with
                            SolidThermo = input.LiquidThermo
                        }
                    |> refused "solid_thermo")
            }
        ]
