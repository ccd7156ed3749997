namespace Mice.Entropy

open System
open System.Runtime.InteropServices
open Mice
open Mice.Samplers
open Mice.Tensors

/// E of any configuration, [rows·columns].
[<RequireQualifiedAccess>]
type LatticeHamiltonian =
    /// Of ±1 spins.
    | Spins of (sbyte[] -> float)
    /// Of angles in radians.
    | Angles of (float[] -> float)

/// What is known of snapshots from elsewhere besides the snapshots.
type LatticeConditions =
    {
        /// Symmetries of their law: SpinSymmetry.none where nothing is known.
        Symmetry: SpinSymmetry
        /// Neighbouring snapshots that may be correlated, 1 or more.
        GroupSnapshots: int
        /// T, and the energy of each snapshot; None out of equilibrium or where the Hamiltonian is not known.
        Thermal: LatticeEnergies option
        /// The Hamiltonian that Thermal's energies are of, for spins of the kind given; None where only those energies are known.
        Hamiltonian: LatticeHamiltonian option
    }

/// Energies of snapshots from elsewhere.
[<RequireQualifiedAccess>]
module LatticeConditions =
    /// <summary>Energies of snapshots in equilibrium at a temperature; their mean is that of the snapshots when no better one is known.</summary>
    /// <param name="temperature">T.</param>
    /// <param name="sites">Sites of a snapshot.</param>
    /// <param name="groupSnapshots">Neighbouring snapshots that may be correlated.</param>
    /// <param name="meanPerSite">⟨E⟩/N from a longer run.</param>
    /// <param name="energies">E of each snapshot.</param>
    let thermal
        (temperature: float)
        (sites: int)
        (groupSnapshots: int)
        (meanPerSite: Estimate<1> option)
        (energies: float[])
        : LatticeEnergies =
        {
            Beta = 1.0 / temperature
            Values = energies
            MeanPerSite =
                meanPerSite
                |> Option.defaultWith (fun () ->
                    energies
                    |> Array.chunkBySize (max 1 groupSnapshots)
                    |> Array.map (fun group -> Array.average group / float sites)
                    |> Statistics.estimate Direction.Exact)
        }

/// Entropy of lattice snapshots from elsewhere, in equilibrium or not.
[<RequireQualifiedAccess>]
module LatticeSnapshotEntropy =
    /// What is assumed of snapshots and their law: everything that the numbers depend on besides options and snapshots. The Hamiltonian is
    /// known by its values for the snapshots.
    let private describe (data: LatticeData<'spin>) (symmetry: SpinSymmetry) =
        let ofNumbers (values: float[]) =
            RunStore.digest (fun writer -> values |> Array.iter writer.Write)

        [
            "symmetry", SpinSymmetry.describe symmetry
            "snapshots_per_group", string data.GroupSnapshots
            match data.Energies with
            | Some e ->
                "beta", Number.text e.Beta
                "energies_sha256", ofNumbers e.Values
                "mean_energy_per_site", Number.text e.MeanPerSite.Value
                "mean_energy_per_site_error", Number.text e.MeanPerSite.StandardError
            | None -> ()
            match data.Hamiltonian with
            | Some energy -> "hamiltonian_sha256", data.Snapshots.Sites |> Array.map energy |> ofNumbers
            | None -> ()
        ]

    let private conditions (options: LatticeEntropyOptions) symmetry (data: LatticeData<'spin>) () =
        let snapshots = data.Snapshots

        [
            "rows", string snapshots.Rows
            "columns", string snapshots.Columns
            "snapshots_sha256",
            RunStore.digest (fun writer ->
                for spins in snapshots.Sites do
                    writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan spins)))
        ]
        @ describe data symmetry
        @ LatticeEntropyOptions.describe options

    /// Methods for snapshots of ±1 spins.
    let methodsOfSpins: LatticeMethod list =
        LatticeMethods.ofSpins (LatticeSpins.ising SpinSymmetry.none)

    /// Methods for snapshots of angles.
    let methodsOfAngles: LatticeMethod list =
        LatticeMethods.ofSpins (LatticeSpins.planar SpinSymmetry.none)

    let private sampleOf conditions spins hamiltonian (snapshots: LatticeSnapshots<'spin>) =
        {
            Data =
                {
                    Snapshots = snapshots
                    Spins = spins
                    GroupSnapshots = conditions.GroupSnapshots
                    Energies = conditions.Thermal
                    Hamiltonian = hamiltonian
                    First = Params.empty
                }
            Start =
                LatticePoint.start
                    (conditions.Thermal |> Option.map (fun e -> 1.0 / e.Beta) |> Option.defaultValue nan)
                    (conditions.Thermal |> Option.map _.MeanPerSite)
                    []
        }

    let private estimate (options: LatticeEntropyOptions) run symmetry (sample: LatticeSample<'spin>) =
        let snapshots, spins = sample.Data.Snapshots, sample.Data.Spins

        validate {
            let! () =
                LatticeMethods.faults
                    (LatticeMethods.ofSpins spins)
                    spins
                    (struct (snapshots.Rows, snapshots.Columns))
                    options

            and! () = LatticeData.faults sample.Data
            and! () = Run.faults run

            let! claimed =
                Run.claim "entropy of lattice snapshots" (conditions options symmetry sample.Data) run

            let alone = { options with Transfer = false }

            let! found =
                LatticeSweep.points
                    alone
                    claimed
                    "given"
                    LatticeSweep.beginning
                    (fun _ -> Ok sample)
                    (LatticeMethods.apply alone)

            return fst found
        }

    /// <summary>Entropy per site of snapshots of ±1 spins, a point for each method (several for counting).</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">Key, threads and so on; a store belongs to options, conditions and snapshots but not to methods, which are kept one by one.</param>
    /// <param name="conditions">What is known of the snapshots.</param>
    /// <param name="snapshots">16 or more.</param>
    /// <returns>TooFewData, Mismatch (also a store of another calculation), OutOfRange for spins that are not ±1 and sides that cannot be halved,
    /// UnknownName for methods that are not for these spins.</returns>
    let ofSpins
        (options: LatticeEntropyOptions)
        (run: Run)
        (conditions: LatticeConditions)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<LatticePoint list, MiceError list> =
        let hamiltonian =
            match conditions.Hamiltonian with
            | Some(LatticeHamiltonian.Spins energy) -> Some energy
            | _ -> None

        let sample =
            snapshots |> sampleOf conditions (LatticeSpins.ising conditions.Symmetry) hamiltonian

        estimate options run conditions.Symmetry sample

    /// <summary>Entropy per site of snapshots of planar spins, nats relative to dθ, a point for each method.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">As of <c>ofSpins</c>.</param>
    /// <param name="conditions">What is known of the snapshots; the flip of their symmetry stands for rotations.</param>
    /// <param name="snapshots">16 or more, angles in radians.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for sides that cannot be halved, UnknownName for methods that are not for these spins.</returns>
    let ofAngles
        (options: LatticeEntropyOptions)
        (run: Run)
        (conditions: LatticeConditions)
        (snapshots: LatticeSnapshots<float>)
        : Result<LatticePoint list, MiceError list> =
        let hamiltonian =
            match conditions.Hamiltonian with
            | Some(LatticeHamiltonian.Angles energy) -> Some(PlanarSpins.state >> XYState.angles >> energy)
            | _ -> None

        let sample =
            PlanarSpins.ofAngles snapshots
            |> sampleOf conditions (LatticeSpins.planar conditions.Symmetry) hamiltonian

        estimate options run conditions.Symmetry sample
