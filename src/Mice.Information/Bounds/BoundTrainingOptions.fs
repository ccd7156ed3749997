namespace Mice.Information

open Mice

/// <summary>How a critic is trained. Start from BoundTrainingOptions.defaults.</summary>
type BoundTrainingOptions =
    {
        /// Optimiser steps at most.
        Steps: int
        /// Rows in each step.
        BatchSize: int
        /// Learning rate of Adam.
        LearningRate: float
        /// Decay of the exponential moving average of the parameters, from 0 (none) to below 1; the average is what is validated and used.
        Averaging: float
        /// Steps between two looks at the validation rows.
        ValidateEvery: int
        /// Looks without a better value after which training stops.
        Patience: int
        /// Product pairs in a step.
        Pairing: Pairing
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module BoundTrainingOptions =
    /// At most 4,000 steps of 256 rows with all their pairs, parameters averaged over 100 steps, a look every 100 steps, patience 8.
    let defaults =
        {
            Steps = 4000
            BatchSize = 256
            LearningRate = 1e-3
            Averaging = 0.99
            ValidateEvery = 100
            Patience = 8
            Pairing = Pairing.AllPairs
        }

    /// <summary>Every fault of the options, for a number of training rows.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="o">The options.</param>
    /// <returns>OutOfRange for each option outside of its range, TooFewData where a batch is larger than the training rows.</returns>
    let check (rows: int) (o: BoundTrainingOptions) : Result<BoundTrainingOptions, MiceError list> =
        let ofPairing =
            match o.Pairing with
            | Pairing.Rolls count ->
                count
                |> Validate.that "Rolls" $"1 to {o.BatchSize - 1}, below the batch size" (fun c ->
                    c >= 1 && c < o.BatchSize)
            | _ -> []

        let ofRows =
            [
                if rows < o.BatchSize then
                    MiceError.TooFewData("training rows", rows, o.BatchSize, "Give more samples or lower BatchSize.")
            ]

        validate {
            let! () = Validate.atLeast 1 (nameof o.Steps) o.Steps
            and! () = Validate.atLeast 2 (nameof o.BatchSize) o.BatchSize
            and! () = Validate.atLeast 1 (nameof o.ValidateEvery) o.ValidateEvery
            and! () = Validate.atLeast 1 (nameof o.Patience) o.Patience
            and! () = Validate.positive (nameof o.LearningRate) o.LearningRate

            and! () =
                o.Averaging
                |> Validate.that (nameof o.Averaging) "0 or more, below 1" (fun a -> a >= 0.0 && a < 1.0)

            and! () = ofPairing
            and! () = ofRows
            return o
        }
