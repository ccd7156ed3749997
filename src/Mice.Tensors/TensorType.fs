namespace Mice.Tensors

open Mice
open System
open System.Runtime.InteropServices
open System.Threading
open TorchSharp

/// What holds tensors and can show them to a scope: parameter trees, batches.
type ITensors =
    /// Calls the function on every tensor held.
    abstract ForEachTensor: (Tensor -> unit) -> unit

/// Tells the garbage collector what hangs on a small object that no scope will free.
and [<Sealed; AllowNullLiteral>] internal Pressure(bytes: int64) =
    do GC.AddMemoryPressure bytes

    member this.Release() =
        GC.RemoveMemoryPressure bytes
        GC.SuppressFinalize this

    override this.Finalize() = GC.RemoveMemoryPressure bytes

/// Numbers that TorchSharp takes from us. Where it makes one itself, from a plain number, nothing keeps that one alive: the
/// collector may free it while the operation reads it. So no operation here lets TorchSharp convert a number, and none
/// is called on a tensor that nothing else holds.
and [<AbstractClass; Sealed>] internal Numbers private () =
    static let one = lazy (1L.ToScalar())

    /// 1, for every element type.
    static member One: Scalar = one.Value

/// Tensors created while a scope is open on this thread.
and [<Sealed; AllowNullLiteral>] internal Scope private (parent: Scope) =
    let created = ResizeArray<Tensor>()
    let mutable crowded = 4096

    [<ThreadStatic; DefaultValue>]
    static val mutable private current: Scope

    static member Open() =
        Scope.current <- Scope(Scope.current)
        Scope.current

    member private _.Register(tensor: Tensor) =
        created.Add tensor

        // A long-lived scope forgets what was freed in the meantime.
        if created.Count > crowded then
            created.RemoveAll(fun t -> t.IsDisposed) |> ignore
            crowded <- 2 * created.Count + 4096

    static member private Entrust(tensor: Tensor, owner: Scope) =
        if isNull owner then
            tensor.AddPressure()
        else
            owner.Register tensor

    /// Gives a new tensor to the scope that is open.
    static member Adopt(tensor: Tensor) = Scope.Entrust(tensor, Scope.current)

    /// Frees what was created inside, except tensors that are marked to leave; those become the parent's.
    member _.Close() =
        Scope.current <- parent

        for tensor in created do
            if not tensor.Leaves then
                tensor.Dispose()
            else
                tensor.Leaves <- false

                if not tensor.IsDisposed then
                    Scope.Entrust(tensor, parent)

