namespace Mice.Autoregressive

open System
open Mice
open Mice.Learning
open Mice.Tensors

/// <summary>How one network is trained. Start from IntensityTrainingOptions.defaults.</summary>
type IntensityTrainingOptions =
    {
        /// Optimiser steps; a scan of few atoms makes fewer of them.
        Steps: int
        /// Points (atoms and noise together) in each step.
        BatchPoints: int
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        LearningRate: float
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module IntensityTrainingOptions =
    /// 3,000 steps of 2,048 points.
    let defaults =
        {
            Steps = 3000
            BatchPoints = 2048
            LearningRate = 2e-3
        }

/// <summary>Learning an intensity by telling atoms from noise.</summary>
/// <remarks>
/// The loss per atom, E_atoms[softplus(−f)] + c E_noise[softplus(f)], is smallest where f = ln(λ/ν), ν the noise intensity.
/// Source: M. Gutmann, A. Hyvärinen, J. Mach. Learn. Res. 13, 307 (2012); for point processes A. Baddeley et al., Electron. J. Stat. 8, 1741 (2014).
/// Every step sees new points: new directions, new noise.
/// </remarks>
[<RequireQualifiedAccess>]
module IntensityTraining =
    /// Steps whose points are drawn together, in random order, before the steps are made.
    [<Literal>]
    let RoundSteps = 8

    let private drawAtoms (sampler: PassSampler) (generator: Generator) n =
        let snapshots = ScanSnapshots.count sampler.Snapshots
        let chosen = Array.init snapshots (fun _ -> ResizeArray())

        for _ in 1..n do
            chosen[generator.NextInt snapshots].Add(generator.NextInt sampler.Snapshots.Atoms)

        chosen |> Array.mapi (fun s list -> sampler.AtomPlaces generator s (list.ToArray()))

    /// At least n points outside cores, spread over all snapshots.
    let private drawNoise (sampler: PassSampler) (generator: Generator) (openShare: float) n =
        let snapshots = ScanSnapshots.count sampler.Snapshots
        let each = int (float n / float snapshots / openShare * 1.02) + 4

        let rec more parts found =
            if found >= n then
                List.toArray parts
            else
                let next = Array.init snapshots (fun s -> sampler.UniformPlaces generator s each)
                more (List.ofArray next @ parts) (found + Array.sumBy (fun (p: PassPlaces) -> p.Rows) next)

        more [] 0

    /// Describes n of the places, taken at random, in random order, in the first rows of an array.
    let private mix (sampler: PassSampler) (generator: Generator) (parts: PassPlaces[]) n (features: float32[]) =
        let size = DensityBasis.size sampler.Basis
        let starts = parts |> Array.scan (fun start part -> start + part.Rows) 0
        let rows = Array.last starts
        let order = Array.init rows id
        generator.Shuffle order

        parts
        |> Array.iteri (fun p part ->
            sampler.Describe
                part
                (fun i ->
                    let row = order[starts[p] + i]
                    if row < n then row else -1)
                features)

        // Fewer rows than asked for only where an atom lies in a core: then some serve twice.
        for row in rows .. n - 1 do
            Array.Copy(features, row % rows * size, features, row * size, size)

    let private loss (intensity: Intensity) atoms (atomInputs: Tensor) (noiseInputs: Tensor) (parameters: Params) =
        Tensor.cat 0 [ atomInputs; noiseInputs ]
        |> Intensity.logOdds intensity parameters
        |> NoiseContrast.loss atoms

    /// Atoms and noise points in one step.
    let private pointsOf (options: IntensityTrainingOptions) noisePerAtom =
        let atoms = options.BatchPoints / (1 + noisePerAtom)
        atoms, options.BatchPoints - atoms

    /// <summary>How the network of an intensity is trained; the loss is in nats per atom.</summary>
    /// <param name="name">Of the checkpoint.</param>
    /// <param name="options">Steps, learning rate.</param>
    let plan (name: string) (options: IntensityTrainingOptions) : TrainingPlan =
        let start =
            Schedule.cosine options.LearningRate 0.0 (int64 options.Steps)
            |> TrainingPlan.create name options.Steps

        { start with
            LookEvery = max RoundSteps start.LookEvery
        }

    /// The points of a round: atoms and noise, scaled, [steps·n; size of the basis] each.
    let private draw device options (intensity: Intensity) (sampler: PassSampler) scratch key steps =
        let generator = Key.generator key
        let atoms, noise = pointsOf options intensity.NoisePerAtom
        let struct (atomFeatures, noiseFeatures) = scratch
        let openShare = float intensity.NoisePerAtom / exp intensity.Offset

        let prepared parts n (features: float32[]) =
            let rows = n * steps
            mix sampler generator parts rows features
            // The last round may be shorter than the others.
            let length = rows * DensityBasis.size intensity.Basis

            let filled =
                if length = features.Length then
                    features
                else
                    Array.sub features 0 length

            Intensity.inputs device intensity filled rows

        let a = prepared (drawAtoms sampler generator (atoms * steps)) atoms atomFeatures

        let b =
            prepared (drawNoise sampler generator openShare (noise * steps)) noise noiseFeatures

        struct (a, b)

    /// <summary>What the network learns: telling atoms from noise on new points in every step.</summary>
    /// <param name="options">Batch.</param>
    /// <param name="intensity">The model.</param>
    /// <param name="training">Training snapshots.</param>
    /// <param name="validate">Excess entropy of parameters on validation snapshots, k_B per atom; nothing is decided by it.</param>
    /// <param name="run">Key and device.</param>
    let objective
        (options: IntensityTrainingOptions)
        (intensity: Intensity)
        (training: ScanSnapshots)
        (validate: Params -> float)
        (run: Run)
        : Objective<struct (Tensor * Tensor)> =
        let sampler = PassSampler(training, intensity.Basis, intensity.Core)
        // The arrays are reused in all rounds: arrays of this size are expensive to allocate and to collect.
        let atoms, noise = pointsOf options intensity.NoisePerAtom

        let features n =
            GC.AllocateUninitializedArray(RoundSteps * n * DensityBasis.size intensity.Basis)

        let scratch = struct (features atoms, features noise)

        let rows i n x =
            Tensor.slice 0 (i * n) ((i + 1) * n) 1 x

        {
            RoundSteps = RoundSteps
            Draw =
                fun round steps ->
                    let key = run.Key |> Key.named "points" |> Key.item round
                    draw run.Device options intensity sampler scratch key steps
            Gradient =
                fun state (struct (a, b)) i ->
                    let struct (value, gradient) =
                        state.Parameters
                        |> Grad.valueAndGradient (loss intensity atoms (rows i atoms a) (rows i noise b))

                    struct (Tensor.item value, gradient, nan)
            Held = Some validate
        }

    /// <summary>The state before the first step.</summary>
    /// <param name="plan">How it will be trained.</param>
    /// <param name="intensity">The model.</param>
    /// <param name="run">Key and device.</param>
    let start (plan: TrainingPlan) (intensity: Intensity) (run: Run) : TrainingState =
        intensity.Network.Init(Key.named "parameters" run.Key)
        |> Params.onto run.Device
        |> TrainingState.start plan.Optimiser
