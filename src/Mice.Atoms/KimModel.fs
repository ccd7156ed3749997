namespace Mice.Atoms

open System
open System.IO
open System.Runtime.InteropServices
open System.Text
open System.Text.RegularExpressions
open Mice

/// OpenKIM models as Debian's package openkim-models installs them.
[<RequireQualifiedAccess>]
module KimModel =
    let private remedy =
        "Install the package openkim-models, or set KIM_API_PORTABLE_MODELS_DIR."

    let private folders () =
        [
            match Environment.GetEnvironmentVariable "KIM_API_PORTABLE_MODELS_DIR" with
            | null
            | "" -> ()
            | list -> yield! list.Split Path.PathSeparator
            for parent in [ "/usr/lib"; "/usr/local/lib" ] do
                Path.Combine(parent, "kim-api", "portable-models")

                if Directory.Exists parent then
                    for d in Directory.GetDirectories parent do
                        Path.Combine(d, "kim-api", "portable-models")
        ]

    /// <summary>The library of a model.</summary>
    /// <param name="model">Its extended KIM-ID.</param>
    /// <returns>The path, or <c>Unavailable</c>.</returns>
    let library (model: string) : Result<string, MiceError> =
        folders ()
        |> List.map (fun d -> Path.Combine(d, model, "libkim-api-portable-model.so"))
        |> List.tryFind File.Exists
        |> function
            | Some path -> Ok path
            | None -> Error(MiceError.Unavailable($"The OpenKIM model {model}", remedy))

    /// The name of the embedded-atom table among the library's symbols: the one that has a sibling with "_len".
    let private tableSymbol (path: string) : string option =
        let text = Encoding.Latin1.GetString(File.ReadAllBytes path)

        let lengths =
            Regex.Matches(text, "\000([A-Za-z][A-Za-z0-9_]*_eam_(?:fs|alloy))_len(?=\000)")
            |> Seq.map (fun m -> m.Groups[1].Value)
            |> Seq.distinct
            |> List.ofSeq

        match lengths with
        | [ one ] -> Some one
        | _ -> None

    /// <summary>The embedded-atom table inside a model's library: two exported symbols, the bytes and their number (uint32).</summary>
    /// <remarks>For one element the formats eam/alloy and eam/fs are the same. Tables are under the licence of their model (CDDL); they are
    /// copied at run time only.</remarks>
    /// <param name="model">Its extended KIM-ID.</param>
    /// <returns>The content of a file that LAMMPS' pair style eam/fs reads.</returns>
    let table (model: string) : Result<byte[], MiceError> =
        library model
        |> Result.bind (fun path ->
            let missing =
                MiceError.Unavailable($"An embedded-atom table inside {path}", "Use the route Kim.")

            match tableSymbol path with
            | None -> Error missing
            | Some symbol ->
                try
                    let handle = NativeLibrary.Load path

                    try
                        let length = Marshal.ReadInt32(NativeLibrary.GetExport(handle, symbol + "_len"))

                        if length < 100 || int64 length > FileInfo(path).Length then
                            Error missing
                        else
                            let bytes = Array.zeroCreate<byte> length
                            Marshal.Copy(NativeLibrary.GetExport(handle, symbol), bytes, 0, length)
                            Ok bytes
                    finally
                        NativeLibrary.Free handle
                with
                | :? DllNotFoundException
                | :? BadImageFormatException
                | :? EntryPointNotFoundException -> Error missing)
