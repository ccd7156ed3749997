namespace Mice.Information

open Mice.Tensors

/// <summary>Bounds and gradients over all K(K − 1) product pairs in memory that grows as K: the score matrix is made a few rows at
/// a time.</summary>
/// <remarks>A functional depends on the matrix through sums over rows or ln of sums of exponentials. Each chunk gives its part of them and the part's
/// gradient with respect to the codes, at once; a last step pulls the codes' gradient back through the encoders.</remarks>
[<RequireQualifiedAccess>]
module internal ChunkedScores =
    /// The codes of a batch.
    type private Encoded =
        {
            X: Codes
            Y: Codes
            Second: Tensor option
        }

    /// Most numbers held at a time in one layer of a network on pairs (more only where one row has more). The C library reuses the memory of tensors of 16 MB,
    /// but it returns the memory of larger tensors to the system, which costs more time than the arithmetic.
    [<Literal>]
    let private ChunkNumbers = 4194304

    /// <summary>Rows per chunk for a batch of n: about four million numbers for all its pairs.</summary>
    /// <param name="critic">f.</param>
    /// <param name="n">1 or more.</param>
    let rowsPerChunk (critic: Critic) (n: int) : int =
        max 1 (min n (ChunkNumbers / critic.PairSize / n))

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

    /// A number of each chunk and its gradient with respect to the codes and the head, joined over all chunks.
    let private overChunks chunk transposed (critic: Critic) tree n (part: ScoreRows -> Tensor) join first =
        let add (struct (total, gradient)) range =
            let struct (value, slope) =
                tree
                |> Grad.valueAndGradient (fun at ->
                    rowsOf transposed critic (Params.find "parameters" at) (ofTree at) range |> part)

            join total gradient (Tensor.item value) slope

        ranges chunk n |> Tensor.fold add struct (first, Params.zerosLike tree)

    let private summed total gradient value slope =
        struct (total + value, Params.add gradient slope)

    /// ln(e^total + e^value), whose gradient is the mean of both with the weights e^total and e^value.
    let private logSummed total gradient value slope =
        let both = logAdd total value
        struct (both, Params.addScaled (exp (value - both)) (Params.scale (exp (total - both)) gradient) slope)

    /// The average over the product pairs with its gradient.
    let private average chunk critic tree n product =
        match product with
        | LogMeanExp g ->
            let part rows =
                ScoreRows.logSumExp g rows |> Tensor.logsumexp [ 0 ]

            let struct (sum, gradient) =
                overChunks chunk false critic tree n part logSummed -infinity

            struct (sum - log (pairsOf n), gradient)
        | Mean g ->
            let part rows =
                (ScoreRows.sum g rows |> Tensor.sum) / pairsOf n

            overChunks chunk false critic tree n part summed 0.0

    /// The mean of a term of joint scores and second critic with its gradient.
    let private joint (critic: Critic) tree (term: ScoreRows -> Tensor) =
        let struct (value, gradient) =
            tree
            |> Grad.valueAndGradient (fun at ->
                let codes = ofTree at
                let scores = critic.ScorePairs (Params.find "parameters" at) codes.X codes.Y

                Tensor.zeros
                    {
                        DType = scores.DType
                        Device = scores.Device
                    }
                    [ scores.Count; 0 ]
                |> Scores.ofPairs codes.Second scores
                |> Scores.rows
                |> term
                |> Tensor.mean)

        struct (Tensor.item value, gradient)

    /// combine(j, q), its derivatives with respect to both, and with those its gradient.
    let private combined combine struct (j, ofJoint: Params) struct (q, ofProduct: Params) =
        let struct (value, slopes) =
            Params.node [ "joint", Params.Leaf(scalar j); "product", Params.Leaf(scalar q) ]
            |> Grad.valueAndGradient (fun at -> combine (Params.tensor "joint" at) (Params.tensor "product" at))

        let slope name =
            Params.tensor name slopes |> Tensor.item

        let gradient =
            Params.addScaled (slope "product") (Params.scale (slope "joint") ofJoint) ofProduct

        struct (Tensor.item value, gradient)

    /// Objective, gradient with respect to the codes and through the head, next memory.
    let private objective chunk (surrogate: Surrogate) memory critic tree n =
        let rowwise transposed term =
            let part rows = Tensor.sum (term rows) / float n

            let struct (value, gradient) =
                overChunks chunk transposed critic tree n part summed 0.0

            struct (value, gradient, memory)

        match surrogate.Objective memory with
        | JointOnly term ->
            let struct (value, gradient) = joint critic tree term
            struct (value, gradient, memory)
        | Rowwise term -> rowwise false term
        | Columnwise term -> rowwise true term
        | Pooled(onJoint, product, combine) ->
            let ofJoint = joint critic tree (fun rows -> onJoint rows.Joint)
            let struct (q, _) as ofProduct = average chunk critic tree n product

            let struct (combine, next) =
                match surrogate.Remember with
                | None -> struct (combine, memory)
                | Some remember ->
                    let next = remember memory q

                    match surrogate.Objective next with
                    | Pooled(_, _, combine) -> struct (combine, next)
                    | _ -> invalidOp $"the objective of {surrogate.Name} changes its form"

            let struct (value, gradient) = combined combine ofJoint ofProduct
            struct (value, gradient, next)

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
        Tensor.scope (fun () ->
            let tree = treeOf (encode mode critic parameters x y) parameters

            let struct (value, gradient, next) =
                objective chunk surrogate memory critic tree x.Shape[0]

            let pulled = pullBack mode critic gradient parameters x y
            struct (value, Params.add (Params.find "parameters" gradient) pulled, next))
