module Mice.Atoms.Tests.LammpsLogTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Text
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private read (text: string) =
    withFile (Encoding.UTF8.GetBytes(text.Replace("\r", ""))) ThermoTable.read

let private column name table =
    ThermoTable.column name table |> Result.mapError List.singleton |> ok

/// The log is refused in one line with this part.
let private refused (part: string) (text: string) =
    match read text with
    | Error [ MiceError.BadFile(_, None, _, fault) as error ] ->
        Expect.stringContains fault part "what the fault says"
        Expect.isTrue ((MiceError.message error).Length < 400) "the message is short"
    | other -> failtest $"%A{other}"

/// Some warning says this.
let private warns (table: ThermoTable) (part: string) =
    Expect.exists table.Warnings (fun w -> w.Contains part) $"""{part} in: {String.concat " " table.Warnings}"""

/// Argon: minimisation, two runs, other columns, files of fix ave/time.
let private argon =
    "units metal
atom_style atomic
lattice fcc 5.3
region b block 0 3 0 3 0 3
create_box 1 b
create_atoms 1 box
mass 1 39.948
pair_style lj/cut 8.0
pair_coeff * * 0.0104 3.4
minimize 1e-4 1e-4 10 10
velocity all create 60 12345 mom yes
reset_timestep 0
fix n all npt temp 60 60 0.1 iso 1 1 1
thermo_style custom step temp pe vol press cpu
thermo 20
variable pe equal pe
variable vol equal vol
fix a all ave/time 20 1 20 v_pe v_vol c_thermo_temp file averages.txt
fix p all print 20 \"$(step),$(pe:%.8g),$(vol:%.8g)\" file rows.csv screen no title \"step,U_eV,V_A3\"
dump d all custom 20 atoms.dump id type x y z
run 100
run 100
"

/// Runs LAMMPS in a folder of its own.
let private withRun (script: string) (action: string -> unit) =
    inFolder (fun folder ->
        File.WriteAllText(Path.Combine(folder, "in.lammps"), script)

        let info =
            ProcessStartInfo(
                (Lammps.find () |> Result.mapError List.singleton |> ok),
                [ "-in"; "in.lammps" ],
                WorkingDirectory = folder,
                RedirectStandardOutput = true
            )

        match Process.Start info with
        | null -> failtest "LAMMPS did not start"
        | started ->
            use started = started
            File.WriteAllText(Path.Combine(folder, "screen"), started.StandardOutput.ReadToEnd())
            started.WaitForExit()
            action folder)

