namespace Mice.Alloys

open System
open Mice
open Mice.Atoms

/// <summary>A site of an infinite lattice: the cell that it is in, in whole primitive vectors, and which of the basis sites it is.</summary>
[<Struct>]
type LatticeSite =
    {
        /// Multiples of the three primitive vectors.
        Cell: struct (int * int * int)
        /// Index of the basis site, from 0.
        Basis: int
    }

/// <summary>The lattice whose sites the atoms of an alloy share: primitive vectors and the sites of a primitive cell. All sites are open to the same species.</summary>
/// <remarks>Make one with <c>ParentLattice.create</c>, <c>fcc</c>, <c>bcc</c>, <c>sc</c> or <c>hcp</c>.</remarks>
type ParentLattice =
    private
        {
            name: string
            vectors: float[]
            basis: float[]
        }

    /// What people call it: fcc, bcc, sc, hcp, or a name of their own.
    member lattice.Name = lattice.name
    /// [9], row-major: the primitive vectors as rows, Å.
    member lattice.Vectors = lattice.vectors
    /// [3k], row-major: the basis sites in fractions of the primitive vectors.
    member lattice.Basis = lattice.basis
    /// k, the number of sites in a primitive cell.
    member lattice.SitesPerCell = lattice.basis.Length / 3

