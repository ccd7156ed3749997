namespace Mice.Samplers

open System
open Mice

/// <summary>The infinite square lattice without a field; the sign of J changes no average. Onsager's solution with
/// K = |J|/T. Source: L. Onsager, Phys. Rev. 65, 117 (1944), doi:10.1103/PhysRev.65.117.</summary>
[<RequireQualifiedAccess>]
module Onsager =
    /// J and T that can be used, and K = |J|/T.
    let private inverseTemperature (coupling: float) (temperature: float) =
        { IsingModel.square 2 temperature with
            Coupling = coupling
        }
        |> IsingModel.faults
        |> function
            | [] -> Ok(abs coupling / temperature)
            | faults -> Error faults

    /// <summary>T_c = 2|J|/ln(1 + √2), about 2.269185314 |J|.</summary>
    /// <param name="coupling">J.</param>
    let criticalTemperature (coupling: float) : float =
        2.0 * abs coupling / log (1.0 + sqrt 2.0)

    /// Complete elliptic integrals K and E of the first and second kind from the complementary modulus k′ > 0, by
    /// arithmetic and geometric means. Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 17.6.
    let internal ellipticIntegrals (complement: float) : struct (float * float) =
        let rec descend (a: float) (b: float) (c: float) (weight: float) (sum: float) =
            let sum = sum + weight * c * c

            // The next c is c²/4a: the means agree to all digits one step later. A smaller limit may never be met.
            if abs c <= 1e-9 * a then
                let first = Math.PI / (a + b)
                struct (first, first * (1.0 - sum))
            else
                descend (0.5 * (a + b)) (sqrt (a * b)) (0.5 * (a - b)) (2.0 * weight) sum

        descend 1.0 complement (sqrt (1.0 - complement * complement)) 0.5 0.0

    /// ln Z/N = ln(2 cosh 2K) + (1/π) ∫₀^{π/2} ln[(1 + √(k′² + k² sin²φ))/2] dφ.
    let private logPartition (k: float) (modulus: float) (complement: float) =
        let integrand phi =
            let s = modulus * sin phi
            log (0.5 * (1.0 + sqrt (complement * complement + s * s)))

        let integral =
            Quadrature.unitInterval
            |> Array.sumBy (fun (struct (x, weight)) -> weight * integrand (0.5 * Math.PI * x))

        2.0 * k + log (1.0 + exp (-4.0 * k)) + 0.5 * integral

    /// With k = 2 sinh 2K/cosh² 2K, k′ = 2 tanh² 2K − 1: u = −|J| coth 2K [1 + (2/π) k′ K(k)] and
    /// C = (4/π)(K coth 2K)² {K(k) − E(k) − (1 − tanh² 2K)[π/2 + k′ K(k)]}.
    let private solve (j: float) (k: float) : ThermalAverages =
        let t = tanh (2.0 * k)
        let squaredSech = 1.0 / (cosh (2.0 * k) ** 2.0)
        let s = sinh (2.0 * k)
        let complement = (s - 1.0) * (s + 1.0) * squaredSech
        let modulus = 2.0 * s * squaredSech
        let logZ = logPartition k modulus complement
        let beta = k / j

        if complement = 0.0 then
            ThermalAverages.ofLogPartition
                beta
                0.0
                {
                    Value = logZ
                    First = j / t
                    Second = infinity
                }
        else
            let struct (first, second) = ellipticIntegrals (abs complement)

            let bracket = first - second - squaredSech * (0.5 * Math.PI + complement * first)

            ThermalAverages.ofLogPartition
                beta
                0.0
                {
                    Value = logZ
                    First = j / t * (1.0 + 2.0 / Math.PI * complement * first)
                    Second = 4.0 / Math.PI * (j / t) ** 2.0 * bracket
                }

    /// <summary>ln Z/N, u, s and C/N, to about 1e-12; the heat capacity is infinite at T_c.</summary>
    /// <param name="coupling">J, of either sign.</param>
    /// <param name="temperature">T.</param>
    /// <returns>Faults of J and T.</returns>
    let averages (coupling: float) (temperature: float) : Result<ThermalAverages, MiceError list> =
        inverseTemperature coupling temperature
        |> Result.map (fun k ->
            if k = 0.0 then
                ThermalAverages.independentSpins 0.0 temperature
            else
                solve (abs coupling) k)

    /// <summary>Spontaneous magnetisation per site of the ferromagnet, of a sublattice of the antiferromagnet:
    /// (1 − sinh⁻⁴ 2K)^{1/8} below T_c, 0 above. Source: C. N. Yang, Phys. Rev. 85, 808 (1952),
    /// doi:10.1103/PhysRev.85.808.</summary>
    /// <param name="coupling">J.</param>
    /// <param name="temperature">T.</param>
    /// <returns>Faults of J and T.</returns>
    let spontaneousMagnetisation (coupling: float) (temperature: float) : Result<float, MiceError list> =
        inverseTemperature coupling temperature
        |> Result.map (fun k ->
            let s = sinh (2.0 * k)
            if s <= 1.0 then 0.0 else (1.0 - s ** -4.0) ** 0.125)

    /// <summary>Mutual information of two neighbouring spins, ln 2 − h((1 + c)/2) with c = −u/(2J) and h the binary
    /// entropy; below T_c of the symmetric state, half of it up and half down.</summary>
    /// <param name="coupling">J.</param>
    /// <param name="temperature">T.</param>
    /// <returns>Faults of J and T.</returns>
    let neighbourInformation (coupling: float) (temperature: float) : Result<float<nat>, MiceError list> =
        averages coupling temperature
        |> Result.map (fun a ->
            if coupling = 0.0 then
                0.0<nat>
            else
                PairInformation.ofSpins 0.0 (-a.Energy / (2.0 * coupling)))
