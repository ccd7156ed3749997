namespace Mice.Tensors

open System
open System.Runtime.InteropServices
open TorchSharp
open Mice

/// <summary>Functions on tensors, the tensor last: creation, shape, arithmetic, reductions.</summary>
/// <remarks>Axes count from 0; −1 is the last one. All are pure: no tensor that a caller holds ever changes.</remarks>
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Tensor =

    // ---------------------------------------------------------------- doors to TorchSharp

    /// <summary>A tensor over the same numbers as one of TorchSharp's; derivatives pass through.</summary>
    /// <remarks>The numbers are shared, not copied: do not change them in place afterwards. The given tensor stays its
    /// owner's, who may dispose of it at any time.</remarks>
    let ofTorch (x: torch.Tensor) : Tensor =
        mixed "ofTorch" [] (fun () -> x.alias ())

    /// <summary>TorchSharp's tensor over the same numbers; derivatives pass through.</summary>
    /// <remarks>The numbers are shared, not copied: do not change them in place. The result is the caller's to dispose
    /// of, and outlives every Mice scope.</remarks>
    let toTorch (x: Tensor) : torch.Tensor =
        Tensor.Guard("toTorch", [ x ], (fun () -> x.Native.alias ()))

    // ---------------------------------------------------------------- creation

    let private make name (kind: Kind) (f: torch.ScalarType -> torch.Device -> torch.Tensor) =
        created name (fun () -> f (DType.torch kind.DType) (Device.torch kind.Device))

    /// Zeros of a shape.
    let zeros (kind: Kind) (shape: int list) : Tensor =
        make "zeros" kind (fun dtype device -> torch.zeros (int64s shape, dtype, device))

    /// Ones of a shape.
    let ones (kind: Kind) (shape: int list) : Tensor =
        make "ones" kind (fun dtype device -> torch.ones (int64s shape, dtype, device))

    /// One value everywhere.
    let full (kind: Kind) (shape: int list) (value: float) : Tensor =
        LibTorch.ensure ()
        use number = value.ToScalar()
        make "full" kind (fun dtype device -> torch.full (int64s shape, number, dtype, device))

    /// A single number, shape [].
    let scalar (kind: Kind) (value: float) : Tensor = full kind [] value

    /// The integers 0 … n − 1, int64, on the CPU.
    let arange (n: int) : Tensor =
        LibTorch.ensure ()
        use start = (0L).ToScalar()
        use stop = (int64 n).ToScalar()
        make "arange" Kind.int64 (fun dtype device -> torch.arange (start, stop, Numbers.One, dtype, device))

    /// n equally spaced numbers from a to b, both included.
    let linspace (kind: Kind) (a: float) (b: float) (n: int) : Tensor =
        make "linspace" kind (fun dtype device -> torch.linspace (a, b, int64 n, dtype, device))

    /// The n × n identity matrix.
    let eye (kind: Kind) (n: int) : Tensor =
        make "eye" kind (fun dtype device -> torch.eye (int64 n, int64 n, dtype, device))

    /// Zeros of the shape, element type and device of another tensor.
    let zerosLike (x: Tensor) : Tensor =
        unary "zeros_like" (fun t -> t.zeros_like ()) x

    /// Ones of the shape, element type and device of another tensor.
    let onesLike (x: Tensor) : Tensor =
        unary "ones_like" (fun t -> t.ones_like ()) x

    let private dtypeOfArray (elements: Type) =
        if elements = typeof<float32> then
            DType.Float32
        elif elements = typeof<float> then
            DType.Float64
        elif elements = typeof<int64> then
            DType.Int64
        elif elements = typeof<bool> then
            DType.Bool
        else
            raise (
                TensorException $"arrays of {elements.Name} do not become tensors; float32, float, int64, int, bool do"
            )

    /// The bytes of an array of plain numbers.
    let private bytesOf (data: Array) =
        MemoryMarshal.CreateSpan(&MemoryMarshal.GetArrayDataReference data, Buffer.ByteLength data)

    let private fromHost dtype (shape: int list) (data: Array) =
        if List.fold (*) 1 shape <> data.Length then
            raise (TensorException $"ofArray: {data.Length} numbers do not fill the shape {shape}")

        created "ofArray" (fun () ->
            let t = torch.empty (int64s shape, DType.torch dtype, torch.CPU)

            if data.Length > 0 then
                (bytesOf data).CopyTo t.bytes

            t)

    /// Copies row-major numbers into a new tensor on the CPU: float32[], float[], int64[], int[] (as int64) or bool[].
    let ofArray (shape: int list) (data: 'a[]) : Tensor =
        match box data with
        | :? (int[]) as ints when typeof<'a> = typeof<int> -> fromHost DType.Int64 shape (Array.map int64 ints)
        | _ -> fromHost (dtypeOfArray typeof<'a>) shape data

    /// The same tensor on a device.
    let onto (device: Device) (x: Tensor) : Tensor =
        unary "to" (fun t -> t.``to`` (DType.torch x.DType, Device.torch device)) x

    /// The same numbers as another element type.
    let convert (dtype: DType) (x: Tensor) : Tensor =
        unary "to" (fun t -> t.``to`` (DType.torch dtype)) x

    /// Draws on the CPU, so that a key gives the same numbers on every device.
    let private drawn name (key: Key) (kind: Kind) (f: torch.Generator -> torch.ScalarType -> torch.Tensor) =
        LibTorch.ensure ()
        use generator = new torch.Generator(Key.toSeed key, torch.CPU)

        created name (fun () -> f generator (DType.torch kind.DType))
        |> if kind.Device = Device.Cpu then id else onto kind.Device

    /// Uniform numbers in [0, 1).
    let rand (key: Key) (kind: Kind) (shape: int list) : Tensor =
        drawn "rand" key kind (fun g dtype -> torch.rand (int64s shape, dtype, torch.CPU, generator = g))

    /// Standard normal numbers.
    let randn (key: Key) (kind: Kind) (shape: int list) : Tensor =
        drawn "randn" key kind (fun g dtype -> torch.randn (int64s shape, dtype, torch.CPU, generator = g))

    /// Uniform integers 0 … high − 1, int64.
    let randint (key: Key) (high: int) (shape: int list) : Tensor =
        drawn "randint" key Kind.int64 (fun g dtype ->
            torch.randint (int64 high, int64s shape, dtype, torch.CPU, generator = g))

    /// A random order of 0 … n − 1, int64.
    let permutation (key: Key) (n: int) : Tensor =
        drawn "randperm" key Kind.int64 (fun g dtype ->
            torch.randperm (int64 n, dtype = dtype, device = torch.CPU, generator = g))

    /// Zeros and ones, each one with probability p.
    let bernoulli (key: Key) (kind: Kind) (p: float) (shape: int list) : Tensor =
        drawn "bernoulli" key kind (fun g dtype -> torch.empty(int64s shape, dtype, torch.CPU).bernoulli_(p, g))

    // ---------------------------------------------------------------- back to the host

    /// Copies the numbers out, row-major. The array's type must be the tensor's: float32, float, int64 or bool.
    let toArray<'a when 'a: unmanaged> (x: Tensor) : 'a[] =
        if dtypeOfArray typeof<'a> <> x.DType then
            raise (TensorException $"toArray: {x} does not hold {typeof<'a>.Name}. Convert it first.")

        let data = Array.zeroCreate<'a> x.Count

        Tensor.Guard(
            "toArray",
            [ x ],
            fun () ->
                use constant = x.Native.detach ()
                use onCpu = constant.cpu ()
                use rows = onCpu.contiguous ()

                if data.Length > 0 then
                    rows.bytes.CopyTo(bytesOf data)
        )

        data

    /// Copies the numbers out as float, whatever the element type.
    let toFloats (x: Tensor) : float[] =
        use y = convert DType.Float64 x
        toArray<float> y

    /// The only number of a tensor with one element.
    let item (x: Tensor) : float =
        Tensor.Guard(
            "item",
            [ x ],
            fun () ->
                match x.DType with
                | DType.Float64 -> x.Native.item<float>()
                | DType.Float32 -> float (x.Native.item<float32>())
                | DType.Int64 -> float (x.Native.item<int64>())
                | DType.Bool -> if x.Native.item<bool>() then 1.0 else 0.0
                | DType.Other _ -> (toFloats x)[0]
        )

    // ---------------------------------------------------------------- lifetime

    /// <summary>Runs a computation and frees the tensors it created, except those in its result.</summary>
    /// <remarks>The result's tensors are found in tuples, records, unions, options, arrays, lists, maps and parameter
    /// trees, not inside closures. They pass to the scope outside, if there is one. The body must stay on one
    /// thread: no async inside. An exception frees everything.</remarks>
    let scope (body: unit -> 'r) : 'r =
        let opened = Scope.Open()

        let result =
            try
                let result = body ()
                Leaving.forEach (fun t -> t.Leaves <- true) (box result)
                result
            finally
                opened.Close()

        // Tensors of the result that were there before stay with the scope that they belong to.
        Leaving.forEach (fun t -> t.Leaves <- false) (box result)
        result

    /// <summary>A loop whose every round runs in its own scope: `Seq.fold` that also frees each state once the next
    /// one exists.</summary>
    /// <remarks>Tensors of the first state belong to the caller and are not freed; a tensor that goes on from state to
    /// state lives on. Keep no tensor of an earlier state.</remarks>
    let fold (round: 's -> 'x -> 's) (first: 's) (items: seq<'x>) : 's =
        let mutable state = first

        let mutable owned = Collections.Generic.HashSet<Tensor>(HashIdentity.Reference)

        for item in items do
            let next = scope (fun () -> round state item)
            let kept = Collections.Generic.HashSet<Tensor>(HashIdentity.Reference)
            let before = Collections.Generic.HashSet<Tensor>(HashIdentity.Reference)
            Leaving.forEach (fun t -> before.Add t |> ignore) (box state)
            Leaving.forEach (fun t -> kept.Add t |> ignore) (box next)

            for tensor in owned do
                if not (kept.Contains tensor) then
                    tensor.Dispose()

            kept.RemoveWhere(fun t -> before.Contains t && not (owned.Contains t)) |> ignore
            owned <- kept
            state <- next

        state

    /// The same numbers, regarded as constant by derivatives.
    let detach (x: Tensor) : Tensor = unary "detach" (fun t -> t.detach ()) x
