namespace Mice.Tensors

open System

/// What holds tensors and can show them to a scope: parameter trees, batches.
type ITensors =
    /// Calls the function on every tensor held.
    abstract ForEachTensor: (Tensor -> unit) -> unit

/// <summary>An immutable array of numbers with a shape, on a device.</summary>
/// <remarks>Operators broadcast as in NumPy: shapes are aligned at their last axis, axes of length 1 stretch. Element
/// types of two tensors must agree; a number takes the type of the tensor beside it. A tensor is freed by the
/// `Tensor.scope` it was created in, by Dispose, or by the garbage collector.</remarks>
and [<Sealed>] Tensor internal (handle: TensorHandle) =
    let mutable shape: int[] = null

    static let opAdd = Operator("aten::add", "Tensor")
    static let opAddScalar = Operator("aten::add", "Scalar")
    static let opSubtract = Operator("aten::sub", "Tensor")
    static let opReverseSubtract = Operator("aten::rsub", "Scalar")
    static let opMultiply = Operator("aten::mul", "Tensor")
    static let opMultiplyScalar = Operator("aten::mul", "Scalar")
    static let opDivide = Operator("aten::div", "Tensor")
    static let opDivideScalar = Operator("aten::div", "Scalar")
    static let opReciprocal = Operator("aten::reciprocal", "")
    static let opNegate = Operator("aten::neg", "")
    static let opPower = Operator("aten::pow", "Tensor_Tensor")
    static let opPowerScalar = Operator("aten::pow", "Tensor_Scalar")

    /// The native handle: the way to operators that have no function here.
    member _.Handle = handle

    /// Lengths of the axes.
    member _.Shape: int[] =
        if isNull shape then
            shape <- Dispatch.shapeOf handle |> Array.map int

        Array.copy shape

    /// Number of axes.
    member _.Rank = handle.Description >>> 20

    /// Number of elements.
    member this.Count = Array.fold (*) 1 this.Shape

    /// Type of the elements.
    member _.DType = Dispatch.dtypeOf handle

    /// Where the tensor lives.
    member _.Device = Dispatch.deviceOf handle

    /// Element type and device, to create tensors that go with this one.
    member this.Kind =
        {
            DType = this.DType
            Device = this.Device
        }

    /// Shape and element type, such as `[2; 3] float32`.
    override _.ToString() =
        if handle.IsClosed then
            "disposed tensor"
        else
            Dispatch.describe handle

    /// Frees the tensor now. Doing it twice is harmless, using it afterwards an ObjectDisposedException.
    member _.Dispose() = handle.Dispose()

    interface IDisposable with
        member _.Dispose() = handle.Dispose()

    interface ITensors with
        member this.ForEachTensor action = action this

    static member internal Call(op: Operator, args: Arg[]) = new Tensor(Dispatch.invokeOne op args)

    static member internal Binary(op: Operator, x: Tensor, y: Tensor) =
        if (x.Handle.Description ^^^ y.Handle.Description) &&& 0xff <> 0 then
            raise (
                TensorException
                    $"{op.ShortName} of {x} and {y}: the element types differ. Convert one with Tensor.convert."
            )

        Tensor.Call(op, [| Arg.Handle x.Handle; Arg.Handle y.Handle |])

    static member internal WithNumber(op: Operator, x: Tensor, a: float) =
        // Arithmetic of integers with a fraction would silently become float32.
        if a <> Math.Floor a && not (DType.isFloating x.DType) then
            raise (TensorException $"{op.ShortName} of {x} and {a}: convert the tensor to floating point first.")

        let number =
            if DType.isFloating x.DType then
                Arg.Float a
            else
                Arg.Int(int64 a)

        Tensor.Call(op, [| Arg.Handle x.Handle; number |])

    /// x + y, element by element.
    static member (+)(x: Tensor, y: Tensor) = Tensor.Binary(opAdd, x, y)

    /// x + a.
    static member (+)(x: Tensor, a: float) = Tensor.WithNumber(opAddScalar, x, a)

    /// a + x.
    static member (+)(a: float, x: Tensor) = Tensor.WithNumber(opAddScalar, x, a)

    /// x − y, element by element.
    static member (-)(x: Tensor, y: Tensor) = Tensor.Binary(opSubtract, x, y)

    /// x − a.
    static member (-)(x: Tensor, a: float) = Tensor.WithNumber(opAddScalar, x, -a)

    /// a − x.
    static member (-)(a: float, x: Tensor) =
        Tensor.WithNumber(opReverseSubtract, x, a)

    /// x · y, element by element.
    static member (*)(x: Tensor, y: Tensor) = Tensor.Binary(opMultiply, x, y)

    /// x · a.
    static member (*)(x: Tensor, a: float) =
        Tensor.WithNumber(opMultiplyScalar, x, a)

    /// a · x.
    static member (*)(a: float, x: Tensor) =
        Tensor.WithNumber(opMultiplyScalar, x, a)

    /// x / y, element by element.
    static member (/)(x: Tensor, y: Tensor) = Tensor.Binary(opDivide, x, y)

    /// x / a.
    static member (/)(x: Tensor, a: float) =
        Tensor.Call(opDivideScalar, [| Arg.Handle x.Handle; Arg.Float a |])

    /// a / x.
    static member (/)(a: float, x: Tensor) =
        Tensor.WithNumber(opMultiplyScalar, Tensor.Call(opReciprocal, [| Arg.Handle x.Handle |]), a)

    /// −x.
    static member (~-)(x: Tensor) =
        Tensor.Call(opNegate, [| Arg.Handle x.Handle |])

    /// x to the power y, element by element: `x ** y`.
    static member Pow(x: Tensor, y: Tensor) = Tensor.Binary(opPower, x, y)

    /// x to the power a: `x ** a`.
    static member Pow(x: Tensor, a: float) = Tensor.WithNumber(opPowerScalar, x, a)

