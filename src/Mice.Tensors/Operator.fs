namespace Mice.Tensors

open System
open System.Runtime.InteropServices
open System.Text
open Microsoft.FSharp.NativeInterop

#nowarn "9" // stack memory for arguments: sizes are computed from the arguments right here

/// An argument of an operator. Trailing arguments may be left out: they take the schema's defaults.
[<RequireQualifiedAccess>]
type Arg =
    /// No value, for an optional argument.
    | None
    /// One tensor.
    | Handle of TensorHandle
    /// A list of tensors.
    | Handles of TensorHandle[]
    /// A list in which null stands for no tensor, such as the indices of aten::index.
    | OptionalHandles of TensorHandle[]
    /// An integer; also an enumeration.
    | Int of int64
    /// A list of integers: shape, axes, strides.
    | Ints of int64[]
    /// A real number.
    | Float of float
    /// A list of real numbers.
    | Floats of float[]
    /// A truth value.
    | Bool of bool
    /// Element type.
    | DType of DType
    /// Device.
    | Device of Device
    /// A random generator with this seed (on the CPU).
    | Seed of uint64
    /// Text.
    | Text of string
    /// The default of the operator's schema.
    | Default

/// What an operator returned besides tensors.
[<RequireQualifiedAccess>]
type internal Returned =
    | Handle of TensorHandle
    | Nothing
    | Int of int64
    | Float of float

/// An operator of libtorch or of the native library, looked up once by name and overload when first called.
[<Sealed>]
type Operator(name: string, overload: string) =
    let mutable pointer = IntPtr.Zero

    /// Full name, such as aten::add.
    member _.Name = name

    /// Name without its library, such as add.
    member _.ShortName = name.Substring(name.IndexOf "::" + 2)

    /// Address of the native operator handle; looks it up at first.
    member internal _.Pointer =
        if pointer = IntPtr.Zero then
            Native.ensure ()
            let bytes (s: string) = Encoding.UTF8.GetBytes(s + "\000")
            let mutable found = IntPtr.Zero

            Native.mice_operator (bytes name, bytes overload, &found, Native.errorAddress (), Native.ErrorCapacity)
            |> Native.check $"operator {name}.{overload}"

            pointer <- found

        pointer

    /// The operator's schema as libtorch writes it: names, types and defaults of its arguments.
    member this.Schema =
        Native.mice_schema (this.Pointer, Native.errorAddress (), Native.ErrorCapacity) |> ignore

        Native.lastError ()

