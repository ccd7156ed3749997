namespace Mice.Information

open System.IO

/// Faults of single lines. Only the first few are kept, since every kept fault is shown to the user.
type internal LineFaults() =
    /// Most faults that are shown for one file.
    static let most = 10

    let found = ResizeArray<struct (int64 * string)>()

    /// Whether there are more faults than are shown; a reader may then stop.
    member _.IsFull = found.Count > most

    /// Adds the fault of a line, unless there are enough faults already.
    member faults.Add(line: int64, fault: string) : unit =
        if not faults.IsFull then
            found.Add(struct (line, fault))

    /// The first few faults, and a line that says so when there are more.
    static member Told(faults: (int64 option * string) seq) : (int64 option * string) list =
        match Seq.truncate (most + 1) faults |> List.ofSeq with
        | all when all.Length <= most -> all
        | more -> List.truncate most more @ [ None, "there are more places that are not read." ]

    /// Raises BadSample when one of the lists has a fault.
    static member Raise(all: LineFaults list) : unit =
        let faults =
            all
            |> List.collect (fun faults -> [ for struct (line, fault) in faults.Found -> Some line, fault ])
            |> List.sortBy fst

        if not faults.IsEmpty then
            raise (BadSample(LineFaults.Told faults))

    member private _.Found = found

/// A line that is no row although a row follows below.
[<Struct>]
type internal SampleGap =
    {
        Line: int64
        IsBlank: bool
        /// Number of rows above the line, a row of names included.
        RowsAbove: int
    }

/// Layout of a table that was read.
type internal SampleLayout =
    {
        Separator: FieldSeparator
        Columns: int
        Gaps: SampleGap seq
    }

/// Sorts the lines of a table, one after the other, into names, rows and gaps.
type internal RowTaker
    (separator: FieldSeparator, faults: LineFaults, isHeader: string[] -> bool, visit: int64 -> string[] -> unit) =
    let pending, gaps = ResizeArray<SampleGap>(), ResizeArray<SampleGap>()
    let mutable rows, columns = 0, 0
    let mutable header = ValueNone

    let fields (count: int) =
        if count = 1 then "1 field" else $"{count} fields"

    /// A blank line of a file with tabs may have empty fields.
    let isBlank (line: string) =
        if separator = FieldSeparator.Character '\t' then
            line.Trim(' ') = ""
        else
            line.Trim(' ', '\t') = ""

    let row (line: int64) (found: string[]) =
        if columns = 0 then
            columns <- found.Length

            match header with
            | ValueSome(struct (place, names)) when names <> columns ->
                faults.Add(place, $"this line has {fields names} where the row below has {columns}.")
            | _ -> ()

        if found.Length <> columns then
            faults.Add(line, $"this row has {fields found.Length} where the first has {columns}.")
        else
            visit line found

    /// Takes the next line of the table.
    member _.Take(line: SampleLine) : unit =
        let blank = isBlank line.Text

        if blank || SampleFields.isComment line.Text then
            pending.Add
                {
                    Line = line.Number
                    IsBlank = blank
                    RowsAbove = rows
                }
        else
            gaps.AddRange pending
            pending.Clear()

            match SampleFields.split separator line.Text with
            | Error fault -> faults.Add(line.Number, fault)
            | Ok found when rows = 0 && isHeader found -> header <- ValueSome(struct (line.Number, found.Length))
            | Ok found -> row line.Number found

            rows <- rows + 1

    /// Layout of the lines that were taken so far.
    member _.Layout: SampleLayout =
        {
            Separator = separator
            Columns = columns
            Gaps = gaps
        }

/// <summary>The rows of a table in a text file.</summary>
/// <remarks>Comments (lines that begin with #) and blank lines stand above the first row of values and below the last. Between two rows they are
/// faults: a blank line is what many programs write for a missing value, and the rows below it would move up.</remarks>
[<RequireQualifiedAccess>]
module internal SampleRows =
    /// What separates the fields, as the first two rows tell.
    let private separatorOf (stream: Stream) : FieldSeparator =
        let lines = SampleLines stream

        let rec take (found: string list) =
            match lines.Next() with
            | ValueSome line when found.Length < 2 ->
                let text = line.Text

                if text.Trim(' ', '\t') = "" || SampleFields.isComment text then
                    take found
                else
                    take (text :: found)
            | _ -> List.rev found

        SampleFields.separator (take [])

    /// <summary>Goes through all rows of the same number of fields.</summary>
    /// <param name="faults">Collects faults of lines that are no rows. Reading stops when the collection is full.</param>
    /// <param name="isHeader">Whether the fields of the first row are names.</param>
    /// <param name="visit">Called with the line and the fields of every other row.</param>
    /// <param name="stream">The file.</param>
    let read
        (faults: LineFaults)
        (isHeader: string[] -> bool)
        (visit: int64 -> string[] -> unit)
        (stream: Stream)
        : SampleLayout =
        let taker = RowTaker(separatorOf stream, faults, isHeader, visit)
        let lines = SampleLines stream
        let mutable next = lines.Next()

        while next.IsSome && not faults.IsFull do
            taker.Take next.Value
            next <- lines.Next()

        taker.Layout

    let private advice =
        "If a value is missing here, take its row out of the files of both variables; if none is,"

    /// <summary>The faults of lines that may be rows of which nothing is left.</summary>
    /// <param name="headerRows">Rows of names: 1 or 0.</param>
    /// <param name="layout">A table that was read.</param>
    let gapFaults (headerRows: int) (layout: SampleLayout) : LineFaults =
        let faults = LineFaults()

        // A row without a value shows separators, where there are any.
        let isDoubtful = layout.Columns < 2 || layout.Separator = FieldSeparator.Blanks

        let above, between =
            layout.Gaps
            |> Seq.filter (fun gap -> gap.RowsAbove >= headerRows)
            |> List.ofSeq
            |> List.partition (fun gap -> gap.RowsAbove = headerRows)

        if isDoubtful && above |> List.forall _.IsBlank then
            for gap in above do
                faults.Add(gap.Line, $"this line above the first row is empty. {advice} delete the line.")

        for gap in between do
            if gap.IsBlank then
                faults.Add(gap.Line, $"this line between two rows is empty. {advice} delete the line.")
            else
                faults.Add(gap.Line, $"this line between two rows begins with #. {advice} move the comment to the top.")

        faults
