namespace Mice.Information

/// How neighbours are found; the numbers are the same either way.
[<RequireQualifiedAccess>]
type internal SearchMethod =
    | Tree of NeighbourTree
    | BruteForce of Panels

/// The k-th nearest neighbours of all rows of a sample among its other rows, in the max norm.
type internal Neighbours =
    {
        /// Distance to the k-th, [rows].
        Radii: float[]
        /// Rows of the neighbours, nearest first, [rows; k].
        Rows: int[]
    }

/// All nearest-neighbour and range queries of a sample against itself, in the max norm.
[<RequireQualifiedAccess>]
module internal SampleNeighbours =
    /// Most columns that are searched by tree.
    [<Literal>]
    let TreeColumns = 10

    /// Prepares a search by the method that its number of columns asks for.
    let create (sample: Sample) : SearchMethod =
        if sample.Columns <= TreeColumns then
            SearchMethod.Tree(NeighbourTree.Build sample)
        else
            SearchMethod.BruteForce(Panels.ofRows (Array.init sample.Rows id) sample)

    /// The k nearest neighbours of every row, 1 ≤ k < rows.
    let nearest (k: int) (sample: Sample) (search: SearchMethod) : Neighbours =
        let radii = Array.zeroCreate sample.Rows
        let rows = Array.zeroCreate (sample.Rows * k)

        let found row (nearest: Nearest) =
            radii[row] <- nearest.Radius
            Array.blit nearest.Rows 0 rows (row * k) k

        match search with
        | SearchMethod.Tree tree -> tree.Nearest(sample, k, found)
        | SearchMethod.BruteForce panels -> BruteForce.nearest panels sample k found

        { Radii = radii; Rows = rows }

    /// For every row the number of rows, itself included, at a distance below its radius.
    let countBelow (radii: float[]) (sample: Sample) (search: SearchMethod) : int[] =
        match search with
        | SearchMethod.Tree tree -> tree.CountBelow(sample, radii)
        | SearchMethod.BruteForce panels -> BruteForce.countBelow panels sample radii
