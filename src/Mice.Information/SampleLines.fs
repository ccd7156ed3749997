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

/// Which encoding a text file is in.
[<RequireQualifiedAccess>]
module internal SampleEncoding =
    let private utf16 isHighestByteFirst =
        UnicodeEncoding(isHighestByteFirst, false) :> Encoding

    let private utf32 isHighestByteFirst =
        UTF32Encoding(isHighestByteFirst, false) :> Encoding

    /// The encoding, and the bytes of its byte-order mark. Without one, zero bytes show where two or four of them are a character.
    let private recognise (start: byte[]) : Encoding * int =
        let beginsWith (mark: byte list) =
            start.Length >= mark.Length && List.ofArray (Array.truncate mark.Length start) = mark

        // The longer marks first, for one of them begins as a shorter one does.
        if beginsWith [ 0xFFuy; 0xFEuy; 0uy; 0uy ] then
            utf32 false, 4
        elif beginsWith [ 0uy; 0uy; 0xFEuy; 0xFFuy ] then
            utf32 true, 4
        elif beginsWith [ 0xEFuy; 0xBBuy; 0xBFuy ] then
            UTF8Encoding false, 3
        elif beginsWith [ 0xFFuy; 0xFEuy ] then
            utf16 false, 2
        elif beginsWith [ 0xFEuy; 0xFFuy ] then
            utf16 true, 2
        else
            match start |> Array.map (fun b -> b = 0uy) with
            | [| false; true; false; true |] -> utf16 false, 0
            | [| true; false; true; false |] -> utf16 true, 0
            | [| false; true; true; true |] -> utf32 false, 0
            | [| true; true; true; false |] -> utf32 true, 0
            | _ -> UTF8Encoding false, 0

    /// A reader of the text behind its byte-order mark; UTF-8 where nothing tells of another encoding. Bytes that are no text become U+FFFD.
    let openText (stream: Stream) : StreamReader =
        let encoding, mark = InputFile.start 4 stream |> recognise
        stream.Position <- int64 mark
        new StreamReader(stream, encoding, false, 65536, true)

/// <summary>The lines of a text file, one after the other.</summary>
/// <remarks>A line ends with a line feed, a carriage return, or both; with two carriage returns and a line feed where the first one does, as Python
/// 2 writes tables on Windows. Whatever else is no plain text is a BadSample: a zero byte, or a byte-order mark in the middle.</remarks>
type internal SampleLines(stream: Stream) =
    /// Characters; a longer line is none of a table.
    static let longest = 1 <<< 24

    let text = SampleEncoding.openText stream
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

    /// A character, counted from the beginning of the line; a zero character behind the end of the text.
    let rec at (place: int) : char =
        if start + place < filled then
            buffer[start + place]
        elif atEnd then
            '\000'
        else
            fill ()
            at place

    /// Characters before the end of the line, of which so many have been looked at.
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

    /// Characters of the end of a line of this length.
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

    /// The next line, if there is one.
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
