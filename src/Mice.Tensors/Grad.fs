namespace Mice.Tensors

open System
open Microsoft.FSharp.NativeInterop

#nowarn "9" // pointer arrays for the native call

/// How many derivatives are being taken around the running code, per thread.
[<AbstractClass; Sealed>]
type internal Recording private () =
    [<ThreadStatic; DefaultValue>]
    static val mutable private depth: int

    static member Depth
        with get () = Recording.depth
        and set (n: int) = Recording.depth <- n

/// <summary>Derivatives of functions of tensors, by libtorch's reverse mode.</summary>
/// <remarks>The functions are pure: they do not change what they are given, and they nest (the gradient of a gradient
/// is a second derivative). A function to be differentiated must compute with tensor operations throughout: numbers
/// taken out with `Tensor.item` count as constants.</remarks>
[<RequireQualifiedAccess>]
module Grad =

    let private opAlias = Operator("aten::alias", "")

    let private requiresGrad (x: Tensor) =
        let mutable added = false

        try
            x.Handle.DangerousAddRef &added
            Native.mice_requires_grad (x.Handle.DangerousGetHandle()) <> 0
        finally
            if added then
                x.Handle.DangerousRelease()

    /// A tensor that records what is computed from it. Inside another derivative it stays connected to that one.
    let private variable (x: Tensor) : Tensor =
        if not (DType.isFloating x.DType) then
            raise (TensorException $"derivative with respect to {x}: only floating-point numbers have one.")

        if requiresGrad x then
            Operator.call opAlias [| Arg.tensor x |]
        else
            let mutable added = false
            let mutable result = NativeValue()

            try
                x.Handle.DangerousAddRef &added

                Native.mice_leaf (x.Handle.DangerousGetHandle(), &result, Native.errorAddress (), Native.ErrorCapacity)
                |> Native.check "derivative"
            finally
                if added then
                    x.Handle.DangerousRelease()

            new Tensor(Scope.Adopt(nativeint result.Bits, result.Count))

    let private pointers (held: ResizeArray<Tensor>) (tensors: Tensor[]) =
        tensors
        |> Array.map (fun t ->
            let mutable added = false
            t.Handle.DangerousAddRef &added
            held.Add t
            t.Handle.DangerousGetHandle())

    /// Σ vᵢ ∂outputᵢ/∂inputⱼ for every j, with zeros for inputs that play no part.
    let private backward (outputs: Tensor[]) (vectors: Tensor[]) (inputs: Tensor[]) (createGraph: bool) : Tensor[] =
        let held = ResizeArray<Tensor>()
        let results = Array.zeroCreate<NativeValue> inputs.Length

        try
            use o = fixed (pointers held outputs)
            use v = fixed (pointers held vectors)
            use i = fixed (pointers held inputs)
            use r = fixed results
            let flag = if createGraph then 1 else 0

            Native.mice_grad (
                NativePtr.toNativeInt o,
                (if vectors.Length = 0 then
                     IntPtr.Zero
                 else
                     NativePtr.toNativeInt v),
                outputs.Length,
                NativePtr.toNativeInt i,
                inputs.Length,
                flag,
                flag,
                NativePtr.toNativeInt r,
                Native.errorAddress (),
                Native.ErrorCapacity
            )
            |> Native.check "derivative"
        finally
            for t in held do
                t.Handle.DangerousRelease()

        Array.map2
            (fun (result: NativeValue) (input: Tensor) ->
                if result.Tag = 1 then
                    new Tensor(Scope.Adopt(nativeint result.Bits, result.Count))
                else
                    Tensor.zerosLike input)
            results
            inputs

    let private recording (body: unit -> 'r) : 'r =
        Recording.Depth <- Recording.Depth + 1
        let before = Native.mice_grad_mode 1

        try
            Tensor.scope body
        finally
            Native.mice_grad_mode before |> ignore
            Recording.Depth <- Recording.Depth - 1

    /// Inside another derivative results stay connected to it; outside they are plain numbers.
    let private settle (x: Tensor) =
        if Recording.Depth > 1 then x else Tensor.detach x

    /// <summary>Value and gradient of a scalar function of a parameter tree that also returns something else.</summary>
    /// <param name="f">Returns a tensor with one element, and anything that is to be kept.</param>
    /// <param name="parameters">Where to differentiate.</param>
    /// <returns>The value, shape []; ∂f/∂p in the form of the tree; what else f returned (tensors in it still remember
    /// how they were computed: `Tensor.detach` them in f if they are kept for long).</returns>
    let valueAndGradientWith (f: Params -> struct (Tensor * 'r)) (parameters: Params) : struct (Tensor * Params * 'r) =
        recording (fun () ->
            let variables = Params.map variable parameters
            let struct (value, rest) = f variables

            if value.Count <> 1 then
                raise (TensorException $"gradient of {value}: the function must return one number.")

            let gradient =
                if requiresGrad value then
                    backward [| value |] [||] (Params.tensors variables) (Recording.Depth > 1)
                    |> Params.rebuild variables
                else
                    Params.zerosLike parameters

            struct (settle value, gradient, rest))

    /// Value (shape []) and gradient of a scalar function of a parameter tree.
    let valueAndGradient (f: Params -> Tensor) (parameters: Params) : struct (Tensor * Params) =
        let struct (value, gradient, _) =
            valueAndGradientWith (fun p -> struct (f p, ())) parameters

        struct (value, gradient)

    /// Gradient of a scalar function of one tensor: ∂f/∂x, in the shape of x.
    let grad (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        let onTree tree =
            match tree with
            | Params.Leaf t -> f t
            | Params.Node _ -> invalidOp "a single tensor became a tree"

        match valueAndGradient onTree (Params.Leaf x) with
        | struct (_, Params.Leaf g) -> g
        | _ -> invalidOp "a single tensor became a tree"

    /// f(x) and the vector–Jacobian product vᵀ ∂f/∂x, in the shape of x; v has the shape of f(x).
    let vjp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : struct (Tensor * Tensor) =
        recording (fun () ->
            let t = variable x
            let y = f t

            let product =
                if requiresGrad y then
                    (backward [| y |] [| v |] [| t |] (Recording.Depth > 1))[0]
                else
                    Tensor.zerosLike x

            struct (settle y, product))

    /// <summary>f(x) and the Jacobian–vector product (∂f/∂x) v, in the shape of f(x); v has the shape of x.</summary>
    /// <remarks>Two reverse passes: uᵀ∂f/∂x is linear in u, and its derivative along v is the product.</remarks>
    let jvp (f: Tensor -> Tensor) (x: Tensor) (v: Tensor) : struct (Tensor * Tensor) =
        recording (fun () ->
            let t = variable x
            let y = f t

            if not (requiresGrad y) then
                struct (y, Tensor.zerosLike y)
            else
                let u = variable (Tensor.zerosLike (Tensor.detach y))
                let pulled = (backward [| y |] [| u |] [| t |] true)[0]

                let product =
                    if requiresGrad pulled then
                        (backward [| pulled |] [| v |] [| u |] (Recording.Depth > 1))[0]
                    else
                        Tensor.zerosLike y

                struct (settle y, settle product))

    /// The Jacobian of f at x by one reverse pass per element of f(x): shape [elements of f(x); elements of x].
    let jacobian (f: Tensor -> Tensor) (x: Tensor) : Tensor =
        recording (fun () ->
            let t = variable x
            let y = f t |> Tensor.reshape [ -1 ]
            let unit = Tensor.eye { DType = y.DType; Device = y.Device } y.Count

            Tensor.unbind 0 unit
            |> Array.map (fun row -> (backward [| y |] [| row |] [| t |] true)[0] |> Tensor.reshape [ -1 ])
            |> Tensor.stack 0
            |> settle)
