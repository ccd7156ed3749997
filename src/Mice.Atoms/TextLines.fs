namespace Mice.Atoms

open System
open System.Buffers
open System.IO
open System.IO.Compression
open System.Text
open Mice

/// A stream whose first bytes were taken off to look at them and are given back here. Notes whether the end was reached, to
/// tell a cut compressed file from a damaged one.
type internal WatchedStream(first: byte[], inner: Stream) =
    inherit Stream()
    let mutable given = 0

    member val ReachedEnd = false with get, set
    override _.CanRead = true
    override _.CanSeek = false
    override _.CanWrite = false
    override _.Length = raise (NotSupportedException())

    override _.Position
        with get () = raise (NotSupportedException())
        and set _ = raise (NotSupportedException())

    override _.Flush() = ()
    override _.Seek(_, _) = raise (NotSupportedException())
    override _.SetLength _ = raise (NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) = raise (NotSupportedException())

    override this.Read(buffer: byte[], offset: int, count: int) =
        this.Read(Span<byte>(buffer, offset, count))

    override this.Read(buffer: Span<byte>) : int =
        let n =
            if given < first.Length then
                let n = min buffer.Length (first.Length - given)
                ReadOnlySpan<byte>(first, given, n).CopyTo buffer
                given <- given + n
                n
            else
                inner.Read buffer

        if n = 0 && buffer.Length > 0 then
            this.ReachedEnd <- true

        n

    override _.Dispose(disposing: bool) =
        if disposing then
            inner.Dispose()

/// How the next line of a file turned out.
type internal LineStatus =
    /// A line that ends in a line feed.
    | Whole = 0
    /// The file ends without a line feed, or its compressed form stops too early: this last line may have been cut.
    | Unfinished = 1
    /// There are no more lines.
    | End = 2
    /// A line is longer than the limit.
    | TooLong = 3
    /// The compressed form is damaged.
    | Damaged = 4

/// The lines of a text file as bytes of ASCII or UTF-8 in one pooled buffer. Gzip is recognised by its first two bytes; a byte-order mark
/// is left out; UTF-16 and UTF-32 become UTF-8. At most <c>LineLimit</c> bytes are held at any time, whatever the file contains.
type internal TextLines(source: Stream) =
    static let lineLimit = 1 <<< 20

    let first =
        let two = Array.zeroCreate<byte> 2
        Array.truncate (source.ReadAtLeast(Span<byte> two, 2, false)) two

    let watched = new WatchedStream(first, source)

    let isPacked = (first = [| 0x1fuy; 0x8buy |])

    let mutable content: Stream =
        if isPacked then
            new GZipStream(watched, CompressionMode.Decompress)
        else
            watched

    let mutable buffer = ArrayPool<byte>.Shared.Rent(1 <<< 17)
    let mutable start = 0 // of what has not been handed out yet
    let mutable filled = 0
    let mutable scanned = 0 // no line feed in buffer[start .. scanned − 1]
    let mutable atEnd = false
    let mutable damaged = false
    let mutable lineStart = 0
    let mutable lineLength = 0
    let mutable number = 0L
    let mutable isRecognised = false

    /// Reads more behind what is there; makes room by moving it to the front or into a larger buffer.
    let fill () =
        if start > 0 then
            Buffer.BlockCopy(buffer, start, buffer, 0, filled - start)
            scanned <- scanned - start
            filled <- filled - start
            start <- 0

        if filled = buffer.Length then
            let larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length)
            Buffer.BlockCopy(buffer, 0, larger, 0, filled)
            ArrayPool<byte>.Shared.Return buffer
            buffer <- larger

        try
            let n = content.Read(buffer, filled, buffer.Length - filled)
            filled <- filled + n
            atEnd <- (n = 0)
        with :? InvalidDataException ->
            atEnd <- true
            damaged <- not watched.ReachedEnd

    /// Looks at the first bytes for the encoding.
    let recognise () =
        isRecognised <- true

        while filled < 4 && not atEnd do
            fill ()

        match TextEncoding.ofFirst (Array.sub buffer 0 (min 4 filled)) with
        | struct (mark, ValueNone) ->
            start <- mark
            scanned <- mark
        | struct (mark, ValueSome encoding) ->
            let rest = new WatchedStream(Array.sub buffer mark (filled - mark), content)
            content <- Encoding.CreateTranscodingStream(rest, encoding, UTF8Encoding false)
            filled <- 0
            atEnd <- damaged

    let handOut length advance =
        lineStart <- start
        start <- start + advance
        scanned <- start

        lineLength <-
            if length > 0 && buffer[lineStart + length - 1] = 13uy then
                length - 1
            else
                length

        number <- number + 1L

    /// Opens a file; TextLines closes it.
    static member Open(path: string) : TextLines =
        new TextLines(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1))

    /// The longest line, bytes.
    static member LineLimit = lineLimit

    /// Compressed. Where a compressed file was cut, its content may end anywhere.
    member _.IsPacked = isPacked

    /// The number of the line handed out last, from 1; 0 before the first.
    member _.Number = number

    /// The line handed out last, without its line ending; valid until the next call of <c>Next</c>.
    member _.Line = ReadOnlySpan<byte>(buffer, lineStart, lineLength)

    /// Goes to the next line.
    member this.Next() : LineStatus =
        if not isRecognised then
            recognise ()

        let found = Span<byte>(buffer, scanned, filled - scanned).IndexOf 10uy

        if found >= 0 then
            let length = scanned + found - start
            handOut length (length + 1)
            LineStatus.Whole
        elif filled - start > lineLimit then
            number <- number + 1L
            LineStatus.TooLong
        elif not atEnd then
            scanned <- filled
            fill ()
            this.Next()
        elif damaged then
            number <- number + 1L
            LineStatus.Damaged
        elif filled > start then
            let length = filled - start
            handOut length length
            LineStatus.Unfinished
        else
            lineLength <- 0
            LineStatus.End

    interface IDisposable with
        member _.Dispose() =
            content.Dispose()
            ArrayPool<byte>.Shared.Return buffer
            buffer <- Array.empty
