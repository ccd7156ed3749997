/// Training of one parameter on losses whose course is known.
module Mice.Learning.Tests.TrainingTests

open Expecto
open System
open System.Threading
open Mice
open Mice.Learning
open Mice.Tensors

let private parameter (value: float32) =
    Params.node [ "x", Params.Leaf(Tensor.ofArray [ 1 ] [| value |]) ]

let private value tree =
    Params.tensor "x" tree |> Tensor.toFloats |> Array.exactlyOne

/// Plain gradient steps of (x − data)², which are known in closed form.
let private plan steps =
    { TrainingPlan.create "network" steps (Schedule.constant 0.0) with
        Optimiser =
            Optimiser.sgd
                { SgdOptions.defaults with
                    LearningRate = Schedule.constant 0.25
                }
        LookEvery = 2
    }

let private towards (targets: int -> float) : Objective<float> =
    Objective.ofLoss targets (fun target p -> Tensor.sum (Tensor.square (Params.tensor "x" p - target)))

let private trained plan objective run =
    match Training.run plan objective (TrainingState.start plan.Optimiser (parameter 8.0f)) run with
    | Ok state -> state
    | Error faults -> failtest $"{faults}"

/// A run that keeps its state in a folder.
let private kept folder =
    match
        Run.claim
            "test"
            (fun () -> [])
            { Run.quiet with
                Store = Some(RunStore.at folder)
            }
    with
    | Ok run -> run
    | Error faults -> failtest $"{faults}"

let private outcome state = state.Outcome

