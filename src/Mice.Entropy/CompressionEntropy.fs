namespace Mice.Entropy

open System
open System.IO.Compression
open Mice
open Mice.Samplers

/// <summary>The entropy per site as a compressor sees it.</summary>
type CompressionResult =
    {
        /// s = ln 2 · (C_d − C_0)/(C_1 − C_0).
        EntropyPerSite: Estimate<nat / site>
        /// C_d: the snapshots compressed, bytes.
        DataBytes: int
        /// C_0: as many equal spins compressed, bytes.
        ConstantBytes: int
        /// C_1: as many random spins compressed, bytes.
        RandomBytes: int
        /// Whether there are enough spins and snapshots.
        Checks: Check list
    }

/// An entropy from a general-purpose compressor, the baseline that knows nothing of the lattice.
[<RequireQualifiedAccess>]
module CompressionEntropy =
    /// Spins run down the four rows of a strip, then on to the next column, so that a byte holds 4×2 sites.
    [<Literal>]
    let private StripRows = 4

    /// Sites in the order in which they are stored, [rows·columns].
    let internal stripOrder rows columns =
        [|
            for top in 0..StripRows .. rows - 1 do
                for column in 0 .. columns - 1 do
                    for row in top .. min rows (top + StripRows) - 1 do
                        yield row * columns + column
        |]

    /// One bit for each spin; every snapshot begins with a new byte.
    let internal pack (order: int[]) (snapshots: sbyte[][]) : byte[] =
        let length = (order.Length + 7) / 8
        let bytes = Array.zeroCreate (snapshots.Length * length)

        for i in 0 .. snapshots.Length - 1 do
            for k in 0 .. order.Length - 1 do
                if snapshots[i][order[k]] > 0y then
                    bytes[i * length + k / 8] <- bytes[i * length + k / 8] ||| (1uy <<< (k % 8))

        bytes

    /// Bytes that are left by Brotli (RFC 7932) at its highest quality and with its largest window.
    let private compressedSize (data: byte[]) : int =
        let target = Array.zeroCreate (BrotliEncoder.GetMaxCompressedLength data.Length)
        let mutable written = 0

        if not (BrotliEncoder.TryCompress(ReadOnlySpan data, Span target, &written, 11, 24)) then
            invalidOp "Brotli did not fit into the room that it asked for."

        written

    let private randomSpins (key: Key) count (sites: int) =
        let generator = Key.generator key
        Array.init count (fun _ -> Array.init sites (fun _ -> if generator.NextUInt64() >>> 63 = 0UL then -1y else 1y))

    /// Scatter of the sizes of groups that are compressed alone, nats per site.
    let private groupError order (groups: sbyte[][][]) =
        groups
        |> Array.map (fun group ->
            let spins = float (group.Length * Array.length order)
            8.0 * log 2.0 * float (group |> pack order |> compressedSize) / spins)
        |> Statistics.standardError

    let private checks (groups: sbyte[][][]) (slack: float) (error: float) : Check list =
        [
            {
                Name = "snapshots enough for an error"
                Passed = groups.Length >= 20
                Detail = $"the error comes from {groups.Length} groups of snapshots; use 20 snapshots or more"
            }
            {
                Name = "spins enough for the compressor"
                Passed = slack <= error
                Detail =
                    $"what the compressor adds to any data is {slack:G2} nats per site, the standard error {error:G2}; "
                    + "where it is more than the error, give more spins"
            }
        ]

    /// <summary>s = η ln 2 per site, η = (C_d − C_0)/(C_1 − C_0) with the compressed sizes of the data C_d, of as many equal
    /// spins C_0 and of as many random ones C_1.</summary>
    /// <remarks>An upper bound up to the normalisation: no lossless code is shorter than the entropy on average and random bits
    /// cannot be shortened, so s exceeds the entropy but for at most 8 ln 2 (C_0 + C_1 − N/8)/N for N spins, which is below 1e-3 from
    /// 10⁵ spins on; the second check says whether it matters. It is loose, more so
    /// the more correlated the spins are, since matches are looked for along a line: by 0.04 nats per site for the Ising model at
    /// T = 2, T_c and 2.5, by 0.1 for the triangular antiferromagnet at T = 1 (300 snapshots of 64×64). Spins are stored eight to a
    /// byte along strips of four rows, so 4×2 sites in each: of all ways that were tried this left the least in all of these cases
    /// (strips of two rows came within 2e-4 of it at T_c). There rows leave 0.07 and the Hilbert curve, which needs 2ⁿ×2ⁿ sites, 0.05. One
    /// byte for each spin leaves 0.09 to 0.15, and random spins then take up to 1.2 bits each, so that the normalisation would lose the
    /// bound. LZMA2 at its highest settings, for all of its ways to predict a byte that were tried, leaves 0.001 more than Brotli at T = 2 and 0.02 more at T_c and
    /// for the antiferromagnet (2,048 snapshots).
    /// The error is the scatter of groups of snapshots compressed alone.
    /// Source: R. Avinery, M. Kornreich, R. Beck, Phys. Rev. Lett. 123, 178102 (2019),
    /// doi:10.1103/PhysRevLett.123.178102.</remarks>
    /// <param name="key">Randomness of the random spins.</param>
    /// <param name="snapshots">Independent snapshots of ±1 spins, two or more, of at least 1,024 spins together.</param>
    /// <returns>Errors: TooFewData, Mismatch (a snapshot of another size), OutOfRange (a spin that is not ±1).</returns>
    let estimate (key: Key) (snapshots: LatticeSnapshots<sbyte>) : Result<CompressionResult, MiceError list> =
        let sites, count = snapshots.Rows * snapshots.Columns, snapshots.Sites.Length

        let tooFew =
            [
                if count * sites < 1024 then
                    MiceError.TooFewData(
                        "spins",
                        count * sites,
                        1024,
                        "A compressor's own header would count; sample more."
                    )
            ]

        match SpinSnapshots.faults snapshots @ tooFew with
        | [] ->
            let order = stripOrder snapshots.Rows snapshots.Columns
            let size = pack order >> compressedSize
            let data = size snapshots.Sites
            let constant = size (Array.create count (Array.create sites -1y))
            let random = size (randomSpins key count sites)
            let groups = SpinSnapshots.groups snapshots
            let error = groupError order groups
            let value = log 2.0 * float (data - constant) / float (random - constant)
            let spins = float count * float sites
            let slack = 8.0 * log 2.0 * (float (constant + random) - spins / 8.0) / spins

            Ok
                {
                    EntropyPerSite =
                        Estimate.create (value * 1.0<nat / site>) (error * 1.0<nat / site>) Direction.UpperBound
                    DataBytes = data
                    ConstantBytes = constant
                    RandomBytes = random
                    Checks = checks groups slack error
                }
        | faults -> Error faults
