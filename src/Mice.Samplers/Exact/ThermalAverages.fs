namespace Mice.Samplers

open Mice

/// Exact averages of a lattice model in equilibrium, all per site; k_B = 1.
type ThermalAverages =
    {
        /// ln Z/N = −βf.
        LogPartitionFunction: float<nat / site>
        /// u = ⟨E⟩/N with the field term, in the units of J.
        Energy: float
        /// s = ln Z/N + βu.
        Entropy: float<nat / site>
        /// (⟨E²⟩ − ⟨E⟩²)/(N T²).
        HeatCapacity: float<nat / site>
        /// ⟨Σ sᵢ⟩/N, for Potts models (q⟨Σ δ(sᵢ, 0)⟩/N − 1)/(q − 1): 0 without a field, also below the critical temperature of an infinite
        /// lattice.
        Magnetisation: float
    }

/// Mean and variance of a quantity of the whole system.
type Fluctuation =
    {
        /// ⟨X⟩.
        Mean: float
        /// ⟨X²⟩ − ⟨X⟩².
        Variance: float
    }

/// Averages from the partition function.
[<RequireQualifiedAccess>]
module internal ThermalAverages =
    /// From ln Z/N and its derivatives in β: u = −∂(ln Z/N)/∂β, C/N = β² ∂²(ln Z/N)/∂β².
    let ofLogPartition (beta: float) (magnetisation: float) (logPartition: Jet) : ThermalAverages =
        let u = -logPartition.First

        {
            LogPartitionFunction = logPartition.Value * 1.0<nat / site>
            Energy = u
            Entropy = (logPartition.Value + beta * u) * 1.0<nat / site>
            HeatCapacity = beta * beta * logPartition.Second * 1.0<nat / site>
            Magnetisation = magnetisation
        }

    /// Probabilities w/Σw, and ln Σw, from ln w.
    let weigh (logWeights: float[]) : struct (float[] * float) =
        let largest = Array.max logWeights
        let weights = logWeights |> Array.map (fun w -> exp (w - largest))
        let sum = Array.sum weights
        struct (weights |> Array.map (fun w -> w / sum), largest + log sum)

    /// Probabilities w/Σw from ln w.
    let probabilities (logWeights: float[]) : float[] =
        let struct (probabilities, _) = weigh logWeights
        probabilities

    /// Spins that do not interact: Z = (2 cosh βH)^N.
    let independentSpins (field: float) (temperature: float) : ThermalAverages =
        let beta = 1.0 / temperature
        let b = abs (beta * field)
        let m = tanh (beta * field)

        ofLogPartition
            beta
            m
            {
                Value = b + log (1.0 + exp (-2.0 * b))
                First = field * m
                Second = field * field * (1.0 - m * m)
            }
