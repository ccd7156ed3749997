namespace Mice.Entropy

open System
open System.Numerics
open Mice
open Mice.Samplers

/// <summary>How often every pattern of spins occurred in a block, over all its translations on the torus, by groups of
/// consecutive snapshots (at most 32).</summary>
type internal BlockCounts =
    internal
        {
            /// The block.
            Shape: BlockShape
            /// q, the states of a site: 2 for ±1.
            States: int
            /// Counts of each group, [groups][q^sites]; site i of a pattern counts q^i times its state, 1 for a spin that is up.
            Groups: int[][]
        }

    /// Counts over all snapshots, [q^sites]; site i, in the order of the lattice's sites, counts q^i times its state.
    member counts.Total: int[] =
        let total = Array.zeroCreate counts.Groups[0].Length

        for group in counts.Groups do
            for i in 0 .. total.Length - 1 do
                total[i] <- total[i] + group[i]

        total

/// Counting, and summing counts over sites.
[<RequireQualifiedAccess>]
module internal BlockCounts =
    /// Number of patterns that one vector instruction computes.
    let private lanes = Vector<uint32>.Count

    /// −1 and +1 become 0 and 1.
    let inline private bit (spin: sbyte) = uint32 (int spin + 1) >>> 1

    /// Spins of one snapshot as bits in overlapping windows along the rows: bit k of windows[row·stride + c] is the spin at column c + k, around the torus,
    /// for c below stride = columns + reach and k below reach.
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

    /// For each row of the torus, the row at an offset from this row. A row is a line of sites along the last axis.
    let private rowsAt (torus: int[]) (offset: int[]) : int[] =
        let across = torus[.. torus.Length - 2]

        Array.init (LatticeShape.sites across) (LatticeShape.siteAt across offset)

    /// Patterns of the blocks that begin in one row, one for each column. Each run comes with the row that the run lies in, for every row of the torus. Both
    /// arrays have room for one vector beyond the last column.
    let private fillPatterns
        columns
        reach
        (runs: struct (BlockRun * int[])[])
        row
        (windows: uint32[])
        (patterns: uint32[])
        =
        for c in 0..lanes .. columns - 1 do
            let mutable pattern = Vector<uint32>.Zero

            for struct (run, rows) in runs do
                let first = rows[row] * (columns + reach) + run.Column

                let seen =
                    Vector.BitwiseAnd(Vector(windows, first + c), Vector((1u <<< run.Length) - 1u))

                pattern <- Vector.BitwiseOr(pattern, Vector.ShiftLeft(seen, run.Site))

            pattern.CopyTo(patterns, c)

    let private countSpins (shape: BlockShape) (torus: int[]) (group: sbyte[][]) : int[] =
        let columns = Array.last torus
        let rows = LatticeShape.sites torus / columns
        let reach = Array.last shape.Sides

        let runs =
            BlockShape.runs shape |> Array.map (fun run -> struct (run, rowsAt torus run.Row))

        let windows = Array.zeroCreate (rows * (columns + reach) + lanes)
        let patterns = Array.zeroCreate (columns + lanes)
        let counts = Array.zeroCreate (1 <<< shape.Sites)

        for spins in group do
            fillWindows rows columns reach spins windows

            for row in 0 .. rows - 1 do
                fillPatterns columns reach runs row windows patterns

                for c in 0 .. columns - 1 do
                    let pattern = int patterns[c]
                    counts[pattern] <- counts[pattern] + 1

        counts

    /// Sites of the block that begins at each site of the torus, in one array [torus·sites].
    let private sitesOf (shape: BlockShape) (torus: int[]) : int[] =
        [|
            for site in 0 .. LatticeShape.sites torus - 1 do
                for offset in shape.Offsets -> LatticeShape.siteAt torus offset site
        |]

    let private countStates states (shape: BlockShape) (sites: int[]) (group: byte[][]) : int[] =
        let counts = Array.zeroCreate (pown states shape.Sites)
        let size = shape.Sites

        for spins in group do
            for first in 0..size .. sites.Length - 1 do
                let mutable pattern = 0

                // The last site has the largest place value.
                for i in first + size - 1 .. -1 .. first do
                    pattern <- pattern * states + int spins[sites[i]]

                counts[pattern] <- counts[pattern] + 1

        counts

    let private tooManyFault (snapshots: LatticeSnapshots<'spin>) =
        let blocks = int64 snapshots.Sites.Length * int64 (LatticeSnapshots.sites snapshots)

        [
            if blocks > int64 Int32.MaxValue then
                MiceError.OutOfRange("the number of blocks to be counted", string blocks, $"at most {Int32.MaxValue}")
        ]

    let private counted states shape own (countGroup: 'spin[][] -> int[]) (snapshots: LatticeSnapshots<'spin>) =
        match own @ BlockShape.faults states snapshots.Shape shape @ tooManyFault snapshots with
        | [] ->
            Ok
                {
                    Shape = shape
                    States = states
                    Groups = SpinSnapshots.groups snapshots |> Array.map countGroup
                }
        | faults -> Error faults

    /// <summary>Counts the patterns of a block at every site of every snapshot.</summary>
    /// <param name="shape">The block, of 1 to 20 sites.</param>
    /// <param name="snapshots">Independent snapshots of ±1 spins.</param>
    /// <returns>Errors: TooFewData (below two snapshots), Mismatch (a snapshot of another size), OutOfRange (a spin that is not
    /// ±1, a block that is too large to count or does not fit into the torus, more than 2³¹ − 1 blocks).</returns>
    let count (shape: BlockShape) (snapshots: LatticeSnapshots<sbyte>) : Result<BlockCounts, MiceError list> =
        counted 2 shape (SpinSnapshots.faults snapshots) (countSpins shape snapshots.Shape) snapshots

    /// <summary>Counts the patterns of a block of spins in states, at every site of every snapshot.</summary>
    /// <param name="states">Number of states, 2 or more.</param>
    /// <param name="shape">The block, of at most 2²⁰ patterns.</param>
    /// <param name="snapshots">Independent snapshots of states, numbered from 0 on.</param>
    /// <returns>Errors: those of <c>count</c>.</returns>
    let ofStates
        (states: int)
        (shape: BlockShape)
        (snapshots: LatticeSnapshots<byte>)
        : Result<BlockCounts, MiceError list> =
        // Lazy: computed only after the checks, for a shape without sites has none.
        let sites = lazy (sitesOf shape snapshots.Shape)

        counted
            states
            shape
            (SpinSnapshots.stateFaults states snapshots)
            (fun group -> countStates states shape sites.Value group)
            snapshots

    /// Counts of a part of the block, from the counts of the block alone: every translation of the part belongs to exactly one translation of the block.
    let internal marginal (part: BlockShape) (counts: BlockCounts) : BlockCounts =
        match BlockShape.sitesIn counts.Shape part with
        | None -> invalidArg (nameof part) "The block does not contain the part."
        | Some sites ->
            let powers = Array.init counts.Shape.Sites (pown counts.States)

            let reduced pattern =
                let mutable image = 0

                for i in 0 .. sites.Length - 1 do
                    image <- image + pattern / powers[sites[i]] % counts.States * powers[i]

                image

            let images = Array.init counts.Groups[0].Length reduced

            let sum (group: int[]) =
                let summed = Array.zeroCreate (pown counts.States part.Sites)

                for pattern in 0 .. group.Length - 1 do
                    summed[images[pattern]] <- summed[images[pattern]] + group[pattern]

                summed

            { counts with
                Shape = part
                Groups = counts.Groups |> Array.map sum
            }
