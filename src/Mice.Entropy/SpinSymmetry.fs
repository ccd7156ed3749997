namespace Mice.Entropy

open System
open Mice.Samplers

/// <summary>Changes of a configuration that leave its probability as it is, beside translations: rotations and reflections of the
/// lattice about a site, and the flip of all spins.</summary>
/// <remarks>A symmetry is a statement about the law of the snapshots: snapshots that all have one sign of the magnetisation, as
/// from local moves in the ordered phase, break the flip, and to declare it adds up to ln 2 to the entropy of every block.</remarks>
type SpinSymmetry =
    internal
        {
            /// Linear maps of offsets (row, column), the identity among them; a group.
            Maps: (struct (int * int) -> struct (int * int))[]
            /// Whether all spins may be flipped.
            Flip: bool
        }

/// Symmetries of models, and what they do to the patterns of a block.
[<RequireQualifiedAccess>]
module SpinSymmetry =
    /// <summary>Translations, and the flip where it is one: for anything that is homogeneous.</summary>
    /// <param name="flip">Whether all spins may be flipped together; of planar spins, whether they may be rotated together.</param>
    let translations (flip: bool) : SpinSymmetry = { Maps = [| id |]; Flip = flip }

    /// Translations alone.
    let none: SpinSymmetry = translations false

    let private linear (struct (a, b)) (struct (c, d)) =
        fun (struct (row, column)) -> struct (a * row + c * column, b * row + d * column)

    /// The linear maps that take neighbours to neighbours and the torus onto itself.
    let private pointGroup (lattice: Lattice) rows columns =
        let all = Lattice.offsets lattice

        let keepsTorus map =
            [ struct (rows, 0); struct (0, columns) ]
            |> List.forall (fun period ->
                let struct (r, c) = map period
                r % rows = 0 && c % columns = 0)

        [|
            for down in all do
                for right in all do
                    let map = linear down right

                    if Set.ofArray (Array.map map all) = Set.ofArray all && keepsTorus map then
                        map
        |]

    /// <summary>The point group of a lattice (8 maps for the square, 12 for the triangular one), less what does not fit a torus with different
    /// sides.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="flip">Whether all spins may be flipped together; of planar spins, whether they may be rotated together.</param>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    let ofLattice (lattice: Lattice) (flip: bool) (rows: int) (columns: int) : SpinSymmetry =
        {
            Maps = pointGroup lattice rows columns
            Flip = flip
        }

    /// <summary>Symmetries of an Ising model: those of its lattice, and the flip when the field is 0.</summary>
    /// <param name="model">The model.</param>
    let ofModel (model: IsingModel) : SpinSymmetry =
        ofLattice model.Lattice (model.Field = 0.0) model.Rows model.Columns

    /// The symmetry in words of its own, for the identity of a calculation: what the maps do to the neighbours down and right.
    let internal describe (symmetry: SpinSymmetry) : string =
        let places =
            symmetry.Maps
            |> Array.map (fun map ->
                let struct (a, b), struct (c, d) = map (struct (1, 0)), map (struct (0, 1))
                $"{a} {b} {c} {d}")
            |> Array.sort

        String.Join(", ", places) + (if symmetry.Flip then "; flip" else "")

    let private holds image (symmetry: SpinSymmetry) =
        let places = [ struct (1, 0); struct (0, 1) ]

        symmetry.Maps
        |> Array.exists (fun map -> places |> List.forall (fun place -> map place = image place))

    /// Whether rows and columns may be exchanged.
    let internal transposes (symmetry: SpinSymmetry) : bool =
        holds (fun (struct (r, c)) -> struct (c, r)) symmetry

    /// Whether the lattice may be reflected along its rows and along its columns.
    let internal reflects (symmetry: SpinSymmetry) : bool =
        holds (fun (struct (r, c)) -> struct (-r, c)) symmetry
        && holds (fun (struct (r, c)) -> struct (r, -c)) symmetry

    /// The maps that take the shape onto itself, as permutations: bit i goes to bit p[i].
    let internal permutations (shape: BlockShape) (symmetry: SpinSymmetry) : int[][] =
        symmetry.Maps
        |> Array.choose (fun map ->
            let images = shape.Offsets |> Array.map map

            let struct (top, left) =
                images
                |> Array.reduce (fun (struct (r, c)) (struct (row, column)) -> struct (min r row, min c column))

            let bits =
                images
                |> Array.map (fun (struct (row, column)) ->
                    Array.IndexOf(shape.Offsets, struct (row - top, column - left)))

            if bits |> Array.forall (fun bit -> bit >= 0) then
                Some bits
            else
                None)

    /// Images of all values of a byte of a pattern, [(sites + 7)/8][256].
    let private byteImages (permutation: int[]) =
        Array.init ((permutation.Length + 7) / 8) (fun part ->
            Array.init 256 (fun value ->
                let mutable image = 0

                for bit in 0 .. min 7 (permutation.Length - 1 - 8 * part) do
                    if (value >>> bit) &&& 1 = 1 then
                        image <- image ||| (1 <<< permutation[8 * part + bit])

                image))

    /// The smallest pattern that each pattern can be turned into, [2^sites]: the name of its orbit.
    let internal orbits (shape: BlockShape) (symmetry: SpinSymmetry) : int[] =
        let all = (1 <<< shape.Sites) - 1

        let least =
            Array.init (all + 1) (fun pattern ->
                if symmetry.Flip then
                    min pattern (all - pattern)
                else
                    pattern)

        for permutation in permutations shape symmetry do
            let images = byteImages permutation

            for pattern in 0..all do
                let mutable image = 0

                for part in 0 .. images.Length - 1 do
                    image <- image ||| images[part][(pattern >>> (8 * part)) &&& 255]

                let image = if symmetry.Flip then min image (all - image) else image
                least[pattern] <- min least[pattern] image

        least
