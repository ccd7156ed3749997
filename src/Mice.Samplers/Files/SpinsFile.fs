namespace Mice.Samplers

open System
open System.Buffers.Binary
open System.IO
open System.Security.Cryptography
open System.Text
open Mice

/// What is wrong with a file of snapshots.
exception internal BadSnapshots of fault: string

/// What a .spins file holds.
[<RequireQualifiedAccess>]
type internal SpinKind =
    /// Ising spins, one bit each.
    | Ising
    /// Angles of XY spins, eight bytes each.
    | XY
    /// Spins in one of so many states, from 0 on, one byte each.
    | States of int

/// What stands at the beginning of a .spins file.
type internal SpinsHeader =
    {
        Kind: SpinKind
        Shape: int[]
        Count: int
        Source: SnapshotSource option
        /// Where the first snapshot begins, bytes from the start of the file.
        Start: int
    }

/// <summary>The .spins format, byte by byte in docs/lattices.md: magic, SHA-256 of all that follows, header, snapshots; lowest byte first.
/// Written is version 2; version 1, of two axes, Ising and XY models alone, is read too.</summary>
[<RequireQualifiedAccess>]
module internal SpinsFile =
    let private bad fault = raise (BadSnapshots fault)

    /// What every such file begins with.
    let magic = "MICESPIN"B

    /// Magic and SHA-256, then what is summed: the header and the snapshots.
    let private summedFrom = magic.Length + SHA256.HashSizeInBytes

    /// Most axes and most characters of a text, so that a damaged header asks for no memory.
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

    /// One bit for every spin, 1 for +1, the highest bit of a byte first; the last byte is filled with zeros.
    let pack (spins: sbyte[]) : byte[] =
        let packed = Array.zeroCreate ((spins.Length + 7) / 8)

        for i in 0 .. spins.Length - 1 do
            if spins[i] > 0y then
                packed[i / 8] <- packed[i / 8] ||| (0x80uy >>> i % 8)

        packed

    /// The spins of so many sites.
    let unpack (sites: int) (packed: byte[]) : sbyte[] =
        Array.init sites (fun i ->
            if packed[i / 8] &&& (0x80uy >>> i % 8) <> 0uy then
                1y
            else
                -1y)

    /// Eight bytes for every angle.
    let packAngles (angles: float[]) : byte[] =
        let packed = Array.zeroCreate (8 * angles.Length)

        angles
        |> Array.iteri (fun i angle -> BinaryPrimitives.WriteDoubleLittleEndian(Span(packed, 8 * i, 8), angle))

        packed

    /// The angles of so many sites.
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

    /// Everything between the SHA-256 and the snapshots but for where those begin.
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

    /// Version, kind, states and the place of the first snapshot stand before the rest of the header.
    [<Literal>]
    let private Fixed = 8

    /// All that the SHA-256 is taken of.
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

    /// Faults of what is known of the source that a file cannot keep.
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

    /// Writes a file; the snapshots are packed and gone through twice. Where they begin is found here.
    let write (header: SpinsHeader) (snapshots: byte[] seq) (stream: Stream) : unit =
        let sum = RunStore.digest (writeSummed header snapshots)
        stream.Write(ReadOnlySpan magic)
        stream.Write(ReadOnlySpan(Convert.FromHexString sum))
        use writer = new BinaryWriter(stream, Encoding.UTF8, true)
        writeSummed header snapshots writer

    /// What the header of version 1 says.
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

    /// What the header of version 2 says.
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

    /// The header of a whole and undamaged file, read from its beginning, which is known to be the magic.
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

    /// The snapshots of a file whose header has been read.
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
