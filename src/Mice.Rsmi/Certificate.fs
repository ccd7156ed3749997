namespace Mice.Rsmi

open Mice
open Mice.Information
open Mice.Learning
open Mice.Tensors

/// <summary>What a discrete coarse variable shares with the environment, from samples that nothing was fitted to.</summary>
type Certificate =
    {
        /// H(p̄) + ⟨ln q(h | e)⟩ with a critic q trained anew on the training samples, on test samples: a lower bound; 0 where the critic learned nothing; nats.
        RetrainedBound: Estimate<nat>
        /// Mutual information of h and the classes of q(h | e), by counting on test samples, Grassberger's correction; I(H : E) is at least as large; nats.
        Counted: Estimate<nat>
        /// H(H) on test samples, nats.
        Entropy: Estimate<nat>
        /// The same bound on the training samples of the critic, nats: how much it memorised.
        OnTraining: float
        /// Test samples.
        Samples: int
        /// Independent groups of them.
        Groups: int
    }

/// Certificates of coarse-grainers.
[<RequireQualifiedAccess>]
module internal Certificate =
    /// Looks at validation samples.
    [<Literal>]
    let private Looks = 20

    /// Classes of q, about.
    [<Literal>]
    let private MostClasses = 64

    /// Resampled groups of the bootstrap.
    [<Literal>]
    let private Resamples = 200

    let private flat (law: float[][]) : Tensor =
        law |> Array.collect (Array.map float32) |> Tensor.ofArray [ law.Length; 1; law[0].Length ]

    let private network (options: RsmiOptions) (samples: RsmiSamples) (values: int) =
        let trunk = FilterNetwork.trunk samples.EnvironmentSize options.Widths
        Layer.sequential [ trunk; Layer.linear (List.last options.Widths) values ]

    /// ln q(h | e), [n; 1; values].
    let private predict (layer: Layer) (values: int) (parameters: Params) (environment: Tensor) =
        layer.Apply Mode.Evaluation parameters environment
        |> Tensor.reshape [ environment.Shape[0]; 1; values ]
        |> Nn.logSoftmax -1

    let private environment (samples: RsmiSamples) (places: SamplePlace[]) : Tensor =
        FilterNetwork.environment Device.cpu samples places

    /// Trains q on the training groups, chosen by the validation samples.
    let private critic
        options
        (samples: RsmiSamples)
        (split: RsmiSplit)
        values
        (law: SamplePlace[] -> float[][])
        (run: Run)
        =
        let layer = network options samples values

        let loss (struct (law: Tensor, environment)) parameters =
            -(FilterNetwork.objective law (predict layer values parameters environment) |> Tensor.sum)

        let tensors places =
            struct (flat (law places), environment samples places)

        let held = tensors split.Validation

        let plan =
            { FilterTraining.plan "certificate" "certifying" options.CertificateSteps options.LearningRate with
                Averaging = 0.98
                LookEvery = max 1 (options.CertificateSteps / Looks)
                Selection = Selection.BestWithPatience 8
            }

        let objective =
            { Objective.ofLoss
                  (fun step -> FilterTraining.batch run.Key options.BatchSize samples split.Training step |> tensors)
                  loss with
                Held = Some(fun parameters -> Tensor.scope (fun () -> loss held parameters |> Tensor.item))
            }

        layer.Init(Key.named "parameters" run.Key)
        |> TrainingState.start plan.Optimiser
        |> fun first -> Training.run plan objective first run
        |> Result.map (fun state -> struct (layer, state.Best, state.BestHeld < 0.0))

    /// Error of a mean over rows from resampled groups.
    let private bootstrapped (key: Key) (groups: int[]) (scores: float[]) : float =
        let sums =
            Array.zip groups scores
            |> Array.groupBy fst
            |> Array.map (fun (_, own) -> struct (float own.Length, own |> Array.sumBy snd))

        let mean (parts: struct (float * float)[]) =
            let count = parts |> Array.sumBy (fun (struct (n, _)) -> n)
            (parts |> Array.sumBy (fun (struct (_, sum)) -> sum)) / count

        Statistics.bootstrapError key Resamples mean sums

    /// Σ_h p(h) f(h).
    let private average (p: float[]) (f: float[]) =
        let mutable sum = 0.0

        for h in 0 .. p.Length - 1 do
            if p[h] > 0.0 then
                sum <- sum + p[h] * f[h]

        sum

    /// −ln p̄(h) of every sample, averaged over its law.
    let private surprises (law: float[][]) : float[] =
        let logs =
            Array.init law[0].Length (fun h -> law |> Array.averageBy (fun p -> p[h]) |> log)

        law |> Array.map (fun p -> -(average p logs))

    let private logPredicted layer values parameters samples (places: SamplePlace[]) : float[][] =
        places
        |> Array.chunkBySize 4096
        |> Array.collect (fun part ->
            Tensor.scope (fun () -> predict layer values parameters (environment samples part) |> Tensor.toFloats)
            |> Array.chunkBySize values)

    /// Equal parts of some numbers: the part of each.
    let private parts (count: int) (numbers: float[]) : int[] =
        let sorted = Array.sort numbers

        let edges =
            Array.init (count - 1) (fun i -> sorted[(i + 1) * sorted.Length / count])

        numbers |> Array.map (fun x -> edges |> Array.filter (fun edge -> x >= edge) |> Array.length)

    /// Classes of q. Of several components: how likely each is up, in equal parts. Of states: the likeliest, and how likely it is.
    let private classes (variable: CoarseVariable) (predicted: float[][]) : int[] =
        match variable with
        | CoarseVariable.Binary components ->
            let each = max 2 (int (float MostClasses ** (1.0 / float components) + 1e-9))

            let up k =
                predicted
                |> Array.map (fun q ->
                    q
                    |> Array.indexed
                    |> Array.sumBy (fun (h, log) -> if CoarseVariable.spin k h > 0 then exp log else 0.0))
                |> parts each

            Array.init components up |> Array.reduce (Array.map2 (fun sum own -> sum * each + own))
        | CoarseVariable.States states ->
            let each = max 2 (MostClasses / states)

            let likeliest =
                predicted |> Array.map (fun q -> Array.findIndex ((=) (Array.max q)) q)

            let how = predicted |> Array.map Array.max |> parts each
            Array.map2 (fun value part -> value * each + part) likeliest how

    let private counted (key: Key) variable (law: float[][]) (predicted: float[][]) =
        let generator = Key.generator (Key.named "ties" key)
        let drawn = law |> Array.map (fun p -> generator.NextIndex(p, 0, p.Length))

        JointCounts.ofSymbols [ drawn; classes variable predicted ]
        |> Result.bind (DiscreteInformation.mutualInformation EntropyMethod.Grassberger)

    let private estimate (value: float) (error: float) direction : Estimate<nat> =
        Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) direction

    /// <summary>The certificate of a coarse-grainer.</summary>
    /// <param name="options">Options that passed the check.</param>
    /// <param name="samples">All samples.</param>
    /// <param name="split">Training and validation samples for the critic, test samples for the numbers.</param>
    /// <param name="grainer">The filters.</param>
    /// <param name="run">Key, threads.</param>
    /// <returns>Errors: BadFile for a checkpoint of another network.</returns>
    let create
        (options: RsmiOptions)
        (samples: RsmiSamples)
        (split: RsmiSplit)
        (grainer: CoarseGrainer)
        (run: Run)
        : Result<Certificate, MiceError list> =
        let values = CoarseVariable.values grainer.Variable

        let law places =
            RsmiSamples.visible samples places |> CoarseGrainer.labels grainer

        validate {
            let! struct (layer, parameters, knows) = critic options samples split values law run
            let key = Key.named "bootstrap" run.Key

            let scored places =
                let law = law places
                let predicted = logPredicted layer values parameters samples places
                let surprises = surprises law

                // A critic that knows less of validation samples than the frequencies of h do gives way to these, with which the bound is 0.
                let scores =
                    if knows then
                        Array.map2 (+) surprises (Array.map2 average law predicted)
                    else
                        Array.zeroCreate law.Length

                struct (law, predicted, surprises, scores)

            let struct (tested, predicted, surprises, scores) = scored split.Test

            let struct (_, _, _, training) =
                RsmiSamples.draw (Key.generator key) split.Test.Length split.Training samples |> scored

            let groups = split.Test |> Array.map (RsmiSamples.group samples)
            let! counted = counted run.Key grainer.Variable tested predicted

            return
                {
                    RetrainedBound =
                        estimate (Array.average scores) (bootstrapped key groups scores) Direction.LowerBound
                    Counted =
                        { counted with
                            Direction = Direction.LowerBound
                        }
                    Entropy = estimate (Array.average surprises) (bootstrapped key groups surprises) Direction.Exact
                    OnTraining = Array.average training
                    Samples = split.Test.Length
                    Groups = groups |> Array.distinct |> Array.length
                }
        }
