namespace Mice.Information

open System.Threading.Tasks

/// Neighbours by comparing every row with every panel: the fastest way above about ten dimensions, where no tree prunes.
/// Panels go through the first-level cache in tiles, each against a batch of queries.
[<RequireQualifiedAccess>]
module internal BruteForce =
    /// Rows that share a tile while it is in cache.
    [<Literal>]
    let private Batch = 32

    /// Numbers in a tile: 16 kB.
    [<Literal>]
    let private TileSize = 2048

    /// Runs an action on (first panel, end) of each tile, in order.
    let inline private overTiles (panels: Panels) ([<InlineIfLambda>] action: int -> int -> unit) =
        let perTile = max 1 (TileSize / (panels.Dimensions * Panels.Width))
        let mutable from = 0

        while from < panels.Count do
            let until = min panels.Count (from + perTile)
            action from until
            from <- until

    /// Runs an action on (first row, end) of each batch, on all cores.
    let private overBatches (rows: int) (action: int -> int -> unit) =
        let batches = (rows + Batch - 1) / Batch

        Parallel.For(0, batches, fun batch -> action (batch * Batch) (min rows ((batch + 1) * Batch)))
        |> ignore

    /// The neighbours of every row of the sample that the panels were made from; found is called once per row.
    let nearest (panels: Panels) (sample: Sample) (k: int) (found: int -> Nearest -> unit) : unit =
        overBatches sample.Rows (fun first last ->
            let lists = Array.init (last - first) (fun _ -> Nearest k)
            let distances = Array.zeroCreate Panels.Width

            overTiles panels (fun from until ->
                for row in first .. last - 1 do
                    let start = row * sample.Columns
                    Panels.offer panels from until sample.Values start row lists[row - first] distances)

            for row in first .. last - 1 do
                found row lists[row - first])

    /// For every row the number of rows, itself included, at a distance below its radius.
    let countBelow (panels: Panels) (sample: Sample) (radii: float[]) : int[] =
        let counts = Array.zeroCreate sample.Rows

        overBatches sample.Rows (fun first last ->
            let distances = Array.zeroCreate Panels.Width

            overTiles panels (fun from until ->
                for row in first .. last - 1 do
                    let start = row * sample.Columns

                    counts[row] <-
                        counts[row] + Panels.countBelow panels from until sample.Values start radii[row] distances))

        counts
