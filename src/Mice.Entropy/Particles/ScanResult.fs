namespace Mice.Entropy

open Mice
open Mice.Learning

/// <summary>One row of the convergence table: the same estimate with neighbours seen up to a smaller distance.</summary>
type CutoffRow =
    {
        /// Atoms farther than this are not seen, Å.
        Cutoff: float<Angstrom>
        /// Excess entropy per atom at that cut-off; an upper bound.
        ExcessEntropy: Estimate<kB / atom>
    }

/// <summary>What the scan-entropy estimator found out about one set of snapshots of one phase.</summary>
type ScanResult =
    {
        /// Entropy per atom above that of the ideal gas of the same density; an upper bound. Its error joins the
        /// blocking error over held-out snapshots and the spread over the networks.
        ExcessEntropy: Estimate<kB / atom>
        /// How far the bound lies above the entropy, by the scatter of the likelihoods of snapshots; None where −ln p of the snapshots is not
        /// known. Its error is statistical.
        Looseness: Estimate<kB / atom> option
        /// ExcessEntropy less Looseness: the best estimate of the entropy itself, no bound. A quarter of the looseness is part of its error,
        /// for what its formula leaves out.
        Corrected: Estimate<kB / atom> option
        /// ExcessEntropy from each independently trained network alone, k_B per atom.
        NetworkEntropies: Estimate<kB / atom>[]
        /// The held-out value of every snapshot, in the order of the snapshots.
        BySnapshot: SnapshotEntropy[]
        /// Mean of λ/ρ over uniform points of every snapshot, in the order of the snapshots.
        MeanRatios: float[]
        /// Mean of λ/ρ over uniform points of the held-out snapshots; 1 within error when the intensity is calibrated.
        Calibration: Estimate<1>
        /// Convergence in the distance up to which neighbours are seen.
        ByCutoff: CutoffRow[]
        /// Training curve of every network: losses in nats per point, on held-out data the excess entropy of the validation snapshots in k_B per atom.
        Training: CurvePoint[][]
        /// Atoms in a snapshot.
        Atoms: int
        /// Snapshots given.
        Snapshots: int
        /// Snapshots among them that were held out for the reported numbers.
        TestSnapshots: int
        /// Mean volume per atom of the snapshots, Å³.
        VolumePerAtom: float
        /// Wall-clock time of the estimate, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
        /// Every setting that the result depends on, by name, seed included.
        Settings: (string * string) list
    }
