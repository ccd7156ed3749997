namespace Mice.Rsmi

open Mice
open Mice.Information

/// <summary>How samples of a discrete h are made smooth for training.</summary>
[<RequireQualifiedAccess>]
type Relaxation =
    /// Gumbel-softmax with the temperature ε_t = max(ε_last, ε_first e^{−rt}) at step t.
    | GumbelSoftmax of first: float * last: float * rate: float
    /// h = tanh(Λ·v), continuous and without noise.
    | Tanh

/// <summary>What filters are trained on.</summary>
[<RequireQualifiedAccess>]
type FilterObjective =
    /// I(H : E) by the sum over all values of h, for all product pairs of the data.
    | Exact
    /// A bound of the literature on samples of h, by name, as published.
    | Sampled of bound: string * Relaxation

/// Objectives, and what they need.
[<RequireQualifiedAccess>]
module FilterObjective =
    /// Bounds that train filters: those whose critic scores pairs.
    let bounds: (string * VariationalMethod) list =
        VariationalMethod.plain @ VariationalMethod.withSecondCritic

    /// The published annealing: ε from 0.5 to 0.1 with r = 0.005.
    let published: Relaxation = Relaxation.GumbelSoftmax(0.5, 0.1, 5e-3)

    /// <summary>The objective of a name, with the published annealing where h is sampled.</summary>
    /// <param name="name">exact, or the name of a bound.</param>
    let named (name: string) : FilterObjective =
        if name = "exact" then
            FilterObjective.Exact
        else
            FilterObjective.Sampled(name, published)

    /// Its name and settings.
    let describe (objective: FilterObjective) : string =
        match objective with
        | FilterObjective.Exact -> "exact"
        | FilterObjective.Sampled(bound, Relaxation.Tanh) -> $"{bound}, tanh"
        | FilterObjective.Sampled(bound, Relaxation.GumbelSoftmax(first, last, rate)) ->
            $"{bound}, Gumbel-softmax {Number.text first} to {Number.text last} with rate {Number.text rate}"

    /// Faults: UnknownName for the bound, OutOfRange for the relaxation.
    let faults (objective: FilterObjective) : MiceError list =
        match objective with
        | FilterObjective.Exact -> []
        | FilterObjective.Sampled(bound, relaxation) ->
            [
                if not (bounds |> List.exists (fst >> (=) bound)) then
                    MiceError.UnknownName("bound", bound, "exact" :: List.map fst bounds)

                match relaxation with
                | Relaxation.Tanh -> ()
                | Relaxation.GumbelSoftmax(first, last, rate) ->
                    yield! Validate.positive "the first relaxation" first
                    yield! Validate.positive "the last relaxation" last
                    yield! Validate.that "the annealing rate" "0 or more" (fun r -> r >= 0.0) rate
            ]

/// <summary>How filters are found and certified. Start from RsmiOptions.defaults and change fields with { … with … }.</summary>
type RsmiOptions =
    {
        /// What h is.
        Variable: CoarseVariable
        /// What filters are trained on.
        Objective: FilterObjective
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
            Objective = FilterObjective.Exact
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

    /// Published training of the Ising model: one component, 30 passes over 20,000 samples by 100, rate 5e-3, one filter. Source: D. E. Gökmen et al.,
    /// Phys. Rev. E 104, 064106 (2021), Tables I and II.
    let publishedIsing: RsmiOptions =
        { defaults with
            Objective = FilterObjective.Sampled("infonce", FilterObjective.published)
            Seeds = 1
            Steps = 6000
            BatchSize = 100
            LearningRate = 5e-3
        }

    /// Published training of interacting dimers: two components, 50 passes over 32,400 samples by 400, ε from 0.75. Source: as for the Ising model.
    let publishedDimers: RsmiOptions =
        { publishedIsing with
            Variable = CoarseVariable.Binary 2
            Objective = FilterObjective.Sampled("infonce", Relaxation.GumbelSoftmax(0.75, 0.1, 5e-3))
            Samples = 32400
            Steps = 4050
            BatchSize = 400
        }

    /// Presets by name.
    let presets: (string * RsmiOptions) list =
        [
            "default", defaults
            "published-ising", publishedIsing
            "published-dimers", publishedDimers
        ]

    /// <summary>Checks all fields and reports every fault.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: RsmiOptions) : Result<RsmiOptions, MiceError list> =
        validate {
            let! () = CoarseVariable.faults o.Variable
            and! () = FilterObjective.faults o.Objective
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
            "objective", FilterObjective.describe o.Objective
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
