namespace Mice.Entropy

open Mice
open Mice.Information
open Mice.Samplers
open Mice.Entropy.Models

/// <summary>The entropy of one block from counted patterns, and what tells whether there were enough snapshots.</summary>
type internal BlockEntropy =
    {
        /// The block.
        Shape: BlockShape
        /// Entropy of the block, nats; the standard error is by jackknife over groups of snapshots.
        Entropy: Estimate<nat>
        /// Blocks counted: translations times snapshots.
        Draws: int
        /// Patterns that occurred; patterns that a symmetry turns into each other count as one.
        Patterns: int
        /// Share of the blocks whose pattern occurred only once, about the chance that the next pattern is a new one.
        SingletonShare: float
        /// Grassberger's estimate less the plug-in estimate, nats: the bias of the plug-in if all blocks were independent draws.
        Correction: float<nat>
        /// Correction of the jackknife over groups of snapshots, nats: the bias of the plug-in to first order in 1/snapshots, whatever the correlations within
        /// a snapshot.
        GroupedCorrection: float<nat>
        /// For each group of snapshots: the plug-in entropy without the group, nats, and the share of all blocks that is left; [groups].
        PlugInWithoutGroup: (struct (float * float))[]
    }

/// Entropies of blocks and of their combinations.
[<RequireQualifiedAccess>]
module internal BlockEntropy =
    let private logProduct (x: int) =
        if x > 0 then float x * log (float x) else 0.0

    /// Counts of orbits: the count of an orbit, the sum over its patterns, stands at the index of its first pattern.
    let private fold (orbits: int[]) (counts: int[]) =
        let folded = Array.zeroCreate counts.Length

        for pattern in 0 .. counts.Length - 1 do
            folded[orbits[pattern]] <- folded[orbits[pattern]] + counts[pattern]

        folded

    /// What Σ n ln n and Σ n ln(size of the orbit), the two sums of the plug-in entropy, lose when a group of snapshots is removed: the sum over the orbits of
    /// the group.
    let private taken (total: int[]) (logSizes: float[]) (group: int[]) =
        let mutable sum = 0.0

        for orbit in 0 .. group.Length - 1 do
            let n = group[orbit]

            if n > 0 then
                let all = total[orbit]
                sum <- sum + logProduct all - logProduct (all - n) - float n * logSizes[orbit]

        sum

    /// The jackknife that leaves out groups of unequal size: the standard error √(1/G Σ (τ_g − τ̄)²/(h_g − 1)), τ_g = h_g θ − (h_g − 1) θ₋g, 1/h_g the share
    /// of group g; and the corrected value G θ − Σ (1 − 1/h_g) θ₋g. Source: F. M. T. A. Busing, E. Meijer, R. van der Leeden, Stat. Comput. 9, 3 (1999),
    /// doi:10.1023/A:1008800423698.
    let private groupJackknife (all: float) (without: (struct (float * float))[]) =
        let corrected =
            float without.Length * all - (without |> Array.sumBy (fun (struct (value, left)) -> left * value))

        let spread =
            without
            |> Array.sumBy (fun (struct (value, left)) ->
                let h = 1.0 / (1.0 - left)
                (h * all - (h - 1.0) * value - corrected) ** 2.0 / (h - 1.0))

        struct (corrected, sqrt (spread / float without.Length))

    let private plugInOfGroups total logSizes (groups: int[][]) =
        let draws = Array.sum total
        let everything = taken total logSizes total
        let entropy n sums = log (float n) - sums / float n

        let without =
            groups
            |> Array.map (fun group ->
                let left = draws - Array.sum group
                struct (entropy left (everything - taken total logSizes group), float left / float draws))

        struct (entropy draws everything, without)

    /// <summary>Entropy of a block from its counts, S = H(orbit) + Σ p̂ ln(patterns of the orbit): patterns that a symmetry turns into one
    /// another are equally likely, so their counts are joined first. H is Grassberger's estimate.</summary>
    /// <remarks>Grassberger's correction takes all translations of all snapshots for independent draws. They are not: blocks of
    /// one snapshot share its energy and its magnetisation, so that the bias left over is larger, by the ratio of the blocks to an
    /// effective number of them. GroupedCorrection sees that bias: where it differs from Correction by more than the standard error, there
    /// are too few snapshots, however many blocks they hold. Neither sees far where most patterns occur once or never
    /// (SingletonShare). The error is that of leaving out one group of snapshots at a time, of the plug-in.
    /// Sources: P. Grassberger, arXiv:physics/0307138; F. M. T. A. Busing et al., Stat. Comput. 9, 3 (1999).</remarks>
    /// <param name="symmetry">What the law of the snapshots is symmetric under; of the lattice maps, those are used that take the
    /// block onto itself.</param>
    /// <param name="counts">Counts of at least two groups.</param>
    let ofCounts (symmetry: SpinSymmetry) (counts: BlockCounts) : BlockEntropy =
        let orbits = SpinSymmetry.orbits counts.States counts.Shape symmetry

        let logSizes =
            fold orbits (Array.create orbits.Length 1) |> Array.map (float >> log)

        let groups = counts.Groups |> Array.map (fold orbits)
        let total = fold orbits counts.Total
        let struct (plugIn, without) = plugInOfGroups total logSizes groups

        let ofOrbits method =
            DiscreteEntropy.valueOf method (int64 total.Length) total

        let correction =
            ofOrbits EntropyMethod.Grassberger - ofOrbits EntropyMethod.MaximumLikelihood

        let struct (corrected, error) = groupJackknife plugIn without
        let draws = Array.sum total

        {
            Shape = counts.Shape
            Entropy = Estimate.create ((plugIn + correction) * 1.0<nat>) (error * 1.0<nat>) Direction.NoBound
            Draws = draws
            Patterns = total |> Array.sumBy (fun n -> if n > 0 then 1 else 0)
            SingletonShare = float (total |> Array.sumBy (fun n -> if n = 1 then 1 else 0)) / float draws
            Correction = correction * 1.0<nat>
            GroupedCorrection = (corrected - plugIn) * 1.0<nat>
            PlugInWithoutGroup = without
        }

    /// <summary>Σ wᵢ Sᵢ of blocks of the same snapshots. Groups are left out of all terms at once, so errors that the terms share
    /// cancel as far as they do in truth.</summary>
    /// <param name="direction">What the combination promises.</param>
    /// <param name="terms">(wᵢ, Sᵢ), one or more.</param>
    let combine (direction: Direction) (terms: (float * BlockEntropy) list) : Estimate<nat> =
        let sum part =
            terms |> List.sumBy (fun (weight, block) -> weight * part block)

        let plugIn (block: BlockEntropy) =
            float (block.Entropy.Value - block.Correction)

        let without =
            (snd terms.Head).PlugInWithoutGroup
            |> Array.mapi (fun g (struct (_, left)) ->
                struct (sum (fun block ->
                            let struct (value, _) = block.PlugInWithoutGroup[g]
                            value),
                        left))

        let struct (_, error) = groupJackknife (sum plugIn) without
        Estimate.create (sum (fun block -> float block.Entropy.Value) * 1.0<nat>) (error * 1.0<nat>) direction
