namespace Mice.Information

open System
open System.IO
open System.Text
open Mice

/// What is wrong with a file that holds a sample: the lines, where there are any, and the faults.
exception internal BadSample of faults: (int64 option * string) list

/// One line of a text, counted from 1, without its end.
[<Struct>]
type internal SampleLine = { Number: int64; Text: string }

/// Text files of samples.
[<RequireQualifiedAccess>]
module internal SampleText =
    /// A reader of the text behind its byte-order mark; UTF-8 where nothing tells of another encoding. Bytes that are no text become U+FFFD.
    let reader (stream: Stream) : StreamReader =
        let struct (mark, encoding) = InputFile.start 4 stream |> TextEncoding.ofFirst
        stream.Position <- int64 mark
        new StreamReader(stream, ValueOption.defaultValue (UTF8Encoding false :> Encoding) encoding, false, 65536, true)

/// <summary>The lines of a text file, one after the other.</summary>
/// <remarks>A line ends with a line feed, a carriage return, or both; with two carriage returns and a line feed where the first one does, as Python
/// 2 writes tables on Windows. Whatever else is no plain text is a BadSample: a zero byte, or a byte-order mark in the middle.</remarks>
type internal SampleLines(stream: Stream) =
    /// Longest line, characters: a longer line belongs to no table.
    static let longest = 1 <<< 24

    let text = SampleText.reader stream
    let mutable buffer = Array.zeroCreate<char> 65536
    let mutable start = 0 // of what has not been handed out yet
    let mutable filled = 0
    let mutable atEnd = false
    let mutable number = 0L
    let mutable isDoubled = false

    let bad fault =
        raise (BadSample [ Some number, fault ])

    let fill () =
        if start > 0 then
            Array.Copy(buffer, start, buffer, 0, filled - start)
            filled <- filled - start
            start <- 0

        if filled = buffer.Length then
            Array.Resize(&buffer, 2 * filled)

        let count = text.Read(buffer, filled, buffer.Length - filled)
        filled <- filled + count
        atEnd <- (count = 0)

    /// A character by its place in the current line; a zero character beyond the end of the text.
    let rec at (place: int) : char =
        if start + place < filled then
            buffer[start + place]
        elif atEnd then
            '\000'
        else
            fill ()
            at place

    /// Length of the current line without its end, characters. The search starts at a place, since the characters before have been searched already.
    let rec lengthFrom (place: int) : int =
        let rest = ReadOnlySpan<char>(buffer, start + place, filled - start - place)

        match rest.IndexOfAny('\r', '\n') with
        | -1 when atEnd -> filled - start
        | -1 when filled - start > longest -> bad $"this line is longer than {longest} characters."
        | -1 ->
            let looked = filled - start
            fill ()
            lengthFrom looked
        | found -> place + found

    /// Number of characters that end a line of a given length: line feed, carriage return, or both.
    let ending (length: int) : int =
        match at length with
        | '\n' -> 1
        | '\r' when at (length + 1) = '\n' -> 2
        | '\r' when (isDoubled || number = 1L) && at (length + 1) = '\r' && at (length + 2) = '\n' -> 3
        | '\r' -> 1
        | _ -> 0

    let check (line: string) =
        if line.Contains '\000' then
            bad
                "this line has a zero byte in it: the file is no text, is damaged, or is in an encoding that it does not tell; save it as UTF-8."

        if line.Contains '\uFEFF' then
            bad "this line has a byte-order mark in it: were two files put together? Take it out."

    /// The next line; None at the end of the text.
    member _.Next() : SampleLine voption =
        number <- number + 1L
        let length = lengthFrom 0

        if length = 0 && start = filled then
            ValueNone
        else
            let line = String(buffer, start, length)
            check line
            let ending = ending length

            if number = 1L then
                isDoubled <- (ending = 3)

            start <- start + length + ending
            ValueSome { Number = number; Text = line }
