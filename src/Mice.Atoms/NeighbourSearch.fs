namespace Mice.Atoms

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// What one thread needs to search: grows to what its queries need and is used again.
type internal NeighbourScratch() =
    let mutable buckets = Array.zeroCreate<int> 256

    member val Point = Array.zeroCreate<float> 3
    /// The normal of the plane behind which is searched; zeros for everywhere.
    member val Normal = Array.zeroCreate<float> 3
    /// Entries of the grid that were found, and their squared distances.
    member val Slots = Array.zeroCreate<int> 1024 with get, set

    member val Keys = Array.zeroCreate<float> 1024 with get, set
    /// The same in another order; made when it is sorted.
    member val OtherSlots: int[] = [||] with get, set

    member val OtherKeys: float[] = [||] with get, set

    /// Makes room for so many entries, and keeps those that were found. Compaction writes behind what it keeps, hence the padding.
    member this.Reserve(entries: int) =
        let room = entries + NeighbourGrid.Padding

        if this.Slots.Length < room then
            let slots, keys = Array.zeroCreate (2 * room), Array.zeroCreate (2 * room)
            Array.blit this.Slots 0 slots 0 this.Slots.Length
            Array.blit this.Keys 0 keys 0 this.Keys.Length
            this.Slots <- slots
            this.Keys <- keys

    member this.PrepareSort() =
        if this.OtherSlots.Length < this.Slots.Length then
            this.OtherSlots <- Array.zeroCreate this.Slots.Length
            this.OtherKeys <- Array.zeroCreate this.Keys.Length

    member this.Swap() =
        let slots, keys = this.Slots, this.Keys
        this.Slots <- this.OtherSlots
        this.Keys <- this.OtherKeys
        this.OtherSlots <- slots
        this.OtherKeys <- keys

    /// At least count zeros.
    member _.Buckets(count: int) : int[] =
        if buckets.Length < count then
            buckets <- Array.zeroCreate (2 * count)
        else
            Array.Clear(buckets, 0, count)

        buckets

