namespace Mice.Information

open System
open System.Collections.Generic
open System.Globalization
open System.Text
open System.Text.RegularExpressions

/// Separator of the fields of a row.
[<RequireQualifiedAccess>]
type internal FieldSeparator =
    /// One character, such as a comma.
    | Character of char
    /// Any number of blanks.
    | Blanks

/// Fields of a row: what they are, and where one ends.
[<RequireQualifiedAccess>]
module internal SampleFields =
    /// Reads a field as a number; nan and infinity count as numbers.
    let tryNumber (text: string) : float voption =
        let styles =
            NumberStyles.AllowLeadingSign ||| NumberStyles.AllowDecimalPoint ||| NumberStyles.AllowExponent

        match Double.TryParse(text, styles, CultureInfo.InvariantCulture) with
        | true, value -> ValueSome value
        | _ -> ValueNone

    let private isWhole (text: string) =
        text <> "" && text |> Seq.forall Char.IsAsciiDigit

    /// Whether a field is a whole number with more digits than a float can hold: two such numbers might become equal.
    let isRounded (text: string) (value: float) : bool =
        abs value >= 9007199254740992.0
        && isWhole (text.TrimStart('+', '-'))
        && Double.IsFinite value
        && bigint.Parse(text.TrimStart '+', CultureInfo.InvariantCulture) <> bigint value

    /// Text that spreadsheets write for a formula that failed; such a field begins with # but is no comment.
    let private formulaFault =
        Regex(@"^#(N/A|NV|N/D|[\p{Lu}0-9/]+[!?])$", RegexOptions.Compiled)

    let private words (text: string) =
        HashSet(text.Split ' ', StringComparer.OrdinalIgnoreCase)

    /// Texts that programs write for a missing value.
    let private missing =
        words
            "n/a n.a. <na> null (null) nan -nan +nan nan(ind) -nan(ind) nan(snan) nat inf +inf -inf infinity +infinity -infinity"

    /// Words that are no names of columns but may be labels.
    let private noNames = words "na none nil missing n.d. bdl <lod true false"

    /// Whether a field stands for a missing value. NA is missing, Na is sodium.
    let isMissing (text: string) : bool =
        text = "" || text = "NA" || missing.Contains text || formulaFault.IsMatch text

    /// Whether a field can be the name of a column: it has a letter and stands for no value. Text that begins like a number is a misspelt number and no name.
    let isName (text: string) : bool =
        (tryNumber text).IsNone
        && not (isMissing text)
        && (text = "Na" || not (noNames.Contains text))
        && Seq.exists Char.IsLetter text
        && not (text.TrimStart('+', '-', '.') |> Seq.truncate 1 |> Seq.exists Char.IsAsciiDigit)

    /// A character that cannot be seen, or that stands for bytes that are no text in the encoding of the file.
    let tryUnseen (text: string) : string option =
        text
        |> Seq.tryFind (fun c -> Char.IsControl c || c = '\uFFFD' || Char.GetUnicodeCategory c = UnicodeCategory.Format)
        |> Option.map (fun c -> $"U+{int c:X4}")

    /// A comment begins with #.
    let isComment (line: string) : bool =
        let text = line.TrimStart ' '

        text.StartsWith '#' && not (formulaFault.IsMatch((text.Split([| ','; ';'; '\t'; ' ' |], 2))[0]))

    let private betweenQuotes = Regex("\"[^\"]*\"", RegexOptions.Compiled)

    /// What separates the fields of a line, if anything does.
    let private trySeparator (line: string) : FieldSeparator option =
        let bare = betweenQuotes.Replace(line, "")
        let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)

        match [ '\t'; ';'; ',' ] |> List.tryFind (fun c -> bare.Contains c) with
        | Some found -> Some(FieldSeparator.Character found)
        | None when parts.Length > 1 && parts |> Array.forall (fun part -> (tryNumber (part.Trim '"')).IsSome) ->
            Some FieldSeparator.Blanks
        | None -> None

    /// What separates the fields of rows of which these are the first one or two: what the first of them has, or the second. A comma where neither has any.
    let separator (first: string list) : FieldSeparator =
        first |> List.tryPick trySeparator |> Option.defaultValue (FieldSeparator.Character ',')

    /// The field in double quotes that begins here, and the place behind it.
    let private quoted (line: string) (first: int) : Result<struct (string * int), string> =
        let content = StringBuilder()
        let mutable at = first + 1
        let mutable isOpen = true

        while isOpen && at < line.Length do
            let isDouble = line[at] = '"' && at + 1 < line.Length && line[at + 1] = '"'

            if line[at] = '"' && not isDouble then
                isOpen <- false
            else
                content.Append line[at] |> ignore

            at <- at + (if isDouble then 2 else 1)

        if isOpen then
            Error "a field in quotes does not end in this line; fields with line breaks are not read."
        else
            Ok(struct (content.ToString(), at))

    /// The place behind the blanks that begin here. A tab is a blank where it separates nothing.
    let private skipBlanks (mark: char) (line: string) (first: int) : int =
        let mutable at = first

        while at < line.Length && (line[at] = ' ' || line[at] = '\t' && mark <> '\t') do
            at <- at + 1

        at

    /// The field without quotes that begins here, and the place behind it.
    let private bare (mark: char) (line: string) (first: int) : struct (string * int) =
        let last =
            match line.IndexOf(mark, first) with
            | -1 -> line.Length
            | found -> found

        struct (line.Substring(first, last - first).Trim(' ', '\t'), last)

    /// The place behind the separator that has to stand here; none at the end of the line.
    let private behind (mark: char) (line: string) (at: int) : Result<int option, string> =
        let next = skipBlanks mark line at

        if next = line.Length then Ok None
        elif mark = ' ' && next > at then Ok(Some next)
        elif line[next] = mark then Ok(Some(next + 1))
        else Error "a field goes on behind its closing quote."

    /// The fields of a line in which there are quotes; blanks separate them where the mark is one.
    let private splitQuoted (mark: char) (line: string) : Result<string[], string> =
        let rec fields (from: int) (found: string list) =
            let first = skipBlanks mark line from

            let field =
                if first < line.Length && line[first] = '"' then
                    quoted line first
                else
                    Ok(bare mark line first)

            match
                field
                |> Result.bind (fun (struct (text, last)) ->
                    behind mark line last |> Result.map (fun next -> text, next))
            with
            | Ok(text, None) -> Ok(text :: found |> List.rev |> Array.ofList)
            | Ok(text, Some next) -> fields next (text :: found)
            | Error fault -> Error fault

        fields 0 []

    /// The fields of a line, without the blanks around them and the quotes. A fault when quotes are not closed in it.
    let split (separator: FieldSeparator) (line: string) : Result<string[], string> =
        match separator with
        | FieldSeparator.Blanks when line.Contains '"' -> splitQuoted ' ' line
        | FieldSeparator.Blanks -> Ok(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        | FieldSeparator.Character c when line.Contains '"' -> splitQuoted c line
        | FieldSeparator.Character c -> Ok(line.Split c |> Array.map _.Trim(' ', '\t'))
