namespace Mice.Information

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.RegularExpressions

/// A fault of a file that holds a sample: the line where there is one, and what is wrong.
exception internal BadSample of line: int64 option * fault: string

/// <summary>NumPy's .npy files of one or two axes.</summary>
/// <remarks>Booleans, integers and floats of any size and byte order, row- or column-major.
/// Source: NumPy Enhancement Proposal 1; versions 1 to 3 of the format.</remarks>
[<RequireQualifiedAccess>]
module internal NumPyFile =
    /// How one number is stored.
    type private Element =
        {
            /// Bytes of one number.
            Size: int
            LowestByteFirst: bool
            /// The number at a place in a buffer, lowest byte first.
            Read: byte[] -> int -> float
        }

    type private Layout =
        {
            Element: Element
            Rows: int
            Columns: int
            IsColumnMajor: bool
        }

    /// What every such file begins with.
    let magic = [| 0x93uy; 'N'B; 'U'B; 'M'B; 'P'B; 'Y'B |]

    let private longestHeader = 65536

    let private bad fault = raise (BadSample(None, fault))

    let private cutOff () = bad "the file is cut short."

    let private bytes (stream: Stream) (count: int) : byte[] =
        let buffer = Array.zeroCreate<byte> count

        if stream.ReadAtLeast(buffer, count, false) < count then
            cutOff ()

        buffer

    let private reader (kind: char) (size: int) : byte[] -> int -> float =
        match kind, size with
        | 'f', 8 -> fun b i -> BinaryPrimitives.ReadDoubleLittleEndian(ReadOnlySpan(b, i, size))
        | 'f', 4 -> fun b i -> float (BinaryPrimitives.ReadSingleLittleEndian(ReadOnlySpan(b, i, size)))
        | 'f', 2 -> fun b i -> float (BinaryPrimitives.ReadHalfLittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 8 -> fun b i -> float (BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 4 -> fun b i -> float (BinaryPrimitives.ReadInt32LittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 2 -> fun b i -> float (BinaryPrimitives.ReadInt16LittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 1 -> fun b i -> float (sbyte b[i])
        | 'u', 8 -> fun b i -> float (BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan(b, i, size)))
        | 'u', 4 -> fun b i -> float (BinaryPrimitives.ReadUInt32LittleEndian(ReadOnlySpan(b, i, size)))
        | 'u', 2 -> fun b i -> float (BinaryPrimitives.ReadUInt16LittleEndian(ReadOnlySpan(b, i, size)))
        | 'u', 1 -> fun b i -> float b[i]
        | 'b', 1 -> fun b i -> if b[i] = 0uy then 0.0 else 1.0
        | _ -> bad $"numbers of type '{kind}{size}' are not read; save the array as float64."

    let private element (header: string) : Element =
        let found = Regex.Match(header, @"'descr'\s*:\s*'([<>|=])([a-zA-Z])(\d{0,4})'")

        if not found.Success then
            bad "it does not hold plain numbers; save one array of float64."

        let size =
            if found.Groups[3].Value = "" then
                0
            else
                int found.Groups[3].Value

        {
            Size = size
            LowestByteFirst = found.Groups[1].Value <> ">"
            Read = reader found.Groups[2].Value[0] size
        }

    let private shape (header: string) : struct (int * int) =
        let found = Regex.Match(header, @"'shape'\s*:\s*\(([0-9,\s]*)\)")

        if not found.Success then
            bad "its header has no shape."

        let axes =
            found.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries ||| StringSplitOptions.RemoveEmptyEntries)
            |> Array.map (fun axis ->
                match Int32.TryParse axis with
                | true, length -> length
                | _ -> bad $"an axis of length {axis} is longer than Mice reads.")

        match axes with
        | [| rows |] -> struct (rows, 1)
        | [| rows; columns |] -> struct (rows, columns)
        | _ -> bad $"it has {axes.Length} axes; one (a column) or two (rows and columns) are read."

    let private layout (stream: Stream) : Layout =
        let length =
            match (bytes stream 8)[6] with
            | 1uy -> int (BinaryPrimitives.ReadUInt16LittleEndian(bytes stream 2))
            | 2uy
            | 3uy -> int (min (uint32 longestHeader + 1u) (BinaryPrimitives.ReadUInt32LittleEndian(bytes stream 4)))
            | other -> bad $"version {other} of the .npy format is not known."

        if length > longestHeader then
            bad "its header is too long."

        let header = Encoding.Latin1.GetString(bytes stream length)
        let struct (rows, columns) = shape header

        {
            Element = element header
            Rows = rows
            Columns = columns
            IsColumnMajor = Regex.IsMatch(header, @"'fortran_order'\s*:\s*True")
        }

    /// Faults of the size, before any memory is taken for the numbers.
    let private checkSize (layout: Layout) (bytesLeft: int64) : unit =
        let count = int64 layout.Rows * int64 layout.Columns

        if count = 0L then
            bad "there is no number in it."

        if count > bytesLeft / int64 layout.Element.Size then
            cutOff ()

        if count * int64 layout.Element.Size <> bytesLeft then
            bad "there is more in it than its header says."

        if count > int64 Array.MaxLength then
            bad $"{count} numbers are more than Mice reads."

    /// All numbers in the order of the file.
    let private numbers (layout: Layout) (stream: Stream) : float[] =
        let size = layout.Element.Size
        let values = Array.zeroCreate<float>(layout.Rows * layout.Columns)
        let mutable filled = 0

        while filled < values.Length do
            let count = min 8192 (values.Length - filled)
            let buffer = bytes stream (count * size)

            for i in 0 .. count - 1 do
                if not layout.Element.LowestByteFirst then
                    Array.Reverse(buffer, i * size, size)

                values[filled + i] <- layout.Element.Read buffer (i * size)

            filled <- filled + count

        values

    let private rowMajor (layout: Layout) (values: float[]) : float[] =
        if layout.IsColumnMajor && layout.Columns > 1 then
            Array.init values.Length (fun i -> values[i % layout.Columns * layout.Rows + i / layout.Columns])
        else
            values

    /// <summary>Reads a file from its beginning.</summary>
    /// <exception cref="T:Mice.Information.BadSample">It is none, is cut short, or holds something else than finite numbers.</exception>
    let read (stream: Stream) : Sample =
        let layout = layout stream
        checkSize layout (stream.Length - stream.Position)
        let values = numbers layout stream |> rowMajor layout

        match values |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some i ->
            bad $"row {i / layout.Columns + 1}, column {i % layout.Columns + 1} is {values[i]}, not a finite number."
        | None ->
            {
                Rows = layout.Rows
                Columns = layout.Columns
                Values = values
            }
