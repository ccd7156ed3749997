namespace Mice.Atoms

open System
open System.Collections.Concurrent
open System.Threading.Tasks

/// <summary>Neighbours of many points in flat arrays.</summary>
/// <remarks>Those of point i are the entries Offsets[i] … Offsets[i + 1] − 1. An atom appears once for each of its images in reach.</remarks>
type NeighbourTable =
    {
        /// [points + 1]
        Offsets: int[]
        /// [entries]: the atom.
        Indices: int[]
        /// [3·entries], row-major: from the point to the atom's image, Å.
        Displacements: float[]
        /// [entries]: squared lengths of the displacements, Å².
        SquaredDistances: float[]
    }

    /// The number of points.
    member this.Points = this.Offsets.Length - 1

/// Which neighbours of a point are asked for. Start from Neighbours.all and change fields with { … with … }.
type NeighbourQuery =
    {
        /// Neighbours at this distance or nearer, Å; at most the cut-off of the grid.
        Radius: float
        /// Only the nearest so many, sorted by distance; all, unsorted, when it is None.
        Most: int option
        /// Only neighbours whose displacement d has d·n &lt; 0 for this n: those behind a plane through the point. Three numbers for all points,
        /// or three for each of them.
        Behind: float[] option
        /// Points are the atoms of the grid, in order: no atom is its own neighbour (its images are).
        PointsAreAtoms: bool
    }

