namespace Mice.Atoms

open System
open System.Text

/// Tables as text: CSV, columns between blanks, and what fix ave/time of LAMMPS writes.
[<RequireQualifiedAccess>]
module internal ThermoText =
    let private wanted =
        "wanted is a line with the names of the columns (step, U_eV, V_A3, T_K) and rows of numbers below, or the log of a LAMMPS run"

    let private separators = [| ','; ';'; '\t' |]

    let private text (lines: TextLines) : string = Encoding.UTF8.GetString lines.Line

    /// Is the table one with commas, semicolons or tabs? If not, its columns stand between blanks.
    let private isDelimited (line: string) = line.IndexOfAny separators >= 0

    let private split (delimited: bool) (line: string) : string[] =
        if delimited then
            line.Split separators |> Array.map (fun part -> part.Trim())
        else
            line.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)

    let private isComment (lines: TextLines) = (text lines).TrimStart().StartsWith '#'

    let private isNumeric (line: string) =
        let isNumber (part: string) =
            let mutable value = 0.0
            Fields.tryFloat (ReadOnlySpan<byte>(Encoding.UTF8.GetBytes part)) &value

        split (isDelimited line) line |> Array.forall isNumber

    let private names (lines: TextLines) (header: string) : string[] =
        let names =
            split (isDelimited header) header |> Array.map (fun n -> n.Trim().Trim('"'))

        if names.Length > 1000 then
            Frames.fault lines $"{names.Length} columns are more than Mice reads (1000)"

        match names |> Array.countBy id |> Array.tryFind (fun (name, n) -> n > 1 || name = "") with
        | Some("", _) -> Frames.fault lines "a column has no name"
        | Some(name, _) -> Frames.fault lines $"the column {Fields.quoteText name} occurs twice"
        | None -> names

    let private whatOf (columns: string[]) (i: int) =
        if i < columns.Length then columns[i] else "a surplus field"

    /// The numbers of a line with separators; how many there are is for the caller to judge.
    let private delimitedRow (lines: TextLines) (columns: string[]) : float[] =
        let line = lines.Line
        let values = ResizeArray<float>()
        let mutable start = 0

        while start <= line.Length do
            let rest = line.Slice start

            let length =
                match rest.IndexOfAny(44uy, 59uy, 9uy) with
                | -1 -> rest.Length
                | n -> n

            values.Add(Frames.finite lines (whatOf columns values.Count) (rest.Slice(0, length).Trim(" \t\r"B)))
            start <- start + length + 1

        values.ToArray()

    /// The numbers of a line with blanks between them.
    let private blankRow (lines: TextLines) (columns: string[]) : float[] =
        let mutable fields = Fields lines.Line
        let values = ResizeArray<float>()

        while Fields.skipBlanks &fields do
            values.Add(Frames.finite lines (whatOf columns values.Count) (Fields.next &fields))

        values.ToArray()

    /// A table that is being read.
    type private Reading(path: string, lines: TextLines) =
        let comments = ResizeArray<string>()
        let mutable columns: string[] = Array.empty
        let mutable delimited = false
        let mutable last = 0L
        let rows = ResizeArray<float[]>()
        let at = ResizeArray<int64>()

        let start (header: string) =
            delimited <- isDelimited header
            columns <- names lines header

        let comment () =
            let line = text lines

            // A table that was continued has its own comments once more.
            if rows.Count > 0 && not (comments.Contains line) then
                Frames.fault lines $"{Fields.quoteText line} stands between the rows; leave comments above the table"

            if line.Contains "Number-of-rows" then
                Frames.fault lines "this is fix ave/time in vector mode; needed is one row of numbers for each step"

            comments.Add line

        let header () =
            let line = text lines

            match isNumeric line, comments.Count with
            | false, _ ->
                if DumpHead.isItem lines.Line then
                    Frames.fault lines $"this is a LAMMPS dump, no thermo table; {wanted}"

                start line
                false
            | true, 0 -> Frames.fault lines $"the first line has numbers; {wanted}"
            | true, n ->
                start (comments[n - 1].TrimStart().TrimStart('#', ' '))
                true

        let row () =
            if rows.Count > 0 && lines.Number > last + 1L then
                raise (FileFault(last + 1L, false, "this line between two rows is empty; a row may be missing"))

            let values =
                if delimited then
                    delimitedRow lines columns
                else
                    blankRow lines columns

            ThermoRows.checkWidth lines columns values
            rows.Add values
            at.Add lines.Number

        /// The first row tells whether the file is a table at all.
        let firstRow () =
            try
                row ()
            with FileFault(line, isCut, text) ->
                raise (FileFault(line, isCut, $"{text}; {wanted}"))

        /// Takes the line that the reader is at.
        member _.Take() =
            if isComment lines then
                comment ()
            elif columns.Length > 0 || header () then
                if rows.Count = 0 then firstRow () else row ()

            last <- lines.Number

        /// A program that writes rows as it goes ends each with a line feed.
        member _.IsWrittenAsItGoes =
            comments.Exists(fun c -> c.StartsWith("# Time-averaged", StringComparison.Ordinal))

        member this.Finish(warnings: string list) : ThermoRows =
            {
                Columns = columns
                Rows = rows.ToArray()
                Lines = at.ToArray()
                Warnings =
                    [
                        yield! warnings

                        if this.IsWrittenAsItGoes then
                            $"{path}: the rows of fix ave/time are averages over the steps before them, unless its Nrepeat is 1; only with 1 do they "
                            + "tell the energy and the volume of a snapshot and their fluctuations."
                    ]
            }

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="lines">At its beginning.</param>
    /// <returns>Its rows; none where there is a header and nothing below it. Faults are raised as FileFault.</returns>
    let read (path: string) (lines: TextLines) : ThermoRows =
        let reading = Reading(path, lines)

        let rec go () =
            match ThermoRows.next lines with
            | TableLine.Whole ->
                reading.Take()
                go ()
            | TableLine.NoLineFeed when not reading.IsWrittenAsItGoes ->
                try
                    reading.Take()
                    [ Frames.noLineFeed path lines ]
                with FileFault _ ->
                    [ ThermoRows.leftOut path lines ]
            | TableLine.NoLineFeed
            | TableLine.Cut -> [ ThermoRows.leftOut path lines ]
            | TableLine.Over -> []

        reading.Finish(go ())
