namespace Mice.Learning

open System
open System.Diagnostics
open Mice
open Mice.Tensors

/// <summary>Training of one network: a fold of optimiser steps over a state, with checkpoints.</summary>
/// <remarks>The same plan, objective and first state give the same result, in one go or from checkpoint to checkpoint.</remarks>
[<RequireQualifiedAccess>]
module Training =
    /// Losses above this come from an exponential that exploded.
    [<Literal>]
    let private Explosion = 1e4

    /// Seconds between checkpoints.
    [<Literal>]
    let private CheckpointSeconds = 20.0

    let private divergence step (value: float) =
        if not (Double.IsFinite value) then
            Some(
                TrainingOutcome.Diverged(
                    step,
                    $"the loss became {value}: an exponential overflowed or the parameters ran away"
                )
            )
        elif value > Explosion then
            Some(TrainingOutcome.Diverged(step, $"the loss rose to {value:G3}: an exponential exploded"))
        else
            None

    let private step (plan: TrainingPlan) (objective: Objective<'data>) data (state: TrainingState) inRound =
        let index = TrainingState.step state + 1
        let struct (value, gradient, memory) = objective.Gradient state data inRound

        match divergence index value with
        | Some outcome ->
            { state with
                Outcome = Some outcome
                Curve =
                    Array.append
                        state.Curve
                        [|
                            {
                                Step = index
                                Loss = value
                                Held = None
                            }
                        |]
            }
        | None ->
            let struct (parameters, moments) =
                plan.Optimiser.Update gradient state.Optimiser state.Parameters

            let average =
                if plan.Averaging = 0.0 then
                    parameters
                else
                    // Over the first steps the average runs over what there is.
                    Ema.update (min plan.Averaging (float index / float (index + 9))) state.Average parameters

            { state with
                Parameters = parameters
                Average = average
                Optimiser = moments
                Memory = memory
                Sum = state.Sum + value
            }

    /// All steps of a round, until one diverges.
    let private round plan (objective: Objective<'data>) (state: TrainingState) index =
        let steps = min objective.RoundSteps (plan.Steps - TrainingState.step state)
        let data = objective.Draw index steps

        (state, seq { 0 .. steps - 1 })
        ||> Seq.fold (fun state i ->
            if state.Outcome.IsNone then
                step plan objective data state i
            else
                state)

    let private judged (plan: TrainingPlan) held index (state: TrainingState) =
        let take state =
            { state with
                Best = state.Average
                BestStep = index
                BestHeld = held
            }

        match plan.Selection with
        | Selection.Last -> take state
        | _ when held < state.BestHeld -> take state
        | Selection.BestWithPatience looks when index - state.BestStep >= looks * plan.LookEvery ->
            { state with
                Outcome = Some(TrainingOutcome.StoppedByPatience index)
            }
        | _ -> state

    /// An entry of the curve, with a look at held-out data.
    let private look plan (objective: Objective<'data>) (state: TrainingState) =
        let index = TrainingState.step state

        let held = objective.Held |> Option.map (fun h -> h state.Average)

        let before = Array.tryLast state.Curve |> Option.map _.Step |> Option.defaultValue 0

        let state =
            { state with
                Curve =
                    Array.append
                        state.Curve
                        [|
                            {
                                Step = index
                                Loss = state.Sum / float (index - before)
                                Held = held
                            }
                        |]
                Sum = 0.0
            }

        match held with
        | Some value when not (Double.IsFinite value) ->
            { state with
                Outcome = Some(TrainingOutcome.Diverged(index, $"the loss on held-out data became {value}"))
            }
        | _ -> judged plan (Option.defaultValue nan held) index state

    let private advance plan objective (state: TrainingState) index =
        let next = round plan objective state index
        let made = TrainingState.step next
        let isLast = made = plan.Steps

        let next =
            if next.Outcome.IsNone && (isLast || made / plan.LookEvery > TrainingState.step state / plan.LookEvery) then
                look plan objective next
            else
                next

        if isLast && next.Outcome.IsNone then
            { next with
                Outcome = Some TrainingOutcome.AllSteps
            }
        else
            next

    /// The state to begin with: the checkpoint if there is one.
    let private beginning (plan: TrainingPlan) (first: TrainingState) (run: Run) =
        match run.Store |> Option.map (RunStore.tryLoad plan.Name) with
        | None
        | Some(Ok None) -> Ok first
        | Some(Ok(Some content)) ->
            TrainingState.ofBytes plan.Name run.Device first content |> Result.mapError List.singleton
        | Some(Error fault) -> Error [ fault ]

    let private save (plan: TrainingPlan) (run: Run) (state: TrainingState) =
        run.Store |> Option.iter (RunStore.save plan.Name (TrainingState.toBytes state))

    let private tell (plan: TrainingPlan) (run: Run) (state: TrainingState) =
        let share = float (TrainingState.step state) / float plan.Steps
        Run.tell plan.Phase (if state.Outcome.IsSome then 1.0 else share) (plan.Message state) run

    /// Whether people are told: a hundred times in all.
    let private isTold (plan: TrainingPlan) (before: TrainingState) (state: TrainingState) =
        let percent s =
            100L * int64 (TrainingState.step s) / int64 plan.Steps

        state.Outcome.IsSome || percent state > percent before

    /// Rounds from a state on, with checkpoints.
    let private continued plan (objective: Objective<'data>) (run: Run) (first: TrainingState) =
        let clock = Stopwatch.StartNew()
        let saved = ref 0.0
        let ended = ref first.Outcome.IsSome

        let advance (state: TrainingState) index =
            let next = advance plan objective state index
            ended.Value <- next.Outcome.IsSome

            if isTold plan state next then
                tell plan run next

            let isDue = clock.Elapsed.TotalSeconds - saved.Value > CheckpointSeconds

            if ended.Value || isDue || run.Cancel.IsCancellationRequested then
                save plan run next
                saved.Value <- clock.Elapsed.TotalSeconds

            Run.stopIfCancelled run
            next

        let rounds steps =
            (steps + objective.RoundSteps - 1) / objective.RoundSteps

        let made = rounds (TrainingState.step first)

        Seq.init (rounds plan.Steps - made) (fun i -> made + i)
        |> Seq.takeWhile (fun _ -> not ended.Value)
        |> Tensor.fold advance first

    /// <summary>Lets operators on the processor use as many threads as the run has. libtorch keeps that number for each thread of the program by itself, and sums of
    /// single precision depend on it: call this on the thread that computes, before its first operator.</summary>
    /// <param name="run">Device and threads.</param>
    let useThreads (run: Run) : unit =
        if run.Device = Device.cpu then
            Engine.setThreads run.Threads

    /// <summary>Trains to the end of a plan, from the checkpoint of the run's store where there is one. Checkpoints are made about every twenty seconds,
    /// at the end, and when the work is cancelled.</summary>
    /// <param name="plan">How.</param>
    /// <param name="objective">What is learned.</param>
    /// <param name="first">Where to begin without a checkpoint; a state with an outcome is given back as it is.</param>
    /// <param name="run">Device, threads, token, progress and store.</param>
    /// <returns>A state with an outcome, whose Best are the parameters to use; errors: BadFile for a checkpoint of another network.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled; a checkpoint is left.</exception>
    let run
        (plan: TrainingPlan)
        (objective: Objective<'data>)
        (first: TrainingState)
        (run: Run)
        : Result<TrainingState, MiceError list> =
        useThreads run

        beginning plan first run
        |> Result.map (fun state ->
            // What a checkpoint brings counts as done.
            tell plan run state
            Run.stopIfCancelled run
            continued plan objective run state)
