namespace Mice

/// Where numbers are computed.
[<RequireQualifiedAccess; Struct>]
type Device =
    /// Main memory and the processor.
    | Cpu
    /// The n-th CUDA device, from 0.
    | Cuda of index: int

/// Devices as values. Whether one is there, the tensor engine tells.
[<RequireQualifiedAccess>]
module Device =
    /// Main memory and the processor.
    let cpu = Device.Cpu

    /// <summary>Name as users write it: cpu, cuda:0.</summary>
    /// <param name="device">A device.</param>
    let name (device: Device) : string =
        match device with
        | Device.Cpu -> "cpu"
        | Device.Cuda n -> $"cuda:{n}"