/// Making lattices, and the geometry of their sites.
[<RequireQualifiedAccess>]
module ParentLattice =
    /// Two lengths closer than this are the same, Å.
    [<Literal>]
    let internal Tolerance = 1e-5

    let private cellOf (vectors: float[]) =
        Cell.create vectors (Array.zeroCreate 3) (Array.create 3 true)

    /// The primitive cell.
    let internal cell (lattice: ParentLattice) : Cell =
        {
            Vectors = lattice.Vectors
            Origin = Array.zeroCreate 3
            Periodic = Array.create 3 true
        }

    /// The position of a site, Å, [3].
    let internal position (lattice: ParentLattice) (site: LatticeSite) : float[] =
        let struct (x, y, z) = site.Cell
        let v, b = lattice.Vectors, 3 * site.Basis

        let s0, s1, s2 =
            float x + lattice.Basis[b], float y + lattice.Basis[b + 1], float z + lattice.Basis[b + 2]

        Array.init 3 (fun k -> s0 * v[k] + s1 * v[3 + k] + s2 * v[6 + k])

    /// The distance of two positions, Å.
    let internal distance (a: float[]) (b: float[]) : float =
        let x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
        sqrt (x * x + y * y + z * z)

    /// All sites within a distance of a position, itself too if it is a site.
    let internal sitesWithin (lattice: ParentLattice) (radius: float) (centre: float[]) : LatticeSite[] =
        let primitive = cell lattice
        let heights, at = Cell.heights primitive, Cell.fractional primitive centre

        // Basis sites lie within one cell of the corner that they belong to.
        let range i =
            let reach = (radius + Tolerance) / heights[i]
            [| int (floor (at[i] - reach)) - 1 .. int (ceil (at[i] + reach)) |]

        [|
            for x in range 0 do
                for y in range 1 do
                    for z in range 2 do
                        for b in 0 .. lattice.SitesPerCell - 1 do
                            let site = { Cell = struct (x, y, z); Basis = b }

                            if distance (position lattice site) centre <= radius + Tolerance then
                                site
        |]

    let private coincide (primitive: Cell) (basis: float[]) (i: int) (j: int) =
        let apart =
            Array.init 3 (fun k ->
                let d = basis[3 * i + k] - basis[3 * j + k]
                d - Math.Round d)

        Cell.norm (Cell.cartesian primitive apart) < 0.1

    let private numberFaults (vectors: float[]) (basis: float[]) : MiceError list =
        let ofBasis =
            if basis.Length = 0 || basis.Length % 3 <> 0 then
                [
                    MiceError.OutOfRange(
                        "the basis of the lattice",
                        $"{basis.Length} numbers",
                        "3 for each site, one site or more"
                    )
                ]
            elif not (Array.forall Double.IsFinite basis) then
                [
                    MiceError.OutOfRange("the basis of the lattice", "not finite", "finite fractions")
                ]
            else
                []

        let ofVectors =
            if vectors.Length <> 9 then
                [
                    MiceError.OutOfRange("the primitive vectors", $"{vectors.Length} numbers", "9")
                ]
            else
                match cellOf vectors with
                | Ok _ -> []
                | Error fault ->
                    [
                        MiceError.OutOfRange("the primitive vectors", fault, "three vectors that span a cell")
                    ]

        ofVectors @ ofBasis

    /// <summary>A lattice.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="vectors">[9], row-major: the primitive vectors as rows, Å; any basis of the lattice, right- or left-handed.</param>
    /// <param name="basis">[3k], row-major: one site or more of the primitive cell, in fractions of the primitive vectors; moved into 0 ≤ s &lt; 1.</param>
    /// <returns>Errors: OutOfRange for vectors that span no cell, for no site, for numbers that are not finite, and for two sites within 0.1 Å.</returns>
    let create (name: string) (vectors: float[]) (basis: float[]) : Result<ParentLattice, MiceError list> =
        match numberFaults vectors basis with
        | [] ->
            let inside =
                basis |> Array.map (fun s -> if s - floor s > 1.0 - 1e-9 then 0.0 else s - floor s)

            let lattice =
                {
                    name = name
                    vectors = vectors
                    basis = inside
                }

            let k = lattice.SitesPerCell

            Validate.without
                [
                    for i in 0 .. k - 1 do
                        for j in 0 .. i - 1 do
                            if coincide (cell lattice) inside i j then
                                MiceError.OutOfRange(
                                    "the basis of the lattice",
                                    $"sites {j + 1} and {i + 1} at one place",
                                    "sites apart"
                                )
                ]
                lattice
        | faults -> Error faults

    let private ofConstants name constants (unit: float[]) basis =
        match constants |> List.collect (fun (what, value) -> Validate.positive what value) with
        | [] -> create name unit basis
        | faults -> Error faults

    let private cubic name (a: float) (unit: float[]) =
        ofConstants name [ "the lattice constant", a ] (unit |> Array.map (fun u -> u * a)) [| 0.0; 0.0; 0.0 |]

    /// <summary>Face-centred cubic; primitive vectors (0, ½, ½), (½, 0, ½), (½, ½, 0) times a.</summary>
    /// <param name="a">Edge of the cube, Å.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let fcc (a: float) : Result<ParentLattice, MiceError list> =
        cubic "fcc" a [| 0.0; 0.5; 0.5; 0.5; 0.0; 0.5; 0.5; 0.5; 0.0 |]

    /// <summary>Body-centred cubic; primitive vectors (−½, ½, ½), (½, −½, ½), (½, ½, −½) times a.</summary>
    /// <param name="a">Edge of the cube, Å.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let bcc (a: float) : Result<ParentLattice, MiceError list> =
        cubic "bcc" a [| -0.5; 0.5; 0.5; 0.5; -0.5; 0.5; 0.5; 0.5; -0.5 |]

    /// <summary>Simple cubic.</summary>
    /// <param name="a">Edge of the cube, Å.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let sc (a: float) : Result<ParentLattice, MiceError list> =
        cubic "sc" a [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]

    /// <summary>Hexagonal close-packed; primitive vectors a(1, 0, 0), a(−½, √3/2, 0), c(0, 0, 1), sites at (0, 0, 0) and (⅓, ⅔, ½).</summary>
    /// <param name="a">Edge of the hexagon, Å.</param>
    /// <param name="c">Height of the cell, Å; a√(8/3) for spheres.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let hcp (a: float) (c: float) : Result<ParentLattice, MiceError list> =
        ofConstants
            "hcp"
            [ "the lattice constant a", a; "the lattice constant c", c ]
            [| a; 0.0; 0.0; -0.5 * a; 0.5 * sqrt 3.0 * a; 0.0; 0.0; 0.0; c |]
            [| 0.0; 0.0; 0.0; 1.0 / 3.0; 2.0 / 3.0; 0.5 |]
