namespace Mice.Samplers

open System
open MathNet.Numerics
open Mice

/// The von Mises law of an angle, p(φ) = exp(κ cos φ)/(2π I₀(κ)). Bessel functions are scaled by e^−κ and do not overflow.
[<RequireQualifiedAccess>]
module VonMises =
    /// <summary>ln I₀(κ), for either sign of κ.</summary>
    /// <param name="kappa">κ.</param>
    let logBessel (kappa: float) : float =
        log (SpecialFunctions.BesselIScaled(0.0, abs kappa)) + abs kappa

    /// <summary>The mean of cos φ, I₁(κ)/I₀(κ).</summary>
    /// <param name="kappa">κ, of either sign.</param>
    let meanCosine (kappa: float) : float =
        float (sign kappa) * SpecialFunctions.BesselIScaled(1.0, abs kappa)
        / SpecialFunctions.BesselIScaled(0.0, abs kappa)

    /// <summary>The entropy, ln 2π I₀(κ) − κ I₁(κ)/I₀(κ), in nats relative to dφ.</summary>
    /// <param name="kappa">κ, of either sign.</param>
    let entropy (kappa: float) : float =
        log (2.0 * Math.PI * SpecialFunctions.BesselIScaled(0.0, abs kappa))
        + abs kappa * (1.0 - meanCosine (abs kappa))

    /// <summary>κ of the law that has a given mean cosine, by bisection, up to 10⁶.</summary>
    /// <param name="cosine">From 0 to 1.</param>
    let concentration (cosine: float) : float =
        let rec search low high =
            let middle = 0.5 * (low + high)

            if high - low <= 1e-12 * middle || middle = low || middle = high then
                middle
            elif meanCosine middle < cosine then
                search middle high
            else
                search low middle

        search 0.0 1e6

    /// <summary>One angle as (cos φ, sin φ), exactly: a uniform point on the circle is moved by a Möbius map, which makes it
    /// wrapped Cauchy, and accepted or rejected; two of three tries succeed or more. No trigonometric function is
    /// evaluated. Source: D. J. Best, N. I. Fisher, Appl. Stat. 28, 152 (1979).</summary>
    /// <param name="generator">Randomness.</param>
    /// <param name="kappa">κ, 0 or more.</param>
    let sample (generator: Generator) (kappa: float) : struct (float * float) =
        let tau = 1.0 + sqrt (1.0 + 4.0 * kappa * kappa)
        let root = sqrt tau * (sqrt tau + sqrt 2.0)
        // ρ and κ(1 + ρ²)/(2ρ) of the paper in a form without cancellation, good from κ = 0 on.
        let rho = 2.0 * kappa / root
        let centre = 1.0 + rho * rho
        let top = 0.25 * centre * root
        let mutable cosine, sine = 2.0, 0.0

        while cosine = 2.0 do
            let mutable x, y, r = 0.0, 0.0, 2.0

            while r > 1.0 || r = 0.0 do
                x <- 2.0 * generator.NextFloat() - 1.0
                y <- 2.0 * generator.NextFloat() - 1.0
                r <- x * x + y * y

            let z = (x * x - y * y) / r
            let scale = 1.0 / (centre + 2.0 * rho * z)
            let candidate = (2.0 * rho + centre * z) * scale
            let c = top - kappa * candidate
            let u = generator.NextFloat()

            if c * (2.0 - c) > u || log (c / u) + 1.0 - c >= 0.0 then
                cosine <- candidate
                sine <- (1.0 - rho * rho) * 2.0 * x * y / r * scale

        struct (cosine, sine)
