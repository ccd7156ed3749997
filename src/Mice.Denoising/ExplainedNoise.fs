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

/// One measurement of how much of its noise a noisy configuration gives away.
[<Struct>]
type NoiseSample =
    {
        /// σ, Å.
        Sigma: float
        /// (2 ε·ε̂ − |ε̂|²)/N, mean of the noise ε and its opposite: its expectation is d − E|ε − ε̂|²/N.
        Explained: float
        /// The same by the predictions after each stage of the network but the last.
        Earlier: float[]
        /// The same by normal waves of a crystal, whose entropy is known; 0 for a fluid.
        Known: float
        /// |ε|²/N − d, of expectation 0: what Explained fluctuates with.
        Excess: float
    }

/// <summary>d − E|ε − ε̂|²/N by noise level, on snapshots that nothing was learned from, and entropies from it.</summary>
/// <remarks>s_ex = −∫ (d − m(σ)) d ln σ, m the mean square error of the best prediction of ε from x + σ ε, so that every prediction gives an upper bound
/// (A. J. Stam, Inf. Control 2, 101 (1959); D. Guo, S. Shamai, S. Verdú, IEEE Trans. Inf. Theory 51, 1261 (2005)). Above the largest level the integrand, which is
/// not negative, counts as 0. Below the smallest, σ₀, it is at least its value there times (σ/σ₀)², since the Fisher information of x + σ ε falls as σ grows:
/// the integral is at least half its value.</remarks>
[<RequireQualifiedAccess>]
module ExplainedNoise =
    /// Widest interval of ln σ for the network, each with a level of its own in every measurement.
    [<Literal>]
    let private Widest = 0.385

    /// Intervals of ln σ for the network.
    let private ofNetwork (d: Denoiser) =
        int (ceil (log (d.Options.Largest / d.Options.Smallest) / Widest))

    /// Intervals of ln σ for the waves of the density.
    [<Literal>]
    let private OfModes = 6

    /// The largest noise over the largest of the network.
    [<Literal>]
    let internal Farthest = 8.0

    /// How many levels a set of measurements has: the smallest noise, and one in every interval.
    let levels (d: Denoiser) : int =
        match d.Baseline with
        | Baseline.Fluid _ -> 1 + ofNetwork d + OfModes
        | Baseline.Crystal _ -> 1 + ofNetwork d

    /// The smallest noise, Å.
    let internal smallest (d: Denoiser) : float = d.Options.Smallest * d.MeanDistance

    /// Lower end and width in ln σ of the interval of a level; the smallest noise has a width of 0.
    let internal interval (d: Denoiser) (level: int) : struct (float * float) =
        let low = log (smallest d)
        let high = log (d.Options.Largest * d.MeanDistance)
        let width = (high - low) / float (ofNetwork d)
        let far = log Farthest / float OfModes

        if level = 0 then
            struct (low, 0.0)
        elif level <= ofNetwork d then
            struct (low + float (level - 1) * width, width)
        else
            struct (high + float (level - 1 - ofNetwork d) * far, far)

    /// The smallest noise, then the middle of each interval of ln σ, Å.
    let middle (d: Denoiser) (level: int) : float =
        let struct (low, width) = interval d level
        exp (low + 0.5 * width)

    /// The σ of a level at a place from 0 to 1 in its interval, Å.
    let internal sigma (d: Denoiser) (level: int) (place: float) : float =
        let struct (low, width) = interval d level
        exp (low + place * width)

    /// By stage.
    let private byNetwork device (t: TrainedDenoiser) species (noisy: NoisyAtoms) baseline : float[] =
        Tensor.scope (fun () ->
            let target = Denoiser.target device noisy

            Denoiser.predictFrom t.Network species noisy baseline t.Parameters
            |> List.map (fun prediction -> Tensor.item (Tensor.sum (prediction * (2.0 * target - prediction))))
            |> Array.ofList)

    let private byBaseline (noisy: NoisyAtoms) (prediction: float[]) =
        Array.map2 (fun e p -> p * (2.0 * e - p)) noisy.Noise prediction |> Array.sum

    /// What is found of the noise at a level, by stage, and what of it normal waves of a crystal find.
    let private found device (t: TrainedDenoiser) species level (noisy: NoisyAtoms) : struct (float[] * float) =
        let baseline = Denoiser.baseline t.Network noisy

        match t.Network.Baseline with
        | Baseline.Fluid _ when level > ofNetwork t.Network ->
            struct (Array.create t.Network.Options.Stages (byBaseline noisy baseline), 0.0)
        | Baseline.Fluid _ -> struct (byNetwork device t species noisy baseline, 0.0)
        | Baseline.Crystal _ -> struct (byNetwork device t species noisy baseline, byBaseline noisy baseline)

    /// Measurements at the smallest noise, then at one place of all intervals.
    let private measure device (t: TrainedDenoiser) (snapshot: Snapshot) place key : NoiseSample[] =
        let species = Denoiser.species t.Network snapshot
        let dimension = t.Network.Dimension
        let atoms = float species.Length

        let at level =
            let sigma = sigma t.Network level place
            let noise = NoisyAtoms.noise dimension species.Length (Key.item level key)

            let signed sign =
                noise
                |> Array.map (fun e -> sign * e)
                |> NoisyAtoms.withNoise snapshot.Cell snapshot.Positions sigma
                |> found device t species level

            let struct (explained, known) = signed 1.0
            let struct (explained', known') = signed -1.0

            let byStage = Array.map2 (fun e e' -> 0.5 * (e + e') / atoms) explained explained'

            {
                Sigma = sigma
                Explained = Array.last byStage
                Earlier = Array.truncate (byStage.Length - 1) byStage
                Known = 0.5 * (known + known') / atoms
                Excess = Array.sumBy (fun e -> e * e) noise / atoms - float dimension
            }

        Array.init (levels t.Network) at

    /// <summary>Sets of measurements of a snapshot, each at the smallest noise and at one place of all intervals. The places divide the intervals evenly, so that all sets together
    /// are a midpoint rule, nearly without error since the integrand is smooth and falls to nothing; they are the same for all snapshots, so that values of
    /// snapshots differ by the snapshots and by noise alone.</summary>
    /// <param name="device">Where the network is computed.</param>
    /// <param name="t">What finds the noise.</param>
    /// <param name="sets">How many, 1 or more.</param>
    /// <param name="key">Randomness.</param>
    /// <param name="snapshot">A snapshot that nothing was learned from.</param>
    /// <returns>By set and level.</returns>
    let sample (device: Device) (t: TrainedDenoiser) (sets: int) (key: Key) (snapshot: Snapshot) : NoiseSample[][] =
        Array.init sets (fun set -> measure device t snapshot ((float set + 0.5) / float sets) (Key.item set key))

    /// Measurements as if the network ended with one of its earlier stages.
    let after (stage: int) (set: NoiseSample[]) : NoiseSample[] =
        set |> Array.map (fun s -> { s with Explained = s.Earlier[stage] })

    /// What a level adds to the integral: of the smallest noise all that is found, of the others what is not known from normal waves.
    let private added (set: NoiseSample[]) level =
        if level = 0 then
            set[level].Explained
        else
            set[level].Explained - set[level].Known

    /// Slope of what is added against Excess at each level, over sets of measurements: taking it out leaves the expectation as it is.
    let private slopes count (sets: NoiseSample[][]) : float[] =
        let slope k =
            let centre = sets |> Array.averageBy (fun s -> added s k)
            let cross = sets |> Array.sumBy (fun s -> (added s k - centre) * s[k].Excess)
            let squares = sets |> Array.sumBy (fun s -> s[k].Excess * s[k].Excess)
            if squares > 0.0 then cross / squares else 0.0

        if Array.isEmpty sets then
            Array.zeroCreate count
        else
            Array.init count slope

    /// The integral of one set of measurements.
    let private integral (d: Denoiser) (slopes: float[]) (set: NoiseSample[]) =
        let weighted k =
            let struct (_, width) = interval d k
            (if k = 0 then 0.5 else width) * (added set k - slopes[k] * set[k].Excess)

        -Seq.sumBy weighted (seq { 0 .. set.Length - 1 })

    /// The entropy that the integral is added to: of a fluid none, of a crystal the cross-entropy from normal waves at the smallest noise.
    let private start (d: Denoiser) (snapshot: Snapshot) =
        match d.Baseline with
        | Baseline.Fluid _ -> 0.0
        | Baseline.Crystal modes -> CrystalModes.crossEntropy modes (sigma d 0 0.0) snapshot

    /// <summary>Excess entropies of snapshots from their measurements, k_B per atom. What these owe to Excess is taken out with slopes from the other
    /// snapshots, so that the expectation stays; a single snapshot is taken as it is.</summary>
    /// <param name="d">The network.</param>
    /// <param name="snapshots">Snapshots with their sets of measurements.</param>
    /// <returns>By snapshot and set.</returns>
    let entropies (d: Denoiser) (snapshots: (Snapshot * NoiseSample[][])[]) : float[][] =
        snapshots
        |> Array.mapi (fun i (snapshot, sets) ->
            let slopes = snapshots |> Array.removeAt i |> Array.collect snd |> slopes (levels d)
            let start = start d snapshot
            sets |> Array.map (fun set -> start + integral d slopes set))
