/// A state of training goes through bytes and comes back as it was.
module Mice.Information.Tests.BoundCheckpointTests

open Mice
open Mice.Tensors
open Mice.Information
open Xunit

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

[<Fact>]
let ``every field of a state survives, to the bit`` () =
    for outcome in
        [
            None
            Some BoundOutcome.AllSteps
            Some(BoundOutcome.StoppedByValidation 12)
            Some(BoundOutcome.Diverged(13, "the reason"))
        ] do
        let before = state outcome

        match BoundCheckpoint.toBytes before |> BoundCheckpoint.ofBytes "state" Device.cpu critic with
        | Error fault -> Assert.Fail(MiceError.message fault)
        | Ok after ->
            Assert.Equal<(string * float32[])[]>(numbers before.Parameters, numbers after.Parameters)
            Assert.Equal<(string * float32[])[]>(numbers before.Average, numbers after.Average)
            Assert.Equal<(string * float32[])[]>(numbers before.Best, numbers after.Best)
            Assert.Equal<(string * float32[])[]>(numbers before.Optimiser.Moments, numbers after.Optimiser.Moments)
            Assert.Equal(before.Optimiser.Step, after.Optimiser.Step)
            Assert.Equal(before.Memory, after.Memory)
            Assert.Equal(before.BestStep, after.BestStep)
            Assert.Equal(before.BestObjective, after.BestObjective)
            Assert.Equal<struct (int * float * float)[]>(before.Curve, after.Curve)
            Assert.Equal(before.Sum, after.Sum)
            Assert.Equal(before.Outcome, after.Outcome)

    match
        BoundCheckpoint.toBytes { state None with Memory = nan }
        |> BoundCheckpoint.ofBytes "state" Device.cpu critic
    with
    | Ok after -> Assert.True(System.Double.IsNaN after.Memory)
    | Error fault -> Assert.Fail(MiceError.message fault)

[<Fact>]
let ``the state of another critic is refused`` () =
    let content = BoundCheckpoint.toBytes (state None)

    for other in
        [
            Critic.separable (Encoder.mlp Nn.tanh [ 3; 4 ]) (Encoder.mlp Nn.tanh [ 2; 4 ])
            Critic.bilinear 4 4 (Encoder.mlp Nn.tanh [ 2; 4 ]) (Encoder.mlp Nn.tanh [ 3; 4 ])
        ] do
        match BoundCheckpoint.ofBytes "state" Device.cpu other content with
        | Error(MiceError.BadFile("state", _, _, _)) -> ()
        | other -> Assert.Fail $"{other}"
