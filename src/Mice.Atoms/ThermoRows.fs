namespace Mice.Atoms

open System
open System.Collections.Generic
open System.Globalization
open Mice

/// The rows of a thermo table as they stand in a file.
type internal ThermoRows =
    {
        /// Names of the columns.
        Columns: string[]
        /// One finite number for each column.
        Rows: float[][]
        /// The line of each row.
        Lines: int64[]
        /// One sentence for each thing that a reader should know.
        Warnings: string list
    }

/// The next line of a table.
[<RequireQualifiedAccess>]
type internal TableLine =
    | Whole
    /// The last line of a plain file, without a line feed.
    | NoLineFeed
    /// A last line that was cut.
    | Cut
    /// There are no more lines.
    | Over

/// What the readers of all forms of thermo tables share.
[<RequireQualifiedAccess>]
module internal ThermoRows =
    /// Goes to the next line that is not blank.
    let next (lines: TextLines) : TableLine =
        match Frames.lookAhead lines with
        | Ahead.Line -> TableLine.Whole
        | Ahead.Fault(FileFault(_, true, _) as fault) ->
            match fault with
            | Frames.OnlyNoLineFeed lines -> TableLine.NoLineFeed
            | _ -> TableLine.Cut
        | Ahead.Fault fault -> raise fault
        | Ahead.Nothing
        | Ahead.Unknown -> TableLine.Over

    /// The warning about a last row that was cut.
    let leftOut (path: string) (lines: TextLines) : string =
        $"{path}: line {lines.Number} was cut off (no line feed) and is left out."

    /// The fault of a row that has not one number for each column.
    let checkWidth (lines: TextLines) (columns: string[]) (values: float[]) : unit =
        if values.Length <> columns.Length then
            Frames.fault lines $"this row has {values.Length} fields where the header has {columns.Length}"

    /// The columns that Mice looks for, or all where the table has none of them beside the step. A clock or a sum that is set to zero for
    /// each run does not make two rows different.
    let private compared (columns: string[]) : int[] =
        let isKnown name =
            List.contains name [ "U_eV"; "V_A3"; "T_K"; "P_bar" ]

        let all = Array.init columns.Length id

        match all |> Array.filter (fun i -> isKnown columns[i]) with
        | [||] -> all
        | known -> known

    /// The first column in which two rows differ. LAMMPS computes a state anew where it begins a run, so the last digit may be another:
    /// a millionth of the largest value of a column counts as equal.
    let private difference (rows: ThermoRows) : float[] -> float[] -> int option =
        let columns = compared rows.Columns

        let largest =
            columns |> Array.map (fun i -> rows.Rows |> Array.fold (fun most row -> max most (abs row[i])) 0.0)

        fun a b ->
            Array.zip columns largest
            |> Array.tryFind (fun (i, most) -> abs (a[i] - b[i]) > 1e-6 * most)
            |> Option.map fst

    let private text (value: float) =
        value.ToString("G10", CultureInfo.InvariantCulture)

    let private differs (path: string) (rows: ThermoRows) (first: int) (again: int) (column: int) (step: float) =
        let name = rows.Columns[column]
        let a, b = text rows.Rows[first].[column], text rows.Rows[again].[column]

        MiceError.BadFile(
            path,
            None,
            Some rows.Lines[again],
            $"step {text step} stands already in line {rows.Lines[first]}, where {name} is {a}, not {b}; leave only the rows of the run that "
            + "the snapshots are from"
        )

    let private goesBack (path: string) (rows: ThermoRows) (row: int) (step: float) (last: float) =
        MiceError.BadFile(
            path,
            None,
            Some rows.Lines[row],
            $"step {text step} comes after step {text last}; leave only the rows of the run that the snapshots are from"
        )

    /// The warning about rows that stand twice.
    let private repeated (path: string) (steps: float list) : string =
        let shown = steps |> List.truncate 8 |> List.map text |> String.concat ", "

        let more =
            if steps.Length > 8 then
                $" and {steps.Length - 8} more"
            else
                ""

        match steps.Length with
        | 1 ->
            $"{path}: the row of step {shown} stands twice with equal values (a run that was continued?) and is used once."
        | n ->
            $"{path}: {n} rows stand twice with equal values (a run that was continued?) and are used once: steps {shown}{more}."

    /// Numbers of the rows to keep, and the steps of those that repeat earlier ones.
    let private kept
        (path: string)
        (column: int)
        (rows: ThermoRows)
        : Result<struct (int list * float list), MiceError> =
        let seen = Dictionary<float, int>()
        let difference = difference rows

        let rec go kept again last row =
            if row = rows.Rows.Length then
                Ok(struct (List.rev kept, List.rev again))
            else
                let step = rows.Rows[row].[column]

                match seen.TryGetValue step with
                | true, first ->
                    match difference rows.Rows[first] rows.Rows[row] with
                    | Some column -> Error(differs path rows first row column step)
                    | None -> go kept (step :: again) last (row + 1)
                | _ when step < last -> Error(goesBack path rows row step last)
                | _ ->
                    seen[step] <- row
                    go (row :: kept) again step (row + 1)

        go [] [] -infinity 0

    /// <summary>Rows in the order of their steps, each step once; a table without a column "step" is left as it is.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="rows">The rows of one file, of several runs where one was continued.</param>
    /// <returns>The rows without those that repeat an earlier one, with a sentence that names their steps. A step with two different rows, and
    /// a new step behind a higher one, are errors.</returns>
    let bySteps (path: string) (rows: ThermoRows) : Result<ThermoRows, MiceError> =
        match Array.IndexOf(rows.Columns, "step") with
        | -1 -> Ok rows
        | column ->
            kept path column rows
            |> Result.map (fun (struct (kept, again)) ->
                let pick (values: 'a[]) =
                    kept |> List.map (Array.get values) |> Array.ofList

                { rows with
                    Rows = pick rows.Rows
                    Lines = pick rows.Lines
                    Warnings =
                        [
                            yield! rows.Warnings

                            if not again.IsEmpty then
                                repeated path again
                        ]
                })
