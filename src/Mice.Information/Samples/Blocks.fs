namespace Mice.Information

open Mice

/// Standard errors from contiguous blocks of rows, which keep the correlations of a time series inside of blocks.
[<RequireQualifiedAccess>]
module internal Blocks =
    /// Fewest blocks that say anything about a spread.
    [<Literal>]
    let private Fewest = 4

    /// Row indices of nearly equal contiguous blocks, [count][…].
    let split (count: int) (rows: int) : int[][] =
        Array.init count (fun b ->
            let first = int (int64 rows * int64 b / int64 count)
            let last = int (int64 rows * int64 (b + 1) / int64 count)
            Array.init (last - first) (fun i -> first + i))

    /// <summary>Subsampling: the variance of an estimate falls as 1/N, so that with m blocks of N/m rows and the standard
    /// deviation s of their estimates the error at N rows is s/√m. A bias that all blocks share drops out, which makes it
    /// the choice for nearest-neighbour estimates: leaving rows out changes neighbours and not only weights, and m blocks
    /// cost less than one more estimate. They are computed at the same time. Source: C. M. Holmes, I. Nemenman, Phys. Rev. E 100, 022404 (2019).</summary>
    /// <param name="most">Blocks wanted.</param>
    /// <param name="smallest">Fewest rows in a block; there are fewer blocks where these would be smaller.</param>
    /// <param name="rows">Number of rows N.</param>
    /// <param name="statistic">The estimate from some rows.</param>
    /// <returns>NaN below four blocks.</returns>
    let subsampling (most: int) (smallest: int) (rows: int) (statistic: int[] -> float) : float =
        let count = min most (rows / smallest)

        if count < Fewest then
            nan
        else
            split count rows |> Array.Parallel.map statistic |> Statistics.standardError

    /// <summary>Delete-one-block jackknife: √((m − 1)/m Σ (θ₋ᵦ − θ̄)²).</summary>
    /// <param name="count">Number of blocks m.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="statistic">The estimate from all rows but a block's, whose first row and end it gets.</param>
    /// <returns>NaN below four blocks.</returns>
    let jackknife (count: int) (rows: int) (statistic: int -> int -> float) : float =
        if count < Fewest then
            nan
        else
            let without =
                split count rows |> Array.map (fun block -> statistic block[0] (block[block.Length - 1] + 1))

            let m = float count
            // The sum of squares is (m − 1) times the variance.
            sqrt ((m - 1.0) / m * (m - 1.0) * Statistics.variance without)
