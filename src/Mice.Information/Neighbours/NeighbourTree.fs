namespace Mice.Information

open System
open System.Runtime.CompilerServices
open System.Threading.Tasks

/// A k-d tree with tight boxes around its nodes and whole panels in its leaves. Source: J. L. Bentley, Commun. ACM 18, 509
/// (1975); splits halve the widest side.
[<Sealed>]
type internal NeighbourTree
    private (panels: Panels, boxes: float[], right: int[], ends: int[], firsts: int[], points: int[]) =
    let dimensions = panels.Dimensions

    /// Smallest and largest max-norm distance of a query to a node's box.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    member private _.Distance(node: int, query: float[], first: int, far: byref<float>) : float =
        let mutable near = 0.0
        let mutable most = 0.0
        let box = node * 2 * dimensions

        for d in 0 .. dimensions - 1 do
            let q = query[first + d]
            let below = boxes[box + d] - q
            let above = q - boxes[box + dimensions + d]
            // One instruction each, where Math.Max also looks after NaN, which samples do not hold.
            near <- Double.MaxNative(near, Double.MaxNative(below, above))
            most <- Double.MaxNative(most, Double.MaxNative(-below, -above))

        far <- most
        near

    /// Rows below a node, the query's own included, at a distance below radius.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    member private tree.Count(node: int, query: float[], first: int, radius: float, scratch: float[]) : int =
        let mutable far = 0.0

        if tree.Distance(node, query, first, &far) >= radius then
            0
        elif far < radius then
            points[node]
        elif right[node] < 0 then
            Panels.countBelow panels firsts[node] ends[node] query first radius scratch
        else
            tree.Count(node + 1, query, first, radius, scratch)
            + tree.Count(right[node], query, first, radius, scratch)

    /// Offers the rows below a node to a list of neighbours, the nearer child first.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    member private tree.Search
        (node: int, query: float[], first: int, own: int, nearest: Nearest, scratch: float[])
        : unit =
        if right[node] < 0 then
            Panels.offer panels firsts[node] ends[node] query first own nearest scratch
        else
            let mutable far = 0.0
            let left = tree.Distance(node + 1, query, first, &far)
            let other = tree.Distance(right[node], query, first, &far)
            let leftFirst = left <= other

            if Math.Min(left, other) < nearest.Radius then
                let child = if leftFirst then node + 1 else right[node]
                tree.Search(child, query, first, own, nearest, scratch)

            if Math.Max(left, other) < nearest.Radius then
                let child = if leftFirst then right[node] else node + 1
                tree.Search(child, query, first, own, nearest, scratch)

    /// Panels in a leaf.
    static member private LeafPanels = 2

    /// Reorders order[from .. until − 1] so that the place-th smallest value of a column stands at its place, smaller ones
    /// before it (Hoare's selection, middle element as pivot).
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Select(sample: Sample, column: int, order: int[], from: int, until: int, place: int) =
        let inline value i =
            sample.Values[order[i] * sample.Columns + column]

        let mutable low = from
        let mutable high = until - 1

        while low < high do
            let pivot = value ((low + high) / 2)
            let mutable i = low
            let mutable j = high

            while i <= j do
                while value i < pivot do
                    i <- i + 1

                while value j > pivot do
                    j <- j - 1

                if i <= j then
                    let held = order[i]
                    order[i] <- order[j]
                    order[j] <- held
                    i <- i + 1
                    j <- j - 1

            if place <= j then high <- j
            elif place >= i then low <- i
            else low <- high

    /// Lower corner, then upper corner of the box around some rows, [2 · dimensions].
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    static member private Box(sample: Sample, order: int[], from: int, until: int) =
        let columns = sample.Columns

        let box =
            Array.init (2 * columns) (fun i -> if i < columns then infinity else -infinity)

        for i in from .. until - 1 do
            let start = order[i] * columns

            for d in 0 .. columns - 1 do
                let x = sample.Values[start + d]
                box[d] <- Double.MinNative(box[d], x)
                box[columns + d] <- Double.MaxNative(box[columns + d], x)

        box

    /// The tree of a sample.
    static member Build(sample: Sample) : NeighbourTree =
        let order = Array.init sample.Rows id
        let columns = sample.Columns
        let boxes = ResizeArray<float>()
        let right = ResizeArray<int>()
        let ranges = ResizeArray<struct (int * int)>()

        let rec build from until =
            let node = right.Count
            let box = NeighbourTree.Box(sample, order, from, until)
            boxes.AddRange box
            right.Add -1
            ranges.Add(struct (from, until))

            if until - from > NeighbourTree.LeafPanels * Panels.Width then
                let mutable widest = 0

                for d in 1 .. columns - 1 do
                    if box[columns + d] - box[d] > box[columns + widest] - box[widest] then
                        widest <- d

                // Halves of whole panels, so that only the last panel of the tree has empty slots.
                let half = ((until - from) / 2 + Panels.Width - 1) / Panels.Width * Panels.Width
                NeighbourTree.Select(sample, widest, order, from, until, from + half)
                build from (from + half)
                right[node] <- right.Count
                build (from + half) until

        build 0 sample.Rows

        let panelOf slot =
            (slot + Panels.Width - 1) / Panels.Width

        let ranges = ranges.ToArray()

        NeighbourTree(
            Panels.ofRows order sample,
            boxes.ToArray(),
            right.ToArray(),
            ranges |> Array.map (fun struct (_, until) -> panelOf until),
            ranges |> Array.map (fun struct (from, _) -> from / Panels.Width),
            ranges |> Array.map (fun struct (from, until) -> until - from)
        )

    /// Runs an action on every row with a scratch array, on all cores, rows that are near each other together.
    member private _.OverRows(sample: Sample, action: int -> int -> float[] -> unit) =
        let batch = 8
        let batches = (panels.Count + batch - 1) / batch

        Parallel.For(
            0,
            batches,
            fun b ->
                let scratch = Array.zeroCreate Panels.Width

                for slot in b * batch * Panels.Width .. min panels.Count ((b + 1) * batch) * Panels.Width - 1 do
                    let row = panels.Rows[slot]

                    if row >= 0 then
                        action row (row * sample.Columns) scratch
        )
        |> ignore

    /// The neighbours of every row of the sample that the tree was built from; found is called once per row.
    member tree.Nearest(sample: Sample, k: int, found: int -> Nearest -> unit) : unit =
        tree.OverRows(
            sample,
            fun row start scratch ->
                let nearest = Nearest k
                tree.Search(0, sample.Values, start, row, nearest, scratch)
                found row nearest
        )

    /// For every row the number of rows, itself included, at a distance below its radius.
    member tree.CountBelow(sample: Sample, radii: float[]) : int[] =
        let counts = Array.zeroCreate sample.Rows

        tree.OverRows(
            sample,
            fun row start scratch -> counts[row] <- tree.Count(0, sample.Values, start, radii[row], scratch)
        )

        counts
