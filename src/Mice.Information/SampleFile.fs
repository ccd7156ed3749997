namespace Mice.Information

open System
open System.Collections.Generic
open System.Globalization
open System.IO
open System.Text
open CsvHelper
open CsvHelper.Configuration
open Mice

/// A fault of a file that holds a sample: the line where there is one, and what is wrong.
exception internal BadSample of line: int64 option * fault: string

/// <summary>Samples from files: CSV with or without a header line, and NumPy's .npy.</summary>
/// <remarks>CSV: one row per draw; fields separated by tabs, semicolons or commas, whichever of them, in this order, the first line has, or by single
/// blanks; decimal points; fields may stand in double quotes; lines that begin with # and blank lines are left out.
/// .npy: one or two axes of booleans, integers or floats.</remarks>
[<RequireQualifiedAccess>]
module SampleFile =
    let private bad line fault = raise (BadSample(line, fault))

    let private longestField = 65536

    let private tryNumber (text: string) =
        match Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value -> ValueSome value
        | _ -> ValueNone

    /// What programs write in place of a number that they do not have: no name of a column.
    let private missing =
        HashSet([ ""; "NA"; "N/A"; "null"; "None"; "inf"; "+inf"; "-inf" ])

    let private isText (field: string) =
        (tryNumber field).IsNone && not (missing.Contains field)

    /// Text that begins as a number does is a number gone wrong, not the name of a column.
    let private isName (field: string) =
        isText field
        && not (field.TrimStart('+', '-', '.') |> Seq.truncate 1 |> Seq.exists Char.IsAsciiDigit)

    let private quote (text: string) =
        if text.Length > 40 then
            $"“{text.Substring(0, 40)}…”"
        else
            $"“{text}”"

    let private notNumber line column (text: string) =
        let fault =
            if text = "" then
                "is empty"
            else
                match tryNumber text with
                | ValueSome _ -> $"is {text}, not a finite number"
                | ValueNone ->
                    $"is {quote text}, not a number (text is read as labels only where the variable is declared discrete)"

        bad (Some line) $"column {column + 1} {fault}."

    let private finite line column (text: string) : float =
        match tryNumber text with
        | ValueSome value when Double.IsFinite value -> value
        | _ -> notNumber line column text

    /// What separates the fields, as the first line that counts tells.
    let private separator (start: string) : string =
        let first =
            start.Split('\n')
            |> Array.map (fun line -> line.Trim(' ', '\r', '\uFEFF'))
            |> Array.tryFind (fun line -> line.Trim() <> "" && line[0] <> '#')
            |> Option.defaultValue ""

        let isNumbers (parts: string[]) =
            parts.Length > 1 && parts |> Array.forall (fun part -> (tryNumber part).IsSome)

        match [ "\t"; ";"; "," ] |> List.tryFind first.Contains with
        | Some found -> found
        | None when isNumbers (first.Split ' ') -> " "
        | None -> ","

    let private configuration (separator: string) =
        CsvConfiguration(
            CultureInfo.InvariantCulture,
            Delimiter = separator,
            HasHeaderRecord = false,
            TrimOptions =
                (if separator = " " then
                     TrimOptions.None
                 else
                     TrimOptions.Trim),
            WhiteSpaceChars = (if separator = " " then [||] else [| ' ' |]),
            AllowComments = true,
            IgnoreBlankLines = true,
            MaxFieldSize = float longestField,
            BadDataFound = null
        )

    /// Text of a stream in UTF-8, or in what its byte order mark says; anything else is a fault.
    let private openText (stream: Stream) =
        new StreamReader(stream, UTF8Encoding(false, true), true, 65536, true)

    let private startOf (stream: Stream) : string =
        use text = openText stream
        let buffer = Array.zeroCreate<char> 65536
        let count = text.ReadBlock(buffer, 0, buffer.Length)
        stream.Position <- 0L
        let start = String(buffer, 0, count)

        if start.Contains '\000' then
            bad None "this is neither text nor a .npy file."

        start

    /// Calls with the line and the fields of every row, all of the same number of fields.
    let private eachRow (stream: Stream) (visit: int64 -> string[] -> unit) : unit =
        let separator = separator (startOf stream)
        use text = openText stream
        use parser = new CsvParser(text, configuration separator)
        let mutable columns = 0

        while parser.Read() do
            let fields, line = parser.Record, int64 parser.RawRow

            if columns = 0 then
                columns <- fields.Length
            elif fields.Length <> columns then
                bad (Some line) $"this row has {fields.Length} fields where the first has {columns}."

            visit line fields

    let private sample (columns: int) (values: float[]) : Sample =
        if values.Length = 0 then
            bad None "there is no row of numbers in it."

        {
            Rows = values.Length / columns
            Columns = columns
            Values = values
        }

    let private numbers (stream: Stream) : Sample =
        let values = ResizeArray<float>()
        let mutable columns = 0

        eachRow stream (fun line fields ->
            let isHeader = columns = 0 && Array.forall isName fields
            columns <- fields.Length

            if not isHeader then
                fields |> Array.iteri (fun i field -> values.Add(finite line i field)))

        sample columns (values.ToArray())

    /// The different fields of one column: each has a code in the order of first appearance.
    type private Labels() =
        let codes = Dictionary<string, int>()
        let first = ResizeArray<struct (string * int64)>()
        let rows = ResizeArray<int>()

        member _.Add(line: int64, field: string) =
            match codes.TryGetValue field with
            | true, code -> rows.Add code
            | _ ->
                codes[field] <- first.Count
                rows.Add first.Count
                first.Add(struct (field, line))

        /// Whether the first field is a name that does not occur again.
        member _.BeginsWithName =
            let struct (field, _) = first[0]
            isName field && rows.Count > 1 && rows.IndexOf(0, 1) < 0

        /// Numbers where all fields are numbers, and the codes otherwise.
        member _.Values(skip: int, column: int) : float[] =
            let fields = first |> Seq.skip skip |> Array.ofSeq
            let isLabels = fields |> Array.exists (fun struct (field, _) -> isText field)

            let values =
                fields
                |> Array.mapi (fun code struct (field, line) ->
                    if not isLabels then finite line column field
                    elif field = "" then notNumber line column field
                    else float code)

            rows |> Seq.skip skip |> Seq.map (fun code -> values[code - skip]) |> Array.ofSeq

    let private symbols (stream: Stream) : Sample =
        let mutable columns: Labels[] = [||]

        eachRow stream (fun line fields ->
            if columns.Length = 0 then
                columns <- fields |> Array.map (fun _ -> Labels())

            fields |> Array.iteri (fun i field -> columns[i].Add(line, field)))

        let skip =
            if columns |> Array.forall (fun column -> column.BeginsWithName) then
                1
            else
                0

        let values = columns |> Array.mapi (fun i column -> column.Values(skip, i))

        values |> Array.transpose |> Array.concat |> sample columns.Length

    /// A .npy file of one axis (a column) or two (rows and columns).
    let private array (stream: Stream) : Sample =
        let get read =
            match read with
            | Ok found -> found
            | Error fault -> bad None fault

        let header = get (NumPyArray.readHeader stream)

        let rows, columns =
            match header.Shape with
            | [ rows ] -> rows, 1
            | [ rows; columns ] -> rows, columns
            | axes -> bad None $"it has {axes.Length} axes; one (a column) or two (rows and columns) are read."

        let count = int64 rows * int64 columns

        if count > int64 Array.MaxLength then
            bad None $"{count} numbers are more than Mice reads."

        let values = Array.zeroCreate (int count)

        stream |> NumPyArray.readValues header (fun i value -> values[int i] <- value) |> get

        match values |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some i -> bad None $"row {i / columns + 1}, column {i % columns + 1} is {values[i]}, not a finite number."
        | None ->
            {
                Rows = rows
                Columns = columns
                Values = values
            }

    let private readWith (csv: Stream -> Sample) (path: string) : Result<Sample, MiceError list> =
        let fault line text =
            Error [ MiceError.BadFile(path, None, line, text) ]

        try
            if Directory.Exists path then
                fault None "this is a directory, not a file."
            elif not (File.Exists path) then
                Error [ MiceError.MissingFile path ]
            else
                use stream = File.OpenRead path
                let start = Array.zeroCreate<byte> NumPyArray.magic.Length
                let read = stream.ReadAtLeast(start, start.Length, false)
                stream.Position <- 0L

                if read = 0 then
                    fault None "the file is empty."
                elif start = NumPyArray.magic then
                    Ok(array stream)
                elif start[..1] = "PK"B then
                    fault None "this is an archive; give one .npy file of it."
                else
                    Ok(csv stream)
        with
        | BadSample(line, text) -> fault line text
        | :? MaxFieldSizeException -> fault None $"a field is longer than {longestField} characters."
        | :? DecoderFallbackException -> fault None "this is neither text nor a .npy file."
        | :? IOException
        | :? UnauthorizedAccessException as e -> fault None e.Message

    /// <summary>Reads a sample of numbers. The first line of a CSV file is a header when none of its fields is a number.</summary>
    /// <param name="path">A .npy or a CSV file; which it is, is told by its first bytes.</param>
    /// <returns>Errors: MissingFile; BadFile with the line where there is one.</returns>
    let read (path: string) : Result<Sample, MiceError list> = readWith numbers path

    /// <summary>Reads a sample of symbols: as <c>read</c>, but a column of a CSV file in which there is text holds labels, numbered 0, 1, 2, … in the
    /// order of their first appearance. The first line is a header when none of its fields is a number and none
    /// occurs again in its column.</summary>
    /// <param name="path">A .npy or a CSV file.</param>
    /// <returns>Errors: MissingFile; BadFile with the line where there is one.</returns>
    let readSymbols (path: string) : Result<Sample, MiceError list> = readWith symbols path
