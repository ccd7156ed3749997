namespace Mice.Autoregressive

open Mice.Samplers

/// What the conditional law of a spin sees of those before it, in the order of the rows: a window of the torus around it,
/// without the spins that come after it. So the last rows and columns see the first ones, their neighbours around the
/// torus, and the product of the conditionals is a normalised law of the whole torus.
type SpinWindow =
    internal
        {
            Rows: int
            Columns: int
            /// Offsets (rows, columns) from the site, nearest first; the site itself is none of them.
            Offsets: struct (int * int)[]
        }

/// Windows and what is seen through them.
[<RequireQualifiedAccess>]
module SpinWindow =
    /// Offsets along a side that reach no site twice.
    let private range radius side =
        if 2 * radius + 1 >= side then
            [| -((side - 1) / 2) .. side / 2 |]
        else
            [| -radius .. radius |]

    /// <summary>The window of (2·deep + 1)·(2·wide + 1) sites less the site itself; on a side that is shorter, all of it.</summary>
    /// <param name="deep">Rows above and below, 1 or more.</param>
    /// <param name="wide">Columns to the left and to the right, 1 or more.</param>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    let create (deep: int) (wide: int) (rows: int) (columns: int) : SpinWindow =
        {
            Rows = rows
            Columns = columns
            Offsets =
                Array.allPairs (range deep rows) (range wide columns)
                |> Array.filter (fun offset -> offset <> (0, 0))
                |> Array.sortBy (fun (r, c) -> r * r + c * c, r, c)
                |> Array.map (fun (r, c) -> struct (r, c))
        }

    /// <summary>What is seen, as (rows, columns) from the site, nearest first.</summary>
    /// <param name="window">The window.</param>
    let offsets (window: SpinWindow) : struct (int * int)[] = Array.copy window.Offsets

    /// <summary>As many as there are offsets.</summary>
    /// <param name="window">The window.</param>
    let size (window: SpinWindow) : int = window.Offsets.Length

    /// <summary>Calls back with the number of the offset and the site there for each site in the window that comes before
    /// a site, nearest first.</summary>
    /// <param name="window">The window.</param>
    /// <param name="site">The site.</param>
    /// <param name="seen">Told offset and site.</param>
    let inline internal visit (window: SpinWindow) (site: int) ([<InlineIfLambda>] seen: int -> int -> unit) : unit =
        let r0, c0 = site / window.Columns, site % window.Columns

        for k in 0 .. window.Offsets.Length - 1 do
            let struct (dr, dc) = window.Offsets[k]
            // Offsets are shorter than the sides.
            let r = r0 + dr

            let r =
                if r < 0 then r + window.Rows
                elif r >= window.Rows then r - window.Rows
                else r

            let c = c0 + dc

            let c =
                if c < 0 then c + window.Columns
                elif c >= window.Columns then c - window.Columns
                else c

            let other = r * window.Columns + c

            if other < site then
                seen k other
