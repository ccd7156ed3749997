namespace Mice.Autoregressive

open System
open System.Threading
open Mice
open Mice.Tensors

/// <summary>How one network is trained. Start from IntensityTrainingOptions.defaults.</summary>
type IntensityTrainingOptions =
    {
        /// Optimiser steps.
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

/// <summary>A network in training, or trained: all that the next step needs.</summary>
type TrainingState =
    {
        /// Parameters of the network.
        Parameters: Params
        /// Moments of the optimiser.
        Optimiser: OptimiserState
        /// The curve so far: step, loss in nats per atom (mean since the last entry), excess entropy on the validation snapshots in k_B per atom.
        Curve: struct (int * float * float)[]
        /// Losses of the rounds since the last entry of the curve, the latest first.
        Losses: float list
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

    /// Entries of the curve.
    [<Literal>]
    let private CurveEntries = 20

    let private drawAtoms (sampler: SweepSampler) (generator: Generator) n =
        let snapshots = ScanSnapshots.count sampler.Snapshots
        let chosen = Array.init snapshots (fun _ -> ResizeArray())

        for _ in 1..n do
            chosen[generator.NextInt snapshots].Add(generator.NextInt sampler.Snapshots.Atoms)

        chosen |> Array.mapi (fun s list -> sampler.AtomPlaces generator s (list.ToArray()))

    /// At least n points outside cores, spread over all snapshots.
    let private drawNoise (sampler: SweepSampler) (generator: Generator) (openShare: float) n =
        let snapshots = ScanSnapshots.count sampler.Snapshots
        let each = int (float n / float snapshots / openShare * 1.02) + 4

        let rec more parts found =
            if found >= n then
                List.toArray parts
            else
                let next = Array.init snapshots (fun s -> sampler.UniformPlaces generator s each)
                more (List.ofArray next @ parts) (found + Array.sumBy (fun (p: SweepPlaces) -> p.Rows) next)

        more [] 0

    /// Describes n of the places, taken at random, in random order, in the first rows of an array.
    let private mix (sampler: SweepSampler) (generator: Generator) (parts: SweepPlaces[]) n (features: float32[]) =
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

    let private optimiser (options: IntensityTrainingOptions) =
        Optimiser.adam
            { AdamOptions.defaults with
                LearningRate = Schedule.cosine options.LearningRate 0.0 (int64 options.Steps)
            }

    /// The state before the first step.
    let start (key: Key) (device: Device) (options: IntensityTrainingOptions) (intensity: Intensity) : TrainingState =
        let parameters =
            intensity.Network.Init(Key.named "parameters" key) |> Params.onto device

        {
            Parameters = parameters
            Optimiser = (optimiser options).Init parameters
            Curve = [||]
            Losses = []
        }

    /// Atoms and noise points in one step.
    let private pointsOf (options: IntensityTrainingOptions) noisePerAtom =
        let atoms = options.BatchPoints / (1 + noisePerAtom)
        atoms, options.BatchPoints - atoms

    /// One round of steps on points of their own key: the same state and key give the same result.
    let private round
        device
        options
        (intensity: Intensity)
        noisePerAtom
        (sampler: SweepSampler)
        (scratch: struct (float32[] * float32[]))
        key
        (state: TrainingState)
        =
        let generator = Key.generator key
        let atoms, noise = pointsOf options noisePerAtom
        let steps = min RoundSteps (options.Steps - int state.Optimiser.Step)

        let struct (atomFeatures, noiseFeatures) = scratch

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

        Tensor.scope (fun () ->
            let openShare = float noisePerAtom / exp intensity.Offset
            let a = prepared (drawAtoms sampler generator (atoms * steps)) atoms atomFeatures

            let b =
                prepared (drawNoise sampler generator openShare (noise * steps)) noise noiseFeatures

            let adam = optimiser options
            let mutable state, total = state, 0.0

            for i in 0 .. steps - 1 do
                let rows n x =
                    Tensor.slice 0 (i * n) ((i + 1) * n) 1 x

                let batch = loss intensity atoms (rows atoms a) (rows noise b)

                let struct (value, next, moments) =
                    Optimiser.step adam batch state.Parameters state.Optimiser

                total <- total + value

                state <-
                    { state with
                        Parameters = next
                        Optimiser = moments
                    }

            struct (state, total / float steps))

    /// <summary>Trains from a state to the last step.</summary>
    /// <param name="key">The key of this network.</param>
    /// <param name="device">Where the network is computed.</param>
    /// <param name="options">Steps, batch, learning rate.</param>
    /// <param name="noisePerAtom">As in the options that the intensity was created with.</param>
    /// <param name="intensity">The model.</param>
    /// <param name="training">Training snapshots.</param>
    /// <param name="validate">Excess entropy of parameters on validation snapshots, k_B per atom; asked about twenty times.</param>
    /// <param name="progress">Called after every round.</param>
    /// <param name="cancel">Stops between rounds, by OperationCanceledException.</param>
    /// <param name="first">Where to begin: from start or a checkpoint.</param>
    /// <returns>The state after the last step; once the loss is not finite, so are all later entries of the curve.</returns>
    let run
        (key: Key)
        (device: Device)
        (options: IntensityTrainingOptions)
        (noisePerAtom: int)
        (intensity: Intensity)
        (training: ScanSnapshots)
        (validate: Params -> float)
        (progress: TrainingState -> unit)
        (cancel: CancellationToken)
        (first: TrainingState)
        : TrainingState =
        let sampler = SweepSampler(training, intensity.Basis, intensity.Core)
        // The same arrays for all rounds: arrays of their size are dear to make and to collect.
        let atoms, noise = pointsOf options noisePerAtom

        let features n =
            GC.AllocateUninitializedArray(RoundSteps * n * DensityBasis.size intensity.Basis)

        let scratch = struct (features atoms, features noise)
        let every = max RoundSteps (options.Steps / CurveEntries)

        let advance (state: TrainingState) roundIndex =
            cancel.ThrowIfCancellationRequested()
            let pointsKey = key |> Key.named "points" |> Key.item roundIndex

            let struct (next, value) =
                round device options intensity noisePerAtom sampler scratch pointsKey state

            let step = int next.Optimiser.Step

            let isEntry =
                step >= options.Steps || step / every > int state.Optimiser.Step / every

            if isEntry then
                let mean = List.average (value :: state.Losses)

                let held =
                    if Double.IsFinite value then
                        validate next.Parameters
                    else
                        nan

                let next =
                    { next with
                        Curve = Array.append next.Curve [| struct (step, mean, held) |]
                        Losses = []
                    }

                progress next
                next
            else
                let next =
                    { next with
                        Losses = value :: state.Losses
                    }

                progress next
                next

        let rounds = (options.Steps + RoundSteps - 1) / RoundSteps
        // Rounded up: the last round may be shorter than the others.
        let done' = (int first.Optimiser.Step + RoundSteps - 1) / RoundSteps

        Seq.init (rounds - done') (fun i -> done' + i) |> Tensor.fold advance first
