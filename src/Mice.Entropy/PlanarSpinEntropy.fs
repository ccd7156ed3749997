namespace Mice.Entropy

open System
open System.Numerics
open Mice
open Mice.Samplers

/// <summary>Entropy of one planar spin in a field, from a histogram of its angle: −Σ p ln(p/w) + (m − 1)/2n, w the width of the m bins that
/// are not empty.</summary>
/// <remarks>Source of the correction: G. A. Miller, in Information Theory in Psychology (1955), 95.</remarks>
module internal PlanarSpinEntropy =
    /// Most bins of the circle: narrow enough for spins that fluctuate by a hundredth of a radian.
    [<Literal>]
    let private MostBins = 4096

    /// Fewest spins in a bin that is not empty, on average: with fewer the correction falls short.
    [<Literal>]
    let private Occupation = 16.0

    let private counts (snapshots: Vector2[][]) =
        let counts = Array.zeroCreate<float> MostBins

        for spins in snapshots do
            for spin in spins do
                let turn = atan2 (float spin.Y) (float spin.X) / (2.0 * Math.PI) + 0.5
                let bin = min (MostBins - 1) (int (turn * float MostBins))
                counts[bin] <- counts[bin] + 1.0

        counts

    let private filled (counts: float[]) =
        counts |> Array.sumBy (fun n -> if n > 0.0 then 1.0 else 0.0)

    /// Every two bins in one, until bins that are not empty hold enough.
    let rec private widened (groups: float[][]) =
        let all = groups |> Array.reduce (Array.map2 (+))

        if all.Length = 1 || Array.sum all >= Occupation * filled all then
            groups
        else
            groups |> Array.map (Array.chunkBySize 2 >> Array.map Array.sum) |> widened

    let private entropyOf (counts: float[]) =
        let total = Array.sum counts

        let sum =
            counts |> Array.sumBy (fun n -> if n > 0.0 then -n / total * log (n / total) else 0.0)

        sum + (filled counts - 1.0) / (2.0 * total) + log (2.0 * Math.PI / float counts.Length)

    /// Nats relative to dθ, and what it would be without each group of snapshots, [groups].
    let ofGroups (groups: Vector2[][][]) : struct (float * float[]) =
        let counts = groups |> Array.map counts |> widened
        let all = counts |> Array.reduce (Array.map2 (+))
        struct (entropyOf all, counts |> Array.map (fun own -> Array.map2 (-) all own |> entropyOf))
