namespace Mice.Entropy

open Mice

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
        /// The bound; losses of its training curves are in nats per point.
        Bound: EntropyBound
        /// Mean of λ/ρ over uniform points of every snapshot, in the order of the snapshots.
        MeanRatios: float[]
        /// Mean of λ/ρ over uniform points of the held-out snapshots; 1 within error when the intensity is calibrated.
        Calibration: Estimate<1>
        /// Convergence in the distance up to which neighbours are seen.
        ByCutoff: CutoffRow[]
    }
