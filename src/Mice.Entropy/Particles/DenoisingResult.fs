namespace Mice.Entropy

open Mice
open Mice.Learning

/// <summary>What a level of noise says; of a fluid s_ex = −∫ Explained d ln σ.</summary>
type NoiseLevel =
    {
        /// σ, Å.
        Sigma: float
        /// d − E|ε − ε̂|²/N on held-out snapshots: how much of the noise was found, 0 for none of it; a lower bound on what can be found.
        Explained: Estimate<1>
        /// The smallest of the measurements that Explained is the mean of.
        Smallest: float
    }

/// <summary>What the denoising estimator found out about one set of snapshots of one phase.</summary>
type DenoisingResult =
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
        /// The kind of phase, as given or as found.
        Phase: DenoisingPhase
        /// The integrand by level of noise: the smallest noise, then the middle of each interval of ln σ.
        Levels: NoiseLevel[]
        /// Training curve of every network: losses are E|ε − ε̂|²/N, on held-out data the excess entropy of the validation snapshots in k_B per atom.
        Training: CurvePoint[][]
        /// How far neighbours are seen, Å.
        Cutoff: float<Angstrom>
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
