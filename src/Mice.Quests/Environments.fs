namespace Mice.Quests

open System
open System.Collections.Concurrent
open System.Threading.Tasks
open Mice
open Mice.Atoms

/// <summary>Descriptors of the environments of all atoms of some snapshots.</summary>
type Environments =
    {
        /// One point for each atom, in the order of snapshots and, within them, of atoms.
        Points: PointSet
        /// [snapshots + 1]: the atoms of snapshot f are the points Offsets[f] … Offsets[f + 1] − 1.
        Offsets: int[]
        /// Atoms whose k-th and (k + 1)-th neighbour are equally near: a shell of a crystal lies across the border. Which of its atoms count is
        /// settled by the directions in which they lie.
        Straddling: int
        /// Atoms with fewer than k neighbours within the cut-off.
        Sparse: int
        /// Atoms without any neighbour, whose descriptors are 0.
        Isolated: int
    }

/// One of the descriptors that a descriptor is made of: of some atoms in the field of some atoms.
type private Part =
    {
        Centres: int[]
        Neighbours: int[]
        /// Where its w/r and its means of lists begin.
        Radial: int
        Angular: int
    }

/// What is told of the environments of one snapshot besides their descriptors, an entry for each atom.
type private Tally =
    {
        Straddles: bool[]
        IsSparse: bool[]
        HasNeighbours: bool[]
    }

