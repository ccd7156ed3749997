namespace Mice.Segal

open Mice
open Mice.Autoregressive
open Mice.Samplers

/// What samples of a network say of a system at one temperature and field.
type SemiGrandEstimate =
    {
        Conditions: Conditions
        /// Samples.
        Samples: int
        /// Φ/N = −k_BT ln Z/N by importance sampling; no bound: its bias is of the order of its variance.
        GrandPotential: Estimate<1>
        /// Φ/N by the variational principle, an upper bound.
        Variational: Estimate<1>
        /// Normalised effective sample size (Σw)²/(nΣw²), from 1/n to 1.
        EffectiveSampleSize: float
        /// ⟨E⟩/N by importance sampling.
        Energy: Estimate<1>
        /// ⟨Σ charge⟩/N: the composition of an alloy, the magnetisation of an Ising model.
        Charge: Estimate<1>
    }

/// <summary>Self-normalised importance sampling (SNIS): weights w = exp(−(E − BΣ charge)/k_BT)/q of samples of a network.</summary>
/// <remarks>ln Z = ln ⟨w⟩; standard error √((1/NESS − 1)/n) by the variance of the weights; averages Σ w O/Σ w with √(Σ w²(O − ⟨O⟩)²)/Σ w. Weights say nothing of states that the network never
/// draws. NESS is printed upside down in the paper (eq. 12). Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), eqs. 9 to 12.</remarks>
[<RequireQualifiedAccess>]
module SemiGrandEstimate =
    /// Σ p O with its error, p = w/Σw.
    let private average (shares: float[]) (values: float[]) : Estimate<1> =
        let mean = Array.fold2 (fun sum p x -> sum + p * x) 0.0 shares values

        let error =
            sqrt (Array.fold2 (fun sum p x -> sum + (p * (x - mean)) ** 2.0) 0.0 shares values)

        Estimate.create mean error Direction.NoBound

    /// <summary>Draws samples and weighs them.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="samples">How many, 2 or more.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange (samples, conditions outside the range that the network has learned).</returns>
    let create (run: Run) (samples: int) (c: Conditions) (n: SegalNetwork) : Result<SemiGrandEstimate, MiceError list> =
        let faults =
            [
                yield! Validate.atLeast 2 "the number of samples" samples

                if not (ConditionRange.contains c n.Range) then
                    MiceError.OutOfRange(
                        "temperature and field",
                        $"T = {Number.text c.Temperature}, B = {Number.text c.Field}",
                        $"T from {Number.text (fst n.Range.Temperature)} to {Number.text (snd n.Range.Temperature)}, B from {Number.text (fst n.Range.Field)} to {Number.text (snd n.Range.Field)}, which the network has learned"
                    )
            ]

        if List.isEmpty faults then
            let conditions = Array.create samples c
            let drawn: MaskedSamples = SegalNetwork.sample run n conditions
            let values = SegalTraining.potentials n conditions drawn.States drawn.Logarithms

            let struct (shares, logSum) =
                ThermalAverages.weigh (values |> Array.map (fun v -> -v))

            let sites, count = float n.System.Sites, float samples
            let ness = 1.0 / (count * Array.sumBy (fun p -> p * p) shares)
            let scale = n.System.Boltzmann * c.Temperature / sites

            let of' f =
                Array.init samples (fun i -> f drawn.States (i * n.System.Sites) / sites)

            Ok
                {
                    Conditions = c
                    Samples = samples
                    GrandPotential =
                        Estimate.create
                            (-scale * (logSum - log count))
                            (scale * sqrt (max 0.0 (1.0 / ness - 1.0) / count))
                            Direction.NoBound
                    Variational = values |> Statistics.estimate Direction.UpperBound |> Estimate.scale scale
                    EffectiveSampleSize = ness
                    Energy = average shares (of' n.System.Energy)
                    Charge = average shares (of' (SemiGrandSystem.charge n.System))
                }
        else
            Error faults
