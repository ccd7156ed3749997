namespace Mice.Quests

open System
open System.Collections.Concurrent
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

/// <summary>The descriptors of QUESTS: what the neighbourhood of an atom looks like, in 2k − 1 numbers.</summary>
/// <remarks>With w(r) = (1 − (r/r_c)²)² these are w(rⱼ)/rⱼ of the k nearest neighbours, and k − 1 means of √(wⱼ w_l)/d_jl over the neighbours' sorted
/// lists. They do not change under rotations, reflections, translations and exchanges of atoms; components are in 1/Å. Source: D. Schwalbe-Koda et al.,
/// arXiv:2404.12367, eqs. S1–S7.</remarks>
[<RequireQualifiedAccess>]
module Environments =
    /// What a snapshot is called.
    let private nameOf (f: int) (snapshot: Snapshot) =
        $"snapshot {f + 1} (step {snapshot.Step})"

    /// What stands against describing the snapshots.
    let private faults (options: EnvironmentOptions) (names: string[]) (atoms: int64) (snapshots: Snapshot[]) =
        let dimension = EnvironmentOptions.dimension names.Length options

        [
            yield! EnvironmentOptions.faults options

            if snapshots.Length = 0 then
                MiceError.TooFewData("snapshots", 0, 1, "Give at least one.")

            if options.Species <> SpeciesForm.Alike then
                match Composition.species snapshots |> Array.filter (fun n -> not (Array.contains n names)) with
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

        let atoms = snapshots |> Array.sumBy (Snapshot.count >> int64)

        match faults options names atoms snapshots with
        | [] ->
            let offsets = snapshots |> Array.map Snapshot.count |> Array.scan (+) 0

            let count, dimension =
                Array.last offsets, EnvironmentOptions.dimension names.Length options

            let components = PointSet.room count dimension
            let kernels = ConcurrentBag<EnvironmentKernel>()

            let one f snapshot =
                let atoms = Snapshot.count snapshot
                let tally = EnvironmentSearch.tally atoms

                let target =
                    {
                        Components = components
                        Dimension = dimension
                        Offset = offsets[f]
                        Tally = tally
                    }

                let described =
                    EnvironmentSearch.guarded options (nameOf f snapshot) (fun () ->
                        EnvironmentSearch.prepare options names snapshot
                        |> List.iter (EnvironmentSearch.describe run options kernels target (0, atoms - 1)))

                let share = float offsets[f + 1] / float count
                Run.tell "descriptors" share $"{f + 1} of {snapshots.Length} snapshots" run
                described |> Result.map (fun () -> tally)

            snapshots
            |> Array.mapi one
            |> List.ofArray
            |> Validate.all
            |> Result.map (fun tallies ->
                let number (flags: EnvironmentTally -> bool[]) (value: bool) =
                    tallies |> List.sumBy (flags >> Array.sumBy (fun f -> if f = value then 1 else 0))

                {
                    Points = PointSet.ofPanels run.Threads count dimension components
                    Offsets = offsets
                    Straddling = number _.Straddles true
                    Sparse = number _.IsSparse true
                    Isolated = number _.HasNeighbours false
                })
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
        ofSpecies run options (Composition.species snapshots) snapshots

    /// <summary>Environments of a snapshot that may be too large to be described at once, some atoms after the other.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="names">The species, in the order of the components; of no importance where all atoms are alike.</param>
    /// <param name="size">Atoms of a piece, 1 or more.</param>
    /// <param name="f">Number of the snapshot, from 0, by which errors name it.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="visit">Gets for every piece, one after the other, its first atom, how many there are, and a function that describes them.</param>
    /// <returns>Errors: as of <c>ofSpecies</c>.</returns>
    let inPieces
        (run: Run)
        (options: EnvironmentOptions)
        (names: string[])
        (size: int)
        (f: int)
        (snapshot: Snapshot)
        (visit: int -> int -> (unit -> PointSet) -> unit)
        : Result<unit, MiceError list> =
        let names = if options.Species = SpeciesForm.Alike then [||] else names
        let dimension = EnvironmentOptions.dimension names.Length options
        let atoms = Snapshot.count snapshot

        match faults options names (int64 (min size atoms)) [| snapshot |] with
        | [] ->
            EnvironmentSearch.guarded options (nameOf f snapshot) (fun () ->
                let searches = lazy (EnvironmentSearch.prepare options names snapshot)
                let kernels = ConcurrentBag<EnvironmentKernel>()
                let tally = EnvironmentSearch.tally atoms

                for first in 0..size .. atoms - 1 do
                    let count = min size (atoms - first)

                    let points () =
                        let target =
                            {
                                Components = PointSet.room count dimension
                                Dimension = dimension
                                Offset = -first
                                Tally = tally
                            }

                        searches.Value
                        |> List.iter (EnvironmentSearch.describe run options kernels target (first, first + count - 1))

                        PointSet.ofPanels run.Threads count dimension target.Components

                    visit first count points)
        | faults -> Error faults

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
