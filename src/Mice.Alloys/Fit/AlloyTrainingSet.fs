namespace Mice.Alloys

open System
open Mice
open Mice.Atoms

/// A structure with its energy.
[<NoEquality; NoComparison>]
type AlloyStructure =
    {
        /// What messages call it.
        Name: string
        /// The structure on the lattice.
        Configuration: Configuration
        /// eV per site: the formation energy, or the total one, the same for all structures of a set.
        EnergyPerSite: float
    }

/// <summary>Structures with energies that a cluster expansion is fitted to, and the clusters that it may have.</summary>
[<NoEquality; NoComparison>]
type AlloyTrainingSet =
    {
        /// The lattice of all structures.
        Lattice: ParentLattice
        /// The species of state 1 (spin +1), and that of state 0 (spin −1).
        Species: struct (string * string)
        /// How far clusters reach.
        Cutoffs: ClusterCutoff list
        /// The structures.
        Structures: AlloyStructure[]
    }

/// Training sets.
[<RequireQualifiedAccess>]
module AlloyTrainingSet =
    /// <summary>A structure of a snapshot, with the energy of the box under a key of it.</summary>
    /// <param name="tolerance">Of the match, Å.</param>
    /// <param name="key">The key of the energy of the whole box in eV; None for energy, as <c>Snapshot.energy</c> finds it.</param>
    /// <param name="set">Lattice and species; its structures are not looked at.</param>
    /// <param name="name">What messages call the structure.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <returns>Errors: those of the match, and one for an energy that is missing or no number.</returns>
    let structure
        (tolerance: float)
        (key: string option)
        (set: AlloyTrainingSet)
        (name: string)
        (snapshot: Snapshot)
        : Result<AlloyStructure, MiceError list> =
        let under = Option.defaultValue "energy" key

        let energy =
            match key with
            | Some k -> Snapshot.number k snapshot
            | None -> Snapshot.energy snapshot
            |> Result.mapError (function
                | MiceError.Unavailable _ ->
                    MiceError.Unavailable(
                        $"the energy of {name}",
                        $"It has nothing under the key '{under}'; give the key of the energy of the whole box in eV."
                    )
                | fault -> MiceError.Unavailable($"the energy of {name}", MiceError.message fault))

        validate {
            let! configuration =
                Configuration.ofSnapshot tolerance set.Lattice set.Species name snapshot

            and! energy = energy

            return
                {
                    Name = name
                    Configuration = configuration
                    EnergyPerSite = energy / float configuration.States.Length
                }
        }

    /// <summary>The set with the structures of a trajectory file, mostly extended XYZ, added to it.</summary>
    /// <remarks>All structures are looked at before any fault is told.</remarks>
    /// <param name="tolerance">Of the match, Å; <c>Configuration.defaultTolerance</c>.</param>
    /// <param name="key">The key of the energy of the whole box in eV; None for energy.</param>
    /// <param name="path">The file.</param>
    /// <param name="set">Lattice, species and cut-offs, and structures from elsewhere.</param>
    /// <returns>Errors: those of the file, and of each structure.</returns>
    let withFile
        (tolerance: float)
        (key: string option)
        (path: string)
        (set: AlloyTrainingSet)
        : Result<AlloyTrainingSet, MiceError list> =
        let read =
            Trajectory.framesKeeping Keep.Everything path
            |> Seq.mapi (fun i frame ->
                frame
                |> Result.mapError List.singleton
                |> Result.bind (structure tolerance key set $"structure {i + 1} of {path}"))
            |> List.ofSeq

        Validate.all read
        |> Result.map (fun structures ->
            { set with
                Structures = Array.append set.Structures (Array.ofList structures)
            })

    /// <summary>What stands against fitting a set.</summary>
    /// <param name="set">The set.</param>
    let faults (set: AlloyTrainingSet) : MiceError list =
        [
            if set.Structures.Length < 2 then
                MiceError.TooFewData("structures with energies", set.Structures.Length, 2, "Give more structures.")

            for s in set.Structures do
                if not (Double.IsFinite s.EnergyPerSite) then
                    MiceError.OutOfRange($"the energy of {s.Name}", string s.EnergyPerSite, "a finite number")

                if s.Configuration.Supercell.Lattice <> set.Lattice then
                    MiceError.Mismatch(
                        $"the lattice of {s.Name} and that of the set",
                        s.Configuration.Supercell.Lattice.Name,
                        set.Lattice.Name
                    )
        ]

    /// <summary>The orbits within the cut-offs, and φₖ of each structure.</summary>
    /// <param name="set">The set.</param>
    /// <returns>The orbits, [k], and correlations, [n][k]. Errors: those of the cut-offs.</returns>
    let correlations (set: AlloyTrainingSet) : Result<struct (ClusterOrbit[] * float[][]), MiceError list> =
        ClusterOrbits.find set.Lattice set.Cutoffs
        |> Result.map (fun orbits ->
            struct (orbits,
                    set.Structures
                    |> Array.map (fun s ->
                        ClusterExpansion.correlationsOf orbits s.Configuration.Supercell s.Configuration.States)))

    /// <summary>Orbits with figures that meet their own images in structures of the set, which are too small for them: a site that a figure covers twice counts as +1 in it.</summary>
    /// <param name="orbits">The orbits.</param>
    /// <param name="set">The set.</param>
    /// <returns>For each such orbit its name and the number of structures.</returns>
    let wrapped (orbits: ClusterOrbit[]) (set: AlloyTrainingSet) : (string * int) list =
        let supercells =
            set.Structures
            |> Array.map _.Configuration.Supercell
            |> Array.groupBy _.Matrix
            |> Array.map (fun (_, same) -> same[0], same.Length)

        [
            for orbit in orbits do
                match supercells |> Array.filter (fun (cell, _) -> SpinPolynomial.wraps cell orbit) with
                | [||] -> ()
                | some -> orbit.Name, Array.sumBy snd some
        ]
