namespace Mice.Denoising

open Mice
open Mice.Atoms
open Mice.Tensors

/// What finds noise of any strength in snapshots: a trained network, and above its largest noise its baseline alone.
type TrainedDenoiser =
    {
        /// The network.
        Network: Denoiser
        /// Its parameters.
        Parameters: Params
    }

/// Noise added to a snapshot step by step, and how well it is found at each level. With d dimensions, w the noise of a step, τ² = σ² − σ'² its variance, ε all noise so far
/// over σ, and ε̂ what is found of that.
type NoisePath =
    {
        /// |w − ε̂ τ/σ|²/N of each step: what is not found of its noise.
        Left: float[]
        /// |w|²/N of each step.
        Added: float[]
        /// (2 ε·ε̂ − |ε̂|²)/N at each level, of expectation d − E|ε − ε̂|²/N.
        Explained: float[]
        /// The same by the predictions after each stage of the network but the last, by level and stage.
        Earlier: float[][]
        /// −ln q per atom at the end of the path, relative to the ideal gas: 0 for a fluid.
        End: float
    }

/// Excess entropies that a path of noise gives, k_B per atom, relative to the ideal gas.
[<Struct>]
type PathEntropy =
    {
        /// −(ln q − ln p of the noise)/N: on average an upper bound.
        Likelihood: float
        /// Of an average, over snapshots and noise, that is the bound of the network.
        Bound: float
    }

