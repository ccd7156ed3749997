namespace Mice.Samplers

open System
open Mice

/// Exact thermodynamics of a few XY spins at one temperature.
type XYPairLaw =
    {
        /// ln Z of the pair.
        LogPartition: float
        /// ⟨E⟩ of the pair.
        Energy: float
        /// S(a, b) = ln Z + ⟨E⟩/T in nats relative to da db.
        Entropy: float<nat>
        /// S(a) = S(b), in nats relative to da.
        SpinEntropy: float<nat>
        /// I(a; b) = 2 S(a) − S(a, b).
        MutualInformation: float<nat>
    }

/// Exact thermodynamics of a chain, per site.
type XYChainLaw =
    {
        /// ln Z / N.
        LogPartitionPerSite: float
        /// u = ⟨E⟩/N.
        EnergyPerSite: float
        /// s = ln Z / N + u/T in nats relative to dθ.
        EntropyPerSite: float<nat / site>
    }

/// XY models that can be solved exactly: references for the samplers and the estimators. Only J, H and T of a model are used; rows and columns are not.
[<RequireQualifiedAccess>]
module XYExact =
    let private nats (value: float) : float<nat> =
        LanguagePrimitives.FloatWithMeasure value

    /// Points of the trapezoid rule on a period for integrands as narrow as exp(−κ φ²/2): exact to rounding, since the
    /// error of a smooth periodic integrand is about exp(−n²/2κ).
    let private period kappa =
        let n = 64 + int (ceil (16.0 * sqrt kappa))
        Array.init n (fun i -> 2.0 * Math.PI * float i / float n)

    /// Means over a period under the law exp(logs): ln of its integral, and the mean of a quantity. Everything is taken
    /// relative to the largest weight, so that nothing large is subtracted in the cold.
    let private logIntegral (logs: float[]) =
        let top = Array.max logs
        top + log (2.0 * Math.PI * Array.averageBy (fun l -> exp (l - top)) logs)

    let private meanUnder (logs: float[]) (quantity: float[]) =
        let top = Array.max logs
        let weights = logs |> Array.map (fun l -> exp (l - top))
        Array.sum (Array.map2 (*) weights quantity) / Array.sum weights

    let private entropyOf (logs: float[]) =
        let top = Array.max logs
        let depths = logs |> Array.map (fun l -> l - top)
        logIntegral depths - meanUnder depths depths

    /// <summary>Two spins with E = −J cos(a − b) − H (cos a + cos b), at any J, H and T. Given the difference δ, the mean angle
    /// is von Mises with κ = 2βH cos(δ/2), so p(δ) ∝ exp(βJ cos δ) I₀(κ); and p(a) ∝ exp(βH cos a) I₀(β|J e^{ia} + H|).
    /// Both are integrated by the trapezoid rule, which converges exponentially for periodic integrands.</summary>
    /// <param name="model">J, H and T.</param>
    let pair (model: XYModel) : XYPairLaw =
        let beta = 1.0 / model.Temperature
        let j, h = beta * model.Coupling, beta * model.Field
        let points = period (abs j + abs h)
        let kappas = points |> Array.map (fun delta -> 2.0 * h * cos (0.5 * delta))

        let logs =
            Array.map2 (fun delta kappa -> j * cos delta + VonMises.logBessel kappa) points kappas

        let minusBetaEnergy =
            Array.map2 (fun delta kappa -> j * cos delta + kappa * VonMises.meanCosine kappa) points kappas

        let spinLogs =
            points
            |> Array.map (fun a ->
                h * cos a + VonMises.logBessel (sqrt (max 0.0 (j * j + h * h + 2.0 * j * h * cos a))))

        let entropy = entropyOf logs + meanUnder logs (Array.map VonMises.entropy kappas)

        let spinEntropy = entropyOf spinLogs

        {
            LogPartition = log (2.0 * Math.PI) + logIntegral logs
            Energy = -model.Temperature * meanUnder logs minusBetaEnergy
            Entropy = nats entropy
            SpinEntropy = nats spinEntropy
            MutualInformation = nats (2.0 * spinEntropy - entropy)
        }

    /// <summary>The infinite chain without a field: bonds are independent von Mises angles, so ln Z / N = ln 2π I₀(βJ) and
    /// u = −J I₁(βJ)/I₀(βJ). Source: G. S. Joyce, Phys. Rev. 155, 478 (1967).</summary>
    /// <param name="model">J and T; H is taken as 0.</param>
    let chain (model: XYModel) : XYChainLaw =
        let k = model.Coupling / model.Temperature
        let logPartition = log (2.0 * Math.PI) + VonMises.logBessel k
        let energy = -model.Coupling * VonMises.meanCosine k

        {
            LogPartitionPerSite = logPartition
            EnergyPerSite = energy
            EntropyPerSite = LanguagePrimitives.FloatWithMeasure(logPartition + energy / model.Temperature)
        }

    /// <summary>The infinite square lattice without a field at high temperature. With y = I₁(βJ)/I₀(βJ), a closed loop of n
    /// bonds gives yⁿ in either direction; a site has one loop of 4 bonds and two of 6:
    /// ln Z / N = ln 2π + 2 ln I₀(βJ) + 2y⁴ + 4y⁶ + O(β⁸).</summary>
    /// <param name="model">J and T; H is taken as 0.</param>
    let squareAtHighTemperature (model: XYModel) : XYChainLaw =
        let k = model.Coupling / model.Temperature
        let y = VonMises.meanCosine k
        let slope = if k = 0.0 then 0.5 else 1.0 - y / k - y * y

        let logPartition =
            log (2.0 * Math.PI) + 2.0 * VonMises.logBessel k + 2.0 * y ** 4.0 + 4.0 * y ** 6.0

        let energy =
            -model.Coupling * (2.0 * y + (8.0 * y ** 3.0 + 24.0 * y ** 5.0) * slope)

        {
            LogPartitionPerSite = logPartition
            EnergyPerSite = energy
            EntropyPerSite = LanguagePrimitives.FloatWithMeasure(logPartition + energy / model.Temperature)
        }
