namespace Mice.Entropy

open System
open System.Numerics
open Mice.Information

/// <summary>Entropy of one planar spin in a field, from a histogram of its angle: H + ln w with Grassberger's H of the bins, each of width w.</summary>
/// <remarks>Source: P. Grassberger, arXiv:physics/0307138.</remarks>
module internal PlanarSpinEntropy =
    /// Most bins of the circle: narrow enough for spins that fluctuate by a hundredth of a radian.
    [<Literal>]
    let private MostBins = 4096

    /// No more than one bin for two spins, from where on H is known to 0.004 nats; wider bins only add to the entropy.
    let private binsFor (groups: Vector2[][][]) =
        let spins = groups |> Array.sumBy (Array.sumBy Array.length)
        max 1 (min MostBins (spins / 2))

    let private counts bins (snapshots: Vector2[][]) =
        let counts = Array.zeroCreate<int> bins

        for spins in snapshots do
            for spin in spins do
                let turn = atan2 (float spin.Y) (float spin.X) / (2.0 * Math.PI) + 0.5
                let bin = min (bins - 1) (int (turn * float bins))
                counts[bin] <- counts[bin] + 1

        counts

    let private entropyOf (counts: int[]) =
        let bins = counts.Length

        DiscreteEntropy.fingerprint counts
        |> DiscreteEntropy.value EntropyMethod.Grassberger (int64 bins)
        |> (+) (log (2.0 * Math.PI / float bins))

    /// Nats relative to dθ, and what it would be without each group of snapshots, [groups].
    let ofGroups (groups: Vector2[][][]) : struct (float * float[]) =
        let counts = groups |> Array.map (counts (binsFor groups))
        let all = counts |> Array.reduce (Array.map2 (+))
        struct (entropyOf all, counts |> Array.map (fun own -> Array.map2 (-) all own |> entropyOf))
