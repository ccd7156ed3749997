namespace Mice

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices
open System.Text

/// <summary>NumPy's .npy files: arrays with any number of axes.</summary>
/// <remarks>Read: booleans, integers and floats of up to 8 bytes, either byte order, C's or Fortran's order of the indices, versions 1 to 3 of the
/// format, headers as NumPy writes and reads them, those of Python 2 too. An integer that a float cannot keep is a fault. Written: version 1, C's
/// order, lowest byte first. A fault is one sentence, for a message that names the file.
/// Source: NumPy Enhancement Proposal 1.</remarks>
[<RequireQualifiedAccess>]
module NumPyArray =
    let private bad fault = raise (BadArray fault)

    let private guarded (work: unit -> 'a) : Result<'a, string> =
        try
            Ok(work ())
        with BadArray fault ->
            Error fault

    /// What every such file begins with.
    let magic: byte[] = [| 0x93uy; 'N'B; 'U'B; 'M'B; 'P'B; 'Y'B |]

    let private longestHeader = 65536

    let private cutOff () = bad "the file is cut short."

    let private bytes (stream: Stream) (count: int) : byte[] =
        let buffer = Array.zeroCreate<byte> count

        if stream.ReadAtLeast(buffer, count, false) < count then
            cutOff ()

        buffer

    /// A whole number as a float; one with more digits than a float keeps is a fault, for it could become equal to another.
    let private exactly (number: float) (whole: 'a) (toBig: 'a -> bigint) : float =
        if abs number >= 9007199254740992.0 && bigint number <> toBig whole then
            bad $"{whole} has more digits than a float keeps; number the values anew, or save the array as float64."

        number

    /// The number at a place in a buffer, lowest byte first.
    let private reader (kind: char) (size: int) : byte[] -> int -> float =
        match kind, size with
        | 'f', 8 -> fun b i -> BinaryPrimitives.ReadDoubleLittleEndian(ReadOnlySpan(b, i, size))
        | 'f', 4 -> fun b i -> float (BinaryPrimitives.ReadSingleLittleEndian(ReadOnlySpan(b, i, size)))
        | 'f', 2 -> fun b i -> float (BinaryPrimitives.ReadHalfLittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 8 ->
            fun b i ->
                let whole = BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(b, i, size))
                exactly (float whole) whole bigint
        | 'i', 4 -> fun b i -> float (BinaryPrimitives.ReadInt32LittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 2 -> fun b i -> float (BinaryPrimitives.ReadInt16LittleEndian(ReadOnlySpan(b, i, size)))
        | 'i', 1 -> fun b i -> float (sbyte b[i])
        | 'u', 8 ->
            fun b i ->
                let whole = BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan(b, i, size))
                exactly (float whole) whole bigint
        | 'u', 4 -> fun b i -> float (BinaryPrimitives.ReadUInt32LittleEndian(ReadOnlySpan(b, i, size)))
        | 'u', 2 -> fun b i -> float (BinaryPrimitives.ReadUInt16LittleEndian(ReadOnlySpan(b, i, size)))
        | 'u', 1 -> fun b i -> float b[i]
        | 'b', 1 -> fun b i -> if b[i] = 0uy then 0.0 else 1.0
        | _ -> invalidArg (nameof kind) $"Numbers of type '{kind}{size}' are not read."

    let private count (shape: int list) : bigint =
        shape |> List.fold (fun count axis -> count * bigint axis) 1I

    /// Faults of the size, before anybody takes memory for the numbers.
    let private checkSize (header: NumPyHeader) (bytesLeft: int64) : unit =
        let count = count header.Shape
        let wanted = count * bigint header.Size

        if count.IsZero then
            bad "there is no number in it."

        if wanted > bigint bytesLeft then
            cutOff ()

        if wanted < bigint bytesLeft then
            bad "there is more in it than its header says."

    /// <summary>Reads the header from the beginning of a file.</summary>
    /// <param name="stream">The file, of a known length; left where the numbers begin.</param>
    /// <returns>What is wrong, when it is no such file, holds none, fewer or more numbers than it says, or something else than numbers.</returns>
    let readHeader (stream: Stream) : Result<NumPyHeader, string> =
        guarded (fun () ->
            let start = bytes stream 8

            if not (start.AsSpan().StartsWith(ReadOnlySpan magic)) then
                bad "this is no .npy file."

            let length =
                match start[6], start[7] with
                | 1uy, 0uy -> int (BinaryPrimitives.ReadUInt16LittleEndian(bytes stream 2))
                | 2uy, 0uy
                | 3uy, 0uy ->
                    int (min (uint32 longestHeader + 1u) (BinaryPrimitives.ReadUInt32LittleEndian(bytes stream 4)))
                | major, minor -> bad $"version {major}.{minor} of the .npy format is not known."

            if length > longestHeader then
                bad "its header is too long."

            let header = Encoding.Latin1.GetString(bytes stream length) |> NumPyHeader.parse
            checkSize header (stream.Length - stream.Position)
            header)

    /// The index in C's order of a number that has the given place in Fortran's order.
    let private fromColumnMajor (shape: int list) : int64 -> int64 =
        let lengths = shape |> List.map int64 |> Array.ofList
        let strides = Array.scanBack (*) lengths 1L |> Array.tail

        fun place ->
            let mutable index, left = 0L, place

            for axis in 0 .. lengths.Length - 1 do
                index <- index + left % lengths[axis] * strides[axis]
                left <- left / lengths[axis]

            index

    /// <summary>Reads the numbers behind a header, which end the file.</summary>
    /// <param name="header">The header.</param>
    /// <param name="visit">Called with every number and its index in C's order, in the order of the file.</param>
    /// <param name="stream">The file, where <c>readHeader</c> left it.</param>
    /// <returns>What is wrong, when the file has become shorter since its header was read.</returns>
    let readValues (header: NumPyHeader) (visit: int64 -> float -> unit) (stream: Stream) : Result<unit, string> =
        guarded (fun () ->
            let number, size = reader header.Kind header.Size, header.Size

            let index =
                if header.IsColumnMajor then
                    fromColumnMajor header.Shape
                else
                    id

            let count = int64 (count header.Shape)
            let mutable next = 0L

            while next < count do
                let here = int (min 8192L (count - next))
                let buffer = bytes stream (here * size)

                for i in 0 .. here - 1 do
                    if not header.IsLowestByteFirst then
                        Array.Reverse(buffer, i * size, size)

                    visit (index (next + int64 i)) (number buffer (i * size))

                next <- next + int64 here)

    let private writeHeader (descr: string) (shape: int list) (stream: Stream) : unit =
        let text = NumPyHeader.format descr shape
        // The numbers begin at a multiple of 64 bytes; magic, version and length take 10, the line break 1.
        let length = (text.Length + 11 + 63) / 64 * 64 - 10
        stream.Write(ReadOnlySpan magic)
        stream.Write(ReadOnlySpan [| 1uy; 0uy; byte length; byte (length >>> 8) |])
        stream.Write(ReadOnlySpan(Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n")))

    let private write descr (shape: int list) (parts: 'a[] seq) (toBytes: 'a[] -> byte[]) (stream: Stream) : unit =
        writeHeader descr shape stream
        let mutable written = 0I

        for part in parts do
            written <- written + bigint part.Length
            stream.Write(ReadOnlySpan(toBytes part))

        if written <> count shape then
            invalidArg (nameof parts) $"{written} numbers do not fill an array of shape {shape}."

    /// <summary>Writes an array of 8-bit integers (NumPy's int8).</summary>
    /// <param name="shape">Lengths of the axes.</param>
    /// <param name="parts">All numbers in C's order, in pieces of any length.</param>
    /// <param name="stream">Where they go.</param>
    let writeInt8 (shape: int list) (parts: sbyte[] seq) (stream: Stream) : unit =
        write "|i1" shape parts (fun part -> MemoryMarshal.AsBytes(ReadOnlySpan part).ToArray()) stream

    /// <summary>Writes an array of 64-bit floats (NumPy's float64), lowest byte first.</summary>
    /// <param name="shape">Lengths of the axes.</param>
    /// <param name="parts">All numbers in C's order, in pieces of any length.</param>
    /// <param name="stream">Where they go.</param>
    let writeFloat64 (shape: int list) (parts: float[] seq) (stream: Stream) : unit =
        let toBytes (part: float[]) =
            let buffer = Array.zeroCreate (8 * part.Length)
            part |> Array.iteri (fun i x -> BinaryPrimitives.WriteDoubleLittleEndian(Span(buffer, 8 * i, 8), x))
            buffer

        write "<f8" shape parts toBytes stream
