namespace Mice.Tensors

open Mice

/// Draws the first weights of a layer for a shape: [out; in; …kernel], float32.
type Initialiser = Key -> int list -> Tensor

/// Initialisers. The fans are in = shape[1] · kernel, out = shape[0] · kernel.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Initialiser =

    let private fans (shape: int list) =
        match shape with
        | outputs :: inputs :: kernel ->
            let window = List.fold (*) 1 kernel
            struct (float (inputs * window), float (outputs * window))
        | _ -> raise (TensorException $"an initialiser needs [out; in; …], not {shape}")

    let private uniform key shape bound =
        (Tensor.rand key Kind.float32 shape - 0.5) * (2.0 * bound)

    /// Zeros, for biases.
    let zeros: Initialiser = fun _ shape -> Tensor.zeros Kind.float32 shape

    /// Uniform in ±√(6/(in + out)). Source: X. Glorot and Y. Bengio, AISTATS 2010.
    let xavierUniform: Initialiser =
        fun key shape ->
            let struct (fanIn, fanOut) = fans shape
            uniform key shape (sqrt (6.0 / (fanIn + fanOut)))

    /// Normal with variance 2/(in + out).
    let xavierNormal: Initialiser =
        fun key shape ->
            let struct (fanIn, fanOut) = fans shape
            Tensor.randn key Kind.float32 shape * sqrt (2.0 / (fanIn + fanOut))

    /// Uniform in ±√(6/in), for ReLU. Source: K. He et al., ICCV 2015.
    let kaimingUniform: Initialiser =
        fun key shape ->
            let struct (fanIn, _) = fans shape
            uniform key shape (sqrt (6.0 / fanIn))

    /// Normal with variance 2/in, for ReLU.
    let kaimingNormal: Initialiser =
        fun key shape ->
            let struct (fanIn, _) = fans shape
            Tensor.randn key Kind.float32 shape * sqrt (2.0 / fanIn)

    /// Uniform in ±1/√in, as PyTorch initialises its layers.
    let fanIn: Initialiser =
        fun key shape ->
            let struct (fanIn, _) = fans shape
            uniform key shape (1.0 / sqrt fanIn)
