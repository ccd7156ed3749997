namespace Mice.Autoregressive

open System
open Mice
open Mice.Tensors

/// <summary>What an intensity says of one pass through a snapshot that it has not seen.</summary>
type PassScore =
    {
        /// ⟨ln(λ/ρ)⟩ over the atoms.
        MeanLogRatio: float
        /// ⟨λ/ρ⟩ over space, the integral of λ per atom, from two independent sets of random points.
        MeanRatios: struct (float * float)
    }

    /// ⟨λ/ρ⟩ over space from all points.
    member this.MeanRatio =
        let struct (a, b) = this.MeanRatios
        0.5 * (a + b)

/// <summary>How the random points are drawn that integrals of λ are taken with.</summary>
type IntegralSampling =
    {
        /// λ₀: points lie where it is large.
        Pair: PairIntensity
        /// The share of uniform points that are kept when λ₀ thins them.
        KeptShare: float
    }

/// <summary>The scan entropy of held-out snapshots under an intensity.</summary>
/// <remarks>By the chain rule along a pass, per atom and relative to the ideal gas of the same density,
/// s_ex ≤ −⟨ln(λ/ρ)⟩_atoms + ⟨λ/ρ⟩_space − 1 for every λ, with equality for the true one. The best constant factor on λ turns the last terms into
/// ln⟨λ/ρ⟩. Source: D. J. Daley, D. Vere-Jones, An Introduction to the Theory of Point Processes (2nd ed., 2003), ch. 7 and 14.</remarks>
[<RequireQualifiedAccess>]
module IntensityEvaluation =
    /// Uniform points that are tried for each that is wanted, at most.
    [<Literal>]
    let private MostTries = 50.0

    /// Atoms from which λ₀ is fitted, and tries for the share that it keeps.
    [<Literal>]
    let private Probe = 8192

    /// Noise points for each atom in that fit.
    [<Literal>]
    let private NoisePerAtom = 3.0

    /// <summary>Fits λ₀ to the snapshots that the intensity is trained on.</summary>
    /// <param name="key">Where points come from.</param>
    /// <param name="intensity">Its basis and core are used.</param>
    /// <param name="training">The training snapshots.</param>
    let prepare (key: Key) (intensity: Intensity) (training: ScanSnapshots) : IntegralSampling =
        let sampler = PassSampler(training, intensity.Basis, intensity.Core)
        let generator = Key.generator key
        let struct (openShare, atoms, noise) = sampler.Probe generator Probe NoisePerAtom

        let rows (parts: PassPoints[]) = parts |> Array.sumBy (fun p -> p.Rows)
        let noisePerAtom = float (rows noise) / float (rows atoms)

        let pair =
            PairIntensity.fit intensity.Basis (log (noisePerAtom / openShare)) atoms noise

        {
            Pair = pair
            KeptShare = sampler.KeptShare generator pair Probe
        }

    /// ⟨λ/ρ⟩ over space, from thinned points.
    let private integral
        generator
        device
        (intensity: Intensity)
        parameters
        (sampler: PassSampler)
        (sampling: IntegralSampling)
        along
        snapshot
        tries
        =
        let thinned = sampler.Thinned generator sampling.Pair along snapshot tries
        let logs = Intensity.logRatios device intensity parameters thinned.Points

        let outside =
            Array.fold2 (fun sum log weight -> sum + weight * exp log) 0.0 logs thinned.Weights

        (outside + float thinned.InCore * intensity.CoreIntensity) / float thinned.Tried

    /// <summary>Scores random passes through one snapshot.</summary>
    /// <param name="key">Where directions and points come from.</param>
    /// <param name="device">Where the network is computed.</param>
    /// <param name="intensity">The model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="sampler">A sampler of the snapshots with the basis and core of the model.</param>
    /// <param name="sampling">How the points of the integrals are drawn.</param>
    /// <param name="passes">How many passes.</param>
    /// <param name="points">Random points for each atom and pass, about.</param>
    /// <param name="snapshot">Which snapshot.</param>
    /// <returns>[passes].</returns>
    let score
        (key: Key)
        (device: Device)
        (intensity: Intensity)
        (parameters: Params)
        (sampler: PassSampler)
        (sampling: IntegralSampling)
        (passes: int)
        (points: int)
        (snapshot: int)
        : PassScore[] =
        let generator = Key.generator key
        let atoms = sampler.Snapshots.Atoms
        // Among hard cores next to nothing is kept: there a limited number of tries gives fewer points.
        let perPoint = min MostTries (1.0 / sampling.KeptShare)
        let tries = int (ceil (0.5 * float (points * atoms) * perPoint))

        Array.init passes (fun _ ->
            let along = sampler.Operation generator
            let seen = sampler.AtomsAlong along snapshot
            let logs = Intensity.logRatios device intensity parameters seen
            let inCore = float (seen.Tried - seen.Rows) * log intensity.CoreIntensity

            let half () =
                integral generator device intensity parameters sampler sampling along snapshot tries

            let first = half ()

            {
                MeanLogRatio = (Array.sum logs + inCore) / float seen.Tried
                MeanRatios = struct (first, half ())
            })

    /// <summary>Entropies of passes of several snapshots, each with its own value whose mean the bound is (to first order in the scatter of ⟨λ/ρ⟩).</summary>
    /// <param name="scores">By snapshot and pass.</param>
    /// <returns>By snapshot and pass, k_B per atom: −⟨ln(λ/ρ)⟩ + ln z + ⟨λ/ρ⟩/z − 1 with z the mean of ⟨λ/ρ⟩ over all of them;
    /// twice, each from one of the independent sets of points.</returns>
    let entropies (scores: PassScore[][]) : struct (float * float)[][] =
        let z = scores |> Array.concat |> Array.averageBy (fun s -> s.MeanRatio)

        let entropy (s: PassScore) ratio =
            log z - s.MeanLogRatio + ratio / z - 1.0

        scores
        |> Array.map (
            Array.map (fun s ->
                let struct (a, b) = s.MeanRatios
                struct (entropy s a, entropy s b))
        )