/// <summary>The descriptors of QUESTS: what the neighbourhood of an atom looks like, in 2k − 1 numbers.</summary>
/// <remarks>With w(r) = (1 − (r/r_c)²)² these are w(rⱼ)/rⱼ of the k nearest neighbours, and k − 1 means of √(wⱼ w_l)/d_jl over the neighbours' sorted
/// lists. They do not change under rotations, reflections, translations and exchanges of atoms; components are in 1/Å. Source: D. Schwalbe-Koda et al.,
/// arXiv:2404.12367, eqs. S1–S9.</remarks>
[<RequireQualifiedAccess>]
module Environments =
    /// Distances that differ by less are equal, Å.
    [<Literal>]
    let private Tie = 1e-6

    /// Atoms nearer than this are at one place, Å.
    [<Literal>]
    let private Coincident = 1e-3

    /// Atoms whose neighbours are held in memory at a time, and those of them that one task describes.
    let private window, share = 7680, 240

    /// The parts of a form for a snapshot whose atoms have these species, by index, of so many.
    let private parts (options: EnvironmentOptions) (count: int) (species: int[]) : Part list =
        let k = options.Neighbours
        let all = Array.init species.Length id

        let ofSpecies =
            Array.init count (fun s -> all |> Array.filter (fun i -> species[i] = s))

        match options.Species with
        | SpeciesForm.Alike ->
            [
                {
                    Centres = all
                    Neighbours = all
                    Radial = 0
                    Angular = k
                }
            ]
        | SpeciesForm.Sublattices ->
            [
                for block in 0..count do
                    let atoms = if block = 0 then all else ofSpecies[block - 1]

                    {
                        Centres = atoms
                        Neighbours = atoms
                        Radial = block * k
                        Angular = (count + 1) * k + block * (k - 1)
                    }
            ]
        | SpeciesForm.Pairs ->
            [
                for a in 0 .. count - 1 do
                    for b in 0 .. count - 1 do
                        {
                            Centres = ofSpecies[a]
                            Neighbours = ofSpecies[b]
                            Radial = (a * count + b) * (2 * k - 1)
                            Angular = (a * count + b) * (2 * k - 1) + k
                        }
            ]
        |> List.filter (fun part -> part.Centres.Length > 0 && part.Neighbours.Length > 0)

    let private positionsOf (snapshot: Snapshot) (atoms: int[]) : float[] =
        if atoms.Length = Snapshot.count snapshot then
            snapshot.Positions
        else
            atoms |> Array.collect (fun a -> Array.sub snapshot.Positions (3 * a) 3)

    /// Distance of the k-th neighbour, where the next one is equally near and both count.
    let private border (k: int) (cutoff: float) (table: NeighbourTable) (i: int) : float option =
        let first = table.Offsets[i]

        if table.Offsets[i + 1] - first <= k then
            None
        else
            let last, next =
                sqrt table.SquaredDistances[first + k - 1], sqrt table.SquaredDistances[first + k]

            if next - last <= Tie && last < cutoff then
                Some last
            else
                None

    /// The k neighbours of a point where a shell lies across the border: equally near ones in the order of their directions, so that the choice depends
    /// neither on the order of the atoms nor on the origin.
    let private settled (k: int) (grid: NeighbourGrid) (point: float[]) (border: float) : NeighbourTable =
        let radius = min grid.Cutoff (border + Tie)

        let found =
            Neighbours.queryOn
                1
                { Neighbours.all grid with
                    Radius = radius
                }
                grid
                point

        let d = found.Displacements

        let order e =
            let r = sqrt found.SquaredDistances[e]
            let digit i = Math.Round(d[3 * e + i], 4)
            struct ((if r < border - Tie then r else border), digit 2, digit 1, digit 0)

        let chosen =
            [| 0 .. found.Indices.Length - 1 |]
            |> Array.filter (fun e -> found.SquaredDistances[e] > Coincident * Coincident)
            |> Array.sortBy order
            |> Array.truncate k

        {
            Offsets = [| 0; chosen.Length |]
            Indices = chosen |> Array.map (fun e -> found.Indices[e])
            Displacements = chosen |> Array.collect (fun e -> Array.sub d (3 * e) 3)
            SquaredDistances = chosen |> Array.map (fun e -> found.SquaredDistances[e])
        }

    /// Two atoms at one place.
    exception private AtOnePlace of int * int

    /// Where descriptors go.
    type private Target =
        {
            Components: float[]
            Dimension: int
            /// The point of atom 0 of the snapshot.
            Offset: int
            Tally: Tally
        }

    /// A part of a snapshot made ready: its grid, and the positions of its centres.
    type private Search =
        {
            Part: Part
            Grid: NeighbourGrid
            Points: float[]
        }

    /// The k + 1 nearest neighbours of the centres first … first + count − 1.
    let private nearest (threads: int) (k: int) (search: Search) (first: int) (count: int) : NeighbourTable =
        if Object.ReferenceEquals(search.Part.Centres, search.Part.Neighbours) then
            Neighbours.nearestOfAtoms threads (k + 1) search.Grid search.Points first count
        else
            Neighbours.queryOn
                threads
                { Neighbours.all search.Grid with
                    Most = Some(k + 1)
                }
                search.Grid
                (Array.sub search.Points (3 * first) (3 * count))

    /// Describes centre i of a window that begins with centre first.
    let private describeOne
        (kernel: EnvironmentKernel)
        (options: EnvironmentOptions)
        (search: Search)
        (target: Target)
        =
        let k, part, tally = options.Neighbours, search.Part, target.Tally

        fun (table: NeighbourTable) (first: int) (i: int) ->
            let start, found = table.Offsets[i], table.Offsets[i + 1] - table.Offsets[i]
            let atom = part.Centres[first + i]
            let place = PointSet.place target.Dimension (target.Offset + atom) 0

            if found > 0 then
                tally.HasNeighbours[atom] <- true

                if table.SquaredDistances[start] < Coincident * Coincident then
                    raise (AtOnePlace(atom, part.Neighbours[table.Indices[start]]))

            if found < k then
                tally.IsSparse[atom] <- true

            match border k options.Cutoff table i with
            | None -> kernel.Write(table, i, target.Components, place, part.Radial, part.Angular)
            | Some distance ->
                tally.Straddles[atom] <- true
                let point = Array.sub search.Points (3 * (first + i)) 3

                kernel.Write(
                    settled k search.Grid point distance,
                    0,
                    target.Components,
                    place,
                    part.Radial,
                    part.Angular
                )

    /// Describes all centres of a part, on some threads.
    let private describePart (run: Run) (options: EnvironmentOptions) kernels (target: Target) (search: Search) =
        let kernels: ConcurrentBag<EnvironmentKernel> = kernels
        let centres = search.Part.Centres.Length

        for first in 0..window .. centres - 1 do
            Run.stopIfCancelled run
            let count = min window (centres - first)
            let table = nearest run.Threads options.Neighbours search first count

            let one (piece: int) =
                let kernel =
                    match kernels.TryTake() with
                    | true, kernel -> kernel
                    | _ -> EnvironmentKernel(options.Neighbours, options.Cutoff)

                let describe = describeOne kernel options search target

                for i in piece * share .. min count ((piece + 1) * share) - 1 do
                    describe table first i

                kernels.Add kernel

            Parallel.For(0, (count + share - 1) / share, ParallelOptions(MaxDegreeOfParallelism = run.Threads), one)
            |> ignore

    let private atOnePlace (name: string) (a: int) (b: int) =
        let atoms =
            if a = b then
                $"atom {a + 1} and an image of itself"
            else
                $"atoms {min a b + 1} and {max a b + 1}"

        MiceError.OutOfRange($"the distance of {atoms} in {name}", "0", $"more than {Coincident} Å")

    let private search (options: EnvironmentOptions) (snapshot: Snapshot) (part: Part) : Search =
        {
            Part = part
            Grid = Neighbours.build snapshot.Cell (positionsOf snapshot part.Neighbours) options.Cutoff
            Points = positionsOf snapshot part.Centres
        }

    /// Describes the atoms of a snapshot, whose species are those with the names.
    let private describe
        (run: Run)
        (options: EnvironmentOptions)
        kernels
        (names: string[])
        (name: string)
        (snapshot: Snapshot)
        (target: Target)
        : MiceError list =
        let species =
            match options.Species with
            | SpeciesForm.Alike -> snapshot.Species
            | _ ->
                let index = snapshot.SpeciesNames |> Array.map (fun n -> Array.IndexOf(names, n))
                snapshot.Species |> Array.map (fun s -> index[s])

        try
            parts options names.Length species
            |> List.iter (search options snapshot >> describePart run options kernels target)

            []
        with
        | AtOnePlace(a, b) -> [ atOnePlace name a b ]
        | :? AggregateException as e when
            (e.Flatten().InnerExceptions
             |> Seq.forall (function
                 | AtOnePlace _ -> true
                 | _ -> false))
            ->
            match e.Flatten().InnerExceptions[0] with
            | AtOnePlace(a, b) -> [ atOnePlace name a b ]
            | other -> raise other
        | :? ArgumentException as e ->
            [
                MiceError.OutOfRange($"the cut-off for {name}", Number.text options.Cutoff, e.Message)
            ]

    /// <summary>The names of all species of which some snapshots have atoms, in alphabetical order.</summary>
    /// <param name="snapshots">The snapshots.</param>
    let species (snapshots: Snapshot[]) : string[] =
        snapshots
        |> Array.collect (fun s -> s.Species |> Array.distinct |> Array.map (fun i -> s.SpeciesNames[i]))
        |> Array.distinct
        |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))

    /// What stands against describing the snapshots.
    let private faults (options: EnvironmentOptions) (names: string[]) (snapshots: Snapshot[]) : MiceError list =
        let atoms = snapshots |> Array.sumBy (Snapshot.count >> int64)
        let dimension = EnvironmentOptions.dimension names.Length options

        [
            yield! EnvironmentOptions.faults options

            if snapshots.Length = 0 then
                MiceError.TooFewData("snapshots", 0, 1, "Give at least one.")

            if options.Species <> SpeciesForm.Alike then
                match species snapshots |> Array.filter (fun n -> not (Array.contains n names)) with
                | [||] -> ()
                | others ->
                    MiceError.Mismatch(
                        "the species of the snapshots and of the descriptors",
                        String.Join(", ", others),
                        String.Join(", ", names)
                    )

            if atoms * int64 dimension > int64 Array.MaxLength - 65536L then
                MiceError.OutOfRange(
                    "the number of environments in memory",
                    string atoms,
                    $"at most {int64 Array.MaxLength / int64 dimension} with {dimension} components"
                )
        ]

    /// <summary>Environments of all atoms of some snapshots, with species given beforehand, as is needed where several sets shall have the same
    /// components.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="names">The species, in the order of the components; of no importance where all atoms are alike.</param>
    /// <param name="snapshots">One or more; boxes of any shape and size, periodic or not.</param>
    /// <returns>Errors: OutOfRange (options, two atoms at one place, a cut-off that is too long for the box), TooFewData, Mismatch (species).</returns>
    let ofSpecies
        (run: Run)
        (options: EnvironmentOptions)
        (names: string[])
        (snapshots: Snapshot[])
        : Result<Environments, MiceError list> =
        let names = if options.Species = SpeciesForm.Alike then [||] else names

        match faults options names snapshots with
        | [] ->
            let offsets = snapshots |> Array.map Snapshot.count |> Array.scan (+) 0

            let count, dimension =
                Array.last offsets, EnvironmentOptions.dimension names.Length options

            let components = PointSet.room count dimension
            let kernels = ConcurrentBag<EnvironmentKernel>()

            let one f snapshot =
                let flags () =
                    Array.zeroCreate<bool>(Snapshot.count snapshot)

                let tally =
                    {
                        Straddles = flags ()
                        IsSparse = flags ()
                        HasNeighbours = flags ()
                    }

                let found =
                    {
                        Components = components
                        Dimension = dimension
                        Offset = offsets[f]
                        Tally = tally
                    }
                    |> describe run options kernels names $"snapshot {f + 1} (step {snapshot.Step})" snapshot

                Run.tell
                    "descriptors"
                    (float offsets[f + 1] / float count)
                    $"{f + 1} of {snapshots.Length} snapshots"
                    run

                struct (found, tally)

            let told = snapshots |> Array.mapi one

            let number (flags: Tally -> bool[]) (value: bool) =
                told
                |> Array.sumBy (fun (struct (_, tally)) ->
                    flags tally |> Array.sumBy (fun f -> if f = value then 1 else 0))

            match told |> Array.toList |> List.collect (fun (struct (found, _)) -> found) with
            | [] ->
                Ok
                    {
                        Points = PointSet.ofPanels run.Threads count dimension components
                        Offsets = offsets
                        Straddling = number _.Straddles true
                        Sparse = number _.IsSparse true
                        Isolated = number _.HasNeighbours false
                    }
            | faults -> Error faults
        | faults -> Error faults

    /// <summary>Environments of all atoms of some snapshots, with the species that they have.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="snapshots">One or more.</param>
    /// <returns>Errors: as of <c>ofSpecies</c>.</returns>
    let ofSnapshots
        (run: Run)
        (options: EnvironmentOptions)
        (snapshots: Snapshot[])
        : Result<Environments, MiceError list> =
        ofSpecies run options (species snapshots) snapshots

    /// <summary>Environments whose descriptors are known already, without the atoms that they are from.</summary>
    /// <param name="offsets">[frames + 1]: those of frame f are the points offsets[f] … offsets[f + 1] − 1; from 0 to the number of points.</param>
    /// <param name="points">The descriptors.</param>
    let ofPoints (offsets: int[]) (points: PointSet) : Environments =
        if
            offsets.Length < 2
            || offsets[0] <> 0
            || Array.last offsets <> points.Count
            || Array.exists (fun (a, b) -> a >= b) (Array.pairwise offsets)
        then
            invalidArg (nameof offsets) $"Offsets rise from 0 to {points.Count}."

        {
            Points = points
            Offsets = offsets
            Straddling = 0
            Sparse = 0
            Isolated = 0
        }

    /// The number of frames.
    let frames (environments: Environments) : int = environments.Offsets.Length - 1

    /// <summary>The environments of one frame as a set of their own.</summary>
    /// <param name="f">The frame, from 0.</param>
    /// <param name="environments">The environments.</param>
    let frame (f: int) (environments: Environments) : PointSet =
        let first, next = environments.Offsets[f], environments.Offsets[f + 1]
        PointSet.choose [| first .. next - 1 |] environments.Points

    /// <summary>Numbers of all environments as they belong to the frames.</summary>
    /// <param name="values">One number for each environment.</param>
    /// <param name="environments">The environments.</param>
    let byFrame (values: 'v[]) (environments: Environments) : 'v[][] =
        Array.init (frames environments) (fun f ->
            Array.sub values environments.Offsets[f] (environments.Offsets[f + 1] - environments.Offsets[f]))

    /// What a reader should know of the descriptors.
    let notes (environments: Environments) : string list =
        let share (count: int) =
            $"{count} of {environments.Points.Count} environments"

        [
            if environments.Straddling > 0 then
                $"{share environments.Straddling} have a shell of equally near neighbours across the border of the k nearest: which of these count was settled by their directions. Choose k (--neighbours) as a whole number of shells, or trust no differences of such crystals below 0.01 nats."

            if environments.Isolated > 0 then
                $"{share environments.Isolated} have no neighbour within the cut-off: their descriptors are 0 and alike."

            if environments.Sparse > environments.Isolated then
                $"{share environments.Sparse} have fewer neighbours within the cut-off than k: the rest of their components are 0."
        ]
