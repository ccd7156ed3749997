namespace Mice.Tensors

open System
open TorchSharp
open Mice

/// A bug in how tensors were used: shapes or element types that do not fit, an operator called wrongly. The message
/// names the operation and the shapes. What a user can get wrong is a `MiceError` instead.
type TensorException(message: string) =
    inherit Exception(message)

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

    /// The element type as TorchSharp names it.
    let internal torch (dtype: DType) : torch.ScalarType =
        LanguagePrimitives.EnumOfValue(sbyte (number dtype))

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

/// Settings of libtorch as a whole: version, threads, presence.
[<RequireQualifiedAccess>]
module Engine =
    /// Ok when libtorch and TorchSharp's library can be loaded; otherwise what is missing and how to get it
    /// (MiceError.Unavailable). Programs that use TorchSharp beside Mice call it before they touch TorchSharp.
    let load () : Result<unit, MiceError> =
        LibTorch.load ()
        |> Result.mapError (fun found ->
            MiceError.Unavailable(
                $"The tensor library libtorch ({found})",
                "Reference the package TorchSharp-cpu, or name the folder of a libtorch of version 2.10 or later in \
                 the environment variable MICE_LIBTORCH"
            ))

    /// Version of libtorch that TorchSharp was built against, such as 2.10.0.0.
    let version () : string = torch.__version__

    /// Processor threads used inside one operator.
    let threads () : int =
        LibTorch.ensure ()
        torch.get_num_threads ()

    /// Sets the processor threads used inside one operator, 1 or more. Call it before the first computation.
    let setThreads (count: int) : unit =
        LibTorch.ensure ()

        if count < 1 then
            raise (TensorException $"setThreads: {count} threads asked for, 1 or more are possible")

        torch.set_num_threads count

    /// Number of CUDA devices; 0 with a libtorch without CUDA.
    let cudaDevices () : int =
        LibTorch.ensure ()

        if torch.cuda.is_available () then
            torch.cuda.device_count ()
        else
            0

/// Devices that are there.
[<RequireQualifiedAccess>]
module Device =
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
                    "Compute on the CPU, or reference TorchSharp-cuda-linux or name the folder of a libtorch with CUDA in \
                     the environment variable MICE_LIBTORCH, on a machine with such a device"
                )
            )

    /// The n-th CUDA device; a TensorException when there is none. For input from users take `tryCuda`.
    let cuda (index: int) : Device =
        match tryCuda index with
        | Ok device -> device
        | Error e -> raise (TensorException(MiceError.message e))

    /// The device as TorchSharp names it.
    let internal torch (device: Device) : torch.Device =
        match device with
        | Device.Cpu -> torch.CPU
        | Device.Cuda n -> new torch.Device(DeviceType.CUDA, n)

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
