/// What each step of training sees and keeps: rows, modes, curve, best parameters, memory, learning rate.
module Mice.Information.Tests.BoundTrainingStepTests

open Expecto
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private key = Key.ofSeed 31UL

let private options =
    { BoundTrainingOptions.defaults with
        Steps = 11
        BatchSize = 50
        LearningRate = 0.02
        Averaging = 0.5
        ValidateEvery = 1
        Patience = 100
        Pairing = Pairing.Rolls 3
    }

let private split rows =
    PairedSamples.split key 5 0.2 0.2 rows |> ok

let private critic = Critic.concatenated Nn.tanh 1 1 [ 16 ]

/// The step of the last look that was seen.
let private lastSeen (seen: ResizeArray<TrainingState * 'p * 'a>) =
    seen |> Seq.tryLast |> Option.map (fun (state, _, _) -> (Array.last state.Curve).Step)

/// Trains and gives the state after every look at the validation rows.
let private looks options surrogate critic (samples: PairedSamples) =
    let seen = ResizeArray()

    // The tensors of a step do not outlive the next one.
    let numbers tree =
        Params.tensors tree |> Array.map (fun t -> t.Shape, Tensor.toArray<float32> t)

    let run = { Run.quiet with Key = key }

    let plan =
        { BoundTraining.plan "critic" options with
            // Told after every step, since there are fewer than a hundred.
            Message =
                fun state ->
                    if state.Curve.Length > 0 && Some (Array.last state.Curve).Step <> lastSeen seen then
                        seen.Add((state, numbers state.Parameters, numbers state.Average))

                    ""
        }

    let objective =
        BoundTraining.objective options surrogate critic samples (split samples.Count) run

    let last =
        Training.run plan objective (BoundTraining.start plan critic run) run |> ok

    let tree numbers =
        numbers
        |> Array.map (fun (shape: int[], values) -> Tensor.ofArray (List.ofArray shape) values)
        |> Params.rebuild last.Parameters

    let kept (state: TrainingState, parameters, average) =
        { state with
            Parameters = tree parameters
            Average = tree average
        }

    last, seen |> Seq.map kept |> Seq.toArray

/// The critic, and what it is asked to encode: mode, x, y.
let private watched (critic: Critic) =
    let xs, ys = ResizeArray(), ResizeArray()

    let noting (list: ResizeArray<Mode * float32[]>) encode mode p (sample: Tensor) : Codes =
        list.Add((mode, Tensor.toArray<float32> sample))
        encode mode p sample

    let spy =
        { critic with
            EncodeX = noting xs critic.EncodeX
            EncodeY = noting ys critic.EncodeY
        }

    spy, (fun () -> Seq.zip xs ys |> Seq.map (fun ((mode, x), (_, y)) -> mode, x, y) |> Seq.toArray)

/// Row i holds x = i and y = −i.
let private numbered rows =
    let numbers = Array.init rows (fun i -> float32 i / float32 rows)

    PairedSamples.create [ 1 ] numbers [ 1 ] (Array.map (fun v -> -v) numbers) |> ok

let private indices rows =
    Array.map (fun v -> int (round (v * float32 rows)))

