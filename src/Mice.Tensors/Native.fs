namespace Mice.Tensors

open System
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open System.Text

/// A bug in how tensors were used: shapes or element types that do not fit, an operator called wrongly. The message
/// names the operation and the shapes. What a user can get wrong is a `MiceError` instead.
type TensorException(message: string) =
    inherit Exception(message)

/// One argument or result on its way over the border; the C++ side declares the same 16 bytes.
[<Struct; StructLayout(LayoutKind.Sequential)>]
type internal NativeValue =
    val mutable Tag: int
    val mutable Count: int
    val mutable Bits: int64

/// One error buffer per thread.
[<AbstractClass; Sealed>]
type internal NativeErrors private () =
    [<ThreadStatic; DefaultValue>]
    static val mutable private buffer: byte[]

    static member Buffer
        with get () = NativeErrors.buffer
        and set (b: byte[]) = NativeErrors.buffer <- b

/// The C functions of libmice_tensors, and where the library is looked for.
module internal Native =

    [<Literal>]
    let Library = "mice_tensors"

    [<Literal>]
    let ErrorCapacity = 2048

    [<DllImport(Library)>]
    extern int mice_operator(byte[] name, byte[] overload, nativeint& op, nativeint error, int capacity)

    [<DllImport(Library)>]
    extern int mice_schema(nativeint op, nativeint text, int capacity)

    [<DllImport(Library)>]
    extern int mice_call(
        nativeint op,
        nativeint arguments,
        int count,
        nativeint results,
        int room,
        int& resultCount,
        nativeint error,
        int capacity
    )

    [<DllImport(Library)>]
    extern void mice_results(nativeint results)

    [<DllImport(Library)>]
    extern void mice_free(nativeint tensor)

    [<DllImport(Library)>]
    extern int mice_from_host(
        nativeint data,
        nativeint sizes,
        int rank,
        int elementType,
        int64 device,
        NativeValue& result,
        nativeint error,
        int capacity
    )

    [<DllImport(Library)>]
    extern int mice_to_host(nativeint tensor, nativeint data, int64 bytes, nativeint error, int capacity)

    [<DllImport(Library)>]
    extern void mice_shape(nativeint tensor, nativeint sizes, int rank)

    [<DllImport(Library)>]
    extern int64 mice_bytes(nativeint tensor)

    [<DllImport(Library)>]
    extern int mice_requires_grad(nativeint tensor)

    [<DllImport(Library)>]
    extern int mice_leaf(nativeint tensor, NativeValue& result, nativeint error, int capacity)

    [<DllImport(Library)>]
    extern int mice_grad(
        nativeint outputs,
        nativeint vectors,
        int outputCount,
        nativeint inputs,
        int inputCount,
        int retainGraph,
        int createGraph,
        nativeint results,
        nativeint error,
        int capacity
    )

    [<DllImport(Library)>]
    extern int mice_grad_mode(int enabled)

    [<DllImport(Library)>]
    extern int mice_manual_seed(uint64 seed, nativeint error, int capacity)

    [<DllImport(Library)>]
    extern int mice_set_threads(int threads, nativeint error, int capacity)

    [<DllImport(Library)>]
    extern int mice_threads()

    [<DllImport(Library)>]
    extern int mice_cuda_devices()

    [<DllImport(Library)>]
    extern void mice_version(nativeint text, int capacity)

    let private fileName = "libmice_tensors.so"

    /// Where the library may lie, best first: MICE_NATIVE (the file or its folder), next to the assembly, in the
    /// folder of native libraries of a package.
    let candidates () =
        let besides =
            [
                Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)
                AppContext.BaseDirectory
            ]

        [
            match Environment.GetEnvironmentVariable "MICE_NATIVE" with
            | null
            | "" -> ()
            | path when Directory.Exists path -> Path.Combine(path, fileName)
            | path -> path
            for folder in besides |> List.filter (String.IsNullOrEmpty >> not) |> List.distinct do
                Path.Combine(folder, fileName)
                Path.Combine(folder, "runtimes", "linux-x64", "native", fileName)
        ]

    let private resolve (name: string) (_: Assembly) (_: Nullable<DllImportSearchPath>) =
        if name <> Library then
            IntPtr.Zero
        else
            match candidates () |> List.tryFind File.Exists with
            | Some path -> NativeLibrary.Load path
            | None -> IntPtr.Zero

    let private resolver =
        lazy NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), DllImportResolver resolve)

    /// To be called before the first native call; costs next to nothing afterwards.
    let ensure () = resolver.Value

    /// Text from a buffer that the library wrote.
    let text (buffer: byte[]) =
        Encoding.UTF8.GetString(buffer, 0, max 0 (Array.IndexOf(buffer, 0uy)))

    /// The address of this thread's error buffer.
    let errorAddress () =
        if isNull NativeErrors.Buffer then
            NativeErrors.Buffer <- GC.AllocateArray<byte>(ErrorCapacity, pinned = true)

        Marshal.UnsafeAddrOfPinnedArrayElement(NativeErrors.Buffer, 0)

    /// The message that the last failing call on this thread left.
    let lastError () = text NativeErrors.Buffer

    /// Looks at the status of a native call: the one place where statuses become exceptions.
    let check (operation: string) status =
        if status <> 0 then
            raise (TensorException $"{operation}: {lastError ()}")
