namespace Mice.Samplers

open System
open System.Buffers.Binary
open System.IO
open System.Security.Cryptography
open System.Text
open Mice

/// A fault of a file of snapshots, as an exception within this part.
exception internal BadSnapshots of fault: string

/// Kinds of spins in a .spins file.
[<RequireQualifiedAccess>]
type internal SpinKind =
    /// Spins ±1, one bit each.
    | Ising
    /// Angles of planar spins, eight bytes each.
    | XY
    /// Spins in one of q states, 0 to q − 1, one byte each; the number is q.
    | States of int

/// Header of a .spins file.
type internal SpinsHeader =
    {
        Kind: SpinKind
        Shape: int[]
        Count: int
        Source: SnapshotSource option
        /// Where the first snapshot begins, bytes from the start of the file.
        Start: int
    }

/// <summary>The .spins format: magic, SHA-256 of all that follows, header, snapshots; lowest byte first. docs/lattices.md describes it byte by byte. Version 2
/// is written. Version 1, which has two axes and only spins ±1 and angles, is read too.</summary>
[<RequireQualifiedAccess>]
module internal SpinsFile =
    let private bad fault = raise (BadSnapshots fault)

    /// The first bytes of every .spins file.
    let magic = "MICESPIN"B

    /// Number of bytes before the bytes that the SHA-256 covers: magic and SHA-256.
    let private summedFrom = magic.Length + SHA256.HashSizeInBytes

    /// Largest number of axes and longest text that are read, so that a damaged header cannot ask for much memory.
    [<Literal>]
    let private MostAxes = 16

    [<Literal>]
    let private LongestText = 1024

    /// Bytes of one snapshot.
    let private bytesOf (header: SpinsHeader) : int64 =
        let sites = int64 (LatticeShape.sites header.Shape)

        match header.Kind with
        | SpinKind.Ising -> (sites + 7L) / 8L
        | SpinKind.XY -> 8L * sites
        | SpinKind.States _ -> sites

    /// Spins ±1 as bits, 1 for +1, the highest bit of a byte first; the last byte is filled with zeros.
    let pack (spins: sbyte[]) : byte[] =
        let packed = Array.zeroCreate ((spins.Length + 7) / 8)

        for i in 0 .. spins.Length - 1 do
            if spins[i] > 0y then
                packed[i / 8] <- packed[i / 8] ||| (0x80uy >>> i % 8)

        packed

    /// Spins ±1 of a given number of sites from bits.
    let unpack (sites: int) (packed: byte[]) : sbyte[] =
        Array.init sites (fun i ->
            if packed[i / 8] &&& (0x80uy >>> i % 8) <> 0uy then
                1y
            else
                -1y)

    /// Angles as eight bytes each.
    let packAngles (angles: float[]) : byte[] =
        let packed = Array.zeroCreate (8 * angles.Length)

        angles
        |> Array.iteri (fun i angle -> BinaryPrimitives.WriteDoubleLittleEndian(Span(packed, 8 * i, 8), angle))

        packed

    /// Angles of a given number of sites from eight bytes each.
    let unpackAngles (sites: int) (packed: byte[]) : float[] =
        Array.init sites (fun i -> BinaryPrimitives.ReadDoubleLittleEndian(ReadOnlySpan(packed, 8 * i, 8)))

    let private codesOf (kind: SpinKind) : struct (byte * byte) =
        match kind with
        | SpinKind.Ising -> struct (1uy, 2uy)
        | SpinKind.XY -> struct (2uy, 0uy)
        | SpinKind.States states -> struct (3uy, byte states)

    let private kindOf (kind: byte) (states: byte) : SpinKind =
        match kind, states with
        | 1uy, 2uy -> SpinKind.Ising
        | 2uy, 0uy -> SpinKind.XY
        | 3uy, states when states >= 2uy -> SpinKind.States(int states)
        | 1uy, _
        | 2uy, _
        | 3uy, _ -> bad $"its header says spins of kind {kind} with {states} states."
        | _ -> bad $"kind of spins number {kind} is not known; is it of a newer version of Mice?"

    let private text (writer: BinaryWriter) (value: string) =
        let bytes = Encoding.UTF8.GetBytes value
        writer.Write(uint16 bytes.Length)
        writer.Write bytes

    /// Writes the variable part of the header: axes, counts, and the description of the run.
    let private writeHeader (header: SpinsHeader) (writer: BinaryWriter) : unit =
        writer.Write header.Shape.Length
        header.Shape |> Array.iter writer.Write
        writer.Write(int64 header.Count)

        match header.Source with
        | None -> writer.Write 0
        | Some source ->
            writer.Write source.SnapshotsPerChain
            writer.Write source.Temperature
            writer.Write source.Seed
            writer.Write source.EnergyPerSite.Value
            writer.Write source.EnergyPerSite.StandardError
            text writer source.Model
            writer.Write(uint16 source.Parameters.Length)

            for name, value in source.Parameters do
                text writer name
                text writer value

    /// Length of the fixed part of the header, bytes: version, kind, states and the place of the first snapshot.
    [<Literal>]
    let private Fixed = 8

    /// Writes everything that the SHA-256 covers: header and snapshots.
    let private writeSummed (header: SpinsHeader) (snapshots: byte[] seq) (writer: BinaryWriter) : unit =
        let rest =
            use buffer = new MemoryStream()
            use inner = new BinaryWriter(buffer)
            writeHeader header inner
            inner.Flush()
            buffer.ToArray()

        let struct (kind, states) = codesOf header.Kind
        writer.Write 2us
        writer.Write kind
        writer.Write states
        writer.Write(summedFrom + Fixed + rest.Length)
        writer.Write rest
        snapshots |> Seq.iter (fun (snapshot: byte[]) -> writer.Write snapshot)

    /// Faults of the description of a run that a file cannot store.
    let sourceFaults (source: SnapshotSource) : MiceError list =
        let texts =
            source.Model :: (source.Parameters |> List.collect (fun (name, value) -> [ name; value ]))

        [
            if source.SnapshotsPerChain < 1 then
                MiceError.OutOfRange("snapshots per chain", string source.SnapshotsPerChain, "1 or more")

            for text in texts do
                if Encoding.UTF8.GetByteCount text > LongestText then
                    MiceError.OutOfRange(
                        "a parameter of the model",
                        $"a text of {text.Length} characters",
                        $"at most {LongestText} bytes"
                    )
        ]

    /// Writes a file. The snapshots are enumerated twice: once for the SHA-256 and once for the file. The place of the first snapshot is computed here.
    let write (header: SpinsHeader) (snapshots: byte[] seq) (stream: Stream) : unit =
        let sum = RunStore.digest (writeSummed header snapshots)
        stream.Write(ReadOnlySpan magic)
        stream.Write(ReadOnlySpan(Convert.FromHexString sum))
        use writer = new BinaryWriter(stream, Encoding.UTF8, true)
        writeSummed header snapshots writer

    /// Reads a header of version 1.
    let private readFirst (reader: BinaryReader) : SpinsHeader =
        let kind =
            match reader.ReadByte() with
            | 1uy -> SpinKind.Ising
            | 2uy -> SpinKind.XY
            | other -> bad $"kind of spins number {other} is not known; is it of a newer version of Mice?"

        let lattice = reader.ReadByte()
        let rows, columns = reader.ReadInt32(), reader.ReadInt32()
        let perChain, count = reader.ReadInt32(), reader.ReadInt64()

        let coupling, field, temperature =
            reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()

        let seed = reader.ReadUInt64()

        let energy =
            Estimate.create (reader.ReadDouble()) (reader.ReadDouble()) Direction.Exact

        let name =
            match lattice with
            | 0uy
            | 1uy -> "square"
            | 2uy -> "triangular"
            | other -> bad $"lattice number {other} is not known; is it of a newer version of Mice?"

        {
            Kind = kind
            Shape = [| rows; columns |]
            Count = int (min count (int64 Int32.MaxValue))
            Start = summedFrom + 72
            Source =
                if lattice = 0uy then
                    None
                else
                    Some
                        {
                            Model = (if kind = SpinKind.XY then "xy" else "ising")
                            Parameters =
                                [
                                    if kind = SpinKind.Ising then
                                        "lattice", name
                                    "coupling", Number.text coupling
                                    "field", Number.text field
                                ]
                            Temperature = temperature
                            Seed = seed
                            SnapshotsPerChain = perChain
                            EnergyPerSite = energy
                        }
        }

    let private strict = UTF8Encoding(false, true)

    let private readText (reader: BinaryReader) : string =
        let length = int (reader.ReadUInt16())

        if length > LongestText then
            bad "its header has a text that is too long."

        let bytes = reader.ReadBytes length

        if bytes.Length < length then
            bad "the file is cut short."

        try
            strict.GetString bytes
        with :? DecoderFallbackException ->
            bad "its header has a text that is not UTF-8."

    let private readSource (perChain: int) (reader: BinaryReader) : SnapshotSource =
        let temperature, seed = reader.ReadDouble(), reader.ReadUInt64()

        let energy =
            Estimate.create (reader.ReadDouble()) (reader.ReadDouble()) Direction.Exact

        let model = readText reader

        {
            Model = model
            Parameters = List.init (int (reader.ReadUInt16())) (fun _ -> readText reader, readText reader)
            Temperature = temperature
            Seed = seed
            SnapshotsPerChain = perChain
            EnergyPerSite = energy
        }

    /// Reads a header of version 2.
    let private readSecond (reader: BinaryReader) : SpinsHeader =
        let kind, states = reader.ReadByte(), reader.ReadByte()
        let start, axes = reader.ReadInt32(), reader.ReadInt32()

        if axes < 1 || axes > MostAxes then
            bad $"its header says snapshots with {axes} axes."

        let shape = Array.init axes (fun _ -> reader.ReadInt32())
        let count, perChain = reader.ReadInt64(), reader.ReadInt32()

        let source =
            if perChain = 0 then
                None
            else
                Some(readSource perChain reader)

        if int64 start <> reader.BaseStream.Position then
            bad $"its header says that snapshots begin at byte {start}, and ends at byte {reader.BaseStream.Position}."

        {
            Kind = kindOf kind states
            Shape = shape
            Count = int (min count (int64 Int32.MaxValue))
            Source = source
            Start = start
        }

    let private readHeader (reader: BinaryReader) : SpinsHeader =
        let header =
            match reader.ReadUInt16() with
            | 1us -> readFirst reader
            | 2us -> readSecond reader
            | other -> bad $"version {other} of the .spins format is not known; is it of a newer version of Mice?"

        let sides = LatticeShape.text header.Shape

        if header.Shape |> Array.exists (fun side -> side < 1) || header.Count < 1 then
            bad $"its header says {header.Count} snapshots of {sides} sites."

        let sites = header.Shape |> Array.fold (fun n side -> n * bigint side) 1I

        if header.Count > Array.MaxLength || sites > bigint (Array.MaxLength / 8) then
            bad $"{header.Count} snapshots of {sides} sites are more than Mice reads."

        header

    /// Reads the header of a file whose magic has been checked already, and verifies the length and the SHA-256 of the whole file.
    let openVerified (stream: Stream) : SpinsHeader =
        use reader = new BinaryReader(stream, Encoding.UTF8, true)
        stream.Position <- int64 magic.Length

        let sum = reader.ReadBytes SHA256.HashSizeInBytes

        let header =
            try
                readHeader reader
            with :? EndOfStreamException ->
                bad "the file is cut short."

        let length = bigint header.Start + bigint header.Count * bigint (bytesOf header)

        if bigint stream.Length < length then
            bad "the file is cut short."

        if bigint stream.Length > length then
            bad "there is more in it than its header says."

        stream.Position <- int64 summedFrom

        if SHA256.HashData stream <> sum then
            bad "the file is damaged: its SHA-256 is not the one written in it."

        header

    /// Reads the snapshots that follow a header.
    let snapshots (header: SpinsHeader) (unpack: int -> byte[] -> 'spin[]) (stream: Stream) : LatticeSnapshots<'spin> =
        stream.Position <- int64 header.Start
        let packed = Array.zeroCreate<byte>(int (bytesOf header))

        {
            Shape = header.Shape
            Sites =
                Array.init header.Count (fun _ ->
                    stream.ReadExactly(packed.AsSpan())
                    unpack (LatticeShape.sites header.Shape) packed)
        }
