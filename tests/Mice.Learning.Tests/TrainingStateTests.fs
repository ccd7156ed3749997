/// A state of training goes through bytes and comes back as it was.
module Mice.Learning.Tests.TrainingStateTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Learning

let private network = Layer.mlp Nn.tanh [ 2; 4; 3 ]

let private drawn name =
    network.Init(Key.ofSeed 41UL |> Key.named name)

let private adam = Optimiser.adam AdamOptions.defaults

/// What states of a network look like.
let private form (network: Layer) =
    network.Init(Key.ofSeed 1UL) |> TrainingState.start adam

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
        BestHeld = 1.0 / 3.0
        Curve =
            [|
                {
                    Step = 50
                    Loss = 0.1
                    Held = Some 0.2
                }
                {
                    Step = 100
                    Loss = -infinity
                    Held = None
                }
            |]
        Sum = 1e-300
        Outcome = outcome
    }

let private numbers (tree: Params) =
    Params.flatten tree |> Array.map (fun (path, t) -> path, Tensor.toArray<float32> t)

/// Steps and numbers of a curve as bits, which are equal for NaN too.
let private bits (curve: CurvePoint[]) =
    curve
    |> Array.map (fun p ->
        p.Step, System.BitConverter.DoubleToInt64Bits p.Loss, Option.map System.BitConverter.DoubleToInt64Bits p.Held)

[<Tests>]
let tests =
    testList
        "TrainingStateTests"
        [
            test "every field of a state survives, to the bit" {
                for outcome in
                    [
                        None
                        Some TrainingOutcome.AllSteps
                        Some(TrainingOutcome.StoppedByPatience 12)
                        Some(TrainingOutcome.Diverged(13, "the reason"))
                    ] do
                    let before = state outcome

                    match TrainingState.toBytes before |> TrainingState.ofBytes "state" Device.cpu (form network) with
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

                        Expect.equal after.BestHeld before.BestHeld "the best loss on held-out data"

                        Expect.equal (bits after.Curve) (bits before.Curve) "the curve"
                        Expect.equal after.Sum before.Sum "the sum of losses"
                        Expect.equal after.Outcome before.Outcome "the outcome"

                match
                    TrainingState.toBytes { state None with Memory = nan }
                    |> TrainingState.ofBytes "state" Device.cpu (form network)
                with
                | Ok after -> Expect.isTrue (System.Double.IsNaN after.Memory) "a memory of NaN is NaN again"
                | Error fault -> failtest (MiceError.message fault)
            }

            test "the state of another network is refused, and so is what is no state" {
                let content = TrainingState.toBytes (state None)

                for other in [ Layer.mlp Nn.tanh [ 3; 4; 2 ]; Layer.mlp Nn.tanh [ 2; 4; 3; 1 ] ] do
                    match TrainingState.ofBytes "state" Device.cpu (form other) content with
                    | Error(MiceError.BadFile("state", _, _, _)) -> ()
                    | other -> failtest $"{other}"

                for broken in [ content[.. content.Length - 5]; [||]; "not a checkpoint of any kind"B ] do
                    match TrainingState.ofBytes "state" Device.cpu (form network) broken with
                    | Error(MiceError.BadFile("state", _, _, _)) -> ()
                    | other -> failtest $"{other}"
            }
        ]
