namespace Mice.Entropy.Halvings

open System
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Information

/// How the critic of one pair of halves is trained. Start from HalfTrainingOptions.defaults.
type HalfTrainingOptions =
    {
        /// Optimiser steps, in two rounds of equal length: the gain of the second round tells how much the first round had missed.
        Steps: int
        /// Snapshots in each step. Each snapshot gives one joint pair; halves of different snapshots give the product pairs.
        Batch: int
        /// Learning rate of the first step. In each round the rate falls to 0 along half a cosine; the second round starts from half of this rate.
        LearningRate: float
        /// Blocks of each held-out snapshot for the mean over joint pairs. Halves of fewer than 16 sites (units of volume) get 16/volume times as many blocks.
        JointBlocks: int
        /// Blocks of each held-out snapshot for the product pairs: each block is paired with the blocks of all other held-out snapshots.
        ProductBlocks: int
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module HalfTrainingOptions =
    /// 1,500 steps of 512 snapshots; 64 joint blocks of each held-out snapshot, 4 in product pairs.
    let defaults =
        {
            Steps = 1500
            Batch = 512
            LearningRate = 1e-2
            JointBlocks = 64
            ProductBlocks = 4
        }

    /// <summary>Checks all fields: Batch 4 or more, the learning rate above 0, the others 1 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: HalfTrainingOptions) : Result<HalfTrainingOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "training steps of mice" options.Steps
            and! () = Validate.atLeast 4 "snapshots of a training step of mice" options.Batch
            and! () = Validate.positive "learning rate of mice" options.LearningRate
            and! () = Validate.atLeast 1 "joint blocks of mice" options.JointBlocks
            and! () = Validate.atLeast 1 "product blocks of mice" options.ProductBlocks
            return options
        }

/// What a critic found of the mutual information of two halves.
type HalfInformation =
    {
        /// The halves.
        Halves: Halves
        /// M = I(half; half), a lower bound.
        MutualInformation: Estimate<nat>
        /// What the second round of the training added to M, 0 or more: about what as much training again would add.
        Gain: float<nat>
        /// Influence of each held-out snapshot on M, nats: the influences have the mean 0, and their scatter gives the statistical error.
        Influences: float[]
        /// Effective number of product pairs, (Σ e^f)²/Σ e^2f.
        EffectivePairs: float
        /// Product pairs scored.
        ProductPairs: float
        /// Whether M is too large: close to the largest value that the product pairs can certify, or to the largest that the product pairs of one training
        /// step can teach.
        Saturated: bool
        /// Training curve; losses are negative bounds, nats.
        Training: CurvePoint[]
        /// How the training ended.
        Outcome: TrainingOutcome option
        /// The critic's parameters, for a neighbouring temperature to start from.
        Parameters: Params
    }

