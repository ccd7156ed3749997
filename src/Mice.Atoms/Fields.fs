namespace Mice.Atoms

open System
open System.Buffers.Text
open System.Globalization
open System.Numerics
open System.Runtime.CompilerServices

/// Reads the blank-separated fields of one line of bytes from left to right.
[<Struct; IsByRefLike>]
type internal Fields =
    val Line: ReadOnlySpan<byte>
    val mutable At: int

    new(line: ReadOnlySpan<byte>) = { Line = line; At = 0 }

/// Numbers and words from bytes, without a string in between.
[<RequireQualifiedAccess>]
module internal Fields =
    let inline private isBlank (b: byte) = b = 32uy || b = 9uy || b = 13uy

    /// Powers of ten that a float holds exactly.
    let private powersOfTen = Array.init 23 (fun i -> Math.Pow(10.0, float i))

    /// Moves to the next field: false at the end of the line.
    let skipBlanks (fields: byref<Fields>) : bool =
        let line = fields.Line
        let mutable i = fields.At

        while i < line.Length && isBlank line[i] do
            i <- i + 1

        fields.At <- i
        i < line.Length

    /// The next field; empty at the end of the line.
    let next (fields: byref<Fields>) : ReadOnlySpan<byte> =
        if skipBlanks &fields then
            let line = fields.Line
            let first = fields.At
            let mutable i = first

            while i < line.Length && not (isBlank line[i]) do
                i <- i + 1

            fields.At <- i
            line.Slice(first, i - first)
        else
            ReadOnlySpan<byte>.Empty

    /// The number of fields of a line.
    let count (line: ReadOnlySpan<byte>) : int =
        let mutable fields = Fields line
        let mutable n = 0

        while not (next &fields).IsEmpty do
            n <- n + 1

        n

    /// The words of a line between its blanks.
    let words (line: ReadOnlySpan<byte>) : string[] =
        Text.Encoding.Latin1.GetString(line).Split([| ' '; '\t'; '\r' |], StringSplitOptions.RemoveEmptyEntries)

    /// A number with the exponent as Fortran writes it, as in 1.5D-03.
    let private tryFortran (field: ReadOnlySpan<byte>) (value: byref<float>) : bool =
        let letter = field.IndexOfAny(68uy, 100uy)

        letter > 0
        && (let copy = field.ToArray()
            copy[letter] <- 69uy
            Double.TryParse(ReadOnlySpan<byte> copy, NumberStyles.Float, CultureInfo.InvariantCulture, &value))

    /// The slow, general way: correctly rounded; accepts what Double.Parse accepts, D in place of E before an exponent, and nan and inf
    /// in C's spelling.
    let slowFloat (field: ReadOnlySpan<byte>) (value: byref<float>) : bool =
        if field.Length > 400 then
            false // no number that a program prints; keeps the time bounded
        elif Double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, &value) then
            true
        elif tryFortran field &value then
            true
        else
            let text =
                (Text.Encoding.ASCII.GetString field).TrimStart('+', '-').ToLowerInvariant()

            if text = "inf" || text = "infinity" then
                value <- (if field[0] = 45uy then -infinity else infinity)
                true
            elif text.StartsWith("nan", StringComparison.Ordinal) then
                value <- nan
                true
            else
                false

    /// <summary>The float that a field spells, correctly rounded.</summary>
    /// <remarks>Plain decimals of at most 15 significant digits with at most 22 of them behind the point are one exact division of two exact
    /// floats (Clinger, PLDI 1990), hence correctly rounded; everything else goes the slow way.</remarks>
    let tryFloat (field: ReadOnlySpan<byte>) (value: byref<float>) : bool =
        let mutable i = 0
        let negative = field.Length > 0 && field[0] = 45uy

        if negative then
            i <- 1

        let mutable mantissa = 0L
        let mutable decimals = -1 // before the point
        let mutable plain = field.Length > i && field.Length <= 17
        let first = i

        while plain && i < field.Length do
            let digit = int field[i] - 48

            if uint32 digit <= 9u then
                mantissa <- 10L * mantissa + int64 digit

                if decimals >= 0 then
                    decimals <- decimals + 1
            elif digit = -2 && decimals < 0 then
                decimals <- 0
            else
                plain <- false

            i <- i + 1

        // At most 17 characters: at most 17 digits, so the 64-bit mantissa cannot overflow.
        if plain && mantissa < 9007199254740992L && field.Length - first > (if decimals >= 0 then 1 else 0) then
            let m = float mantissa
            let v = if decimals > 0 then m / powersOfTen[decimals] else m
            value <- (if negative then -v else v)
            true
        else
            slowFloat field &value

    /// The whole number that a field spells, with an optional sign.
    let tryInteger (field: ReadOnlySpan<byte>) (value: byref<int64>) : bool =
        let mutable used = 0
        let ok = Utf8Parser.TryParse(field, &value, &used)
        ok && used = field.Length && used > 0

    /// A float without a fraction as a whole number; up to 2⁵³ every whole number is a float.
    let private tryWhole (value: float) (whole: byref<int64>) : bool =
        let isWhole = value = Math.Floor value && abs value < 9007199254740992.0

        if isWhole then
            whole <- int64 value

        isWhole

    /// The whole number that a field spells, be it as a real number such as 100.0 or 1e5.
    let tryWholeNumber (field: ReadOnlySpan<byte>) (value: byref<int64>) : bool =
        let mutable real = 0.0
        tryInteger field &value || (tryFloat field &real && tryWhole real &value)

    /// A field as text for a message: printable, at most 40 characters.
    let quote (field: ReadOnlySpan<byte>) : string =
        let text = Text.Encoding.Latin1.GetString(field.Slice(0, min field.Length 40))

        let printable =
            text
            |> String.map (fun c ->
                if c < ' ' || (c >= '\u007f' && c <= '\u00a0') then
                    '?'
                else
                    c)

        if field.Length > 40 then
            $"'{printable}…'"
        else
            $"'{printable}'"

    /// Text as it appears in a message: printable, at most 40 characters.
    let quoteText (text: string) : string =
        quote (ReadOnlySpan<byte>(Text.Encoding.Latin1.GetBytes text))
