namespace Mice.Rsmi

open Mice

/// <summary>How filters are found and certified. Start from RsmiOptions.defaults and change fields with { … with … }.</summary>
type RsmiOptions =
    {
        /// What h is.
        Variable: CoarseVariable
        /// Samples that the split shares out; 30 % of them are the test. Training draws new positions in every step.
        Samples: int
        /// Filters that are trained at the same time from independent starts.
        Seeds: int
        /// Optimiser steps for filters and critics together.
        Steps: int
        /// Optimiser steps of the critic of the certificate, at most.
        CertificateSteps: int
        /// Samples of a step.
        BatchSize: int
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        LearningRate: float
        /// Widths of the network on the environment, which all critics share.
        Widths: int list
        /// Gain g of P(h | v) at the first step.
        FirstGain: float
        /// Gain after three quarters of the steps and from there on.
        LastGain: float
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module RsmiOptions =
    /// One binary component, 8 seeds, 600 steps of 400 samples; the same for every system.
    let defaults: RsmiOptions =
        {
            Variable = CoarseVariable.Binary 1
            Samples = 20000
            Seeds = 8
            Steps = 600
            CertificateSteps = 600
            BatchSize = 400
            LearningRate = 8e-3
            Widths = [ 32; 32 ]
            FirstGain = 1.0
            LastGain = 20.0
        }

    /// <summary>Checks all fields and reports every fault.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: RsmiOptions) : Result<RsmiOptions, MiceError list> =
        validate {
            let! () = CoarseVariable.faults o.Variable
            and! () = Validate.atLeast 100 "the number of samples" o.Samples
            and! () = Validate.atLeast 1 "the number of seeds" o.Seeds
            and! () = Validate.atLeast 1 "the number of training steps" o.Steps
            and! () = Validate.atLeast 1 "the number of certificate steps" o.CertificateSteps
            and! () = Validate.atLeast 2 "the batch size" o.BatchSize
            and! () = Validate.positive "the learning rate" o.LearningRate
            and! () = Validate.positive "the first gain" o.FirstGain
            and! () = Validate.positive "the last gain" o.LastGain
            and! () = Validate.atLeast 1 "the number of hidden layers" o.Widths.Length
            and! () = o.Widths |> List.collect (Validate.atLeast 1 "the width of a layer")
            return o
        }

    /// Every setting by name.
    let describe (o: RsmiOptions) : (string * string) list =
        [
            match o.Variable with
            | CoarseVariable.Binary components -> "components", string components
            | CoarseVariable.States states -> "states", string states
            "samples", string o.Samples
            "seeds", string o.Seeds
            "steps", string o.Steps
            "certificate_steps", string o.CertificateSteps
            "batch_size", string o.BatchSize
            "learning_rate", Number.text o.LearningRate
            "widths", o.Widths |> List.map string |> String.concat ", "
            "first_gain", Number.text o.FirstGain
            "last_gain", Number.text o.LastGain
        ]
