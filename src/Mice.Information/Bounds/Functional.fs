namespace Mice.Information

open Mice.Tensors

/// What is averaged over the product pairs.
type internal ProductTerm =
    /// ln of the mean of exp(g(f)).
    | LogMeanExp of (Tensor -> Tensor)
    /// The mean of g(f).
    | Mean of (Tensor -> Tensor)

/// <summary>A number computed from scores, in one of the few forms that can also be computed row by row in linear memory.</summary>
/// <remarks>Bounds and surrogates are built from it; it cannot be taken apart outside of this library.</remarks>
type Functional =
    internal
    /// combine (mean of a term over the joint pairs) (average over all product pairs).
    | Pooled of joint: (Tensor -> Tensor) * product: ProductTerm * combine: (Tensor -> Tensor -> Tensor)
    /// The mean of a term of joint scores and second critic.
    | JointOnly of (ScoreRows -> Tensor)
    /// The mean of a term that depends on one row.
    | Rowwise of (ScoreRows -> Tensor)
    /// The mean of a term that depends on one column: Rowwise for the transposed matrix.
    | Columnwise of (ScoreRows -> Tensor)

/// Computing functionals of scores that fit into memory.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal Functional =
    /// The average over product pairs, shape [].
    let productAverage (term: ProductTerm) (rows: ScoreRows) : Tensor =
        let pairs = float rows.Joint.Count * float rows.Count

        match term with
        | LogMeanExp g -> (g rows.Partners |> ScoreRows.masked -infinity rows |> Tensor.logsumexp [ 0; 1 ]) - log pairs
        | Mean g -> Tensor.sum (ScoreRows.sum g rows) / pairs

    let value (functional: Functional) (scores: Scores) : Tensor =
        match functional with
        | Pooled(joint, product, combine) ->
            let average = productAverage product (Scores.rows scores)
            combine (Tensor.mean (joint scores.Joint)) average
        | JointOnly term
        | Rowwise term -> Scores.rows scores |> term |> Tensor.mean
        | Columnwise term -> Scores.transpose scores |> Scores.rows |> term |> Tensor.mean

    let auxiliary (name: string) (rows: ScoreRows) : Tensor =
        match rows.Auxiliary with
        | Some second -> second
        | None -> raise (TensorException $"{name} needs the values of a second critic; these scores have none")

/// Formulas shared by bounds and the surrogates that train them. Row i shares x; ⟨·⟩_i is the mean over its partners.
[<RequireQualifiedAccess>]
module internal Formula =
    let donskerVaradhan = Pooled(id, LogMeanExp id, (-))

    let nwj =
        Pooled(id, LogMeanExp id, (fun joint average -> joint - Tensor.exp (average - 1.0)))

    let uba = Rowwise(fun rows -> rows.Joint - ScoreRows.logMeanExp rows)

    let tuba =
        Rowwise(fun rows ->
            let a = Functional.auxiliary "TUBA" rows
            rows.Joint - a - Tensor.exp (ScoreRows.logMeanExp rows - a) + 1.0)

    let infoNce =
        Rowwise(fun rows -> rows.Joint - ScoreRows.logSumExpWithJoint rows + log (float (rows.Count + 1)))

    let flo =
        Rowwise(fun rows ->
            let u = Functional.auxiliary "FLO" rows
            1.0 - u - Tensor.exp (ScoreRows.logMeanExp rows - rows.Joint - u))

    /// Each mean of e^f runs over as many values as a row has partners: the partners themselves in the product term; in the
    /// joint term the joint pair and all partners but one, averaged over the one left out.
    let interpolated (alpha: float) =
        Rowwise(fun rows ->
            let a = Functional.auxiliary "I_α" rows + log (1.0 - alpha)
            let size = log (float rows.Count)
            let all = ScoreRows.logSumExpWithJoint rows |> Tensor.unsqueeze 1

            let mixed (logMean: Tensor) (a: Tensor) =
                Tensor.logAddExp (logMean + log alpha) a
            // Differences closer to 0 than this are rounding; the clamp can only lower the result.
            let smallest = if all.DType = DType.Float32 then -1e-6 else -1e-14

            let leftOut =
                Tensor.clamp -infinity smallest (rows.Partners - all) |> Tensor.expm1 |> (~-) |> Tensor.log

            let joint =
                mixed (leftOut + all - size) (Tensor.unsqueeze 1 a)
                |> ScoreRows.masked 0.0 rows
                |> Tensor.sumOver [ 1 ]

            let product = ScoreRows.logMeanExp rows
            rows.Joint - joint / float rows.Count - Tensor.exp (product - mixed product a) + 1.0)

    let jensenShannon = Pooled((fun f -> -(Nn.softplus -f)), Mean Nn.softplus, (-))

    let clipped (tau: float) =
        Pooled(id, LogMeanExp(Tensor.clamp -tau tau), (-))

    let likelihood =
        JointOnly(fun rows ->
            match rows.Auxiliary with
            | Some marginal -> rows.Joint + marginal
            | None -> rows.Joint)
