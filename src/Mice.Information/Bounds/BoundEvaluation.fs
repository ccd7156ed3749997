namespace Mice.Information

open System
open Mice
open Mice.Tensors

/// A bound's value on samples that the critic was not trained on.
type EvaluatedBound =
    {
        /// The value, nats, with its standard error and direction.
        Estimate: Estimate<nat>
        /// Joint pairs.
        Rows: int
        /// Product pairs; 0 for bounds that use none.
        ProductPairs: float
        /// (Σ e^f)²/Σ e^{2f} over the product pairs: how many of them carry the average; for bounds that average over each row apart, the sum
        /// of that number over the rows. NaN for bounds that use none.
        EffectivePairs: float
    }

/// <summary>Evaluation of bounds with a block bootstrap.</summary>
/// <remarks>Pooled ("micro"): one average over all joint pairs, one over all product pairs of the samples, so that the bias of ln⟨e^f⟩
/// is that of all pairs together. A product pair (i, j) varies with both of its rows; resampling uses the projection of the average on rows
/// (W. Hoeffding, Ann. Math. Stat. 19, 293 (1948)), so it costs no more than the values themselves.</remarks>
[<RequireQualifiedAccess>]
module BoundEvaluation =
    [<Literal>]
    let private Resamples = 400

    /// Per row: term of the joint pair; what the row adds to the product average as a row and as a column, with the mean 1 (ln-mean-exp) or the
    /// average itself.
    type private Projection =
        {
            Joint: float[]
            AsRow: float[]
            AsColumn: float[]
            /// ln Σ e^f and ln Σ e^{2f} over the product pairs of each row.
            LogSums: struct (float * float)[]
        }

    let private float64 (rows: ScoreRows) =
        { rows with
            Joint = Tensor.convert DType.Float64 rows.Joint
            Partners = Tensor.convert DType.Float64 rows.Partners
            Auxiliary = Option.map (Tensor.convert DType.Float64) rows.Auxiliary
        }

    let private logSums (rows: ScoreRows) =
        let total factor =
            ScoreRows.logSumExp (fun f -> f * factor) rows |> Tensor.toArray<float>

        Array.map2 (fun first second -> struct (first, second)) (total 1.0) (total 2.0)

    let private addLogSums struct (a, b) struct (c, d) =
        struct (ChunkedScores.logAdd a c, ChunkedScores.logAdd b d)

    let private carrying struct (first, second) : float = exp (2.0 * first - second)

    let private gather (combineColumns: float -> float -> float) parts =
        {
            Joint = parts |> Array.collect (fun part -> part.Joint)
            AsRow = parts |> Array.collect (fun part -> part.AsRow)
            AsColumn = parts |> Array.map (fun part -> part.AsColumn) |> Array.reduce (Array.map2 combineColumns)
            LogSums = parts |> Array.collect (fun part -> part.LogSums)
        }

    let private pooledParts joint product (rows: ScoreRows) =
        let rows = float64 rows

        let asRow, asColumn =
            match product with
            | LogMeanExp g ->
                let terms = g rows.Partners |> ScoreRows.masked -infinity rows
                Tensor.logsumexp [ 1 ] terms, Tensor.logsumexp [ 0 ] terms
            | Mean g ->
                let terms = g rows.Partners |> ScoreRows.masked 0.0 rows
                Tensor.sumOver [ 1 ] terms, Tensor.sumOver [ 0 ] terms

        {
            Joint = joint rows.Joint |> Tensor.toArray<float>
            AsRow = Tensor.toArray<float> asRow
            AsColumn = Tensor.toArray<float> asColumn
            LogSums = logSums rows
        }

    /// How a row's weight enters through the partners is the derivative with respect to the logarithm of their weights, that is their scores.
    let private rowwiseParts term (rows: ScoreRows) =
        let rows = float64 rows

        let struct (_, slopes, terms) =
            Params.Leaf rows.Partners
            |> Grad.valueAndGradientWith (fun at ->
                let t =
                    term
                        { rows with
                            Partners = (Params.tensors at)[0]
                        }

                struct (Tensor.sum t, Tensor.detach t))

        {
            Joint = Tensor.toArray<float> terms
            AsRow = [||]
            AsColumn =
                (Params.tensors slopes)[0]
                |> ScoreRows.masked 0.0 rows
                |> Tensor.sumOver [ 0 ]
                |> Tensor.toArray<float>
            LogSums = logSums rows
        }

    let private blockSums blockRows (values: float[]) =
        values |> Array.chunkBySize blockRows |> Array.map Array.sum

    /// How often each block is drawn, for every resample: [resamples][blocks].
    let private counts key blocks =
        Array.init Resamples (fun i ->
            let generator = key |> Key.item i |> Key.generator
            let drawn = Array.zeroCreate<float> blocks

            for _ in 1..blocks do
                let b = generator.NextInt blocks
                drawn[b] <- drawn[b] + 1.0

            drawn)

    let private dot (a: float[]) (b: float[]) =
        Array.fold2 (fun s x y -> s + x * y) 0.0 a b

    /// Means of per-row values under each resample.
    let private resampledMeans key blockRows (columns: float[][]) =
        let n = columns[0].Length
        let sizes = Array.create n 1.0 |> blockSums blockRows
        let sums = columns |> Array.map (blockSums blockRows)

        counts key sizes.Length
        |> Array.map (fun drawn -> sums |> Array.map (fun column -> dot drawn column / dot drawn sizes))

    let private deviation values = values |> Statistics.variance |> sqrt

    let private chunkOf critic (x: Tensor) =
        ChunkedScores.rowsPerChunk critic x.Shape[0]

    let private pooled key blockRows product combine (all: Projection) =
        let n = float all.Joint.Length
        let partners = n - 1.0

        let combined (j: float[]) (q: float[]) =
            Tensor.scope (fun () ->
                combine (Tensor.ofArray [ j.Length ] j) (Tensor.ofArray [ q.Length ] q) |> Tensor.toArray<float>)

        let average, relative =
            match product with
            | LogMeanExp _ ->
                let total = Array.fold ChunkedScores.logAdd -infinity all.AsRow - log n
                let share = Array.map (fun value -> exp (value - total))
                total - log partners, Array.map2 (fun r c -> r + c - 1.0) (share all.AsRow) (share all.AsColumn)
            | Mean _ ->
                let average = Array.sum all.AsRow / (n * partners)
                average, Array.map2 (fun r c -> (r + c) / partners - average) all.AsRow all.AsColumn

        let means = resampledMeans key blockRows [| all.Joint; relative |]

        let moved (mean: float[]) =
            match product with
            // The projection may fall below 0 where single pairs dominate; then the error is large anyway.
            | LogMeanExp _ -> average + log (max mean[1] 1e-3)
            | Mean _ -> mean[1]

        let value = (combined [| Array.average all.Joint |] [| average |])[0]

        let resampled =
            combined (means |> Array.map (fun m -> m[0])) (Array.map moved means)

        struct (value, deviation resampled)

    let private rowwise key blockRows (all: Projection) =
        let centre = Array.average all.AsColumn
        let influence = Array.map2 (fun t c -> t + c - centre) all.Joint all.AsColumn
        let means = resampledMeans key blockRows [| influence |] |> Array.map Array.head
        struct (Array.average all.Joint, deviation means)

    let private jointOnly key blockRows term critic p x y =
        let values =
            Tensor.scope (fun () ->
                Critic.scores Pairing.JointOnly Mode.Evaluation critic p x y
                |> Scores.rows
                |> float64
                |> term
                |> Tensor.toArray<float>)

        let means = resampledMeans key blockRows [| values |] |> Array.map Array.head
        struct (Array.average values, deviation means)

    let private evaluated (bound: Bound) n effective struct (value, error) =
        {
            Estimate = Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) (Promise.direction bound.Promise)
            Rows = n
            ProductPairs =
                match effective with
                | Some _ -> float n * float (n - 1)
                | None -> 0.0
            EffectivePairs = effective |> Option.defaultValue nan
        }

    /// <summary>The pooled value of a bound over all pairs of samples, with a block-bootstrap standard error.</summary>
    /// <param name="key">Randomness of the bootstrap.</param>
    /// <param name="blockRows">Neighbouring rows that are resampled together, 1 or more; two blocks or more in all.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="critic">f.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x">[n; …], rows that the critic was not trained on.</param>
    /// <param name="y">[n; …].</param>
    /// <returns>Nats; not finite where the scores are not.</returns>
    let pooledValue
        (key: Key)
        (blockRows: int)
        (bound: Bound)
        (critic: Critic)
        (parameters: Params)
        (x: Tensor)
        (y: Tensor)
        : EvaluatedBound =
        let result effective = evaluated bound x.Shape[0] effective

        let map transposed f =
            ChunkedScores.mapRows (chunkOf critic x) transposed Mode.Evaluation critic parameters x y (fun _ rows ->
                f rows)

        match bound.Functional with
        | Pooled(joint, product, combine) ->
            let columns =
                match product with
                | LogMeanExp _ -> ChunkedScores.logAdd
                | Mean _ -> (+)

            let all = map false (pooledParts joint product) |> gather columns

            pooled key blockRows product combine all
            |> result (all.LogSums |> Array.reduce addLogSums |> carrying |> Some)
        | JointOnly term -> jointOnly key blockRows term critic parameters x y |> result None
        | Rowwise term ->
            let all = map false (rowwiseParts term) |> gather (+)
            rowwise key blockRows all |> result (Some(Array.sumBy carrying all.LogSums))
        | Columnwise term ->
            let all = map true (rowwiseParts term) |> gather (+)
            rowwise key blockRows all |> result (Some(Array.sumBy carrying all.LogSums))

    /// <summary>The mean of a bound over separate batches ("macro"), each with its own product pairs: every batch's bias stays, and the value
    /// of InfoNCE is at most ln batch.</summary>
    /// <param name="batch">Rows in a batch, 2 or more; rows that fill no batch are left out.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="critic">f.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x">[n; …], rows that the critic was not trained on.</param>
    /// <param name="y">[n; …].</param>
    /// <returns>Nats, with the standard error of the mean over batches; NaN below two batches.</returns>
    let batchMean
        (batch: int)
        (bound: Bound)
        (critic: Critic)
        (parameters: Params)
        (x: Tensor)
        (y: Tensor)
        : Estimate<nat> =
        let values =
            Array.init (x.Shape[0] / batch) (fun b ->
                Tensor.scope (fun () ->
                    let rows = Tensor.slice 0 (b * batch) ((b + 1) * batch) 1

                    ChunkedScores.value
                        (ChunkedScores.rowsPerChunk critic batch)
                        bound
                        critic
                        parameters
                        (rows x)
                        (rows y)))

        values |> Array.map (fun v -> v * 1.0<nat>) |> Statistics.estimate (Promise.direction bound.Promise)
