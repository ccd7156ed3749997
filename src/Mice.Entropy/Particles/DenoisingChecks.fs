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

    /// Snapshots below which training has too few configurations: a network learns them by heart, and its bound is looser than it need be.
    [<Literal>]
    let private FewestSnapshots = 8

    let private hasSnapshots (count: int) : Check =
        {
            Name = "there are enough snapshots"
            Passed = count >= FewestSnapshots
            Detail =
                $"{count}, wanted at least {FewestSnapshots}; with fewer, networks learn them by heart and the bound is loose"
        }

    let private reachesFar (levels: NoiseLevel[]) : Check =
        let last = Array.last levels

        {
            Name = "the largest noise hides the configuration"
            Passed = last.Explained.Value <= MostBeyond
            Detail =
                $"{Estimate.format last.Explained} of the noise is still found at σ = {last.Sigma:F2} Å, wanted at most {MostBeyond}; what larger noise would add is not in the bound"
        }

    /// Least distance of the atoms of a fluid from their mean places, in mean distances: atoms of crystals reach 0.2 at their melting points.
    [<Literal>]
    let private LeastSpread = 0.3

    let private isFluid (spread: float) : Check =
        {
            Name = "the atoms of the fluid change their places"
            Passed = spread >= LeastSpread
            Detail =
                $"they are {spread:F2} mean distances from their mean places, wanted at least {LeastSpread}; less is seen where a fluid froze, as a glass or a crystal with defects, and where snapshots "
                + "follow each other closely"
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
    /// <param name="bound">The bound.</param>
    /// <param name="spread">Distance of the atoms of a fluid from their mean places, in mean distances; None for a crystal, whose entropy is known above its largest noise.</param>
    /// <param name="levels">The integrand.</param>
    let all (bound: EntropyBound) (spread: float option) (levels: NoiseLevel[]) : Check list =
        [
            BoundChecks.isNumber bound.ExcessEntropy
            BoundChecks.agree bound.NetworkEntropies bound.ExcessEntropy
            hasSnapshots bound.Snapshots
            match spread with
            | Some spread ->
                isFluid spread
                reachesFar levels
            | None -> ()
            noneRanAway levels
        ]
