namespace Mice.Entropy

open System
open System.IO.Compression
open System.Numerics
open Mice
open Mice.Samplers

/// <summary>The entropy per site as a compressor sees it.</summary>
type internal CompressionResult =
    {
        /// s = ln n · (C_d − C_0)/(C_1 − C_0) for n states of a site; for angles in n parts of the circle, plus ln(2π/n).
        EntropyPerSite: Estimate<nat / site>
        /// C_d: the snapshots compressed, bytes.
        DataBytes: int
        /// C_0: the compressed size of as many spins that are all in one state, bytes.
        ConstantBytes: int
        /// C_1: the compressed size of as many independent random spins, bytes.
        RandomBytes: int
        /// Whether there are enough spins and snapshots.
        Checks: Check list
    }

/// An entropy from a general-purpose compressor, the baseline that knows nothing of the lattice.
[<RequireQualifiedAccess>]
module internal CompressionEntropy =
    /// Spins run down the four rows of a strip, then on to the next column, so that a byte holds 4×2 sites.
    [<Literal>]
    let private StripRows = 4

    /// Sites in the order in which they are stored, [sites]: plane after plane of the last two axes.
    let internal stripOrder (shape: int[]) =
        let columns = Array.last shape
        let rows = if shape.Length > 1 then shape[shape.Length - 2] else 1
        let planes = LatticeShape.sites shape / (rows * columns)

        [|
            for plane in 0 .. planes - 1 do
                for top in 0..StripRows .. rows - 1 do
                    for column in 0 .. columns - 1 do
                        for row in top .. min rows (top + StripRows) - 1 do
                            yield (plane * rows + row) * columns + column
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

    /// As many states in one byte as 256 values allow; every snapshot begins with a new byte.
    let internal packStates (states: int) (order: int[]) (snapshots: byte[][]) : byte[] =
        let together = int (floor (log 256.5 / log (float states)))

        [|
            for spins in snapshots do
                for sites in Array.chunkBySize together order do
                    byte (Array.foldBack (fun site sum -> sum * states + int spins[site]) sites 0)
        |]

    /// Size of the data after compression by Brotli (RFC 7932) at its highest quality and with its largest window, bytes.
    let private compressedSize (data: byte[]) : int =
        let target = Array.zeroCreate (BrotliEncoder.GetMaxCompressedLength data.Length)
        let mutable written = 0

        if not (BrotliEncoder.TryCompress(ReadOnlySpan data, Span target, &written, 11, 24)) then
            invalidOp "Brotli did not fit into the room that it asked for."

        written

    let private randomSpins (key: Key) count (sites: int) =
        let generator = Key.generator key
        Array.init count (fun _ -> Array.init sites (fun _ -> if generator.NextUInt64() >>> 63 = 0UL then -1y else 1y))

    /// Number of parts that the circle is divided into; a part is one byte.
    let private directions = 256

    /// Direction of each spin relative to the mean direction of its neighbours to the left and in the row before, as one of the parts of the circle, [sites].
    /// Spins of the first row and of the first column have one such neighbour; the first site has none and is taken relative to θ = 0.
    let internal turns columns (spins: Vector2[]) : byte[] =
        let mean site =
            let left = if site % columns > 0 then spins[site - 1] else Vector2.Zero

            let above =
                if site >= columns then
                    spins[site - columns]
                else
                    Vector2.Zero

            let sum = left + above
            if sum = Vector2.Zero then Vector2.UnitX else sum

        spins
        |> Array.mapi (fun site u ->
            let m = mean site
            let turn = atan2 (m.X * u.Y - m.Y * u.X) (Vector2.Dot(m, u)) |> float
            let share = turn / Math.Tau + 0.5
            byte (min (directions - 1) (int (float directions * share))))

    /// How snapshots become bytes, and what the sizes of those bytes mean.
    type private Coding<'spin> =
        {
            Bytes: 'spin[][] -> byte[]
            /// Bytes of as many snapshots whose sites are all in one state.
            Constant: byte[]
            /// Bytes of as many snapshots whose sites are in independent random states, all equally likely.
            Random: byte[]
            /// ln n, n the number of states of a site; nats.
            States: float
            /// Logarithm of the volume of one state, nats: 0 for spins ±1, ln(2π/n) for angles.
            Volume: float
        }

    /// Scatter of the sizes of groups that are compressed alone, nats per site; not below what whole bytes leave open, a uniform error of one byte for each group.
    let private groupError code sites (groups: 'spin[][][]) =
        let perByte (group: 'spin[][]) =
            8.0 * log 2.0 / float (group.Length * sites)

        let scatter =
            groups
            |> Array.map (fun group -> perByte group * float (group |> code |> compressedSize))
            |> Statistics.standardError

        let whole = (groups |> Array.averageBy perByte) / sqrt (12.0 * float groups.Length)
        // NaN stays NaN: one group has no scatter.
        if scatter < whole then whole else scatter

    let private checks (groups: 'spin[][][]) (slack: float) (error: float) : Check list =
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

    /// The least number of spins.
    [<Literal>]
    let private FewestSpins = 1024

    let private tooFew (snapshots: LatticeSnapshots<'spin>) =
        let spins = snapshots.Sites.Length * LatticeSnapshots.sites snapshots

        [
            if spins < FewestSpins then
                MiceError.TooFewData("spins", spins, FewestSpins, "A compressor's own header would count; sample more.")
        ]

    let private measured (coding: Coding<'spin>) (snapshots: LatticeSnapshots<'spin>) : CompressionResult =
        let sites = LatticeSnapshots.sites snapshots
        let data = snapshots.Sites |> coding.Bytes |> compressedSize
        let constant, random = compressedSize coding.Constant, compressedSize coding.Random
        let groups = SpinSnapshots.groups snapshots
        let error = groupError coding.Bytes sites groups

        let value =
            coding.Volume + coding.States * float (data - constant) / float (random - constant)

        let spins = float snapshots.Sites.Length * float sites
        let slack = 8.0 * log 2.0 * float (constant + random) / spins - coding.States

        {
            EntropyPerSite = Estimate.create (value * 1.0<nat / site>) (error * 1.0<nat / site>) Direction.UpperBound
            DataBytes = data
            ConstantBytes = constant
            RandomBytes = random
            Checks = checks groups slack error
        }

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
        match SpinSnapshots.faults snapshots @ tooFew snapshots with
        | [] ->
            let sites, count = LatticeSnapshots.sites snapshots, snapshots.Sites.Length
            let bytes = stripOrder snapshots.Shape |> pack

            snapshots
            |> measured
                {
                    Bytes = bytes
                    Constant = bytes (Array.create count (Array.create sites -1y))
                    Random = bytes (randomSpins key count sites)
                    States = log 2.0
                    Volume = 0.0
                }
            |> Ok
        | faults -> Error faults

    /// <summary>Entropy per site of spins that are each in one of q states, by the normalisation of <c>estimate</c>: s = η ln q. A byte holds as many sites as
    /// its 256 values allow. For q other than 2, 4 and 16 some values of a byte are never used; the random spins leave out the same values, so the
    /// normalisation accounts for that.</summary>
    /// <param name="states">q, 2 or more.</param>
    /// <param name="key">Randomness of the random spins.</param>
    /// <param name="snapshots">Independent snapshots of states, two or more, of at least 1,024 spins together.</param>
    /// <returns>Errors: TooFewData, Mismatch (a snapshot of another size), OutOfRange (a spin that is none of the states).</returns>
    let ofStates
        (states: int)
        (key: Key)
        (snapshots: LatticeSnapshots<byte>)
        : Result<CompressionResult, MiceError list> =
        match SpinSnapshots.stateFaults states snapshots @ tooFew snapshots with
        | [] ->
            let sites, count = LatticeSnapshots.sites snapshots, snapshots.Sites.Length
            let bytes = stripOrder snapshots.Shape |> packStates states
            let generator = Key.generator key
            let random () = byte (generator.NextInt states)

            snapshots
            |> measured
                {
                    Bytes = bytes
                    Constant = bytes (Array.create count (Array.zeroCreate sites))
                    Random = bytes (Array.init count (fun _ -> Array.init sites (fun _ -> random ())))
                    States = log (float states)
                    Volume = 0.0
                }
            |> Ok
        | faults -> Error faults

    /// Most spins of angles that are compressed; further snapshots are left out, since a compressor takes seconds for each million of them.
    [<Literal>]
    let private MostAngles = 1048576

    /// <summary>Entropy per site of planar spins relative to dθ, by the normalisation of <c>estimate</c>: s = η ln 256 + ln(2π/256). Compressed is the angle
    /// between each spin and the mean direction of its neighbours to the left and above, in 256 equal parts of the circle.</summary>
    /// <remarks>Taking such a direction off changes no volume, and dividing the circle only adds: h(θ) ≤ H(part) + ln(2π/256), so this too is an
    /// upper bound up to the normalisation. A compressor finds no matches among such bytes, only how often each occurs: with the left neighbour alone it is looser by
    /// 0.05 to 0.15, with the angles themselves by 0.1 at T = 2 and 0.5 at T = 0.1 (64×64 sites). At most 2²⁰ spins are looked at, in snapshots
    /// evenly taken. Source of the treatment of continuous variables: that of <c>estimate</c>.</remarks>
    /// <param name="key">Randomness of the random directions.</param>
    /// <param name="snapshots">Independent snapshots of unit vectors, two or more, of at least 1,024 spins together.</param>
    /// <returns>Errors: TooFewData, Mismatch (a snapshot of another size), OutOfRange (an angle that is not finite).</returns>
    let estimatePlanar (key: Key) (snapshots: LatticeSnapshots<Vector2>) : Result<CompressionResult, MiceError list> =
        match SpinSnapshots.planarFaults snapshots @ tooFew snapshots with
        | [] ->
            let sites, count = LatticeSnapshots.sites snapshots, snapshots.Sites.Length
            let taken = min count (max 2 (MostAngles / sites))

            let some =
                { snapshots with
                    Sites = Array.init taken (fun i -> snapshots.Sites[int (int64 i * int64 count / int64 taken)])
                }

            let generator = Key.generator key

            some
            |> measured
                {
                    Bytes = Array.collect (turns (Array.last snapshots.Shape))
                    Constant = Array.zeroCreate (taken * sites)
                    Random = Array.init (taken * sites) (fun _ -> byte (generator.NextInt directions))
                    States = log (float directions)
                    Volume = log (Math.Tau / float directions)
                }
            |> Ok
        | faults -> Error faults
