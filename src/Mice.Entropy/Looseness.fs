namespace Mice.Entropy

open Mice

/// <summary>How far a bound ⟨−ln q⟩ lies above the entropy, from the scatter of ln q about what is known of ln p.</summary>
/// <remarks>With D = ln p − ln q of a snapshot, ⟨e^−D⟩ = 1 and so ⟨D⟩ = κ₂/2 − κ₃/6 + …, with cumulants κ that do not change when a constant
/// is added to D: −ln q − βE has them too. Source: R. W. Zwanzig, J. Chem. Phys. 22, 1420 (1954).</remarks>
[<RequireQualifiedAccess>]
module Looseness =
    /// <summary>κ₂/2 and −κ₃/6 of −ln q − βE, nats, without bias.</summary>
    /// <param name="values">−ln q − βE of the snapshots up to a constant, nats, three or more.</param>
    let terms (values: float[]) : struct (float * float) =
        let centre = Statistics.mean values
        let n = float values.Length
        let cubes = values |> Array.sumBy (fun v -> (v - centre) ** 3.0)
        let third = n * cubes / ((n - 1.0) * (n - 2.0))
        struct (0.5 * Statistics.variance values, -third / 6.0)

    /// <summary>⟨D⟩ to third order, nats. The error is by jackknife over groups, with half of the last term for those left out.</summary>
    /// <param name="groups">−ln q − βE of snapshots, nats, in groups that are independent of each other.</param>
    let ofScatter (groups: float[][]) : Estimate<1> =
        let sum (groups: float[][]) =
            let struct (second, third) = terms (Array.concat groups)
            second + third

        let struct (_, error) = Statistics.jackknife sum groups
        let struct (_, third) = terms (Array.concat groups)
        Estimate.create (sum groups) error Direction.NoBound |> Estimate.widen (0.5 * third)
