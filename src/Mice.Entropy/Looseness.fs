namespace Mice.Entropy

open Mice

/// <summary>How far a bound ⟨−ln q⟩ lies above the entropy, from the scatter of ln q about what is known of ln p.</summary>
/// <remarks>With D = ln p − ln q of a snapshot, ⟨e^−D⟩ = 1 and so ⟨D⟩ = ½ Var D − …; the variance does not change when a constant is added to D, so
/// −ln q − βE has it too. Source: R. W. Zwanzig, J. Chem. Phys. 22, 1420 (1954).</remarks>
[<RequireQualifiedAccess>]
module Looseness =
    /// The part of the looseness that stands in the error of what is corrected with it, for the terms that are left out: the root mean square
    /// of what was missing in fluids of hard spheres and both phases of sodium, whose entropies are known (docs/concepts.md).
    [<Literal>]
    let private Truncation = 0.25

    /// <summary>½ Var D, nats; the error is by jackknife over groups.</summary>
    /// <param name="groups">−ln q − βE of snapshots up to a constant, nats, in groups that are independent of each other.</param>
    let ofScatter (groups: float[][]) : Estimate<1> =
        let half (groups: float[][]) =
            0.5 * Statistics.variance (Array.concat groups)

        let struct (_, error) = Statistics.jackknife half groups
        Estimate.create (half groups) error Direction.NoBound

    /// <summary>The bound less its looseness, with the errors of both and of the formula; no bound.</summary>
    /// <param name="bound">An upper bound.</param>
    /// <param name="looseness">How loose it is.</param>
    let correct (bound: Estimate<'u>) (looseness: Estimate<'u>) : Estimate<'u> =
        { Estimate.widen (Truncation * looseness.Value) (Estimate.subtract bound looseness) with
            Direction = Direction.NoBound
        }
