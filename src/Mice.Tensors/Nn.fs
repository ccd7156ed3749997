namespace Mice.Tensors

open TorchSharp
open Mice

/// The functions that networks are made of, without parameters of their own: activations, convolutions, pooling,
/// normalisation, dropout, embedding.
[<RequireQualifiedAccess>]
module Nn =

    /// The least number of images for which libtorch leaves a convolution to oneDNN on one thread too.
    [<Literal>]
    let private Images = 16

    /// A bias, or the null that TorchSharp takes for none.
    let private optional (x: Tensor option) : torch.Tensor =
        match x with
        | Some t -> t.Native
        | None -> null

    /// max(x, 0).
    let relu (x: Tensor) : Tensor = unary "relu" (fun t -> t.relu ()) x

    /// x for x above 0, slope · x below.
    let leakyRelu (slope: float) (x: Tensor) : Tensor =
        use number = slope.ToScalar()
        unary "leaky_relu" (fun t -> t.leaky_relu number) x

    /// x for x above 0, eˣ − 1 below.
    let elu (x: Tensor) : Tensor =
        unary "elu" (fun t -> t.elu (Numbers.One, Numbers.One, Numbers.One)) x

    /// x · sigmoid(x).
    let silu (x: Tensor) : Tensor = unary "silu" (fun t -> t.silu ()) x

    /// x · Φ(x), Φ the normal distribution function.
    let gelu (x: Tensor) : Tensor = unary "gelu" (fun t -> t.gelu ()) x

    /// Hyperbolic tangent.
    let tanh (x: Tensor) : Tensor = unary "tanh" (fun t -> t.tanh ()) x

    /// 1/(1 + e⁻ˣ).
    let sigmoid (x: Tensor) : Tensor =
        unary "sigmoid" (fun t -> t.sigmoid ()) x

    /// ln sigmoid(x), without underflow.
    let logSigmoid (x: Tensor) : Tensor =
        unary "log_sigmoid" (fun t -> t.log_sigmoid ()) x

    /// ln(1 + eˣ), without overflow.
    let softplus (x: Tensor) : Tensor =
        // TorchSharp's softplus makes two native numbers that the collector may take away while they are read.
        -(logSigmoid -x)

    /// exp(xᵢ)/Σ exp(xⱼ) along an axis.
    let softmax (axis: int) (x: Tensor) : Tensor =
        unary "softmax" (fun t -> t.softmax (int64 axis)) x

    /// Logarithm of the softmax along an axis.
    let logSoftmax (axis: int) (x: Tensor) : Tensor =
        unary "log_softmax" (fun t -> t.log_softmax (int64 axis)) x

    /// Whether the rows of x are better taken for the pixels of images. On a CPU, a convolution is oneDNN, which uses the widest
    /// vectors of any processor; a matrix product is MKL, which uses half of them on processors that are not Intel's. A
    /// convolution takes longer to start, so that small products are left to MKL.
    let private isWide (weight: Tensor) (x: Tensor) =
        match weight.Shape, x.Shape with
        | [| outputs; inputs |], shape when shape.Length > 0 && shape[shape.Length - 1] = inputs && inputs >= 16 ->
            let rows = x.Count / inputs

            x.Kind = Kind.float32
            && rows % Images = 0
            && outputs >= 16
            && int64 rows * int64 inputs * int64 outputs >= (1L <<< 23)
        | _ -> false

    /// x Wᵀ + b as a convolution with windows of one pixel.
    let private asConvolution (weight: torch.Tensor) (bias: torch.Tensor) (x: torch.Tensor) =
        let inputs, outputs = weight.shape[1], weight.shape[0]
        use pixels = x.reshape (int64 Images, -1L, 1L, inputs)
        use images = pixels.permute (0L, 3L, 1L, 2L)
        use windows = weight.reshape (outputs, inputs, 1L, 1L)
        use found = torch.nn.functional.conv2d (images, windows, bias)
        use rows = found.permute (0L, 2L, 3L, 1L)
        let shape = x.shape
        shape[shape.Length - 1] <- outputs
        rows.reshape shape

    /// x Wᵀ + b over the last axis of x; weight [out; in], bias [out].
    let linear (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        mixed "linear" (x :: weight :: Option.toList bias) (fun () ->
            if isWide weight x then
                asConvolution weight.Native (optional bias) x.Native
            else
                torch.nn.functional.linear (x.Native, weight.Native, optional bias))

    /// Rows of the weight [n; d] at integer indices of any shape: [shape of indices; d].
    let embedding (weight: Tensor) (indices: Tensor) : Tensor =
        mixed "embedding" [ weight; indices ] (fun () ->
            use flat = indices.Native.reshape -1L
            use rows = weight.Native.index_select (0L, flat)
            rows.reshape (Array.append indices.Native.shape [| weight.Native.shape[1] |]))

    /// Weights of a convolution in the memory order [out; kh; kw; in]. Its output then has the channels of a pixel side by
    /// side too: on a CPU, pooling takes them by vectors, and a step of a network of two such blocks 0.6 of the time.
    let private channelsLast (weight: torch.Tensor) =
        match weight.shape with
        | _ when weight.device_type <> DeviceType.CPU -> weight.alias ()
        | [| outputs; 1L; height; width |] ->
            use packed = weight.reshape (outputs, height, width, 1L)
            packed.permute (0L, 3L, 1L, 2L)
        | [| _; _; _; _ |] ->
            use ordered = weight.permute (0L, 2L, 3L, 1L)
            use packed = ordered.contiguous ()
            packed.permute (0L, 3L, 1L, 2L)
        | _ -> weight.alias () // for libtorch to refuse

    /// Cross-correlation in two dimensions: x [batch; in; h; w], weight [out; in; kh; kw], zeros `padding` wide around.
    let conv2d (stride: int) (padding: int) (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        let along (n: int) = Array.create 2 (int64 n)

        mixed "conv2d" (x :: weight :: Option.toList bias) (fun () ->
            use packed = channelsLast weight.Native
            torch.nn.functional.conv2d (x.Native, packed, optional bias, along stride, along padding))

    /// Cross-correlation in three dimensions: x [batch; in; d; h; w], weight [out; in; kd; kh; kw].
    let conv3d (stride: int) (padding: int) (weight: Tensor) (bias: Tensor option) (x: Tensor) : Tensor =
        let along (n: int) = Array.create 3 (int64 n)

        mixed "conv3d" (x :: weight :: Option.toList bias) (fun () ->
            torch.nn.functional.conv3d (x.Native, weight.Native, optional bias, along stride, along padding))

    /// Largest value in each of h × w windows that cover the image, whatever its size: [batch; c; h; w].
    let adaptiveMaxPool2d (height: int) (width: int) (x: Tensor) : Tensor =
        let shape = x.Shape

        if shape.Length = 4 && shape[2] = height && shape[3] = width then
            x // windows of one element
        else
            unary
                "adaptive_max_pool2d"
                (fun t -> torch.nn.functional.adaptive_max_pool2d (t, [| int64 height; int64 width |]))
                x

    /// The same in three dimensions: [batch; c; d; h; w].
    let adaptiveMaxPool3d (depth: int) (height: int) (width: int) (x: Tensor) : Tensor =
        // The function of that name in TorchSharp 0.107 calls the one-dimensional kernel. A maximum over a box is a
        // maximum over depths of maxima over planes; the second one takes a plane for a row, which it leaves as it is.
        match x.Shape with
        | [| batch; channels; d; h; w |] ->
            x
            |> Tensor.reshape [ batch * channels; d; h; w ]
            |> adaptiveMaxPool2d height width
            |> Tensor.reshape [ batch; channels; d; height * width ]
            |> adaptiveMaxPool2d depth (height * width)
            |> Tensor.reshape [ batch; channels; depth; height; width ]
        | _ -> raise (TensorException $"adaptive_max_pool3d of {x}: [batch; channels; depth; height; width] is needed.")

    /// Largest value in non-overlapping windows of side `size`.
    let maxPool2d (size: int) (x: Tensor) : Tensor =
        unary "max_pool2d" (fun t -> torch.nn.functional.max_pool2d (t, Array.create 2 (int64 size))) x

    /// Largest value in non-overlapping windows of side `size`, in three dimensions.
    let maxPool3d (size: int) (x: Tensor) : Tensor =
        unary "max_pool3d" (fun t -> torch.nn.functional.max_pool3d (t, Array.create 3 (int64 size))) x

    /// Mean over non-overlapping windows of side `size`.
    let averagePool2d (size: int) (x: Tensor) : Tensor =
        unary "avg_pool2d" (fun t -> torch.nn.functional.avg_pool2d (t, Array.create 2 (int64 size))) x

    /// Mean over non-overlapping windows of side `size`, in three dimensions.
    let averagePool3d (size: int) (x: Tensor) : Tensor =
        unary "avg_pool3d" (fun t -> torch.nn.functional.avg_pool3d (t, Array.create 3 (int64 size))) x

    /// Zero mean and unit variance over the last axis, then weight · x + bias ([d] each).
    let layerNorm (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        mixed "layer_norm" [ x; weight; bias ] (fun () ->
            torch.nn.functional.layer_norm (x.Native, [| x.Native.shape[x.Rank - 1] |], weight.Native, bias.Native))

    /// The same over groups of channels (axis 1) and all axes after them.
    let groupNorm (groups: int) (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        mixed "group_norm" [ x; weight; bias ] (fun () ->
            torch.nn.functional.group_norm (x.Native, int64 groups, weight.Native, bias.Native))

    /// The same over the batch and all axes but the channels, with the statistics of this batch.
    let batchNorm (weight: Tensor) (bias: Tensor) (x: Tensor) : Tensor =
        mixed "batch_norm" [ x; weight; bias ] (fun () ->
            torch.nn.functional.batch_norm (x.Native, null, null, weight.Native, bias.Native, true, 0.1, 1e-5))

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
