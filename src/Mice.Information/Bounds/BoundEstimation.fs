namespace Mice.Information

open Mice
open Mice.Learning
open Mice.Tensors

/// A surrogate with the bound that reports what it trained.
type VariationalMethod =
    {
        /// What critics are trained on.
        Surrogate: Surrogate
        /// What is reported.
        Bound: Bound
    }

/// The methods of the literature by name.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module VariationalMethod =
    let private pair surrogate bound =
        { Surrogate = surrogate; Bound = bound }

    /// Methods for any critic, with the usual settings, by the names that options use.
    let plain: (string * VariationalMethod) list =
        [
            "uba", pair Surrogate.uba Bound.uba
            "nwj", pair Surrogate.nwj Bound.nwj
            "dv", pair Surrogate.donskerVaradhan Bound.donskerVaradhan
            "mine", pair (Surrogate.mine 0.01) Bound.mine
            "remine", pair (Surrogate.reMine 0.1 0.0) Bound.reMine
            "infonce", pair Surrogate.infoNce Bound.infoNce
            "js", pair Surrogate.jensenShannon Bound.jensenShannon
            "nwj-js", pair Surrogate.jensenShannon Bound.nwjJs
            "smile", pair Surrogate.jensenShannon (Bound.smile 5.0)
        ]

    /// Methods for critics with a second one: ln a(x), or u(x, y) for flo.
    let withSecondCritic: (string * VariationalMethod) list =
        [
            "tuba", pair Surrogate.tuba Bound.tuba
            "interpolated", pair (Surrogate.interpolated 0.01) (Bound.interpolated 0.01)
            "flo", pair Surrogate.flo Bound.flo
        ]

    /// Methods for critics that are densities ln q(y|x) with ln r(y); BA also needs an entropy.
    let ofDensities: (string * VariationalMethod) list =
        [
            "doe", pair Surrogate.likelihood Bound.differenceOfEntropies
            "club", pair Surrogate.likelihood Bound.club
            "l1out", pair Surrogate.likelihood Bound.leaveOneOut
        ]

    /// All of them.
    let all: (string * VariationalMethod) list = plain @ withSecondCritic @ ofDensities

    /// <summary>The method of a name.</summary>
    /// <param name="name">Such as dv, in lower case.</param>
    /// <returns>UnknownName with all known names.</returns>
    let byName (name: string) : Result<VariationalMethod, MiceError list> =
        match List.tryFind (fun (known, _) -> known = name) all with
        | Some(_, found) -> Ok found
        | None -> Error [ MiceError.UnknownName("bound", name, List.map fst all) ]

/// <summary>What training and evaluating one critic gave.</summary>
type BoundResult =
    {
        /// The value on the test rows.
        Test: EvaluatedBound
        /// The same on training rows (as many as there are test rows): a larger value shows overfitting.
        Training: EvaluatedBound
        /// How training ended.
        Outcome: TrainingOutcome
        /// The step whose parameters were used.
        Step: int
        /// Losses, which are negative objectives in nats: mean on batches, and on the validation rows.
        Curve: CurvePoint[]
    }

/// From samples to the value of a bound.
[<RequireQualifiedAccess>]
module BoundEstimation =
    /// Most rows that a bound is computed from, since its cost grows as their square: the first ones of a part.
    [<Literal>]
    let MostRows = 5000

    let private evaluated key (split: SampleSplit) (method: VariationalMethod) critic samples rows parameters =
        Tensor.scope (fun () ->
            let struct (x, y) = PairedSamples.take rows samples
            // At least ten blocks are resampled, whatever the split's blocks are.
            let blockRows = max 1 (min split.BlockRows (rows.Length / 10))
            BoundEvaluation.pooledValue key blockRows method.Bound critic parameters x y)

    /// <summary>The result of a state of training.</summary>
    /// <param name="key">Randomness of the bootstrap.</param>
    /// <param name="method">Surrogate and bound.</param>
    /// <param name="critic">The critic.</param>
    /// <param name="samples">All samples.</param>
    /// <param name="split">The split that it was trained with.</param>
    /// <param name="state">A state with an outcome.</param>
    /// <returns>The value of the best parameters; of the first ones, where training diverged before the first look.</returns>
    let result
        (key: Key)
        (method: VariationalMethod)
        (critic: Critic)
        (samples: PairedSamples)
        (split: SampleSplit)
        (state: TrainingState)
        : BoundResult =
        let evaluate rows =
            evaluated key split method critic samples rows state.Best

        {
            Test = evaluate (Array.truncate MostRows split.Test)
            Training = evaluate (Array.truncate (min MostRows split.Test.Length) split.Training)
            Outcome = state.Outcome |> Option.defaultValue TrainingOutcome.AllSteps
            Step = state.BestStep
            Curve = state.Curve
        }

    /// <summary>Trains a critic on the training rows, stops it by the validation rows, reports the bound on the test rows.</summary>
    /// <param name="options">Training options.</param>
    /// <param name="run">Key, device, token and store; the checkpoint is called critic.</param>
    /// <param name="method">Surrogate and bound.</param>
    /// <param name="critic">The critic.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="split">Their split.</param>
    /// <returns>Errors: faults of the options and the run, BadFile for a damaged checkpoint.</returns>
    let run
        (options: BoundTrainingOptions)
        (run: Run)
        (method: VariationalMethod)
        (critic: Critic)
        (samples: PairedSamples)
        (split: SampleSplit)
        : Result<BoundResult, MiceError list> =
        validate {
            let! options = BoundTrainingOptions.check split.Training.Length options
            and! () = Run.faults run

            return!
                Tensor.scope (fun () ->
                    let samples = PairedSamples.onto run.Device samples
                    let plan = BoundTraining.plan "critic" options

                    let objective =
                        BoundTraining.objective options method.Surrogate critic samples split run

                    Training.run plan objective (BoundTraining.start plan critic run) run
                    |> Result.map (result (Key.named "bootstrap" run.Key) method critic samples split))
        }

    /// <summary>The same with several keys for parameters and order, one split: the mean value, and an error that joins the bootstrap's with the spread
    /// of the critics.</summary>
    /// <param name="results">Results of one bound on one split, one or more.</param>
    /// <returns>Nats. σ² = mean of the bootstrap variances (the critics share the test rows) + variance between critics/their number.</returns>
    let combine (results: BoundResult list) : Estimate<nat> =
        let estimates = results |> List.map (fun r -> r.Test.Estimate) |> List.toArray
        let values = estimates |> Array.map (fun e -> e.Value)

        let between =
            if values.Length < 2 then
                0.0<nat^2>
            else
                Statistics.variance values / float values.Length

        let within =
            estimates |> Array.averageBy (fun e -> e.StandardError * e.StandardError)

        Estimate.create (Statistics.mean values) (sqrt (between + within)) estimates[0].Direction
