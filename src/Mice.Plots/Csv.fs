namespace Mice.Plots

open System
open System.Globalization
open System.Text.RegularExpressions

/// <summary>Tables as comma-separated values (RFC 4180), for spreadsheets and programs.</summary>
[<RequireQualifiedAccess>]
module Csv =

    /// A number as reports write it: sign of its direction, digits, one standard error in units of the last digit.
    let private written =
        Regex(@"^(?:[≤≥≈] )?(?<value>[-+]?[0-9]+(?:\.(?<places>[0-9]+))?)\((?<error>[0-9]+)\)$", RegexOptions.Compiled)

    /// Value and standard error of a cell like <c>≤ -4.400(5)</c>.
    let private parts (cell: string) : (string * string) option =
        let found = written.Match cell

        if found.Success then
            let unit = Math.Pow(10.0, -(float found.Groups["places"].Length))
            let error = float found.Groups["error"].Value * unit
            Some(found.Groups["value"].Value, error.ToString("0.###############", CultureInfo.InvariantCulture))
        else
            None

    let private quoted (cell: string) =
        if cell.IndexOfAny [| ','; '"'; '\r'; '\n' |] >= 0 then
            "\"" + cell.Replace("\"", "\"\"") + "\""
        else
            cell

    /// A column as it is, and behind it, where it has numbers with errors, their values and errors as plain numbers.
    let private columns (heading: string) (cells: string list) : string list list =
        let found = cells |> List.map parts

        if found |> List.exists Option.isSome then
            let plain part =
                found |> List.map (Option.map part >> Option.defaultValue "")

            [
                heading :: cells
                $"{heading}: value" :: plain fst
                $"{heading}: standard error" :: plain snd
            ]
        else
            [ heading :: cells ]

    /// <summary>A table as text: headings, then rows, as they are shown. Behind every column of numbers with errors, such as <c>≤ -4.400(5)</c>, stand two
    /// more with the value and the standard error as plain numbers.</summary>
    /// <param name="headings">Headings with units.</param>
    /// <param name="rows">Rows of as many cells.</param>
    let ofTable (headings: string list) (rows: string list list) : string =
        headings
        |> List.mapi (fun i heading -> rows |> List.map (List.item i) |> columns heading)
        |> List.concat
        |> List.transpose
        |> List.map (fun row -> (row |> List.map quoted |> String.concat ",") + "\r\n")
        |> String.concat ""
