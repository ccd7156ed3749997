namespace Mice.Autoregressive

open System
open Mice
open Mice.Tensors

/// <summary>What an intensity says of one snapshot that it has not seen.</summary>
type SnapshotScore =
    {
        /// ⟨ln(λ/ρ)⟩ over the atoms and random directions.
        MeanLogRatio: float
        /// ⟨λ/ρ⟩ over uniform points and random directions: the integral of λ per atom.
        MeanRatio: float
    }

/// <summary>The scan entropy of held-out snapshots under an intensity.</summary>
/// <remarks>By the chain rule along a sweep, per atom and relative to the ideal gas of the same density,
/// s_ex ≤ −⟨ln(λ/ρ)⟩_atoms + ⟨λ/ρ⟩_space − 1 for every λ, with equality for the true one. The best constant factor on λ turns the last terms into
/// ln⟨λ/ρ⟩. Source: D. J. Daley, D. Vere-Jones, An Introduction to the Theory of Point Processes (2nd ed., 2003), ch. 7 and 14.</remarks>
[<RequireQualifiedAccess>]
module IntensityEvaluation =
    /// Rows that are evaluated together.
    [<Literal>]
    let private Chunk = 8192

    let private average (values: float[]) (rest: float) (tried: int) = (Array.sum values + rest) / float tried

    /// <summary>Scores one snapshot.</summary>
    /// <param name="key">Where directions and points come from.</param>
    /// <param name="device">Where the network is computed.</param>
    /// <param name="intensity">The model.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="sampler">A sampler of the snapshots with the basis and core of the model.</param>
    /// <param name="directions">Random directions for each atom.</param>
    /// <param name="tries">Uniform points for each atom.</param>
    /// <param name="snapshot">Which snapshot.</param>
    let score
        (key: Key)
        (device: Device)
        (intensity: Intensity)
        (parameters: Params)
        (sampler: SweepSampler)
        (directions: int)
        (tries: int)
        (snapshot: int)
        : SnapshotScore =
        let generator = Key.generator key
        let atoms = sampler.Snapshots.Atoms
        let inCore (p: SweepPoints) = float (p.Tried - p.Rows)
        let every = Array.init atoms id

        let logs =
            Array.init directions (fun _ ->
                let points = sampler.Atoms generator snapshot every
                let ratios = Intensity.logRatios device intensity parameters points
                average ratios (inCore points * log intensity.CoreIntensity) points.Tried)

        let total = tries * atoms

        let ratios =
            Array.init ((total + Chunk - 1) / Chunk) (fun i ->
                let n = min Chunk (total - i * Chunk)
                let points = sampler.Uniform generator snapshot n
                let values = Intensity.logRatios device intensity parameters points
                (Array.sumBy exp values) + inCore points * intensity.CoreIntensity)

        {
            MeanLogRatio = Array.average logs
            MeanRatio = Array.sum ratios / float total
        }

    /// <summary>The bound from scores of several snapshots, each with its own value whose mean it is (to first order in the scatter of ⟨λ/ρ⟩).</summary>
    /// <returns>[snapshots], k_B per atom: −⟨ln(λ/ρ)⟩ + ln z + ⟨λ/ρ⟩/z − 1 with z the mean of ⟨λ/ρ⟩ over all of them.</returns>
    let entropies (scores: SnapshotScore[]) : float[] =
        let z = scores |> Array.averageBy (fun s -> s.MeanRatio)
        scores |> Array.map (fun s -> log z - s.MeanLogRatio + s.MeanRatio / z - 1.0)
