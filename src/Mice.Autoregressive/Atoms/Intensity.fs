namespace Mice.Autoregressive

open System
open Mice
open Mice.Tensors

/// <summary>Size of the network and of the noise that it learns from. Start from IntensityOptions.defaults.</summary>
type IntensityOptions =
    {
        /// The highest angular order of the density basis.
        Degree: int
        /// Neurons in each hidden layer.
        Width: int
        /// Hidden layers.
        Depth: int
        /// Uniform noise points for each atom in training.
        NoisePerAtom: int
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module IntensityOptions =
    /// Fixed once on sodium at 350 K by the held-out bound, not by any known entropy.
    let defaults =
        {
            Degree = 8
            Width = 256
            Depth = 3
            NoisePerAtom = 3
        }

/// <summary>A model of the conditional intensity λ(x | past) of finding an atom at x, given all atoms behind the pass.</summary>
/// <remarks>
/// ln(λ/ρ) = ln(c/a) + f_θ((A(x) − m)/s), where A is the density of the past in the basis, f_θ a multi-layer perceptron, c the noise points
/// for each atom and a the share of space outside the cores of past atoms. c ρ/a is the intensity of the noise there, so f_θ is the log-odds of atom
/// against noise. Within the core of a past atom λ/ρ is the small constant CoreIntensity.
/// </remarks>
type Intensity =
    {
        /// The functions that the past is expanded in.
        Basis: DensityBasis
        /// Radius of the core of a past atom, Å.
        Core: float
        /// λ/ρ within a core.
        CoreIntensity: float
        /// c: noise points for each atom in training.
        NoisePerAtom: int
        /// ln(c/a).
        Offset: float
        /// m: mean of the features; [size of the basis].
        Mean: float32[]
        /// 1/s: inverse spread of the features; [size of the basis].
        InverseSpread: float32[]
        /// f_θ.
        Network: Layer
    }

/// Making and evaluating intensities.
[<RequireQualifiedAccess>]
module Intensity =
    /// Points of each kind from which mean and spread of the features are taken.
    [<Literal>]
    let private Probe = 16384

    /// Features with a smaller spread than this are not blown up to a spread of 1.
    [<Literal>]
    let private LeastSpread = 1e-3

    let private network (options: IntensityOptions) inputs =
        Layer.mlp Nn.silu (inputs :: List.replicate options.Depth options.Width @ [ 1 ])

    let private moments size (parts: PassPoints[]) =
        let rows = parts |> Array.sumBy (fun p -> p.Rows)
        let sum, squares = Array.zeroCreate<float> size, Array.zeroCreate<float> size

        for part in parts do
            for i in 0 .. part.Rows - 1 do
                for k in 0 .. size - 1 do
                    let value = float part.Features[i * size + k]
                    sum[k] <- sum[k] + value
                    squares[k] <- squares[k] + value * value

        let n = float (max 1 rows)
        let mean = sum |> Array.map (fun v -> v / n)

        let spread =
            Array.map2 (fun square centre -> sqrt (max 0.0 (square / n - centre * centre))) squares mean

        mean |> Array.map float32, spread |> Array.map (fun s -> float32 (1.0 / (s + LeastSpread)))

    /// <summary>An untrained model for training snapshots: its lengths and scales are taken from them.</summary>
    /// <param name="key">Where the points for the scales come from.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="cutoff">How far neighbours are seen, Å.</param>
    /// <param name="training">The training snapshots.</param>
    let create (key: Key) (options: IntensityOptions) (cutoff: float) (training: ScanSnapshots) : Intensity =
        let n = ScanSnapshots.count training
        let closest = ScanSnapshots.closestDistance training
        // The core is a little smaller than the distance of the closest pair in all training snapshots, so that this pair lies outside of it. The margin is
        // small, since hard cores end in a step that no smooth function follows.
        let core = 0.9999 * min closest (0.9 * cutoff)

        let meanDistance =
            (Array.average training.Densities) ** (-1.0 / float training.Dimension)

        let basis =
            DensityBasis.create training.Dimension options.Degree meanDistance core cutoff

        let sampler = PassSampler(training, basis, core)
        let generator = Key.generator (Key.named "scales" key)

        let struct (openShare, atoms, noise) =
            sampler.Probe generator Probe (float options.NoisePerAtom)

        // In the order in which they were drawn: sums of many numbers depend on it in their last digits.
        let parts = Array.zip atoms noise |> Array.collect (fun (a, b) -> [| a; b |])
        let mean, inverse = moments (DensityBasis.size basis) parts

        {
            Basis = basis
            Core = core
            // Half an atom of all training snapshots together is expected in the cores: none was found there.
            // Where no probe hit a core, their share is below one probe.
            CoreIntensity = 0.5 / (float (n * training.Atoms) * max (1.0 / float (8 * Probe)) (1.0 - openShare))
            NoisePerAtom = options.NoisePerAtom
            Offset = log (float options.NoisePerAtom / openShare)
            Mean = mean
            InverseSpread = inverse
            Network = network options (DensityBasis.size basis)
        }

    /// The features, scaled, as a tensor [rows; size].
    let inputs (device: Device) (intensity: Intensity) (features: float32[]) (rows: int) : Tensor =
        let size = intensity.Mean.Length
        let raw = Tensor.ofArray [ rows; size ] features |> Tensor.onto device
        let mean = Tensor.ofArray [ size ] intensity.Mean |> Tensor.onto device
        let inverse = Tensor.ofArray [ size ] intensity.InverseSpread |> Tensor.onto device
        (raw - mean) * inverse

    /// f_θ of scaled features: log-odds of atom against noise; [rows].
    let logOdds (intensity: Intensity) (parameters: Params) (inputs: Tensor) : Tensor =
        intensity.Network.Apply Mode.Evaluation parameters inputs |> Tensor.squeeze 1

    /// <summary>ln(λ/ρ) at points outside the cores.</summary>
    /// <returns>[rows].</returns>
    let logRatios (device: Device) (intensity: Intensity) (parameters: Params) (points: PassPoints) : float[] =
        if points.Rows = 0 then
            [||]
        else
            Tensor.scope (fun () ->
                let x = inputs device intensity points.Features points.Rows
                (logOdds intensity parameters x + intensity.Offset) |> Tensor.onto Device.cpu |> Tensor.toFloats)
