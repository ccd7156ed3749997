namespace Mice.Segal

open Mice
open Mice.Learning
open Mice.Tensors

/// How a network learns a system.
type SegalTrainingOptions =
    {
        /// Optimiser steps.
        Steps: int
        /// Conditions of a step.
        Conditions: int
        /// Samples at each of them, 2 or more.
        Samples: int
        /// Of Adam, at the start; it falls to 0 like a cosine.
        LearningRate: float
        /// The share of the steps in which the lowest temperature falls from the highest of the range to the lowest, evenly in 1/T; 0 learns the whole range from the start.
        Annealing: float
    }

/// <summary>Training by the reverse Kullback–Leibler divergence: the mean of ln q + (E − BΣ charge)/k_BT over samples of the network itself.</summary>
/// <remarks>Its gradient is the mean of A ∇ ln q, A the sample's value less the mean of the others at its conditions (leave-one-out), divided by the
/// spread at these conditions, so that conditions with large fluctuations do not drown the others. Conditions then weigh differently, and as the spread is that of the same samples,
/// the gradient has a bias of the order of one by their number; the minimum, where all values at a condition are equal, stays where it is. The published advantage is divided by |mean| instead, which has zeros.
/// Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), eqs. 7 and 8; W. Kool et al., ICLR workshop (2019).</remarks>
[<RequireQualifiedAccess>]
module SegalTraining =
    /// 4,000 steps of 25 conditions with 50 samples each.
    let defaults: SegalTrainingOptions =
        {
            Steps = 4000
            Conditions = 25
            Samples = 50
            LearningRate = 3e-3
            Annealing = 0.5
        }

    /// Decay of the average of weights.
    let private averaging = 0.99

    /// The least spread of ln q + E/k_BT that advantages are divided by, nats.
    let private leastSpread = 0.05

    let private weightsOf (parameters: Params) : float32[] =
        Params.tensor "weights" parameters |> Tensor.toArray<float32>

    let private toParameters (weights: float32[]) : Params =
        Params.node [ "weights", Params.Leaf(Tensor.ofArray [ weights.Length ] weights) ]

    let private withWeights (n: SegalNetwork) (weights: float32[]) : SegalNetwork =
        { n with
            Network = { n.Network with Weights = weights }
        }

    /// <summary>ln q + (E − BΣ charge)/k_BT of a sample, nats.</summary>
    let internal potential
        (n: SegalNetwork)
        (c: Conditions)
        (energy: float)
        (charge: float)
        (logarithm: float)
        : float =
        logarithm + energy / (n.System.Boltzmann * c.Temperature) - SegalNetwork.chargeWeight n c charge

    /// <summary>ln q + (E − BΣ charge)/k_BT of samples, nats.</summary>
    let internal potentials (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) (logarithms: float[]) =
        let struct (energies, charges) = SemiGrandSystem.sums n.System states
        Array.init conditions.Length (fun i -> potential n conditions[i] energies[i] charges[i] logarithms[i])

    /// The factors of ∇ ln q in the gradient.
    let internal advantages (samples: int) (values: float[]) : float[] =
        values
        |> Array.chunkBySize samples
        |> Array.collect (fun own ->
            let mean = Array.average own
            let count = float own.Length

            let spread =
                sqrt (own |> Array.averageBy (fun x -> (x - mean) ** 2.0)) |> max leastSpread

            own |> Array.map (fun x -> (x - mean) * count / (count - 1.0) / spread / float values.Length))

    let private objective (run: Run) (o: SegalTrainingOptions) (n: SegalNetwork) : Objective<Conditions[] * Key> =
        {
            RoundSteps = 1
            Draw =
                fun round _ ->
                    let key = run.Key |> Key.named "steps" |> Key.item round

                    let share = float (round + 1) / (o.Annealing * float o.Steps + 1.0)

                    let conditions =
                        ConditionRange.upper (min 1.0 share) n.Range
                        |> ConditionRange.draw (Key.named "conditions" key) o.Conditions
                        |> Array.collect (Array.replicate o.Samples)

                    conditions, Key.named "samples" key
            Gradient =
                fun state (conditions, key) _ ->
                    let own = weightsOf state.Parameters |> withWeights n

                    let struct (drawn, past) =
                        SegalNetwork.drawKeeping { run with Key = key } own conditions

                    let values = potentials own conditions drawn.States drawn.Logarithms

                    let gradient =
                        advantages o.Samples values |> SegalNetwork.gradient run own conditions drawn.States past

                    struct (Array.average values / float n.System.Sites, toParameters gradient, nan)
            Held = None
        }

    let private faults (o: SegalTrainingOptions) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of steps" o.Steps
            yield! Validate.atLeast 1 "the conditions of a step" o.Conditions
            yield! Validate.atLeast 2 "the samples at each condition" o.Samples
            yield! Validate.positive "the learning rate" o.LearningRate
            yield! Validate.that "the share of annealing" "0 to 1" (fun a -> a >= 0.0 && a <= 1.0) o.Annealing
        ]

    /// <summary>Trains a network.</summary>
    /// <param name="run">Threads, key, progress, cancellation, store.</param>
    /// <param name="o">How.</param>
    /// <param name="n">The network.</param>
    /// <returns>The network with averaged weights, and the state of the training, whose curve is ln q + E/k_BT per site, an upper bound of −ln Z/N on average over the conditions.
    /// Errors: OutOfRange, BadFile (a checkpoint of another network).</returns>
    let train
        (run: Run)
        (o: SegalTrainingOptions)
        (n: SegalNetwork)
        : Result<struct (SegalNetwork * TrainingState), MiceError list> =
        let conditions () =
            SegalFile.notes n
            @ [
                "steps", string o.Steps
                "conditions_of_a_step", string o.Conditions
                "samples", string o.Samples
                "learning_rate", Number.text o.LearningRate
                "annealing", Number.text o.Annealing
            ]

        validate {
            let! () = faults o
            and! () = Run.faults run
            and! () = Engine.load ()
            let! claimed = Run.claim "training of a network for a lattice" conditions run
            let rate = Schedule.cosine o.LearningRate 0.0 (int64 o.Steps)

            let plan =
                { TrainingPlan.create "segal" o.Steps rate with
                    Averaging = averaging
                }

            let! state =
                TrainingState.start plan.Optimiser (toParameters n.Network.Weights)
                |> fun first -> Training.run plan (objective claimed o n) first claimed

            return struct (weightsOf state.Best |> withWeights n, state)
        }
