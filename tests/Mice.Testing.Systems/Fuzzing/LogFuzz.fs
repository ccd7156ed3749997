namespace Mice.Fuzzing

open System
open Mice.Atoms

/// Logs of LAMMPS with thermo_style custom.
[<RequireQualifiedAccess>]
module LogFuzz =
    let private names = [| "Step"; "PotEng"; "Volume"; "Temp" |]
    let private known = [ "step"; "U_eV"; "V_A3"; "T_K" ]

    /// The columns that Mice knows, in one order, whatever their order in the file.
    let private rowsOf (table: ThermoTable) : int64[][] =
        let places =
            known
            |> List.map (fun name -> Array.IndexOf(table.Columns, name))
            |> List.filter (fun place -> place >= 0)

        table.Rows |> Array.map (fun row -> places |> List.map (fun i -> row[i]) |> Fuzz.bits)

    let private read (path: string) : Outcome =
        ThermoTable.read path |> Fuzz.outcome rowsOf _.Warnings

    let private message (random: Random) =
        Choice.one
            random
            [
                "WARNING: Using 'neigh_modify every 1 delay 0 check yes' (src/min.cpp:188)"
                ""
                "Neighbor list builds = 3"
            ]

    /// One run: what it prints above its table, the table, and what it prints below.
    let private run (random: Random) (columns: string[]) (rows: float[][]) : string list =
        let line (row: float[]) =
            columns
            |> Array.map (fun column ->
                let place = Array.IndexOf(names, column)

                let text =
                    if place < 0 then
                        Choice.shortest (Choice.float random)
                    else
                        Choice.shortest row[place]

                text.PadLeft(if Choice.chance random 0.7 then 14 else 0))
            |> String.concat " "

        [
            "Per MPI rank memory allocation (min/avg/max) = 3.098 | 3.098 | 3.098 Mbytes"
            String.concat " " columns
            for row in rows do
                if Choice.chance random 0.1 then
                    message random

                " " + line row
            "Loop time of 0.00492956 on 1 procs for 40 steps with 108 atoms"
            message random
        ]

    let private written (random: Random) (rows: float[][]) : string list =
        let columns =
            if Choice.chance random 0.5 then
                names
            else
                Array.append names [| "CPU"; "Lx" |]

        let columns =
            Array.append [| "Step" |] (Choice.shuffled random (Array.tail columns))

        let first =
            if Choice.chance random 0.4 then
                1 + random.Next(rows.Length - 1)
            else
                rows.Length

        [
            "LAMMPS (2 Aug 2023)"
            "units metal"
            yield! run random columns (Array.take first rows)
            if first < rows.Length then
                "run 100"
                // The row at the seam stands in both runs.
                yield! run random columns (Array.skip (first - 1) rows)
            "Total wall time: 0:00:00"
        ]

    let private isRow (line: string) =
        line.StartsWith " " && Char.IsDigit(line.TrimStart(), 0)

    /// Kind, place of the row, detail, and lines after damage to all rows of a step.
    let private spoilt (random: Random) (lines: string list) =
        let words (line: string) =
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)

        let at, line =
            lines |> List.indexed |> List.filter (snd >> isRow) |> Choice.one random

        let found = words line
        let column = random.Next found.Length
        let place = int found[0] / 100 - 1

        let changed change (text: string) =
            let isSame other =
                isRow other && (words other)[0] = found[0]

            change,
            place,
            $"line {at + 1}: {text}",
            lines |> List.map (fun other -> if isSame other then text else other)

        match random.Next 4 with
        | 0 -> changed "field taken out" (" " + String.concat " " (Array.removeAt column found))
        | 1 -> changed "row blanked" ""
        | 2 -> changed "field put in" (line + " 1")
        | _ ->
            let tokens =
                Choice.noNumbers |> List.except [ "1.0D+03"; "1\u00A0" ] |> List.append [ "x" ]

            changed "no number" (" " + String.concat " " (Array.updateAt column (Choice.one random tokens) found))

    let private make (random: Random) : Case =
        let values =
            Array.init (3 + random.Next 6) (fun i ->
                [|
                    float (100 * (i + 1))
                    -1000.0 - random.NextDouble()
                    4000.0 + 100.0 * random.NextDouble()
                    300.0 + random.NextDouble()
                |])

        let lines = written random values

        let content (lines: string list) =
            let lineEnd = Choice.one random [ "\n"; "\n"; "\r\n" ]
            let bytes = snd (Choice.encoded random (String.Join(lineEnd, lines) + lineEnd))

            if Choice.chance random 0.15 then
                Choice.gzip bytes
            else
                bytes

        let case change detail meaning content : Case =
            {
                Change = change
                Detail = detail
                Meaning = meaning
                Content = content
                Rows = Array.map Fuzz.bits values
            }

        match random.Next 100 with
        | n when n < 40 -> case "other layout" "" Meaning.Kept (content lines)
        | n when n < 60 -> case "damage" "" Meaning.Unknown (content lines |> Damage.mutate random)
        | _ ->
            let change, place, detail, changed = spoilt random lines
            case change detail (Meaning.Spoilt [ place ]) (content changed)

    /// Logs, whose rows are known by their steps.
    let format: Format =
        {
            Name = "LAMMPS log"
            IsKeyed = true
            Make = make
            Read = read
        }
