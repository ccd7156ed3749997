namespace Mice.Alloys

open System
open System.Collections.Generic
open Mice

/// <summary>A periodic piece of a lattice: its vectors are whole multiples of the primitive ones.</summary>
/// <remarks>Sites are numbered by growing x, then y, then z of their Cartesian positions. Make one with <c>Supercell.create</c> or <c>Supercell.multiples</c>.</remarks>
[<Sealed; AllowNullLiteral(false)>]
type Supercell internal (lattice: ParentLattice, matrix: int[], sites: LatticeSite[]) =
    let places =
        let table = Dictionary<LatticeSite, int>()
        sites |> Array.iteri (fun i site -> table[site] <- i)
        table

    let volume = IntegerMatrix.determinant matrix
    let sign = if volume < 0 then -1 else 1
    // Fractions of a row n in the supercell are n·adj(S)/det(S).
    let adjugate = IntegerMatrix.adjugate matrix |> Array.map (fun a -> sign * a)

    /// The lattice.
    member _.Lattice: ParentLattice = lattice
    /// [9], row-major: rows are the vectors of the supercell in multiples of the primitive vectors.
    member _.Matrix: int[] = matrix
    /// [N]: the sites in their order, each in the cell that is inside of the supercell.
    member _.Sites: LatticeSite[] = sites
    /// N.
    member _.Count: int = sites.Length
    /// Primitive cells in the supercell, |det Matrix|.
    member _.Cells: int = abs volume

    /// The cell that is inside of the supercell and equivalent to a cell.
    member internal _.Wrap(struct (x, y, z): struct (int * int * int)) : struct (int * int * int) =
        let a, s = adjugate, matrix

        let turns column =
            IntegerMatrix.floorDivide (x * a[column] + y * a[3 + column] + z * a[6 + column]) (abs volume)

        let t0, t1, t2 = turns 0, turns 1, turns 2

        struct (x - t0 * s[0] - t1 * s[3] - t2 * s[6],
                y - t0 * s[1] - t1 * s[4] - t2 * s[7],
                z - t0 * s[2] - t1 * s[5] - t2 * s[8])

    /// <summary>The number of a site of the infinite lattice in the supercell.</summary>
    /// <param name="site">Any site.</param>
    member this.IndexOf(site: LatticeSite) : int =
        places[{ site with Cell = this.Wrap site.Cell }]

