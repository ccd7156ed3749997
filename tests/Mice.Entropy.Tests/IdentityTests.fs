module Mice.Entropy.Tests.IdentityTests

open Expecto
open System
open Mice
open Mice.Atoms
open Mice.Entropy

let private input: MeltingInput =
    {
        Solid = FakeParticles.snapshots 3 40.0
        Liquid = FakeParticles.snapshots 3 41.0
        SolidThermo = FakeParticles.thermo 1UL -1.06 40.0
        LiquidThermo = FakeParticles.thermo 2UL -1.03 41.0
    }

let private options =
    MeltingOptions.create
        (ParticleMethod.Scan ScanOptions.defaults)
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

let private keptIn folder =
    { Run.quiet with
        Store = Some(RunStore.at folder)
    }

/// Seconds of training.
let private quick =
    { ScanOptions.quick with
        Networks = 2
        Training =
            {
                Steps = 8
                BatchPoints = 64
                LearningRate = 1e-3
            }
        Network =
            { ScanOptions.defaults.Network with
                Degree = 2
                Width = 8
                Depth = 1
            }
        Passes = 1
        IntegralPoints = 2
    }

[<Tests>]
let tests =
    testList
        "IdentityTests"
        [
            test "A scan goes on with the same settings and snapshots only, on any number of threads" {
                inFolder (fun folder ->
                    let snapshots = (ScanSystems.idealGas 3 27 6 1UL).Snapshots
                    let scan (o: ScanOptions) run given = ScanEntropy.estimate o run given
                    let run = keptIn folder
                    let first = scan quick run snapshots
                    Expect.isOk first "a new directory is taken"
                    let again = scan quick { run with Threads = 7 } (Array.map id snapshots)

                    Expect.equal
                        (again |> Result.map _.Bound.ExcessEntropy)
                        (first |> Result.map _.Bound.ExcessEntropy)
                        "the same settings and snapshots go on"

                    scan quick (Run.seeded 2UL run) snapshots |> refused "seed"
                    scan { quick with Passes = 2 } run snapshots |> refused "sweeps"
                    scan quick run (nudged snapshots) |> refused "snapshots"
                    scan quick run snapshots[..4] |> refused "snapshots")
            }

            test "A melting calculation goes on at any temperature, with the same data only" {
                inFolder (fun folder ->
                    let melting o given =
                        Melting.estimateBy FakeParticles.sodium o (keptIn folder) given

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
                            Liquid =
                                ParticleMethod.Scan
                                    { ScanOptions.defaults with
                                        Networks = 3
                                    }
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
