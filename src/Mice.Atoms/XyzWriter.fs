namespace Mice.Atoms

open System
open System.Globalization
open System.IO

/// Writes extended XYZ.
[<RequireQualifiedAccess>]
module internal XyzWriter =
    let private number (format: string) (x: float) : string =
        x.ToString(format, CultureInfo.InvariantCulture)

    let private flag (value: bool) = if value then "T" else "F"

    /// Numbers of an array, or flags, between blanks.
    let private joined (parts: seq<string>) = String.Join(' ', parts)

    let private isPlain (c: char) =
        Char.IsAsciiLetterOrDigit c || "_-.+:/".Contains c

    /// A word that needs no quotation marks, or the word between them.
    let private quoted (text: string) : string =
        if text <> "" && String.forall isPlain text then
            text
        else
            let escaped = text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")

            $"\"{escaped}\""

    /// A real number that is not read back as a whole one.
    let private real (format: string) (x: float) : string =
        let text = number format x

        if text |> String.forall (fun c -> c = '-' || Char.IsAsciiDigit c) then
            text + ".0"
        else
            text

    let private bracketed (parts: seq<string>) = "[" + String.Join(", ", parts) + "]"

    let private valueText (format: string) (value: FrameValue) : string =
        match value with
        | FrameValue.Real x -> real format x
        | FrameValue.Integer n -> string n
        | FrameValue.Boolean b -> flag b
        | FrameValue.Text text -> quoted text
        // One number between quotation marks would be no array.
        | FrameValue.Vector v when v.Length < 2 -> bracketed (Seq.map (number format) v)
        | FrameValue.Vector v -> $"\"{joined (Seq.map (number format) v)}\""
        | FrameValue.Words words -> bracketed (Seq.map quoted words)
        | FrameValue.Matrix m ->
            bracketed
                [
                    for i in 0 .. Array2D.length1 m - 1 -> bracketed [ for x in m[i, *] -> number format x ]
                ]

    /// For a column its kind, and the fields of an atom.
    let private columnText (format: string) (column: AtomColumn) : char * (int -> string) =
        let fields (values: 'v[]) (text: 'v -> string) (atom: int) =
            Seq.init column.Width (fun k -> text values[column.Width * atom + k]) |> joined

        match column.Values with
        | ColumnValues.Reals values -> 'R', fields values (number format)
        | ColumnValues.Integers values -> 'I', fields values string
        | ColumnValues.Booleans values -> 'L', fields values flag
        | ColumnValues.Texts values -> 'S', fields values id

    /// Only what somebody made by a program can be wrong here, and would be read back as something else.
    let private requireWritable (snapshot: Snapshot) =
        for KeyValue(key, _) in snapshot.Values do
            if key = "" || List.contains (key.ToLowerInvariant()) XyzValues.taken then
                invalidArg (nameof snapshot) $"A value cannot have the key '{key}' in extended XYZ."

        for KeyValue(name, column) in snapshot.Columns do
            let isTaken = List.contains name [ "pos"; "species"; "element" ]

            if name = "" || isTaken || name.Contains ':' || column.Width < 1 then
                invalidArg
                    (nameof snapshot)
                    $"A column of width {column.Width} cannot have the name '{name}' in extended XYZ."

            if AtomColumn.length column <> column.Width * Snapshot.count snapshot then
                invalidArg (nameof snapshot) $"The column '{name}' has not {column.Width} values for each atom."

            match column.Values with
            | ColumnValues.Texts texts when texts |> Array.exists (fun t -> t = "" || Seq.exists Char.IsWhiteSpace t) ->
                invalidArg (nameof snapshot) $"A text of the column '{name}' is empty or has blanks."
            | _ -> ()

    let private comment (format: string) (snapshot: Snapshot) (columns: (string * int * char) list) : string =
        let list (values: float[]) = joined (Seq.map (number format) values)

        let properties =
            "species:S:1:pos:R:3"
            + String.Join("", columns |> List.map (fun (name, width, kind) -> $":{name}:{kind}:{width}"))

        joined
            [
                $"Lattice=\"{list snapshot.Cell.Vectors}\""
                if snapshot.Cell.Origin <> [| 0.0; 0.0; 0.0 |] then
                    $"Origin=\"{list snapshot.Cell.Origin}\""
                $"Properties={quoted properties}"
                for KeyValue(key, value) in snapshot.Values do
                    $"{quoted key}={valueText format value}"
                $"step={snapshot.Step}"
                $"pbc=\"{joined (Seq.map flag snapshot.Cell.Periodic)}\""
            ]

    /// <summary>Writes one frame as ASE would, with all its values and columns.</summary>
    /// <param name="writer">Where to; UTF-8.</param>
    /// <param name="format">A .NET format for numbers: "R" gives back the same floats.</param>
    /// <param name="snapshot">The frame. Exceptions: names that extended XYZ has for other things, columns of another length.</param>
    let write (writer: TextWriter) (format: string) (snapshot: Snapshot) : unit =
        requireWritable snapshot

        let columns =
            [
                for KeyValue(name, column) in snapshot.Columns do
                    let kind, fields = columnText format column
                    (name, column.Width, kind), fields
            ]

        writer.Write $"{Snapshot.count snapshot}\n{comment format snapshot (List.map fst columns)}\n"

        for a in 0 .. Snapshot.count snapshot - 1 do
            let symbol = snapshot.SpeciesNames[snapshot.Species[a]]

            let position =
                joined (Seq.init 3 (fun k -> number format snapshot.Positions[3 * a + k]))

            writer.Write $"{symbol} {position}"

            for _, fields in columns do
                writer.Write ' '
                writer.Write(fields a)

            writer.Write '\n'