[<Tests>]
let tests =
    testList
        "LammpsLogTests"
        [
            test "A log with thermo_style one: two runs are one, the minimisation is left out" {
                let t = read LogSamples.one |> ok
                Expect.equal (column "step" t) [| 0.0; 20.0; 40.0; 60.0 |] "each step once"
                Expect.equal (column "V_A3" t) [| 4019.679; 4018.9331; 4017.7528; 4019.074 |] "volumes"
                // E_pair + E_mol.
                Expect.equal (column "U_eV" t) [| -8.846953; -8.8236801; -8.7556075 + 0.25; -8.649175 |] "energies"
                Expect.equal (Array.last (column "T_K" t)) 46.461252 "temperature"
                Expect.equal (Array.last (column "P_bar" t)) 306.83802 "pressure"

                for part in
                    [
                        "1 energy minimisation"
                        "2 runs"
                        "E_pair + E_mol"
                        "the row of step 40 stands twice"
                    ] do
                    warns t part

                Expect.equal t.Warnings.Length 4 "the units are known"
            }

            test "What is printed on the screen says its units, and the last digit of a seam may differ" {
                let t = read LogSamples.screen |> ok
                Expect.equal (column "step" t) [| 0.0; 100.0; 200.0 |] "each step once"
                Expect.equal (column "U_eV" t) [| -1085.2341; -1084.9127; -1085.5127 |] "energies"
                Expect.equal t.Warnings.Length 2 "two runs, one seam"
            }

            test "thermo_style yaml, alone and in a log" {
                let alone = read LogSamples.yaml |> ok
                Expect.equal (column "step" alone) [| 0.0; 100.0; 200.0 |] "each step once"
                Expect.equal (column "V_A3" alone) [| 41325.1; 41330.2; 41328.9 |] "volumes"
                warns alone "does not say its units"

                let inLog =
                    "LAMMPS (2 Aug 2023)\nunits metal\nPer MPI rank memory allocation (min/avg/max) = 3 | 3 | 3 Mbytes\n"
                    + LogSamples.yaml.Replace("...\n", "...\nLoop time of 0.3 on 1 procs for 100 steps with 4 atoms\n")

                let t = read inLog |> ok
                Expect.equal t.Rows alone.Rows "rows"
                Expect.isFalse (t.Warnings |> List.exists (fun w -> w.Contains "units")) "the units are known"
            }

            test "A part of a log without its beginning has unknown units" {
                let part = LogSamples.screen.Substring(LogSamples.screen.LastIndexOf "Per MPI")
                let t = read part |> ok
                Expect.equal (column "step" t) [| 100.0; 200.0 |] "steps"
                warns t "PotEng as U_eV, Volume as V_A3, Temp as T_K, Press as P_bar"

                // Even without the line about memory.
                let less = LogSamples.screen.Substring(LogSamples.screen.LastIndexOf "   Step ")
                Expect.equal (read less |> ok).Rows t.Rows "rows"
            }

            test "Other units and energies per atom are refused" {
                refused "units real" (LogSamples.one.Replace("units metal", "units real"))
                refused "units lj" (LogSamples.screen.Replace(": metal", ": lj"))
                refused "units metal and real" (LogSamples.one + "LAMMPS (29 Sep 2021)\nunits real\n")
                refused "per atom" (LogSamples.one.Replace("thermo 20", "thermo_modify flush yes norm yes"))
            }

            test "Runs that contradict one another are refused" {
                refused
                    "step 40 stands already in line 29, where U_eV is -8.5056075, not -8.4"
                    (let at = LogSamples.one.LastIndexOf "-8.7556075"
                     LogSamples.one.Remove(at, 10).Insert(at, "-8.65     "))

                refused "step 10 comes after step 40" (LogSamples.one.Replace("      60  ", "      10  "))

                let other = LogSamples.screen.LastIndexOf "Press "

                refused
                    "other columns than the one in line 8"
                    (LogSamples.screen.Remove(other, 5).Insert(other, "Lx   "))
            }

            test "thermo_style multi, logs without a run, rows that are not whole" {
                refused "thermo_style multi" LogSamples.multi
                refused "without a table" "LAMMPS (2 Aug 2023)\nunits metal\nERROR: Unknown command\n"

                refused
                    "no complete row"
                    "LAMMPS (2 Aug 2023)\nunits metal\nPer MPI rank memory allocation\nStep Temp PotEng Volume\n"

                refused "5 fields where the header has 6" (LogSamples.screen.Replace("12.5  ", "      "))
                refused "not a finite number" (LogSamples.screen.Replace("-1085.5127", "nan       "))
                refused "no number" (LogSamples.screen.Replace("-1085.5127", "-1085.WARN"))
            }

            test "A run that was killed is joined with the one that goes on in the same file" {
                let killed = LogSamples.screen.Substring(0, LogSamples.screen.IndexOf "Loop time")
                let goesOn = LogSamples.screen.Substring(LogSamples.screen.LastIndexOf "Per MPI")

                let t =
                    read $"{killed}LAMMPS (2 Aug 2023)\n  1 by 1 by 1 MPI processor grid\n{goesOn}" |> ok

                Expect.equal (column "step" t) [| 0.0; 100.0; 200.0 |] "each step once"
            }

            test "A log that was cut loses the row that was cut, with a warning" {
                let cut = LogSamples.screen.Substring(0, LogSamples.screen.IndexOf "0.15")
                let t = read cut |> ok
                Expect.equal (column "step" t) [| 0.0 |] "rows"
                warns t "line 10 was cut off"

                let behind = LogSamples.screen.Substring(0, LogSamples.screen.Length - 20)
                Expect.equal (read behind |> ok).Rows.Length 3 "no row is lost behind the tables"
            }

            test "Logs of the LAMMPS on this machine are read as the rows that it prints itself" {
                if Result.isError (Lammps.find ()) then
                    skiptest "LAMMPS is not here"

                withRun argon (fun folder ->
                    let file name = Path.Combine(folder, name)
                    let rows = ThermoTable.read (file "rows.csv") |> ok
                    Expect.equal (column "step" rows) [| for i in 0..10 -> 20.0 * float i |] "steps of the run"

                    for name in [ "log.lammps"; "screen" ] do
                        let log = ThermoTable.read (file name) |> ok

                        for c in [ "step"; "U_eV"; "V_A3" ] do
                            Expect.equal (column c log) (column c rows) $"{c} in {name}"

                        warns log "2 runs"
                        warns log "energy minimisation"

                        Expect.isFalse
                            (log.Warnings |> List.exists (fun w -> w.Contains "units"))
                            "the units are known"

                    // Six digits.
                    let averages = ThermoTable.read (file "averages.txt") |> ok

                    for a, r in Array.zip (column "U_eV" averages) (column "U_eV" rows) do
                        Expecting.within 1e-5 a r "energies of fix ave/time with Nrepeat 1"

                    let t = Trajectory.read (file "atoms.dump") |> ok

                    Expect.equal
                        (t.Snapshots |> Array.map (fun s -> float s.Step))
                        (column "step" rows)
                        "steps of the dump")
            }
        ]
