namespace Mice.Learning

open System
open System.Text.Json
open Mice
open Mice.Tensors

/// How a training ended.
[<RequireQualifiedAccess>]
type TrainingOutcome =
    /// All steps were made.
    | AllSteps
    /// Held-out data gave nothing better for as many looks as the patience.
    | StoppedByPatience of step: int
    /// The loss left all bounds; the parameters are those from before.
    | Diverged of step: int * reason: string

/// What outcomes say of a result.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TrainingOutcome =
    /// <summary>Whether no training diverged, as a check of a result.</summary>
    /// <param name="outcomes">Of trainings, by name.</param>
    let stayedFinite (outcomes: (string * TrainingOutcome option) seq) : Check =
        let diverged =
            [
                for name, outcome in outcomes do
                    match outcome with
                    | Some(TrainingOutcome.Diverged(step, reason)) -> $"{name}, step {step}: {reason}"
                    | _ -> ()
            ]

        {
            Name = "training stayed finite"
            Passed = List.isEmpty diverged
            Detail =
                if List.isEmpty diverged then
                    "no network diverged"
                else
                    String.concat "; " diverged + "; lower the learning rate"
        }

/// An entry of a training curve.
[<Struct>]
type CurvePoint =
    {
        /// Optimiser steps made.
        Step: int
        /// Mean loss of the steps since the last entry.
        Loss: float
        /// Loss on held-out data; None where there are none.
        Held: float option
    }

/// <summary>A network in training, or trained: all that the next step needs.</summary>
type TrainingState =
    {
        /// Parameters of the network.
        Parameters: Params
        /// Step and moments of the optimiser.
        Optimiser: OptimiserState
        /// Exponential moving average of the parameters; the parameters themselves where nothing is averaged.
        Average: Params
        /// A number that the objective carries from step to step; NaN before the first.
        Memory: float
        /// The averaged parameters that are to be used: those of the smallest loss on held-out data, or the last ones.
        Best: Params
        /// Their step; 0 before the first look.
        BestStep: int
        /// Their loss on held-out data.
        BestHeld: float
        /// The curve so far.
        Curve: CurvePoint[]
        /// Sum of the losses of the steps since the last entry of the curve.
        Sum: float
        /// How the training ended; None while it goes on.
        Outcome: TrainingOutcome option
    }

    interface ITensors with
        member this.ForEachTensor action =
            for tree in [ this.Parameters; this.Average; this.Best; this.Optimiser.Moments ] do
                (tree :> ITensors).ForEachTensor action

/// States, and states as bytes.
[<RequireQualifiedAccess>]
module TrainingState =
    /// <summary>Steps made so far.</summary>
    /// <param name="state">A state.</param>
    let step (state: TrainingState) : int = int state.Optimiser.Step

    /// <summary>The state before the first step.</summary>
    /// <param name="optimiser">What makes the steps.</param>
    /// <param name="parameters">Those to start from, on the device that is to compute.</param>
    let start (optimiser: Optimiser) (parameters: Params) : TrainingState =
        {
            Parameters = parameters
            Optimiser = optimiser.Init parameters
            Average = parameters
            Memory = nan
            Best = parameters
            BestStep = 0
            BestHeld = infinity
            Curve = [||]
            Sum = 0.0
            Outcome = None
        }

    /// <summary>Mean loss of the steps since the last entry of the curve, or of that entry right after it; NaN before the first step.</summary>
    /// <param name="state">A state.</param>
    let recentLoss (state: TrainingState) : float =
        match Array.tryLast state.Curve with
        | Some last when last.Step = step state -> last.Loss
        | last -> state.Sum / float (step state - (last |> Option.map _.Step |> Option.defaultValue 0))

    let private bits (values: float[]) =
        JsonSerializer.Serialize(values |> Array.map BitConverter.DoubleToInt64Bits)

    let private numbers (text: string) =
        JsonSerializer.Deserialize<int64[]> text |> Array.map BitConverter.Int64BitsToDouble

    let private outcomeText outcome =
        match outcome with
        | None -> "", 0, ""
        | Some TrainingOutcome.AllSteps -> "all", 0, ""
        | Some(TrainingOutcome.StoppedByPatience step) -> "stopped", step, ""
        | Some(TrainingOutcome.Diverged(step, reason)) -> "diverged", step, reason

    let private outcomeOf kind step reason =
        match kind with
        | "all" -> Some TrainingOutcome.AllSteps
        | "stopped" -> Some(TrainingOutcome.StoppedByPatience step)
        | "diverged" -> Some(TrainingOutcome.Diverged(step, reason))
        | _ -> None

    let private trees (state: TrainingState) =
        Params.node
            [
                "parameters", state.Parameters
                "average", state.Average
                "moments", state.Optimiser.Moments
                "best", state.Best
            ]

    /// <summary>A state as bytes: a safetensors file with the curve in its metadata.</summary>
    /// <param name="state">The state.</param>
    let toBytes (state: TrainingState) : byte[] =
        let kind, step, reason = outcomeText state.Outcome

        let curve =
            state.Curve
            |> Array.collect (fun p ->
                [|
                    float p.Step
                    p.Loss
                    (if p.Held.IsSome then 1.0 else 0.0)
                    Option.defaultValue 0.0 p.Held
                |])

        trees state
        |> Params.onto Device.cpu
        |> Safetensors.toBytes
            [
                "step", string state.Optimiser.Step
                "best_step", string state.BestStep
                "numbers", bits [| state.Memory; state.BestHeld; state.Sum |]
                "curve", bits curve
                "outcome", kind
                "outcome_step", string step
                "reason", reason
            ]

    let private read device (form: TrainingState) (tree: Params) (values: Map<string, string>) =
        let whole = tree |> Params.inForm (trees form) |> Params.onto device
        // Where the numbers of a training without an interruption would lie.
        let part name = Params.find name whole |> Params.joined
        let scalars = numbers values["numbers"]

        {
            Parameters = part "parameters"
            Optimiser =
                {
                    Step = int64 values["step"]
                    Moments = part "moments"
                }
            Average = part "average"
            Memory = scalars[0]
            Best = part "best"
            BestStep = int values["best_step"]
            BestHeld = scalars[1]
            Curve =
                numbers values["curve"]
                |> Array.chunkBySize 4
                |> Array.map (fun v ->
                    {
                        Step = int v[0]
                        Loss = v[1]
                        Held = if v[2] = 0.0 then None else Some v[3]
                    })
            Sum = scalars[2]
            Outcome = outcomeOf values["outcome"] (int values["outcome_step"]) values["reason"]
        }

    /// <summary>The state that toBytes wrote.</summary>
    /// <param name="name">The name to report in errors.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="form">A state of the same network, as <c>start</c> gives it.</param>
    /// <param name="content">What toBytes gave.</param>
    /// <returns>Errors: BadFile, also where the network has other parameters.</returns>
    let ofBytes
        (name: string)
        (device: Device)
        (form: TrainingState)
        (content: byte[])
        : Result<TrainingState, MiceError> =
        Safetensors.ofBytes name content
        |> Result.bind (fun (tree, metadata) ->
            try
                Ok(read device form tree (Map.ofList metadata))
            with
            | :? TensorException
            | :? JsonException
            | :? FormatException
            | :? IndexOutOfRangeException
            | :? Collections.Generic.KeyNotFoundException ->
                Error(MiceError.BadFile(name, None, None, "it is not a checkpoint of this network in training")))
