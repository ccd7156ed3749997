namespace Mice.Information

open Mice
open Mice.Tensors

/// What critics found.
type internal VariationalFinding =
    {
        /// Name, as in options.
        Name: string
        /// The bound, from all parts of the rows.
        Fit: CrossFitted
        /// What the networks add to the Gaussian term on rows that they have not seen; None where the term is 0 or not used.
        BeyondGaussian: Estimate<nat> option
        /// The same training with Y from other rows, one part.
        Shuffled: CrossFitted
        /// The bound of the first part from all of its training rows less that from half of them.
        FromHalf: float<nat>
        /// Halfway between training and test rows; the error holds what the second half of the rows still changed as well, since nobody knows what
        /// further rows would change.
        Centred: Estimate<nat>
    }

/// Variational bounds with the default critics, cross-fitted.
[<RequireQualifiedAccess>]
module internal VariationalEstimators =
    /// Fewest rows that critics are trained from.
    [<Literal>]
    let MinimumRows = 400

    [<Literal>]
    let private Folds = 4

    /// Share of a fold's rows that choose the stopping point.
    [<Literal>]
    let private Validation = 0.125

    /// Most symbols of a variable that become one column each.
    [<Literal>]
    let private MostColumnsOfSymbols = 64

    /// Width and number of the hidden layers, width of the code.
    let private width, depth, code = 128, 3, 32

    /// Names of all bounds.
    let names: string list = List.map fst VariationalMethod.all

    let private columns (variable: PreparedVariable) : Sample =
        match variable with
        | Scores sample -> sample
        | Symbols(symbols, original) ->
            let count = 1 + Array.max symbols

            if count <= MostColumnsOfSymbols then
                symbols
                |> Array.map (fun s -> Array.init count (fun c -> if c = s then 1.0 else 0.0))
                |> Array.concat
                |> fun values ->
                    {
                        Rows = symbols.Length
                        Columns = count
                        Values = values
                    }
            else
                Sample.standardise original

    let private paired (x: Sample) (y: Sample) =
        let single (s: Sample) = s.Values |> Array.map float32
        PairedSamples.create [ x.Columns ] (single x) [ y.Columns ] (single y)

    let private hidden = List.replicate depth width

    let private encoder inputs =
        Encoder.mlp Nn.silu (inputs :: hidden @ [ code ])

    let private gaussian (x: Sample) (y: Sample) (rows: int[]) =
        GaussianTerm.fit (Sample.choose rows x) (Sample.choose rows y)

    let private isDensity name =
        VariationalMethod.ofDensities |> List.exists (fun (n, _) -> n = name)

    let private network (name: string) (x: Sample) (y: Sample) : Critic =
        let separable () =
            Critic.separable (encoder x.Columns) (encoder y.Columns)

        let small inputs =
            Encoder.mlp Nn.silu [ inputs; width; 1 ]

        match name with
        | "tuba"
        | "interpolated" -> Critic.withBaseline (small x.Columns) (separable ())
        | "flo" -> Critic.withPairBaseline (small (x.Columns + y.Columns)) (separable ())
        | name when isDensity name ->
            let components = 5

            x.Columns :: hidden @ [ ConditionalDensity.outputs components y.Columns ]
            |> Encoder.mlp Nn.silu
            |> ConditionalDensity.gaussianMixture components y.Columns
        | _ -> separable ()

    let private trainingOptions name (rows: int) =
        let start = BoundTrainingOptions.defaults

        { start with
            BatchSize = min start.BatchSize (rows / 2)
            Pairing =
                if isDensity name then
                    Pairing.JointOnly
                else
                    Pairing.AllPairs
        }

    /// The Gaussian's own value on the test rows of each part, and what networks add to it.
    let private beyond key (method: VariationalMethod) (terms: GaussianTerm[]) samples (splits: SampleSplit[]) folds =
        if terms |> Array.forall (fun t -> t.Canonical.Length = 0) then
            None
        else
            let gains =
                Array.map3
                    (fun term (split: SampleSplit) (fold: BoundResult) ->
                        Tensor.scope (fun () ->
                            let struct (x, y) =
                                PairedSamples.take (Array.truncate fold.Test.Rows split.Test) samples

                            let own =
                                BoundEvaluation.pooledValue
                                    key
                                    split.BlockRows
                                    method.Bound
                                    (GaussianTerm.critic term)
                                    Params.empty
                                    x
                                    y

                            fold.Test.Estimate.Value - own.Estimate.Value))
                    terms
                    splits
                    folds

            Some(Statistics.estimate Direction.NoBound gains)

    /// A critic for each part of the rows, one on shuffled pairs, one on half of the rows; with the Gaussian terms of the parts.
    let private jobs
        key
        (name: string)
        (data: InformationData)
        (x: Sample)
        (y: Sample)
        samples
        (splits: SampleSplit[])
        =
        let term y (split: SampleSplit) = gaussian x y split.Training
        let terms = splits |> Array.map (term y)
        let critic = network name x y

        let shift =
            data.Rows / 3 + (key |> Key.named "shift" |> Key.generator).NextInt(data.Rows / 3)

        let moved = Array.init data.Rows (fun i -> (i + shift) % data.Rows)

        let half =
            { splits[0] with
                Training = Array.truncate (splits[0].Training.Length / 2) splits[0].Training
            }

        let job suffix samples split term : CriticJob =
            {
                Name = $"{name}-{suffix}"
                Critic =
                    if isDensity name then
                        critic
                    else
                        GaussianTerm.addTo term critic
                Samples = samples
                Split = split
            }

        let all =
            [|
                yield! Array.init Folds (fun i -> job $"part-{i + 1}" samples splits[i] terms[i])
                yield
                    job
                        "shuffled"
                        (PairedSamples.rolled shift samples)
                        splits[0]
                        (term (Sample.choose moved y) splits[0])
                yield job "half" samples half (term y half)
            |]

        struct (all, terms)

    let private finding key name (method: VariationalMethod) terms samples splits (results: BoundResult[]) =
        let folds = Array.truncate Folds results
        let fit = CrossFitted.ofFolds (List.ofArray folds)
        let change = results[0].Test.Estimate.Value - results[Folds + 1].Test.Estimate.Value

        {
            Name = name
            Fit = fit
            BeyondGaussian =
                if isDensity name then
                    None
                else
                    beyond key method terms samples splits folds
            Shuffled = CrossFitted.ofFolds [ results[Folds] ]
            FromHalf = change
            Centred = Estimate.widen change fit.Centred
        }

    /// Trains and evaluates.
    let run (name: string) (run: Run) (data: InformationData) : Result<VariationalFinding, MiceError list> =
        let x, y = columns data.Pair.X, columns data.Pair.Y
        let key = run.Key

        validate {
            let! samples = paired x y

            and! splits =
                PairedSamples.folds (Key.named "folds" key) data.BlockRows Folds Validation data.Rows

            and! method = VariationalMethod.byName name
            let samples = PairedSamples.onto run.Device samples
            let struct (jobs, terms) = jobs key name data x y samples splits
            let fewest = jobs |> Array.map (fun job -> job.Split.Training.Length) |> Array.min
            let! results = CriticJob.runAll (trainingOptions name fewest) run method jobs
            return finding key name method terms samples splits results
        }