/// The inner loops of neighbour search.
[<RequireQualifiedAccess>]
module internal NeighbourSearch =
    /// Distances are compared with radii that are longer by this, relatively, where only bins are chosen: no rounding loses an atom.
    let private slack = 1e-9

    /// The bin of a coordinate, held within the grid.
    let inline private binOf (low: float) (inverse: float) (bins: int) (x: float) =
        int (max 0.0 (min (float (bins - 1)) (floor ((x - low) * inverse))))

    /// Squared distance from x to the bin with the given index along one axis; 0 inside.
    let inline private outside (low: float) (inverse: float) (index: int) (x: float) =
        let lower = low + float index / inverse
        let upper = low + float (index + 1) / inverse
        let d = max 0.0 (max (lower - x) (x - upper))
        d * d

    /// For every pattern of four bits the positions of those that are set, then anything: what moves chosen lanes to the front.
    let private fronts: Vector256<int64>[] =
        Array.init 16 (fun pattern ->
            let set = [ 0..3 ] |> List.filter (fun lane -> pattern >>> lane &&& 1 = 1)
            let order = set @ List.replicate (4 - set.Length) 0 |> List.map int64
            Vector256.Create(order[0], order[1], order[2], order[3]))

    /// Appends the entries first … last − 1 with d² ≤ radius² and d·n &lt; bound; gives the new number of entries found.
    let private scan (grid: NeighbourGrid) (s: NeighbourScratch) first last radiusSquared bound found =
        let point, normal = s.Point, s.Normal

        let x, y, z =
            Vector256.Create point[0], Vector256.Create point[1], Vector256.Create point[2]

        let nx, ny, nz =
            Vector256.Create normal[0], Vector256.Create normal[1], Vector256.Create normal[2]

        let limit, bounds =
            Vector256.Create(radiusSquared: float), Vector256.Create(bound: float)

        let xs = &MemoryMarshal.GetArrayDataReference grid.X
        let ys = &MemoryMarshal.GetArrayDataReference grid.Y
        let zs = &MemoryMarshal.GetArrayDataReference grid.Z
        let keys = &MemoryMarshal.GetArrayDataReference s.Keys
        let slots = &MemoryMarshal.GetArrayDataReference s.Slots
        let orders = &MemoryMarshal.GetArrayDataReference fronts
        let mutable n = found
        let mutable e = first

        while e < last do
            let dx = Vector256.LoadUnsafe(&xs, unativeint e) - x
            let dy = Vector256.LoadUnsafe(&ys, unativeint e) - y
            let dz = Vector256.LoadUnsafe(&zs, unativeint e) - z
            let squared = dx * dx + dy * dy + dz * dz

            let isIn =
                Vector256.LessThanOrEqual(squared, limit)
                &&& Vector256.LessThan(dx * nx + dy * ny + dz * nz, bounds)

            // Lanes behind the last entry belong to the next bins.
            let pattern =
                Vector256.ExtractMostSignificantBits isIn &&& ((1u <<< min 4 (last - e)) - 1u)

            // Without a branch: four are always written, those that are in at the front, and so many are kept.
            let order = Unsafe.Add(&orders, int pattern)
            Vector256.Shuffle(squared, order).StoreUnsafe(&keys, unativeint n)

            (Vector128.Create e + Vector256.Narrow(order, order).GetLower()).StoreUnsafe(&slots, unativeint n)

            n <- n + BitOperations.PopCount pattern
            e <- e + 4

        n

    /// Finds all entries within the radius of the scratch's point; gives their number.
    let collect (grid: NeighbourGrid) (s: NeighbourScratch) (radius: float) (bound: float) : int =
        let low, inverse, bins, starts = grid.Low, grid.Inverse, grid.Bins, grid.Starts
        let px, py, pz = s.Point[0], s.Point[1], s.Point[2]
        let wide = radius * (1.0 + slack) + slack
        let wideSquared = wide * wide

        let y0, y1 =
            binOf low[1] inverse[1] bins[1] (py - wide), binOf low[1] inverse[1] bins[1] (py + wide)

        let z0, z1 =
            binOf low[2] inverse[2] bins[2] (pz - wide), binOf low[2] inverse[2] bins[2] (pz + wide)

        let mutable found = 0

        for iz in z0..z1 do
            let left = wideSquared - outside low[2] inverse[2] iz pz

            for iy in y0..y1 do
                let left = left - outside low[1] inverse[1] iy py

                if left >= 0.0 then
                    let half = sqrt left
                    let row = (iz * bins[1] + iy) * bins[0]
                    let first = starts[row + binOf low[0] inverse[0] bins[0] (px - half)]
                    let last = starts[row + binOf low[0] inverse[0] bins[0] (px + half) + 1]
                    s.Reserve(found + last - first)
                    found <- scan grid s first last (radius * radius) bound found

        found

    /// Sorts what was found by distance: into buckets of equal width in d², then by insertion; crowded buckets (perfect crystals have
    /// them) go to the library's sort.
    let sortByDistance (s: NeighbourScratch) (found: int) (radius: float) : unit =
        let bucketCount = 2 * found
        let counts = s.Buckets(bucketCount + 1)
        let keys, slots = s.Keys, s.Slots
        let scale = float bucketCount / (radius * radius)
        let mutable most = 0

        for i in 0 .. found - 1 do
            let b = min (bucketCount - 1) (int (keys[i] * scale)) + 1
            counts[b] <- counts[b] + 1
            most <- max most counts[b]

        if most > 32 then
            Array.Sort(keys, slots, 0, found)
        else
            for b in 1..bucketCount do
                counts[b] <- counts[b] + counts[b - 1]

            s.PrepareSort()
            let sortedKeys, sortedSlots = s.OtherKeys, s.OtherSlots

            for i in 0 .. found - 1 do
                let b = min (bucketCount - 1) (int (keys[i] * scale))
                let place = counts[b]
                counts[b] <- place + 1
                sortedKeys[place] <- keys[i]
                sortedSlots[place] <- slots[i]

            for i in 1 .. found - 1 do
                let key, slot = sortedKeys[i], sortedSlots[i]
                let mutable j = i

                while j > 0 && sortedKeys[j - 1] > key do
                    sortedKeys[j] <- sortedKeys[j - 1]
                    sortedSlots[j] <- sortedSlots[j - 1]
                    j <- j - 1

                sortedKeys[j] <- key
                sortedSlots[j] <- slot

            s.Swap()

    /// The radius at which about so many entries are expected, with a margin for fluctuations.
    let private guess (grid: NeighbourGrid) (most: int) (isHalf: bool) : float =
        let k = float most
        let wanted = (k + sqrt k + 2.0) * (if isHalf then 2.0 else 1.0)
        Math.Cbrt(3.0 * wanted / (4.0 * Math.PI * grid.Density))

    /// The nearest entries, sorted by distance, at most so many; gives their number.
    let nearest (grid: NeighbourGrid) (s: NeighbourScratch) (radius: float) (most: int) (bound: float) : int =
        let mutable r = min radius (guess grid most (bound = 0.0))
        let mutable found = collect grid s r bound

        while found < most && r < radius do
            r <- min radius (1.2 * r)
            found <- collect grid s r bound

        sortByDistance s found r
        min found most
