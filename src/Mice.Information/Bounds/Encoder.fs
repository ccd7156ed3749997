namespace Mice.Information

open Mice.Tensors

/// Networks that turn samples [n; …] into codes [n; width] for critics.
[<RequireQualifiedAccess>]
module Encoder =
    /// The sample itself, its axes joined into one.
    let flat: Layer = Layer.ofFunction (Tensor.flatten 1)

    /// <summary>Fully connected layers on the flattened sample, with an activation between them.</summary>
    /// <param name="activation">Such as Nn.relu.</param>
    /// <param name="widths">Numbers per sample, hidden widths, width of the code.</param>
    let mlp (activation: Tensor -> Tensor) (widths: int list) : Layer =
        Layer.sequential [ flat; Layer.mlp activation widths ]

    /// One convolution block for each pair of channels; the pooled sides must not grow.
    let private blocks block (channels: int list) (sides: int list) =
        if List.length channels <> List.length sides + 1 then
            raise (
                TensorException
                    $"{channels.Length} channels and {sides.Length} sides: one more channel than sides is needed"
            )

        List.zip (List.pairwise channels) sides
        |> List.map (fun ((inputs, outputs), side) -> block inputs outputs side)

    /// <summary>Convolutions of images [n; channels; h; w]: blocks of convolution, activation and adaptive max-pooling, then one linear layer.</summary>
    /// <param name="activation">Such as Nn.relu.</param>
    /// <param name="dropout">Probability of dropping a channel in training, in [0, 1).</param>
    /// <param name="channels">Channels of the image and after each block.</param>
    /// <param name="sides">Side of the image after each block.</param>
    /// <param name="width">Width of the code.</param>
    let conv2d activation (dropout: float) (channels: int list) (sides: int list) (width: int) : Layer =
        let side = List.last sides

        Layer.sequential (
            blocks (Layer.convBlock2d activation dropout) channels sides
            @ [ flat; Layer.linear (List.last channels * side * side) width ]
        )

    /// <summary>Convolutions of volumes [n; channels; d; h; w]: blocks of convolution, activation and adaptive max-pooling, then one linear layer.</summary>
    /// <param name="activation">Such as Nn.relu.</param>
    /// <param name="dropout">Probability of dropping a channel in training, in [0, 1).</param>
    /// <param name="channels">Channels of the volume and after each block.</param>
    /// <param name="sides">Side of the volume after each block.</param>
    /// <param name="width">Width of the code.</param>
    let conv3d activation (dropout: float) (channels: int list) (sides: int list) (width: int) : Layer =
        let side = List.last sides

        Layer.sequential (
            blocks (Layer.convBlock3d activation dropout) channels sides
            @ [ flat; Layer.linear (List.last channels * side * side * side) width ]
        )

    /// <summary>A set encoder on samples [n; elements; features + 1], whose last feature is the weight of the element (0 for an
    /// empty place). The code does not depend on the order of the elements.</summary>
    /// <param name="encoder">The set encoder.</param>
    let set (encoder: SetEncoder) : Layer =
        {
            Init = encoder.Init
            Apply =
                fun mode p x ->
                    let last = x.Shape[2] - 1
                    let weights = Tensor.select 2 last x
                    encoder.Apply mode p (Tensor.slice 2 0 last 1 x) weights
        }
