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

    /// Fewest spins in a bin that is not empty, on average: with fewer spins Grassberger's estimate comes out too low.
    [<Literal>]
    let private Occupation = 16

    let private counts (snapshots: Vector2[][]) =
        let counts = Array.zeroCreate<int> MostBins

        for spins in snapshots do
            for spin in spins do
                let turn = atan2 (float spin.Y) (float spin.X) / (2.0 * Math.PI) + 0.5
                let bin = min (MostBins - 1) (int (turn * float MostBins))
                counts[bin] <- counts[bin] + 1

        counts

    /// Joins neighbouring bins in pairs until the bins that are not empty hold enough spins.
    let rec private widened (groups: int[][]) =
        let all = groups |> Array.reduce (Array.map2 (+))
        let filled = all |> Array.sumBy (fun n -> if n > 0 then 1 else 0)

        if all.Length = 1 || Array.sum all >= Occupation * filled then
            groups
        else
            groups |> Array.map (Array.chunkBySize 2 >> Array.map Array.sum) |> widened

    let private entropyOf (counts: int[]) =
        let bins = counts.Length

        DiscreteEntropy.valueOf EntropyMethod.Grassberger (int64 bins) counts
        |> (+) (log (2.0 * Math.PI / float bins))

    /// The entropy in nats relative to dθ, and the entropy without each group of snapshots, [groups].
    let ofGroups (groups: Vector2[][][]) : struct (float * float[]) =
        let counts = groups |> Array.map counts |> widened
        let all = counts |> Array.reduce (Array.map2 (+))
        struct (entropyOf all, counts |> Array.map (fun own -> Array.map2 (-) all own |> entropyOf))
