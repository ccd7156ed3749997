module Mice.Atoms.Tests.ThermoTests

open Expecto
open System.IO
open System.IO.Compression
open System.Text
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private compress (content: byte[]) =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z -> z.Write(content, 0, content.Length))
    packed.ToArray()

let private thermo (text: string) =
    withFile (Encoding.UTF8.GetBytes text) ThermoTable.read

let private column name table =
    ThermoTable.column name table |> Result.mapError List.singleton |> ok

/// The one fault of a table: its line, and what it says.
let private refused (line: int64 option) (part: string) (text: string) =
    match thermo text with
    | Error [ MiceError.BadFile(_, None, l, fault) as error ] ->
        Expect.equal l line $"the line of: {fault}"
        Expect.stringContains fault part "what the fault says"
        Expect.isTrue ((MiceError.message error).Length < 400) "the message is short"
    | other -> failtest $"%A{other}"

/// There is one warning, which says this.
let private warns (warnings: string seq) (part: string) =
    Expect.stringContains (Expecting.single warnings "warnings") part "what the warning says"

[<Tests>]
let tests =
    testList
        "ThermoTests"
        [
            test "Thermo tables: what is read" {
                let t = thermo "step,time_ps,U_eV\n1,0.5,-3\n2, 1.0 ,-4.25\r\n\n" |> ok
                Expect.equal t.Columns [| "step"; "time_ps"; "U_eV" |] "names of the columns"

                Expect.equal
                    (ThermoTable.column "U_eV" t |> Result.mapError List.singleton |> ok)
                    [| -3.0; -4.25 |]
                    "the numbers of a column"

                match ThermoTable.column "V" t with
                | Error(MiceError.UnknownName(_, "V", known)) ->
                    Expect.equal known.Length 3 "the error names the columns that there are"
                | other -> failwith $"%A{other}"
            }

            test "Thermo tables: a last row without line feed is used when it has all its numbers" {
                let whole = thermo "step,U\n1,2\n2,3" |> ok
                Expect.equal whole.Rows.Length 2 "rows"

                warns whole.Warnings "line 3 has no line feed"

                for cut in [ "2"; "2,"; "2,-"; "2,3,4" ] do
                    let t = thermo $"step,U\n1,2\n{cut}" |> ok
                    Expect.equal t.Rows.Length 1 "the cut row is left out"

                    warns t.Warnings "left out"

                // Where a compressed file was cut, its content may end within a number.
                let packed =
                    withFile (compress (Encoding.UTF8.GetBytes "step,U\n1,2\n2,3")) ThermoTable.read |> ok

                Expect.equal packed.Rows.Length 1 "the last row is left out"
            }

            test "Thermo tables: what is refused" {
                refused None "empty" ""
                refused None "no complete row" "a,b\n"
                refused (Some 3L) "1 fields where the header has 2" "a,b\n1,2\n1\n"
                refused (Some 2L) "3 fields where the header has 2" "a,b\n1,2,3\n"
                refused (Some 2L) "no number" "a,b\n1,x\n"
                refused (Some 2L) "not a finite number" "a,b\n1,nan\n"
                refused (Some 1L) "occurs twice" "a,a\n1,2\n"
                refused (Some 1L) "no name" "a,,b\n1,2,3\n"
            }

            test
                "Columns between blanks are read, aligned or not, with the names in a line of their own or in a comment" {
                for header in
                    [
                        "  step     U_eV  V_A3"
                        "# step U_eV V_A3"
                        "#step\tU_eV\tV_A3"
                        "# made by hand\nstep U_eV V_A3"
                    ] do
                    let separator = if header.Contains '\t' then "\t" else "   "
                    let row values = String.concat separator values
                    let rows = [ row [ "10"; "-3.5"; "4096" ]; row [ "20"; "-4.5D+00"; "4097.5" ] ]
                    let t = thermo (String.concat "\n" (header :: rows) + "\n") |> ok
                    Expect.equal t.Columns [| "step"; "U_eV"; "V_A3" |] header
                    Expect.equal t.Rows [| [| 10.0; -3.5; 4096.0 |]; [| 20.0; -4.5; 4097.5 |] |] header
                    Expect.isEmpty t.Warnings header
            }

            test "Columns of LAMMPS get the names that Mice looks for, and a warning says how they were taken" {
                let t = thermo "Step,Temp,PotEng,Volume,Press,KinEng\n10,350,-3.5,4096,12,1\n" |> ok

                Expect.equal t.Columns [| "step"; "T_K"; "U_eV"; "V_A3"; "P_bar"; "KinEng" |] "names"
                warns t.Warnings "PotEng as U_eV, Volume as V_A3, Temp as T_K, Press as P_bar"

                let own = thermo "step,U_eV,PotEng\n10,-3.5,-2\n" |> ok
                Expect.equal own.Columns [| "step"; "U_eV"; "PotEng" |] "names of Mice come first"
                Expect.isEmpty own.Warnings "nothing was guessed"
                refused None "pe and PotEng could both be U_eV" "step,pe,PotEng\n1,2,3\n"
            }

            test "What fix ave/time writes is read, and said to be averages" {
                let head = "# Time-averaged data for fix a\n# TimeStep v_pe v_vol c_thermo_temp\n"

                let t =
                    thermo (head + "200 -8.12958 4301.18 17.9879\n220 -8.13038 4347.28 21.5554\n") |> ok

                Expect.equal t.Columns [| "step"; "U_eV"; "V_A3"; "T_K" |] "names"
                Expect.equal (column "V_A3" t) [| 4301.18; 4347.28 |] "volumes"
                Expect.equal t.Warnings.Length 2 "averages, units"
                Expect.exists t.Warnings (fun w -> w.Contains "averages") "averages"
                Expect.exists t.Warnings (fun w -> w.Contains "v_pe as U_eV, v_vol as V_A3") "units"

                // A run that was continued into the same file writes the comments once more.
                let again =
                    thermo (head + "200 -8 4300 18\n" + head + "200 -8 4300 18\n220 -9 4310 19\n") |> ok

                Expect.equal (column "step" again) [| 200.0; 220.0 |] "steps"

                // It writes as it goes: a last line without a line feed may end within a number.
                let cut = thermo (head + "200 -8 4300 18\n220 -9 4310 1") |> ok
                Expect.equal (column "step" cut) [| 200.0 |] "the cut row is left out"

                refused
                    (Some 2L)
                    "vector mode"
                    "# Time-averaged data for fix a\n# TimeStep Number-of-rows\n# Row c_rdf[1]\n100 2\n1 0.5\n2 0.7\n"
            }

            test "Rows of a seam are left out with a warning, rows that contradict one another are refused" {
                let t = thermo "step,U_eV,cpu\n0,-3,0\n10,-4,7\n10,-4,0\n20,-5,8\n" |> ok
                Expect.equal (column "U_eV" t) [| -3.0; -4.0; -5.0 |] "each step once"
                warns t.Warnings "the row of step 10 stands twice"

                refused
                    (Some 4L)
                    "step 10 stands already in line 3, where U_eV is -4, not -4.5"
                    "step,U_eV\n0,-3\n10,-4\n10,-4.5\n"

                refused (Some 4L) "step 5 comes after step 10" "step,U_eV\n0,-3\n10,-4\n5,-4.5\n"

                let unnamed = thermo "time,U\n0,1\n0,2\n" |> ok
                Expect.equal unnamed.Rows.Length 2 "without steps nothing is a repeat"
            }

            test "A row that is missing is no row that is not there" {
                refused (Some 3L) "a row may be missing" "step,U_eV\n0,-3\n\n20,-4\n"
                refused (Some 3L) "between the rows" "step,U_eV\n0,-3\n# 10,-3.5\n20,-4\n"
            }

            test "Files that are no tables are told what is wanted" {
                refused (Some 1L) "wanted is a line with the names of the columns" "10 -3.5 4096\n20 -4.5 4097\n"
                refused (Some 1L) "this is a LAMMPS dump" "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\n"
                refused (Some 2L) "or the log of a LAMMPS run" "{\n\"a\": 1\n}\n"
                refused (Some 2L) "or the log of a LAMMPS run" "system:\n  volume: 4096\n"

                match ThermoTable.column "V_A3" (thermo "step,U_eV\n1,2\n" |> ok) with
                | Error error ->
                    Expect.stringContains (MiceError.message error) "vol of thermo_style custom" "what LAMMPS calls it"
                | Ok _ -> failtest "there is no such column"
            }
        ]
