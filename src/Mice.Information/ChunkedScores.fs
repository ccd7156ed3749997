namespace Mice.Information

open Mice.Tensors

/// <summary>Bounds and gradients over all K(K − 1) product pairs in memory that grows as K: the score matrix is made a few rows at
/// a time, and again for the gradient.</summary>
/// <remarks>A functional depends on the matrix through sums over rows; its derivative with respect to each score is known once the sums are. So the
/// first pass finds the sums, the second differentiates a weighted sum of the scores of each chunk with respect to the codes, and a last
/// step pulls the codes' gradient back through the encoders.</remarks>
[<RequireQualifiedAccess>]
module ChunkedScores =
    /// The codes of a batch.
    type private Encoded =
        {
            X: Codes
            Y: Codes
            Second: Tensor option
        }

    /// Scores held at a time, unless one row has more.
    [<Literal>]
    let private ChunkPairs = 262144

    /// <summary>Rows per chunk for a batch of n: about a quarter of a million scores.</summary>
    /// <param name="n">1 or more.</param>
    let rowsPerChunk (n: int) : int = max 1 (min n (ChunkPairs / n))

    let private encode mode (critic: Critic) p x y =
        {
            X = critic.EncodeX mode p x
            Y = critic.EncodeY mode p y
            Second = Critic.auxiliary mode critic p x y
        }

    let internal ranges chunk n =
        [| for first in 0..chunk .. n - 1 -> struct (first, min n (first + chunk)) |]

    let private sliced first last (codes: Codes) : Codes =
        codes |> Array.map (Tensor.slice 0 first last 1)

    /// Rows first … last − 1 of the matrix, or of its transpose.
    let private rowsOf transposed (critic: Critic) p (codes: Encoded) struct (first, last) =
        let block =
            if transposed then
                critic.ScoreAll p codes.X (sliced first last codes.Y) |> Tensor.transpose 0 1
            else
                critic.ScoreAll p (sliced first last codes.X) codes.Y

        ScoreRows.ofBlock codes.Second first block

    /// The rows of the matrix, chunk by chunk, as constants; what is made of a chunk must hold no tensors that outlive it.
    let internal mapRows
        (chunk: int)
        transposed
        mode
        (critic: Critic)
        p
        (x: Tensor)
        (y: Tensor)
        (f: int -> ScoreRows -> 'r)
        =
        Tensor.scope (fun () ->
            let codes = encode mode critic p x y

            ranges chunk x.Shape[0]
            |> Array.map (fun range ->
                let struct (first, _) = range
                Tensor.scope (fun () -> rowsOf transposed critic p codes range |> f first)))

    let internal logAdd (a: float) (b: float) =
        let high = max a b

        if System.Double.IsInfinity high then
            high
        else
            high + log (exp (a - high) + exp (b - high))

    let private pairsOf n = float n * float (n - 1)

    /// Mean of the joint term and average over the product pairs.
    let private averages chunk joint product mode critic p (x: Tensor) y =
        let n = x.Shape[0]

        let parts =
            mapRows chunk false mode critic p x y (fun _ rows ->
                let average =
                    match product with
                    | LogMeanExp g -> ScoreRows.logSumExp g rows |> Tensor.logsumexp [ 0 ]
                    | Mean g -> ScoreRows.sum g rows |> Tensor.sum

                struct (joint rows.Joint |> Tensor.sum |> Tensor.item, Tensor.item average))

        let sum = parts |> Array.sumBy (fun struct (j, _) -> j)
        let products = parts |> Array.map (fun struct (_, q) -> q)

        let average =
            match product with
            | LogMeanExp _ -> Array.fold logAdd -infinity products - log (pairsOf n)
            | Mean _ -> Array.sum products / pairsOf n

        struct (sum / float n, average)

    let private scalar (value: float) = Tensor.scalar Kind.float64 value

    let private meanOfRows chunk transposed term mode critic p (x: Tensor) y =
        mapRows chunk transposed mode critic p x y (fun _ rows -> term rows |> Tensor.sum |> Tensor.item)
        |> Array.sum
        |> fun total -> total / float x.Shape[0]

    let private meanOfJoint term mode (critic: Critic) p x y =
        Tensor.scope (fun () ->
            Critic.scores Pairing.JointOnly mode critic p x y
            |> Scores.rows
            |> term
            |> Tensor.mean
            |> Tensor.item)

    let internal functional (chunk: int) (functional: Functional) mode critic p (x: Tensor) y : float =
        match functional with
        | Pooled(joint, product, combine) ->
            let struct (j, average) = averages chunk joint product mode critic p x y
            Tensor.scope (fun () -> combine (scalar j) (scalar average) |> Tensor.item)
        | JointOnly term -> meanOfJoint term mode critic p x y
        | Rowwise term -> meanOfRows chunk false term mode critic p x y
        | Columnwise term -> meanOfRows chunk true term mode critic p x y

    /// <summary>The value of a bound on all pairs of a batch.</summary>
    /// <param name="chunk">Rows of the score matrix held at a time, as from rowsPerChunk.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="critic">f.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x">[K; …].</param>
    /// <param name="y">[K; …].</param>
    /// <returns>Nats.</returns>
    let value (chunk: int) (bound: Bound) (critic: Critic) (parameters: Params) (x: Tensor) (y: Tensor) : float =
        functional chunk bound.Functional Mode.Evaluation critic parameters x y

    /// Derivatives of the functional: value, and a function of each chunk's rows with the same gradient.
    let private linearised chunk functional mode critic p (x: Tensor) y =
        let n = x.Shape[0]

        match functional with
        | Pooled(joint, product, combine) ->
            let struct (j, average) = averages chunk joint product mode critic p x y

            let struct (value, slopes) =
                Params.node [ "joint", Params.Leaf(scalar j); "product", Params.Leaf(scalar average) ]
                |> Grad.valueAndGradient (fun at -> combine (Params.tensor "joint" at) (Params.tensor "product" at))

            let slope name =
                Params.tensor name slopes |> Tensor.item

            let onJoint, onProduct = slope "joint" / float n, slope "product" / pairsOf n

            let term rows =
                let products =
                    match product with
                    | LogMeanExp g ->
                        g rows.Partners - average |> ScoreRows.masked -infinity rows |> Tensor.exp |> Tensor.sum
                    | Mean g -> ScoreRows.sum g rows |> Tensor.sum

                Tensor.sum (joint rows.Joint) * onJoint + products * onProduct

            struct (Some(Tensor.item value), false, term)
        | JointOnly term
        | Rowwise term -> struct (None, false, (fun rows -> Tensor.sum (term rows) / float n))
        | Columnwise term -> struct (None, true, (fun rows -> Tensor.sum (term rows) / float n))

    let private treeOf (codes: Encoded) parameters =
        let leaves (tensors: Tensor[]) =
            tensors |> Array.mapi (fun i t -> string i, Params.Leaf t) |> Params.Node

        Params.node
            [
                "x", leaves codes.X
                "y", leaves codes.Y
                "second", leaves (Option.toArray codes.Second)
                "parameters", parameters
            ]

    let private ofTree (tree: Params) =
        let tensors name = Params.find name tree |> Params.tensors

        {
            X = tensors "x"
            Y = tensors "y"
            Second = tensors "second" |> Array.tryHead
        }

    /// Objective, gradient with respect to the codes and through the head, summed over chunks.
    let private overChunks chunk functional mode critic parameters (x: Tensor) y =
        let struct (known, transposed, term) =
            linearised chunk functional mode critic parameters x y

        let tree = treeOf (encode mode critic parameters x y) parameters

        let add struct (total, gradient) range =
            let struct (value, part) =
                tree
                |> Grad.valueAndGradient (fun at ->
                    rowsOf transposed critic (Params.find "parameters" at) (ofTree at) range |> term)

            struct (total + Tensor.item value, Params.add gradient part)

        let struct (total, gradient) =
            ranges chunk x.Shape[0] |> Tensor.fold add struct (0.0, Params.zerosLike tree)

        struct (Option.defaultValue total known, gradient)

    /// The gradient with respect to the codes, pulled back to the parameters of the encoders.
    let private pullBack mode critic (gradient: Params) parameters x y =
        let codesOf tree =
            Params.node [ for name in [ "x"; "y"; "second" ] -> name, Params.find name tree ]

        let weighted p =
            Params.zip (codesOf (treeOf (encode mode critic p x y) Params.empty)) (codesOf gradient)
            |> Array.map (fun (_, code, weight) -> Tensor.sum (code * weight))
            |> Array.reduce (+)

        let struct (_, pulled) = Grad.valueAndGradient weighted parameters
        pulled

    /// <summary>A surrogate's objective on all pairs of a batch, and its gradient.</summary>
    /// <param name="chunk">Rows of the score matrix held at a time, as from rowsPerChunk.</param>
    /// <param name="surrogate">The surrogate.</param>
    /// <param name="memory">What the last call returned; NaN at first.</param>
    /// <param name="mode">Training (dropout) or evaluation.</param>
    /// <param name="critic">f.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x">[K; …].</param>
    /// <param name="y">[K; …].</param>
    /// <returns>The objective, its gradient in the form of the parameters, and the next memory.</returns>
    let valueAndGradient
        (chunk: int)
        (surrogate: Surrogate)
        (memory: float)
        (mode: Mode)
        (critic: Critic)
        (parameters: Params)
        (x: Tensor)
        (y: Tensor)
        : struct (float * Params * float) =
        let next =
            match surrogate.Remember, surrogate.Objective memory with
            | Some remember, Pooled(joint, product, _) ->
                let struct (_, average) = averages chunk joint product mode critic parameters x y

                remember memory average
            | _ -> memory

        Tensor.scope (fun () ->
            let struct (value, gradient) =
                overChunks chunk (surrogate.Objective next) mode critic parameters x y

            let pulled = pullBack mode critic gradient parameters x y
            struct (value, Params.add (Params.find "parameters" gradient) pulled, next))