/// <summary>Neighbour search in periodic boxes of any shape, for any points.</summary>
/// <remarks>Cells may be smaller than the cut-off: then an atom is found several times, once for each image. Queries run on all
/// cores unless told otherwise, and their results do not depend on the number of cores.</remarks>
[<RequireQualifiedAccess>]
module Neighbours =
    /// <summary>Prepares the search around atoms.</summary>
    /// <param name="cell">Any box; directions may repeat or not.</param>
    /// <param name="positions">[3n], row-major, Å; inside the cell or not.</param>
    /// <param name="cutoff">The longest distance that will be asked for, Å. Time and memory grow as (1 + 2·cutoff/edge)³.</param>
    /// <exception cref="T:System.ArgumentException">No atoms, numbers that are not finite, or a cut-off that needs more than 2²⁷
    /// images.</exception>
    let build (cell: Cell) (positions: float[]) (cutoff: float) : NeighbourGrid =
        NeighbourGrid.build cell positions cutoff

    /// All neighbours within the cut-off of the grid.
    let all (grid: NeighbourGrid) : NeighbourQuery =
        {
            Radius = grid.Cutoff
            Most = None
            Behind = None
            PointsAreAtoms = false
        }

    /// Points that one task takes at a time.
    let private chunk = 256

    /// The arrays of a result while it is being written.
    type private Room =
        {
            mutable Atoms: int[]
            mutable Vectors: float[]
            mutable Squares: float[]
        }

    let private room (entries: int) =
        {
            Atoms = GC.AllocateUninitializedArray entries
            Vectors = GC.AllocateUninitializedArray(3 * entries)
            Squares = GC.AllocateUninitializedArray entries
        }

    /// Has every three numbers one that is not 0, and none that is no number?
    let private areVectors (n: float[]) =
        let mutable i = 0

        while i < n.Length && n[i] * n[i] + n[i + 1] * n[i + 1] + n[i + 2] * n[i + 2] > 0.0 do
            i <- i + 3

        i = n.Length

    let private check (query: NeighbourQuery) (grid: NeighbourGrid) (points: float[]) =
        if points.Length % 3 <> 0 then
            invalidArg (nameof points) "Points are three numbers each."

        if not (query.Radius > 0.0 && query.Radius <= grid.Cutoff) then
            invalidArg
                (nameof query)
                $"The radius is {query.Radius}; allowed: above 0, at most the grid's {grid.Cutoff}."

        match query.Most with
        | Some most when most < 1 || int64 most * int64 points.Length > int64 Array.MaxLength ->
            invalidArg
                (nameof query)
                $"{most} neighbours for {points.Length / 3} points: give 1 or more, or fewer points at once."
        | _ -> ()

        match query.Behind with
        | Some n when (n.Length <> 3 && n.Length <> points.Length) || not (areVectors n) ->
            invalidArg (nameof query) "Behind has to be a vector of three numbers that is not 0, or one for each point."
        | _ -> ()

        if query.PointsAreAtoms && points.Length <> 3 * grid.Atoms then
            invalidArg (nameof points) "PointsAreAtoms needs the positions of the atoms as points."

    /// Finds the neighbours of point i into the scratch; gives their number.
    let private find
        (query: NeighbourQuery)
        (grid: NeighbourGrid)
        (points: float[])
        (s: NeighbourScratch)
        (i: int)
        : int =
        Array.blit points (3 * i) s.Point 0 3
        NeighbourGrid.wrapPoint grid.Dual grid.Basis grid.Origin grid.Periodic s.Point

        // Without a plane nothing lies beyond the bound: the normal is zero.
        let bound =
            match query.Behind with
            | Some n ->
                Array.blit n (if n.Length = 3 then 0 else 3 * i) s.Normal 0 3
                0.0
            | None -> 1.0

        let found =
            match query.Most with
            | None -> NeighbourSearch.collect grid s query.Radius bound
            | Some most ->
                // One more, for the atom itself; it is never behind itself.
                let most =
                    if query.PointsAreAtoms && query.Behind.IsNone then
                        most + 1
                    else
                        most

                NeighbourSearch.nearest grid s query.Radius most bound

        if query.PointsAreAtoms && query.Behind.IsNone then
            let mutable self = -1

            for e in 0 .. found - 1 do
                if s.Keys[e] = 0.0 && grid.Atom[s.Slots[e]] = i then
                    self <- e

            if self >= 0 then
                Array.Copy(s.Keys, self + 1, s.Keys, self, found - self - 1)
                Array.Copy(s.Slots, self + 1, s.Slots, self, found - self - 1)
                found - 1
            else
                min found (defaultArg query.Most found)
        else
            found

    /// Copies what is in the scratch to a place in the result.
    let private put (grid: NeighbourGrid) (s: NeighbourScratch) (found: int) (into: Room) (at: int) =
        let slots, keys, point = s.Slots, s.Keys, s.Point
        let px, py, pz = point[0], point[1], point[2]
        let vectors = Span<float>(into.Vectors, 3 * at, 3 * found)
        let atoms = Span<int>(into.Atoms, at, found)
        Span<float>(keys, 0, found).CopyTo(Span<float>(into.Squares, at, found))

        for e in 0 .. found - 1 do
            let slot = slots[e]
            atoms[e] <- grid.Atom[slot]
            vectors[3 * e] <- grid.X[slot] - px
            vectors[3 * e + 1] <- grid.Y[slot] - py
            vectors[3 * e + 2] <- grid.Z[slot] - pz

    let private inChunks (points: int) (threads: int) (work: NeighbourScratch -> int -> int -> int -> unit) =
        let chunks = (points + chunk - 1) / chunk
        let scratches = ConcurrentBag<NeighbourScratch>()

        let one (c: int) =
            let s =
                match scratches.TryTake() with
                | true, s -> s
                | _ -> NeighbourScratch()

            work s c (c * chunk) (min points ((c + 1) * chunk) - 1)
            scratches.Add s

        if threads = 1 || chunks = 1 then
            for c in 0 .. chunks - 1 do
                one c
        else
            Parallel.For(0, chunks, ParallelOptions(MaxDegreeOfParallelism = threads), one) |> ignore

    let private offsetsOf (counts: int[]) : int[] =
        let offsets = Array.zeroCreate (counts.Length + 1)
        let mutable sum = 0L

        for i in 0 .. counts.Length - 1 do
            sum <- sum + int64 counts[i]

            if 3L * sum > int64 Array.MaxLength then
                invalidOp
                    "These points have more neighbours together than fit into one table; ask for fewer points at once."

            offsets[i + 1] <- int sum

        offsets

    /// Every point has a place for the most neighbours that it can get; what is left over is closed at the end.
    let private queryNearest threads query (grid: NeighbourGrid) (points: float[]) (start: int) (n: int) (most: int) =
        let counts = Array.zeroCreate<int> n
        let result = room (n * most)

        inChunks n threads (fun s _ first last ->
            for i in first..last do
                counts[i] <- find query grid points s (start + i)
                put grid s counts[i] result (i * most))

        let offsets = offsetsOf counts

        let isFull = offsets[n] = n * most

        if not isFull then
            for i in 0 .. n - 1 do
                Array.Copy(result.Atoms, i * most, result.Atoms, offsets[i], counts[i])
                Array.Copy(result.Vectors, 3 * i * most, result.Vectors, 3 * offsets[i], 3 * counts[i])
                Array.Copy(result.Squares, i * most, result.Squares, offsets[i], counts[i])

        let cut length values =
            if isFull then values else Array.sub values 0 length

        {
            Offsets = offsets
            Indices = cut offsets[n] result.Atoms
            Displacements = cut (3 * offsets[n]) result.Vectors
            SquaredDistances = cut offsets[n] result.Squares
        }

    /// Every chunk of points writes into its own arrays, which are put together at the end.
    let private queryAll threads query (grid: NeighbourGrid) (points: float[]) =
        let n = points.Length / 3
        let counts = Array.zeroCreate<int> n
        let parts = Array.init ((n + chunk - 1) / chunk) (fun _ -> room 1024)

        inChunks n threads (fun s c first last ->
            let part = parts[c]
            let mutable used = 0

            for i in first..last do
                counts[i] <- find query grid points s i

                if used + counts[i] > part.Atoms.Length then
                    let size = 2 * (used + counts[i])
                    Array.Resize(&part.Atoms, size)
                    Array.Resize(&part.Vectors, 3 * size)
                    Array.Resize(&part.Squares, size)

                put grid s counts[i] part used
                used <- used + counts[i])

        let offsets = offsetsOf counts
        let result = room offsets[n]

        parts
        |> Array.iteri (fun c part ->
            let at, next = offsets[c * chunk], offsets[min n ((c + 1) * chunk)]
            Array.Copy(part.Atoms, 0, result.Atoms, at, next - at)
            Array.Copy(part.Vectors, 0, result.Vectors, 3 * at, 3 * (next - at))
            Array.Copy(part.Squares, 0, result.Squares, at, next - at))

        {
            Offsets = offsets
            Indices = result.Atoms
            Displacements = result.Vectors
            SquaredDistances = result.Squares
        }

    /// <summary>Answers a query on a given number of threads.</summary>
    /// <param name="threads">1 or more, or −1 for all cores.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="grid">The atoms.</param>
    /// <param name="points">[3m], row-major, Å; inside the cell or not.</param>
    /// <exception cref="T:System.ArgumentException">The radius is longer than the grid's cut-off, or another argument is out of range.</exception>
    let queryOn (threads: int) (query: NeighbourQuery) (grid: NeighbourGrid) (points: float[]) : NeighbourTable =
        check query grid points

        match query.Most with
        | Some most -> queryNearest threads query grid points 0 (points.Length / 3) most
        | None -> queryAll threads query grid points

    /// <summary>Answers a query on all cores.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="grid">The atoms.</param>
    /// <param name="points">[3m], row-major, Å; inside the cell or not.</param>
    let query (query: NeighbourQuery) (grid: NeighbourGrid) (points: float[]) : NeighbourTable =
        queryOn -1 query grid points

    /// All atoms (and images) within a radius of each point, in no particular order.
    let within (radius: float) (grid: NeighbourGrid) (points: float[]) : NeighbourTable =
        query { all grid with Radius = radius } grid points

    /// The nearest atoms (and images) of each point, sorted by distance: k of them, or as many as the grid's cut-off reaches.
    let nearest (k: int) (grid: NeighbourGrid) (points: float[]) : NeighbourTable =
        query { all grid with Most = Some k } grid points

    /// <summary>The other atoms (and images) within the grid's cut-off of each atom, found on one core.</summary>
    /// <param name="grid">The atoms.</param>
    /// <param name="positions">Their positions, [3n], row-major, Å.</param>
    let ofAtoms (grid: NeighbourGrid) (positions: float[]) : NeighbourTable =
        queryOn 1 { all grid with PointsAreAtoms = true } grid positions

    /// <summary>The nearest other atoms (and images) of some of the atoms, sorted by distance: so many, or as many as the grid's cut-off reaches.</summary>
    /// <param name="threads">1 or more, or −1 for all cores.</param>
    /// <param name="most">The most neighbours of an atom.</param>
    /// <param name="grid">The atoms.</param>
    /// <param name="positions">Their positions, [3n], row-major, Å.</param>
    /// <param name="first">The first of the atoms asked for, from 0.</param>
    /// <param name="count">How many are asked for.</param>
    /// <returns>Neighbours of atom first + i are those of point i.</returns>
    let nearestOfAtoms
        threads
        most
        (grid: NeighbourGrid)
        (positions: float[])
        (first: int)
        (count: int)
        : NeighbourTable =
        let query =
            { all grid with
                Most = Some most
                PointsAreAtoms = true
            }

        check query grid positions

        if first < 0 || count < 1 || first + count > grid.Atoms then
            invalidArg (nameof first) $"There are no {count} atoms from {first} on among {grid.Atoms}."

        queryNearest threads query grid positions first count most

    /// <summary>The shortest distance between two atoms, or images of them.</summary>
    /// <param name="grid">The atoms.</param>
    /// <param name="positions">Their positions, [3n], row-major, Å.</param>
    /// <returns>Å; the grid's cut-off where no two atoms are nearer.</returns>
    let shortest (grid: NeighbourGrid) (positions: float[]) : float =
        let nearest =
            { all grid with
                Most = Some 1
                PointsAreAtoms = true
            }

        (queryOn 1 nearest grid positions).SquaredDistances
        |> Array.fold min (grid.Cutoff * grid.Cutoff)
        |> sqrt
