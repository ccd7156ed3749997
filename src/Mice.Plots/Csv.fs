namespace Mice.Plots

open Mice

/// <summary>Tables as comma-separated values (RFC 4180), for spreadsheets and programs.</summary>
[<RequireQualifiedAccess>]
module Csv =
    let private quoted (cell: string) =
        if cell.IndexOfAny [| ','; '"'; '\r'; '\n' |] >= 0 then
            "\"" + cell.Replace("\"", "\"\"") + "\""
        else
            cell

    /// Text of a column, followed, where the column has estimates, by columns of plain numbers: values, standard errors, directions.
    let private columns (heading: string) (cells: ResultCell list) : string list list =
        let plain name (part: Estimate<1> -> string) =
            $"{heading}: {name}"
            :: (cells |> List.map (fun c -> c.Estimate |> Option.map part |> Option.defaultValue ""))

        [
            heading :: List.map _.Text cells
            if cells |> List.exists _.Estimate.IsSome then
                plain "value" (fun e -> Number.text e.Value)
                plain "standard error" (fun e -> Number.text e.StandardError)
                plain "direction" (fun e -> Direction.name e.Direction)
        ]

    /// <summary>A table as text: headings, then rows, as they are shown. Behind every column of estimates, such as <c>≤ -4.400(5)</c>, stand three
    /// more with the values and the standard errors in full, and the directions.</summary>
    /// <param name="table">The table.</param>
    let ofTable (table: ResultTable) : string =
        table.Headings
        |> List.mapi (fun i heading -> table.Rows |> List.map (List.item i) |> columns heading)
        |> List.concat
        |> List.transpose
        |> List.map (fun row -> (row |> List.map quoted |> String.concat ",") + "\r\n")
        |> String.concat ""
