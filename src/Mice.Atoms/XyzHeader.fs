namespace Mice.Atoms

open System
open System.Text

/// A value of the comment line of an extended XYZ file; its parts are still text.
[<RequireQualifiedAccess>]
type internal XyzValue =
    /// A word, bare or quoted. In the old style an array is a quoted word of parts with blanks between them.
    | Word of string
    /// [a, b, c], or {a b c} of the old style.
    | List of string list
    /// [[a, b], [c, d]].
    | Table of string list list

/// Why a comment line cannot be read; stays within this file.
exception internal HeaderFault of text: string

/// <summary>The comment line of an extended XYZ file: key=value pairs.</summary>
/// <remarks>After the specification of libAtoms/extxyz: blanks around the equals sign, quoted words with backslashes, arrays in old and
/// new style. Beyond it: single quotes, blanks in place of commas, and keys without a value, which mean T (ASE).</remarks>
[<RequireQualifiedAccess>]
module internal XyzHeader =
    let private fault text = raise (HeaderFault text)

    let rec private skipBlanks (text: string) (at: int) : int =
        if at < text.Length && Char.IsWhiteSpace text[at] then
            skipBlanks text (at + 1)
        else
            at

    let private isQuote (c: char) = c = '"' || c = '\''

    /// From the opening quotation mark to behind the closing one.
    let private quoted (text: string) (start: int) : struct (string * int) =
        let content = StringBuilder()
        let mutable i = start + 1

        while i < text.Length && text[i] <> text[start] do
            if text[i] = '\\' && i + 1 < text.Length then
                i <- i + 1
                content.Append(if text[i] = 'n' then '\n' else text[i]) |> ignore
            else
                content.Append text[i] |> ignore

            i <- i + 1

        if i >= text.Length then
            fault $"the quotation mark at character {start + 1} of this line is not closed"

        struct (content.ToString(), i + 1)

    /// A word that is quoted or ends before the first character that stops it.
    let private word (isStop: char -> bool) (text: string) (start: int) : struct (string * int) =
        if start < text.Length && isQuote text[start] then
            quoted text start
        else
            let mutable i = start

            while i < text.Length && not (isStop text[i]) do
                i <- i + 1

            struct (text.Substring(start, i - start), i)

    /// From the opening bracket to behind the closing one; part reads what stands between two commas.
    let private bracketed
        (part: string -> int -> struct ('part * int))
        (text: string)
        (start: int)
        : struct ('part list * int) =
        let close = if text[start] = '[' then ']' else '}'

        let rec go found isAfterComma at =
            let at = skipBlanks text at

            if at >= text.Length then
                fault $"the bracket at character {start + 1} of this line is not closed"
            elif text[at] = close && not isAfterComma then
                struct (List.rev found, at + 1)
            elif (text[at] = ',' && (isAfterComma || List.isEmpty found)) || text[at] = close then
                fault $"the list at character {start + 1} of this line has a comma without a value"
            elif text[at] = ',' then
                go found true (at + 1)
            else
                let struct (value, next) = part text at
                go (value :: found) false next

        go [] false (start + 1)

    let private list (text: string) (start: int) : struct (string list * int) =
        let close = if text[start] = '[' then ']' else '}'
        bracketed (word (fun c -> Char.IsWhiteSpace c || c = ',' || c = close)) text start

    let private row (text: string) (start: int) : struct (string list * int) =
        if text[start] = '[' then
            list text start
        else
            fault $"the list at character {start + 1} of this line should begin with a bracket as the ones before it"

    let private isTable (text: string) (start: int) =
        let inner = skipBlanks text (start + 1)
        text[start] = '[' && inner < text.Length && text[inner] = '['

    let private value (text: string) (start: int) : struct (XyzValue * int) =
        if isTable text start then
            let struct (rows, next) = bracketed row text start
            struct (XyzValue.Table rows, next)
        elif text[start] = '[' || text[start] = '{' then
            let struct (parts, next) = list text start
            struct (XyzValue.List parts, next)
        else
            let struct (found, next) = word Char.IsWhiteSpace text start
            struct (XyzValue.Word found, next)

    let private startsWithEquals (text: string) (at: int) =
        let at = skipBlanks text at
        at < text.Length && text[at] = '='

    /// The value of a key, whose equals sign stands at the given place.
    let private valueOf (key: string) (text: string) (equals: int) : struct (XyzValue * int) =
        let start = skipBlanks text (equals + 1)

        if start >= text.Length then
            fault $"the key {Fields.quoteText key} has no value"

        let struct (found, next) = value text start

        // In "a= b=c" the key a lacks its value; "a=b=c" can only be meant as one value.
        let isPair =
            match found with
            | XyzValue.Word w -> start > equals + 1 && not (isQuote text[start]) && w.Contains '='
            | _ -> false

        if isPair || startsWithEquals text next then
            fault $"the key {Fields.quoteText key} has no value"

        struct (found, next)

    /// A part of an array that lacks its quotation marks, as in pbc=T T F.
    let private looksLikeValue (text: string) =
        let mutable number = 0.0

        Fields.tryFloat (ReadOnlySpan<byte>(Encoding.UTF8.GetBytes text)) &number
        || List.contains text [ "T"; "F"; "True"; "False"; "true"; "false"; "TRUE"; "FALSE" ]

    let private pairs (text: string) : (string * XyzValue) list =
        let rec go found isAfterValue at =
            let at = skipBlanks text at

            if at >= text.Length then
                List.rev found
            else
                let struct (key, next) = word (fun c -> Char.IsWhiteSpace c || c = '=') text at

                if startsWithEquals text next then
                    if key = "" then
                        fault $"the equals sign at character {at + 1} of this line has no key before it"

                    let struct (value, behind) = valueOf key text (skipBlanks text next)
                    go ((key, value) :: found) true behind
                elif isAfterValue && looksLikeValue key then
                    let given = Fields.quoteText key
                    fault $"{given} belongs to no key; a value of several parts has to stand in quotation marks"
                else
                    go ((key, XyzValue.Word "T") :: found) false next

        go [] false 0

    /// <summary>Reads a comment line.</summary>
    /// <param name="comment">The line.</param>
    /// <returns>Keys and values in the order of the line, or one sentence that says what is wrong.</returns>
    let parse (comment: string) : Result<(string * XyzValue) list, string> =
        try
            Ok(pairs comment)
        with HeaderFault text ->
            Error text

    /// <summary>The value of a key.</summary>
    /// <param name="names">The names that writers have for it; upper and lower case do not matter.</param>
    /// <param name="pairs">Keys and values of a comment line.</param>
    /// <returns>The key as it stands in the line with its value, or an error when it stands there with two values.</returns>
    let find (names: string list) (pairs: (string * XyzValue) list) : Result<(string * XyzValue) option, string> =
        let isNamed (key: string) =
            names |> List.exists (fun name -> key.Equals(name, StringComparison.OrdinalIgnoreCase))

        match pairs |> List.filter (fst >> isNamed) |> List.distinctBy snd with
        | [] -> Ok None
        | [ found ] -> Ok(Some found)
        | (a, _) :: (b, _) :: _ ->
            Error $"this line has two values for one thing, as {Fields.quoteText a} and as {Fields.quoteText b}"
