namespace Mice.Quests

open System
open System.Collections.Concurrent
open System.Threading.Tasks
open Mice
open Mice.Atoms

/// One of the descriptors that a descriptor is made of: of some atoms in the field of some atoms.
type internal EnvironmentPart =
    {
        /// Atoms that are described, in ascending order.
        Centres: int[]
        /// Atoms that are their neighbours.
        Neighbours: int[]
        /// Where its w/r and its means of lists begin.
        Radial: int
        Angular: int
    }

/// What is told of the environments of a snapshot besides their descriptors, an entry for each atom.
type internal EnvironmentTally =
    {
        Straddles: bool[]
        IsSparse: bool[]
        HasNeighbours: bool[]
    }

/// Where descriptors go.
type internal EnvironmentTarget =
    {
        /// Panels of components.
        Components: float[]
        Dimension: int
        /// The point of atom 0 of the snapshot, which is not there where it is negative.
        Offset: int
        Tally: EnvironmentTally
    }

/// A part of a snapshot made ready.
type internal EnvironmentSearch =
    private
        {
            Part: EnvironmentPart
            Grid: NeighbourGrid
            /// Positions of the centres.
            Points: float[]
        }

/// Two atoms at one place.
exception internal AtOnePlace of int * int

/// <summary>Descriptors of some of the atoms of a snapshot, on some threads.</summary>
[<RequireQualifiedAccess>]
module internal EnvironmentSearch =
    /// Distances that differ by less are equal, Å.
    [<Literal>]
    let private Tie = 1e-6

    /// Atoms nearer than this are at one place, Å.
    [<Literal>]
    let private Coincident = 1e-3

    /// Atoms whose neighbours are held in memory at a time, and those of them that one task describes.
    let private window, share = 7680, 240

    /// The parts of a form for a snapshot whose atoms have these species, by index, of so many.
    let private parts (options: EnvironmentOptions) (count: int) (species: int[]) : EnvironmentPart list =
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

    let private arePoints (search: EnvironmentSearch) =
        Object.ReferenceEquals(search.Part.Centres, search.Part.Neighbours)

    /// The k + 1 nearest neighbours of the centres first … first + count − 1.
    let private nearest (threads: int) (k: int) (search: EnvironmentSearch) (first: int) (count: int) : NeighbourTable =
        if arePoints search then
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
        (search: EnvironmentSearch)
        (target: EnvironmentTarget)
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

    /// The place of the first centre that is not before an atom.
    let private from (atom: int) (centres: int[]) : int =
        match Array.BinarySearch(centres, atom) with
        | place when place >= 0 -> place
        | place -> ~~~place

    /// <summary>Describes those centres of a part that are among some atoms.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="kernels">Room that threads use again.</param>
    /// <param name="target">Where the descriptors go.</param>
    /// <param name="first">The first atom.</param>
    /// <param name="last">The last atom.</param>
    /// <param name="search">The part.</param>
    let describe
        (run: Run)
        (options: EnvironmentOptions)
        (kernels: ConcurrentBag<EnvironmentKernel>)
        (target: EnvironmentTarget)
        (first: int, last: int)
        (search: EnvironmentSearch)
        : unit =
        let low, high = from first search.Part.Centres, from (last + 1) search.Part.Centres

        for start in low..window .. high - 1 do
            Run.stopIfCancelled run
            let count = min window (high - start)
            let table = nearest run.Threads options.Neighbours search start count

            let one (piece: int) =
                let kernel =
                    match kernels.TryTake() with
                    | true, kernel -> kernel
                    | _ -> EnvironmentKernel(options.Neighbours, options.Cutoff)

                let describe = describeOne kernel options search target

                for i in piece * share .. min count ((piece + 1) * share) - 1 do
                    describe table start i

                kernels.Add kernel

            Parallel.For(0, (count + share - 1) / share, ParallelOptions(MaxDegreeOfParallelism = run.Threads), one)
            |> ignore

    /// <summary>Makes the parts of a snapshot ready.</summary>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="names">Species in the order of the components.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <exception cref="T:System.ArgumentException">The cut-off needs too many images of the box.</exception>
    let prepare (options: EnvironmentOptions) (names: string[]) (snapshot: Snapshot) : EnvironmentSearch list =
        let species =
            match options.Species with
            | SpeciesForm.Alike -> snapshot.Species
            | _ ->
                let index = snapshot.SpeciesNames |> Array.map (fun n -> Array.IndexOf(names, n))
                snapshot.Species |> Array.map (fun s -> index[s])

        [
            for part in parts options names.Length species do
                let neighbours = positionsOf snapshot part.Neighbours

                {
                    Part = part
                    Grid = Neighbours.build snapshot.Cell neighbours options.Cutoff
                    Points =
                        if Object.ReferenceEquals(part.Centres, part.Neighbours) then
                            neighbours
                        else
                            positionsOf snapshot part.Centres
                }
        ]

    /// Room for what is told of the atoms of a snapshot.
    let tally (atoms: int) : EnvironmentTally =
        let flags () = Array.zeroCreate<bool> atoms

        {
            Straddles = flags ()
            IsSparse = flags ()
            HasNeighbours = flags ()
        }

    let private atOnePlace (name: string) (a: int) (b: int) =
        let atoms =
            if a = b then
                $"atom {a + 1} and an image of itself"
            else
                $"atoms {min a b + 1} and {max a b + 1}"

        MiceError.OutOfRange($"the distance of {atoms} in {name}", "0", $"more than {Coincident} Å")

    /// <summary>Does work with the parts of a snapshot, and tells what is wrong with its atoms or its box.</summary>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="name">What the snapshot is called.</param>
    /// <param name="work">The work.</param>
    /// <returns>OutOfRange: two atoms at one place, a cut-off that is too long for the box.</returns>
    let guarded (options: EnvironmentOptions) (name: string) (work: unit -> 'a) : Result<'a, MiceError list> =
        let placed (e: exn) =
            match e with
            | AtOnePlace(a, b) -> Some(atOnePlace name a b)
            | _ -> None

        try
            Ok(work ())
        with
        | AtOnePlace(a, b) -> Error [ atOnePlace name a b ]
        | :? AggregateException as e when e.Flatten().InnerExceptions |> Seq.forall (placed >> Option.isSome) ->
            Error(e.Flatten().InnerExceptions |> Seq.choose placed |> Seq.truncate 1 |> List.ofSeq)
        | :? ArgumentException as e ->
            Error
                [
                    MiceError.OutOfRange($"the cut-off for {name}", Number.text options.Cutoff, e.Message)
                ]
