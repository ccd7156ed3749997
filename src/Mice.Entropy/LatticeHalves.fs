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

/// Taking halves out of snapshots.
[<RequireQualifiedAccess>]
module LatticeHalves =
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

    /// <summary>Calls back with the place in a half and the sites of both halves there, as seen from the cut: place across·length + along, the second
    /// half turned by 180°, so that both look alike. The block lies anywhere and in any orientation that the symmetry allows.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <param name="generator">Place and orientation.</param>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    /// <param name="halves">The halves.</param>
    /// <param name="pair">Told the place, the first half's site and the second half's.</param>
    let inline internal visit
        (symmetry: SpinSymmetry)
        (generator: Generator)
        (rows: int)
        (columns: int)
        (halves: LatticeHalves)
        ([<InlineIfLambda>] pair: int -> int -> int -> unit)
        : unit =
        let transposed =
            if SpinSymmetry.transposes symmetry then
                generator.NextInt 2 = 1
            else
                halves.Stacked

        let mirrored = SpinSymmetry.reflects symmetry && generator.NextInt 2 = 1
        let r0, c0 = generator.NextInt rows, generator.NextInt columns

        let site along across =
            // Around the torus; no half is longer than it.
            let r = (r0 + (if transposed then across else along) + 2 * rows) % rows
            let c = (c0 + (if transposed then along else across) + 2 * columns) % columns
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
    /// <param name="generator">Place, orientation, sign.</param>
    /// <param name="snapshots">Their shape.</param>
    /// <param name="spins">One snapshot.</param>
    /// <param name="halves">The halves.</param>
    /// <param name="row">Where to write.</param>
    /// <param name="a">First halves, [·; depth·length].</param>
    /// <param name="b">Second halves, the same.</param>
    let draw
        (symmetry: SpinSymmetry)
        (generator: Generator)
        (snapshots: LatticeSnapshots<sbyte>)
        (spins: sbyte[])
        (halves: LatticeHalves)
        (row: int)
        (a: float32[])
        (b: float32[])
        : unit =
        let sign =
            if symmetry.Flip && generator.NextInt 2 = 1 then
                -1.0f
            else
                1.0f

        let start = row * volume halves

        visit symmetry generator snapshots.Rows snapshots.Columns halves (fun place first second ->
            a[start + place] <- sign * float32 spins[first]
            b[start + place] <- sign * float32 spins[second])

    /// <summary>Copies two halves of a block of planar spins to rows of two arrays, x components before y components.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <param name="generator">Place and orientation.</param>
    /// <param name="snapshots">Their shape.</param>
    /// <param name="spins">One snapshot.</param>
    /// <param name="halves">The halves.</param>
    /// <param name="row">Where to write.</param>
    /// <param name="a">First halves, [·; 2·depth·length].</param>
    /// <param name="b">Second halves, the same.</param>
    let drawPlanar
        (symmetry: SpinSymmetry)
        (generator: Generator)
        (snapshots: LatticeSnapshots<Vector2>)
        (spins: Vector2[])
        (halves: LatticeHalves)
        (row: int)
        (a: float32[])
        (b: float32[])
        : unit =
        let sites = volume halves
        let start = 2 * row * sites

        visit symmetry generator snapshots.Rows snapshots.Columns halves (fun place first second ->
            a[start + place] <- spins[first].X
            a[start + sites + place] <- spins[first].Y
            b[start + place] <- spins[second].X
            b[start + sites + place] <- spins[second].Y)
