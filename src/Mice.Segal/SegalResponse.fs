namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// How averages of a network itself change with temperature and field.
type SegalResponse =
    {
        Conditions: Conditions
        /// Samples.
        Samples: int
        /// d⟨E − BΣ charge⟩/dT/N of the network, k_B.
        HeatCapacity: Estimate<1>
        /// d⟨Σ charge⟩/dB/N of the network; of an alloy in 1/eV.
        Susceptibility: Estimate<1>
    }

/// <summary>Heat capacity and susceptibility of a network by differentiation of ln q, as published, with a control variate.</summary>
/// <remarks>d⟨O⟩_q/dθ = ⟨(O − c) ∂ln q/∂θ⟩ for every number c, because ⟨∂ln q/∂θ⟩ = 0. The published c is 0; the one of least variance is ⟨O (∂ln q/∂θ)²⟩/⟨(∂ln q/∂θ)²⟩, here found from the other half
/// of the samples, so that the mean has no bias. Derivatives are differences over two thousandths of the range of fields, and a hundredth of T. They are those of the network, not of the lattice: fluctuations with
/// weights, of which <c>SemiGrandEstimate</c> has the heat capacity and the susceptibility, do not depend on what it learned. Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), supplement, eqs. 18 and 19.</remarks>
[<RequireQualifiedAccess>]
module SegalResponse =
    /// Half of the differences: of T relative to it, of the field relative to its range.
    let private stepOfTemperature, private stepOfField = 0.005, 0.001

    /// ⟨(O − c) g⟩, c for each half from the other one.
    let private mean (values: float[]) (slopes: float[]) : Estimate<1> =
        let half = values.Length / 2

        let best (first: int) (last: int) =
            let mutable above, below = 0.0, 0.0

            for i in first..last do
                above <- above + values[i] * slopes[i] * slopes[i]
                below <- below + slopes[i] * slopes[i]

            if below > 0.0 then above / below else 0.0

        let ofFirst, ofSecond = best 0 (half - 1), best half (values.Length - 1)

        Array.mapi2 (fun i o g -> (o - (if i < half then ofSecond else ofFirst)) * g) values slopes
        |> Statistics.estimate Direction.NoBound

    /// <summary>Draws samples and finds the responses.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="samples">How many, 4 or more.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange (samples, conditions outside the range that the network has learned).</returns>
    let create (run: Run) (samples: int) (c: Conditions) (n: SegalNetwork) : Result<SegalResponse, MiceError list> =
        match Validate.atLeast 4 "the number of samples" samples @ SymmetricDrawing.faults 1 [| c |] n with
        | [] ->
            let drawn: MaskedSamples =
                Array.create samples c
                |> SymmetricDrawing.drawWhole run n (SymmetricDrawing.operations run.Key 1 n.System)

            let struct (energies, charges) = SemiGrandSystem.sums n.System drawn.States

            let known = SegalNetwork.know run n drawn.States

            let slopes (before: Conditions) (after: Conditions) (width: float) =
                let at (c: Conditions) =
                    SegalNetwork.drawnLogarithms run n (Array.create samples c) known
                    |> SegalNetwork.ofWays n (fun _ -> c) drawn.States

                Array.map2 (fun above below -> (above - below) / width) (at after) (at before)

            let span = snd n.Range.Field - fst n.Range.Field
            let t = stepOfTemperature * c.Temperature

            let b =
                stepOfField
                * (if span > 0.0 then
                       span
                   else
                       n.System.Boltzmann * c.Temperature)

            let sites = float n.System.Sites

            let byTemperature =
                slopes
                    { c with
                        Temperature = c.Temperature - t
                    }
                    { c with
                        Temperature = c.Temperature + t
                    }
                    (2.0 * t)

            let byField =
                slopes { c with Field = c.Field - b } { c with Field = c.Field + b } (2.0 * b)

            let enthalpies = Array.map2 (fun e m -> e - c.Field * m) energies charges

            Ok
                {
                    Conditions = c
                    Samples = samples
                    HeatCapacity = mean enthalpies byTemperature |> Estimate.scale (1.0 / (n.System.Boltzmann * sites))
                    Susceptibility = mean charges byField |> Estimate.scale (1.0 / sites)
                }
        | faults -> Error faults
