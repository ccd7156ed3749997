/// A state of training goes through bytes and comes back as it was.
module Mice.Information.Tests.BoundCheckpointTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information

let private critic =
    Critic.separable (Encoder.mlp Nn.tanh [ 2; 4 ]) (Encoder.mlp Nn.tanh [ 3; 4 ])

let private drawn name =
    critic.Init(Key.ofSeed 41UL |> Key.named name)

let private state outcome =
    {
        Parameters = drawn "parameters"
        Optimiser =
            {
                Step = 1234567890123L
                Moments = Params.node [ "first", drawn "first"; "second", drawn "second" ]
            }
        Average = drawn "average"
        Memory = -0.1
        Best = drawn "best"
        BestStep = 77
        BestObjective = 1.0 / 3.0
        Curve = [| struct (50, 0.1, 0.2); struct (100, -infinity, nan) |]
        Sum = 1e-300
        Outcome = outcome
    }

let private numbers (tree: Params) =
    Params.flatten tree |> Array.map (fun (path, t) -> path, Tensor.toArray<float32> t)

/// Steps and numbers of a curve as bits, which are equal for NaN too.
let private bits (curve: struct (int * float * float)[]) =
    curve
    |> Array.map (fun struct (step, objective, value) ->
        step, System.BitConverter.DoubleToInt64Bits objective, System.BitConverter.DoubleToInt64Bits value)

[<Tests>]
let tests =
    testList
        "BoundCheckpointTests"
        [
            test "every field of a state survives, to the bit" {
                for outcome in
                    [
                        None
                        Some BoundOutcome.AllSteps
                        Some(BoundOutcome.StoppedByValidation 12)
                        Some(BoundOutcome.Diverged(13, "the reason"))
                    ] do
                    let before = state outcome

                    match BoundCheckpoint.toBytes before |> BoundCheckpoint.ofBytes "state" Device.cpu critic with
                    | Error fault -> failtest (MiceError.message fault)
                    | Ok after ->
                        Expect.equal (numbers after.Parameters) (numbers before.Parameters) "the parameters"

                        Expect.equal (numbers after.Average) (numbers before.Average) "the averaged parameters"

                        Expect.equal (numbers after.Best) (numbers before.Best) "the best parameters"

                        Expect.equal
                            (numbers after.Optimiser.Moments)
                            (numbers before.Optimiser.Moments)
                            "the optimiser's moments"

                        Expect.equal after.Optimiser.Step before.Optimiser.Step "the optimiser's step"

                        Expect.equal after.Memory before.Memory "the memory"
                        Expect.equal after.BestStep before.BestStep "the best step"

                        Expect.equal after.BestObjective before.BestObjective "the best objective"

                        Expect.equal (bits after.Curve) (bits before.Curve) "the curve"
                        Expect.equal after.Sum before.Sum "the sum of objectives"
                        Expect.equal after.Outcome before.Outcome "the outcome"

                match
                    BoundCheckpoint.toBytes { state None with Memory = nan }
                    |> BoundCheckpoint.ofBytes "state" Device.cpu critic
                with
                | Ok after -> Expect.isTrue (System.Double.IsNaN after.Memory) "a memory of NaN is NaN again"
                | Error fault -> failtest (MiceError.message fault)
            }

            test "the state of another critic is refused" {
                let content = BoundCheckpoint.toBytes (state None)

                for other in
                    [
                        Critic.separable (Encoder.mlp Nn.tanh [ 3; 4 ]) (Encoder.mlp Nn.tanh [ 2; 4 ])
                        Critic.bilinear 4 4 (Encoder.mlp Nn.tanh [ 2; 4 ]) (Encoder.mlp Nn.tanh [ 3; 4 ])
                    ] do
                    match BoundCheckpoint.ofBytes "state" Device.cpu other content with
                    | Error(MiceError.BadFile("state", _, _, _)) -> ()
                    | other -> failtest $"{other}"
            }
        ]
