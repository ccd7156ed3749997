namespace Mice.Samplers

/// Which sites of a torus of rows × columns sites interact. Sites are numbered row by row: site = row·columns + column.
[<RequireQualifiedAccess>]
type Lattice =
    /// Four neighbours: left, right, up, down.
    | Square
    /// Six neighbours: the square lattice with one diagonal more, (row + 1, column + 1) and (row − 1, column − 1).
    | Triangular

/// The bonds of a torus.
[<RequireQualifiedAccess>]
module Lattice =
    /// <summary>Half of the neighbours of every site, as (row, column) offsets; the other half is their negatives, so
    /// that each bond belongs to one site.</summary>
    /// <param name="lattice">The lattice.</param>
    let forwardOffsets (lattice: Lattice) : struct (int * int)[] =
        match lattice with
        | Lattice.Square -> [| struct (0, 1); struct (1, 0) |]
        | Lattice.Triangular -> [| struct (0, 1); struct (1, 0); struct (1, 1) |]

    /// <summary>All neighbours of a site as (row, column) offsets, the forward ones first.</summary>
    /// <param name="lattice">The lattice.</param>
    let offsets (lattice: Lattice) : struct (int * int)[] =
        let forward = forwardOffsets lattice
        Array.append forward (forward |> Array.map (fun (struct (r, c)) -> struct (-r, -c)))

    /// <summary>Neighbours per site: 4 or 6.</summary>
    /// <param name="lattice">The lattice.</param>
    let coordination (lattice: Lattice) : int = 2 * (forwardOffsets lattice).Length

    /// <summary>The site at an offset from another one, around the torus.</summary>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    /// <param name="site">A site.</param>
    /// <param name="offset">Rows and columns to go, of either sign.</param>
    let siteAt (rows: int) (columns: int) (site: int) (offset: struct (int * int)) : int =
        let struct (down, right) = offset
        let around count i = ((i % count) + count) % count
        around rows (site / columns + down) * columns + around columns (site % columns + right)

    /// <summary>All neighbours of all sites: entry site·z + n is the n-th of z neighbours, the forward ones first. On a
    /// torus of two rows or columns the neighbours up and down (left and right) are one site, which then counts twice, as
    /// in the formulas for the finite torus.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="rows">Rows of the torus, 2 or more.</param>
    /// <param name="columns">Columns of the torus, 2 or more.</param>
    /// <returns>[rows·columns·z].</returns>
    let neighbours (lattice: Lattice) (rows: int) (columns: int) : int[] =
        let all = offsets lattice

        Array.init (rows * columns * all.Length) (fun i -> siteAt rows columns (i / all.Length) all[i % all.Length])
