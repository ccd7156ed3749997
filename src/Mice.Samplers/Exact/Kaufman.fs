namespace Mice.Samplers

open System
open Mice

/// <summary>The square lattice on a finite torus without a field. Source: B. Kaufman, Phys. Rev. 76, 1232 (1949),
/// doi:10.1103/PhysRev.76.1232; A. E. Ferdinand, M. E. Fisher, Phys. Rev. 185, 832 (1969),
/// doi:10.1103/PhysRev.185.832.</summary>
[<RequireQualifiedAccess>]
module Kaufman =
    /// γ_l > 0 for l = 1 … 2n − 1: cosh γ_l = cosh² 2K/sinh 2K − cos(πl/n), in the form
    /// sinh²(γ_l/2) = (sinh 2K − 1)²/(2 sinh 2K) + sin²(πl/2n), which loses no digits at T_c.
    let private gamma (s: Jet) (n: int) (l: int) : Jet =
        let distance = s - Jet.constant 1.0
        let sine = sin (0.5 * Math.PI * float l / float n)

        let square: Jet = 0.5 * (distance * distance / s) + Jet.constant (sine * sine)

        2.0 * Jet.asinh (sqrt square)

    /// ln ∏ 2 cosh(mγ/2) and ln ∏ 2 sinh(mγ/2).
    let private products (m: int) (gammas: Jet[]) : struct (Jet * Jet) =
        let sum (sign: float) : Jet =
            gammas
            |> Array.sumBy (fun g ->
                let y: Jet = 0.5 * float m * g
                y + log (Jet.constant 1.0 + sign * exp (-2.0 * y)))

        struct (sum 1.0, sum -1.0)

    /// ln Z with its derivatives in β from K = βJ, for a torus of n rows and m columns:
    /// Z = ½ (2 sinh 2K)^{mn/2} [∏ 2 cosh(mγ_{2r+1}/2) + ∏ 2 sinh(mγ_{2r+1}/2) + ∏ 2 cosh(mγ_{2r}/2) +
    /// ∏ 2 sinh(mγ_{2r}/2)], r = 0 … n − 1, γ₀ = 2K + ln tanh K of either sign.
    let internal logPartition (n: int) (m: int) (k: Jet) : Jet =
        let s: Jet = sinh (2.0 * k)
        let one = Jet.constant 1.0
        let oddGammas = Array.init n (fun r -> gamma s n (2 * r + 1))
        let evenGammas = Array.init (n - 1) (fun r -> gamma s n (2 * r + 2))
        let struct (oddCosh, oddSinh) = products m oddGammas
        let struct (evenCosh, evenSinh) = products m evenGammas
        let gamma0: Jet = 2.0 * k + log (sinh k / cosh k)
        // 2 cosh y = exp(σy)(1 + exp(−2σy)), 2 sinh y = σ exp(σy)(1 − exp(−2σy)), σ = ±1: smooth through γ₀ = 0 at T_c.
        let sign = if gamma0.Value < 0.0 then -1.0 else 1.0
        let y: Jet = 0.5 * float m * sign * gamma0
        let decay: Jet = exp (-2.0 * y)

        let brackets =
            Jet.logSumExp
                [|
                    struct (one, oddCosh)
                    struct (one, oddSinh)
                    struct (one + decay, evenCosh + y)
                    struct (sign * (one - decay), evenSinh + y)
                |]

        brackets + 0.5 * float m * float n * log (2.0 * s) - Jet.constant (log 2.0)

    let private faults (model: IsingModel) =
        [
            yield! IsingModel.faults model

            if model.Lattice <> Lattice.Square then
                MiceError.UnknownName("lattice of Kaufman's formula", "triangular", [ "square" ])

            if model.Field <> 0.0 then
                MiceError.OutOfRange("field", string model.Field, "0 in Kaufman's formula")

            // An even torus of an antiferromagnet is a ferromagnet with one sublattice turned over.
            if model.Coupling < 0.0 then
                for name, side in [ "rows", model.Rows; "columns", model.Columns ] do
                    if side % 2 <> 0 then
                        MiceError.OutOfRange(name, string side, "even when the coupling is negative")
        ]

    /// <summary>ln Z/N, u, s and C/N of a square torus without a field; time grows with the shorter side. Derivatives are
    /// analytic; relative rounding about 1e-14.</summary>
    /// <param name="model">The model: H = 0, even sides where J &lt; 0; 0.01 ≤ T/|J| ≤ 10⁴ for the accuracy stated.</param>
    /// <returns>Faults of the model, or why the formula does not hold for it.</returns>
    let averages (model: IsingModel) : Result<ThermalAverages, MiceError list> =
        match faults model with
        | [] when model.Coupling = 0.0 -> Ok(ThermalAverages.independentSpins 0.0 model.Temperature)
        | [] ->
            let j, beta = abs model.Coupling, 1.0 / model.Temperature
            let n, m = min model.Rows model.Columns, max model.Rows model.Columns

            1.0 / float (n * m) * logPartition n m (Jet.linear (beta * j) j)
            |> ThermalAverages.ofLogPartition beta 0.0
            |> Ok
        | faults -> Error faults
