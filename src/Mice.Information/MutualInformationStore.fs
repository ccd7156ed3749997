namespace Mice.Information

open System
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Tensors

/// <summary>The directory in which an estimate of mutual information keeps what it needs to go on after an interruption.</summary>
/// <remarks>A directory belongs to one set of options and samples, of which it keeps a hash. The number of threads may change.</remarks>
[<RequireQualifiedAccess>]
module MutualInformationStore =
    let private ofSample (sample: Sample) : string =
        RunStore.digest (fun writer ->
            writer.Write sample.Rows
            writer.Write sample.Columns
            writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan sample.Values)))

    let private kind (chosen: VariableKind option) =
        match chosen with
        | None -> "auto"
        | Some VariableKind.Continuous -> "continuous"
        | Some VariableKind.Discrete -> "discrete"

    /// <summary>The directory of an estimate, new or to be gone on with.</summary>
    /// <param name="options">How it is made.</param>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <param name="directory">Made when it does not exist.</param>
    /// <returns>Errors: Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let openOrCreate
        (options: MutualInformationOptions)
        (x: Sample)
        (y: Sample)
        (directory: string)
        : Result<RunStore, MiceError list> =
        RunStore.identity
            [
                "calculation", "mutual information"
                "x_sha256", ofSample x
                "y_sha256", ofSample y
                "method", options.Method
                "kind_x", kind options.KindX
                "kind_y", kind options.KindY
                "block_rows", options.BlockRows |> Option.map string |> Option.defaultValue "auto"
                "seed", string options.Seed
                "device", Device.name options.Device
            ]
        |> RunStore.openOrCreate directory
