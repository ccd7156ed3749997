namespace Mice.Learning

open Mice.Tensors

/// Which parameters a training gives.
[<RequireQualifiedAccess>]
type Selection =
    /// Those after the last step: nothing is selected by its result.
    | Last
    /// Those of the smallest loss on held-out data.
    | Best
    /// The same, and the training stops after so many looks without a smaller loss.
    | BestWithPatience of looks: int

/// <summary>How a network is trained, whatever it learns. Start from TrainingPlan.create and change fields with { … with … }.</summary>
type TrainingPlan =
    {
        /// Of its checkpoint, a plain file name.
        Name: string
        /// What people are told that is going on.
        Phase: string
        /// What people are told of a state.
        Message: TrainingState -> string
        /// Optimiser steps.
        Steps: int
        /// What makes the steps.
        Optimiser: Optimiser
        /// Decay of the exponential moving average of the parameters, below 1; 0 for none.
        Averaging: float
        /// Steps between two entries of the curve, at which held-out data are looked at.
        LookEvery: int
        /// Which parameters are used.
        Selection: Selection
    }

/// Plans.
[<RequireQualifiedAccess>]
module TrainingPlan =
    /// Entries of a curve.
    [<Literal>]
    let private Entries = 20

    /// <summary>A plan with Adam, twenty entries of the curve, no averaging, no selection.</summary>
    /// <param name="name">Of the checkpoint and in messages.</param>
    /// <param name="steps">Optimiser steps.</param>
    /// <param name="learningRate">By step.</param>
    let create (name: string) (steps: int) (learningRate: Schedule) : TrainingPlan =
        {
            Name = name
            Phase = name
            Message = fun state -> $"step {TrainingState.step state} of {steps}"
            Steps = steps
            Optimiser =
                Optimiser.adam
                    { AdamOptions.defaults with
                        LearningRate = learningRate
                    }
            Averaging = 0.0
            LookEvery = max 1 (steps / Entries)
            Selection = Selection.Last
        }

/// <summary>What is learned: the data of the steps, and the loss on them. The steps of a round share its data, which live as long as the round.</summary>
type Objective<'data> =
    {
        /// Steps in a round; the last round may be shorter.
        RoundSteps: int
        /// Data of a round: round, from 0 → steps in it → data. The same round, the same data.
        Draw: int -> int -> 'data
        /// Loss of a step and its gradient: state → data → step in the round, from 0 → loss, gradient, what the next step is to remember.
        Gradient: TrainingState -> 'data -> int -> struct (float * Params * float)
        /// Loss on held-out data; None where there are none.
        Held: (Params -> float) option
    }

/// Objectives.
[<RequireQualifiedAccess>]
module Objective =
    /// <summary>A loss that is differentiated as it is, on new data in every step.</summary>
    /// <param name="draw">Data of a step, from 0.</param>
    /// <param name="loss">Loss: data → parameters → one number.</param>
    let ofLoss (draw: int -> 'data) (loss: 'data -> Params -> Tensor) : Objective<'data> =
        {
            RoundSteps = 1
            Draw = fun round _ -> draw round
            Gradient =
                fun state data _ ->
                    let struct (value, gradient) = Grad.valueAndGradient (loss data) state.Parameters
                    struct (Tensor.item value, gradient, nan)
            Held = None
        }
