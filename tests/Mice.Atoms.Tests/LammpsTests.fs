module Mice.Atoms.Tests.LammpsTests

open System
open System.IO
open System.Threading
open Xunit
open Mice
open Mice.Atoms
open Mice.Atoms.Tests
open Mice.Atoms.Tests.Reference

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

let private inFolder (action: string -> unit) =
    let folder = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")

    try
        action folder
    finally
        if Directory.Exists folder then
            Directory.Delete(folder, true)

let private run options folder =
    Lammps.run options folder CancellationToken.None ignore

[<LammpsFact>]
let ``A small run leaves its snapshots and its thermo table, and is not repeated`` () =
    for phase in [ Phase.Solid; Phase.Liquid ] do
        inFolder (fun folder ->
            let result = run (tiny phase) folder |> get
            let t = Trajectory.read result.Trajectory |> get
            Assert.Equal<int64[]>([| 20L; 40L; 60L; 80L; 100L |], t.Snapshots |> Array.map _.Step)
            Assert.Equal<string[]>([| "Na" |], t.Snapshots[0].SpeciesNames)
            Assert.Equal(54, Snapshot.count t.Snapshots[0])
            let thermo = ThermoTable.read result.Thermo |> get
            Assert.Equal(10, thermo.Rows.Length)

            let column name =
                ThermoTable.column name thermo |> Result.mapError List.singleton |> get

            Assert.Equal<float[]>([| 0.0; 1.0; 0.0; 1.0; 0.0; 1.0; 0.0; 1.0; 0.0; 1.0 |], column "in_dump")
            // Bonds of sodium: about −1.06 eV per atom at 350 K, less 1.5 k_T of vibration; the melt of 0.04 ps is a hot crystal.
            Assert.InRange((column "U_eV")[9] / 54.0, -1.15, -0.95)
            Assert.Equal(Cell.volume t.Snapshots[4].Cell, (column "V_A3")[9], 2)
            let written = File.GetLastWriteTimeUtc result.Trajectory
            Assert.Equal(result, run (tiny phase) folder |> get)
            Assert.Equal(written, File.GetLastWriteTimeUtc result.Trajectory)

            match run { tiny phase with Seed = 6 } folder with
            | Error [ MiceError.Mismatch _ ] -> ()
            | other -> failwith $"%A{other}")

[<LammpsFact>]
let ``The OpenKIM route and the table give the same trajectory`` () =
    let last route =
        let mutable positions = Array.empty

        inFolder (fun folder ->
            let result = run { tiny Phase.Solid with Route = route } folder |> get
            positions <- (Trajectory.read result.Trajectory |> get).Snapshots[0].Positions)

        positions

    let kim, table = last PotentialRoute.Kim, last PotentialRoute.Table
    // Written with five digits behind the point; 80 steps do not amplify rounding. A last digit may differ.
    Assert.True(Array.forall2 (fun a b -> abs (a - b) < 2.5e-5 || abs (a - b) > 10.0) kim table)

[<LammpsFact>]
let ``A cancelled run is killed, and goes on from its last state`` () =
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

        Assert.ThrowsAny<OperationCanceledException>(fun () ->
            Lammps.run options folder source.Token (fun _ ->
                if isWellOn () then
                    source.Cancel())
            |> ignore)
        |> ignore

        let stored = Directory.GetFiles(folder, "state.*").Length
        Assert.InRange(stored, 1, 399)
        let mutable first = -1.0

        let result =
            Lammps.run options folder CancellationToken.None (fun f ->
                if first < 0.0 then
                    first <- f)
            |> get

        Assert.InRange(first, 1e-6, 1.0)
        let t = Trajectory.read result.Trajectory |> get
        Assert.Equal<int64[]>(Array.init 400 (fun i -> 100L * int64 (i + 1)), t.Snapshots |> Array.map _.Step)
        Assert.Equal(400, (ThermoTable.read result.Thermo |> get).Rows.Length))

[<LammpsFact>]
let ``LAMMPS' own error message is passed on`` () =
    inFolder (fun folder ->
        // The potential has no such element: LAMMPS itself has to complain.
        match run { tiny Phase.Solid with Element = "Xx" } folder with
        | Error [ MiceError.ToolFailed("LAMMPS", fault) ] -> Assert.Contains("ERROR", fault)
        | other -> failwith $"%A{other}")

[<Fact>]
let ``The error line and the last command are found in a log`` () =
    let log =
        "units metal\nERROR: Unknown pair style (src/force.cpp:275)\nLast command: pair_style   foo\n"

    Assert.Equal("ERROR: Unknown pair style (src/force.cpp:275) Last command: pair_style   foo", Lammps.faultOf log)

/// What `lmp -h` prints, shortened; packages stand on several lines.
let private help (packages: string) =
    "\nLarge-scale Atomic/Molecular Massively Parallel Simulator - 29 Sep 2021 - Update 2\n\n"
    + $"Compiler: GNU C++ 12.2.0 with OpenMP 4.5\n\nInstalled packages:\n\n{packages}\n\nList of individual style options"

[<Fact>]
let ``Several threads need LAMMPS' package for them`` () =
    let without, withThreads =
        help "KIM MANYBODY\nOPT PERI", help "KIM MANYBODY\nOPENMP OPT"

    Assert.Equal(Ok 1, Lammps.threadsFor without None)
    Assert.Equal(Ok 1, Lammps.threadsFor without (Some 1))
    Assert.Equal(Ok Environment.ProcessorCount, Lammps.threadsFor withThreads None)
    Assert.Equal(Ok 3, Lammps.threadsFor withThreads (Some 3))

    match Lammps.threadsFor without (Some 3) with
    | Error(MiceError.Unavailable(what, _)) -> Assert.Contains("3 threads", what)
    | other -> failwith $"%A{other}"

    Assert.Equal("29 Sep 2021 - Update 2", Lammps.versionIn without)

[<Fact>]
let ``Threads change the style of the potential and not what a run is`` () =
    let options = tiny Phase.Solid
    Assert.Contains("pair_style eam/fs/opt\n", LammpsScript.whole 1 options)
    Assert.Contains("pair_style eam/fs\n", LammpsScript.whole 2 options)
    let threaded = { options with Threads = Some 2 }
    Assert.Equal<(string * string) list>(LammpsOptions.describe options, LammpsOptions.describe threaded)
    Assert.Single(LammpsOptions.check { options with Threads = Some 0 }) |> ignore

[<Fact>]
let ``Options out of range are reported, all of them`` () =
    let errors =
        LammpsOptions.check
            { tiny Phase.Solid with
                Side = 0
                Temperature = nan * 1.0<K>
                ThermoEvery = 7
                Element = "Na; shell rm"
            }

    Assert.Equal(4, errors.Length)
    Assert.Empty(LammpsOptions.check (tiny Phase.Liquid))

[<Fact>]
let ``A model that does not exist is unavailable`` () =
    match KimModel.table "No_Such_Model__MO_000000000000_000" with
    | Error(MiceError.Unavailable(what, _)) -> Assert.Contains("No_Such_Model", what)
    | other -> failwith $"%A{other}"
