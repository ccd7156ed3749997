namespace Mice.Samplers

open System
open Mice

/// <summary>The infinite triangular lattice without a field, ferromagnet and antiferromagnet.
/// Source: R. M. F. Houtappel, Physica 16, 425 (1950), doi:10.1016/0031-8914(50)90130-3; G. H. Wannier, Phys. Rev. 79,
/// 357 (1950), doi:10.1103/PhysRev.79.357, with the erratum Phys. Rev. B 7, 5017 (1973).</summary>
/// <remarks>ln Z/N = ln 2 + (1/8π²) ∬ ln[c³ + s³ − s(cos ω + cos ω′ + cos(ω + ω′))] dω dω′ over [0, 2π]² with
/// c = cosh 2K, s = sinh 2K. The integral over ω′ is 2π ln[(a + √D)/2] with a = c³ + s³ − s cos ω and
/// D = a² − 2s²(1 + cos ω). In x = exp(−4|K|), divided by |s| or s², both are sums of positive terms.</remarks>
[<RequireQualifiedAccess>]
module Houtappel =
    let private one = Jet.constant 1.0

    /// Ferromagnet: x·a/s and x²·D/s², with A = (c³ + s³)/s = (1 + 3x²)/(2x(1 − x)) and y = 1 − cos ω:
    /// D/s² = (A − 3)(A + 1) + 2Ay + y².
    let private ferromagnet (x: Jet) (y: float) : struct (Jet * Jet) =
        let remainder = 2.0 * (one - x)
        let scaled: Jet = (one + 3.0 * (x * x)) / remainder
        let distance: Jet = one - 3.0 * x
        // x(A − 3) = (1 − 3x)²/(2(1 − x)): 0 at T_c, without loss of digits nearby.
        let above: Jet = distance * distance / remainder
        let y = y * x
        struct (scaled + y - x, above * (scaled + x) + 2.0 * (scaled * y) + y * y)

    /// (1/π) ∫₀^π ln[(x·a/s + √(x²D/s²))/2] dω of the ferromagnet.
    let private ferromagnetIntegral (x: Jet) : Jet =
        Quadrature.unitInterval
        |> Array.sumBy (fun (struct (node, weight)) ->
            let half = sin (0.5 * Math.PI * node)
            let struct (a, d) = ferromagnet x (2.0 * half * half)
            weight * log (0.5 * (a + sqrt d)))

    /// Antiferromagnet, with A = (c³ + s³)/|s| = (3 + x²)/(2(1 − x)): a/|s| = A + cos ω and
    /// D/s² = (A − 1 + cos ω)² + x(3 + x)/(1 − x), where A − 1 + cos ω = ½ + cos ω + x(3 + x)/(2(1 − x)).
    let private antiferromagnet (x: Jet) (centredCosine: float) : Jet =
        let excess: Jet = x * (Jet.constant 3.0 + x) / (one - x)
        let root = Jet.constant centredCosine + 0.5 * excess
        log (0.5 * (root + one + sqrt (root * root + excess)))

    /// (1/π) ∫₀^π of the antiferromagnet, in two parts that meet at ω = 2π/3, where the integrand turns singular at T = 0.
    let private antiferromagnetIntegral (x: Jet) : Jet =
        // ½ + cos(2π/3 + δ) to all digits of δ.
        let centredCosine delta =
            -2.0 * sin (2.0 * Math.PI / 3.0 + 0.5 * delta) * sin (0.5 * delta)

        Quadrature.unitInterval
        |> Array.sumBy (fun (struct (node, weight)) ->
            let below = antiferromagnet x (centredCosine (-2.0 * Math.PI / 3.0 * node))
            let above = antiferromagnet x (centredCosine (Math.PI / 3.0 * node))
            weight * (2.0 / 3.0 * below + 1.0 / 3.0 * above))

    /// ln Z/N = ln 2 + ½ ln|s| + ½ (1/π) ∫₀^π ln[(a + √D)/(2|s|)] dω.
    let private logPartition (coupling: float) (beta: float) : Jet =
        let k = Jet.linear (beta * abs coupling) (abs coupling)
        let x: Jet = exp (-4.0 * k)
        // 1 − x = 2 sinh 2K exp(−2K), to all digits at high temperature.
        let remainder: Jet = 2.0 * (sinh (2.0 * k) * exp (-2.0 * k))
        let common = Jet.constant (0.5 * log 2.0) + 0.5 * log remainder

        if coupling > 0.0 then
            common + 3.0 * k + 0.5 * ferromagnetIntegral x
        else
            common + k + 0.5 * antiferromagnetIntegral x

    let private faults (coupling: float) (temperature: float) =
        IsingModel.faults
            { IsingModel.square 2 temperature with
                Coupling = coupling
            }

    /// <summary>ln Z/N, u, s and C/N. Accurate to 1e-10 for 0.05 ≤ T/|J| ≤ 10³; C is infinite at T_c itself, where rounding
    /// returns a finite or undefined number.</summary>
    /// <param name="coupling">J, of either sign.</param>
    /// <param name="temperature">T.</param>
    /// <returns>Faults of J and T.</returns>
    let averages (coupling: float) (temperature: float) : Result<ThermalAverages, MiceError list> =
        match faults coupling temperature with
        | [] when coupling = 0.0 -> Ok(ThermalAverages.independentSpins 0.0 temperature)
        | [] ->
            let beta = 1.0 / temperature
            Ok(ThermalAverages.ofLogPartition beta 0.0 (logPartition coupling beta))
        | faults -> Error faults

    /// <summary>T_c = 4J/ln 3 of the ferromagnet; the antiferromagnet has no transition above T = 0.</summary>
    /// <param name="coupling">J, above 0.</param>
    let criticalTemperature (coupling: float) : float = 4.0 * coupling / log 3.0

    /// Entropy per site of the antiferromagnet at T = 0, 0.3230659472: Wannier's (2/π) ∫₀^{π/3} ln(2 cos ω) dω.
    let residualEntropy: float<nat / site> =
        let limit = antiferromagnetIntegral Jet.Zero
        (0.5 * log 2.0 + 0.5 * limit.Value) * 1.0<nat / site>
