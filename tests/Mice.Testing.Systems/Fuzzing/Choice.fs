namespace Mice.Fuzzing

open System
open System.Globalization
open System.IO
open System.IO.Compression
open System.Text

/// Random choices, and ways to write the same thing.
[<RequireQualifiedAccess>]
module Choice =
    /// One of some.
    let one (random: Random) (choices: 'a list) : 'a = choices[random.Next choices.Length]

    /// True with a probability.
    let chance (random: Random) (probability: float) : bool = random.NextDouble() < probability

    /// All of them, in random order.
    let shuffled (random: Random) (items: 'a[]) : 'a[] =
        let copy = Array.copy items
        random.Shuffle copy
        copy

    /// Some blanks, often none.
    let blanks (random: Random) : string =
        String.replicate (max 0 (random.Next 5 - 2)) " "

    /// The shortest decimal number that is this float, with a point where it has more digits than a float keeps.
    let shortest (value: float) : string =
        let text = value.ToString("R", CultureInfo.InvariantCulture)

        if abs value < 9007199254740992.0 || text.Contains 'E' then
            text
        else
            text + ".0"

    /// The same float written in some way.
    let number (random: Random) (value: float) : string =
        let text = shortest value

        match random.Next 6 with
        | 0 -> value.ToString("E16", CultureInfo.InvariantCulture)
        | 1 when value > 0.0 -> "+" + text
        | 2 when text.Contains '.' && not (text.Contains 'E') -> text + "00"
        | 3 when not (text.Contains 'E') -> text + "e0"
        | 4 when text.StartsWith "0." -> text.Substring 1
        | _ -> text

    /// A float as people have them in files.
    let float (random: Random) : float =
        let value =
            match random.Next 6 with
            | 0 -> Math.Round(random.NextDouble(), 3)
            | 1 -> Math.Round(1000.0 * (random.NextDouble() - 0.5), random.Next 5)
            | 2 -> (random.NextDouble() - 0.5) * Math.Pow(10.0, Math.Round(60.0 * random.NextDouble() - 30.0))
            | _ -> 4.0 * random.NextDouble() - 2.0

        value + 0.0 // no −0

    /// What stands in place of a finite number in somebody's file, and is none of the names of a column.
    let noNumbers: string list =
        [
            "nan"
            "NaN"
            "-nan(ind)"
            "inf"
            "-Inf"
            "Infinity"
            "NA"
            "N/A"
            "#N/A"
            "#DIV/0!"
            "null"
            "NULL"
            "None"
            "-"
            "--"
            "?"
            "."
            "*****"
            "1e999"
            "1.5.2"
            "1e"
            "--1"
            "+-1"
            "0x1F"
            "1_000"
            "5%"
            "3nm"
            "1.0D+03"
            "−1"
            "١"
            "1\u00A0"
            "TRUE"
        ]

    /// The way that lines end.
    let lineEnd (random: Random) : string =
        one random [ "\n"; "\n"; "\r\n"; "\r"; "\r\r\n" ]

    /// Bytes of text in UTF-8, compressed by gzip.
    let gzip (content: byte[]) : byte[] =
        use packed = new MemoryStream()

        using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun stream ->
            stream.Write(ReadOnlySpan content))

        packed.ToArray()

    /// A text in some encoding, with a byte-order mark or without.
    let encoded (random: Random) (text: string) : string * byte[] =
        let name, encoding =
            one
                random
                [
                    "UTF-8", UTF8Encoding true :> Encoding
                    "UTF-16", UnicodeEncoding(false, true)
                    "UTF-16, highest byte first", UnicodeEncoding(true, true)
                    "UTF-32", UTF32Encoding(false, true)
                    "UTF-32, highest byte first", UTF32Encoding(true, true)
                ]

        let isPlain = text.Length > 1 && Char.IsAscii text[0] && Char.IsAscii text[1]
        let hasMark = not isPlain || chance random 0.5
        let mark = if hasMark then encoding.GetPreamble() else [||]
        (if hasMark then name + " with a mark" else name), Array.append mark (encoding.GetBytes text)