/// <summary>Mutual information of two halves by the Donsker–Varadhan bound, M ≥ ⟨f⟩_joint − ln⟨e^f⟩_product, with a critic of all pairs.</summary>
/// <remarks>Product pairs are halves of different snapshots, so spins that share a magnetisation are never taken for independent. Every
/// step takes new blocks at new places. Source: M. I. Belghazi et al., ICML 2018, arXiv:1801.04062; A. Nir et al., PNAS 117, 30234
/// (2020), doi:10.1073/pnas.2017042117.</remarks>
[<RequireQualifiedAccess>]
module internal HalfInformation =
    /// Volume of the smallest halves that get exactly JointBlocks blocks; smaller halves get more.
    [<Literal>]
    let private FullWeight = 16.0

    /// Fewest effective product pairs of an M that is trusted: among all pairs that were scored, and among the pairs of one training step.
    [<Literal>]
    let private FewestPairs = 100.0

    /// Product pairs of one training step.
    let private pairsOfStep (options: HalfTrainingOptions) (partners: int option) snapshots =
        let batch = min options.Batch snapshots
        float batch * float (partners |> Option.map (min (batch / 2)) |> Option.defaultValue (batch - 1))

    /// One block of each chosen snapshot, as first and second halves.
    let private blocks (level: HalvingLevel<'snapshot>) key (chosen: 'snapshot[]) =
        let width = level.Numbers

        let a, b =
            Array.zeroCreate (chosen.Length * width), Array.zeroCreate (chosen.Length * width)

        let generator = Key.generator key
        chosen |> Array.iteri (fun i snapshot -> level.Draw generator snapshot i a b)
        struct (Tensor.ofArray [ chosen.Length; width ] a, Tensor.ofArray [ chosen.Length; width ] b)

    /// So many different snapshots, drawn at random.
    let private choose (generator: Generator) count (snapshots: 'snapshot[]) =
        let order = Array.init snapshots.Length id

        for i in 0 .. count - 1 do
            let j = i + generator.NextInt(order.Length - i)
            let held = order[i]
            order[i] <- order[j]
            order[j] <- held

        Array.init count (fun i -> snapshots[order[i]])

    /// Scores of product pairs, whose halves come from different snapshots; the critic may average a score over symmetries of the product law. All pairs are
    /// scored, or, with a number of partners, each first half of one half of the batch with so many second halves of the other half of the batch.
    let private productScores (critic: Critic) p (partners: int option) (u: Codes) (v: Codes) =
        let count = u[0].Shape[0]

        let rows first last (codes: Codes) =
            codes |> Array.map (Tensor.slice 0 first last 1)

        match partners with
        | Some partners when count >= 4 ->
            let half = count / 2
            let wanted = min partners half

            let against first last other =
                critic.ScoreAll p (rows first last u) (rows other (other + wanted) v)

            Tensor.cat 0 [ against 0 half half; against half count 0 ]
        | _ -> critic.ScoreAll p u v |> Scores.ofMatrix None |> Scores.product

    let private scores (critic: Critic) partners p a b =
        let u = critic.EncodeX Mode.Evaluation p a
        let v = critic.EncodeY Mode.Evaluation p b
        Scores.ofPairs None (critic.ScorePairs p u v) (productScores critic p partners u v)

    /// Learning rate by step: two rounds of equal length, the second from half the learning rate.
    let private schedule (options: HalfTrainingOptions) round : Schedule =
        let falling = Schedule.cosine options.LearningRate 0.0 (int64 round)

        fun step ->
            if step <= int64 round then
                falling step
            else
                0.5 * falling (step - int64 round)

    /// States of the training after the first round and after the second round.
    let private train
        (options: HalfTrainingOptions)
        (run: Run)
        draw
        (critic: Critic)
        partners
        first
        (training: 'snapshot[])
        =
        let key = run.Key
        let round = max 1 (options.Steps / 2)
        let random = critic.Init(Key.named "parameters" key)

        let start =
            if Array.isEmpty (Params.branches first) then
                random
            else
                Params.inForm random first

        let batch = min options.Batch training.Length

        let objective =
            Objective.ofLoss
                (fun step ->
                    let own = key |> Key.named "steps" |> Key.item step

                    choose (Key.generator (Key.named "snapshots" own)) batch training |> draw (Key.named "blocks" own))
                (fun (struct (a, b)) p -> -(scores critic partners p a b |> Bound.value Bound.donskerVaradhan))

        let whole = TrainingPlan.create "critic" options.Steps (schedule options round)

        let plan name steps =
            { whole with
                Name = name
                Steps = steps
                Message =
                    fun state ->
                        $"step {TrainingState.step state} of {options.Steps}, M {-(TrainingState.recentLoss state):F3} nats"
            }

        let share = float round / float options.Steps

        validate {
            let! middle =
                Run.within 0.0 share "" run
                |> Training.run (plan "critic-middle" round) objective (TrainingState.start whole.Optimiser start)

            let! last =
                Run.within 0.0 1.0 "" run
                |> Training.run (plan "critic" options.Steps) objective { middle with Outcome = None }

            return struct (middle, last)
        }

    /// Sums of e^f over the product pairs of one set of held-out blocks: the mean of each row and of each column over other snapshots, and Σ e^2f.
    let private products (critic: Critic) parameters struct (a: Tensor, b: Tensor) =
        let u = critic.EncodeX Mode.Evaluation parameters a
        let v = critic.EncodeY Mode.Evaluation parameters b

        let weights =
            critic.ScoreAll parameters u v |> Tensor.convert DType.Float64 |> Tensor.exp
        // The diagonal pairs two halves of one snapshot: a joint pair, no product pair.
        let own = Tensor.diagonal weights
        let others = float (own.Count - 1)

        let mean axis =
            (Tensor.sumOver [ axis ] weights - own) / others

        let squares = Tensor.sum (weights * weights) - Tensor.sum (own * own)
        struct (Tensor.toFloats (mean 1), Tensor.toFloats (mean 0), Tensor.item squares)

    let private jointScores (critic: Critic) parameters struct (a: Tensor, b: Tensor) =
        let u = critic.EncodeX Mode.Evaluation parameters a
        let v = critic.EncodeY Mode.Evaluation parameters b
        critic.ScorePairs parameters u v |> Tensor.convert DType.Float64 |> Tensor.toFloats

    /// Means over rounds, item by item.
    let private averages (rounds: float[][]) =
        Array.init rounds[0].Length (fun i -> rounds |> Array.averageBy (Array.item i))

    /// Joint blocks of a snapshot: small halves get more blocks, since such halves are cheap and count more in the entropy per site.
    let private jointBlocksOf (options: HalfTrainingOptions) (halves: Halves) =
        options.JointBlocks * max 1 (int (FullWeight / halves.Volume))

    /// The bound, the influence of each snapshot, and the effective number of product pairs.
    let private evaluate (options: HalfTrainingOptions) jointBlocks draw critic parameters (held: 'snapshot[]) key =
        let rounds name count work =
            Array.init count (fun r ->
                Tensor.scope (fun () -> draw (key |> Key.named name |> Key.item r) held |> work critic parameters))

        let joint = rounds "joint" jointBlocks jointScores |> averages
        let parts = rounds "product" options.ProductBlocks products
        let rows = parts |> Array.map (fun (struct (r, _, _)) -> r) |> averages
        let columns = parts |> Array.map (fun (struct (_, c, _)) -> c) |> averages
        let n = held.Length
        let centre, mean = Array.average joint, Array.average rows

        let influences =
            Array.init n (fun i -> joint[i] - centre - (rows[i] + columns[i] - 2.0 * mean) / mean)

        let pairs = float options.ProductBlocks * float n * float (n - 1)
        let squares = parts |> Array.sumBy (fun (struct (_, _, s)) -> s)
        struct (centre - log mean, influences, (mean * pairs) ** 2.0 / squares, pairs)

    /// The standard error between groups of neighbouring snapshots: the snapshots of a group may be correlated.
    let private groupError (groupSnapshots: int) (influences: float[]) =
        influences
        |> Array.chunkBySize groupSnapshots
        |> Array.map Array.average
        |> Statistics.standardError

    let private saturated (options: HalfTrainingOptions) partners snapshots value effective pairs =
        not (Double.IsFinite value)
        || value + 2.0 > log pairs
        || effective < FewestPairs
        || effective / pairs * pairsOfStep options partners snapshots < FewestPairs

    /// <summary>Trains a critic on some snapshots and evaluates it on others.</summary>
    /// <param name="options">Steps, batch.</param>
    /// <param name="run">Key, token, progress and store; checkpoints are called critic and critic-middle.</param>
    /// <param name="level">Which halves.</param>
    /// <param name="training">Snapshots to train on, two or more, and parameters to start from.</param>
    /// <param name="held">Others, two or more.</param>
    /// <returns>Errors: BadFile for a damaged checkpoint.</returns>
    let estimate
        (options: HalfTrainingOptions)
        (run: Run)
        (level: HalvingLevel<'snapshot>)
        (training: HalvingData<'snapshot>)
        (held: 'snapshot[])
        : Result<HalfInformation, MiceError list> =
        let critic = level.Critic training.Snapshots
        let draw = blocks level

        let evaluated (state: TrainingState) =
            Key.named "held out" run.Key
            |> evaluate options (jointBlocksOf options level.Halves) draw critic state.Best held

        train options run draw critic level.Partners training.First training.Snapshots
        |> Result.map (fun (struct (middle, last)) ->
            let struct (before, _, _, _) = evaluated middle
            let struct (value, influences, effective, pairs) = evaluated last

            {
                Halves = level.Halves
                MutualInformation =
                    Estimate.create
                        (value * 1.0<nat>)
                        (groupError training.GroupSnapshots influences * 1.0<nat>)
                        Direction.LowerBound
                Gain = max 0.0 (value - before) * 1.0<nat>
                Influences = influences
                EffectivePairs = effective
                ProductPairs = pairs
                Saturated = saturated options level.Partners training.Snapshots.Length value effective pairs
                Training = last.Curve
                Outcome = last.Outcome
                Parameters = last.Best
            })
