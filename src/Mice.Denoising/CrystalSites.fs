namespace Mice.Denoising

open System
open Mice
open Mice.Atoms

/// <summary>The perfect crystal that the atoms of snapshots vibrate about: each atom has a cell of the lattice and a place in it.</summary>
type CrystalSites =
    internal
        {
            /// [3·atoms]: site of each atom in fractions of the box.
            Sites: float[]
            /// [3·cells]: vectors of the lattice in fractions of the box; the first is 0. All of them map the sites onto themselves.
            Translations: float[]
            /// [atoms]: the translation that leads to the cell of an atom.
            Cell: int[]
            /// [atoms]: the place of an atom in its cell, from 0.
            Place: int[]
            /// Atoms in a cell of the lattice.
            Places: int
        }

/// Finding sites.
[<RequireQualifiedAccess>]
module CrystalSites =
    /// Sites agree that are nearer than this share of the shortest distance of two of them.
    [<Literal>]
    let private Tolerance = 0.45

    let private wrapped (x: float) = x - Math.Round x

    /// Positions of a snapshot in fractions of its box.
    let private fractions (s: Snapshot) = Cell.fractional s.Cell s.Positions

    /// Atoms of a snapshot relative to places that are near them, without their common displacement; both in fractions of the box.
    let private relative (places: float[]) (fractions: float[]) =
        let n = places.Length / 3
        // The common displacement is any vector of the box: it is found from that of the first atom, which is near it.
        let first = Array.init 3 (fun k -> fractions[k] - places[k])

        let moved =
            Array.init (3 * n) (fun i -> wrapped (fractions[i] - places[i] - first[i % 3]))

        let mean =
            Array.init 3 (fun k -> Seq.sum (Seq.init n (fun i -> moved[3 * i + k])) / float n)

        moved |> Array.mapi (fun i x -> x - mean[i % 3])

    /// Mean places of the atoms over snapshots, in fractions of the box.
    let private meanPlaces (snapshots: Snapshot[]) =
        let all = snapshots |> Array.map fractions
        let first = all[0]
        let moves = all |> Array.map (relative first)
        Array.init first.Length (fun i -> first[i] + Array.averageBy (fun (m: float[]) -> m[i]) moves)

    /// The nearest atom to a place, within a distance; Å.
    let private nearestWithin (grid: NeighbourGrid) (distance: float) (places: float[]) =
        let table =
            Neighbours.query
                { Neighbours.all grid with
                    Radius = distance
                    Most = Some 1
                }
                grid
                places

        Array.init table.Points (fun i ->
            if table.Offsets[i + 1] > table.Offsets[i] then
                table.Indices[table.Offsets[i]]
            else
                -1)

    /// A search around places, as far as a neighbour of each is.
    let private around (cell: Cell) (positions: float[]) =
        Neighbours.build cell positions (1.5 * Math.Cbrt(Cell.volume cell / float (positions.Length / 3)))

    /// Ways of atoms from places that are near them, without their common displacement; Å.
    let private ways (places: float[]) (cell: Cell) (positions: float[]) =
        let plain =
            { cell with
                Origin = Array.zeroCreate 3
            }

        Cell.fractional cell positions |> relative places |> Cell.cartesian plain

    /// <summary>Root of the mean square distance of atoms from their mean places: some tenths of the mean distance of atoms where they stay, much more where they
    /// change their places.</summary>
    /// <param name="snapshots">Two or more, with the same atoms in the same order.</param>
    /// <returns>Å.</returns>
    let spread (snapshots: Snapshot[]) : float =
        let places = meanPlaces snapshots

        let squares (s: Snapshot) =
            ways places s.Cell s.Positions |> Array.sumBy (fun x -> x * x)

        sqrt (Array.averageBy squares snapshots / float (Snapshot.count snapshots[0]))

    /// Sites, or why there are none, from the mean places of atoms in one box.
    let private ofPlaces (cell: Cell) (species: int[]) (places: float[]) : Result<CrystalSites, string> =
        let n = species.Length
        let positions = Cell.cartesian cell places
        let grid = around cell positions
        let near = Tolerance * Neighbours.shortest grid positions

        // A translation maps every atom onto the place of one of its species.
        let images (t: float[]) =
            let found =
                places |> Array.mapi (fun i x -> x + t[i % 3]) |> Cell.cartesian cell |> nearestWithin grid near

            let isMap =
                found |> Array.forall (fun j -> j >= 0)
                && (Array.distinct found).Length = n
                && Array.forall2 (fun i j -> species[i] = species[j]) [| 0 .. n - 1 |] found

            if isMap then Some found else None

        let ofAtom j =
            let start = Array.init 3 (fun k -> places[3 * j + k] - places[k])

            if species[j] <> species[0] then
                None
            else
                images start
                |> Option.map (fun found ->
                    // The mean over all atoms is a whole number over that of the atoms: what they are off by cancels, and whole vectors of the box are left.
                    let along k =
                        let off =
                            Seq.init n (fun i -> wrapped (places[3 * found[i] + k] - places[3 * i + k] - start[k]))

                        Math.Round(float n * start[k] + Seq.sum off) / float n

                    Array.init 3 along, found)

        let all = [| 0 .. n - 1 |] |> Array.choose ofAtom

        if all.Length < 2 then
            Error "the mean places of the atoms are no lattice"
        else
            let translations = all |> Array.collect fst
            let maps = all |> Array.map snd
            let home, place = Array.create n -1, Array.create n -1
            let mutable places' = 0

            for i in 0 .. n - 1 do
                if home[i] < 0 then
                    for t in 0 .. maps.Length - 1 do
                        home[maps[t][i]] <- t
                        place[maps[t][i]] <- places'

                    places' <- places' + 1

            // Each place of the cell is the mean over all cells.
            let origin = Array.zeroCreate<float>(3 * places')
            let count = float maps.Length
            let reference = Array.init places' (fun b -> Array.findIndex ((=) b) place)

            for i in 0 .. n - 1 do
                for k in 0..2 do
                    let b = place[i]
                    let base0 = places[3 * reference[b] + k] - translations[3 * home[reference[b]] + k]
                    let own = places[3 * i + k] - translations[3 * home[i] + k]
                    origin[3 * b + k] <- origin[3 * b + k] + (base0 + wrapped (own - base0)) / count

            Ok
                {
                    Sites =
                        Array.init (3 * n) (fun i ->
                            origin[3 * place[i / 3] + i % 3] + translations[3 * home[i / 3] + i % 3])
                    Translations = translations
                    Cell = home
                    Place = place
                    Places = places'
                }

    /// <summary>The perfect crystal of snapshots.</summary>
    /// <param name="snapshots">Snapshots of a crystal with the same atoms in the same order, in boxes of one shape.</param>
    /// <returns>Errors: one sentence that says why there is none.</returns>
    let find (snapshots: Snapshot[]) : Result<CrystalSites, string> =
        meanPlaces snapshots |> ofPlaces snapshots[0].Cell snapshots[0].Species

    /// <summary>Displacements of atoms from their sites, without their common displacement.</summary>
    /// <param name="sites">The sites.</param>
    /// <param name="cell">The box.</param>
    /// <param name="positions">[3·atoms], Å.</param>
    /// <returns>[3·atoms], Å.</returns>
    let displacements (sites: CrystalSites) (cell: Cell) (positions: float[]) : float[] =
        ways sites.Sites cell positions

    /// <summary>The farthest that an atom of any snapshot is from its site, over the shortest distance of two sites.</summary>
    /// <param name="sites">The sites.</param>
    /// <param name="snapshots">The snapshots.</param>
    let farthest (sites: CrystalSites) (snapshots: Snapshot[]) : float =
        let ofSnapshot (s: Snapshot) =
            let moved =
                displacements sites s.Cell s.Positions
                |> Array.chunkBySize 3
                |> Array.map (Array.sumBy (fun x -> x * x))

            let positions = Cell.cartesian s.Cell sites.Sites
            sqrt (Array.max moved) / Neighbours.shortest (around s.Cell positions) positions

        snapshots |> Array.map ofSnapshot |> Array.max
