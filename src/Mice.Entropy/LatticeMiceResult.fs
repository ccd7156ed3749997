namespace Mice.Entropy

open Mice

/// How MICE divides a lattice. Start from LatticeMiceOptions.defaults.
type LatticeMiceOptions =
    {
        /// How critics are trained.
        Training: HalfTrainingOptions
        /// Side of the square block of ±1 spins whose patterns are counted, 2, 3 or 4; planar spins are halved down to one.
        Block: int
        /// Sites of the largest half that a critic is trained for; the area law has those beyond.
        LargestHalf: int
        /// Whether a square block is doubled along its rows first, or along its columns.
        RowsFirst: bool
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module LatticeMiceOptions =
    /// Blocks of 4 × 4 counted, critics up to halves of 16 × 32 sites.
    let defaults =
        {
            Training = HalfTrainingOptions.defaults
            Block = 4
            LargestHalf = 512
            RowsFirst = true
        }

    /// <summary>Checks all fields: Block 1 to 4, LargestHalf 1 or more, those of the training.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: LatticeMiceOptions) : Result<LatticeMiceOptions, MiceError list> =
        validate {
            let! _ = HalfTrainingOptions.check options.Training
            and! () = options.Block |> Validate.that "block" "1 to 4" (fun b -> b >= 1 && b <= 4)
            and! () = Validate.atLeast 1 "largest half" options.LargestHalf
            return options
        }

/// A level beyond the critics, by the area law.
type TailLevel =
    {
        /// The halves.
        Halves: LatticeHalves
        /// M from the area law through what critics found and what more training would add; the error is how much it changes when it is fitted to
        /// smaller halves.
        MutualInformation: Estimate<nat>
    }

/// What MICE found out about one set of snapshots.
type LatticeMiceResult =
    {
        /// Entropy per site, the tail by the area law and what more training would find included: no bound.
        EntropyPerSite: Estimate<nat / site>
        /// Entropy per site without the tail and without what more training would find: an upper bound.
        Bound: Estimate<nat / site>
        /// Entropy per site of the block that the doublings start from: counted patterns of ±1 spins, one planar spin.
        Start: Estimate<nat / site>
        /// S(4×4)/16 from the halvings of that block alone, an upper bound; for spins whose patterns cannot be counted, where none of its levels is saturated.
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
