namespace Mice.Denoising

open Mice
open Mice.Atoms
open Mice.Tensors

/// Noise added to a snapshot step by step, and how well the steps are found back.
type NoisePath =
    {
        /// |w − ε̂ τ/σ|²/N of each step: what is not found of its noise w, τ² = σ² − σ'².
        Left: float[]
        /// |w|²/N of each step.
        Added: float[]
        /// −ln q per atom at the end of the path, relative to the ideal gas: 0 for a fluid.
        End: float
    }

/// <summary>How likely a denoising network makes a snapshot together with a path of noise: its scatter tells how loose a bound by the network is.</summary>
/// <remarks>The path y₋₁ = x, y_k = y_(k−1) + τ_k w_k is a Markov chain; the network makes it backwards by steps N(y_k − τ_k² ε̂(y_k)/σ_k, v_k), from the ideal gas or
/// the normal waves of a crystal. With D = ln p − ln q of snapshot and path, ⟨e^−D⟩ = 1. For small steps
/// D = ∫ e·dW + ½∫|e|² dt with e what the network lacks (I. V. Girsanov, Theory Probab. Appl. 5, 285 (1960)), of variance ⟨∫|e|²⟩ = 2⟨D⟩. Means over
/// the noise of a snapshot have less variance: errors of the network at different noise average out.</remarks>
[<RequireQualifiedAccess>]
module NoisePaths =
    /// Least density of steps, where nothing or all of the noise is found.
    [<Literal>]
    let private LeastDensity = 0.05

    /// <summary>σ after each step, Å. Steps N(…, v) are wrong by how unequally well the directions of the noise are known, at most as the standard deviation √(x (1 − x)) of shares that are 0 or 1 with
    /// mean x; steps of ln σ are the smaller the larger that is.</summary>
    /// <param name="d">The network.</param>
    /// <param name="steps">How many, 2 or more.</param>
    /// <param name="samples">How much of the noise is found, by snapshot and set.</param>
    let sigmas (d: Denoiser) (steps: int) (samples: NoiseSample[][][]) : float[] =
        let sets = Array.concat samples

        let weight level =
            let share =
                (sets |> Array.averageBy (fun set -> set[level].Explained)) / float d.Dimension

            LeastDensity + sqrt (max 0.0 (share * (1.0 - share)))

        let intervals =
            [|
                for level in 1 .. ExplainedNoise.levels d - 1 do
                    let struct (low, width) = ExplainedNoise.interval d level
                    struct (low, width, weight level * width)
            |]

        let total = intervals |> Array.sumBy (fun struct (_, _, w) -> w)

        /// ln σ below which a share of the steps lies.
        let rec find i left =
            let struct (low, width, w) = intervals[i]

            if left <= w || i = intervals.Length - 1 then
                low + width * min 1.0 (left / w)
            else
                find (i + 1) (left - w)

        Array.init steps (fun k -> exp (find 0 (total * float k / float (steps - 1))))

    let private predict (t: TrainedDenoiser) species (noisy: NoisyAtoms) : float[] =
        let d = t.Network
        let baseline = Denoiser.baseline d noisy

        if noisy.Sigma > 1.000001 * Denoiser.largestNoise d then
            baseline
        else
            Tensor.scope (fun () ->
                Denoiser.predictFrom d species noisy baseline t.Parameters |> List.last |> Denoiser.byAtom)

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

        let follow (before: NoisyAtoms) (k, sigma) =
            let tau = sqrt (sigma * sigma - before.Sigma * before.Sigma)
            let noise = NoisyAtoms.noise d.Dimension n (Key.item k key)

            let next =
                { NoisyAtoms.withNoise snapshot.Cell before.Positions tau noise with
                    Sigma = sigma
                }

            let left =
                Array.map2 (fun w e -> w - tau / sigma * e) noise (predict t species next)

            struct (square left, square noise), next

        let steps, last =
            sigmas |> Array.indexed |> Array.mapFold follow (NoisyAtoms.ofSnapshot 0.0 snapshot)

        {
            Left = steps |> Array.map (fun struct (left, _) -> left)
            Added = steps |> Array.map (fun struct (_, added) -> added)
            End =
                match d.Baseline with
                | Baseline.Fluid _ -> 0.0
                | Baseline.Crystal modes -> CrystalModes.surpriseOf modes snapshot.Species last
        }

    /// −(ln q − ln p of the noise)/N of a path, with variances v of the steps over τ².
    let private entropy (dimension: int) (variances: float[]) (path: NoisePath) : float =
        let step k =
            0.5 * (path.Left[k] / variances[k] + float dimension * log variances[k] - path.Added[k])

        path.End + Seq.sumBy step (seq { 0 .. path.Left.Length - 1 })

    /// <summary>−(ln q − ln p of the noise)/N of paths, k_B per atom, relative to the ideal gas: on average an upper bound on the excess entropy. Variances of the steps are from the paths of the
    /// other snapshots.</summary>
    /// <param name="d">The network.</param>
    /// <param name="paths">By snapshot, two snapshots or more.</param>
    /// <returns>By snapshot and path.</returns>
    let entropies (d: Denoiser) (paths: NoisePath[][]) : float[][] =
        paths
        |> Array.mapi (fun i own ->
            let others = paths |> Array.removeAt i |> Array.concat

            let variances =
                Array.init own[0].Left.Length (fun k ->
                    (others |> Array.averageBy (fun p -> p.Left[k])) / float d.Dimension)

            own |> Array.map (entropy d.Dimension variances))
