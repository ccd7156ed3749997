namespace Mice.Entropy.Halvings

open Mice

/// A level beyond the critics, by the area law.
type TailLevel =
    {
        /// The halves.
        Halves: Halves
        /// M from the area law, fitted to what critics found plus what more training would add. The error is the difference from the area law of smaller
        /// halves.
        MutualInformation: Estimate<nat>
    }

/// Entropy of one set of snapshots by MICE; a site is the unit of volume.
type HalvingResult =
    {
        /// Entropy per site, the best estimate: it includes the tail by the area law and what more training would find. No bound.
        EntropyPerSite: Estimate<nat / site>
        /// Entropy per site from the critics alone, without the tail and without what more training would find: an upper bound.
        Bound: Estimate<nat / site>
        /// Entropy per site of the smallest cell: from counted patterns, or of one planar spin.
        Start: Estimate<nat / site>
        /// Entropy per site of a small block, from the halvings within the block alone: S(4×4)/16 of planar spins, an upper bound. None where a level of the
        /// block is saturated.
        Naive: Estimate<nat / site> option
        /// Levels that critics were trained for, smallest halves first; the sum leaves saturated levels out.
        Levels: HalfInformation list
        /// Levels whose M comes from the area law.
        Tail: TailLevel list
        /// The area law, where there is a tail.
        AreaLaw: AreaLaw option
        /// Wall-clock time, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
    }
