namespace Mice.Atoms

open System
open System.Text

/// The table of one run in a log.
type internal LogTable =
    {
        Columns: string[]
        /// The line with the names of the columns.
        Line: int64
        Rows: ResizeArray<float[]>
        /// The line of each row.
        At: ResizeArray<int64>
        /// Of an energy minimisation: no configurations of an ensemble.
        mutable IsMinimisation: bool
    }

/// What the lines of a log have said so far.
type internal LogState =
    {
        Tables: ResizeArray<LogTable>
        /// Names of units, each once.
        mutable Units: string list
        /// The last table goes on.
        mutable IsOpen: bool
        /// The names of the columns come next.
        mutable HeaderFollows: bool
        /// The next table is of an energy minimisation.
        mutable MinimisationFollows: bool
    }

/// <summary>The log of LAMMPS runs, or what a run printed: tables of thermo_style one, custom and yaml.</summary>
/// <remarks>A table begins behind the line about memory, or with a line that starts with "Step"; it ends at "Loop time". In between, lines
/// that start with a number are rows, other lines are messages.</remarks>
[<RequireQualifiedAccess>]
module internal LammpsLog =
    let private marks =
        [
            "LAMMPS ("
            "Per MPI rank memory"
            "Memory usage per processor"
            "Loop time of"
            "keywords:"
            "---------------- Step"
        ]

    /// How many lines a program may print before LAMMPS begins.
    let private searched = 10_000L

    /// <summary>Is there a line that only a log has?</summary>
    /// <param name="lines">At the beginning of a file.</param>
    let rec isLog (lines: TextLines) : bool =
        match lines.Next() with
        | LineStatus.Whole
        | LineStatus.Unfinished when lines.Number <= searched ->
            let line = (Encoding.Latin1.GetString lines.Line).TrimStart()

            marks |> List.exists (fun m -> line.StartsWith(m, StringComparison.Ordinal)) || isLog lines
        | _ -> false

    let private isNumber (field: ReadOnlySpan<byte>) =
        let mutable value = 0.0
        Fields.tryFloat field &value

    let private openTable (lines: TextLines) (s: LogState) (columns: string[]) =
        if (Array.distinct columns).Length < columns.Length then
            Frames.fault lines "a column occurs twice in this table"

        s.Tables.Add
            {
                Columns = columns
                Line = lines.Number
                Rows = ResizeArray()
                At = ResizeArray()
                IsMinimisation = s.MinimisationFollows
            }

        s.IsOpen <- true
        s.HeaderFollows <- false
        s.MinimisationFollows <- false

    let private addRow (lines: TextLines) (s: LogState) (fields: byte[][]) =
        let table = s.Tables[s.Tables.Count - 1]

        let values =
            fields
            |> Array.mapi (fun i field ->
                let what =
                    if i < table.Columns.Length then
                        table.Columns[i]
                    else
                        "a surplus field"

                Frames.finite lines what (ReadOnlySpan<byte> field))

        ThermoRows.checkWidth lines table.Columns values
        table.Rows.Add values
        table.At.Add lines.Number

    /// The parts of a list of YAML: "keywords: ['Step', 'Temp', ]", "  - [100, 0.5, ]".
    let private yamlList (lines: TextLines) (line: string) : string[] =
        match line.IndexOf '[', line.LastIndexOf ']' with
        | first, last when first >= 0 && last > first ->
            line.Substring(first + 1, last - first - 1).Split ','
            |> Array.map (fun part -> part.Trim().Trim('\'', '"'))
            |> Array.filter (fun part -> part <> "")
        | _ -> Frames.fault lines "this list of thermo_style yaml is not whole"

    let private closeTable (s: LogState) = s.IsOpen <- false

    /// Commands and messages that matter.
    let private takeWords (lines: TextLines) (s: LogState) (words: string[]) =
        match List.ofArray words with
        | "units" :: name :: _
        | "Unit" :: "style" :: ":" :: name :: _ when not (name.StartsWith '$') ->
            s.Units <- List.distinct (s.Units @ [ name ])
        | "Setting" :: "up" :: rest -> s.MinimisationFollows <- List.contains "minimization" rest
        | "Minimization" :: "stats:" :: _ when s.Tables.Count > 0 -> s.Tables[s.Tables.Count - 1].IsMinimisation <- true
        | "Loop" :: "time" :: "of" :: _
        | "LAMMPS" :: _ -> closeTable s
        | "Per" :: "MPI" :: "rank" :: "memory" :: _
        | "Memory" :: "usage" :: "per" :: "processor" :: _ ->
            closeTable s
            s.HeaderFollows <- true
        | "thermo_modify" :: rest when
            List.pairwise rest
            |> List.exists (fun (a, b) -> a = "norm" && List.contains b [ "yes"; "on"; "true" ])
            ->
            Frames.fault lines "thermo_modify norm yes: energies are per atom; needed is the energy of the whole box"
        | rule :: "Step" :: _ when rule.Length > 4 && Seq.forall ((=) '-') rule ->
            Frames.fault
                lines
                "this is thermo_style multi; needed is custom, as in: thermo_style custom step temp pe vol press"
        | "WARNING:" :: _
        | "---" :: _ -> ()
        | first :: _ when s.HeaderFollows || (first = "Step" && words.Length > 1) -> openTable lines s words
        | _ -> ()

    let private takeLine (lines: TextLines) (s: LogState) =
        let mutable fields = Fields lines.Line
        let first = Fields.next &fields

        if s.IsOpen && isNumber first then
            addRow lines s (Fields.words lines.Line |> Array.map Encoding.Latin1.GetBytes)
        else
            let line = (Encoding.UTF8.GetString lines.Line).Trim()

            if line.StartsWith("keywords:", StringComparison.Ordinal) then
                openTable lines s (yamlList lines line)
            elif s.IsOpen && line.StartsWith("- [", StringComparison.Ordinal) then
                addRow lines s (yamlList lines line |> Array.map Encoding.UTF8.GetBytes)
            elif s.IsOpen && line = "..." then
                closeTable s
            else
                takeWords lines s (Fields.words lines.Line)

    /// The last line of a log that was cut; a row is lost with it.
    let private takeCut (path: string) (lines: TextLines) (s: LogState) : string list =
        let mutable fields = Fields lines.Line
        let first = Fields.next &fields

        if s.IsOpen && not first.IsEmpty && (isNumber first || first[0] = byte '-') then
            [ ThermoRows.leftOut path lines ]
        else
            []

    let private faultAt line text = raise (FileFault(line, false, text))

    /// The table of all runs, one behind the other.
    let private joined (path: string) (s: LogState) (warnings: string list) : ThermoRows =
        let minimised, runs =
            s.Tables |> Seq.filter (fun t -> t.Rows.Count > 0) |> List.ofSeq |> List.partition _.IsMinimisation

        match runs with
        | [] -> faultAt s.Tables[s.Tables.Count - 1].Line "there is no complete row of a run behind this line"
        | first :: others ->
            match others |> List.tryFind (fun t -> t.Columns <> first.Columns) with
            | Some other ->
                faultAt
                    other.Line
                    $"this run has other columns than the one in line {first.Line}; leave only the run that the snapshots are from"
            | None -> ()

            {
                Columns = first.Columns
                Rows = runs |> Seq.collect _.Rows |> Array.ofSeq
                Lines = runs |> Seq.collect _.At |> Array.ofSeq
                Warnings =
                    [
                        yield! warnings

                        if not minimised.IsEmpty then
                            $"{path}: the rows of {minimised.Length} energy minimisation(s) are left out."

                        if not others.IsEmpty then
                            let at = runs |> List.map (fun t -> string t.Line) |> String.concat ", "

                            $"{path}: the rows of {runs.Length} runs (lines {at}) are taken as those of one; rows of an equilibration would spoil the means."
                    ]
            }

    /// thermo_style one has two parts of the potential energy in place of their sum.
    let private withEnergy (path: string) (rows: ThermoRows) : ThermoRows =
        let index name = Array.IndexOf(rows.Columns, name)

        match index "PotEng", index "E_pair", index "E_mol" with
        | -1, pair, molecular when pair >= 0 && molecular >= 0 ->
            { rows with
                Columns = Array.append rows.Columns [| "PotEng" |]
                Rows = rows.Rows |> Array.map (fun row -> Array.append row [| row[pair] + row[molecular] |])
                Warnings =
                    rows.Warnings
                    @ [
                        $"{path}: the potential energy is E_pair + E_mol; energies of fixes are not in it."
                    ]
            }
        | _ -> rows

    let private isMetal (s: LogState) : bool =
        match s.Units with
        | [] -> false
        | [ "metal" ] -> true
        | units ->
            let names = String.concat " and " units

            faultAt
                s.Tables[0].Line
                $"this log is in units {names}; Mice reads logs in units metal, and CSV with the columns step, U_eV, V_A3, T_K"

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="lines">At its beginning.</param>
    /// <returns>The rows of all runs but energy minimisations, at least one, and whether the log says that its units are metal. Faults are
    /// raised as FileFault.</returns>
    let read (path: string) (lines: TextLines) : struct (ThermoRows * bool) =
        let s =
            {
                Tables = ResizeArray()
                Units = []
                IsOpen = false
                HeaderFollows = false
                MinimisationFollows = false
            }

        let rec go () =
            match ThermoRows.next lines with
            | TableLine.Whole ->
                takeLine lines s
                go ()
            | TableLine.NoLineFeed
            | TableLine.Cut -> takeCut path lines s
            | TableLine.Over -> []

        let warnings = go ()

        if s.Tables.Count = 0 then
            faultAt lines.Number "the log ends without a table of a run"

        let metal = isMetal s
        struct (joined path s warnings |> withEnergy path, metal)
