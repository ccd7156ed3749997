namespace Mice.Samplers

open MathNet.Numerics.Interpolation
open Mice

/// The energy per site at one inverse temperature.
type EnergyPoint =
    {
        /// β = 1/T > 0.
        Beta: float
        /// u(β) = ⟨E⟩/N; errors of different points are independent.
        EnergyPerSite: Estimate<1>
    }

/// What is known at β = 0, where integration starts.
type InfiniteTemperature =
    {
        /// s at β = 0: ln 2 for Ising spins, ln 2π for XY spins.
        EntropyPerSite: float<nat / site>
        /// u at β = 0: 0 for Ising and XY spins.
        EnergyPerSite: float
        /// du/dβ = −Var(E)/N at β = 0.
        Slope: float
    }

/// The entropy at one inverse temperature.
type IntegratedEntropy =
    {
        /// β.
        Beta: float
        /// u, as it was given.
        EnergyPerSite: Estimate<1>
        /// s; its error holds both of the errors below.
        EntropyPerSite: Estimate<nat / site>
        /// The part of the error that comes from the errors of the energies.
        StatisticalError: float<nat / site>
        /// The part that comes from the grid.
        QuadratureError: float<nat / site>
        /// What was asked of the energies at this and all smaller β; empty where they were given.
        Checks: Check list
    }

/// Entropies from energies: s(β) = s(0) + β u(β) − ∫₀^β u dβ′, for any lattice model with E independent of T.
[<RequireQualifiedAccess>]
module ThermodynamicIntegration =
    /// Integrals from 0 to every knot of the cubic spline through the values, with the given slope at its start and no third
    /// derivative in its last interval. Linear in slope and values.
    let private integrals (knots: float[]) (slope: float) (values: float[]) =
        let spline =
            CubicSpline.InterpolateBoundariesSorted(
                knots,
                values,
                SplineBoundaryCondition.FirstDerivative,
                slope,
                SplineBoundaryCondition.ParabolicallyTerminated,
                0.0
            )

        knots |> Array.map spline.Integrate

    /// Every second knot, the first and the last included.
    let private thinned (items: 'item[]) =
        let last = items.Length - 1
        Array.init (1 + (last + 1) / 2) (fun i -> items[min (2 * i) last])

    /// |fine − coarse|/7 of the integrals at the knots of the coarse grid and, between them, the larger of its neighbours.
    /// Halving the intervals gains a factor 16 where u is smooth; 8 is asked for.
    let private quadratureErrors knots slope values =
        let fine = integrals knots slope values
        let coarse = integrals (thinned knots) slope (thinned values)
        let errors = Array.map2 (fun f c -> abs (f - c) / 7.0) (thinned fine) coarse

        Array.init knots.Length (fun i -> max errors[i / 2] errors[(i + 1) / 2])

    let private faults (points: EnergyPoint[]) =
        [
            if points.Length < 4 then
                MiceError.TooFewData("inverse temperatures", points.Length, 4, "Sample more temperatures.")

            for point in points do
                if not (System.Double.IsFinite point.Beta && point.Beta > 0.0) then
                    MiceError.OutOfRange("beta", string point.Beta, "any finite number above 0")

            for left, right in Array.pairwise points do
                if right.Beta <= left.Beta then
                    MiceError.OutOfRange("beta", $"{right.Beta} after {left.Beta}", "growing numbers")
        ]

    /// One standard error of βᵢ uᵢ − ∫₀^βᵢ u dβ for every i, from independent errors of the energies.
    let private statisticalErrors (knots: float[]) (points: EnergyPoint[]) =
        let n = points.Length
        let only j i = if i = j then 1.0 else 0.0
        // Row j: what a unit of energy at point j adds to the integrals.
        let responses =
            Array.init n (fun j -> integrals knots 0.0 (Array.init (n + 1) (only (j + 1))))

        Array.init n (fun i ->
            Seq.init n (fun j ->
                let weight = points[i].Beta * only i j - responses[j][i + 1]
                (weight * points[j].EnergyPerSite.StandardError) ** 2.0)
            |> Seq.sum
            |> sqrt)

    /// <summary>Entropies at all points by a cubic spline through their energies and through what is known at β = 0. The
    /// spline is linear in the energies, so their errors are propagated exactly, with their correlations between u(β) and
    /// the integral; the error of the grid is estimated from the spline through every second point.</summary>
    /// <remarks>Energies of noise σ at spacing h give an error of about σ√(β² + βh). The grid must resolve peaks
    /// of the heat capacity: intervals below their width in β.</remarks>
    /// <param name="start">What is known at β = 0.</param>
    /// <param name="points">Energies at growing β above 0, four or more.</param>
    let entropies (start: InfiniteTemperature) (points: EnergyPoint[]) : Result<IntegratedEntropy[], MiceError list> =
        match faults points with
        | [] ->
            let knots = Array.append [| 0.0 |] (points |> Array.map _.Beta)

            let values =
                Array.append [| start.EnergyPerSite |] (points |> Array.map _.EnergyPerSite.Value)

            let integral = integrals knots start.Slope values
            let quadrature = quadratureErrors knots start.Slope values
            let statistical = statisticalErrors knots points

            let entropyAt i : IntegratedEntropy =
                let beta = points[i].Beta

                let unit (value: float) : float<nat / site> =
                    LanguagePrimitives.FloatWithMeasure value

                let entropy = start.EntropyPerSite + unit (beta * values[i + 1] - integral[i + 1])

                {
                    Beta = beta
                    EnergyPerSite = points[i].EnergyPerSite
                    EntropyPerSite =
                        Estimate.create entropy (unit statistical[i]) Direction.Exact
                        |> Estimate.widen (unit quadrature[i + 1])
                    StatisticalError = unit statistical[i]
                    QuadratureError = unit quadrature[i + 1]
                    Checks = []
                }

            Ok(Array.init points.Length entropyAt)
        | found -> Error found
