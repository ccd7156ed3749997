namespace Mice.Tensors

open System
open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop
open Mice

#nowarn "9" // pinned host arrays on their way to and from libtorch

/// <summary>Functions on tensors, the tensor last: creation, shape, arithmetic, reductions.</summary>
/// <remarks>Axes count from 0; −1 is the last one. All are pure: no tensor that a caller holds ever changes.</remarks>
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Tensor =

    let private kindArgs (kind: Kind) =
        [| Arg.DType kind.DType; Arg.None; Arg.Device kind.Device |]

    // ---------------------------------------------------------------- creation

    let private opZeros, opOnes, opFull = op "zeros", op "ones", op "full"
    let private opArange, opLinspace, opEye = op "arange", op "linspace", op "eye"
    let private opZerosLike, opOnesLike = op "zeros_like", op "ones_like"

    let private opRand, opRandn =
        overload "rand" "generator", overload "randn" "generator"

    let private opRandint, opRandperm =
        overload "randint" "generator", overload "randperm" "generator"

    let private opBernoulli = overload "bernoulli" "p"
    let private opTo = overload "to" "device"

    /// Zeros of a shape.
    let zeros (kind: Kind) (shape: int list) : Tensor =
        Operator.call opZeros (Array.append [| Arg.ints shape |] (kindArgs kind))

    /// Ones of a shape.
    let ones (kind: Kind) (shape: int list) : Tensor =
        Operator.call opOnes (Array.append [| Arg.ints shape |] (kindArgs kind))

    /// One value everywhere.
    let full (kind: Kind) (shape: int list) (value: float) : Tensor =
        Operator.call opFull (Array.append [| Arg.ints shape; Arg.Float value |] (kindArgs kind))

    /// A single number, shape [].
    let scalar (kind: Kind) (value: float) : Tensor = full kind [] value

    /// The integers 0 … n − 1, int64, on the CPU.
    let arange (n: int) : Tensor =
        Operator.call opArange (Array.append [| Arg.int n |] (kindArgs Kind.int64))

    /// n equally spaced numbers from a to b, both included.
    let linspace (kind: Kind) (a: float) (b: float) (n: int) : Tensor =
        Operator.call opLinspace (Array.append [| Arg.Float a; Arg.Float b; Arg.int n |] (kindArgs kind))

    /// The n × n identity matrix.
    let eye (kind: Kind) (n: int) : Tensor =
        Operator.call opEye (Array.append [| Arg.int n |] (kindArgs kind))

    /// Zeros of the shape, element type and device of another tensor.
    let zerosLike (x: Tensor) : Tensor = unary opZerosLike x

    /// Ones of the shape, element type and device of another tensor.
    let onesLike (x: Tensor) : Tensor = unary opOnesLike x

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

    let private fromHost dtype (shape: int list) (data: 'a[]) =
        if List.fold (*) 1 shape <> data.Length then
            raise (TensorException $"ofArray: {data.Length} numbers do not fill the shape {shape}")

        Native.ensure ()
        let pinned = GCHandle.Alloc(data, GCHandleType.Pinned)

        try
            use sizes = fixed (shape |> List.map int64 |> List.toArray)
            let mutable result = NativeValue()

            Native.mice_from_host (
                pinned.AddrOfPinnedObject(),
                NativePtr.toNativeInt sizes,
                shape.Length,
                DType.number dtype,
                0L,
                &result,
                Native.errorAddress (),
                Native.ErrorCapacity
            )
            |> Native.check "ofArray"

            new Tensor(Scope.Adopt(nativeint result.Bits, result.Count))
        finally
            pinned.Free()

    /// Copies row-major numbers into a new tensor on the CPU: float32[], float[], int64[], int[] (as int64) or bool[].
    let ofArray (shape: int list) (data: 'a[]) : Tensor =
        match box data with
        | :? (int[]) as ints when typeof<'a> = typeof<int> -> fromHost DType.Int64 shape (Array.map int64 ints)
        | _ -> fromHost (dtypeOfArray typeof<'a>) shape data

    /// The same tensor on a device.
    let onto (device: Device) (x: Tensor) : Tensor =
        Operator.call opTo [| Arg.tensor x; Arg.Device device; Arg.DType x.DType |]

    /// The same numbers as another element type.
    let convert (dtype: DType) (x: Tensor) : Tensor =
        Operator.call opTo [| Arg.tensor x; Arg.Device x.Device; Arg.DType dtype |]

    /// Draws on the CPU, so that a key gives the same numbers on every device.
    let private drawn op (before: Arg[]) (key: Key) (kind: Kind) =
        let args =
            Array.concat
                [
                    before
                    [| Arg.Seed(Key.toSeed key) |]
                    kindArgs { kind with Device = Device.Cpu }
                ]

        Operator.call op args |> if kind.Device = Device.Cpu then id else onto kind.Device

    /// Uniform numbers in [0, 1).
    let rand (key: Key) (kind: Kind) (shape: int list) : Tensor =
        drawn opRand [| Arg.ints shape |] key kind

    /// Standard normal numbers.
    let randn (key: Key) (kind: Kind) (shape: int list) : Tensor =
        drawn opRandn [| Arg.ints shape |] key kind

    /// Uniform integers 0 … high − 1, int64.
    let randint (key: Key) (high: int) (shape: int list) : Tensor =
        drawn opRandint [| Arg.int high; Arg.ints shape |] key Kind.int64

    /// A random order of 0 … n − 1, int64.
    let permutation (key: Key) (n: int) : Tensor =
        drawn opRandperm [| Arg.int n |] key Kind.int64

    /// Zeros and ones, each one with probability p.
    let bernoulli (key: Key) (kind: Kind) (p: float) (shape: int list) : Tensor =
        let x = zeros { kind with Device = Device.Cpu } shape

        Operator.call opBernoulli [| Arg.tensor x; Arg.Float p; Arg.Seed(Key.toSeed key) |]
        |> if kind.Device = Device.Cpu then id else onto kind.Device

    // ---------------------------------------------------------------- back to the host

    let private opItem = op "item"

    /// Copies the numbers out, row-major. The array's type must be the tensor's: float32, float, int64 or bool.
    let toArray<'a when 'a: unmanaged> (x: Tensor) : 'a[] =
        if dtypeOfArray typeof<'a> <> x.DType then
            raise (TensorException $"toArray: {x} does not hold {typeof<'a>.Name}. Convert it first.")

        let data = Array.zeroCreate<'a> x.Count
        let pinned = GCHandle.Alloc(data, GCHandleType.Pinned)
        let bytes = int64 data.Length * int64 sizeof<'a>
        let mutable added = false

        try
            x.Handle.DangerousAddRef &added

            Native.mice_to_host (
                x.Handle.DangerousGetHandle(),
                pinned.AddrOfPinnedObject(),
                bytes,
                Native.errorAddress (),
                Native.ErrorCapacity
            )
            |> Native.check "toArray"
        finally
            if added then
                x.Handle.DangerousRelease()

            pinned.Free()

        data

    /// Copies the numbers out as float, whatever the element type.
    let toFloats (x: Tensor) : float[] =
        use y = convert DType.Float64 x
        toArray<float> y

    /// The only number of a tensor with one element.
    let item (x: Tensor) : float =
        match Dispatch.invoke opItem [| Arg.tensor x |] with
        | [| Returned.Float v |] -> v
        | [| Returned.Int n |] -> float n
        | _ -> raise (TensorException $"item of {x}: not a number")

    // ---------------------------------------------------------------- lifetime

    /// <summary>Runs a computation and frees the tensors it created, except those in its result.</summary>
    /// <remarks>The result's tensors are found in tuples, records, unions, options, arrays, lists, maps and parameter
    /// trees, not inside closures. They pass to the scope outside, if there is one. The body must stay on one
    /// thread: no async inside. An exception frees everything.</remarks>
    let scope (body: unit -> 'r) : 'r =
        let opened = Scope.Open()

        try
            let result = body ()
            Leaving.forEach (fun t -> t.Handle.Leaves <- true) (box result)
            result
        finally
            opened.Close()

    /// <summary>A loop whose every round runs in its own scope: `Seq.fold` that also frees each state once the next
    /// one exists.</summary>
    /// <remarks>Tensors of the first state belong to the caller and are not freed; a tensor that goes on from state to
    /// state lives on. Keep no tensor of an earlier state.</remarks>
    let fold (round: 's -> 'x -> 's) (first: 's) (items: seq<'x>) : 's =
        let mutable state = first

        let mutable owned =
            Collections.Generic.HashSet<TensorHandle>(HashIdentity.Reference)

        for item in items do
            let next = scope (fun () -> round state item)
            let kept = Collections.Generic.HashSet<TensorHandle>(HashIdentity.Reference)
            let before = Collections.Generic.HashSet<TensorHandle>(HashIdentity.Reference)
            Leaving.forEach (fun t -> before.Add t.Handle |> ignore) (box state)
            Leaving.forEach (fun t -> kept.Add t.Handle |> ignore) (box next)

            for handle in owned do
                if not (kept.Contains handle) then
                    handle.Dispose()

            kept.RemoveWhere(fun h -> before.Contains h && not (owned.Contains h)) |> ignore
            owned <- kept
            state <- next

        state

    let private opDetach = op "detach"

    /// The same numbers, regarded as constant by derivatives.
    let detach (x: Tensor) : Tensor = unary opDetach x
