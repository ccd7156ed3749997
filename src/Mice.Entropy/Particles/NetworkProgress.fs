namespace Mice.Entropy

open Mice.Learning

/// What people are told of a network in training.
[<RequireQualifiedAccess>]
module internal NetworkProgress =
    /// <summary>Its step, and what it says of validation snapshots.</summary>
    /// <param name="title">Of the network.</param>
    /// <param name="steps">Steps of the training.</param>
    /// <param name="state">How far it is.</param>
    let message (title: string) (steps: int) (state: TrainingState) : string =
        let held =
            match Array.tryLast state.Curve |> Option.bind _.Held with
            | Some value -> $", s_ex {value:F3} k_B/atom on validation snapshots"
            | None -> ""

        $"{title}, step {TrainingState.step state} of {steps}{held}"
