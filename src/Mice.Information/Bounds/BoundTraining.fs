namespace Mice.Information

open Mice
open Mice.Learning
open Mice.Tensors

/// Training a critic by ascent on a surrogate.
[<RequireQualifiedAccess>]
module BoundTraining =
    /// <summary>How a critic is trained; the loss is the negative objective, nats.</summary>
    /// <param name="name">Of the checkpoint.</param>
    /// <param name="options">Options that passed the check.</param>
    let plan (name: string) (options: BoundTrainingOptions) : TrainingPlan =
        { TrainingPlan.create name options.Steps (Schedule.constant options.LearningRate) with
            Averaging = options.Averaging
            LookEvery = options.ValidateEvery
            Selection = Selection.BestWithPatience options.Patience
        }

    /// <summary>The state before the first step.</summary>
    /// <param name="plan">How the critic will be trained.</param>
    /// <param name="critic">The critic.</param>
    /// <param name="run">Key of the first parameters; device.</param>
    let start (plan: TrainingPlan) (critic: Critic) (run: Run) : TrainingState =
        critic.Init(Key.named "parameters" run.Key)
        |> Params.onto run.Device
        |> TrainingState.start plan.Optimiser

    /// The negative objective on a batch, its gradient, the next memory.
    let private gradient
        options
        surrogate
        (critic: Critic)
        key
        (state: TrainingState)
        (struct (x: Tensor, y): struct (Tensor * Tensor))
        =
        let mode =
            Mode.Training(key |> Key.named "dropout" |> Key.item (TrainingState.step state + 1))

        let chunk = ChunkedScores.rowsPerChunk critic x.Shape[0]

        let struct (value, gradient, memory) =
            if options.Pairing = Pairing.AllPairs && chunk < x.Shape[0] then
                ChunkedScores.valueAndGradient chunk surrogate state.Memory mode critic state.Parameters x y
            else
                let struct (value, gradient, memory) =
                    state.Parameters
                    |> Grad.valueAndGradientWith (fun p ->
                        Critic.scores options.Pairing mode critic p x y |> Surrogate.objective surrogate state.Memory)

                struct (Tensor.item value, gradient, memory)

        struct (-value, Params.scale -1.0 gradient, memory)

    /// The surrogate's objective, as validation sees it, on held-out rows.
    let private held
        options
        (surrogate: Surrogate)
        critic
        (struct (x: Tensor, y): struct (Tensor * Tensor))
        parameters
        =
        match options.Pairing with
        | Pairing.AllPairs ->
            let chunk = ChunkedScores.rowsPerChunk critic x.Shape[0]
            ChunkedScores.functional chunk surrogate.Selection Mode.Evaluation critic parameters x y
        | pairing ->
            Tensor.scope (fun () ->
                Critic.scores pairing Mode.Evaluation critic parameters x y
                |> Functional.value surrogate.Selection
                |> Tensor.item)

    /// The rows of a step: every pass over the training rows has its own random order.
    let private batches key (rows: int[]) batchSize =
        let perPass = rows.Length / batchSize
        let pass, order = ref -1, ref rows

        fun step ->
            if step / perPass <> pass.Value then
                pass.Value <- step / perPass
                order.Value <- Array.copy rows
                (key |> Key.named "order" |> Key.item pass.Value |> Key.generator).Shuffle order.Value

            Array.sub order.Value (step % perPass * batchSize) batchSize

    /// <summary>What a critic learns: the surrogate on the training rows, in random order; the validation rows are the held-out data.</summary>
    /// <param name="options">Options that passed the check.</param>
    /// <param name="surrogate">What is maximised.</param>
    /// <param name="critic">The critic.</param>
    /// <param name="samples">All samples, on the device that is to compute.</param>
    /// <param name="split">Their split; the test rows are not looked at.</param>
    /// <param name="run">Key.</param>
    let objective
        (options: BoundTrainingOptions)
        (surrogate: Surrogate)
        (critic: Critic)
        (samples: PairedSamples)
        (split: SampleSplit)
        (run: Run)
        : Objective<struct (Tensor * Tensor)> =
        let rowsOf = batches run.Key split.Training options.BatchSize
        let validation = PairedSamples.take split.Validation samples

        {
            RoundSteps = 1
            Draw = fun step _ -> PairedSamples.take (rowsOf step) samples
            Gradient = fun state batch _ -> gradient options surrogate critic run.Key state batch
            Held = Some(fun parameters -> -(held options surrogate critic validation parameters))
        }
