namespace Mice.Autoregressive

open System
open System.Text.Json
open Mice
open Mice.Tensors

/// A network in training as bytes, to be kept and gone on with.
[<RequireQualifiedAccess>]
module TrainingCheckpoint =

    /// <summary>A state as bytes: a safetensors file with the curve in its metadata.</summary>
    let toBytes (state: TrainingState) : byte[] =
        let curve =
            state.Curve |> Array.collect (fun struct (step, loss, held) -> [| float step; loss; held |])

        let text (values: float[]) =
            JsonSerializer.Serialize(values |> Array.map BitConverter.DoubleToInt64Bits)

        Params.node [ "parameters", state.Parameters; "moments", state.Optimiser.Moments ]
        |> Params.onto Device.cpu
        |> Safetensors.toBytes
            [
                "step", string state.Optimiser.Step
                "curve", text curve
                "losses", text (List.toArray state.Losses)
            ]

    /// <summary>The state that toBytes wrote.</summary>
    /// <param name="name">The name to report in errors.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="content">What toBytes gave.</param>
    /// <returns>Errors: BadFile.</returns>
    let ofBytes (name: string) (device: Device) (content: byte[]) : Result<TrainingState, MiceError> =
        Safetensors.ofBytes name content
        |> Result.bind (fun (tree, metadata) ->
            try
                let values = Map.ofList metadata
                let tree = Params.onto device tree

                let numbers (name: string) =
                    JsonSerializer.Deserialize<int64[]>(values[name]) |> Array.map BitConverter.Int64BitsToDouble

                let curve =
                    numbers "curve" |> Array.chunkBySize 3 |> Array.map (fun v -> struct (int v[0], v[1], v[2]))

                Ok
                    {
                        Parameters = Params.find "parameters" tree
                        Optimiser =
                            {
                                Step = int64 values["step"]
                                Moments = Params.find "moments" tree
                            }
                        Curve = curve
                        Losses = List.ofArray (numbers "losses")
                    }
            with
            | :? TensorException
            | :? JsonException
            | :? FormatException
            | :? Collections.Generic.KeyNotFoundException ->
                Error(MiceError.BadFile(name, None, None, "it is not a checkpoint of a network in training")))
