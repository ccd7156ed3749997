namespace Mice.Rsmi

open Mice
open Mice.Learning
open Mice.Tensors

/// Filters of many seeds, as training left them.
[<NoComparison>]
type TrainedFilters =
    {
        /// The filters of every seed.
        Grainers: CoarseGrainer[]
        /// What the deterministic limit of every seed's filters shares with E, by the critic it was trained with, on validation samples; nats.
        Validated: float[]
        /// The objective while training, nats: of the sum over h the mean over the seeds, of samples of h that of the first seed.
        Curve: CurvePoint[]
        /// How training ended.
        Outcome: TrainingOutcome option
    }

/// Training of filters and critics.
[<RequireQualifiedAccess>]
module internal FilterTraining =
    /// Share of the steps after which the gain stays.
    [<Literal>]
    let private Annealed = 0.75

    /// Gain at a step: from the first to the last one in equal ratios.
    let gain (options: RsmiOptions) (step: int) : float =
        let share = min 1.0 (float step / (Annealed * float options.Steps))
        options.FirstGain * (options.LastGain / options.FirstGain) ** share

    /// Blocks and environments of some samples.
    let tensors (device: Device) (samples: RsmiSamples) (places: SamplePlace[]) : struct (Tensor * Tensor) =
        let visible =
            RsmiSamples.visible samples places
            |> Tensor.ofArray [ places.Length; samples.VisibleSize ]
            |> Tensor.onto device

        struct (visible, FilterNetwork.environment device samples places)

    /// Samples of a step.
    let batch (key: Key) (size: int) (samples: RsmiSamples) (groups: int[]) (step: int) : SamplePlace[] =
        RsmiSamples.draw (key |> Key.named "steps" |> Key.item step |> Key.generator) size groups samples

    /// Adam with decoupled decay of the weights.
    let plan (name: string) (phase: string) (steps: int) (rate: float) : TrainingPlan =
        let schedule = Schedule.cosine rate 0.0 (int64 steps)

        { TrainingPlan.create name steps schedule with
            Phase = phase
            Optimiser =
                Optimiser.adamW
                    { AdamOptions.defaults with
                        LearningRate = schedule
                        WeightDecay = 0.05
                    }
        }

    /// Labels of all seeds in the deterministic limit, [n; seeds; values], and environments.
    let private labelled (network: FilterNetwork) (grainers: CoarseGrainer[]) device (samples: RsmiSamples) places =
        let visible = RsmiSamples.visible samples places
        let values = CoarseVariable.values network.Variable
        let all = grainers |> Array.map (fun g -> CoarseGrainer.labels g visible)
        let rows = Array.length places

        let law =
            Array.init (rows * network.Seeds * values) (fun i ->
                let law = all[i / values % network.Seeds]
                let ofRow = law[i / (values * network.Seeds)]
                float32 ofRow[i % values])
            |> Tensor.ofArray [ rows; network.Seeds; values ]

        struct (law, FilterNetwork.environment device samples places)

    /// The objective of critics of fixed filters, [seeds].
    let private known (network: FilterNetwork) (parameters: Params) (struct (law: Tensor, environment: Tensor)) =
        FilterNetwork.predict network parameters environment |> FilterNetwork.objective law

    /// Share of the steps that critics get to learn the final filters.
    [<Literal>]
    let private LastLessons = 0.33

    /// The loss of all seeds.
    let private mean (objectives: Tensor) : Tensor = -(Tensor.mean objectives)

    /// Critics of fixed filters, from where they are.
    let private relearned (options: RsmiOptions) network samples (split: RsmiSplit) (run: Run) grainers parameters =
        let steps = max 1 (int (LastLessons * float options.Steps))

        let plan =
            plan "critics" "training critics of the final filters" steps options.LearningRate

        let data step =
            batch run.Key options.BatchSize samples split.Training step
            |> labelled network grainers run.Device samples

        let loss data parameters = known network parameters data |> mean

        Training.run plan (Objective.ofLoss data loss) (TrainingState.start plan.Optimiser parameters) run

    /// Filters of all seeds as one of the ways to train left them.
    type private Found =
        {
            Grainers: CoarseGrainer[]
            /// Where critics of the final filters start.
            Critics: Params
            Curve: CurvePoint[]
            Outcome: TrainingOutcome option
        }

    let private first (network: FilterNetwork) (run: Run) : Params =
        FilterNetwork.init network (Key.named "parameters" run.Key) |> Params.onto run.Device

    /// Filters by the sum over h, with a search for better signs.
    let private exactly (options: RsmiOptions) (network: FilterNetwork) samples (split: RsmiSplit) (run: Run) =
        let draw = batch run.Key options.BatchSize samples split.Training
        let plan = plan "filters" "training filters" options.Steps options.LearningRate

        let objective =
            Objective.ofLoss
                (fun step -> struct (gain options step, tensors run.Device samples (draw step)))
                (fun (struct (gain, struct (visible, environment))) parameters ->
                    FilterNetwork.objectives network gain parameters visible environment |> mean)

        Training.run plan objective (first network run |> TrainingState.start plan.Optimiser) run
        |> Result.map (fun state ->
            {
                Grainers =
                    FilterPolish.refine
                        (FilterNetwork.features network state.Best)
                        samples
                        split.Training
                        (FilterNetwork.grainers network state.Best)
                        (Run.named "polish" run)
                Critics = state.Best
                Curve = state.Curve
                Outcome = state.Outcome
            })

    /// Filters by a bound on samples of h, one seed after the other.
    let private bySamples
        (options: RsmiOptions)
        (network: FilterNetwork)
        bound
        relaxation
        samples
        (split: RsmiSplit)
        (run: Run)
        =
        let plan name =
            plan name "training filters" options.Steps options.LearningRate

        let one (part: Run) seed =
            let part = Run.item seed part
            let sampled = SampledFilters.create options samples bound relaxation

            let draw step =
                batch part.Key options.BatchSize samples split.Training step |> tensors run.Device samples

            let plan = plan $"filters{seed}"

            SampledFilters.init sampled (Key.named "parameters" part.Key)
            |> Params.onto run.Device
            |> TrainingState.start plan.Optimiser
            |> fun first -> Training.run plan (SampledFilters.objective sampled draw part.Key) first part
            |> Result.map (fun state -> struct (SampledFilters.grainer sampled state.Best, state.Curve, state.Outcome))

        Run.jobs (fun _ -> 1.0) one [| 0 .. options.Seeds - 1 |] run
        |> Result.map (fun found ->
            let struct (_, curve, outcome) = found[0]

            {
                Grainers = found |> Array.map (fun (struct (grainer, _, _)) -> grainer)
                Critics = first network run
                Curve = curve
                Outcome = outcome
            })

    /// <summary>Trains filters of all seeds.</summary>
    /// <param name="options">Options that passed the check.</param>
    /// <param name="samples">All samples.</param>
    /// <param name="split">Which of them training and validation see.</param>
    /// <param name="run">Key, device, threads.</param>
    /// <returns>Errors: BadFile for a checkpoint of another network.</returns>
    let train
        (options: RsmiOptions)
        (samples: RsmiSamples)
        (split: RsmiSplit)
        (run: Run)
        : Result<TrainedFilters, MiceError list> =
        let network =
            FilterNetwork.create options samples.VisibleSize samples.EnvironmentSize

        let filters =
            match options.Objective with
            | FilterObjective.Exact -> exactly options network samples split
            | FilterObjective.Sampled(bound, relaxation) -> bySamples options network bound relaxation samples split

        validate {
            let! found = filters (Run.within 0.0 0.7 "" run)

            let! critics =
                relearned
                    options
                    network
                    samples
                    split
                    (run |> Run.named "critics" |> Run.within 0.7 0.3 "")
                    found.Grainers
                    found.Critics

            return
                {
                    Grainers = found.Grainers
                    Validated =
                        Tensor.scope (fun () ->
                            labelled network found.Grainers Device.cpu samples split.Validation
                            |> known network critics.Best
                            |> Tensor.toFloats)
                    Curve = found.Curve |> Array.map (fun p -> { p with Loss = -p.Loss })
                    Outcome = found.Outcome
                }
        }
