namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers

/// Two equal halves of a block of a lattice, side by side.
type LatticeHalves =
    {
        /// Sites of a half along the cut.
        Length: int
        /// Sites of a half across the cut.
        Depth: int
        /// Whether one half lies under the other, and not beside it.
        Stacked: bool
        /// Bonds cut, in lattice constants: Length, twice that when the block closes around the torus.
        InterfaceLength: int
    }

/// What a symmetry allows of a block: found once, for blocks are drawn by the million.
type internal HalfOrientations =
    {
        /// Rows and columns may be exchanged.
        Transposes: bool
        /// The block may be reflected along its cut.
        Reflects: bool
    }

/// Taking halves out of snapshots.
[<RequireQualifiedAccess>]
module LatticeHalves =
    /// Depth×length, as tables and curves name them.
    let name (halves: LatticeHalves) : string = $"{halves.Depth}×{halves.Length}"

    /// Sites of one half.
    let volume (halves: LatticeHalves) : int = halves.Length * halves.Depth

    /// <summary>The halves of all blocks from a counted one up to the whole torus, smallest first; each doubling joins two blocks at
    /// their longer side, at the rows when the sides are equal.</summary>
    /// <param name="block">Side of the counted square.</param>
    /// <param name="rows">Rows of the torus, block times a power of two.</param>
    /// <param name="columns">Columns of the torus, the same.</param>
    /// <param name="rowsFirst">Whether a square is doubled along its rows first, or along its columns.</param>
    let doublings (block: int) (rows: int) (columns: int) (rowsFirst: bool) : LatticeHalves list =
        let rec grow (r, c) =
            if r = rows && c = columns then
                None
            else
                let alongRows = c = columns || r < rows && (r < c || r = c && rowsFirst)

                // Doubling along the rows' direction puts one block under the other: the cut is as long as the columns.
                let length, depth = if alongRows then c, r else r, c
                let closes = (if alongRows then 2 * r = rows else 2 * c = columns)

                Some(
                    {
                        Length = length
                        Depth = depth
                        Stacked = alongRows
                        InterfaceLength = if closes then 2 * length else length
                    },
                    (if alongRows then 2 * r, c else r, 2 * c)
                )

        List.unfold grow (block, block)

    let private orientationsOf (symmetry: SpinSymmetry) =
        {
            Transposes = SpinSymmetry.transposes symmetry
            Reflects = SpinSymmetry.reflects symmetry
        }

    /// <summary>Calls back with the place in a half and the sites of both halves there, as seen from the cut: place across·length + along, the second
    /// half turned by 180°, so that both look alike. The block lies anywhere and in any orientation that the symmetry allows.</summary>
    /// <param name="orientations">Those that the symmetry allows.</param>
    /// <param name="generator">Place and orientation.</param>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    /// <param name="halves">The halves.</param>
    /// <param name="pair">Told the place, the first half's site and the second half's.</param>
    let inline internal visit
        (orientations: HalfOrientations)
        (generator: Generator)
        (rows: int)
        (columns: int)
        (halves: LatticeHalves)
        ([<InlineIfLambda>] pair: int -> int -> int -> unit)
        : unit =
        let transposed =
            if orientations.Transposes then
                generator.NextInt 2 = 1
            else
                halves.Stacked

        let mirrored = orientations.Reflects && generator.NextInt 2 = 1
        let r0, c0 = generator.NextInt rows, generator.NextInt columns

        // Around the torus at most once, for no half is longer than it; a division takes several times as long.
        let around place size =
            if place >= size then place - size
            elif place < 0 then place + size
            else place

        let site along across =
            let r = around (r0 + (if transposed then across else along)) rows
            let c = around (c0 + (if transposed then along else across)) columns
            r * columns + c

        for across in 0 .. halves.Depth - 1 do
            for along in 0 .. halves.Length - 1 do
                let turned = halves.Length - 1 - along

                pair
                    (across * halves.Length + along)
                    (site (if mirrored then turned else along) -across)
                    (site (if mirrored then along else turned) (across + 1))

    /// <summary>Copies two halves of a block of Ising spins to rows of two arrays.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <returns>A function of the randomness (place, orientation, sign), the snapshots (their shape), one of them, the halves, the row to
    /// write to, and the arrays of first and of second halves, [·; depth·length].</returns>
    let draw
        (symmetry: SpinSymmetry)
        : Generator -> LatticeSnapshots<sbyte> -> sbyte[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit =
        let orientations = orientationsOf symmetry

        fun generator snapshots spins halves row a b ->
            let sign =
                if symmetry.Flip && generator.NextInt 2 = 1 then
                    -1.0f
                else
                    1.0f

            let start = row * volume halves

            visit orientations generator snapshots.Rows snapshots.Columns halves (fun place first second ->
                a[start + place] <- sign * float32 spins[first]
                b[start + place] <- sign * float32 spins[second])

    /// <summary>Copies two halves of a block of planar spins to rows of two arrays, x components before y components.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <returns>A function of the same as that of draw; the arrays are [·; 2·depth·length].</returns>
    let drawPlanar
        (symmetry: SpinSymmetry)
        : Generator -> LatticeSnapshots<Vector2> -> Vector2[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit =
        let orientations = orientationsOf symmetry

        fun generator snapshots spins halves row a b ->
            let sites = volume halves
            let start = 2 * row * sites

            visit orientations generator snapshots.Rows snapshots.Columns halves (fun place first second ->
                a[start + place] <- spins[first].X
                a[start + sites + place] <- spins[first].Y
                b[start + place] <- spins[second].X
                b[start + sites + place] <- spins[second].Y)