[<Tests>]
let tests =
    testList
        "TrainingTests"
        [
            test "steps follow the gradient, and the curve has the mean losses between looks" {
                let state = trained (plan 5) (towards (fun _ -> 0.0)) Run.quiet
                // x → x − ¼·2x: halved in every step.
                Expecting.decimals 6 (value state.Best) (8.0 / 32.0) "five steps halve the parameter five times"
                Expect.equal (outcome state) (Some TrainingOutcome.AllSteps) "all steps were made"
                Expect.equal (state.Curve |> Array.map _.Step) [| 2; 4; 5 |] "looks every two steps and at the end"
                // Losses 64, 16, 4, 1, ¼.
                Expect.equal (state.Curve |> Array.map _.Loss) [| 40.0; 2.5; 0.25 |] "the means since the last look"
                Expect.isTrue (state.Curve |> Array.forall _.Held.IsNone) "there are no held-out data"
            }

            test "data belong to their step, whatever the rounds" {
                let rounds size : Objective<float[]> =
                    {
                        RoundSteps = size
                        Draw = fun round steps -> Array.init steps (fun i -> float (round * size + i))
                        Gradient =
                            fun state data i ->
                                let struct (loss, gradient) =
                                    state.Parameters
                                    |> Grad.valueAndGradient (fun p ->
                                        Tensor.sum (Tensor.square (Params.tensor "x" p - data[i])))

                                struct (Tensor.item loss, gradient, nan)
                        Held = None
                    }

                let expected = trained (plan 7) (towards float) Run.quiet |> _.Best |> value

                for size in [ 1; 3; 7; 10 ] do
                    let state = trained (plan 7) (rounds size) Run.quiet
                    Expect.equal (value state.Best) expected $"rounds of {size} steps"
                    Expect.equal (TrainingState.step state) 7 "seven steps"
            }

            test "the best parameters on held-out data are kept, and patience ends the training" {
                // The training goes to 0, held-out data want 2: best after two halvings.
                let objective =
                    { towards (fun _ -> 0.0) with
                        Held = Some(fun p -> abs (value p - 2.0))
                    }

                let each =
                    { plan 40 with
                        LookEvery = 1
                        Selection = Selection.Best
                    }

                let best = trained each objective Run.quiet
                Expect.equal (value best.Best, best.BestStep, best.BestHeld) (2.0, 2, 0.0) "the second step is the best"
                Expect.equal (outcome best) (Some TrainingOutcome.AllSteps) "all steps were made"

                let patient =
                    trained
                        { each with
                            Selection = Selection.BestWithPatience 3
                        }
                        objective
                        Run.quiet

                Expect.equal (outcome patient) (Some(TrainingOutcome.StoppedByPatience 5)) "three looks after the best"
                Expect.equal (value patient.Best) 2.0 "with the same parameters"
                let last = trained { each with Selection = Selection.Last } objective Run.quiet
                Expect.equal last.BestStep 40 "nothing is selected"
            }

            test "averages follow the parameters" {
                let state =
                    trained
                        { plan 3 with
                            Averaging = 0.5
                            LookEvery = 3
                        }
                        (towards (fun _ -> 0.0))
                        Run.quiet

                // Decays 1/10, 2/11, 3/12 over the first steps: averages run over what there is.
                let average before now step =
                    let decay = min 0.5 (float step / float (step + 9))
                    decay * before + (1.0 - decay) * now

                let expected = average (average (average 8.0 4.0 1) 2.0 2) 1.0 3
                Expecting.decimals 5 (value state.Best) expected "the average of three steps"
                Expecting.decimals 6 (value state.Parameters) 1.0 "the parameters themselves"
            }

            test "a loss that leaves all bounds is an outcome, with the parameters from before" {
                let objective loss : Objective<int> =
                    {
                        RoundSteps = 4
                        Draw = fun round _ -> round
                        Gradient =
                            fun state _ _ ->
                                let value = if TrainingState.step state = 5 then loss else 1.0
                                struct (value, Params.map Tensor.onesLike state.Parameters, nan)
                        Held = None
                    }

                for loss, reason in [ nan, "became"; infinity, "became"; 1e5, "exploded" ] do
                    let state = trained (plan 20) (objective loss) Run.quiet

                    match state.Outcome with
                    | Some(TrainingOutcome.Diverged(6, text)) -> Expect.stringContains text reason $"{loss}"
                    | other -> failtest $"{loss}: {other}"

                    Expecting.decimals 5 (value state.Parameters) (8.0 - 5.0 * 0.25) "five good steps"
                    Expecting.decimals 5 (value state.Best) (8.0 - 4.0 * 0.25) "the parameters of the last look"
                    let check = TrainingOutcome.stayedFinite [ "a network", state.Outcome ]
                    Expect.isFalse check.Passed "the check tells"
                    Expect.stringContains check.Detail "a network, step 6" "which and when"

                    Expect.isTrue
                        (TrainingOutcome.stayedFinite [ "b", Some TrainingOutcome.AllSteps ]).Passed
                        "else not"

                let held =
                    { towards (fun _ -> 0.0) with
                        Held = Some(fun _ -> nan)
                    }

                match (trained (plan 20) held Run.quiet).Outcome with
                | Some(TrainingOutcome.Diverged(2, text)) -> Expect.stringContains text "held-out" "held-out data"
                | other -> failtest $"{other}"
            }

            testCase "training that was cancelled goes on from its checkpoint to the same bytes"
            <| fun () ->
                inFolder (fun folder ->
                    let objective = towards (fun step -> float (step % 3))
                    let whole = trained (plan 30) objective Run.quiet |> TrainingState.toBytes
                    use source = new CancellationTokenSource()

                    let stopping =
                        { kept folder with
                            Cancel = source.Token
                            Progress =
                                fun p ->
                                    if p.Fraction > 0.4 then
                                        source.Cancel()
                        }

                    Expecting.throwsAny<OperationCanceledException>
                        (fun () -> trained (plan 30) objective stopping |> ignore)
                        "cancelled training throws"
                    |> ignore

                    let shares = ResizeArray()

                    let resumed =
                        { kept folder with
                            Progress = fun p -> shares.Add p.Fraction
                        }
                        |> trained (plan 30) objective

                    Expect.isGreaterThan shares[0] 0.4 "what the checkpoint brings counts as done"
                    Expect.isTrue (TrainingState.toBytes resumed = whole) "the same bytes as in one go"
                    // A third time nothing is left to do.
                    let again = trained (plan 30) objective (kept folder)
                    Expect.isTrue (TrainingState.toBytes again = whole) "and once more")

            testCase "the checkpoint of another network is refused"
            <| fun () ->
                inFolder (fun folder ->
                    trained (plan 4) (towards (fun _ -> 0.0)) (kept folder) |> ignore
                    let other = Params.node [ "y", Params.Leaf(Tensor.ofArray [ 2 ] [| 1.0f; 2.0f |]) ]
                    let start = TrainingState.start (plan 4).Optimiser other

                    match Training.run (plan 4) (towards (fun _ -> 0.0)) start (kept folder) with
                    | Error [ MiceError.BadFile _ ] -> ()
                    | result -> failtest $"{result}")
        ]