/// <summary>An immutable array of numbers with a shape, on a device: a value over TorchSharp's `torch.Tensor`.</summary>
/// <remarks>Operators broadcast as in NumPy: shapes are aligned at their last axis, axes of length 1 stretch. Element
/// types of two tensors must agree; a number takes the type of the tensor beside it. A tensor is freed by the
/// `Tensor.scope` it was created in, by Dispose, or by the garbage collector.</remarks>
and [<Sealed>] Tensor internal (native: torch.Tensor) =
    let mutable shape: int[] = null
    let mutable pressure: Pressure = null
    // Twice the number of operations that are reading the tensor, plus one once it is disposed of.
    let mutable state = 0
    // One reference, so that threads that ask at the same time see all of it or nothing.
    let mutable kind: Kind option = None

    let mutable whole: struct (Tensor * int) voption = ValueNone
    let mutable pieces = 0

    let free () =
        native.Dispose()

        if not (isNull pressure) then
            pressure.Release()

        match whole with
        | ValueSome(struct (vector: Tensor, _)) -> vector.LosePiece()
        | ValueNone -> ()

    /// A tensor for one that TorchSharp returned, registered with the scope that is open.
    static member internal Adopt(native: torch.Tensor) : Tensor =
        native.DetachFromDisposeScope() |> ignore // ours alone frees it
        let tensor = new Tensor(native)
        Scope.Adopt tensor
        tensor

    /// TorchSharp's tensor; to be used between Enter and Leave only.
    member internal _.Native = native

    /// True once the tensor was disposed of.
    member _.IsDisposed = Volatile.Read &state &&& 1 = 1

    /// Holds on to the tensor for an operation: whoever disposes of it meanwhile, it is freed after Leave.
    member internal _.Enter() =
        let mutable entered = false

        while not entered do
            let before = Volatile.Read &state

            if before &&& 1 = 1 then
                raise (ObjectDisposedException "Tensor")

            entered <- Interlocked.CompareExchange(&state, before + 2, before) = before

    /// Ends what Enter began.
    member internal _.Leave() =
        if Interlocked.Add(&state, -2) = 1 then
            free ()

    member private this.Read(f: torch.Tensor -> 'r) : 'r =
        this.Enter()

        try
            f native
        finally
            this.Leave()

    /// Set while a scope decides what leaves it.
    member val internal Leaves = false with get, set

    /// The vector that this tensor is a piece of, and where it begins there: see Packing.
    member internal _.Whole = whole

    /// Makes this tensor a piece of a vector, which is freed with the last of its pieces.
    member internal _.BelongTo(vector: Tensor, offset: int) =
        whole <- ValueSome(struct (vector, offset))
        vector.GainPiece()

    member private _.GainPiece() = Interlocked.Increment &pieces |> ignore

    member private this.LosePiece() =
        if Interlocked.Decrement &pieces = 0 then
            this.Dispose()

    member internal this.AddPressure() =
        // A piece hangs on the memory of its vector, which counts it.
        if whole.IsNone && isNull pressure then
            let bytes = this.Read(fun t -> t.NumberOfElements * t.ElementSize)

            if bytes >= 4096L then
                pressure <- Pressure bytes

    member private this.Sizes =
        if isNull shape then
            shape <- this.Read(fun t -> Array.map int t.shape)

        shape

    /// Lengths of the axes.
    member this.Shape: int[] = Array.copy this.Sizes

    /// Number of axes.
    member this.Rank = this.Sizes.Length

    /// Number of elements.
    member this.Count = Array.fold (*) 1 this.Sizes

    /// Element type and device, to create tensors that go with this one.
    member this.Kind: Kind =
        match kind with
        | Some known -> known
        | None ->
            let read (t: torch.Tensor) =
                {
                    DType = DType.ofNumber (int t.dtype)
                    Device =
                        match t.device_type with
                        | DeviceType.CUDA -> Device.Cuda t.device_index
                        | _ -> Device.Cpu
                }

            let found = this.Read read
            kind <- Some found
            found

    /// Type of the elements.
    member this.DType: DType = this.Kind.DType

    /// Where the tensor lives.
    member this.Device: Device = this.Kind.Device

    /// Shape and element type, such as `[2; 3] float32`.
    override this.ToString() =
        if this.IsDisposed then
            "disposed tensor"
        else
            let sizes = this.Shape |> Array.map string |> String.concat "; "
            $"[{sizes}] {DType.name this.DType}"

    /// Frees the tensor now, or as soon as no operation reads it. Doing it twice is harmless, using it afterwards an
    /// ObjectDisposedException.
    member _.Dispose() =
        if Interlocked.Or(&state, 1) = 0 then
            free ()

    interface IDisposable with
        member this.Dispose() = this.Dispose()

    interface ITensors with
        member this.ForEachTensor action = action this

    static member private Fail(name: string, inputs: Tensor list, error: exn) : 'r =
        let shown = inputs |> List.truncate 8 |> List.map string |> String.concat " and "
        let onWhat = if shown = "" then "" else $" of {shown}"
        // libtorch appends a C++ stack trace: the first line is the message.
        raise (TensorException $"{name}{onWhat}: {error.Message.Split('\n')[0]}")

    /// The one way into TorchSharp: holds on to the tensors that are read, runs the operation, and turns its errors into
    /// a TensorException that names it.
    static member internal Guard(name: string, inputs: Tensor list, body: unit -> 'r) : 'r =
        let mutable entered = []

        try
            try
                for input in inputs do
                    input.Enter()
                    entered <- input :: entered

                body ()
            with
            | :? ExternalException
            | :? ArgumentException
            | :? NotImplementedException as e -> Tensor.Fail(name, inputs, e)
        finally
            for input in entered do
                input.Leave()

    /// An operation on one tensor.
    static member internal Unary(name: string, x: Tensor, f: torch.Tensor -> torch.Tensor) : Tensor =
        x.Enter()

        try
            try
                Tensor.Adopt(f x.Native)
            with
            | :? ExternalException
            | :? ArgumentException
            | :? NotImplementedException as e -> Tensor.Fail(name, [ x ], e)
        finally
            x.Leave()

    /// An operation on two tensors of one element type.
    static member internal Binary
        (name: string, x: Tensor, y: Tensor, f: torch.Tensor -> torch.Tensor -> torch.Tensor)
        : Tensor =
        if x.DType <> y.DType then
            raise (TensorException $"{name} of {x} and {y}: the element types differ. Convert one with Tensor.convert.")

        x.Enter()

        try
            y.Enter()

            try
                try
                    Tensor.Adopt(f x.Native y.Native)
                with
                | :? ExternalException
                | :? ArgumentException
                | :? NotImplementedException as e -> Tensor.Fail(name, [ x; y ], e)
            finally
                y.Leave()
        finally
            x.Leave()

    /// An operation on a tensor and a number.
    static member internal WithNumber
        (name: string, x: Tensor, a: float, f: torch.Tensor -> Scalar -> torch.Tensor)
        : Tensor =
        // Arithmetic of integers with a fraction would silently become float32.
        if a <> Math.Floor a && not (DType.isFloating x.DType) then
            raise (TensorException $"{name} of {x} and {a}: convert the tensor to floating point first.")

        use number =
            if DType.isFloating x.DType then
                a.ToScalar()
            else
                (int64 a).ToScalar()

        Tensor.Unary(name, x, fun t -> f t number)

    /// x + y, element by element.
    static member (+)(x: Tensor, y: Tensor) =
        Tensor.Binary("add", x, y, (fun s t -> s.add (t, Numbers.One)))

    /// x + a.
    static member (+)(x: Tensor, a: float) =
        Tensor.WithNumber("add", x, a, (fun t a -> t.add (a, Numbers.One)))

    /// a + x.
    static member (+)(a: float, x: Tensor) =
        Tensor.WithNumber("add", x, a, (fun t a -> t.add (a, Numbers.One)))

    /// x − y, element by element.
    static member (-)(x: Tensor, y: Tensor) =
        Tensor.Binary("sub", x, y, (fun s t -> s.sub t))

    /// x − a.
    static member (-)(x: Tensor, a: float) =
        Tensor.WithNumber("sub", x, a, (fun t a -> t.sub a))

    /// a − x.
    static member (-)(a: float, x: Tensor) =
        let fromNumber (t: torch.Tensor) (a: Scalar) =
            use negative = t.neg ()
            negative.add (a, Numbers.One)

        Tensor.WithNumber("rsub", x, a, fromNumber)

    /// x · y, element by element.
    static member (*)(x: Tensor, y: Tensor) =
        Tensor.Binary("mul", x, y, (fun s t -> s.mul t))

    /// x · a.
    static member (*)(x: Tensor, a: float) =
        Tensor.WithNumber("mul", x, a, (fun t a -> t.mul a))

    /// a · x.
    static member (*)(a: float, x: Tensor) =
        Tensor.WithNumber("mul", x, a, (fun t a -> t.mul a))

    /// x / y, element by element.
    static member (/)(x: Tensor, y: Tensor) =
        Tensor.Binary("div", x, y, (fun s t -> s.div t))

    /// x / a.
    static member (/)(x: Tensor, a: float) =
        use number = a.ToScalar()
        Tensor.Unary("div", x, (fun t -> t.div number))

    /// a / x.
    static member (/)(a: float, x: Tensor) =
        let fromNumber (t: torch.Tensor) (a: Scalar) =
            use inverse = t.reciprocal ()
            inverse.mul a

        Tensor.WithNumber("reciprocal", x, a, fromNumber)

    /// −x.
    static member (~-)(x: Tensor) =
        Tensor.Unary("neg", x, (fun t -> t.neg ()))

    /// x to the power y, element by element: `x ** y`.
    static member Pow(x: Tensor, y: Tensor) =
        Tensor.Binary("pow", x, y, (fun s t -> s.pow t))

    /// x to the power a: `x ** a`.
    static member Pow(x: Tensor, a: float) =
        Tensor.WithNumber("pow", x, a, (fun t a -> t.pow a))

/// Short forms for the modules that call TorchSharp.
[<AutoOpen>]
module internal Calling =
    /// An operation of one tensor.
    let inline unary (name: string) (f: torch.Tensor -> torch.Tensor) (x: Tensor) : Tensor = Tensor.Unary(name, x, f)

    /// An operation of two tensors of one element type.
    let inline binary
        (name: string)
        (f: torch.Tensor -> torch.Tensor -> torch.Tensor)
        (x: Tensor)
        (y: Tensor)
        : Tensor =
        Tensor.Binary(name, x, y, f)

    /// An operation of several tensors of any types; `f` reads what it is to compute with from them.
    let mixed (name: string) (inputs: Tensor list) (f: unit -> torch.Tensor) : Tensor =
        Tensor.Guard(name, inputs, f) |> Tensor.Adopt

    /// An operation that returns several tensors.
    let several (name: string) (inputs: Tensor list) (f: unit -> torch.Tensor[]) : Tensor[] =
        Tensor.Guard(name, inputs, f) |> Array.map Tensor.Adopt

    /// An operation that returns two tensors.
    let couple (name: string) (x: Tensor) (f: torch.Tensor -> struct (torch.Tensor * torch.Tensor)) =
        let struct (a, b) = Tensor.Guard(name, [ x ], (fun () -> f x.Native))
        struct (Tensor.Adopt a, Tensor.Adopt b)

    /// A new tensor from nothing.
    let created (name: string) (f: unit -> torch.Tensor) : Tensor =
        LibTorch.ensure ()
        mixed name [] f

    /// Lengths or axes as TorchSharp wants them.
    let int64s (ns: int list) : int64[] = ns |> List.toArray |> Array.map int64
