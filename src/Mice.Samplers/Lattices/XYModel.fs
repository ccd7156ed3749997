namespace Mice.Samplers

open System
open Mice

/// The XY model on a square torus: E = −J Σ_bonds cos(θᵢ − θⱼ) − H Σ_sites cos θᵢ with k_B = 1. Its entropies are
/// differential, in nats per site relative to the measure dθ on (−π, π]: s = ln 2π at T = ∞, and s → −∞ as T → 0.
type XYModel =
    {
        /// Rows of the torus, 2 or more. Two rows are joined by two bonds, as for Lattice.neighbours.
        Rows: int
        /// Columns of the torus, 2 or more.
        Columns: int
        /// J: positive for a ferromagnet, negative for an antiferromagnet.
        Coupling: float
        /// H, along θ = 0; in units of |J| = 1.
        Field: float
        /// T > 0, in units of |J|/k_B.
        Temperature: float
    }

/// Sums over the bonds along one axis, from which the helicity modulus is averaged.
[<Struct>]
type XYBondSums =
    {
        /// Σ cos(θᵢ − θⱼ).
        Cosine: float
        /// Σ sin(θⱼ − θᵢ), j next to i in the direction of growing numbers.
        Sine: float
    }

/// Energies, magnetisations and stiffness of XY states.
[<RequireQualifiedAccess>]
module XYModel =
    /// <summary>The ferromagnet J = 1 without a field.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="temperature">T.</param>
    let square (size: int) (temperature: float) : XYModel =
        {
            Rows = size
            Columns = size
            Coupling = 1.0
            Field = 0.0
            Temperature = temperature
        }

    /// <summary>Every fault of a model, none for a sound one: sides of 2 or more, finite J and H, finite T above 0.</summary>
    /// <param name="model">The model.</param>
    let faults (model: XYModel) : MiceError list =
        IsingModel.faults
            {
                Lattice = Lattice.Square
                Rows = model.Rows
                Columns = model.Columns
                Coupling = model.Coupling
                Field = model.Field
                Temperature = model.Temperature
            }

    /// <summary>N, the number of sites.</summary>
    /// <param name="model">The model.</param>
    let sites (model: XYModel) : int = model.Rows * model.Columns

    /// <summary>The sums over the bonds along the rows (to the right) and along the columns (down).</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">One state.</param>
    let bondSums (model: XYModel) (state: XYState) : struct (XYBondSums * XYBondSums) =
        let c, s = state.Cosines, state.Sines
        let mutable rightCosine, rightSine, downCosine, downSine = 0.0, 0.0, 0.0, 0.0

        for row in 0 .. model.Rows - 1 do
            let start = row * model.Columns
            let below = (if row = model.Rows - 1 then 0 else row + 1) * model.Columns

            for column in 0 .. model.Columns - 1 do
                let i = start + column
                let right = if column = model.Columns - 1 then start else i + 1
                let down = below + column
                rightCosine <- rightCosine + c[i] * c[right] + s[i] * s[right]
                rightSine <- rightSine + c[i] * s[right] - s[i] * c[right]
                downCosine <- downCosine + c[i] * c[down] + s[i] * s[down]
                downSine <- downSine + c[i] * s[down] - s[i] * c[down]

        struct ({
                    Cosine = rightCosine
                    Sine = rightSine
                },
                { Cosine = downCosine; Sine = downSine })

    /// <summary>The magnetisation vector (Σ cos θᵢ, Σ sin θᵢ).</summary>
    /// <param name="state">One state.</param>
    let magnetisation (state: XYState) : struct (float * float) =
        struct (Array.sum state.Cosines, Array.sum state.Sines)

    /// <summary>E = −J Σ_bonds cos(θᵢ − θⱼ) − H Σ_sites cos θᵢ.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">One state.</param>
    let energy (model: XYModel) (state: XYState) : float =
        let struct (right, down) = bondSums model state
        let struct (along, _) = magnetisation state
        -model.Coupling * (right.Cosine + down.Cosine) - model.Field * along

    /// <summary>The helicity modulus along one axis, Υ = (J ⟨Σ cos⟩ − (J²/T) ⟨(Σ sin)²⟩)/N: the second derivative of the
    /// free energy per site in a twist per bond along that axis. Without a field it jumps from 2T/π to 0 at the
    /// Kosterlitz–Thouless transition, T = 0.893 J. Source: S. Teitel, C. Jayaprakash, Phys. Rev. B 27, 598 (1983).</summary>
    /// <param name="model">The model.</param>
    /// <param name="sums">The sums along that axis of many states, [n].</param>
    let helicityModulus (model: XYModel) (sums: XYBondSums[]) : float =
        let j = model.Coupling
        let cosine = sums |> Array.averageBy _.Cosine
        let squared = sums |> Array.averageBy (fun sum -> sum.Sine * sum.Sine)
        (j * cosine - j * j / model.Temperature * squared) / float (sites model)

    /// Entropy per site at T = ∞, ln 2π, in nats relative to dθ.
    let infiniteTemperatureEntropy: float<nat / site> =
        LanguagePrimitives.FloatWithMeasure(log (2.0 * Math.PI))

    /// <summary>du/dβ of the energy per site at β = 0, where u itself is 0: −⟨E²⟩/N of independent spins, −J² − H²/2.
    /// A side of two, where bonds are double, adds −J²/2 for its axis.</summary>
    /// <param name="model">The model.</param>
    let infiniteTemperatureSlope (model: XYModel) : float =
        // Bonds of one axis have ⟨cos²⟩ = ½ each, one per site; in double bonds both are equal, 2·½ per site.
        let axis side = if side = 2 then 1.0 else 0.5
        let j, h = model.Coupling, model.Field
        -j * j * (axis model.Rows + axis model.Columns) - 0.5 * h * h
