namespace Mice.Entropy

open System
open System.Numerics
open Mice
open Mice.Samplers

/// <summary>How often every pattern of spins occurred in a block, over all its translations on the torus, by groups of
/// consecutive snapshots (at most 32).</summary>
type BlockCounts =
    internal
        {
            /// The block.
            Shape: BlockShape
            /// Counts of each group, [groups][2^sites]; bit i of a pattern is set where the spin of site i is up.
            Groups: int[][]
        }

    /// Counts over all snapshots, [2^sites]; bit i of an index is set where the spin of site i, in row-by-row order, is up.
    member counts.Total: int[] =
        let total = Array.zeroCreate counts.Groups[0].Length

        for group in counts.Groups do
            for i in 0 .. total.Length - 1 do
                total[i] <- total[i] + group[i]

        total

/// Counting, and summing counts over sites.
[<RequireQualifiedAccess>]
module BlockCounts =
    /// Patterns that one vector instruction makes.
    let private lanes = Vector<uint32>.Count

    /// −1 and +1 become 0 and 1.
    let inline private bit (spin: sbyte) = uint32 (int spin + 1) >>> 1

    /// Spins of one snapshot as bits, looked at through windows: bit k of windows[row·stride + c] is the spin at column c + k,
    /// around the torus, for c below stride = columns + reach and k below reach.
    let private fillWindows rows columns reach (spins: sbyte[]) (windows: uint32[]) =
        let stride = columns + reach

        for row in 0 .. rows - 1 do
            let line = ReadOnlySpan(spins, row * columns, columns)
            let target = Span(windows, row * stride, stride)
            let mutable window = 0u

            for c in stride + reach - 1 .. -1 .. columns do
                window <- (window <<< 1) ||| bit line[c % columns]

                if c < stride then
                    target[c] <- window

            for c in columns - 1 .. -1 .. 0 do
                window <- (window <<< 1) ||| bit line[c]
                target[c] <- window

    /// The patterns of the blocks at all columns of one row. Both arrays go on for at least one vector.
    let private fillPatterns rows columns reach (runs: BlockRun[]) row (windows: uint32[]) (patterns: uint32[]) =
        for c in 0..lanes .. columns - 1 do
            let mutable pattern = Vector<uint32>.Zero

            for run in runs do
                let first = (row + run.Row) % rows * (columns + reach) + run.Column

                let seen =
                    Vector.BitwiseAnd(Vector(windows, first + c), Vector((1u <<< run.Length) - 1u))

                pattern <- Vector.BitwiseOr(pattern, Vector.ShiftLeft(seen, run.Bit))

            pattern.CopyTo(patterns, c)

    let private countGroup (shape: BlockShape) rows columns (group: sbyte[][]) : int[] =
        let reach = shape.Columns
        let runs = BlockShape.runs shape
        let windows = Array.zeroCreate (rows * (columns + reach) + lanes)
        let patterns = Array.zeroCreate (columns + lanes)
        let counts = Array.zeroCreate (1 <<< shape.Sites)

        for spins in group do
            fillWindows rows columns reach spins windows

            for row in 0 .. rows - 1 do
                fillPatterns rows columns reach runs row windows patterns

                for c in 0 .. columns - 1 do
                    let pattern = int patterns[c]
                    counts[pattern] <- counts[pattern] + 1

        counts

    let private tooManyFault (snapshots: LatticeSnapshots<sbyte>) =
        let blocks =
            int64 snapshots.Sites.Length * int64 (snapshots.Rows * snapshots.Columns)

        [
            if blocks > int64 Int32.MaxValue then
                MiceError.OutOfRange("the number of blocks to be counted", string blocks, $"at most {Int32.MaxValue}")
        ]

    /// <summary>Counts the patterns of a block at every site of every snapshot.</summary>
    /// <param name="shape">The block, of 1 to 20 sites.</param>
    /// <param name="snapshots">Independent snapshots of ±1 spins.</param>
    /// <returns>Errors: TooFewData (below two snapshots), Mismatch (a snapshot of another size), OutOfRange (a spin that is not
    /// ±1, a block that is too large to count or does not fit into the torus, more than 2³¹ − 1 blocks).</returns>
    let count (shape: BlockShape) (snapshots: LatticeSnapshots<sbyte>) : Result<BlockCounts, MiceError list> =
        match
            SpinSnapshots.faults snapshots
            @ BlockShape.faults snapshots.Rows snapshots.Columns shape
            @ tooManyFault snapshots
        with
        | [] ->
            Ok
                {
                    Shape = shape
                    Groups =
                        SpinSnapshots.groups snapshots |> Array.map (countGroup shape snapshots.Rows snapshots.Columns)
                }
        | faults -> Error faults

    /// The counts of a part of the block, without looking at the snapshots again: every translation of the part is a part of
    /// exactly one translation of the block.
    let internal marginal (part: BlockShape) (counts: BlockCounts) : BlockCounts =
        match BlockShape.bitsIn counts.Shape part with
        | None -> invalidArg (nameof part) "The block does not contain the part."
        | Some bits ->
            let reduced pattern =
                let mutable image = 0

                for i in 0 .. bits.Length - 1 do
                    image <- image ||| (((pattern >>> bits[i]) &&& 1) <<< i)

                image

            let images = Array.init (1 <<< counts.Shape.Sites) reduced

            let sum (group: int[]) =
                let summed = Array.zeroCreate (1 <<< part.Sites)

                for pattern in 0 .. group.Length - 1 do
                    summed[images[pattern]] <- summed[images[pattern]] + group[pattern]

                summed

            {
                Shape = part
                Groups = counts.Groups |> Array.map sum
            }
