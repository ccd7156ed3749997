namespace Mice.Information

open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics

/// Points in panels of eight: a panel holds the first coordinates of its points side by side, then the second ones, and
/// so on. Slots without a point hold infinity, which is near nothing.
type internal Panels =
    {
        /// Coordinates of a point.
        Dimensions: int
        /// Number of panels.
        Count: int
        /// [Count; Dimensions; 8].
        Data: float[]
        /// Row of the sample in each slot, −1 where there is none, [Count · 8].
        Rows: int[]
    }

/// The k nearest points found so far of one query.
[<Sealed>]
type internal Nearest(k: int) =
    let distances = Array.create k infinity
    let rows = Array.create k -1

    /// Distance of the k-th: only nearer points are of interest.
    member _.Radius = distances[k - 1]

    /// Rows of the neighbours, nearest first.
    member _.Rows = rows

    /// Adds a point to the list if the point is nearer than the k-th neighbour.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    member _.Offer(distance: float, row: int) =
        if distance < distances[k - 1] then
            let mutable place = k - 1

            while place > 0 && distances[place - 1] > distance do
                distances[place] <- distances[place - 1]
                rows[place] <- rows[place - 1]
                place <- place - 1

            distances[place] <- distance
            rows[place] <- row

/// Max-norm distances of one query to the eight points of a panel at once. The loops ask to be optimised at their first
/// call: most programs make a single estimate, which would be over before the runtime had found out where they are.
[<RequireQualifiedAccess>]
module internal Panels =
    /// Points in a panel: two AVX registers of doubles.
    [<Literal>]
    let Width = 8

    /// Dimensions between two looks at whether any point is still near enough.
    [<Literal>]
    let private Stride = 6

    /// Panels of the rows in the order given; the last one may have empty slots.
    let ofRows (order: int[]) (sample: Sample) : Panels =
        let count = (order.Length + Width - 1) / Width
        let dimensions = sample.Columns
        let data = Array.create (count * dimensions * Width) infinity
        let rows = Array.create (count * Width) -1

        order
        |> Array.iteri (fun slot row ->
            rows[slot] <- row
            let start = slot / Width * dimensions * Width + slot % Width

            for d in 0 .. dimensions - 1 do
                data[start + d * Width] <- sample.Values[row * dimensions + d])

        {
            Dimensions = dimensions
            Count = count
            Data = data
            Rows = rows
        }

    /// Points of a panel at a distance below radius, one bit each. When there are any, all eight distances are written; distances of points that are too far
    /// may be too small, because their computation stopped early.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let below
        (panels: Panels)
        (panel: int)
        (query: float[])
        (first: int)
        (radius: float)
        (distances: float[])
        : uint32 =
        let dimensions = panels.Dimensions
        let limit = Vector256.Create radius
        let data = &panels.Data[panel * dimensions * Width]
        let mutable low = Vector256<float>.Zero
        let mutable high = Vector256<float>.Zero
        let mutable dimension = 0
        let mutable near = 255u

        while near <> 0u && dimension < dimensions do
            let stop = min dimensions (dimension + Stride)

            while dimension < stop do
                let q = Vector256.Create query[first + dimension]
                let a = Vector256.LoadUnsafe(&data, unativeint (dimension * Width))
                let b = Vector256.LoadUnsafe(&data, unativeint (dimension * Width + 4))
                low <- Vector256.MaxNative(low, Vector256.Abs(a - q))
                high <- Vector256.MaxNative(high, Vector256.Abs(b - q))
                dimension <- dimension + 1

            near <-
                Vector256.ExtractMostSignificantBits(Vector256.LessThan(low, limit))
                ||| (Vector256.ExtractMostSignificantBits(Vector256.LessThan(high, limit)) <<< 4)

        if near <> 0u then
            Vector256.CopyTo(low, distances, 0)
            Vector256.CopyTo(high, distances, 4)

        near

    /// How many points of a range of panels are at a distance below radius.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let countBelow
        (panels: Panels)
        (from: int)
        (until: int)
        (query: float[])
        (first: int)
        (radius: float)
        (distances: float[])
        : int =
        let mutable count = 0

        for panel in from .. until - 1 do
            count <- count + BitOperations.PopCount(below panels panel query first radius distances)

        count

    /// Offers the points of a range of panels to a list of neighbours, all but the query's own row.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let offer
        (panels: Panels)
        (from: int)
        (until: int)
        (query: float[])
        (first: int)
        (own: int)
        (nearest: Nearest)
        (distances: float[])
        : unit =
        for panel in from .. until - 1 do
            let mutable near = below panels panel query first nearest.Radius distances

            while near <> 0u do
                let lane = BitOperations.TrailingZeroCount near
                near <- near &&& (near - 1u)
                let row = panels.Rows[panel * Width + lane]

                if row <> own then
                    nearest.Offer(distances[lane], row)
