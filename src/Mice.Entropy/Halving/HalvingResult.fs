namespace Mice.Entropy

open Mice

/// A level beyond the critics, by the area law.
type TailLevel =
    {
        /// The halves.
        Halves: Halves
        /// M from the area law through what critics found and what more training would add; the error is how much it changes when it is fitted to
        /// smaller halves.
        MutualInformation: Estimate<nat>
    }

/// What MICE found out about one set of snapshots; a site is the unit in which volumes are counted.
type HalvingResult =
    {
        /// Entropy per site, the tail by the area law and what more training would find included: no bound.
        EntropyPerSite: Estimate<nat / site>
        /// Entropy per site without the tail and without what more training would find: an upper bound.
        Bound: Estimate<nat / site>
        /// Entropy per site of the cell that the doublings start from: counted patterns of ±1 spins, one planar spin.
        Start: Estimate<nat / site>
        /// Entropy per site of a small block from the halvings within it alone, S(4×4)/16 of planar spins: an upper bound, where none of its levels is saturated.
        Naive: Estimate<nat / site> option
        /// What critics found, smallest halves first; saturated ones are not part of the sum.
        Levels: HalfInformation list
        /// Levels by the area law.
        Tail: TailLevel list
        /// The area law, where there is a tail.
        AreaLaw: AreaLaw option
        /// Wall-clock time, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
    }
