namespace Mice.Samplers

open System
open Mice

/// <summary>The triangular lattice on a finite torus without a field, for either sign of J: sums over the momenta of free fermions.
/// Source: P. W. Kasteleyn, J. Math. Phys. 4, 287 (1963), doi:10.1063/1.1703953 (the four Pfaffians of a torus); J. Stephenson,
/// J. Math. Phys. 5, 1009 (1964), doi:10.1063/1.1704202 (the triangular lattice).</summary>
[<RequireQualifiedAccess>]
module internal TriangularTorus =
    /// <summary>W(θ₁, θ₂) = C³ + S³ − S [cos θ₁ + cos θ₂ + cos(θ₁ + θ₂)], C = cosh 2K, S = sinh 2K, without loss of digits.</summary>
    /// <remarks>With e = exp 2K: (e² − 3)²/4e + 2S Σ sin² for K ≥ 0, which is critical at θ = 0; with e = exp 2|K|:
    /// (e⁻³ + 3e⁻¹)/4 + ½|S| |1 + exp iθ₁ + exp −iθ₂|² for K &lt; 0, which is critical at T = 0.</remarks>
    let private weight (k: Jet) : float -> float -> Jet =
        if k.Value >= 0.0 then
            let e = exp (2.0 * k)
            let distance: Jet = e * e - Jet.constant 3.0
            let gap: Jet = 0.25 * (distance * distance / e)
            let s: Jet = 2.0 * sinh (2.0 * k)

            fun a b ->
                let half x = sin (0.5 * x) ** 2.0
                gap + (half a + half b + half (a + b)) * s
        else
            let decay = exp (2.0 * k)
            let gap: Jet = 0.25 * (decay * decay * decay + 3.0 * decay)
            let s: Jet = -0.5 * sinh (2.0 * k)

            fun a b ->
                let real, imaginary = 1.0 + cos a + cos b, sin a - sin b
                gap + (real * real + imaginary * imaginary) * s

    /// ½ Σ ln W over θ₁ = 2π(i + a)/n, θ₂ = 2π(j + b)/m but the momentum 0, where the root of W may be negative.
    let private sector (n: int) (m: int) (k: Jet) struct (a: float, b: float) : Jet =
        let w = weight k
        let turn = 2.0 * Math.PI
        let mutable sum = Jet.Zero

        for i in 0 .. n - 1 do
            for j in 0 .. m - 1 do
                let first, second = float i + a, float j + b

                if first > 0.0 || second > 0.0 then
                    sum <- sum + log (w (turn * first / float n) (turn * second / float m))

        0.5 * sum

    /// ln Z with its derivatives in β from K = βJ, for a torus of n rows and m columns:
    /// Z = 2^{nm−1} [P(½, ½) + P(½, 0) + P(0, ½) − P(0, 0)], P(a, b) = ∏ √W over θ₁ = 2π(i + a)/n, θ₂ = 2π(j + b)/m; at θ = 0
    /// the root is (3 − e²)/2√e, negative below the critical temperature.
    let internal logPartition (n: int) (m: int) (k: Jet) : Jet =
        let one = Jet.constant 1.0
        let root: Jet = exp (-1.0 * k) - (1.0 / 3.0) * exp (3.0 * k)

        let brackets =
            Jet.logSumExp
                [|
                    struct (one, sector n m k (0.5, 0.5))
                    struct (one, sector n m k (0.5, 0.0))
                    struct (one, sector n m k (0.0, 0.5))
                    struct (-1.5 * root, sector n m k (0.0, 0.0))
                |]

        brackets + Jet.constant (float (n * m - 1) * log 2.0)

    let private faults (model: IsingModel) =
        [
            yield! IsingModel.faults model

            if model.Lattice <> Lattice.Triangular then
                MiceError.UnknownName("lattice of these fermions", "square", [ "triangular" ])

            if model.Field <> 0.0 then
                MiceError.OutOfRange("field", string model.Field, "0 for free fermions")
        ]

    /// <summary>ln Z/N, u, s and C/N of a triangular torus without a field; time grows with the number of sites. Derivatives are
    /// analytic.</summary>
    /// <param name="model">The model: H = 0; 0.01 ≤ T/|J| ≤ 10⁴.</param>
    /// <returns>Faults of the model, or why the formula does not hold for it.</returns>
    let averages (model: IsingModel) : Result<ThermalAverages, MiceError list> =
        match faults model with
        | [] ->
            let beta = 1.0 / model.Temperature

            1.0 / float (IsingModel.sites model)
            * logPartition model.Rows model.Columns (Jet.linear (beta * model.Coupling) model.Coupling)
            |> ThermalAverages.ofLogPartition beta 0.0
            |> Ok
        | faults -> Error faults
