namespace Mice.Alloys

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices

/// Sums of c·Π s over groups of terms, in flat arrays. Terms of one coefficient and size are a run, whose products are counted as whole numbers.
[<Sealed; AllowNullLiteral(false)>]
type internal TermRuns(groups: struct (int[] * float)[][]) =
    let runs =
        groups
        |> Array.map (
            Array.groupBy (fun (struct (sites, coefficient)) -> struct (sites.Length, coefficient))
            >> Array.sortBy fst
        )

    let all = Array.concat runs
    // [groups + 1]: the first run of each group.
    let groupStarts = runs |> Array.scan (fun start r -> start + r.Length) 0
    // [runs]: how many sites each term has, how many terms, where their sites begin, and their coefficient.
    let sizes = all |> Array.map (fun (struct (size, _), _) -> size)
    let termCounts = all |> Array.map (fun (_, terms) -> terms.Length)
    let coefficients = all |> Array.map (fun (struct (_, c), _) -> c)
    let starts = Array.map2 (*) sizes termCounts |> Array.scan (+) 0

    let members =
        all |> Array.collect (fun (_, terms) -> terms |> Array.collect (fun (struct (sites, _)) -> sites))

    /// How many terms of a run have an odd number of sites in state 1.
    let odd (states: byref<byte>) run =
        let sites = &MemoryMarshal.GetArrayDataReference members
        let mutable at, sum = starts[run], 0
        let last = starts[run + 1]

        match sizes[run] with
        | 1 ->
            while at < last do
                sum <- sum + int (Unsafe.Add(&states, Unsafe.Add(&sites, at)))
                at <- at + 1
        | 2 ->
            while at < last do
                let a = Unsafe.Add(&states, Unsafe.Add(&sites, at))
                let b = Unsafe.Add(&states, Unsafe.Add(&sites, at + 1))
                sum <- sum + int (a ^^^ b)
                at <- at + 2
        | 3 ->
            while at < last do
                let a = Unsafe.Add(&states, Unsafe.Add(&sites, at))
                let b = Unsafe.Add(&states, Unsafe.Add(&sites, at + 1))
                let c = Unsafe.Add(&states, Unsafe.Add(&sites, at + 2))
                sum <- sum + int (a ^^^ b ^^^ c)
                at <- at + 3
        | size ->
            while at < last do
                let mutable parity = 0uy

                for k in at .. at + size - 1 do
                    parity <- parity ^^^ Unsafe.Add(&states, Unsafe.Add(&sites, k))

                sum <- sum + int parity
                at <- at + size

        sum

    /// Σ c·Π s over a group. Nothing is checked: the states must be there, and be 0 or 1.
    member _.Sum(group: int, states: byte[], first: int) : float =
        let origin = &Unsafe.Add(&MemoryMarshal.GetArrayDataReference states, first)
        let mutable sum = 0.0

        for run in groupStarts[group] .. groupStarts[group + 1] - 1 do
            let n = termCounts[run]
            // A product is −1 for an odd number of sites in state 0.
            let products = if sizes[run] = 0 then n else n - 2 * odd &origin run
            sum <- sum + coefficients[run] * float (if sizes[run] % 2 = 0 then products else -products)

        sum

    /// Configurations that are worked on side by side: bytes of a vector.
    static member Lanes: int = Vector<byte>.Count

    /// Adds the bytes of a vector to whole numbers.
    static member private AddTo(counts: int[], bytes: Vector<byte>) : unit =
        let step = Vector<uint32>.Count
        let mutable low, high = Vector<uint16>.Zero, Vector<uint16>.Zero
        let mutable a, b = Vector<uint32>.Zero, Vector<uint32>.Zero
        let mutable c, d = Vector<uint32>.Zero, Vector<uint32>.Zero
        Vector.Widen(bytes, &low, &high)
        Vector.Widen(low, &a, &b)
        Vector.Widen(high, &c, &d)
        (Vector<int>(counts, 0) + Vector.AsVectorInt32 a).CopyTo(counts, 0)
        (Vector<int>(counts, step) + Vector.AsVectorInt32 b).CopyTo(counts, step)
        (Vector<int>(counts, 2 * step) + Vector.AsVectorInt32 c).CopyTo(counts, 2 * step)
        (Vector<int>(counts, 3 * step) + Vector.AsVectorInt32 d).CopyTo(counts, 3 * step)

    /// For each lane how many terms of a run have an odd number of sites in state 1; lanes: [N; Lanes].
    member private _.OddByLane(run: int, lanes: byte[], counts: int[]) : unit =
        let width = Vector<byte>.Count
        let size, last = sizes[run], starts[run + 1]
        Array.Clear counts
        let mutable at = starts[run]

        while at < last do
            // A byte counts up to 255 terms.
            let until = min last (at + 255 * size)
            let mutable sum = Vector<byte>.Zero

            while at < until do
                let mutable parity = Vector<byte>(lanes, members[at] * width)

                for k in at + 1 .. at + size - 1 do
                    parity <- parity ^^^ Vector<byte>(lanes, members[k] * width)

                sum <- sum + parity
                at <- at + size

            TermRuns.AddTo(counts, sum)

    /// Σ c·Π s over a group for each lane: the same numbers as Sum gives. Counts and sums have room for all lanes.
    member this.SumLanes(group: int, lanes: byte[], counts: int[], sums: float[]) : unit =
        Array.Clear sums

        for run in groupStarts[group] .. groupStarts[group + 1] - 1 do
            let n, sign = termCounts[run], (if sizes[run] % 2 = 0 then 1 else -1)

            if sizes[run] = 0 then
                Array.Clear counts
            else
                this.OddByLane(run, lanes, counts)

            for lane in 0 .. sums.Length - 1 do
                sums[lane] <- sums[lane] + coefficients[run] * float (sign * (n - 2 * counts[lane]))
