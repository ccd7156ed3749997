module Mice.Cli.Tests.AtomFilesTests

open Expecto
open System
open System.Globalization
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Cli
open Mice.Cli.Tests.Process
open Mice.Entropy

/// Extended XYZ with frames of eight atoms on a lattice, moved by a little from frame to frame.
let private frames (comments: string list) (moves: float list) : string =
    List.zip comments moves
    |> List.map (fun (comment, move: float) ->
        let atoms =
            [
                for i in 0..7 ->
                    String.Format(
                        CultureInfo.InvariantCulture,
                        "Na {0} {1} {2}\n",
                        4.0 * float (i % 2) + move,
                        4.0 * float (i / 2 % 2),
                        4.0 * float (i / 4)
                    )
            ]

        $"8\nLattice=\"8 0 0 0 8 0 0 0 8\" {comment}\n" + String.concat "" atoms)
    |> String.concat ""

let private moves = [ for i in 0..5 -> 0.1 * float i ]

/// The outcome of `mice entropy atoms` for a file with this content.
let private entropy (content: string) (rest: string list) : Outcome =
    let mutable outcome = None

    inFolder (fun folder ->
        let file = Path.Combine(folder, "snapshots.xyz")
        File.WriteAllText(file, content)
        outcome <- Some(mice ([ "entropy"; "atoms"; file; "--quick"; "--resume"; Path.Combine(folder, "run") ] @ rest)))

    outcome.Value

/// The thermo table of solid sodium as LAMMPS would have logged it.
let private log (table: ThermoTable) : string =
    let column name =
        match ThermoTable.column name table with
        | Ok values -> values
        | Error error -> failtest (MiceError.message error)

    let number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let rows =
        [
            for step, u, v in Array.zip3 (column "step") (column "U_eV") (column "V_A3") ->
                $"  {number step}   {number u}   {number v} \n"
        ]
        |> String.concat ""

    "LAMMPS (29 Sep 2021)\nunits metal\nrun 50000\n"
    + "Per MPI rank memory allocation (min/avg/max) = 3 | 3 | 3 Mbytes\nStep PotEng Volume \n"
    + rows
    + "Loop time of 12 on 1 procs for 50000 steps with 1024 atoms\n"

/// A scan whose snapshots have entropies that scatter, so that there is a looseness.
let private estimators: Estimators =
    { Estimators.standard with
        Versions = fun () -> [ "mice", "0.0.0" ]
        Particles = FakeParticles.scattering
    }

/// The looseness of solid sodium with a thermo table.
let private looseness (folder: string) (name: string) (table: string) : float =
    let json = Path.Combine(folder, $"{name}.json")

    let code =
        EntropyAtoms.verb.Run
            estimators
            [|
                sodium "solid.dump.gz"
                "--symmetry"
                "cubic"
                "--thermo"
                table
                "--temperature"
                "350"
                "--json"
                json
                "--resume"
                Path.Combine(folder, name)
                "--quiet"
            |]

    Expect.equal code 0 "exit code"
    use document = JsonDocument.Parse(File.ReadAllText json)
    document.RootElement.GetProperty("looseness_kb_per_atom").GetDouble()

[<Tests>]
let tests =
    testList
        "AtomFilesTests"
        [
            test "A slab is refused, whatever blanks its header has" {
                for header in [ "pbc=\"T T F\""; "pbc = \"T T F\""; "PBC=[T, T, F]" ] do
                    entropy (frames [ for i in 0..5 -> $"step={i} {header}" ] moves) []
                    |> BadInputTests.refused [ "not periodic" ]
            }

            test "Positions that stand twice are refused in one line" {
                let content =
                    frames [ for i in 0..5 -> $"step={i}" ] (List.map (fun m -> min m 0.4) moves)

                entropy content []
                |> BadInputTests.refused [ "frame 6: step 5 has the same positions as step 4 in frame 5" ]
            }

            test "Frames of different numbers of atoms are refused with both numbers in one line" {
                let content = frames [ for i in 0..5 -> $"step={10 * i}" ] moves

                let grown =
                    content.Replace(
                        "8\nLattice=\"8 0 0 0 8 0 0 0 8\" step=30\n",
                        "9\nLattice=\"8 0 0 0 8 0 0 0 8\" step=30\nNa 2 2 2\n"
                    )

                entropy grown []
                |> BadInputTests.refused [ "8 in snapshot 1 (step 0) against 9 in snapshot 4 (step 30)" ]
            }

            test "Frames without steps have no rows of a table" {
                inFolder (fun folder ->
                    let table = Path.Combine(folder, "thermo.csv")

                    File.WriteAllText(
                        table,
                        "step,U_eV,V_A3\n" + String.concat "" [ for i in 0..9 -> $"{i},-8,512\n" ]
                    )

                    entropy (frames [ for _ in moves -> "" ] moves) [ "--thermo"; table; "--temperature"; "350" ]
                    |> BadInputTests.refused [ "no step" ])
            }

            test "A method that is not known is refused, and a box that is too small for the one that is" {
                let content = frames [ for i in 0..3 -> $"step={i}" ] (List.take 4 moves)

                entropy content [ "--method"; "guessing" ]
                |> BadInputTests.refused [ "known: denoising, scan, both" ]

                entropy content [ "--method"; "denoising" ] |> BadInputTests.refused [ "smallest height" ]
            }

            test "A phase that is not known is refused, and one for a method that knows none" {
                let content = frames [ for i in 0..3 -> $"step={i}" ] (List.take 4 moves)

                entropy content [ "--phase"; "gas" ] |> BadInputTests.refused [ "known: fluid, crystal" ]

                entropy content [ "--phase"; "fluid"; "--method"; "scan" ]
                |> BadInputTests.refused [ "--phase and --method" ]
            }

            test "A LAMMPS log is as good as a table" {
                let csv = sodium "solid_thermo.csv"

                match ThermoTable.read csv with
                | Error errors -> failtest $"{errors}"
                | Ok table ->
                    inFolder (fun folder ->
                        let file = Path.Combine(folder, "log.lammps")
                        File.WriteAllText(file, log table)
                        Expect.equal (looseness folder "b" file) (looseness folder "a" csv) "the looseness")
            }
        ]
