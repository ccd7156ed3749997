namespace Mice.Information

open System
open System.Text.Json
open Mice
open Mice.Tensors

/// A critic in training as bytes, to be kept and gone on with.
[<RequireQualifiedAccess>]
module BoundCheckpoint =
    let private bits (values: float[]) =
        JsonSerializer.Serialize(values |> Array.map BitConverter.DoubleToInt64Bits)

    let private numbers (text: string) =
        JsonSerializer.Deserialize<int64[]> text |> Array.map BitConverter.Int64BitsToDouble

    let private outcomeText outcome =
        match outcome with
        | None -> "", 0, ""
        | Some BoundOutcome.AllSteps -> "all", 0, ""
        | Some(BoundOutcome.StoppedByValidation step) -> "stopped", step, ""
        | Some(BoundOutcome.Diverged(step, reason)) -> "diverged", step, reason

    let private outcomeOf kind step reason =
        match kind with
        | "all" -> Some BoundOutcome.AllSteps
        | "stopped" -> Some(BoundOutcome.StoppedByValidation step)
        | "diverged" -> Some(BoundOutcome.Diverged(step, reason))
        | _ -> None

    /// <summary>A state as bytes: a safetensors file with the curve in its metadata.</summary>
    /// <param name="state">The state.</param>
    let toBytes (state: BoundTrainingState) : byte[] =
        let kind, step, reason = outcomeText state.Outcome

        let curve =
            state.Curve |> Array.collect (fun struct (step, batch, held) -> [| float step; batch; held |])

        Params.node
            [
                "parameters", state.Parameters
                "average", state.Average
                "moments", state.Optimiser.Moments
                "best", state.Best
            ]
        |> Params.onto Device.cpu
        |> Safetensors.toBytes
            [
                "step", string state.Optimiser.Step
                "best_step", string state.BestStep
                "numbers", bits [| state.Memory; state.BestObjective; state.Sum |]
                "curve", bits curve
                "outcome", kind
                "outcome_step", string step
                "reason", reason
            ]

    let private read device (critic: Critic) (tree: Params) (values: Map<string, string>) =
        let parameters = critic.Init(Key.ofSeed 0UL)
        let moments = Params.node [ "first", parameters; "second", parameters ]

        let part name form =
            Params.find name tree |> Params.inForm form |> Params.onto device

        let scalars = numbers values["numbers"]

        {
            Parameters = part "parameters" parameters
            Optimiser =
                {
                    Step = int64 values["step"]
                    Moments = part "moments" moments
                }
            Average = part "average" parameters
            Memory = scalars[0]
            Best = part "best" parameters
            BestStep = int values["best_step"]
            BestObjective = scalars[1]
            Curve = numbers values["curve"] |> Array.chunkBySize 3 |> Array.map (fun v -> struct (int v[0], v[1], v[2]))
            Sum = scalars[2]
            Outcome = outcomeOf values["outcome"] (int values["outcome_step"]) values["reason"]
        }

    /// <summary>The state that toBytes wrote.</summary>
    /// <param name="name">The name to report in errors.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="critic">The critic that was trained.</param>
    /// <param name="content">What toBytes gave.</param>
    /// <returns>Errors: BadFile, also where the critic has other parameters.</returns>
    let ofBytes
        (name: string)
        (device: Device)
        (critic: Critic)
        (content: byte[])
        : Result<BoundTrainingState, MiceError> =
        Safetensors.ofBytes name content
        |> Result.bind (fun (tree, metadata) ->
            try
                Ok(read device critic tree (Map.ofList metadata))
            with
            | :? TensorException
            | :? JsonException
            | :? FormatException
            | :? IndexOutOfRangeException
            | :? Collections.Generic.KeyNotFoundException ->
                Error(MiceError.BadFile(name, None, None, "it is not a checkpoint of a critic in training")))