/// The one way into libtorch: every operator goes through `invoke`.
module internal Dispatch =

    let shapeOf (handle: TensorHandle) : int64[] =
        let rank = handle.Description >>> 20
        let sizes = Array.zeroCreate<int64> rank
        let mutable added = false

        try
            handle.DangerousAddRef &added
            use p = fixed sizes
            Native.mice_shape (handle.DangerousGetHandle(), NativePtr.toNativeInt p, rank)
        finally
            if added then
                handle.DangerousRelease()

        sizes

    let dtypeOf (handle: TensorHandle) =
        DType.ofNumber (handle.Description &&& 0xff)

    let deviceOf (handle: TensorHandle) =
        if (handle.Description >>> 8) &&& 0xf = 1 then
            Device.Cuda((handle.Description >>> 12) &&& 0xff)
        else
            Device.Cpu

    /// `[2; 3] float32`, as error messages show a tensor.
    let describe (handle: TensorHandle) =
        if isNull handle then
            "none"
        else
            let sizes = shapeOf handle |> Array.map string |> String.concat "; "
            $"[{sizes}] {DType.name (dtypeOf handle)}"

    let private fail (op: Operator) (args: Arg[]) =
        let shown =
            args
            |> Array.choose (function
                | Arg.Handle h -> Some(describe h)
                | Arg.Handles hs
                | Arg.OptionalHandles hs ->
                    let few = hs |> Array.truncate 8 |> Array.map describe |> String.concat ", "
                    let more = if hs.Length > 8 then $", … ({hs.Length} in all)" else ""
                    Some $"({few}{more})"
                | _ -> Option.None)
            |> String.concat " and "

        let onWhat = if shown = "" then "" else $" of {shown}"
        raise (TensorException $"{op.ShortName}{onWhat}: {Native.lastError ()}")

    let private listWords (arg: Arg) =
        match arg with
        | Arg.Handles hs
        | Arg.OptionalHandles hs -> hs.Length
        | Arg.Ints xs -> xs.Length
        | Arg.Floats xs -> xs.Length
        | Arg.Text s -> Encoding.UTF8.GetMaxByteCount s.Length / 8 + 1
        | _ -> 0

    /// Writes arguments into native words; counts every handle that it holds on to.
    type private Writer =
        {
            Words: nativeptr<int64>
            mutable Free: int
            mutable Held: int
        }

    let private set (w: Writer) i (tag: int) (count: int) (bits: int64) =
        NativePtr.set w.Words (2 * i) (int64 (uint32 tag) ||| (int64 count <<< 32))
        NativePtr.set w.Words (2 * i + 1) bits

    let private address (w: Writer) =
        NativePtr.toNativeInt (NativePtr.add w.Words w.Free) |> int64

    let private push (w: Writer) (word: int64) =
        NativePtr.set w.Words w.Free word
        w.Free <- w.Free + 1

    let private hold (w: Writer) (handle: TensorHandle) =
        let mutable added = false
        handle.DangerousAddRef &added
        w.Held <- w.Held + 1
        int64 (handle.DangerousGetHandle())

    let private setList w i tag count write =
        set w i tag count (address w)
        write ()

    let private writeText (w: Writer) i (s: string) =
        let bytes = Encoding.UTF8.GetBytes s
        let target = address w
        Marshal.Copy(bytes, 0, nativeint target, bytes.Length)
        w.Free <- w.Free + bytes.Length / 8 + 1
        set w i 12 bytes.Length target

    let private write (w: Writer) i (arg: Arg) =
        match arg with
        | Arg.None -> set w i 0 0 0L
        | Arg.Handle h -> set w i 1 0 (hold w h)
        | Arg.Handles hs ->
            setList w i 2 hs.Length (fun () ->
                for h in hs do
                    push w (hold w h))
        | Arg.Int n -> set w i 3 0 n
        | Arg.Ints ns ->
            setList w i 4 ns.Length (fun () ->
                for n in ns do
                    push w n)
        | Arg.Float x -> set w i 5 0 (BitConverter.DoubleToInt64Bits x)
        | Arg.Bool b -> set w i 6 0 (if b then 1L else 0L)
        | Arg.Device d -> set w i 7 0 (Device.code d)
        | Arg.Default -> set w i 8 0 0L
        | Arg.Floats xs ->
            setList w i 9 xs.Length (fun () ->
                for x in xs do
                    push w (BitConverter.DoubleToInt64Bits x))
        | Arg.Seed s -> set w i 10 0 (int64 s)
        | Arg.OptionalHandles hs ->
            setList w i 11 hs.Length (fun () ->
                for h in hs do
                    push w (if isNull h then 0L else hold w h))
        | Arg.Text s -> writeText w i s
        | Arg.DType d -> set w i 3 0 (int64 (DType.number d))

    /// Lets go of the first `held` handles among the arguments, in the order in which `write` took them.
    let private release (args: Arg[]) held =
        let mutable left = held

        let drop (h: TensorHandle) =
            if left > 0 && not (isNull h) then
                h.DangerousRelease()
                left <- left - 1

        for arg in args do
            match arg with
            | Arg.Handle h -> drop h
            | Arg.Handles hs
            | Arg.OptionalHandles hs -> Array.iter drop hs
            | _ -> ()

    let private read (header: int64) (bits: int64) =
        match int header with
        | 0 -> Returned.Nothing
        | 1 -> Returned.Handle(Scope.Adopt(nativeint bits, int (header >>> 32)))
        | 5 -> Returned.Float(BitConverter.Int64BitsToDouble bits)
        | _ -> Returned.Int bits

    [<Literal>]
    let private Room = 8

    /// Room for results; a larger number is fetched in a second call.
    let private readAll (count: int) (results: nativeptr<int64>) =
        if count <= Room then
            Array.init count (fun i -> read (NativePtr.get results (2 * i)) (NativePtr.get results (2 * i + 1)))
        else
            let many = Array.zeroCreate<int64>(2 * count)
            use p = fixed many
            Native.mice_results (NativePtr.toNativeInt p)
            Array.init count (fun i -> read many[2 * i] many[2 * i + 1])

    /// Calls with words and results already in place; returns the number of results.
    let private callNative (op: Operator) (args: Arg[]) (words: nativeptr<int64>) (results: nativeptr<int64>) =
        let w =
            {
                Words = words
                Free = 2 * args.Length
                Held = 0
            }

        try
            for i in 0 .. args.Length - 1 do
                write w i args[i]

            let mutable count = 0

            let status =
                Native.mice_call (
                    op.Pointer,
                    NativePtr.toNativeInt words,
                    args.Length,
                    NativePtr.toNativeInt results,
                    Room,
                    &count,
                    Native.errorAddress (),
                    Native.ErrorCapacity
                )

            if status = 1 then
                fail op args

            count
        finally
            release args w.Held

    let inline private withWords (args: Arg[]) ([<InlineIfLambda>] body: nativeptr<int64> -> 'r) : 'r =
        let mutable needed = 2 * args.Length + 1

        for arg in args do
            needed <- needed + listWords arg

        if needed <= 512 then
            body (NativePtr.stackalloc<int64> needed)
        else
            let heap = Array.zeroCreate<int64> needed
            use p = fixed heap
            body p

    /// Calls an operator; everything that it returns.
    let invoke (op: Operator) (args: Arg[]) : Returned[] =
        withWords args (fun words ->
            let results = NativePtr.stackalloc<int64>(2 * Room)
            let count = callNative op args words results
            readAll count results)

    /// Calls an operator that returns one tensor.
    let invokeOne (op: Operator) (args: Arg[]) : TensorHandle =
        withWords args (fun words ->
            let results = NativePtr.stackalloc<int64>(2 * Room)
            let count = callNative op args words results

            if count = 1 && int (NativePtr.get results 0) = 1 then
                Scope.Adopt(nativeint (NativePtr.get results 1), int (NativePtr.get results 0 >>> 32))
            else
                raise (TensorException $"{op.ShortName}: returned {count} values, one tensor was expected"))
