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
            /// The translations that map the sites onto themselves.
            Group: TranslationGroup
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
        Cell.fractional cell positions |> relative places |> Cell.cartesian (Cell.atZero cell)

    /// <summary>Root of the mean square distance of atoms from their mean places: some tenths of the mean distance of atoms where they stay, much more where they
    /// change their places.</summary>
    /// <param name="snapshots">Two or more, with the same atoms in the same order.</param>
    /// <returns>Å.</returns>
    let spread (snapshots: Snapshot[]) : float =
        let places = meanPlaces snapshots

        let squares (s: Snapshot) =
            ways places s.Cell s.Positions |> Array.sumBy (fun x -> x * x)

        sqrt (Array.averageBy squares snapshots / float (Snapshot.count snapshots[0]))

    /// Atoms by which most vectors that are no translations are recognised.
    [<Literal>]
    let private Probes = 32

    /// What translations are looked for in.
    type private Search =
        {
            Cell: Cell
            Species: int[]
            /// Mean places of the atoms, in fractions of the box.
            Places: float[]
            /// The atom at a place, -1 where there is none.
            At: float[] -> int[]
        }

    let private search (cell: Cell) (species: int[]) (places: float[]) : Search =
        let positions = Cell.cartesian cell places
        let grid = around cell positions
        let near = Tolerance * Neighbours.shortest grid positions

        {
            Cell = cell
            Species = species
            Places = places
            At = Cell.cartesian cell >> nearestWithin grid near
        }

    /// Places of some atoms, moved.
    let private moved (s: Search) (atoms: int[]) (by: float[]) =
        Array.init (3 * atoms.Length) (fun i -> s.Places[3 * atoms[i / 3] + i % 3] + by[i % 3])

    /// The atoms that a vector maps atoms onto, each of the same species and each another; None for a vector that is no translation.
    let private images (s: Search) (atoms: int[]) (by: float[]) : int[] option =
        let found = moved s atoms by |> s.At

        let isMap =
            found |> Array.forall (fun j -> j >= 0)
            && (Array.distinct found).Length = atoms.Length
            && Array.forall2 (fun i j -> s.Species[i] = s.Species[j]) atoms found

        if isMap then Some found else None

    /// The translation that maps the first atom onto another, times the number of atoms: whole numbers; None where there is none.
    let private ofAtom (s: Search) (j: int) : int64[] option =
        let n = s.Species.Length
        let start = Array.init 3 (fun k -> s.Places[3 * j + k] - s.Places[k])
        let all = [| 0 .. n - 1 |]

        let probes =
            Array.init (min Probes n) (fun i -> int (int64 i * int64 n / int64 (min Probes n)))

        images s probes start
        |> Option.bind (fun _ -> images s all start)
        |> Option.map (fun found ->
            // The mean over all atoms is a whole number over that of the atoms: what they are off by cancels, and whole vectors of the box are left.
            Array.init 3 (fun k ->
                let off =
                    all
                    |> Array.sumBy (fun i -> wrapped (s.Places[3 * found[i] + k] - s.Places[3 * i + k] - start[k]))

                int64 (Math.Round(float n * start[k] + off))))

    /// The images of an atom under all translations, by their place in the group.
    let private orbit (s: Search) (group: TranslationGroup) (atom: int) : int[] =
        Array.init (TranslationGroup.count group) (TranslationGroup.translation group >> moved s [| atom |])
        |> Array.concat
        |> s.At

    /// All translations. Vectors to near atoms are tried first: what they generate need not be tried.
    let private translations (s: Search) : TranslationGroup =
        let n = s.Species.Length

        let lengths =
            Array.init (3 * n) (fun i -> wrapped (s.Places[i] - s.Places[i % 3]))
            |> Cell.cartesian (Cell.atZero s.Cell)
            |> Array.chunkBySize 3
            |> Array.map (Array.sumBy (fun x -> x * x))

        let reached = Array.zeroCreate<bool> n

        let mark (group: TranslationGroup) =
            for j in orbit s group 0 do
                if j >= 0 then
                    reached[j] <- true

        let add (vectors, group) j =
            match (if reached[j] then None else ofAtom s j) with
            | None -> vectors, group
            | Some vector ->
                let vectors = vector :: vectors
                let group = TranslationGroup.ofVectors (int64 n) vectors
                mark group
                vectors, group

        [| 1 .. n - 1 |]
        |> Array.sortBy (fun j -> lengths[j])
        |> Array.fold add ([], TranslationGroup.ofVectors (int64 n) [])
        |> snd

    /// Mean of each place of the cell over all cells, in fractions of the box, from the first atom that has it.
    let private origins (s: Search) (group: TranslationGroup) (home: int[]) (firsts: int[]) (place: int[]) =
        let shifts =
            Array.init (TranslationGroup.count group) (TranslationGroup.translation group)

        let origin = Array.zeroCreate<float>(3 * firsts.Length)

        for i in 0 .. place.Length - 1 do
            for k in 0..2 do
                let base0 = s.Places[3 * firsts[place[i]] + k]
                let own = s.Places[3 * i + k] - shifts[home[i]][k]
                let at = 3 * place[i] + k
                origin[at] <- origin[at] + (base0 + wrapped (own - base0)) / float shifts.Length

        Array.init (3 * place.Length) (fun i -> origin[3 * place[i / 3] + i % 3] + shifts[home[i / 3]][i % 3])

    /// Sites, or why there are none, from the mean places of atoms in one box.
    let private ofPlaces (cell: Cell) (species: int[]) (places: float[]) : Result<CrystalSites, string> =
        let n = species.Length
        let s = search cell species places
        let group = translations s
        let cells = TranslationGroup.count group
        let home, place = Array.create n -1, Array.create n -1
        let firsts = ResizeArray<int>()

        for i in 0 .. n - 1 do
            if home[i] < 0 then
                for t, j in orbit s group i |> Array.indexed do
                    if j >= 0 then
                        home[j] <- t
                        place[j] <- firsts.Count

                firsts.Add i

        if cells < 2 || n <> cells * firsts.Count then
            Error "the mean places of the atoms are no lattice"
        else
            Ok
                {
                    Sites = origins s group home (firsts.ToArray()) place
                    Group = group
                    Cell = home
                    Place = place
                    Places = firsts.Count
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