/// <summary>How much of its noise a noisy configuration gives away, and the entropy from that; and how likely a network makes a snapshot together with a path of noise, which tells
/// how loose the bound is.</summary>
/// <remarks>
/// <para>s_ex = −∫ (d − m(σ)) d ln σ, m the mean square error of the best prediction of ε from x + σ ε, so that every prediction gives an upper bound
/// (A. J. Stam, Inf. Control 2, 101 (1959); D. Guo, S. Shamai, S. Verdú, IEEE Trans. Inf. Theory 51, 1261 (2005)). Of a crystal the integral ends where the displacements are normal, with
/// the cross-entropy from them.</para>
/// <para>The path y₋₁ = x, y_k = y_(k−1) + τ_k w_k is a Markov chain; the network makes it backwards by steps N(y_k − τ_k² ε̂(y_k)/σ_k, v_k), from the ideal gas or
/// the normal waves of a crystal. With D = ln p − ln q of snapshot and path, ⟨e^−D⟩ = 1. For small steps
/// D = ∫ e·dW + ½∫|e|² dt with e what the network lacks (I. V. Girsanov, Theory Probab. Appl. 5, 285 (1960)), of variance ⟨∫|e|²⟩ = 2⟨D⟩.</para>
/// <para>The expectation of a step of D is known from the integrand, since ⟨w|ε⟩ = (τ/σ) ε: ½ (d − (τ/σ)² (d − m))/v + …. D less that has expectation 0, and the noise of
/// the integral nearly all: the integral with it added has a twentieth of its variance.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module NoisePaths =
    /// By stage, [3n].
    let private predict (t: TrainedDenoiser) species (noisy: NoisyAtoms) : float[] list =
        let d = t.Network
        let baseline = Denoiser.baseline d noisy

        if noisy.Sigma > 1.000001 * Denoiser.largestNoise d then
            List.replicate d.Options.Stages baseline
        else
            Tensor.scope (fun () ->
                Denoiser.predictFrom d species noisy baseline t.Parameters |> List.map Denoiser.byAtom)

    /// 2 ε·ε̂ − |ε̂|² over atoms.
    let private explained (noise: float[]) (atoms: int) (predicted: float[]) : float =
        (Array.map2 (fun e p -> p * (2.0 * e - p)) noise predicted |> Array.sum) / float atoms

    /// <summary>A path of noise from a snapshot.</summary>
    /// <param name="t">What finds the noise.</param>
    /// <param name="sigmas">σ after each step, Å, rising.</param>
    /// <param name="key">Randomness.</param>
    /// <param name="snapshot">A snapshot that nothing was learned from.</param>
    let sample (t: TrainedDenoiser) (sigmas: float[]) (key: Key) (snapshot: Snapshot) : NoisePath =
        let d = t.Network
        let species = Denoiser.species d snapshot
        let n = species.Length

        let square x =
            Array.sumBy (fun xi -> xi * xi) x / float n

        /// Before a step: noisy atoms, and σ ε.
        let follow (before: NoisyAtoms, total: float[]) (k, sigma) =
            let tau = sqrt (sigma * sigma - before.Sigma * before.Sigma)
            let noise = NoisyAtoms.noise d.Dimension n (Key.item k key)
            let total = Array.map2 (fun t w -> t + tau * w) total noise

            let next =
                { NoisyAtoms.withNoise snapshot.Cell before.Positions tau noise with
                    Sigma = sigma
                }

            let byStage = predict t species next

            let left = List.last byStage |> Array.map2 (fun w e -> w - tau / sigma * e) noise

            let found =
                byStage |> List.map (explained (total |> Array.map (fun t -> t / sigma)) n) |> Array.ofList

            struct (square left, square noise, found), (next, total)

        let start = NoisyAtoms.ofSnapshot 0.0 snapshot, Array.zeroCreate (3 * n)
        let steps, (last, _) = sigmas |> Array.indexed |> Array.mapFold follow start

        {
            Left = steps |> Array.map (fun struct (left, _, _) -> left)
            Added = steps |> Array.map (fun struct (_, added, _) -> added)
            Explained = steps |> Array.map (fun struct (_, _, found) -> Array.last found)
            Earlier = steps |> Array.map (fun struct (_, _, found) -> Array.truncate (found.Length - 1) found)
            End =
                match d.Baseline with
                | Baseline.Fluid _ -> 0.0
                | Baseline.Crystal modes -> CrystalModes.surpriseOf modes snapshot.Species last
        }

    /// (τ/σ)² of each step.
    let private shares (sigmas: float[]) : float[] =
        Array.init sigmas.Length (fun k ->
            if k = 0 then
                1.0
            else
                1.0 - (sigmas[k - 1] / sigmas[k]) ** 2.0)

    /// What a path gives, with variances v of the steps over τ².
    let private entropy (dimension: int) (sigmas: float[]) (variances: float[]) : NoisePath -> PathEntropy =
        let shares, weights = shares sigmas, NoiseLevels.weights sigmas
        let d = float dimension

        fun path ->
            let sum f =
                Seq.sumBy f (seq { 0 .. sigmas.Length - 1 })

            let likelihood =
                path.End + sum (fun k -> 0.5 * (path.Left[k] / variances[k] + d * log variances[k] - path.Added[k]))

            let expected =
                sum (fun k -> 0.5 * ((d - shares[k] * path.Explained[k]) / variances[k] + d * log variances[k] - d))

            {
                Likelihood = likelihood
                Bound = likelihood - expected - sum (fun k -> weights[k] * path.Explained[k])
            }

    /// <summary>Excess entropies from paths. Variances of the steps are from the paths of the other snapshots; a single snapshot is taken with those of the noise.</summary>
    /// <param name="d">The network.</param>
    /// <param name="sigmas">The levels of all paths, Å; four or more.</param>
    /// <param name="paths">By snapshot and path.</param>
    /// <returns>By snapshot and path.</returns>
    let entropies (d: Denoiser) (sigmas: float[]) (paths: NoisePath[][]) : PathEntropy[][] =
        paths
        |> Array.mapi (fun i own ->
            let others = paths |> Array.removeAt i |> Array.concat

            let variance k =
                if Array.isEmpty others then
                    1.0
                else
                    (others |> Array.averageBy (fun p -> p.Left[k])) / float d.Dimension

            own |> Array.map (entropy d.Dimension sigmas (Array.init sigmas.Length variance)))

    /// <summary>How much larger the bound of a path is by the predictions after an earlier stage of the network, k_B per atom.</summary>
    /// <param name="sigmas">The levels, Å.</param>
    /// <param name="stage">The stage, from 0.</param>
    /// <param name="path">The path.</param>
    let above (sigmas: float[]) (stage: int) (path: NoisePath) : float =
        NoiseLevels.weights sigmas
        |> Array.mapi (fun k weight -> weight * (path.Explained[k] - path.Earlier[k][stage]))
        |> Array.sum
