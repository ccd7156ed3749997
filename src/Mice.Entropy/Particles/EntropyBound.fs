namespace Mice.Entropy

open System
open Mice
open Mice.Atoms
open Mice.Learning

/// <summary>An upper bound of the entropy of the snapshots of one phase, by whatever method, with what is known about it.</summary>
type EntropyBound =
    {
        /// Entropy per atom above that of the ideal gas of the same density; an upper bound. Its error joins the blocking error over held-out snapshots
        /// and the spread over the networks.
        ExcessEntropy: Estimate<kB / atom>
        /// How far the bound lies above the entropy, by the scatter of the likelihoods of snapshots; None where −ln p of the snapshots is not known. Its error is
        /// statistical.
        Looseness: Estimate<kB / atom> option
        /// ExcessEntropy less Looseness: the best estimate of the entropy itself, no bound. A quarter of the looseness is part of its error, for what its formula
        /// leaves out.
        Corrected: Estimate<kB / atom> option
        /// ExcessEntropy from each independently trained network alone, k_B per atom.
        NetworkEntropies: Estimate<kB / atom>[]
        /// The held-out value of every snapshot, in the order of the snapshots.
        BySnapshot: SnapshotEntropy[]
        /// Training curve of every network: on held-out data the excess entropy of the validation snapshots in k_B per atom.
        Training: CurvePoint[][]
        /// Atoms in a snapshot.
        Atoms: int
        /// Snapshots given; each is held out once.
        Snapshots: int
        /// Mean volume per atom of the snapshots, Å³.
        VolumePerAtom: float
        /// Wall-clock time of the estimate, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
        /// Every setting that the result depends on, by name, seed included.
        Settings: (string * string) list
    }

/// From held-out values of snapshots.
[<RequireQualifiedAccess>]
module internal EntropyBound =
    /// <summary>The bound as the snapshots give it, with no checks and settings yet.</summary>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="bySnapshot">Their held-out values.</param>
    /// <param name="training">The curve of every network.</param>
    /// <param name="seconds">Time that it took.</param>
    let create (snapshots: Snapshot[]) (bySnapshot: SnapshotEntropy[]) training seconds : EntropyBound =
        {
            ExcessEntropy = SnapshotEntropies.total None bySnapshot
            Looseness = None
            Corrected = None
            NetworkEntropies = SnapshotEntropies.byNetwork None bySnapshot
            BySnapshot = bySnapshot
            Training = training
            Atoms = Snapshot.count snapshots[0]
            Snapshots = snapshots.Length
            VolumePerAtom = snapshots |> Array.averageBy Snapshot.volumePerAtom
            Seconds = seconds
            Checks = []
            Settings = []
        }

    /// <summary>The bound without the thermal noise of its snapshots, and how loose it is.</summary>
    /// <param name="control">Values in the order of the snapshots.</param>
    /// <param name="bound">From create.</param>
    let withControl (control: ControlVariate) (bound: EntropyBound) : EntropyBound =
        let total = SnapshotEntropies.total (Some control) bound.BySnapshot

        // A network with one snapshot has no scatter, one with two no error of it.
        let looseness =
            Some bound.BySnapshot
            |> Option.filter (Array.forall (fun s -> s.Passes.Length > 0))
            |> Option.map (SnapshotEntropies.looseness bound.Atoms control)
            |> Option.filter (fun e -> Double.IsFinite(float e.StandardError))

        { bound with
            ExcessEntropy = total
            Looseness = looseness
            Corrected = looseness |> Option.map (Looseness.correct total)
            NetworkEntropies = SnapshotEntropies.byNetwork (Some control) bound.BySnapshot
        }
