namespace Mice.Entropy

open System
open System.Numerics
open Mice
open Mice.Samplers

/// <summary>Entropy of one planar spin in a field, from a histogram of its angle: −Σ p ln(p/w) + (m − 1)/2n, w the width of the m bins that
/// are not empty.</summary>
/// <remarks>Source of the correction: G. A. Miller, in Information Theory in Psychology (1955), 95.</remarks>
module internal PlanarSpinEntropy =
    /// Bins of the circle: narrow enough for spins that fluctuate by a hundredth of a radian.
    [<Literal>]
    let private Bins = 4096

    let private counts (snapshots: Vector2[][]) =
        let counts = Array.zeroCreate<float> Bins

        for spins in snapshots do
            for spin in spins do
                let turn = atan2 (float spin.Y) (float spin.X) / (2.0 * Math.PI) + 0.5
                let bin = min (Bins - 1) (int (turn * float Bins))
                counts[bin] <- counts[bin] + 1.0

        counts

    let private entropyOf (counts: float[]) =
        let total = Array.sum counts

        let sum =
            counts |> Array.sumBy (fun n -> if n > 0.0 then -n / total * log (n / total) else 0.0)

        let filled = counts |> Array.filter (fun n -> n > 0.0) |> Array.length
        sum + float (filled - 1) / (2.0 * total) + log (2.0 * Math.PI / float Bins)

    /// Nats relative to dθ, and what it would be without each group of snapshots, [groups].
    let ofGroups (groups: Vector2[][][]) : struct (float * float[]) =
        let counts = groups |> Array.map counts
        let all = counts |> Array.reduce (Array.map2 (+))
        struct (entropyOf all, counts |> Array.map (fun own -> Array.map2 (-) all own |> entropyOf))
