module Mice.Entropy.Tests.ScanRepeatsTests

open Expecto
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.ScanSystems

let private system = idealGas 3 27 6 1UL

let private tiny =
    { small 8 with
        Network =
            { (small 8).Network with
                Degree = 2
                Width = 16
                Depth = 1
            }
    }

let private run options snapshots =
    ScanEntropy.estimate options { Run.quiet with Threads = 1 } snapshots

let private faults options snapshots = run options snapshots |> faultsOf

/// Ten frames of an ideal gas, of which the last five repeat the first five; skips the test where the file is not there.
let private gasTwice () : string =
    Repository.needsReference [ "cases"; "05-frame-twice-after-restart"; "ideal_gas_twice.dump" ]

[<Tests>]
let tests =
    testList
        "ScanRepeatsTests"
        [
            test "Where atoms are few, the training has fewer steps and keeps what describes other snapshots best" {
                // Two snapshots of 27 atoms to train on; a step has 2 atoms of its 8 points: 150 draws of each atom are 4,050 steps of 2.
                let many =
                    { tiny with
                        Training =
                            { tiny.Training with
                                Steps = 100_000
                                BatchPoints = 8
                            }
                    }

                let result = run many system.Snapshots |> ok

                for curve in result.Bound.Training do
                    Expect.equal (Array.last curve).Step 4050 "steps of each network"

                // An upper bound of 0, by 162 atoms in all: networks that were not stopped find 10 k_B and more.
                Expecting.inRange (float result.Bound.ExcessEntropy.Value) -0.5 1.0 "the bound of an ideal gas"
            }

            test "A configuration that is there twice is one clear error, in any order of atoms and whatever its step" {
                let disguised (s: Snapshot) =
                    { s with
                        Step = 77L
                        Positions =
                            s.Positions
                            |> Array.chunkBySize 3
                            |> Array.rev
                            |> Array.map (Array.mapi (fun k x -> x + s.Cell.Vectors[4 * k]))
                            |> Array.concat
                    }

                for again in [ system.Snapshots[1]; disguised system.Snapshots[1] ] do
                    match faults tiny (Array.append system.Snapshots [| again |]) with
                    | [ error ] ->
                        let message = MiceError.message error
                        Expect.stringContains message "snapshot 7" message
                        Expect.stringContains message "a copy of snapshot 2 (step 1)" message
                    | other -> failtest $"{other}"
            }

            test "Snapshots of different runs may have the same steps" {
                let unnumbered = system.Snapshots |> Array.map (fun s -> { s with Step = 0L })

                Expect.isEmpty (faults tiny unnumbered) "snapshots made from positions all have step 0"
            }

            test "An ideal gas that a file holds twice has no entropy below that of an ideal gas" {
                let trajectory = Trajectory.read (gasTwice ()) |> ok
                Expect.equal trajectory.Snapshots.Length 5 "each frame once"
                let result = run (small 400) trajectory.Snapshots |> ok

                let value, error =
                    float result.Bound.ExcessEntropy.Value, float result.Bound.ExcessEntropy.StandardError
                // The truth is 0, and every bound lies above it but for its error: three of them.
                Expect.isTrue (value >= -3.0 * error) $"s_ex = {Estimate.format result.Bound.ExcessEntropy}"

                // The same frames without the reader.
                Expecting.single
                    (faults (small 400) (Array.append trajectory.Snapshots trajectory.Snapshots))
                    "copies are refused"
                |> ignore
            }
        ]
