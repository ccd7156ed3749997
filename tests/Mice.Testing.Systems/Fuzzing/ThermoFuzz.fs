namespace Mice.Fuzzing

open System
open Mice.Atoms

/// Tables of thermodynamic quantities.
[<RequireQualifiedAccess>]
module ThermoFuzz =
    let private names = [| "step"; "time_ps"; "U_eV"; "V_A3" |]

    let private read (path: string) : Outcome =
        ThermoTable.read path |> Fuzz.outcome (fun found -> found.Rows |> Array.map Fuzz.bits) _.Warnings

    let private lines (random: Random) (values: float[][]) : string[][] =
        let quote = Choice.one random [ ""; ""; "\"" ]

        [|
            names |> Array.map (fun name -> quote + name + quote)
            for row in values do
                row |> Array.map (fun value -> Choice.blanks random + Choice.number random value)
        |]

    /// Kind, detail, row, and lines after damage to a row.
    let private spoilt (random: Random) (fields: string[][]) =
        let row, column = 1 + random.Next(fields.Length - 1), random.Next names.Length
        let found = fields[row]
        let set (line: string[]) = Array.updateAt row line fields
        let where = $"row {row - 1}, column {column}"

        match random.Next 5 with
        | 0 -> "field taken out", where, set (Array.removeAt column found)
        | 1 -> "field empty", where, set (Array.updateAt column "" found)
        | 2 -> "row blanked", where, set [| "" |]
        | 3 -> "row made a comment", where, set (Array.updateAt 0 ("#" + found[0]) found)
        | _ ->
            let tokens =
                Choice.noNumbers |> List.except [ "1.0D+03" ] |> List.append [ "x"; "\"" ]

            let token = Choice.one random tokens
            "no number", $"{where}: {token}", set (Array.updateAt column token found)

    let private make (random: Random) : Case =
        let separator = Choice.one random [ ","; ","; ";"; "\t"; " " ]

        let values =
            Array.init (3 + random.Next 6) (fun i ->
                Array.init names.Length (fun k -> if k = 0 then float (100 * (i + 1)) else Choice.float random))

        let fields = lines random values

        let content (isWhole: bool) (fields: string[][]) =
            let lineEnd = Choice.one random [ "\n"; "\n"; "\r\n" ]
            let text = fields |> Array.map (String.concat separator) |> String.concat lineEnd
            let bytes = snd (Choice.encoded random (text + (if isWhole then lineEnd else "")))

            if isWhole && Choice.chance random 0.15 then
                Choice.gzip bytes
            else
                bytes

        let case change detail meaning content : Case =
            {
                Change = change
                Detail = detail
                Meaning = meaning
                Content = content
                Rows = Array.map Fuzz.bits values
            }

        match random.Next 100 with
        | n when n < 35 -> case "other layout" "" Meaning.Kept (content (Choice.chance random 0.8) fields)
        | n when n < 55 -> case "damage" "" Meaning.Unknown (content true fields |> Damage.mutate random)
        | _ ->
            let change, detail, changed = spoilt random fields
            let row = (Seq.findIndex id (Seq.map2 (<>) fields changed)) - 1
            case change detail (Meaning.Spoilt [ row ]) (content true changed)

    /// Tables with names of columns, known by their steps.
    let format: Format =
        {
            Name = "thermo table"
            IsKeyed = true
            Make = make
            Read = read
        }
