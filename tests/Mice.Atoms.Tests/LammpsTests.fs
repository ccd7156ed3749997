module Mice.Atoms.Tests.LammpsTests

open Expecto
open System
open System.IO
open System.Threading
open Mice
open Mice.Atoms
open Mice.Atoms.Tests
open Mice.Atoms.Tests.Reference
open Mice.Atoms.Tests.NeedsLammps

/// 54 atoms for 100 + 100 steps: under a second.
let private tiny phase =
    { LammpsOptions.sodium phase with
        Side = 3
        MeltSteps = 20
        EquilibrationSteps = 60
        SnapshotEvery = 20
        Snapshots = 5
        ThermoEvery = 10
        Seed = 5
    }

let private run options folder = Lammps.run options Run.quiet folder

/// What `lmp -h` prints, shortened; packages stand on several lines.
let private help (packages: string) =
    "\nLarge-scale Atomic/Molecular Massively Parallel Simulator - 29 Sep 2021 - Update 2\n\n"
    + $"Compiler: GNU C++ 12.2.0 with OpenMP 4.5\n\nInstalled packages:\n\n{packages}\n\nList of individual style options"

[<Tests>]
let tests =
    testList
        "LammpsTests"
        [
            test "A small run leaves its snapshots and its thermo table, and is not repeated" {
                needsLammps ()

                for phase in [ Phase.Solid; Phase.Liquid ] do
                    inFolder (fun folder ->
                        let result = run (tiny phase) folder |> ok
                        let t = Trajectory.read result.Trajectory |> ok

                        Expect.equal
                            (t.Snapshots |> Array.map _.Step)
                            [| 20L; 40L; 60L; 80L; 100L |]
                            "a snapshot every 20 steps"

                        Expect.equal
                            t.Snapshots[0].SpeciesNames
                            [| "Na" |]
                            "the species is the element of the potential"

                        Expect.equal (Snapshot.count t.Snapshots[0]) 54 "three bcc cells along each edge"
                        let thermo = ThermoTable.read result.Thermo |> ok
                        Expect.equal thermo.Rows.Length 10 "a row every 10 steps"

                        let column name =
                            ThermoTable.column name thermo |> Result.mapError List.singleton |> ok

                        Expect.equal
                            (column "in_dump")
                            [| 0.0; 1.0; 0.0; 1.0; 0.0; 1.0; 0.0; 1.0; 0.0; 1.0 |]
                            "every second row has its snapshot"
                        // Bonds of sodium: about −1.06 eV per atom at 350 K, less 1.5 k_T of vibration; the melt of 0.04 ps is a hot crystal.
                        Expecting.inRange ((column "U_eV")[9] / 54.0) (-1.15) (-0.95) "the energy per atom"

                        Expecting.decimals
                            2
                            ((column "V_A3")[9])
                            (Cell.volume t.Snapshots[4].Cell)
                            "the last row has the volume of the last snapshot"

                        let written = File.GetLastWriteTimeUtc result.Trajectory
                        Expect.equal (run (tiny phase) folder |> ok) result "the second run gives what the first gave"

                        Expect.equal
                            (File.GetLastWriteTimeUtc result.Trajectory)
                            written
                            "the second run writes nothing"

                        match run { tiny phase with Seed = 6 } folder with
                        | Error [ MiceError.Mismatch _ ] -> ()
                        | other -> failwith $"%A{other}")
            }

            testCase "The OpenKIM route and the table give the same trajectory"
            <| fun () ->
                needsLammps ()

                let last route =
                    let mutable positions = Array.empty

                    inFolder (fun folder ->
                        let result = run { tiny Phase.Solid with Route = route } folder |> ok
                        positions <- (Trajectory.read result.Trajectory |> ok).Snapshots[0].Positions)

                    positions

                let kim, table = last PotentialRoute.Kim, last PotentialRoute.Table
                // Written with five digits behind the point; 80 steps do not amplify rounding. A last digit may differ.
                Expect.isTrue
                    (Array.forall2 (fun a b -> abs (a - b) < 2.5e-5 || abs (a - b) > 10.0) kim table)
                    "positions agree, or are a box length apart"

            testCase "A cancelled run is killed, and goes on from its last state"
            <| fun () ->
                needsLammps ()

                inFolder (fun folder ->
                    let options =
                        { tiny Phase.Solid with
                            Snapshots = 400
                            SnapshotEvery = 100
                            ThermoEvery = 100
                        }

                    use source = new CancellationTokenSource()

                    let isWellOn () =
                        Directory.Exists folder && Directory.GetFiles(folder, "state.*").Length >= 2

                    Expecting.throwsAny<OperationCanceledException>
                        (fun () ->
                            Lammps.run
                                options
                                { Run.quiet with
                                    Cancel = source.Token
                                    Progress =
                                        fun _ ->
                                            if isWellOn () then
                                                source.Cancel()
                                }
                                folder
                            |> ignore)
                        "the run is cancelled"
                    |> ignore

                    let stored = Directory.GetFiles(folder, "state.*").Length
                    Expecting.inRange stored 1 399 "a part of the states is stored"
                    let first = ref -1.0

                    let result =
                        Lammps.run
                            options
                            { Run.quiet with
                                Progress =
                                    fun p ->
                                        if first.Value < 0.0 then
                                            first.Value <- p.Fraction
                            }
                            folder
                        |> ok

                    Expecting.inRange first.Value 1e-6 1.0 "the second run begins where the first was cut"
                    let t = Trajectory.read result.Trajectory |> ok

                    Expect.equal
                        (t.Snapshots |> Array.map _.Step)
                        (Array.init 400 (fun i -> 100L * int64 (i + 1)))
                        "no snapshot is missing or doubled"

                    Expect.equal
                        ((ThermoTable.read result.Thermo |> ok).Rows.Length)
                        400
                        "no row is missing or doubled")

            test "LAMMPS' own error message is passed on" {
                needsLammps ()

                inFolder (fun folder ->
                    // The potential has no such element: LAMMPS itself has to complain.
                    match run { tiny Phase.Solid with Element = "Xx" } folder with
                    | Error [ MiceError.ToolFailed("LAMMPS", fault) ] ->
                        Expect.stringContains fault "ERROR" "the line of LAMMPS"
                    | other -> failwith $"%A{other}")
            }

            test "The error line and the last command are found in a log" {
                let log =
                    "units metal\nERROR: Unknown pair style (src/force.cpp:275)\nLast command: pair_style   foo\n"

                Expect.equal
                    (Lammps.faultOf log)
                    "ERROR: Unknown pair style (src/force.cpp:275) Last command: pair_style   foo"
                    "the error line and the last command"
            }

            test "Several threads need LAMMPS' package for them" {
                let without, withThreads =
                    help "KIM MANYBODY\nOPT PERI", help "KIM MANYBODY\nOPENMP OPT"

                Expect.equal (Lammps.threadsFor without None) (Ok 1) "one thread where LAMMPS has no package for more"
                Expect.equal (Lammps.threadsFor without (Some 1)) (Ok 1) "one thread, asked for"

                Expect.equal
                    (Lammps.threadsFor withThreads None)
                    (Ok Environment.ProcessorCount)
                    "all threads with either package"

                Expect.equal (Lammps.threadsFor withThreads (Some 3)) (Ok 3) "three threads, asked for"

                match Lammps.threadsFor without (Some 3) with
                | Error(MiceError.Unavailable(what, _)) ->
                    Expect.stringContains what "3 threads" "the message says what is missing"
                | other -> failwith $"%A{other}"

                Expect.equal (Lammps.versionIn without) "29 Sep 2021 - Update 2" "the version in the help text"
            }

            test "Threads change the style of the potential and not what a run is" {
                let options = tiny Phase.Solid

                Expect.stringContains
                    (LammpsScript.whole 1 options)
                    "pair_style eam/fs/opt\n"
                    "one thread takes the optimised style"

                Expect.stringContains
                    (LammpsScript.whole 2 options)
                    "pair_style eam/fs\n"
                    "two threads take the plain style"

                let threaded = { options with Threads = Some 2 }

                Expect.equal
                    (LammpsOptions.describe threaded)
                    (LammpsOptions.describe options)
                    "threads are no part of what describes a run"

                Expecting.single (LammpsOptions.check { options with Threads = Some 0 }) "no threads are one fault"
                |> ignore
            }

            test "Options out of range are reported, all of them" {
                let errors =
                    LammpsOptions.check
                        { tiny Phase.Solid with
                            Side = 0
                            Temperature = nan * 1.0<K>
                            ThermoEvery = 7
                            Element = "Na; shell rm"
                        }

                Expect.equal errors.Length 4 "every fault is reported"
                Expect.isEmpty (LammpsOptions.check (tiny Phase.Liquid)) "these options are good"
            }

            test "A model that does not exist is unavailable" {
                match KimModel.table "No_Such_Model__MO_000000000000_000" with
                | Error(MiceError.Unavailable(what, _)) ->
                    Expect.stringContains what "No_Such_Model" "the message names the model"
                | other -> failwith $"%A{other}"
            }
        ]
