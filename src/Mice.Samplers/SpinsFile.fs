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

/// What stands at the beginning of a .spins file.
type internal SpinsHeader =
    {
        Kind: SpinKind
        Rows: int
        Columns: int
        Count: int
        Source: SnapshotSource option
    }

/// <summary>The .spins format, byte by byte in docs/lattices.md: magic, SHA-256 of all that follows, header, snapshots; lowest byte first.</summary>
[<RequireQualifiedAccess>]
module internal SpinsFile =
    let private bad fault = raise (BadSnapshots fault)

    /// What every such file begins with.
    let magic = "MICESPIN"B

    let private version = 1us

    /// Magic and SHA-256, then what is summed: the header and the snapshots.
    let private summedFrom = magic.Length + SHA256.HashSizeInBytes

    let private headerLength = summedFrom + 72

    /// Bytes of one snapshot.
    let private bytesOf (header: SpinsHeader) : int64 =
        let sites = int64 header.Rows * int64 header.Columns

        match header.Kind with
        | SpinKind.Ising -> (sites + 7L) / 8L
        | SpinKind.XY -> 8L * sites

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

    let private lattices = [ 1uy, Lattice.Square; 2uy, Lattice.Triangular ]
    let private kinds = [ 1uy, SpinKind.Ising; 2uy, SpinKind.XY ]

    let private codeOf known value =
        known |> List.find (fun (_, v) -> v = value) |> fst

    let private valueOf what known code =
        match List.tryFind (fun (c, _) -> c = code) known with
        | Some(_, value) -> value
        | None -> bad $"{what} number {code} is not known; is it of a newer version of Mice?"

    /// All that the SHA-256 is taken of.
    let private writeSummed (header: SpinsHeader) (snapshots: byte[] seq) (writer: BinaryWriter) : unit =
        let number (field: SnapshotSource -> float) =
            writer.Write(header.Source |> Option.map field |> Option.defaultValue 0.0)

        writer.Write version
        writer.Write(codeOf kinds header.Kind)
        writer.Write(header.Source |> Option.map (fun s -> codeOf lattices s.Lattice) |> Option.defaultValue 0uy)
        writer.Write header.Rows
        writer.Write header.Columns
        writer.Write(header.Source |> Option.map _.SnapshotsPerChain |> Option.defaultValue 0)
        writer.Write(int64 header.Count)
        number _.Coupling
        number _.Field
        number _.Temperature
        writer.Write(header.Source |> Option.map _.Seed |> Option.defaultValue 0UL)
        number _.EnergyPerSite.Value
        number _.EnergyPerSite.StandardError
        snapshots |> Seq.iter (fun (snapshot: byte[]) -> writer.Write snapshot)

    /// Writes a file; the snapshots are packed and gone through twice.
    let write (header: SpinsHeader) (snapshots: byte[] seq) (stream: Stream) : unit =
        let sum = RunStore.digest (writeSummed header snapshots)
        stream.Write(ReadOnlySpan magic)
        stream.Write(ReadOnlySpan(Convert.FromHexString sum))
        use writer = new BinaryWriter(stream, Encoding.UTF8, true)
        writeSummed header snapshots writer

    let private readHeader (reader: BinaryReader) : SpinsHeader =
        match reader.ReadUInt16() with
        | v when v = version -> ()
        | other -> bad $"version {other} of the .spins format is not known; is it of a newer version of Mice?"

        let kind = reader.ReadByte() |> valueOf "kind of spins" kinds
        let lattice = reader.ReadByte()
        let rows, columns = reader.ReadInt32(), reader.ReadInt32()
        let perChain, count = reader.ReadInt32(), reader.ReadInt64()

        let coupling, field, temperature =
            reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()

        let seed = reader.ReadUInt64()

        let energy =
            Estimate.create (reader.ReadDouble()) (reader.ReadDouble()) Direction.Exact

        if rows < 1 || columns < 1 || count < 1L then
            bad $"its header says {count} snapshots of {rows}×{columns} sites."

        if count > int64 Array.MaxLength || int64 rows * int64 columns > int64 Array.MaxLength / 8L then
            bad $"{count} snapshots of {rows}×{columns} sites are more than Mice reads."

        {
            Kind = kind
            Rows = rows
            Columns = columns
            Count = int count
            Source =
                if lattice = 0uy then
                    None
                else
                    Some
                        {
                            Lattice = valueOf "lattice" lattices lattice
                            Coupling = coupling
                            Field = field
                            Temperature = temperature
                            Seed = seed
                            SnapshotsPerChain = perChain
                            EnergyPerSite = energy
                        }
        }

    /// The header of a whole and undamaged file, read from its beginning, which is known to be the magic.
    let openVerified (stream: Stream) : SpinsHeader =
        if stream.Length < int64 headerLength then
            bad "the file is cut short."

        use reader = new BinaryReader(stream, Encoding.UTF8, true)
        stream.Position <- int64 magic.Length
        let sum = reader.ReadBytes SHA256.HashSizeInBytes
        let header = readHeader reader
        let length = bigint headerLength + bigint header.Count * bigint (bytesOf header)

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
        stream.Position <- int64 headerLength
        let packed = Array.zeroCreate<byte>(int (bytesOf header))

        {
            Rows = header.Rows
            Columns = header.Columns
            Sites =
                Array.init header.Count (fun _ ->
                    stream.ReadExactly(packed.AsSpan())
                    unpack (header.Rows * header.Columns) packed)
        }
