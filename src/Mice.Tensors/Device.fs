namespace Mice.Tensors

open Mice

/// Type of the elements of a tensor.
[<RequireQualifiedAccess; Struct>]
type DType =
    /// 64-bit signed integers: indices, counts, classes.
    | Int64
    /// Single precision, for training.
    | Float32
    /// Double precision, where sums are long.
    | Float64
    /// True or false: masks.
    | Bool
    /// Anything else that libtorch knows; its number there. Convert before use.
    | Other of number: int

/// Element types and their numbers in libtorch.
[<RequireQualifiedAccess>]
module DType =
    /// libtorch's number of an element type (c10::ScalarType).
    let number (dtype: DType) =
        match dtype with
        | DType.Int64 -> 4
        | DType.Float32 -> 6
        | DType.Float64 -> 7
        | DType.Bool -> 11
        | DType.Other n -> n

    /// The element type with libtorch's number n.
    let ofNumber (n: int) =
        match n with
        | 4 -> DType.Int64
        | 6 -> DType.Float32
        | 7 -> DType.Float64
        | 11 -> DType.Bool
        | n -> DType.Other n

    /// Name as in error messages: float32, float64, int64, bool.
    let name (dtype: DType) =
        match dtype with
        | DType.Int64 -> "int64"
        | DType.Float32 -> "float32"
        | DType.Float64 -> "float64"
        | DType.Bool -> "bool"
        | DType.Other n -> $"element type {n}"

    /// Whether a derivative with respect to such elements exists.
    let isFloating (dtype: DType) =
        dtype = DType.Float32 || dtype = DType.Float64

/// Where a tensor lives and is computed on.
[<RequireQualifiedAccess; Struct>]
type Device =
    /// Main memory and the processor.
    | Cpu
    /// The n-th CUDA device, from 0. `Device.tryCuda` checks that it is there.
    | Cuda of index: int

/// Settings of libtorch as a whole: version, threads, presence.
[<RequireQualifiedAccess>]
module Engine =
    /// Ok when the native library and libtorch can be loaded; otherwise what is missing and how to get it.
    let load () : Result<unit, MiceError> =
        try
            Native.ensure ()
            Native.mice_threads () |> ignore
            Ok()
        with
        | :? System.DllNotFoundException
        | :? System.BadImageFormatException as e ->
            let looked = Native.candidates () |> String.concat ", "

            Error(
                MiceError.Unavailable(
                    $"The tensor library libmice_tensors.so (looked for in {looked}; {e.Message})",
                    "Install libtorch-dev and libopenblas0-pthread, build the library with CMake from \
                     src/Mice.Tensors/native, or name it in the environment variable MICE_NATIVE"
                )
            )

    /// Version of libtorch that the native library was built against, such as 1.13.1.
    let version () =
        Native.ensure ()
        Native.mice_version (Native.errorAddress (), Native.ErrorCapacity)
        Native.lastError ()

    /// Processor threads used inside one operator.
    let threads () =
        Native.ensure ()
        Native.mice_threads ()

    /// Sets the processor threads used inside one operator, 1 or more. Call it before the first computation.
    let setThreads (count: int) =
        Native.ensure ()

        if count < 1 then
            raise (TensorException $"setThreads: {count} threads asked for, 1 or more are possible")

        Native.mice_set_threads (count, Native.errorAddress (), Native.ErrorCapacity)
        |> Native.check "setThreads"

    /// Number of CUDA devices; 0 with a libtorch without CUDA.
    let cudaDevices () =
        Native.ensure ()
        Native.mice_cuda_devices ()

/// Devices as values.
[<RequireQualifiedAccess>]
module Device =
    /// Main memory and the processor.
    let cpu = Device.Cpu

    /// The n-th CUDA device, or one clear error when there is none.
    let tryCuda (index: int) : Result<Device, MiceError> =
        let count = Engine.cudaDevices ()

        if 0 <= index && index < count then
            Ok(Device.Cuda index)
        else
            let found = if count = 0 then "none" else $"0 to {count - 1}"

            Error(
                MiceError.Unavailable(
                    $"CUDA device {index} (found: {found})",
                    "Compute on the CPU, or build the tensor library against a libtorch with CUDA on a machine with such a device"
                )
            )

    /// The n-th CUDA device; a TensorException when there is none. For input from users take `tryCuda`.
    let cuda (index: int) : Device =
        match tryCuda index with
        | Ok device -> device
        | Error e -> raise (TensorException(MiceError.message e))

    /// Name as users write it: cpu, cuda:0.
    let name (device: Device) =
        match device with
        | Device.Cpu -> "cpu"
        | Device.Cuda n -> $"cuda:{n}"

    /// The code that crosses the native border.
    let internal code (device: Device) =
        match device with
        | Device.Cpu -> 0L
        | Device.Cuda n -> 1L ||| (int64 n <<< 8)

/// Element type and device of a tensor to be created.
[<Struct>]
type Kind =
    {
        /// Element type.
        DType: DType
        /// Where it lives.
        Device: Device
    }

/// Common kinds: `Tensor.zeros Kind.float32 [ 3; 4 ]`.
[<RequireQualifiedAccess>]
module Kind =
    let private onCpu dtype = { DType = dtype; Device = Device.Cpu }
    /// Single precision on the CPU.
    let float32 = onCpu DType.Float32
    /// Double precision on the CPU.
    let float64 = onCpu DType.Float64
    /// Integers on the CPU.
    let int64 = onCpu DType.Int64
    /// Truth values on the CPU.
    let bool = onCpu DType.Bool
    /// The same element type on another device.
    let on (device: Device) (kind: Kind) = { kind with Device = device }