/// Building arguments from tensors.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Arg =
    /// One tensor.
    let tensor (x: Tensor) = Arg.Handle x.Handle

    /// A list of tensors.
    let tensors (xs: seq<Tensor>) =
        Arg.Handles(xs |> Seq.map (fun x -> x.Handle) |> Seq.toArray)

    /// Lengths or axes.
    let ints (ns: seq<int>) =
        Arg.Ints(ns |> Seq.map int64 |> Seq.toArray)

    /// One integer.
    let int (n: int) = Arg.Int(int64 n)

/// <summary>Calling any operator of libtorch, or one of the native library, by name.</summary>
/// <example>let erf = Operator("aten::erf", "")
/// let y = Operator.call erf [ Arg.tensor x ]</example>
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Operator =
    /// Calls an operator that returns one tensor.
    let call (op: Operator) (args: Arg[]) : Tensor = Tensor.Call(op, args)

    /// Calls an operator; the tensors it returns, lists flattened, without those that are undefined.
    let callMany (op: Operator) (args: Arg[]) : Tensor[] =
        Dispatch.invoke op args
        |> Array.choose (function
            | Returned.Handle h -> Some(new Tensor(h))
            | _ -> None)

    /// Calls an operator that returns a number.
    let callNumber (op: Operator) (args: Arg[]) : float =
        match Dispatch.invoke op args with
        | [| Returned.Float x |] -> x
        | [| Returned.Int n |] -> float n
        | other -> raise (TensorException $"{op.ShortName}: returned {other.Length} values, one number was expected")

/// Short forms for the modules that name operators of libtorch.
[<AutoOpen>]
module internal OperatorNames =
    /// The operator without overloads of its own.
    let op (name: string) = Operator("aten::" + name, "")

    /// One of several operators of a name.
    let overload (name: string) (variant: string) = Operator("aten::" + name, variant)

    /// An operator of one tensor.
    let inline unary (op: Operator) (x: Tensor) : Tensor = Operator.call op [| Arg.tensor x |]