[<Tests>]
let tests =
    testList
        "BoundTrainingStepTests"
        [
            testTheory
                "each pass sees every training row once, in an order of its own; looks see the validation rows"
                [ false; true ]
            <| fun (allPairs: bool) ->
                let rows = 250
                let samples, split = numbered rows, split rows
                let spy, seen = watched critic

                let options =
                    { options with
                        Pairing = if allPairs then Pairing.AllPairs else options.Pairing
                    }

                looks options Surrogate.donskerVaradhan spy samples |> ignore
                let calls = seen ()

                for _, x, y in calls do
                    Expect.equal (Array.map (fun v -> -v) y) x "x and y of a row come together"

                let steps, held =
                    calls |> Array.partition (fun (mode, _, _) -> mode <> Mode.Evaluation)

                // 150 training rows are three batches.
                let batches = steps |> Array.map (fun (_, x, _) -> indices rows x)
                Expect.equal batches.Length 11 "there is one batch for each step"

                Expect.equal
                    (steps |> Array.distinctBy (fun (mode, _, _) -> mode) |> Array.length)
                    11
                    "every step has a mode of its own"

                let passes =
                    batches |> Array.chunkBySize 3 |> Array.truncate 3 |> Array.map Array.concat

                for pass in passes do
                    Expect.equal (Array.sort pass) (Array.sort split.Training) "a pass has every training row once"

                Expect.equal (Array.distinct passes |> Array.length) 3 "no two passes have the same order"
                Expect.equal held.Length 11 "there is one look for each step"

                for _, x, _ in held do
                    Expect.equal (indices rows x) split.Validation "a look sees the validation rows"

            test "the curve holds mean objectives of steps and values on the validation rows, and the best one is kept" {
                let samples = gaussians 15UL 400 1
                let struct (x, y) = PairedSamples.take (split 400).Validation samples

                let held surrogate p =
                    Critic.scores options.Pairing Mode.Evaluation critic p x y
                    |> Surrogate.objective surrogate nan
                    |> fun struct (value, _) -> Tensor.item value

                // A rate so large that not every look is better than the last.
                let wild =
                    { options with
                        LearningRate = 1.0
                        Averaging = 0.1
                    }

                let last, each = looks wild Surrogate.jensenShannon critic samples
                Expect.equal each.Length 11 "there is one look for each step"

                for state in each do
                    let look = Array.last state.Curve
                    Expect.equal look.Step (TrainingState.step state) "the last point of the curve is that of the step"

                    Expecting.decimals
                        6
                        -look.Held.Value
                        (held Surrogate.jensenShannon state.Average)
                        "the curve has the averaged parameters' value on the validation rows"

                let values = last.Curve |> Array.map (fun p -> -p.Held.Value)
                Expect.equal -last.BestHeld (Array.max values) "the best objective is the largest on the curve"

                Expect.equal
                    last.BestStep
                    (1 + Array.findIndex ((=) (Array.max values)) values)
                    "the best step is that of the largest value"

                Expect.notEqual last.BestStep 11 "the last step is not the best one"

                Expecting.decimals
                    6
                    (held Surrogate.jensenShannon last.Best)
                    -last.BestHeld
                    "the best parameters give the best objective"

                // Looks every three steps and after the last one: 3, 6, 9, 11.
                let seldom, _ =
                    looks { wild with ValidateEvery = 3 } Surrogate.jensenShannon critic samples

                let steps = seldom.Curve |> Array.map _.Step
                Expect.equal steps [| 3; 6; 9; 11 |] "the steps of the looks"

                let losses = last.Curve |> Array.map _.Loss

                Array.iter2
                    (fun (first, last) (point: CurvePoint) ->
                        Expecting.decimals
                            9
                            point.Loss
                            (Array.average losses[first - 1 .. last - 1])
                            "the mean loss of the steps since the last look")
                    [| 1, 3; 4, 6; 7, 9; 10, 11 |]
                    seldom.Curve

                Expect.equal seldom.Outcome (Some TrainingOutcome.AllSteps) "all steps were taken"
            }

            test "MINE carries its memory from step to step" {
                let samples = gaussians 16UL 400 1
                // Next to nothing is forgotten: the memory stays what the first batch gave.
                let _, each = looks options (Surrogate.mine 1e-9) critic samples
                Expect.isTrue (System.Double.IsFinite each[0].Memory) "the first memory is a number"
                Expecting.decimals 6 each[10].Memory each[0].Memory "the memory stays what the first batch gave"
                let _, quick = looks options (Surrogate.mine 0.5) critic samples
                Expect.notEqual quick[10].Memory quick[0].Memory "a memory that forgets changes"
            }

            test "steps go uphill, and the averaged parameters follow" {
                let samples = gaussians 17UL 400 1

                let long =
                    { options with
                        Steps = 30
                        Averaging = 0.8
                    }

                let last, each = looks long Surrogate.donskerVaradhan critic samples
                let first = -last.Curve[0].Held.Value

                Expect.isTrue
                    (-last.BestHeld > first + 0.1)
                    $"the best objective {-last.BestHeld} is above the first, {first}"

                let apart a b =
                    Params.addScaled -1.0 a b |> Params.globalNorm

                for i in 1..29 do
                    // Step i + 1 of the first ones averages over what there is.
                    let decay = min 0.8 (float (i + 1) / float (i + 10))

                    let expected =
                        Params.add
                            (Params.scale decay each[i - 1].Average)
                            (Params.scale (1.0 - decay) each[i].Parameters)

                    // Single precision, parameters of order 1.
                    Expect.isTrue
                        (apart expected each[i].Average < 1e-5)
                        $"the average after step {i + 1} is the formula's"

                    Expect.isTrue
                        (apart each[i].Parameters each[i].Average > 1e-3)
                        $"the average after step {i + 1} is not the last parameters"

                let plain, _ =
                    looks { long with Averaging = 0.0 } Surrogate.donskerVaradhan critic samples

                Expect.equal (apart plain.Parameters plain.Average) 0.0 "without averaging both are the same"
            }

            test "an objective below −10⁴ or not finite ends training with its reason" {
                let samples = gaussians 18UL 400 1

                let scaled factor =
                    { critic with
                        ScorePairs = fun p u v -> critic.ScorePairs p u v * factor
                        Init = fun key -> critic.Init key |> Params.map (fun t -> Tensor.onesLike t)
                    }

                for factor, reason in [ 3.0, "exploded"; 1e9, "became" ] do
                    let last, each = looks options Surrogate.nwj (scaled factor) samples

                    match last.Outcome with
                    | Some(TrainingOutcome.Diverged(1, text)) ->
                        Expect.stringContains text reason $"the reason of the factor {factor}"
                    | other -> failtest $"{factor}: {other}"

                    Expect.equal last.BestStep 0 "no step was better than the start"
                    Expect.equal each.Length 1 "training ends after the first step"
            }
        ]
