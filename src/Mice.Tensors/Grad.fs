namespace Mice.Tensors

open System
open TorchSharp

/// <summary>Derivatives of functions of tensors, by libtorch's reverse mode.</summary>
/// <remarks>The functions are pure: they do not change what they are given, and they nest (the gradient of a gradient
/// is a second derivative). A function to be differentiated must compute with tensor operations throughout: numbers
/// taken out with `Tensor.item` count as constants.</remarks>
[<RequireQualifiedAccess>]
module Grad =

    let private requiresGrad (x: Tensor) =
        Tensor.Guard("requires_grad", [ x ], (fun () -> x.Native.requires_grad))

    /// A tensor that records what is computed from it. Inside another derivative it stays connected to that one.
    let private variable (x: Tensor) : Tensor =
        if not (DType.isFloating x.DType) then
            raise (TensorException $"derivative with respect to {x}: only floating-point numbers have one.")

        if requiresGrad x then
            unary "alias" (fun t -> t.alias ()) x
        else
            unary "detach" (fun t -> t.detach().requires_grad_ true) x

    /// Adds a gradient that libtorch found, if it found one, to a sum of them.
    let private accumulate (sums: torch.Tensor[]) (place: int) (found: torch.Tensor) =
        if not (isNull found) && found.IsInvalid then
            GC.SuppressFinalize found
        elif not (isNull found) then
            let own = found.DetachFromDisposeScope()

            if isNull sums[place] then
                sums[place] <- own
            else
                // Not in place: libtorch gives one tensor for all inputs of a sum.
                let sum = sums[place].add(own, Numbers.One).DetachFromDisposeScope()
                sums[place].Dispose()
                own.Dispose()
                sums[place] <- sum

    /// Sums of Σ vᵢ ∂outputᵢ/∂inputⱼ over all ways, also those across the cuts of the record, from the last to the first; null where there is none.
    let private gradients (outputs: torch.Tensor[]) (weights: torch.Tensor[]) (inputs: torch.Tensor[]) createGraph =
        let cuts = Recording.Cuts.ToArray()
        let places = Array.append inputs (cuts |> Array.map _.After)
        let sums: torch.Tensor[] = Array.zeroCreate places.Length

        let add (outputs: torch.Tensor[]) (weights: torch.Tensor[]) count =
            let inputs = Array.truncate (inputs.Length + count) places

            // The record is needed again where another derivative or another way across a cut goes through it.
            torch.autograd.grad (outputs, inputs, weights, createGraph || cuts.Length > 0, createGraph, true)
            |> Seq.iteri (accumulate sums)

        add outputs weights cuts.Length

        for k in cuts.Length - 1 .. -1 .. 0 do
            let above = sums[inputs.Length + k]

            if not (isNull above) then
                let found = cuts[k].Across cuts[k].Before above

                let connected =
                    Array.zip cuts[k].Before found |> Array.filter (fun (before, _) -> before.requires_grad)

                add (Array.map fst connected) (Array.map snd connected) k

                for gradient in Array.append found [| above |] do
                    gradient.Dispose()

        Array.truncate inputs.Length sums

    /// Σ vᵢ ∂outputᵢ/∂inputⱼ for every j, with zeros for inputs that play no part.
    let private backward (outputs: Tensor[]) (vectors: Tensor[]) (inputs: Tensor[]) (createGraph: bool) : Tensor[] =
        let natives (tensors: Tensor[]) = tensors |> Array.map _.Native
        let weights = if vectors.Length = 0 then null else natives vectors

        if createGraph && Recording.Cuts.Count > 0 then
            raise (TensorException "a second derivative of an operator whose first derivative alone is known")

        let all =
            List.concat [ List.ofArray outputs; List.ofArray vectors; List.ofArray inputs ]

        let found =
            Tensor.Guard(
                "derivative",
                all,
                (fun () -> gradients (natives outputs) weights (natives inputs) createGraph)
            )

        inputs
        |> Array.mapi (fun i input ->
            if isNull found[i] then
                Tensor.zerosLike input
            else
                Tensor.Adopt found[i])

    let private recording (body: unit -> 'r) : 'r =
        let outside = Recording.Cuts
        let cuts = ResizeArray()
        Recording.Depth <- Recording.Depth + 1
        Recording.Cuts <- cuts
        use _ = torch.enable_grad ()

        try
            Tensor.scope body
        finally
            Recording.Depth <- Recording.Depth - 1
            Recording.Cuts <- outside

            for cut in cuts do
                cut.After.Dispose()

                for tensor in cut.Before do
                    tensor.Dispose()

    /// <summary>The same tensor, behind which the record of a derivative begins anew: the part before is gone through once for all that comes behind, also where
    /// host operators are between them. Put it in front of each layer that has such operators. Outside of derivatives nothing happens.</summary>
    /// <param name="x">What a layer is given.</param>
    let section (x: Tensor) : Tensor =
        if Recording.Depth = 1 && requiresGrad x then
            mixed "section" [ x ] (fun () ->
                Recording.Continue("section", [| x |], x.Native.detach (), (fun _ gradient -> [| gradient.alias () |])))
        else
            x

    /// The parameters as variables: what is differentiated, and the tree that records. Where the tensors are pieces of
    /// one vector, that vector is the variable, so that the gradient is one vector too.
    let private variables (parameters: Params) : struct (Tensor[] * Params) =
        let all = Params.tensors parameters

        if all.Length > 1 && Packing.isPossible all && DType.isFloating all[0].DType then
            let whole = variable (Packing.join all)
            struct ([| whole |], Packing.cut all whole |> Params.rebuild parameters)
        else
            let leaves = Array.map variable all
            struct (leaves, Params.rebuild parameters leaves)

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
            let struct (inputs, tree) = variables parameters
            let struct (value, rest) = f tree

            if value.Count <> 1 then
                raise (TensorException $"gradient of {value}: the function must return one number.")

            let gradient =
                if requiresGrad value then
                    let gradients = backward [| value |] [||] inputs (Recording.Depth > 1)
                    let leaves = Params.tensors parameters

                    if inputs.Length = leaves.Length then
                        Params.rebuild parameters gradients
                    else
                        Packing.cut leaves gradients[0] |> Params.rebuild parameters
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

    /// The work as if no derivative were taken around it.
    let private apart (work: unit -> 'r) : 'r =
        let depth, cuts = Recording.Depth, Recording.Cuts
        Recording.Depth <- 0

        try
            work ()
        finally
            Recording.Depth <- depth
            Recording.Cuts <- cuts

    /// Gradients of f with respect to x and to the parameters, given that with respect to f(x): the record is made here and forgotten.
    let private again f (parameters: Params) (before: torch.Tensor[]) (above: torch.Tensor) : torch.Tensor[] =
        let compute () =
            let inputs = before |> Array.map (Tensor.ofTorch >> Tensor.detach >> variable)
            let y: Tensor = f (Params.rebuild parameters (Array.tail inputs)) inputs[0]

            backward [| y |] [| Tensor.ofTorch above |] inputs false
            |> Array.map (fun g -> (Tensor.toTorch g).DetachFromDisposeScope())

        apart (fun () -> recording compute)

    /// <summary>f(parameters, x), whose inside is computed anew when its derivative is taken instead of being kept: a third more time, and memory for one such function
    /// instead of all of them. Outside of derivatives nothing but f.</summary>
    /// <remarks>Source: T. Chen et al., arXiv:1604.06174.</remarks>
    /// <param name="f">A function that gives the same numbers every time, of nothing that is differentiated but its arguments.</param>
    /// <param name="parameters">Parameters.</param>
    /// <param name="x">What a layer is given.</param>
    let recomputed (f: Params -> Tensor -> Tensor) (parameters: Params) (x: Tensor) : Tensor =
        let inputs = Array.append [| x |] (Params.tensors parameters)

        if Recording.Depth = 1 && inputs |> Array.exists requiresGrad then
            use y =
                apart (fun () -> Tensor.scope (fun () -> f (Params.map Tensor.detach parameters) (Tensor.detach x)))

            mixed "recomputed" (List.ofArray inputs) (fun () ->
                Recording.Continue("recomputed", inputs, y.Native.detach (), again f parameters))
        else
            f parameters x

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
