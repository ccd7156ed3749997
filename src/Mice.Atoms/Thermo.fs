namespace Mice.Atoms

open System
open System.IO
open System.Text
open Mice

/// <summary>Numbers over time that belong to a trajectory: a table with named columns, read from CSV.</summary>
type ThermoTable =
    {
        /// The file.
        Path: string
        /// The names in the header line, such as step, time_ps, T_K, P_bar, V_A3, U_eV, H_eV, in_dump.
        Columns: string[]
        /// At least one row; each has one finite number for each column.
        Rows: float[][]
        /// One sentence for each thing that a reader should know, such as a last row that was cut off.
        Warnings: string list
    }

/// Reads tables of thermodynamic quantities.
[<RequireQualifiedAccess>]
module ThermoTable =
    let private separators = [| ','; ';'; '\t' |]

    let private header (lines: TextLines) : string[] =
        let text = Encoding.UTF8.GetString(lines.Line).TrimStart('\uFEFF', '#', ' ')
        let names = text.Split separators |> Array.map (fun n -> n.Trim().Trim('"'))

        if names.Length > 1000 then
            Frames.fault lines $"{names.Length} columns are more than Mice reads (1000)"

        match names |> Array.countBy id |> Array.tryFind (fun (name, n) -> n > 1 || name = "") with
        | Some("", _) -> Frames.fault lines "a column has no name"
        | Some(name, _) -> Frames.fault lines $"the column {Fields.quoteText name} occurs twice"
        | None -> names

    /// The numbers of the current line; how many there are is for the caller to judge.
    let private row (lines: TextLines) (columns: string[]) : float[] =
        let line = lines.Line
        let values = ResizeArray<float>()
        let mutable start = 0

        while start <= line.Length do
            let rest = line.Slice start

            let length =
                match rest.IndexOfAny(44uy, 59uy, 9uy) with
                | -1 -> rest.Length
                | n -> n

            let what =
                if values.Count < columns.Length then
                    columns[values.Count]
                else
                    "a surplus field"

            values.Add(Frames.finite lines what (rest.Slice(0, length).Trim(" \t\r"B)))
            start <- start + length + 1

        values.ToArray()

    let private width (lines: TextLines) (columns: string[]) (values: float[]) : float[] =
        if values.Length <> columns.Length then
            Frames.fault lines $"this row has {values.Length} fields where the header has {columns.Length}"

        values

    let private parse (path: string) (lines: TextLines) : Result<ThermoTable, MiceError> =
        if not (Frames.toNextFrame lines) then
            Error(MiceError.BadFile(path, None, None, "the file is empty"))
        else
            let columns = header lines
            let rows = ResizeArray<float[]>()
            let mutable warnings = []
            let mutable goesOn = true

            let next () =
                rows.Add(width lines columns (row lines columns))

            let leaveOut line =
                warnings <- [ $"{path}: line {line} was cut off (no line feed) and is left out." ]
                goesOn <- false

            while goesOn do
                match Frames.lookAhead lines with
                | Ahead.Line -> next ()
                | Ahead.Fault(FileFault(line, true, _) as fault) ->
                    leaveOut line

                    match fault with
                    | Frames.OnlyNoLineFeed lines ->
                        try
                            next ()
                            warnings <- [ Frames.noLineFeed path lines ]
                        with FileFault _ ->
                            ()
                    | _ -> ()
                | Ahead.Fault fault -> raise fault
                | Ahead.Nothing
                | Ahead.Unknown -> goesOn <- false

            if rows.Count = 0 then
                Error(MiceError.BadFile(path, None, None, "the table has no complete row"))
            else
                Ok
                    {
                        Path = path
                        Columns = columns
                        Rows = rows.ToArray()
                        Warnings = warnings
                    }

    /// <summary>Reads a CSV table: a header line with names, then rows of finite numbers; gzip or plain.</summary>
    /// <param name="path">Comma-, semicolon- or tab-separated.</param>
    /// <returns>The table. A last line without a line feed may have been cut: it is left out with a warning, or used with a warning
    /// when the file is plain and the line has all of its numbers. Anything else that is wrong is an <c>Error</c> with file and line.</returns>
    let read (path: string) : Result<ThermoTable, MiceError list> =
        try
            if not (File.Exists path) then
                Error [ MiceError.MissingFile path ]
            else
                use lines = TextLines.Open path
                parse path lines |> Result.mapError List.singleton
        with
        | FileFault(line, _, text) -> Error [ MiceError.BadFile(path, None, Some line, text) ]
        | :? IOException as e -> Error [ MiceError.BadFile(path, None, None, e.Message) ]
        | :? UnauthorizedAccessException as e -> Error [ MiceError.BadFile(path, None, None, e.Message) ]

    /// <summary>One column of a table.</summary>
    /// <param name="name">Its name, exactly as in the header.</param>
    /// <param name="table">The table.</param>
    /// <returns>One number for each row; an unknown name is an <c>Error</c> that lists the known ones.</returns>
    let column (name: string) (table: ThermoTable) : Result<float[], MiceError> =
        match Array.IndexOf(table.Columns, name) with
        | -1 -> Error(MiceError.UnknownName($"column of {table.Path}", name, List.ofArray table.Columns))
        | i -> Ok(table.Rows |> Array.map (fun row -> row[i]))