/// Making supercells, and their symmetry.
[<RequireQualifiedAccess>]
module Supercell =
    /// Sites by growing x, y, z; coordinates that differ by rounding are the same.
    let private ordered (lattice: ParentLattice) (sites: LatticeSite[]) =
        let rounded (site: LatticeSite) =
            let p = ParentLattice.position lattice site
            struct (Math.Round(p[0], 4), Math.Round(p[1], 4), Math.Round(p[2], 4))

        sites |> Array.sortBy rounded

    /// The most sites of a supercell.
    [<Literal>]
    let internal Most = 1_000_000

    let private insideOf (lattice: ParentLattice) (matrix: int[]) =
        let bare = Supercell(lattice, matrix, [||])
        let found = HashSet<struct (int * int * int)>()
        let waiting = Queue [ struct (0, 0, 0) ]
        found.Add(struct (0, 0, 0)) |> ignore

        // All cells are reached from the first one by steps along the primitive vectors.
        while waiting.Count > 0 do
            let struct (x, y, z) = waiting.Dequeue()

            for next in [| struct (x + 1, y, z); struct (x, y + 1, z); struct (x, y, z + 1) |] do
                let wrapped = bare.Wrap next

                if found.Add wrapped then
                    waiting.Enqueue wrapped

        [|
            for cell in found do
                for b in 0 .. lattice.SitesPerCell - 1 do
                    { Cell = cell; Basis = b }
        |]

    /// <summary>A supercell.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="matrix">[9], row-major: rows are the vectors of the supercell in multiples of the primitive vectors.</param>
    /// <returns>Errors: OutOfRange for vectors in a plane, and for more than a million sites.</returns>
    let create (lattice: ParentLattice) (matrix: int[]) : Result<Supercell, MiceError list> =
        if matrix.Length <> 9 then
            invalidArg (nameof matrix) "The matrix of a supercell has nine numbers."

        let volume =
            let a = matrix |> Array.map int64

            a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6])
            + a[2] * (a[3] * a[7] - a[4] * a[6])

        let text = matrix |> Array.map string |> String.concat " "
        let sites = abs volume * int64 lattice.SitesPerCell

        if volume = 0L || matrix |> Array.exists (fun m -> abs m > 10_000) then
            Error
                [
                    MiceError.OutOfRange(
                        "the matrix of the supercell",
                        text,
                        "three vectors that span a cell, entries up to 10,000"
                    )
                ]
        elif sites > int64 Most then
            Error
                [
                    MiceError.OutOfRange("the sites of the supercell", string sites, $"1 to {Most}")
                ]
        else
            Ok(Supercell(lattice, matrix, insideOf lattice matrix |> ordered lattice))

    /// <summary>A supercell of whole multiples n₁ × n₂ × n₃ of the primitive vectors.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="n1">Multiple of the first primitive vector, 1 or more.</param>
    /// <param name="n2">Of the second.</param>
    /// <param name="n3">Of the third.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let multiples (lattice: ParentLattice) (n1: int) (n2: int) (n3: int) : Result<Supercell, MiceError list> =
        match [ n1; n2; n3 ] |> List.collect (Validate.atLeast 1 "a multiple of a primitive vector") with
        | [] -> create lattice [| n1; 0; 0; 0; n2; 0; 0; 0; n3 |]
        | faults -> Error(List.distinct faults)

    /// <summary>Positions of the sites.</summary>
    /// <param name="supercell">The supercell.</param>
    /// <returns>[3N], row-major, Å.</returns>
    let positions (supercell: Supercell) : float[] =
        supercell.Sites |> Array.collect (ParentLattice.position supercell.Lattice)

    /// <summary>Vectors of the supercell.</summary>
    /// <param name="supercell">The supercell.</param>
    /// <returns>[9], row-major: the vectors as rows, Å.</returns>
    let vectors (supercell: Supercell) : float[] =
        let s, v = supercell.Matrix, supercell.Lattice.Vectors

        Array.init 9 (fun i ->
            let row, k = i / 3, i % 3
            Seq.sum (Seq.init 3 (fun j -> float s[3 * row + j] * v[3 * j + k])))

    /// Whether an operation takes the translations of the supercell to themselves: S·Mᵀ·S⁻¹ is whole.
    let private keeps (matrix: int[]) (operation: LatticeOperation) =
        let volume = IntegerMatrix.determinant matrix

        IntegerMatrix.multiply
            (IntegerMatrix.multiply matrix (IntegerMatrix.transpose operation.Matrix))
            (IntegerMatrix.adjugate matrix)
        |> Array.forall (fun entry -> entry % volume = 0)

    /// <summary>The symmetry group of the supercell: all permutations of its sites by translations and by those operations of the lattice that keep the supercell, each
    /// once; the identity comes first.</summary>
    /// <remarks>Permutation g takes site i to site g[i]: the image of states s is s′ with s′[g[i]] = s[i]. In small supercells different operations of the lattice
    /// may move the sites alike; they count once. Energies of cluster expansions are the same for all images.</remarks>
    /// <param name="supercell">The supercell.</param>
    let symmetries (supercell: Supercell) : int[][] =
        let translations =
            supercell.Sites |> Array.filter (fun s -> s.Basis = 0) |> Array.map _.Cell

        let moved (operation: LatticeOperation) (struct (tx, ty, tz)) =
            supercell.Sites
            |> Array.map (fun site ->
                let image = LatticeSymmetry.apply operation site
                let struct (x, y, z) = image.Cell

                supercell.IndexOf
                    { image with
                        Cell = struct (x + tx, y + ty, z + tz)
                    })

        let all =
            [|
                for operation in LatticeSymmetry.operations supercell.Lattice do
                    if keeps supercell.Matrix operation then
                        for t in translations do
                            moved operation t
            |]

        let seen = HashSet<string>()
        let identity = Array.init supercell.Count id

        Array.append [| identity |] all |> Array.filter (fun g -> seen.Add(String.Join(',', g)))
