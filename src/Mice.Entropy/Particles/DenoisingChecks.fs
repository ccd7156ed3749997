namespace Mice.Entropy

open System
open Mice

/// <summary>Checks that a denoising entropy makes of its own result.</summary>
[<RequireQualifiedAccess>]
module internal DenoisingChecks =
    /// Most of the noise that may be found at the largest level: what lies above it is not counted, and falls with some power of σ.
    [<Literal>]
    let private MostBeyond = 0.02

    /// Farthest that one configuration may lie below the mean of its level: a prediction that ran away.
    [<Literal>]
    let private FarthestBelow = 1.0

    let private reachesFar (levels: NoiseLevel[]) : Check =
        let last = Array.last levels

        {
            Name = "the largest noise hides the configuration"
            Passed = last.Explained.Value <= MostBeyond
            Detail =
                $"{Estimate.format last.Explained} of the noise is still found at σ = {last.Sigma:F2} Å, wanted at most {MostBeyond}; what larger noise would add is not in the bound"
        }

    let private noneRanAway (levels: NoiseLevel[]) : Check =
        let far (l: NoiseLevel) = l.Explained.Value - l.Smallest
        let worst = levels |> Array.maxBy far

        {
            Name = "no configuration dominates"
            Passed = far worst <= FarthestBelow
            Detail =
                $"the configuration that is predicted worst lies {far worst:F2} below the mean of its level, σ = {worst.Sigma:F2} Å, wanted at most {FarthestBelow}"
        }

    /// <summary>All checks.</summary>
    /// <param name="networks">The bound of each network.</param>
    /// <param name="total">The bound from all of them.</param>
    /// <param name="phase">What the snapshots are of: above the largest noise of a crystal its entropy is known.</param>
    /// <param name="levels">The integrand.</param>
    let all
        (networks: Estimate<kB / atom>[])
        (total: Estimate<kB / atom>)
        (phase: DenoisingPhase)
        (levels: NoiseLevel[])
        : Check list =
        [
            BoundChecks.isNumber total
            BoundChecks.agree networks total
            if phase = DenoisingPhase.Fluid then
                reachesFar levels
            noneRanAway levels
        ]
