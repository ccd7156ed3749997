namespace Mice.Information

open System
open System.Threading
open Mice
open Mice.Tensors

/// How training ended.
[<RequireQualifiedAccess>]
type BoundOutcome =
    /// All steps were made.
    | AllSteps
    /// The validation rows gave nothing better for as many looks as the patience.
    | StoppedByValidation of step: int
    /// The objective left all bounds; parameters from before may still be good.
    | Diverged of step: int * reason: string

/// <summary>A critic in training, or trained: all that the next step needs.</summary>
type BoundTrainingState =
    {
        /// Parameters of the critic.
        Parameters: Params
        /// Moments of the optimiser.
        Optimiser: OptimiserState
        /// Their exponential moving average.
        Average: Params
        /// What the surrogate carries from step to step.
        Memory: float
        /// The averaged parameters that did best on the validation rows.
        Best: Params
        /// Their step; 0 before the first look.
        BestStep: int
        /// Their objective on the validation rows.
        BestObjective: float
        /// The curve so far: step, mean objective on batches since the last entry, objective on the validation rows.
        Curve: struct (int * float * float)[]
        /// Sum of the objective over the steps since the last entry of the curve.
        Sum: float
        /// How training ended; None while it goes on.
        Outcome: BoundOutcome option
    }

/// Training a critic by ascent on a surrogate.
[<RequireQualifiedAccess>]
module BoundTraining =
    /// Objectives below this come from an exponential that exploded.
    [<Literal>]
    let private Explosion = -1e4

    let private optimiser (options: BoundTrainingOptions) =
        Optimiser.adam
            { AdamOptions.defaults with
                LearningRate = Schedule.constant options.LearningRate
            }

    /// <summary>The state before the first step.</summary>
    /// <param name="key">Randomness of the first parameters.</param>
    /// <param name="device">Where the critic is computed.</param>
    /// <param name="options">Options that passed the check.</param>
    /// <param name="critic">The critic.</param>
    let start (key: Key) (device: Device) (options: BoundTrainingOptions) (critic: Critic) : BoundTrainingState =
        let parameters = critic.Init(Key.named "parameters" key) |> Params.onto device

        {
            Parameters = parameters
            Optimiser = (optimiser options).Init parameters
            Average = parameters
            Memory = nan
            Best = parameters
            BestStep = 0
            BestObjective = -infinity
            Curve = [||]
            Sum = 0.0
            Outcome = None
        }

    /// The objective on a batch, its gradient, the next memory.
    let private gradient options surrogate (critic: Critic) mode (state: BoundTrainingState) (x: Tensor) y =
        let chunk = ChunkedScores.rowsPerChunk critic x.Shape[0]

        if options.Pairing = Pairing.AllPairs && chunk < x.Shape[0] then
            ChunkedScores.valueAndGradient chunk surrogate state.Memory mode critic state.Parameters x y
        else
            let struct (value, gradient, memory) =
                state.Parameters
                |> Grad.valueAndGradientWith (fun p ->
                    Critic.scores options.Pairing mode critic p x y |> Surrogate.objective surrogate state.Memory)

            struct (Tensor.item value, gradient, memory)

    let private diverged step value =
        let reason =
            if not (Double.IsFinite value) then
                Some $"the objective became {value}: an exponential of the scores overflowed or the parameters ran away"
            elif value < Explosion then
                Some $"the objective fell to {value:G3}: the scores of product pairs exploded"
            else
                None

        reason |> Option.map (fun reason -> BoundOutcome.Diverged(step, reason))

    let private step options surrogate critic key (state: BoundTrainingState) struct (x, y) =
        let index = int state.Optimiser.Step + 1
        let mode = Mode.Training(key |> Key.named "dropout" |> Key.item index)

        let struct (value, gradient, memory) =
            gradient options surrogate critic mode state x y

        match diverged index value with
        | Some outcome ->
            { state with
                Outcome = Some outcome
                Curve = Array.append state.Curve [| struct (index, value, nan) |]
            }
        | None ->
            let struct (parameters, moments) =
                (optimiser options).Update (Params.scale -1.0 gradient) state.Optimiser state.Parameters

            // Over the first steps the average runs over what there is.
            let decay = min options.Averaging (float index / float (index + 9))

            { state with
                Parameters = parameters
                Average = Ema.update decay state.Average parameters
                Optimiser = moments
                Memory = memory
                Sum = state.Sum + value
            }

    /// The surrogate's objective, as validation sees it, on held-out rows.
    let private held options (surrogate: Surrogate) critic parameters (x: Tensor) y =
        match options.Pairing with
        | Pairing.AllPairs ->
            let chunk = ChunkedScores.rowsPerChunk critic x.Shape[0]
            ChunkedScores.functional chunk surrogate.Selection Mode.Evaluation critic parameters x y
        | pairing ->
            Tensor.scope (fun () ->
                Critic.scores pairing Mode.Evaluation critic parameters x y
                |> Functional.value surrogate.Selection
                |> Tensor.item)

    let private look options surrogate critic struct (x, y) (state: BoundTrainingState) =
        let index = int state.Optimiser.Step
        let value = held options surrogate critic state.Average x y

        let since =
            match Array.tryLast state.Curve with
            | Some(struct (before, _, _)) -> index - before
            | None -> index

        let state =
            { state with
                Curve = Array.append state.Curve [| struct (index, state.Sum / float since, value) |]
                Sum = 0.0
            }

        if value > state.BestObjective then
            { state with
                Best = state.Average
                BestStep = index
                BestObjective = value
            }
        elif not (Double.IsFinite value) then
            { state with
                Outcome = Some(BoundOutcome.Diverged(index, $"the objective on the validation rows became {value}"))
            }
        elif index - state.BestStep >= options.Patience * options.ValidateEvery then
            { state with
                Outcome = Some(BoundOutcome.StoppedByValidation index)
            }
        else
            state

    /// Looks at the validation rows when it is time to, and ends after the last step.
    let private looked options surrogate critic held (state: BoundTrainingState) =
        let index = int state.Optimiser.Step
        let isLast = index = options.Steps

        let state =
            if state.Outcome.IsNone && (isLast || index % options.ValidateEvery = 0) then
                look options surrogate critic held state
            else
                state

        if isLast && state.Outcome.IsNone then
            { state with
                Outcome = Some BoundOutcome.AllSteps
            }
        else
            state

    /// The rows of a step: every pass over the training rows has its own random order.
    let private batches key (rows: int[]) batchSize =
        let perPass = rows.Length / batchSize
        let mutable pass, order = -1, rows

        fun step ->
            if step / perPass <> pass then
                pass <- step / perPass
                order <- Array.copy rows
                (key |> Key.named "order" |> Key.item pass |> Key.generator).Shuffle order

            Array.sub order (step % perPass * batchSize) batchSize

    /// <summary>Trains from a state to the end: all steps, the validation's stop, or divergence. The same state and key give the same result.</summary>
    /// <param name="key">The key of this critic.</param>
    /// <param name="options">Options that passed the check.</param>
    /// <param name="surrogate">What is maximised.</param>
    /// <param name="critic">The critic.</param>
    /// <param name="samples">All samples.</param>
    /// <param name="split">Their split; the test rows are not looked at.</param>
    /// <param name="progress">Called after every look at the validation rows; the place to save a checkpoint.</param>
    /// <param name="cancel">Stops between steps, by OperationCanceledException.</param>
    /// <param name="first">Where to begin: from start or a checkpoint.</param>
    /// <returns>A state with an outcome; its Best are the parameters to use.</returns>
    let run
        (key: Key)
        (options: BoundTrainingOptions)
        (surrogate: Surrogate)
        (critic: Critic)
        (samples: PairedSamples)
        (split: SampleSplit)
        (progress: BoundTrainingState -> unit)
        (cancel: CancellationToken)
        (first: BoundTrainingState)
        : BoundTrainingState =
        Tensor.scope (fun () ->
            let rowsOf = batches key split.Training options.BatchSize
            let held = PairedSamples.take split.Validation samples
            let mutable ended = first.Outcome.IsSome

            let advance (state: BoundTrainingState) index =
                cancel.ThrowIfCancellationRequested()
                let batch = PairedSamples.take (rowsOf index) samples

                let next =
                    step options surrogate critic key state batch |> looked options surrogate critic held

                if next.Curve.Length > state.Curve.Length then
                    progress next

                ended <- next.Outcome.IsSome
                next

            let start = int first.Optimiser.Step

            Seq.init (options.Steps - start) (fun i -> start + i)
            |> Seq.takeWhile (fun _ -> not ended)
            |> Tensor.fold advance first)
