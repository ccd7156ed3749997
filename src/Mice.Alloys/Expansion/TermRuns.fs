namespace Mice.Alloys

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices

/// Sums of c·Π s over groups of terms, in flat arrays. Terms of one coefficient and size are a run, whose products are counted as whole numbers.
[<Sealed; AllowNullLiteral(false)>]
type internal TermRuns(groups: struct (int[] * float)[][]) =
    // Counts of a run are exact as 32-bit floats.
    let most = 1 <<< 23

    let runs =
        groups
        |> Array.map (
            Array.groupBy (fun (struct (sites, coefficient)) -> struct (sites.Length, coefficient))
            >> Array.sortBy fst
            >> Array.collect (fun (kind, terms) ->
                terms |> Array.chunkBySize most |> Array.map (fun part -> struct (kind, part)))
        )

    let all = Array.concat runs
    // [groups + 1]: the first run of each group.
    let groupStarts = runs |> Array.scan (fun start r -> start + r.Length) 0
    // [runs]: how many sites each term has, how many terms, where their sites begin, and their coefficient.
    let sizes = all |> Array.map (fun (struct (struct (size, _), _)) -> size)
    let termCounts = all |> Array.map (fun (struct (_, terms)) -> terms.Length)
    let coefficients = all |> Array.map (fun (struct (struct (_, c), _)) -> c)
    let starts = Array.map2 (*) sizes termCounts |> Array.scan (+) 0

    let members =
        all
        |> Array.collect (fun (struct (_, terms)) -> terms |> Array.collect (fun (struct (sites, _)) -> sites))

    // Where the lanes of each site begin.
    let places = members |> Array.map (fun site -> site * Vector<byte>.Count)

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
    static member private AddTo(counts: byref<int>, bytes: Vector<byte>) : unit =
        let step = unativeint Vector<uint32>.Count
        let mutable low, high = Vector<uint16>.Zero, Vector<uint16>.Zero
        let mutable a, b = Vector<uint32>.Zero, Vector<uint32>.Zero
        let mutable c, d = Vector<uint32>.Zero, Vector<uint32>.Zero
        Vector.Widen(bytes, &low, &high)
        Vector.Widen(low, &a, &b)
        Vector.Widen(high, &c, &d)
        (Vector.LoadUnsafe(&counts) + Vector.AsVectorInt32 a).StoreUnsafe(&counts)
        (Vector.LoadUnsafe(&counts, step) + Vector.AsVectorInt32 b).StoreUnsafe(&counts, step)
        (Vector.LoadUnsafe(&counts, 2un * step) + Vector.AsVectorInt32 c).StoreUnsafe(&counts, 2un * step)
        (Vector.LoadUnsafe(&counts, 3un * step) + Vector.AsVectorInt32 d).StoreUnsafe(&counts, 3un * step)

    /// For each lane how many of the terms from one place of a run to another, 255 or fewer, have an odd number of sites in state 1.
    member private _.Odd(size: int, first: int, until: int, lanes: byref<byte>) : Vector<byte> =
        let place = &MemoryMarshal.GetArrayDataReference places
        let mutable at, sum = first, Vector<byte>.Zero

        match size with
        | 1 ->
            while at < until do
                sum <- sum + Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at)))
                at <- at + 1
        | 2 ->
            while at < until do
                let a = Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at)))
                let b = Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at + 1)))
                sum <- sum + (a ^^^ b)
                at <- at + 2
        | 3 ->
            while at < until do
                let a = Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at)))
                let b = Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at + 1)))
                let c = Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, at + 2)))
                sum <- sum + (a ^^^ b ^^^ c)
                at <- at + 3
        | size ->
            while at < until do
                let mutable parity = Vector<byte>.Zero

                for k in at .. at + size - 1 do
                    parity <- parity ^^^ Vector.LoadUnsafe(&lanes, unativeint (Unsafe.Add(&place, k)))

                sum <- sum + parity
                at <- at + size

        sum

    /// Adds c·(n − 2·count) to the sums of all lanes.
    static member private AddRun(counts: byref<int>, sums: byref<float>, n: int, coefficient: float) : unit =
        let step = Vector<float>.Count
        let all, factor = Vector<int> n, Vector<float> coefficient
        let mutable low, high = Vector<float>.Zero, Vector<float>.Zero

        for v in 0..3 do
            let at = unativeint (v * Vector<int>.Count)
            let count = Vector.LoadUnsafe(&counts, at)
            Vector.Widen(Vector.ConvertToSingle(all - count - count), &low, &high)
            (Vector.LoadUnsafe(&sums, at) + factor * low).StoreUnsafe(&sums, at)
            let next = at + unativeint step
            (Vector.LoadUnsafe(&sums, next) + factor * high).StoreUnsafe(&sums, next)

    /// <summary>Σ c·Π s over a group for each lane: the same numbers as Sum gives. Nothing is checked but the room for all lanes.</summary>
    /// <param name="group">Which.</param>
    /// <param name="lanes">[N; Lanes].</param>
    /// <param name="counts">[Lanes], for whatever.</param>
    /// <param name="sums">[Lanes], to be filled.</param>
    member this.SumLanes(group: int, lanes: byte[], counts: int[], sums: float[]) : unit =
        if counts.Length < TermRuns.Lanes || sums.Length < TermRuns.Lanes then
            invalidArg (nameof sums) $"There is no room for {TermRuns.Lanes} lanes."

        Array.Clear sums
        let origin = &MemoryMarshal.GetArrayDataReference lanes
        let count = &MemoryMarshal.GetArrayDataReference counts
        let sum = &MemoryMarshal.GetArrayDataReference sums

        for run in groupStarts[group] .. groupStarts[group + 1] - 1 do
            let size, last = sizes[run], starts[run + 1]
            Array.Clear counts
            let mutable at = starts[run]

            while at < last do
                // A byte counts up to 255 terms.
                let until = min last (at + 255 * size)
                TermRuns.AddTo(&count, this.Odd(size, at, until, &origin))
                at <- until

            let sign = if size % 2 = 0 then 1.0 else -1.0
            TermRuns.AddRun(&count, &sum, termCounts[run], sign * coefficients[run])
