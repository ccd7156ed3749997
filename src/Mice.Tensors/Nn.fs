namespace Mice.Tensors

open Mice

/// The functions that networks are made of, without parameters of their own: activations, convolutions, pooling,
/// normalisation, dropout, embedding.
[<RequireQualifiedAccess>]
module Nn =

    let private optional (x: Tensor option) =
        match x with
        | Some t -> Arg.tensor t
        | None -> Arg.None

    let private opRelu, opSilu, opGelu, opTanh, opSigmoid =
        op "relu", op "silu", op "gelu", op "tanh", op "sigmoid"

    let private opSoftplus, opLeakyRelu, opElu, opLogSigmoid =
        op "softplus", op "leaky_relu", op "elu", op "log_sigmoid"

    let private opSoftmax, opLogSoftmax =
        Operator("aten::softmax", "int"), Operator("aten::log_softmax", "int")

    /// max(x, 0).
    let relu (x: Tensor) : Tensor = unary opRelu x

    /// x for x above 0, slope · x below.
    let leakyRelu (slope: float) (x: Tensor) : Tensor =
        Operator.call opLeakyRelu [| Arg.tensor x; Arg.Float slope |]

    /// x for x above 0, eˣ − 1 below.
    let elu (x: Tensor) : Tensor = unary opElu x

    /// x · sigmoid(x).
    let silu (x: Tensor) : Tensor = unary opSilu x

    /// x · Φ(x), Φ the normal distribution function.
    let gelu (x: Tensor) : Tensor = unary opGelu x

    /// Hyperbolic tangent.
    let tanh (x: Tensor) : Tensor = unary opTanh x

    /// 1/(1 + e⁻ˣ).
    let sigmoid (x: Tensor) : Tensor = unary opSigmoid x

    /// ln(1 + eˣ), without overflow.
    let softplus (x: Tensor) : Tensor = unary opSoftplus x

    /// ln sigmoid(x), without underflow.
    let logSigmoid (x: Tensor) : Tensor = unary opLogSigmoid x

    /// exp(xᵢ)/Σ exp(xⱼ) along an axis.
    let softmax (axis: int) (x: Tensor) : Tensor =
        Operator.call opSoftmax [| Arg.tensor x; Arg.int axis |]

    /// Logarithm of the softmax along an axis.
    let logSoftmax (axis: int) (x: Tensor) : Tensor =
        Operator.call opLogSoftmax [| Arg.tensor x; Arg.int axis |]

    let private opLinear, opEmbedding = op "linear", op "embedding"
    let private opConv2d, opConv3d = op "conv2d", op "conv3d"

    let private opAdaptiveMax2d, opAdaptiveMax3d =
        op "adaptive_max_pool2d", op "adaptive_max_pool3d"

    let private opMax2d, opMax3d, opAvg2d, opAvg3d =
        op "max_pool2d", op "max_pool3d", op "avg_pool2d", op "avg_pool3d"

    /// x Wᵀ + b over the last axis of x; weight [out; in], bias [out].
    let linear (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        Operator.call opLinear [| Arg.tensor x; Arg.tensor weight; optional bias |]

    /// Rows of the weight [n; d] at integer indices of any shape: [shape of indices; d].
    let embedding (weight: Tensor) (indices: Tensor) : Tensor =
        Operator.call opEmbedding [| Arg.tensor weight; Arg.tensor indices |]

    /// Cross-correlation in two dimensions: x [batch; in; h; w], weight [out; in; kh; kw], zeros `padding` wide around.
    let conv2d (stride: int) (padding: int) (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        Operator.call
            opConv2d
            [|
                Arg.tensor x
                Arg.tensor weight
                optional bias
                Arg.ints [ stride; stride ]
                Arg.ints [ padding; padding ]
            |]

    /// Cross-correlation in three dimensions: x [batch; in; d; h; w], weight [out; in; kd; kh; kw].
    let conv3d (stride: int) (padding: int) (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        Operator.call
            opConv3d
            [|
                Arg.tensor x
                Arg.tensor weight
                optional bias
                Arg.ints [ stride; stride; stride ]
                Arg.ints [ padding; padding; padding ]
            |]

    let private first op args = (Operator.callMany op args)[0]

    /// Largest value in each of h × w windows that cover the image, whatever its size: [batch; c; h; w].
    let adaptiveMaxPool2d (height: int) (width: int) (x: Tensor) : Tensor =
        first opAdaptiveMax2d [| Arg.tensor x; Arg.ints [ height; width ] |]

    /// The same in three dimensions: [batch; c; d; h; w].
    let adaptiveMaxPool3d (depth: int) (height: int) (width: int) (x: Tensor) : Tensor =
        first opAdaptiveMax3d [| Arg.tensor x; Arg.ints [ depth; height; width ] |]

    /// Largest value in non-overlapping windows of side `size`.
    let maxPool2d (size: int) (x: Tensor) : Tensor =
        Operator.call opMax2d [| Arg.tensor x; Arg.ints [ size; size ] |]

    /// Largest value in non-overlapping windows of side `size`, in three dimensions.
    let maxPool3d (size: int) (x: Tensor) : Tensor =
        Operator.call opMax3d [| Arg.tensor x; Arg.ints [ size; size; size ] |]

    /// Mean over non-overlapping windows of side `size`.
    let averagePool2d (size: int) (x: Tensor) : Tensor =
        Operator.call opAvg2d [| Arg.tensor x; Arg.ints [ size; size ] |]

    /// Mean over non-overlapping windows of side `size`, in three dimensions.
    let averagePool3d (size: int) (x: Tensor) : Tensor =
        Operator.call opAvg3d [| Arg.tensor x; Arg.ints [ size; size; size ] |]

    let private opLayerNorm, opGroupNorm, opBatchNorm =
        op "layer_norm", op "group_norm", op "batch_norm"

    /// Zero mean and unit variance over the last axis, then weight · x + bias ([d] each).
    let layerNorm (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        Operator.call
            opLayerNorm
            [|
                Arg.tensor x
                Arg.ints [ x.Shape[x.Rank - 1] ]
                Arg.tensor weight
                Arg.tensor bias
            |]

    /// The same over groups of channels (axis 1) and all axes after them.
    let groupNorm (groups: int) (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        Operator.call opGroupNorm [| Arg.tensor x; Arg.int groups; Arg.tensor weight; Arg.tensor bias |]

    /// The same over the batch and all axes but the channels, with the statistics of this batch.
    let batchNorm (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        Operator.call
            opBatchNorm
            [|
                Arg.tensor x
                Arg.tensor weight
                Arg.tensor bias
                Arg.None
                Arg.None
                Arg.Bool true
                Arg.Float 0.1
                Arg.Float 1e-5
                Arg.Bool false
            |]

    let private dropped (key: Key) (p: float) (shape: int list) (x: Tensor) =
        if not (0.0 <= p && p < 1.0) then
            raise (TensorException $"dropout with probability {p}: it must be in [0, 1)")

        if p = 0.0 then
            x
        else
            x * (Tensor.bernoulli key x.Kind (1.0 - p) shape * (1.0 / (1.0 - p)))

    /// Sets each element to zero with probability p and scales the others by 1/(1 − p).
    let dropout (key: Key) (p: float) (x: Tensor) : Tensor = dropped key p (List.ofArray x.Shape) x

    /// Dropout of whole channels: x [batch; channels; …].
    let channelDropout (key: Key) (p: float) (x: Tensor) : Tensor =
        let shape = x.Shape |> Array.mapi (fun axis n -> if axis < 2 then n else 1)
        dropped key p (List.ofArray shape) x
