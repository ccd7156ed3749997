namespace Mice.Denoising

open Mice
open Mice.Atoms
open Mice.Learning
open Mice.Tensors

/// <summary>How a denoising network is trained. Start from DenoiserTrainingOptions.defaults.</summary>
type DenoiserTrainingOptions =
    {
        /// Optimiser steps; each sees one configuration with new noise.
        Steps: int
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        LearningRate: float
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module DenoiserTrainingOptions =
    /// 1,500 steps.
    let defaults = { Steps = 1500; LearningRate = 4e-3 }

    /// <summary>Checks all fields and reports every fault, not only the first.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: DenoiserTrainingOptions) : Result<DenoiserTrainingOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "the number of training steps" o.Steps
            and! () = Validate.positive "the learning rate" o.LearningRate
            return o
        }

    /// Every setting by name, as reports and checkpoints state them.
    let describe (o: DenoiserTrainingOptions) : (string * string) list =
        [ "steps", string o.Steps; "learning_rate", string o.LearningRate ]

/// <summary>Learning to tell noise from what it was added to: E|ε − ε̂|²/N, summed over the stages of the network, is made small.</summary>
[<RequireQualifiedAccess>]
module DenoiserTraining =
    /// Noise between these shares of the mean distance makes half of the steps: there most of the entropy of a dense fluid is found.
    let private middle = struct (0.1, 0.35)

    /// Weight of the predictions of a stage that is not the last.
    [<Literal>]
    let private EarlierStages = 0.5

    [<Literal>]
    let private LargestGradient = 0.5

    [<Literal>]
    let private Averaging = 0.995

    /// Looks at validation snapshots.
    [<Literal>]
    let private Looks = 6

    let private sigma (d: Denoiser) (generator: Generator) =
        let between a b =
            exp (log a + generator.NextFloat() * log (b / a))

        let struct (low, high) = middle

        if generator.NextFloat() < 0.5 then
            d.MeanDistance * between low high
        else
            d.MeanDistance * between d.Options.Smallest d.Options.Largest

    /// Species and noisy atoms of one of the snapshots.
    let private draw (d: Denoiser) (snapshots: Snapshot[]) (key: Key) =
        let generator = Key.generator key
        let s = snapshots[generator.NextInt snapshots.Length]
        let sigma = sigma d generator
        let noise = NoisyAtoms.noise d.Dimension (Snapshot.count s) (Key.named "noise" key)
        struct (Denoiser.species d s, NoisyAtoms.withNoise s.Cell s.Positions sigma noise)

    let private loss (d: Denoiser) (struct (species: int[], atoms: NoisyAtoms)) (parameters: Params) =
        let target = Denoiser.target (Denoiser.device parameters) atoms

        let error e =
            Tensor.sum (Tensor.square (target - e)) / float species.Length

        match Denoiser.predict d species atoms parameters |> List.map error |> List.rev with
        | last :: earlier ->
            earlier
            |> List.fold (fun sum e -> sum + EarlierStages * e) last
            |> fun sum -> sum / (1.0 + EarlierStages * float earlier.Length)
        | [] -> invalidOp "a network without stages"

    /// <summary>How a network is trained: the parameters used are those that describe validation snapshots best.</summary>
    /// <param name="name">Of the checkpoint.</param>
    /// <param name="options">Steps, learning rate.</param>
    let plan (name: string) (options: DenoiserTrainingOptions) : TrainingPlan =
        let rate = Schedule.cosine options.LearningRate 0.0 (int64 options.Steps)

        { TrainingPlan.create name options.Steps rate with
            Optimiser =
                { AdamOptions.defaults with
                    LearningRate = rate
                    Beta2 = 0.99
                }
                |> Optimiser.adam
                |> Optimiser.clipByGlobalNorm LargestGradient
            Averaging = Averaging
            LookEvery = max 1 (options.Steps / Looks)
            Selection = Selection.Best
        }

    /// <summary>What a network learns: the noise of one configuration in every step.</summary>
    /// <param name="d">The network.</param>
    /// <param name="training">Training snapshots.</param>
    /// <param name="validate">Excess entropy of parameters on validation snapshots, k_B per atom.</param>
    /// <param name="run">Key.</param>
    let objective (d: Denoiser) (training: Snapshot[]) (validate: Params -> float) (run: Run) =
        let key = Key.named "noise" run.Key

        { Objective.ofLoss (fun step -> draw d training (Key.item step key)) (loss d) with
            Held = Some validate
        }

    /// <summary>The state before the first step.</summary>
    /// <param name="plan">How it will be trained.</param>
    /// <param name="d">The network.</param>
    /// <param name="run">Key and device.</param>
    let start (plan: TrainingPlan) (d: Denoiser) (run: Run) : TrainingState =
        Denoiser.init d (Key.named "parameters" run.Key)
        |> Params.onto run.Device
        |> TrainingState.start plan.Optimiser
