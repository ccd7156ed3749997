namespace Mice.Information

open System
open System.IO
open System.Text.RegularExpressions

/// Finds files whose commas may be decimal points: every row is a pair of digits, and in some row the second number begins with zeros, as in 1,05.
type internal DecimalCommas() =
    let mutable isPossible = true
    let mutable telling = ValueNone

    static let whole = Regex(@"^[+-]?(0|[1-9][0-9]*)$", RegexOptions.Compiled)
    static let digits = Regex(@"^[0-9]+$", RegexOptions.Compiled)

    member _.Add(line: int64, fields: string[]) : unit =
        if isPossible then
            isPossible <- fields.Length = 2 && whole.IsMatch fields[0] && digits.IsMatch fields[1]

            let isTelling () =
                fields[0] = "-0" || fields[1].Length > 1 && fields[1][0] = '0'

            if isPossible && telling.IsNone && isTelling () then
                telling <- ValueSome(struct (line, $"{fields[0]},{fields[1]}"))

    /// Raises BadSample, with a line that shows a decimal comma, when all rows of the file allow this reading.
    member _.Check() : unit =
        match telling with
        | ValueSome(struct (line: int64, text: string)) when isPossible ->
            let fault =
                $"{text} looks like one number with a decimal comma, as all rows do. Write decimal points; if it is two, take off the zeros in front."

            raise (BadSample [ Some line, fault ])
        | _ -> ()

/// Samples of numbers from text files.
[<RequireQualifiedAccess>]
module internal SampleNumbers =
    /// Text as it stands in a message: short, and with nothing in it that cannot be seen.
    let quote (text: string) : string =
        let most = 40

        let seen =
            text.Substring(0, min most text.Length)
            |> String.collect (fun c ->
                match SampleFields.tryUnseen (string c) with
                | Some code -> $"[{code}]"
                | None -> string c)

        if text.Length > most || seen.Length > most then
            $"“{seen.Substring(0, min most seen.Length)}…”"
        else
            $"“{seen}”"

    let private commaNumber =
        Regex(@"^[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?$", RegexOptions.Compiled)

    let private fortranNumber =
        Regex(@"^[+-]?[0-9]*\.?[0-9]*[dD][+-]?[0-9]+$", RegexOptions.Compiled)

    let private notNumber (text: string) : string =
        match text with
        | "" -> "is empty"
        | _ when (SampleFields.tryNumber text).IsSome -> $"is {text}, not a finite number"
        | _ when commaNumber.IsMatch text -> $"is {quote text}, not a number (decimal points are read, no commas)"
        | _ when fortranNumber.IsMatch text -> $"is {quote text}, not a number (exponents are read with E, not D)"
        | _ when SampleFields.isMissing text -> $"is {quote text}, not a number"
        | _ -> $"is {quote text}, not a number (text is read as labels only where the variable is declared discrete)"

    /// The fault of a field that should be a finite number; None for a sound field.
    let tryFault (text: string) : string option =
        match SampleFields.tryNumber text with
        | ValueSome value when not (Double.IsFinite value) -> Some(notNumber text)
        | ValueSome value when SampleFields.isRounded text value ->
            Some
                $"is {quote text}, a whole number of more digits than Mice keeps; write it with a decimal point, or number the values anew"
        | ValueSome _ -> None
        | ValueNone -> Some(notNumber text)

    /// The message about a column, from 0, whose field is no good.
    let columnFault (column: int) (fault: string) : string = $"column {column + 1} {fault}."

    /// The fault of a row that should have numbers; None for a sound row. The message for a first row says that it is no row of names either.
    let private rowFault (isFirst: bool) (fields: string[]) : string option =
        let faults = fields |> Array.map tryFault

        let isWorst i =
            faults[i].IsSome && not (SampleFields.isName fields[i])

        match Array.tryFindIndex isWorst [| 0 .. fields.Length - 1 |], Array.tryFindIndex Option.isSome faults with
        | Some i, _ when isFirst && Array.exists SampleFields.isName fields ->
            Some(columnFault i $"{faults[i].Value}, and not the name of a column")
        | _, Some i -> Some(columnFault i faults[i].Value)
        | _ -> None

    /// Reads a table of finite numbers; the first row may have names.
    let read (stream: Stream) : Sample =
        let faults = LineFaults()
        let values = ResizeArray<float>()
        let commas = DecimalCommas()
        let mutable header, rows = 0, 0

        let isHeader (fields: string[]) =
            if fields |> Array.forall SampleFields.isName then
                header <- 1

            header = 1

        let visit line (fields: string[]) =
            rows <- rows + 1

            match rowFault (header = 0 && rows = 1) fields with
            | Some fault -> faults.Add(line, fault)
            | None ->
                commas.Add(line, fields)
                fields |> Array.iter (fun field -> values.Add (SampleFields.tryNumber field).Value)

        let layout = SampleRows.read faults isHeader visit stream
        LineFaults.Raise [ faults; SampleRows.gapFaults header layout ]

        if layout.Separator = FieldSeparator.Character ',' then
            commas.Check()

        if values.Count = 0 then
            raise (BadSample [ None, "there is no row of numbers in it." ])

        {
            Rows = values.Count / layout.Columns
            Columns = layout.Columns
            Values = values.ToArray()
        }
