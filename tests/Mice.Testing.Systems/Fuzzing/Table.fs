namespace Mice.Fuzzing

open System

/// What a line of a table is.
[<RequireQualifiedAccess>]
type TablePart =
    | Header
    /// A row of values, from 0.
    | Row of int
    /// A comment or a blank line.
    | Note

/// A line of a table: its fields, with the blanks around them.
type TableLine = { Part: TablePart; Fields: string[] }

/// Whether names of columns stand above the rows.
[<RequireQualifiedAccess>]
type TableHeader =
    | Missing
    | Certain
    /// Above labels, of which the names could be some.
    | Doubtful

/// A table as it stands in a file of rows without a count.
type Table =
    {
        Separator: string
        Header: TableHeader
        Columns: int
        Rows: int
        Lines: TableLine list
    }

/// Tables written in many ways, and the damage that is done to their rows.
[<RequireQualifiedAccess>]
module Table =
    let private note (text: string) : TableLine =
        {
            Part = TablePart.Note
            Fields = [| text |]
        }

    let private comments = [ "# a note"; "#"; "  # more"; "# 1.5,2.5"; "#x" ]

    /// Comments and blank lines, often none.
    let private notes (random: Random) (blank: bool) : TableLine list =
        let choices = if blank then "" :: "   " :: comments else comments

        [ for _ in 1 .. random.Next 6 - 3 -> note (Choice.one random choices) ]

    /// Directly above the first row: a blank line may be a missing value there, unless a comment is there too.
    let private notesAboveRows (random: Random) (isDoubtful: bool) : TableLine list =
        match notes random true with
        | found when isDoubtful && found |> List.forall (fun line -> line.Fields[0].Trim() = "") -> []
        | found -> found

    let private names (separator: string) : string list =
        [ "x"; "y_1"; "E/eV"; "σ"; "Na"; "\"quoted\""; "α2" ]
        @ (if separator = " " then [] else [ "T (K)"; "\"a, b; c\"" ])

    /// Whether a row without values cannot be told from a blank line.
    let isDoubtful (table: Table) : bool =
        table.Columns = 1 || table.Separator = " "

    /// Fields with blanks around them, where those mean nothing.
    let private padded (random: Random) (separator: string) (isSpread: bool) (field: string) =
        if separator = " " then
            Choice.blanks random + field
        elif isSpread then
            Choice.blanks random + field + Choice.blanks random
        else
            field

    /// <summary>A table of these fields, in some layout.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="separator">Between the fields of a row.</param>
    /// <param name="header">Whether names of columns stand above.</param>
    /// <param name="fields">Rows of fields.</param>
    let create (random: Random) (separator: string) (header: TableHeader) (fields: string[][]) : Table =
        let columns = fields[0].Length
        let isDoubtful = columns = 1 || separator = " "
        let isSpread, isQuoted = Choice.chance random 0.3, Choice.chance random 0.15

        let line part (row: string[]) =
            {
                Part = part
                Fields = row |> Array.map (padded random separator isSpread)
            }

        let quoted (field: string) =
            if isQuoted && Choice.chance random 0.7 then
                $"\"{field}\""
            else
                field

        let named =
            (Choice.shuffled random (Array.ofList (names separator)))[.. columns - 1]

        {
            Separator = separator
            Header = header
            Columns = columns
            Rows = fields.Length
            Lines =
                [
                    match header with
                    | TableHeader.Missing -> yield! notesAboveRows random isDoubtful
                    | TableHeader.Certain ->
                        yield! notes random true
                        line TablePart.Header named
                        yield! notesAboveRows random isDoubtful
                    | TableHeader.Doubtful ->
                        yield! notesAboveRows random isDoubtful
                        line TablePart.Header named
                    for i in 0 .. fields.Length - 1 do
                        line (TablePart.Row i) (Array.map quoted fields[i])
                    yield! notes random true
                ]
        }

    /// The text of the table, with lines that end so.
    let text (random: Random) (lineEnd: string) (table: Table) : string =
        let lines =
            table.Lines |> List.map (fun line -> String.Join(table.Separator, line.Fields))

        String.Join(lineEnd, lines) + (if Choice.chance random 0.8 then lineEnd else "")

    /// The fields of a row.
    let row (index: int) (table: Table) : string[] =
        (table.Lines |> List.find (fun line -> line.Part = TablePart.Row index)).Fields

    /// One row replaced by other lines.
    let private replacing (index: int) (lines: string[] list) (table: Table) : Table =
        { table with
            Lines =
                table.Lines
                |> List.collect (fun line ->
                    if line.Part = TablePart.Row index then
                        lines |> List.map (fun fields -> { line with Fields = fields })
                    else
                        [ line ])
        }

    /// One field replaced by another.
    let withField (index: int) (column: int) (field: string) (table: Table) : Table =
        replacing index [ Array.updateAt column field (row index table) ] table

    /// Whether a comment stands directly above the first row, where a blank line is layout then.
    let private hasCommentAbove (table: Table) : bool =
        table.Lines
        |> List.takeWhile (fun line -> line.Part <> TablePart.Row 0)
        |> List.rev
        |> List.takeWhile (fun line -> line.Part <> TablePart.Header)
        |> List.exists (fun line -> line.Fields[0].Trim() <> "")

    /// The header once more, which is text among the rows.
    let private headerAgain (table: Table) : string[] =
        (table.Lines |> List.find (fun line -> line.Part = TablePart.Header)).Fields

    /// <summary>Damage after which a row is missing, or no row of as many values.</summary>
    /// <returns>Kind, rows that are spoilt, and the table.</returns>
    let damaged (random: Random) (table: Table) : string * int list * Table =
        let last = table.Rows - 1
        let below = 1 + random.Next last

        let any =
            if isDoubtful table && not (hasCommentAbove table) then
                random.Next table.Rows
            else
                below

        let fields = row below table
        let column = random.Next table.Columns
        let text = String.Join(table.Separator, fields)
        let isWide = table.Columns > 1

        let other =
            Choice.one random ([ ","; ";"; "\t"; " " ] |> List.except [ table.Separator ])

        match random.Next 11 with
        | 0 -> "row blanked", [ any ], replacing any [ [| Choice.one random [ ""; "  " ] |] ] table
        | 1 -> "row made a comment", [ below ], replacing below [ [| "#" + text |] ] table
        | 2 -> "blank line put in", [ below ], replacing below [ [| "" |]; fields ] table
        | 3 -> "comment put in", [ below ], replacing below [ [| Choice.one random comments |]; fields ] table
        | 4 -> "zero byte put in", [ below ], withField below column (fields[column] + "\000") table
        | 5 -> "byte-order mark put in", [ below ], withField below 0 ("\uFEFF" + fields[0]) table
        | 6 when isWide -> "field taken out", [ below ], replacing below [ Array.removeAt column fields ] table
        | 7 when isWide && below < last ->
            "two rows made one",
            [ below; below + 1 ],
            replacing below [ Array.append fields (row (below + 1) table) ] table |> replacing (below + 1) []
        | 8 when isWide ->
            let at = 1 + random.Next(table.Columns - 1)
            "row made two", [ below ], replacing below [ Array.take at fields; Array.skip at fields ] table
        | 9 when isWide -> "other separator", [ below ], replacing below [ [| String.Join(other, fields) |] ] table
        | 10 when isWide && table.Header = TableHeader.Certain ->
            "header put in", [ below ], replacing below [ headerAgain table; fields ] table
        | _ ->
            "quotes opened",
            [ below ],
            replacing below [ Array.updateAt column ("\"" + fields[column].Replace("\"", "")) fields ] table
