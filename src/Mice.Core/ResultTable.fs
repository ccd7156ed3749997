namespace Mice

open System
open System.Globalization

/// <summary>A cell of a table for people.</summary>
type ResultCell =
    {
        /// What it says.
        Text: string
        /// The estimate behind it, where there is one.
        Estimate: Estimate<1> option
    }

/// <summary>A section of a result as the table that people see, on a terminal, a page or in a notebook.</summary>
type ResultTable =
    {
        /// Heading of the table.
        Title: string
        /// What stands above it; "" for nothing.
        Note: string
        /// Headings of its columns, with units.
        Headings: string list
        /// Rows of as many cells.
        Rows: ResultCell list list
    }

/// <summary>Tables of results.</summary>
[<RequireQualifiedAccess>]
module ResultTable =
    let private plain (text: string) : ResultCell = { Text = text; Estimate = None }

    let private words (items: string list) =
        match items with
        | [] -> "none"
        | items when items.Length > 3 ->
            let first = items |> List.take 3 |> String.concat ", "
            $"{first} and {items.Length - 3} more"
        | items -> String.concat ", " items

    /// A number with its decimals, without zeros behind the last that counts.
    let private digits (decimals: int) (value: float) =
        if Double.IsFinite value then
            let text =
                Math.Round(value, decimals).ToString("0." + String('#', decimals), CultureInfo.InvariantCulture)

            if text = "-0" then "0" else text
        else
            "unknown"

    let private estimated (write: Estimate<1> -> string) (e: Estimate<1>) : ResultCell =
        {
            Text = if Double.IsNaN e.Value then "unknown" else write e
            Estimate = Some e
        }

    /// What people read of a value; None of rows within rows.
    let private cell (write: Estimate<1> -> string) (value: ResultValue) : ResultCell option =
        match value with
        | ResultValue.Principal e
        | ResultValue.Estimate e -> Some(estimated write e)
        | ResultValue.Number(value, decimals) -> Some(plain (digits decimals value))
        | ResultValue.Count count -> Some(plain (count.ToString CultureInfo.InvariantCulture))
        | ResultValue.Text text -> Some(plain text)
        | ResultValue.Texts items -> Some(plain (words items))
        | ResultValue.Flag answer -> Some(plain (if answer then "yes" else "no"))
        | ResultValue.Record _
        | ResultValue.Table _
        | ResultValue.Curve _ -> None

    /// <summary>What people read of a row: an estimate with its direction, its error and without its unit, a number with its decimals, a list, yes or no.</summary>
    /// <param name="row">A row.</param>
    /// <returns>"" for rows that hold rows.</returns>
    let text (row: ResultRow) : string =
        match cell Estimate.formatWithDirection row.Value with
        | Some found -> found.Text
        | None -> ""

    /// Rows of a record that people see, with those of the records within; objects of a table within are numbered.
    let rec private shown (rows: ResultRow list) : ResultRow list =
        [
            for row in rows do
                match row.Value with
                | _ when row.Label = "" -> ()
                | ResultValue.Record inner -> yield! shown inner
                | ResultValue.Table records ->
                    for i, inner in List.indexed records do
                        for own in shown inner do
                            { own with
                                Label = $"{row.Label} {i + 1}: {own.Label}"
                            }
                | ResultValue.Curve _ -> ()
                | _ -> row
        ]

    /// One row for each fact: name, value, unit, direction, meaning; columns that nothing fills are left out.
    let private ofRecord (section: ResultRow) (rows: ResultRow list) : ResultTable =
        let line (row: ResultRow) =
            let value = cell Estimate.format row.Value |> Option.defaultValue (plain "")

            let direction =
                value.Estimate |> Option.map (fun e -> Words.promise e.Direction) |> Option.defaultValue ""

            [ plain row.Label; value; plain row.Unit; plain direction; plain row.Note ]

        let lines = rows |> shown |> List.map line

        let filled =
            List.indexed [ "Name"; "Value"; "Unit"; "Direction"; "What it means" ]
            |> List.filter (fun (i, _) -> i < 2 || lines |> List.exists (fun line -> line[i].Text <> ""))

        {
            Title = section.Label
            Note = section.Note
            Headings = List.map snd filled
            Rows = [ for line in lines -> [ for i, _ in filled -> line[i] ] ]
        }

    /// Names and units of all columns; one that some objects alone have stands before what follows it there.
    let private columns (records: ResultRow list list) : (string * string) list =
        let add (row: ResultRow) (known: (string * string) list, next: int) =
            let column = row.Label, row.Unit

            match List.tryFindIndex ((=) column) known with
            | Some place -> known, place
            | None -> List.insertAt next column known, next

        ([], records)
        ||> List.fold (fun known record -> List.foldBack add record (known, List.length known) |> fst)

    /// One column for each fact: name and unit in the heading, estimates with the signs of their directions.
    let private ofRecords (section: ResultRow) (records: ResultRow list list) : ResultTable =
        let isFact (row: ResultRow) =
            row.Label <> "" && Option.isSome (cell Estimate.format row.Value)

        let records = records |> List.map (List.filter isFact)
        let columns = columns records

        let line (record: ResultRow list) =
            columns
            |> List.map (fun column ->
                record
                |> List.tryFind (fun row -> (row.Label, row.Unit) = column)
                |> Option.bind (fun row -> cell Estimate.formatWithDirection row.Value)
                |> Option.defaultValue (plain ""))

        {
            Title = section.Label
            Note = section.Note
            Headings = columns |> List.map (fun (label, unit) -> if unit = "" then label else $"{label} ({unit})")
            Rows = List.map line records
        }

    /// <summary>The table of a section.</summary>
    /// <param name="section">A row that holds rows.</param>
    /// <returns>None for a curve, and where people see no row.</returns>
    let ofSection (section: ResultRow) : ResultTable option =
        match section.Value with
        | _ when section.Label = "" -> None
        | ResultValue.Record rows -> Some(ofRecord section rows)
        | ResultValue.Table records -> Some(ofRecords section records)
        | _ -> None
        |> Option.filter (fun table -> not (List.isEmpty table.Rows || List.isEmpty table.Headings))

    /// A heading and the unit within it, which stands below it where there is little room.
    let private parts (heading: string) : string * string =
        match heading.IndexOf(" (", StringComparison.Ordinal) with
        | -1 -> heading, ""
        | place -> heading.Substring(0, place), heading.Substring(place + 1)

    /// <summary>The table as lines of text in aligned columns: headings, their units, a rule, rows.</summary>
    /// <param name="table">The table.</param>
    let lines (table: ResultTable) : string list =
        let names, units = table.Headings |> List.map parts |> List.unzip
        let rows = table.Rows |> List.map (List.map _.Text)

        let headings =
            if List.forall ((=) "") units then
                [ names ]
            else
                [ names; units ]

        let widths =
            headings @ rows |> List.transpose |> List.map (List.map String.length >> List.max)

        let line (row: string list) =
            List.map2 (fun (cell: string) (width: int) -> cell.PadRight width) row widths
            |> String.concat "  "
            |> _.TrimEnd()

        let rule = String('-', List.sum widths + 2 * (widths.Length - 1))
        List.map line headings @ rule :: List.map line rows
