module Mice.Entropy.Tests.ControlVariateTests

open Expecto
open System.IO
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.FakeParticles

let private conditions: ThermalConditions =
    {
        Temperature = 350.0<K>
        Pressure = 1.0<bar>
    }

let private table = thermo 1UL -1.06 40.0

let private control snapshots table =
    ControlVariate.thermal conditions snapshots table

/// The one fault, as a message.
let private refused snapshots table =
    match control snapshots table with
    | Error [ error ] -> MiceError.message error
    | other -> failtest $"%A{other}"

/// A file of the case of a trajectory that LAMMPS wrote as extended XYZ; skips the test where it is not there.
let private file (name: string) =
    Repository.needsReference [ "cases"; "07-lammps-extxyz-timestep"; name ]

[<Tests>]
let tests =
    testList
        "ControlVariateTests"
        [
            test "Each snapshot has the value of the row with its step" {
                let few = snapshots 5 40.0
                let all = (control few table |> ok).Values
                let backwards = (control (Array.rev few) table |> ok).Values
                Expect.equal backwards (Array.rev all) "the order of the snapshots"
            }

            test "Snapshots of different numbers of atoms have no values per atom" {
                let few = snapshots 3 40.0

                let smaller =
                    { few[2] with
                        Species = Array.zeroCreate 26
                        Positions = few[2].Positions[..77]
                    }

                Expect.stringContains
                    (refused [| few[0]; few[1]; smaller |] table)
                    "27 in snapshot 1 (step 0) against 26 in snapshot 3 (step 2)"
                    "both numbers"
            }

            test "A step without a row is a fault that says which steps there are" {
                let few = snapshots 2 40.0 |> Array.map (fun s -> { s with Step = s.Step + 999L })
                let message = refused few table
                Expect.stringContains message "no row with step 999" message
                Expect.stringContains message "400 rows with steps 0 to 399" message
            }

            test "Two rows or two snapshots with one step are a fault, since either could be meant" {
                let twice =
                    { table with
                        Rows = Array.append table.Rows [| table.Rows[3] |> Array.map (fun x -> x + 0.0) |]
                    }

                let message = refused (snapshots 5 40.0) twice
                Expect.stringContains message "step 3 stands in two rows" message

                let message =
                    refused (snapshots 5 40.0 |> Array.map (fun s -> { s with Step = s.Step / 2L })) table

                Expect.stringContains message "two snapshots have step" message
            }

            test "Extended XYZ of LAMMPS has the rows of its own steps" {
                let snapshots name =
                    (Trajectory.read (file name) |> ok).Snapshots

                for table in [ "thermo_every_100.csv"; "thermo_every_step.csv" ] do
                    let table = ThermoTable.read (file table) |> ok
                    let ofXyz = control (snapshots "lammps.xyz") table |> ok
                    let ofDump = control (snapshots "same.dump") table |> ok
                    Expect.equal ofXyz ofDump table.Path
            }
        ]
