namespace Mice.Samplers

open Mice

/// Stored states of one lattice system, all of one shape.
type LatticeSnapshots<'spin> =
    {
        /// Sites along each axis: rows, columns on two axes.
        Shape: int[]
        /// The snapshots, [n][sites], the last axis fastest: sbyte ±1 for Ising spins, float angles for XY spins, byte from 0 on for states.
        Sites: 'spin[][]
    }

/// What snapshots of any kind have in common.
[<RequireQualifiedAccess>]
module LatticeSnapshots =
    /// <summary>Sites of every snapshot.</summary>
    /// <param name="snapshots">The snapshots.</param>
    let sites (snapshots: LatticeSnapshots<'spin>) : int = LatticeShape.sites snapshots.Shape

    /// <summary>Checks the number of sites of every snapshot: Mismatch when a snapshot has more or fewer sites than its lattice.</summary>
    /// <param name="snapshots">The snapshots.</param>
    let faults (snapshots: LatticeSnapshots<'spin>) : MiceError list =
        let expected = sites snapshots

        snapshots.Sites
        |> Array.tryFind (fun spins -> spins.Length <> expected)
        |> Option.map (fun spins ->
            MiceError.Mismatch(
                "the spins of a snapshot and its lattice",
                $"{spins.Length} spins",
                $"{LatticeShape.text snapshots.Shape} sites"
            ))
        |> Option.toList

/// Description of the run that drew some snapshots; k_B = 1.
type SnapshotSource =
    {
        /// Name of the model, such as ising.
        Model: string
        /// Parameters of the model by name, such as coupling and field, in the order of the model's family.
        Parameters: (string * string) list
        /// Temperature T.
        Temperature: float
        /// Seed of all randomness.
        Seed: uint64
        /// Number of consecutive snapshots from one chain; different chains are independent of each other.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over the whole run, which is longer than these snapshots.
        EnergyPerSite: Estimate<1>
    }
