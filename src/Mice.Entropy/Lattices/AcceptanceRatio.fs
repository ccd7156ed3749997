namespace Mice.Entropy

open Mice

/// Result of Bennett's acceptance ratio for snapshots of a system and configurations drawn from a normalised law.
type internal AcceptanceRatio =
    {
        /// ln Z.
        LogPartition: Estimate<1>
        /// ⟨ln p − ln q⟩ over the snapshots: how far ⟨−ln q⟩ lies above the entropy, nats.
        Divergence: Estimate<1>
        /// Effective number of configurations that could be from either law, 2 Σ_q σ(r − t): with as many drawn configurations as snapshots it is their number
        /// when the laws are equal, and it is near 0 when the laws hardly overlap.
        Shared: float
    }

/// <summary>Bennett's acceptance ratio between a law p ∝ e^(−βE), known by snapshots and up to its normalisation Z, and a normalised law q that can be
/// drawn from. With r = −βE − ln q, ln Z is where as many of the n_q drawn configurations look like snapshots as the other way round,
/// Σ_q σ(r − t) = Σ_p σ(t − r), t = ln Z − ln(n_p/n_q), σ(x) = 1/(1 + e^−x).</summary>
/// <remarks>Unlike ⟨−ln q⟩ it is no bound but consistent, whatever q is, as long as the two laws overlap. Source: C. H. Bennett, J. Comput. Phys. 22,
/// 245 (1976); as the largest likelihood: M. R. Shirts et al., Phys. Rev. Lett. 91, 140601 (2003).</remarks>
[<RequireQualifiedAccess>]
module internal AcceptanceRatio =
    /// Number of groups of drawn configurations for the jackknife.
    [<Literal>]
    let private Groups = 64

    let private logistic x = 1.0 / (1.0 + exp -x)

    /// The root of Σ_q σ(r − t) − Σ_p σ(t − r), which falls with t: Newton's steps within a bracket, which is halved where they leave it.
    let private balance (ofSnapshots: float[]) (ofDrawn: float[]) : float =
        let excess t =
            (ofDrawn |> Array.sumBy (fun r -> logistic (r - t)))
            - (ofSnapshots |> Array.sumBy (fun r -> logistic (t - r)))

        let slope t =
            let at r =
                let s = logistic (r - t)
                s * (1.0 - s)

            -(Array.sumBy at ofDrawn + Array.sumBy at ofSnapshots)

        let rec search low high t =
            let e = excess t
            let low, high = (if e > 0.0 then t else low), (if e > 0.0 then high else t)
            let newton = t - e / slope t

            let next =
                if newton >= low && newton <= high then
                    newton
                else
                    0.5 * (low + high)

            if abs (next - t) <= 1e-10 * (1.0 + abs t) then
                next
            else
                search low high next

        let all = Array.append ofSnapshots ofDrawn
        // Outside of these limits all terms of one sum are 1 to within rounding, and all terms of the other sum are 0.
        let low, high = Array.min all - 40.0, Array.max all + 40.0
        search low high (0.5 * (Array.average ofSnapshots + Array.average ofDrawn))

    /// <summary>ln Z, and how far the two laws are apart.</summary>
    /// <param name="snapshots">r = −βE − ln q of snapshots, nats, in groups that are independent of each other, two or more.</param>
    /// <param name="drawn">r of configurations drawn from q, two or more.</param>
    let estimate (snapshots: float[][]) (drawn: float[]) : AcceptanceRatio =
        let logPartition p q =
            balance p q + log (float (Array.length p) / float (Array.length q))

        let all = Array.concat snapshots
        let found = logPartition all drawn

        let struct (_, ofDrawn) =
            drawn
            |> Array.splitInto (min Groups drawn.Length)
            |> Statistics.jackknife (fun left -> logPartition all (Array.concat left))

        /// Both numbers depend on the drawn configurations through ln Z alone, so both get the same error from them.
        let estimated value statistic =
            let struct (_, ofSnapshots) =
                Statistics.jackknife (fun left -> statistic (Array.concat left)) snapshots

            Estimate.create value ofSnapshots Direction.Exact |> Estimate.widen ofDrawn

        let t = found - log (float all.Length / float drawn.Length)

        {
            LogPartition = estimated found (fun p -> logPartition p drawn)
            Divergence = estimated (Array.average all - found) (fun p -> Array.average p - logPartition p drawn)
            Shared = 2.0 * (drawn |> Array.sumBy (fun r -> logistic (r - t)))
        }
