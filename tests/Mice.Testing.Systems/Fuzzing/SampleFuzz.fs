namespace Mice.Fuzzing

open System
open Mice.Information

/// Text files of samples.
[<RequireQualifiedAccess>]
module SampleFuzz =
    let private rowsOf (sample: Sample) : int64[][] =
        sample.Values |> Array.chunkBySize sample.Columns |> Array.map Fuzz.bits

    let private read reader (path: string) : Outcome =
        reader path |> Fuzz.outcome rowsOf (fun _ -> [])

    let private case (random: Random) (rows: int64[][]) change detail meaning (table: Table) : Case =
        let encoding, content =
            Table.text random (Choice.lineEnd random) table |> Choice.encoded random

        {
            Change = change
            Detail = $"{detail}{encoding}"
            Meaning = meaning
            Content = content
            Rows = rows
        }

    /// Bytes damaged, rows exchanged.
    let private anyhow (random: Random) (rows: int64[][]) (table: Table) : Case =
        let case = case random rows "damage" "" Meaning.Unknown

        if Choice.chance random 0.3 then
            case
                { table with
                    Lines = table.Lines |> Array.ofList |> Choice.shuffled random |> List.ofArray
                }
        else
            let whole = case table

            { whole with
                Content = Damage.mutate random whole.Content
            }

    let private changed (random: Random) rows (spoil: Table -> string * string * int list * Table) (table: Table) =
        match random.Next 100 with
        | n when n < 35 -> case random rows "other layout" "" Meaning.Kept table
        | n when n < 50 -> anyhow random rows table
        | n when n < 75 ->
            let kind, spoilt, table = Table.damaged random table
            case random rows kind $"row {spoilt.Head}, " (Meaning.Spoilt spoilt) table
        | _ ->
            let kind, detail, spoilt, table = spoil table
            case random rows kind detail (Meaning.Spoilt spoilt) table

    let private separatorOf random =
        Choice.one random [ ","; ";"; "\t"; " " ]

    /// A number replaced by something that is none.
    let private noNumber (random: Random) (table: Table) =
        let row, column = random.Next table.Rows, random.Next table.Columns

        let tokens =
            [
                yield! Choice.noNumbers
                if table.Columns > 1 && table.Separator <> " " then
                    ""
                if table.Separator <> "," then
                    "1,5"
                // Alone in the first row it is a name.
                if row > 0 || table.Header.IsCertain || table.Columns > 1 then
                    "x"
            ]

        let token = Choice.one random tokens
        "no number", $"row {row}, column {column}: '{token}', ", [ row ], Table.withField row column token table

    let private makeNumbers (random: Random) : Case =
        let columns, rows = 1 + random.Next 3, 3 + random.Next 8
        let areWhole = Choice.chance random 0.2

        let values =
            Array.init rows (fun _ ->
                Array.init columns (fun _ ->
                    if areWhole then
                        float (random.Next 25 - 9)
                    else
                        Choice.float random))

        let written = values |> Array.map (Array.map (Choice.number random))

        let header = Choice.one random [ TableHeader.Missing; TableHeader.Certain ]

        Table.create random (separatorOf random) header written
        |> changed random (Array.map Fuzz.bits values) (noNumber random)

    let private alphabets =
        [
            [ "up"; "down" ]
            [ "A"; "B"; "C" ]
            [ "K"; "Cl" ]
            [ "+"; "-" ]
            [ "New York"; "Rome" ]
            [ "None"; "mild"; "5 mg" ]
        ]

    /// What a column of labels or numbers is read as.
    let private codes (column: string[]) : float[] =
        if column |> Array.forall (fun field -> fst (Double.TryParse field)) then
            Array.map float column
        else
            let known = Array.distinct column
            column |> Array.map (fun field -> float (Array.IndexOf(known, field)))

    /// A label replaced by something that stands for a missing value, or cannot be told from another.
    let private noLabel (random: Random) (table: Table) =
        let row = 1 + random.Next(table.Rows - 1)
        let column = random.Next table.Columns
        let field = (Table.row row table)[column]
        let unseen = field.Trim('"', ' ') + "\u200B"

        let tokens =
            [ "NA"; "N/A"; "#N/A"; "null"; "NaN"; unseen ]
            @ (if table.Columns > 1 then [ ""; "\"\"" ] else [ "\"\"" ])

        let token = Choice.one random tokens
        "no label", $"row {row}, column {column}: '{token}', ", [ row ], Table.withField row column token table

    let private makeLabels (random: Random) : Case =
        let columns, rows = 1 + random.Next 2, 4 + random.Next 8
        let hasHeader = Choice.chance random 0.5

        let column =
            function
            | 0 ->
                let alphabet = Choice.one random alphabets
                let drawn = Array.init rows (fun _ -> Choice.one random alphabet)
                // A first row of which nothing stands again may be one of names.
                if hasHeader then drawn else Array.updateAt 1 drawn[0] drawn
            | _ -> Array.init rows (fun _ -> string (random.Next 5))

        let fields = Array.init columns column
        let rowsOf = fields |> Array.map codes |> Array.transpose |> Array.map Fuzz.bits
        let separator = Choice.one random [ ","; ";"; "\t" ]

        let header =
            if not hasHeader then TableHeader.Missing
            elif columns > 1 then TableHeader.Certain
            else TableHeader.Doubtful

        Table.create random separator header (Array.transpose fields)
        |> changed random rowsOf (noLabel random)

    /// Numbers, and labels with numbers.
    let formats: Format list =
        [
            {
                Name = "sample of numbers"
                IsKeyed = false
                Make = makeNumbers
                Read = read SampleFile.read
            }
            {
                Name = "sample of labels"
                IsKeyed = false
                Make = makeLabels
                Read = read SampleFile.readSymbols
            }
        ]
