namespace Mice.Entropy

open System
open System.Runtime.InteropServices
open System.Threading
open Mice
open Mice.Samplers

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
    /// <summary>The directory in which an estimate keeps what it has done, new or to be gone on with; methods may change.</summary>
    /// <param name="options">The options.</param>
    /// <param name="assumed">What is assumed of the snapshots, by name.</param>
    /// <param name="snapshots">The snapshots, spins or angles.</param>
    /// <param name="directory">Made when it does not exist.</param>
    /// <returns>Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let checkpoints<'spin when 'spin: struct and 'spin: (new: unit -> 'spin) and 'spin :> ValueType>
        (options: LatticeEntropyOptions)
        (assumed: (string * string) list)
        (snapshots: LatticeSnapshots<'spin>)
        (directory: string)
        : Result<RunStore, MiceError list> =
        let digest =
            RunStore.digest (fun writer ->
                for spins in snapshots.Sites do
                    writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan spins)))

        [
            "calculation", "entropy of lattice snapshots"
            "rows", string snapshots.Rows
            "columns", string snapshots.Columns
            "snapshots_sha256", digest
        ]
        @ assumed
        @ LatticeEntropyOptions.describe options
        |> RunStore.identity
        |> RunStore.openOrCreate directory

    let private sampleOf conditions spins hamiltonian (snapshots: LatticeSnapshots<'spin>) =
        {
            Snapshots = snapshots
            Spins = spins
            GroupSnapshots = conditions.GroupSnapshots
            Energies = conditions.Thermal
            Hamiltonian = hamiltonian
            Start =
                LatticePoint.start
                    (conditions.Thermal |> Option.map (fun e -> 1.0 / e.Beta) |> Option.defaultValue nan)
                    (conditions.Thermal |> Option.map _.MeanPerSite)
                    []
        }

    let private faults (options: LatticeEntropyOptions) known (sample: LatticeSample<'spin>) =
        let snapshots = sample.Snapshots

        [
            if options.Threads < 1 then
                MiceError.OutOfRange("threads", string options.Threads, "1 or more")

            let block = sample.Spins.BlockSide options.Mice.Block
            yield! LatticeMethods.faults known block snapshots.Rows snapshots.Columns options

            yield! LatticeEnergies.faults sample.Spins sample.GroupSnapshots sample.Energies snapshots
        ]

    let private estimate options progress store known (sample: LatticeSample<'spin>) apply =
        match faults options known sample with
        | [] ->
            let key = Key.ofSeed options.Seed

            LatticeSweep.points
                { options with Transfer = false }
                progress
                store
                "given"
                LatticeSweep.beginning
                key
                (fun _ _ -> Ok sample)
                apply
            |> Result.map fst
        | faults -> Error faults

    /// <summary>Entropy per site of snapshots of ±1 spins, a point for each method (several for counting).</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="store">Where finished methods are kept; None to keep nothing.</param>
    /// <param name="conditions">What is known of the snapshots.</param>
    /// <param name="snapshots">16 or more.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for spins that are not ±1 and sides that cannot be halved, UnknownName for methods that are not
    /// for these spins.</returns>
    let ofSpins
        (options: LatticeEntropyOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (store: RunStore option)
        (conditions: LatticeConditions)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<LatticePoint list, MiceError list> =
        let hamiltonian =
            match conditions.Hamiltonian with
            | Some(LatticeHamiltonian.Spins energy) -> Some energy
            | _ -> None

        let sample =
            snapshots |> sampleOf conditions (LatticeSpins.ising conditions.Symmetry) hamiltonian

        LatticeMethods.ising options cancel conditions.Symmetry
        |> estimate options progress store LatticeMethod.ofIsing sample

    /// <summary>Entropy per site of snapshots of planar spins, nats relative to dθ, a point for each method.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="store">Where finished methods are kept; None to keep nothing.</param>
    /// <param name="conditions">What is known of the snapshots; the flip of their symmetry stands for rotations.</param>
    /// <param name="snapshots">16 or more, angles in radians.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for sides that cannot be halved, UnknownName for methods that are not for these spins.</returns>
    let ofAngles
        (options: LatticeEntropyOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (store: RunStore option)
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

        estimate
            options
            progress
            store
            (LatticeMethod.ofXY |> List.except [ LatticeMethod.Integration ])
            sample
            (LatticeMethods.planar options cancel)
