namespace Mice.Alloys

open System
open Mice.Atoms

/// <summary>An operation of the space group of a lattice, up to a whole translation: a point operation with the translation that belongs to it (screw axes and
/// glide planes of lattices with several sites a cell).</summary>
/// <remarks>A site in cell n, of basis b, goes to cell Matrix·n + Shift[b], basis Image[b].</remarks>
type LatticeOperation =
    {
        /// [9], row-major, in multiples of the primitive vectors: acts on columns of whole numbers.
        Matrix: int[]
        /// [k]: the basis site that each basis site becomes.
        Image: int[]
        /// [k]: the cell in which the basis sites of cell 0 come to lie.
        Shift: struct (int * int * int)[]
    }

/// Symmetry of a lattice, found from its metric.
[<RequireQualifiedAccess>]
module LatticeSymmetry =
    /// The whole vectors that are as long as each primitive vector, as candidates for its image.
    let private images (lattice: ParentLattice) : struct (int * int * int)[][] =
        let bare = ParentLattice.cell lattice
        let heights = Cell.heights bare

        let position (struct (x, y, z)) =
            Cell.cartesian bare [| float x; float y; float z |]

        Array.init 3 (fun i ->
            let wanted = Cell.norm (Cell.vector i bare)

            let reach k =
                int (floor ((wanted + 0.01) / heights[k]))

            [|
                for x in -reach 0 .. reach 0 do
                    for y in -reach 1 .. reach 1 do
                        for z in -reach 2 .. reach 2 do
                            if abs (Cell.norm (position struct (x, y, z)) - wanted) < ParentLattice.Tolerance then
                                struct (x, y, z)
            |])

    /// Whole matrices M with MᵀGM = G, G the metric of the primitive vectors: the point operations of the lattice without its basis. Columns are the images of the vectors.
    let private isometries (lattice: ParentLattice) : int[][] =
        let bare = ParentLattice.cell lattice

        let place (struct (x, y, z)) =
            Cell.cartesian bare [| float x; float y; float z |]

        let vectors, candidates = Array.init 3 (fun i -> Cell.vector i bare), images lattice

        let keeps i a j b =
            let before, after = Cell.dot vectors[i] vectors[j], Cell.dot (place a) (place b)
            abs (before - after) < ParentLattice.Tolerance * Cell.norm vectors[i]

        [|
            for a in candidates[0] do
                for b in candidates[1] do
                    if keeps 0 a 1 b then
                        for c in candidates[2] do
                            if keeps 0 a 2 c && keeps 1 b 2 c then
                                let struct (a0, a1, a2), struct (b0, b1, b2), struct (c0, c1, c2) = a, b, c
                                [| a0; b0; c0; a1; b1; c1; a2; b2; c2 |]
        |]

    /// M·s for a fraction s, [3].
    let private turned (m: int[]) (s: float[]) =
        Array.init 3 (fun i -> float m[3 * i] * s[0] + float m[3 * i + 1] * s[1] + float m[3 * i + 2] * s[2])

    /// The site at a place given in fractions of the primitive vectors, if there is one.
    let private siteAt (lattice: ParentLattice) (place: float[]) : LatticeSite option =
        let bare = ParentLattice.cell lattice

        Seq.init lattice.SitesPerCell (fun b ->
            let apart = Array.init 3 (fun i -> place[i] - lattice.Basis[3 * b + i])
            let whole = apart |> Array.map Math.Round
            let rest = Array.map2 (-) apart whole |> Cell.cartesian bare

            if Cell.norm rest < 1e-3 then
                Some
                    {
                        Cell = struct (int whole[0], int whole[1], int whole[2])
                        Basis = b
                    }
            else
                None)
        |> Seq.tryPick id

    /// The operation of a point operation that takes basis site 0 to basis site b of cell 0, if all sites then fall on sites.
    let private withBasis (lattice: ParentLattice) (m: int[]) (b: int) : LatticeOperation option =
        let basis i = Array.sub lattice.Basis (3 * i) 3
        let translation = Array.map2 (-) (basis b) (turned m (basis 0))

        let found =
            Array.init lattice.SitesPerCell (fun i -> Array.map2 (+) (turned m (basis i)) translation |> siteAt lattice)

        if found |> Array.forall Option.isSome then
            let sites = found |> Array.map Option.get

            Some
                {
                    Matrix = m
                    Image = sites |> Array.map _.Basis
                    Shift = sites |> Array.map _.Cell
                }
        else
            None

    /// <summary>All operations of the space group, up to whole translations: 48 for fcc, bcc and sc, 24 for hcp.</summary>
    /// <remarks>Found from lengths and angles of the primitive vectors (to 1e-5 Å) and the places of the sites, so they hold for any choice of primitive vectors.</remarks>
    /// <param name="lattice">The lattice.</param>
    let operations (lattice: ParentLattice) : LatticeOperation[] =
        [|
            for m in isometries lattice do
                for b in 0 .. lattice.SitesPerCell - 1 do
                    yield! withBasis lattice m b |> Option.toArray
        |]

    /// The site that a site becomes.
    let internal apply (operation: LatticeOperation) (site: LatticeSite) : LatticeSite =
        let struct (x, y, z) = IntegerMatrix.apply operation.Matrix site.Cell
        let struct (sx, sy, sz) = operation.Shift[site.Basis]

        {
            Cell = struct (x + sx, y + sy, z + sz)
            Basis = operation.Image[site.Basis]
        }
