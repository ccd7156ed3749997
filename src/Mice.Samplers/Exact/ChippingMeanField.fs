namespace Mice.Samplers

open Mice

/// <summary>Chipping and aggregation with independent sites. Its transition is that of the ring, its p(m) is not. Source: S. N. Majumdar, S. Krishnamurthy,
/// M. Barma, J. Stat. Phys. 99, 1 (2000), arXiv:cond-mat/9908443.</summary>
[<RequireQualifiedAccess>]
module ChippingMeanField =
    /// <summary>s = 1 − p(0) = ρ(1 − wρ)/(1 + ρ), the share of occupied sites; above ρ_c it stays what it is there.</summary>
    /// <param name="hopRate">w from 0.</param>
    /// <param name="density">ρ above 0.</param>
    let occupied (hopRate: float) (density: float) : float =
        let fluid = min density (ChippingModel.criticalDensity hopRate)
        fluid * (1.0 - hopRate * fluid) / (1.0 + fluid)

    let private recursion (hopRate: float) (s: float) (most: int) : float[] =
        let p = Array.zeroCreate (most + 1)
        p[0] <- 1.0 - s
        p[1] <- s * (1.0 - s - hopRate * s)

        for m in 1 .. most - 1 do
            let mutable met = 0.0

            for k in 1..m do
                met <- met + p[k] * p[m - k]

            p[m + 1] <- (1.0 + hopRate) * (1.0 + s) * p[m] - s * p[m - 1] - hopRate * met

        p

    /// <summary>p(m) of one site for m = 0, 1, …, most, in an infinite system without the condensate. Balance gives
    /// p(m + 1) = (1 + w)(1 + s) p(m) − s p(m − 1) − w Σ_{k = 1 … m} p(k) p(m − k) with p(1) = s(1 − s − ws), and rounding does not grow in it.</summary>
    /// <remarks>p(m) falls as z₋^−m m^{−3/2} below the transition, z₋ = (1 + 2w − 2√(w + w²))/s, and as m^{−5/2} from there on; for w = 0 it is geometric.</remarks>
    /// <param name="hopRate">w.</param>
    /// <param name="density">ρ.</param>
    /// <param name="most">The largest m, 1 or more.</param>
    /// <returns>Errors: OutOfRange for w below 0, ρ not above 0, m below 1.</returns>
    let siteLaw (hopRate: float) (density: float) (most: int) : Result<float[], MiceError list> =
        validate {
            let! () =
                Validate.that
                    "hop rate"
                    "a finite number from 0"
                    (fun w -> w >= 0.0 && System.Double.IsFinite w)
                    hopRate

            and! () = Validate.positive "density" density
            and! () = Validate.atLeast 1 "the largest mass" most

            return recursion hopRate (occupied hopRate density) most
        }
