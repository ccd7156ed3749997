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
        /// The bound from all training rows of a part less that from half of them, the mean over the first parts.
        FromHalf: float<nat>
        /// Halfway between training and test rows; the error holds what further rows would teach as well, by what the second half of them did.
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

    /// Folds that critics are trained on from half of their rows as well: the change of one alone may be near 0 by chance.
    [<Literal>]
    let private Halved = 3

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

    /// What critics have not learned. Of what they miss, a part falls as 1/N, the noise that they fit, and that is what the mean of training rows and
    /// others takes off. What is left falls more slowly: with I(N) = I − a N^(−½), the rate that nearest neighbours are given too, N rows miss
    /// (I(N) − I(N/2))/(√2 − 1).
    let internal notLearned (fromHalf: float<nat>) : float<nat> = fromHalf / (sqrt 2.0 - 1.0)

    /// A critic for each part of the rows, one on shuffled pairs, those on half of the rows; with the Gaussian terms of the parts.
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

        let half (split: SampleSplit) =
            { split with
                Training = Array.truncate (split.Training.Length / 2) split.Training
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
                for i in 0 .. Halved - 1 do
                    let rows = half splits[i]
                    yield job (if i = 0 then "half" else $"half-{i + 1}") samples rows (term y rows)
            |]

        struct (all, terms)

    let private finding key name (method: VariationalMethod) terms samples splits (results: BoundResult[]) =
        let folds = Array.truncate Folds results
        let fit = CrossFitted.ofFolds (List.ofArray folds)

        let change =
            results[Folds + 1 ..]
            |> Array.mapi (fun i half -> folds[i].Test.Estimate.Value - half.Test.Estimate.Value)
            |> Statistics.mean

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
            Centred = Estimate.widen (notLearned change) fit.Centred
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
            let fewest = splits[0].Training.Length / 2
            let! results = CriticJob.runAll (trainingOptions name fewest) run method jobs
            return finding key name method terms samples splits results
        }
