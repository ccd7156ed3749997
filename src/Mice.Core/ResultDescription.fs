namespace Mice

/// What a row of a result holds.
[<RequireQualifiedAccess>]
type ResultValue =
    /// The estimate that its record is about: files name its error <c>standard_error</c> and its direction <c>direction</c> besides.
    | Principal of Estimate<1>
    /// Any other estimate.
    | Estimate of Estimate<1>
    /// A number without a statistical error, such as a time, and the decimals that people see at most. NaN where it is not known.
    | Number of value: float * decimals: int
    /// How many.
    | Count of int
    /// A word or a sentence.
    | Text of string
    /// Several of them.
    | Texts of string list
    /// Yes or no.
    | Flag of bool
    /// Rows of one object.
    | Record of ResultRow list
    /// Objects with the same rows, some of which an object may lack.
    | Table of ResultRow list list
    /// Points with the same rows: the first row of each says where, the others what is there. People see them as figures.
    | Curve of ResultRow list list

/// One fact of a result: a number with its unit, or anything else that files and people are told. A row that holds rows is a section.
and ResultRow =
    {
        /// Its name in files: snake_case with the unit at the end; "" for a row that people alone see. Rows of a record without a name belong
        /// to the object around it.
        Key: string
        /// Its name for people; "" for a row that files alone have.
        Label: string
        /// Unit of the numbers, as people read it; "" without one.
        Unit: string
        /// What it holds.
        Value: ResultValue
        /// What it means, for people; "" for nothing.
        Note: string
    }

/// What a method found, described once: all that terminals, files, pages and notebooks show is made from this.
type ResultDescription =
    {
        /// What was found, in a sentence with unit, error and direction.
        Answer: string
        /// What the numbers are, what brackets and signs mean, and what errors leave out.
        Meaning: string
        /// Rows that hold rows, in the order in which people read them.
        Sections: ResultRow list
        /// The checks that the result made of itself.
        Checks: Check list
        /// What was done to the data, a sentence each.
        Notes: string list
        /// All that the result depends on, by name.
        Settings: (string * string) list
    }

/// Rows of results.
[<RequireQualifiedAccess>]
module ResultRow =
    let private create key label unit value : ResultRow =
        {
            Key = key
            Label = label
            Unit = unit
            Value = value
            Note = ""
        }

    let private plain (e: Estimate<'u>) : Estimate<1> =
        Estimate.create (float e.Value) (float e.StandardError) e.Direction

    /// The estimate that a record is about: its name in files, its name for people, its unit, the estimate.
    let principal (key: string) (label: string) (unit: string) (e: Estimate<'u>) : ResultRow =
        create key label unit (ResultValue.Principal(plain e))

    /// Any other estimate: its name in files, its name for people, its unit, the estimate.
    let estimate (key: string) (label: string) (unit: string) (e: Estimate<'u>) : ResultRow =
        create key label unit (ResultValue.Estimate(plain e))

    /// A number without a statistical error: names, unit, the decimals that people see at most, the number, which is NaN where it is not known.
    let number (key: string) (label: string) (unit: string) (decimals: int) (value: float) : ResultRow =
        create key label unit (ResultValue.Number(value, decimals))

    /// How many there are of something: its name in files, its name for people, the number.
    let count (key: string) (label: string) (value: int) : ResultRow =
        create key label "" (ResultValue.Count value)

    /// A word or a sentence: its name in files, its name for people, the text.
    let text (key: string) (label: string) (value: string) : ResultRow =
        create key label "" (ResultValue.Text value)

    /// Several words or sentences: their name in files, their name for people, the texts.
    let texts (key: string) (label: string) (values: string list) : ResultRow =
        create key label "" (ResultValue.Texts values)

    /// Yes or no: its name in files, the question for people, the answer.
    let flag (key: string) (label: string) (value: bool) : ResultRow =
        create key label "" (ResultValue.Flag value)

    /// Rows of one object: its name in files, "" where the rows belong to the object around it; its heading for people; the rows.
    let record (key: string) (title: string) (rows: ResultRow list) : ResultRow =
        create key title "" (ResultValue.Record rows)

    /// Objects with the same rows: their name in files, "" for a table that people alone see; their heading for people; the rows of each.
    let table (key: string) (title: string) (records: ResultRow list list) : ResultRow =
        create key title "" (ResultValue.Table records)

    /// Points of a curve: its name in files, its heading for people, the rows of each point, where it lies first.
    let curve (key: string) (title: string) (points: ResultRow list list) : ResultRow =
        create key title "" (ResultValue.Curve points)

    /// The row with a sentence on what it means, for people.
    let noted (note: string) (row: ResultRow) : ResultRow = { row with Note = note }

    /// <summary>A row of what may be missing: then files have null in its place and people do not see it.</summary>
    /// <param name="create">The row of a value.</param>
    /// <param name="nothing">A value that stands for none, such as NaN.</param>
    /// <param name="value">The value.</param>
    let orNull (create: 'a -> ResultRow) (nothing: 'a) (value: 'a option) : ResultRow =
        match value with
        | Some known -> create known
        | None -> { create nothing with Label = "" }

    /// Checks as files have them: whether all passed, and each of them.
    let checks (checks: Check list) : ResultRow list =
        [
            flag "passed" "" (checks |> List.forall _.Passed)
            table
                "checks"
                ""
                [
                    for c in checks -> [ text "name" "" c.Name; flag "passed" "" c.Passed; text "detail" "" c.Detail ]
                ]
        ]

    /// The rows that files have of an object: those with names, and the rows of records without one.
    let rec named (rows: ResultRow list) : ResultRow list =
        [
            for row in rows do
                match row.Key, row.Value with
                | "", ResultValue.Record inner -> yield! named inner
                | "", _ -> ()
                | _ -> row
        ]

/// Descriptions of results.
[<RequireQualifiedAccess>]
module ResultDescription =
    /// What a result stands on: settings and versions, a section each. A name that is given twice is one.
    let origin (versions: (string * string) list) (d: ResultDescription) : ResultRow list =
        [
            for key, title, items in [ "settings", "Settings", d.Settings; "versions", "Versions", versions ] ->
                [
                    for name, value in List.distinctBy fst items -> ResultRow.text name name value
                ]
                |> ResultRow.record key title
        ]

    /// All that files have of a result, as the rows of one object.
    let rows (versions: (string * string) list) (d: ResultDescription) : ResultRow list =
        [
            yield! d.Sections
            yield! ResultRow.checks d.Checks
            ResultRow.texts "notes" "" d.Notes
            yield! origin versions d
        ]

    /// <summary>The rows of all sections that hold no rows themselves, one after the other.</summary>
    /// <param name="d">The description.</param>
    /// <returns>Heading of the section, place in files such as <c>estimates[1].method</c>, and row; rows without a name are left out.</returns>
    let flat (d: ResultDescription) : struct (string * string * ResultRow) list =
        let rec below (path: string) (row: ResultRow) =
            let place = path + row.Key

            match row.Value with
            | ResultValue.Record rows -> inside (if row.Key = "" then path else place + ".") rows
            | ResultValue.Table records
            | ResultValue.Curve records ->
                records |> List.mapi (fun i rows -> inside $"{place}[{i}]." rows) |> List.concat
            | _ -> [ struct (place, row) ]

        and inside path rows =
            rows |> ResultRow.named |> List.collect (below path)

        [
            for section in d.Sections do
                for struct (place, row) in inside "" [ section ] do
                    struct (section.Label, place, row)
        ]
