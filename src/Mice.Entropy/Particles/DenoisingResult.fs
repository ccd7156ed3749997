namespace Mice.Entropy

open Mice

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
        /// The bound; losses of its training curves are E|ε − ε̂|²/N.
        Bound: EntropyBound
        /// The kind of phase, as given or as found.
        Phase: DenoisingPhase
        /// The integrand by level of noise, with the same distance of ln σ everywhere.
        Levels: NoiseLevel[]
        /// How much higher the bound is after each stage of the networks but the last: fewer stages see less of the order around an atom.
        EarlierStages: Estimate<kB / atom>[]
        /// How far neighbours are seen, Å.
        Cutoff: float<Angstrom>
    }
