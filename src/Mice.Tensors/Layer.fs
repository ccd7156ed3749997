namespace Mice.Tensors

open TorchSharp
open Mice

/// Whether a layer is being trained (dropout draws from the key) or evaluated (it is a fixed function).
[<RequireQualifiedAccess>]
type Mode =
    /// Training; all randomness comes from the key.
    | Training of key: Key
    /// Evaluation.
    | Evaluation

/// <summary>A layer as a value: how its parameters start, and the pure function that they parametrise.</summary>
type Layer =
    {
        /// Draws the first parameters, float32 on the CPU.
        Init: Key -> Params
        /// mode → parameters → input → output.
        Apply: Mode -> Params -> Tensor -> Tensor
    }

/// A permutation-invariant network over sets: elements [batch; n; features] with weights [batch; n] (0 for empty
/// places) to [batch; outputs].
type SetEncoder =
    {
        /// Draws the first parameters.
        Init: Key -> Params
        /// mode → parameters → elements → weights → output.
        Apply: Mode -> Params -> Tensor -> Tensor -> Tensor
    }

/// Layers and how to put them together.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Layer =

    let private childMode i mode =
        match mode with
        | Mode.Training key -> Mode.Training(Key.item i key)
        | Mode.Evaluation -> Mode.Evaluation

    let private leaves (p: Params) =
        match p with
        | Params.Node [| _, Params.Leaf a; _, Params.Leaf b |] -> struct (a, b)
        | _ -> raise (TensorException "a layer with weight and bias was given other parameters")

    /// A function without parameters.
    let ofFunction (f: Tensor -> Tensor) : Layer =
        {
            Init = fun _ -> Params.empty
            Apply = fun _ _ x -> f x
        }

    /// Names with dots as a tree: "a.weight", "a.bias", "b" become the branches a and b.
    let private ofNames (leaves: (string * Tensor)[]) : Params =
        let rec grow (leaves: (string list * Tensor)[]) =
            match leaves with
            | [| [], t |] -> Params.Leaf t
            | _ ->
                leaves
                |> Array.groupBy (fun (path, _) -> List.head path)
                |> Array.map (fun (name, group) -> name, grow (Array.map (fun (path, t) -> List.tail path, t) group))
                |> Params.Node

        leaves |> Array.map (fun (name, t) -> List.ofArray (name.Split '.'), t) |> grow

    /// <summary>A network written with TorchSharp as a layer: its parameters become a tree, named as in the module.</summary>
    /// <remarks>`create` makes a fresh module with fresh parameters, from TorchSharp's generator, which is seeded with
    /// the key. In training, dropout draws from the key likewise. Derivatives of any order pass through.</remarks>
    /// <param name="create">Makes a module from one tensor to one tensor.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">At the first use: the module has buffers (the running means of
    /// batch normalisation), which are a state beside the parameters, or parts whose parameters cannot be replaced
    /// (recurrent layers, transformers, embeddings).</exception>
    let ofModule (create: unit -> torch.nn.Module<torch.Tensor, torch.Tensor>) : Layer =
        let foreign = ForeignModule create

        {
            Init = fun key -> ofNames (foreign.Init key)
            Apply =
                fun mode p x ->
                    let key =
                        match mode with
                        | Mode.Training key -> Some key
                        | Mode.Evaluation -> None

                    foreign.Call(key, Params.flatten p, x)
        }

    /// x Wᵀ + b over the last axis; `weight` [outputs; inputs] from the initialiser, `bias` [outputs] from 0.
    let linearWith (initialiser: Initialiser) (inputs: int) (outputs: int) : Layer =
        {
            Init =
                fun key ->
                    Params.node
                        [
                            "weight", Params.Leaf(initialiser (Key.named "weight" key) [ outputs; inputs ])
                            "bias", Params.Leaf(Tensor.zeros Kind.float32 [ outputs ])
                        ]
            Apply =
                fun _ p x ->
                    let struct (weight, bias) = leaves p
                    Nn.linear weight (Some bias) x
        }

    /// x Wᵀ + b with weights uniform in ±1/√inputs.
    let linear (inputs: int) (outputs: int) : Layer =
        linearWith Initialiser.fanIn inputs outputs

    /// Layers one after the other; their parameters are named 0, 1, ….
    let sequential (layers: Layer list) : Layer =
        let layers = List.toArray layers

        {
            Init = fun key -> layers |> Array.mapi (fun i layer -> string i, layer.Init(Key.item i key)) |> Params.Node
            Apply =
                fun mode p x ->
                    match p with
                    | Params.Node branches when branches.Length = layers.Length ->
                        let mutable y = x

                        for i in 0 .. layers.Length - 1 do
                            y <- layers[i].Apply (childMode i mode) (snd branches[i]) y

                        y
                    | _ ->
                        raise (
                            TensorException $"sequential: the parameters do not belong to these {layers.Length} layers"
                        )
        }

    /// Fully connected layers of the given widths, inputs first, with an activation between them (none at the end).
    let mlp (activation: Tensor -> Tensor) (widths: int list) : Layer =
        let last = widths.Length - 2

        widths
        |> List.pairwise
        |> List.mapi (fun i (inputs, outputs) ->
            let affine = linear inputs outputs

            if i = last then
                affine
            else
                { affine with
                    Apply = fun mode p x -> affine.Apply mode p x |> activation
                })
        |> sequential

    /// Dropout of single elements in training.
    let dropout (p: float) : Layer =
        {
            Init = fun _ -> Params.empty
            Apply =
                fun mode _ x ->
                    match mode with
                    | Mode.Training key -> Nn.dropout key p x
                    | Mode.Evaluation -> x
        }

    /// Dropout of whole channels in training.
    let channelDropout (p: float) : Layer =
        {
            Init = fun _ -> Params.empty
            Apply =
                fun mode _ x ->
                    match mode with
                    | Mode.Training key -> Nn.channelDropout key p x
                    | Mode.Evaluation -> x
        }

    let private convolution (initialiser: Initialiser) shape apply : Layer =
        {
            Init =
                fun key ->
                    Params.node
                        [
                            "weight", Params.Leaf(initialiser (Key.named "weight" key) shape)
                            "bias", Params.Leaf(Tensor.zeros Kind.float32 [ List.head shape ])
                        ]
            Apply =
                fun _ p x ->
                    let struct (weight, bias) = leaves p
                    apply weight (Some bias) x
        }

    /// Convolution of images [batch; inputs; h; w] with an odd kernel that keeps their size.
    let conv2d (initialiser: Initialiser) (inputs: int) (outputs: int) (kernel: int) : Layer =
        convolution initialiser [ outputs; inputs; kernel; kernel ] (Nn.conv2d 1 (kernel / 2))

    /// Convolution of volumes [batch; inputs; d; h; w] with an odd kernel that keeps their size.
    let conv3d (initialiser: Initialiser) (inputs: int) (outputs: int) (kernel: int) : Layer =
        convolution initialiser [ outputs; inputs; kernel; kernel; kernel ] (Nn.conv3d 1 (kernel / 2))

    /// Convolution (kernel 3), activation, channel dropout, adaptive max-pooling to side `side`, for images.
    let convBlock2d (activation: Tensor -> Tensor) (p: float) (inputs: int) (outputs: int) (side: int) : Layer =
        sequential
            [
                conv2d Initialiser.xavierUniform inputs outputs 3
                ofFunction activation
                channelDropout p
                ofFunction (Nn.adaptiveMaxPool2d side side)
            ]

    /// Convolution (kernel 3), activation, channel dropout, adaptive max-pooling to side `side`, for volumes.
    let convBlock3d (activation: Tensor -> Tensor) (p: float) (inputs: int) (outputs: int) (side: int) : Layer =
        sequential
            [
                conv3d Initialiser.xavierUniform inputs outputs 3
                ofFunction activation
                channelDropout p
                ofFunction (Nn.adaptiveMaxPool3d side side side)
            ]

    let private scaleAndShift width apply : Layer =
        {
            Init =
                fun _ ->
                    Params.node
                        [
                            "weight", Params.Leaf(Tensor.ones Kind.float32 [ width ])
                            "bias", Params.Leaf(Tensor.zeros Kind.float32 [ width ])
                        ]
            Apply =
                fun _ p x ->
                    let struct (weight, bias) = leaves p
                    apply weight bias x
        }

    /// Zero mean and unit variance over the last axis, of length `width`, then scale and shift.
    let layerNorm (width: int) : Layer = scaleAndShift width Nn.layerNorm

    /// The same over groups of channels.
    let groupNorm (groups: int) (channels: int) : Layer =
        scaleAndShift channels (Nn.groupNorm groups)

    /// <summary>A set encoder after "Deep Sets": outer(Σᵢ wᵢ inner(elementᵢ)).</summary>
    /// <remarks>Source: M. Zaheer et al., NeurIPS 2017, arXiv:1703.06114.</remarks>
    let deepSets (inner: Layer) (outer: Layer) : SetEncoder =
        {
            Init =
                fun key ->
                    Params.node
                        [
                            "inner", inner.Init(Key.named "inner" key)
                            "outer", outer.Init(Key.named "outer" key)
                        ]
            Apply =
                fun mode p elements weights ->
                    let encoded = inner.Apply (childMode 0 mode) (Params.find "inner" p) elements
                    // [b; 1; n] · [b; n; w]: the weighted sum as one product.
                    let summed = Tensor.matmul (Tensor.unsqueeze 1 weights) encoded |> Tensor.squeeze 1
                    outer.Apply (childMode 1 mode) (Params.find "outer" p) summed
        }
