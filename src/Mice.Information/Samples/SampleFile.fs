namespace Mice.Information

open System
open System.IO
open Mice

/// <summary>Samples from files: CSV with or without a header line, and NumPy's .npy.</summary>
/// <remarks>CSV: one row per draw; fields separated by tabs, semicolons or commas, whichever of them, in this order, the first row has, or by any
/// number of blanks (the second row tells where the first has none of these); decimal points; fields may stand in double quotes. Every line between the first row and the last is a row: one that is
/// empty or begins with # is a fault there. Blank lines and lines that begin with # may stand above the first row and below the last, but no blank line
/// directly above the first number of a file of one column, or of columns separated by blanks. Text is UTF-8, UTF-16 or UTF-32.
/// .npy: one or two axes of booleans, integers or floats.</remarks>
[<RequireQualifiedAccess>]
module SampleFile =
    let private bad fault = raise (BadSample [ None, fault ])

    let private notFinite (columns: int) (values: float[]) =
        let faults =
            values
            |> Seq.indexed
            |> Seq.filter (fun (_, value) -> not (Double.IsFinite value))
            |> Seq.map (fun (i, value) ->
                None, $"row {i / columns + 1}, column {i % columns + 1} is {value}, not a finite number.")

        raise (BadSample(LineFaults.Told faults))

    /// A .npy file of one axis (a column) or two (rows and columns).
    let private array (stream: Stream) : Sample =
        let get read =
            match read with
            | Ok found -> found
            | Error fault -> bad fault

        let header = get (NumPyArray.readHeader stream)

        let rows, columns =
            match header.Shape with
            | [ rows ] -> rows, 1
            | [ rows; columns ] -> rows, columns
            | axes -> bad $"it has {axes.Length} axes; one (a column) or two (rows and columns) are read."

        let count = int64 rows * int64 columns

        if count > int64 Array.MaxLength then
            bad $"{count} numbers are more than Mice reads."

        let values = Array.zeroCreate (int count)

        stream |> NumPyArray.readValues header (fun i value -> values[int i] <- value) |> get

        if values |> Array.exists (Double.IsFinite >> not) then
            notFinite columns values

        {
            Rows = rows
            Columns = columns
            Values = values
        }

    let private readWith (table: Stream -> Sample) (path: string) : Result<Sample, MiceError list> =
        InputFile.read path (fun stream ->
            let start = InputFile.start NumPyArray.magic.Length stream

            try
                if start = NumPyArray.magic then
                    Ok(array stream)
                elif Array.truncate 2 start = "PK"B then
                    bad "this is an archive; give one .npy file of it."
                elif Array.truncate 2 start = [| 0x1Fuy; 0x8Buy |] then
                    bad "this is a file compressed by gzip; unpack it first."
                else
                    Ok(table stream)
            with BadSample faults ->
                faults |> List.map (fun (line, fault) -> MiceError.BadFile(path, None, line, fault)) |> Error)

    /// <summary>Reads a sample of numbers. The first line of a CSV file is a header when all of its fields are names: they have a letter, begin with no
    /// number, and are nothing that stands for a missing value, as NA and Inf do.</summary>
    /// <param name="path">A .npy or a CSV file; its first bytes tell the format.</param>
    /// <returns>Errors: MissingFile; BadFile for each of the first ten lines that are not read.</returns>
    let read (path: string) : Result<Sample, MiceError list> = readWith SampleNumbers.read path

    /// <summary>Reads a sample of symbols: as <c>read</c>, but a column of a CSV file in which there is text holds labels, numbered 0, 1, 2, … in the
    /// order of their first appearance. The first line is a header when all of its fields are names and none
    /// occurs again in its column.</summary>
    /// <param name="path">A .npy or a CSV file.</param>
    /// <returns>Errors: MissingFile; BadFile for each of the first ten lines that are not read.</returns>
    let readSymbols (path: string) : Result<Sample, MiceError list> = readWith SampleLabels.read path
