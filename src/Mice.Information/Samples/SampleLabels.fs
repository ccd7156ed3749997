namespace Mice.Information

open System.Collections.Generic
open System.IO

/// The different fields of one column: each has a code in the order of first appearance.
type internal Labels() =
    let codes = Dictionary<string, int>()
    let first = ResizeArray<struct (string * int64)>()
    let rows = ResizeArray<int>()
    let mutable again = ValueNone

    let fieldsFrom (skip: int) = first |> Seq.skip skip |> Array.ofSeq

    let isNumber (struct (field: string, _: int64)) =
        match SampleFields.tryNumber field with
        | ValueSome value -> not (SampleFields.isRounded field value)
        | ValueNone -> SampleFields.isMissing field

    member _.Add(line: int64, field: string) =
        match codes.TryGetValue field with
        | true, code ->
            rows.Add code

            if code = 0 && again.IsNone then
                again <- ValueSome line
        | _ ->
            codes[field] <- first.Count
            rows.Add first.Count
            first.Add(struct (field, line))

    /// Line number and field of the first row.
    member _.First: struct (int64 * string) =
        let struct (field, line) = first[0]
        struct (line, field)

    /// Whether the first field could be a name.
    member _.BeginsWithName =
        let struct (field, _) = first[0]
        SampleFields.isName field && first.Count > 1

    /// The first line further down that has the field of the first row again.
    member _.Again: int64 voption = again

    /// Whether all fields below the first row are numbers.
    member _.GoesOnWithNumbers = fieldsFrom 1 |> Array.forall isNumber

    /// Values of the column without some rows at the top: the numbers, where all fields are numbers, else the codes of the labels.
    member _.Values(skip: int, column: int, faults: LineFaults) : float[] =
        let fields = fieldsFrom skip
        let areNumbers = fields |> Array.forall isNumber

        let fault (field: string) =
            match SampleFields.tryUnseen field with
            | _ when areNumbers || field = "" -> SampleNumbers.tryFault field
            | Some unseen -> Some $"has the character {unseen} in it, which cannot be read"
            | None when SampleFields.isMissing field ->
                Some $"is {SampleNumbers.quote field}, which stands for a missing value"
            | None -> None

        let value code (struct (field, line)) =
            match fault field with
            | Some fault ->
                faults.Add(line, SampleNumbers.columnFault column fault)
                nan
            | None when areNumbers -> (SampleFields.tryNumber field).Value
            | None -> float code

        let values = fields |> Array.mapi value
        rows |> Seq.skip skip |> Seq.map (fun code -> values[code - skip]) |> Array.ofSeq

/// Samples of symbols from text files.
[<RequireQualifiedAccess>]
module internal SampleLabels =
    /// Rows of names at the top, 1 or 0, and whether that is certain: columns of numbers tell it, and have to agree with the others.
    let private headerRows (columns: Labels[]) (faults: LineFaults) : struct (int * bool) =
        let overNumbers =
            columns |> Array.filter (fun column -> column.BeginsWithName && column.GoesOnWithNumbers)

        let names =
            columns |> Array.filter (fun column -> column.BeginsWithName && column.Again.IsNone)

        for column in Array.truncate 1 overNumbers do
            let struct (line, name) = column.First
            let name = SampleNumbers.quote name

            match column.Again with
            | ValueSome again ->
                faults.Add(
                    again,
                    $"{name} stands here again, as above the numbers: were two files put together? Take this line out."
                )
            | ValueNone when names.Length < columns.Length ->
                faults.Add(line, $"{name} stands above numbers, but not all fields of this row are names of columns.")
            | ValueNone -> ()

        struct ((if columns.Length > 0 && names.Length = columns.Length then
                     1
                 else
                     0),
                overNumbers.Length > 0)

    /// Reads a table of symbols: columns of numbers, and of labels, which become the codes 0, 1, 2, … in the order of their first appearance.
    let read (stream: Stream) : Sample =
        let faults = LineFaults()
        let mutable columns: Labels[] = [||]

        let visit line (fields: string[]) =
            if columns.Length = 0 then
                columns <- fields |> Array.map (fun _ -> Labels())

            fields |> Array.iteri (fun i field -> columns[i].Add(line, field))

        let layout = SampleRows.read faults (fun _ -> false) visit stream
        let ofHeader, ofValues = LineFaults(), LineFaults()
        let struct (skip, isCertain) = headerRows columns ofHeader

        let values =
            columns |> Array.mapi (fun i column -> column.Values(skip, i, ofValues))

        // What is taken for a name because it does not stand again may be a label.
        let gaps = SampleRows.gapFaults (if isCertain then skip else 0) layout
        LineFaults.Raise [ faults; gaps; ofHeader; ofValues ]

        if columns.Length = 0 then
            raise (BadSample [ None, "there is no row of numbers in it." ])

        let values = values |> Array.transpose |> Array.concat

        {
            Rows = values.Length / columns.Length
            Columns = columns.Length
            Values = values
        }
