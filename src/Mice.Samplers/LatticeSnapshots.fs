namespace Mice.Samplers

open Mice

/// Stored states of one lattice system, all of one shape.
type LatticeSnapshots<'spin> =
    {
        /// Rows of every snapshot.
        Rows: int
        /// Columns of every snapshot.
        Columns: int
        /// The snapshots, [n][rows·columns], row by row: sbyte ±1 for Ising spins, float angles for XY spins.
        Sites: 'spin[][]
    }

/// What snapshots of any kind have in common.
[<RequireQualifiedAccess>]
module LatticeSnapshots =
    /// <summary>Mismatch when a snapshot has not as many sites as its lattice.</summary>
    /// <param name="snapshots">The snapshots.</param>
    let faults (snapshots: LatticeSnapshots<'spin>) : MiceError list =
        let sites = snapshots.Rows * snapshots.Columns

        snapshots.Sites
        |> Array.tryFind (fun spins -> spins.Length <> sites)
        |> Option.map (fun spins ->
            MiceError.Mismatch(
                "the spins of a snapshot and its lattice",
                $"{spins.Length} spins",
                $"{snapshots.Rows}×{snapshots.Columns} sites"
            ))
        |> Option.toList

/// What is known of the run that drew some snapshots; k_B = 1.
type SnapshotSource =
    {
        /// Which sites interact.
        Lattice: Lattice
        /// J.
        Coupling: float
        /// H.
        Field: float
        /// T.
        Temperature: float
        /// Seed of all randomness.
        Seed: uint64
        /// Consecutive snapshots that are of one chain; chains are independent of each other.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over the whole run, of which the snapshots are a part.
        EnergyPerSite: Estimate<1>
    }
