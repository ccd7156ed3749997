namespace Mice.Atoms

open System

/// <summary>The box of a snapshot: a parallelepiped spanned by three lattice vectors, in Å, with a flag per direction that says
/// whether it repeats.</summary>
/// <remarks>A position x has fractional coordinates s with x = Origin + Σᵢ sᵢ vᵢ; inside the cell 0 ≤ sᵢ &lt; 1. The vectors may form a
/// left-handed triple. Make one with <see cref="M:Mice.Atoms.CellModule.create"/>, which checks it.</remarks>
type Cell =
    {
        /// The lattice vectors as the rows of a 3×3 matrix, row-major, nine numbers, Å.
        Vectors: float[]
        /// The corner with s = 0, three numbers, Å.
        Origin: float[]
        /// For each of the three directions: does the system repeat along it?
        Periodic: bool[]
    }

/// Geometry of a <see cref="T:Mice.Atoms.Cell"/>.
[<RequireQualifiedAccess>]
module Cell =
    /// a × b of two vectors of three numbers.
    let internal cross (a: float[]) (b: float[]) =
        [|
            a[1] * b[2] - a[2] * b[1]
            a[2] * b[0] - a[0] * b[2]
            a[0] * b[1] - a[1] * b[0]
        |]

    /// a · b of two vectors of three numbers.
    let internal dot (a: float[]) (b: float[]) = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

    let internal norm (a: float[]) = sqrt (dot a a)

    /// The i-th lattice vector, three numbers, Å.
    let vector (i: int) (cell: Cell) : float[] = Array.sub cell.Vectors (3 * i) 3

    /// v₀ · (v₁ × v₂), Å³; negative for a left-handed triple.
    let determinant (cell: Cell) : float =
        dot (vector 0 cell) (cross (vector 1 cell) (vector 2 cell))

    /// The volume, Å³; always positive.
    let volume (cell: Cell) : float = abs (determinant cell)

    /// <summary>The reciprocal vectors dᵢ (without the factor 2π) as rows, so that sᵢ = dᵢ · (x − Origin).</summary>
    /// <returns>Nine numbers, row-major, 1/Å.</returns>
    let reciprocal (cell: Cell) : float[] =
        let v = Array.init 3 (fun i -> vector i cell)
        let d = determinant cell

        [| for i in 0..2 -> cross v[(i + 1) % 3] v[(i + 2) % 3] |]
        |> Array.collect (Array.map (fun x -> x / d))

    /// The distances between opposite faces, three numbers, Å: hᵢ = 1/|dᵢ|.
    let heights (cell: Cell) : float[] =
        let r = reciprocal cell
        Array.init 3 (fun i -> 1.0 / norm (Array.sub r (3 * i) 3))

    /// <summary>Checks that the numbers are finite, that no vector vanishes, and that the cell is not flat (its volume is more than
    /// 10⁻⁶ of the product of the lengths of its vectors).</summary>
    /// <returns>The cell, or one sentence that says what is wrong.</returns>
    let create (vectors: float[]) (origin: float[]) (periodic: bool[]) : Result<Cell, string> =
        if vectors.Length <> 9 || origin.Length <> 3 || periodic.Length <> 3 then
            invalidArg (nameof vectors) "A cell has nine numbers for its vectors, three for its origin and three flags."

        let cell =
            {
                Vectors = vectors
                Origin = origin
                Periodic = periodic
            }

        let lengths = Array.init 3 (fun i -> norm (vector i cell))

        if not (Array.forall Double.IsFinite vectors && Array.forall Double.IsFinite origin) then
            Error "the box has a bound that is not a finite number"
        elif Array.exists (fun l -> not (l > 0.0)) lengths then
            Error "the box has no extent along one direction"
        elif lengths |> Array.exists (fun l -> not (l < 1e9 && l > 1e-9)) then
            Error "the box has an edge outside of 1e-9 Å to 1e9 Å"
        elif not (volume cell > 1e-6 * lengths[0] * lengths[1] * lengths[2]) then
            Error "the box is flat: its vectors lie in one plane"
        else
            Ok cell

    /// <summary>A box with its edges along x, y and z, at the origin, that repeats in all directions.</summary>
    /// <param name="lengths">The three edges, Å, above 0; anything else is an exception.</param>
    let orthorhombic (lengths: float[]) : Cell =
        if lengths.Length <> 3 || not (lengths |> Array.forall (fun l -> l > 0.0)) then
            invalidArg (nameof lengths) "An orthorhombic cell has three edges above 0."

        let zero = 0.0

        match
            create
                [| lengths[0]; zero; zero; zero; lengths[1]; zero; zero; zero; lengths[2] |]
                [| zero; zero; zero |]
                [| true; true; true |]
        with
        | Ok cell -> cell
        | Error fault -> invalidArg (nameof lengths) fault

    /// A cube of the given edge, Å, at the origin, that repeats in all directions.
    let cubic (edge: float) : Cell = orthorhombic [| edge; edge; edge |]

    /// <summary>The smallest box along x, y and z that holds atoms without a box of their own, such as a molecule; it repeats nowhere.</summary>
    /// <remarks>An edge is 1 Å long at least.</remarks>
    /// <param name="positions">[3n], row-major, Å, of one atom or more.</param>
    /// <returns>The cell, or one sentence that says what is wrong.</returns>
    let around (positions: float[]) : Result<Cell, string> =
        let along pick k =
            Seq.init (positions.Length / 3) (fun a -> positions[3 * a + k]) |> pick

        let low = Array.init 3 (along Seq.min)
        let edges = Array.init 3 (fun k -> max 1.0 (along Seq.max k - low[k]))
        create (Array.init 9 (fun i -> if i % 4 = 0 then edges[i / 4] else 0.0)) low [| false; false; false |]

    /// The same box with its corner at 0, for vectors in place of positions.
    let atZero (cell: Cell) : Cell =
        { cell with
            Origin = Array.zeroCreate 3
        }

    /// Are the three vectors along x, y and z, in this order?
    let isOrthorhombic (cell: Cell) : bool =
        let v = cell.Vectors

        v[1] = 0.0 && v[2] = 0.0 && v[3] = 0.0 && v[5] = 0.0 && v[6] = 0.0 && v[7] = 0.0

    /// <summary>Fractional coordinates of positions: sᵢ = dᵢ · (x − Origin).</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="positions">[3n], row-major, Å.</param>
    /// <returns>[3n], row-major, dimensionless.</returns>
    let fractional (cell: Cell) (positions: float[]) : float[] =
        let r, o = reciprocal cell, cell.Origin
        let result = Array.zeroCreate positions.Length

        for a in 0 .. positions.Length / 3 - 1 do
            let x, y, z =
                positions[3 * a] - o[0], positions[3 * a + 1] - o[1], positions[3 * a + 2] - o[2]

            for i in 0..2 do
                result[3 * a + i] <- r[3 * i] * x + r[3 * i + 1] * y + r[3 * i + 2] * z

        result

    /// <summary>Positions of fractional coordinates: x = Origin + Σᵢ sᵢ vᵢ.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="fractions">[3n], row-major.</param>
    /// <returns>[3n], row-major, Å.</returns>
    let cartesian (cell: Cell) (fractions: float[]) : float[] =
        let v, o = cell.Vectors, cell.Origin
        let result = Array.zeroCreate fractions.Length

        for a in 0 .. fractions.Length / 3 - 1 do
            for k in 0..2 do
                result[3 * a + k] <-
                    o[k] + fractions[3 * a] * v[k] + fractions[3 * a + 1] * v[3 + k] + fractions[3 * a + 2] * v[6 + k]

        result

    /// <summary>Moves positions by whole lattice vectors along the periodic directions until 0 ≤ sᵢ &lt; 1 there.</summary>
    /// <remarks>A position that lies inside already keeps its digits. One that lies below a face by less than the rounding error
    /// of the box length lands on the face s = 0.</remarks>
    /// <param name="cell">The cell.</param>
    /// <param name="positions">[3n], row-major, Å; left as they are.</param>
    /// <returns>[3n], row-major, Å.</returns>
    let wrap (cell: Cell) (positions: float[]) : float[] =
        let s, v = fractional cell positions, cell.Vectors
        let result = Array.copy positions

        for a in 0 .. positions.Length / 3 - 1 do
            for i in 0..2 do
                let shift = floor s[3 * a + i]

                if cell.Periodic[i] && shift <> 0.0 then
                    // 1 − 1e-17 rounds to 1: such a position goes to the lower face.
                    let shift = if s[3 * a + i] - shift >= 1.0 then s[3 * a + i] else shift

                    for k in 0..2 do
                        result[3 * a + k] <- result[3 * a + k] - shift * v[3 * i + k]

        result
