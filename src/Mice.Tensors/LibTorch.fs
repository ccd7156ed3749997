namespace Mice.Tensors

open System
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text.RegularExpressions
open TorchSharp

/// <summary>Finds and loads libtorch and TorchSharp's native library, before TorchSharp is touched.</summary>
/// <remarks>Looked for in this order: the folder that the environment variable MICE_LIBTORCH names (a libtorch, its
/// `lib`, or the package `torch` of a Python installation), the program's folder, the folders that the program's
/// dependencies name, and the package cache, where notebooks and scripts leave native files. On Linux systems whose
/// libstdc++ is older than that of GCC 13 TorchSharp's library is loaded from a copy that needs one version less
/// strictly (see VersionNeed); no function of that version is ever called.</remarks>
module internal LibTorch =

    [<Literal>]
    let Variable = "MICE_LIBTORCH"

    let private bridge = "libLibTorchSharp.so"
    let private torchFile = "libtorch_cpu.so"
    let private packagePart = Path.Combine("runtimes", "linux-x64", "native")

    let private setting name =
        match Environment.GetEnvironmentVariable name with
        | null
        | "" -> None
        | value -> Some value

    let private beside =
        [
            Path.GetDirectoryName typeof<torch>.Assembly.Location
            AppContext.BaseDirectory
        ]
        |> List.filter (String.IsNullOrEmpty >> not)

    /// Folders of native files of a program: its own, and those that its dependencies name.
    let private ofProgram () =
        let named =
            match AppContext.GetData "NATIVE_DLL_SEARCH_DIRECTORIES" with
            | :? string as folders ->
                List.ofArray (folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            | _ -> []

        [
            for folder in beside do
                folder
                Path.Combine(folder, packagePart)
            yield! named
        ]

    /// Folders of native files in the package cache, for a package's name; the newest version first.
    let private ofPackages (name: string) =
        let caches =
            [
                // From packages/torchsharp/0.107.0/lib/net8.0, where a notebook loads TorchSharp from.
                for folder in beside do
                    Path.GetFullPath(Path.Combine(folder, "..", "..", "..", ".."))
                yield! Option.toList (setting "NUGET_PACKAGES")
                Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".nuget", "packages")
            ]

        [
            for cache in List.distinct caches do
                let package = Path.Combine(cache, name)

                if Directory.Exists package then
                    for version in Directory.GetDirectories package |> Array.sortDescending do
                        Path.Combine(version, packagePart)
        ]

    let private holding (file: string) (folders: string list) =
        folders |> List.tryFind (fun folder -> File.Exists(Path.Combine(folder, file)))

    /// The folder of libtorch; an error says where it was looked for.
    let folder () : Result<string, string> =
        match setting Variable with
        | Some given ->
            let looked =
                [ given; Path.Combine(given, "lib"); Path.Combine(given, "torch", "lib") ]

            match holding torchFile looked with
            | Some found -> Ok found
            | None ->
                let places = String.concat ", " looked
                Error $"{torchFile} is in none of the folders that {Variable} may mean: {places}"
        | None ->
            match holding torchFile (ofProgram () @ ofPackages "libtorch-cpu-linux-x64") with
            | Some found -> Ok found
            | None -> Error $"{torchFile} lies neither beside the program nor in the package cache"

    let bridgeFile () =
        match holding bridge (ofProgram () @ ofPackages "torchsharp") with
        | Some found -> Ok(Path.Combine(found, bridge))
        | None -> Error $"{bridge} of TorchSharp lies neither beside the program nor in the package cache"

    let private preload (folder: string) =
        let optional (pattern: string) =
            for file in Directory.GetFiles(folder, pattern) do
                NativeLibrary.TryLoad file |> ignore

        optional "libgomp*.so*"

        for name in [ "libc10.so"; "libc10_cuda.so"; torchFile; "libtorch_cuda.so"; "libtorch.so" ] do
            let file = Path.Combine(folder, name)

            if File.Exists file then
                NativeLibrary.Load file |> ignore

    /// The version of libstdc++ that the linker missed, if that alone kept a library from loading.
    let missingVersion (message: string) =
        let found = Regex.Match(message, @"version `(GLIBCXX_[0-9.]+)' not found")
        if found.Success then Some found.Groups[1].Value else None

    let private cache () =
        let folder =
            Environment.GetFolderPath Environment.SpecialFolder.LocalApplicationData

        let folder = if folder = "" then Path.GetTempPath() else folder
        Path.Combine(folder, "mice", "native")

    /// Writes a file under a name that its content determines; other processes see all of it or nothing.
    let private publish (original: byte[]) (content: byte[]) =
        let key = Convert.ToHexStringLower(SHA256.HashData original).Substring(0, 32)
        let folder = Path.Combine(cache (), key)
        let file = Path.Combine(folder, bridge)

        if not (File.Exists file && FileInfo(file).Length = content.LongLength) then
            Directory.CreateDirectory folder |> ignore
            let partial = Path.Combine(folder, $"{bridge}.{Guid.NewGuid():N}")
            File.WriteAllBytes(partial, content)
            File.Move(partial, file, true)

        file

    /// Loads TorchSharp's library, from a copy with weakened needs where libstdc++ is too old for it.
    let rec private loadBridge (original: string) (missing: Set<string>) =
        let file =
            if missing.IsEmpty then
                original
            else
                let bytes = File.ReadAllBytes original
                publish bytes (VersionNeed.weaken missing.Contains bytes)

        try
            NativeLibrary.Load file |> ignore
        with :? DllNotFoundException as e ->
            match missingVersion e.Message with
            | Some version when not (missing.Contains version) -> loadBridge original (missing.Add version)
            | _ -> reraise ()

    // The tensors of one training step are freed together at its end. By default the C library then gives their pages
    // back, and the next step pays a page fault for each of them; kept, the process holds no more than at its peak.
    [<DllImport("libc", EntryPoint = "mallopt")>]
    extern int private mallopt(int parameter, int value)

    let private keepPages () =
        try
            let trimThreshold, topPad, mmapThreshold = -1, -2, -3
            mallopt (mmapThreshold, 32 <<< 20) |> ignore
            mallopt (trimThreshold, 1 <<< 30) |> ignore
            mallopt (topPad, 16 <<< 20) |> ignore
        with :? EntryPointNotFoundException ->
            () // another C library, with rules of its own

    let private loadOnLinux () =
        match folder (), bridgeFile () with
        | Ok folder, Ok file ->
            try
                keepPages ()
                preload folder
                loadBridge file Set.empty
                Ok()
            with :? DllNotFoundException as e ->
                Error(e.Message.Split('\n')[0])
        | Error e, _
        | _, Error e -> Error e

    let private loaded =
        lazy
            (let prepared = if OperatingSystem.IsLinux() then loadOnLinux () else Ok()

             prepared
             |> Result.bind (fun () ->
                 try
                     torch.InitializeDeviceType DeviceType.CPU
                     Ok()
                 with
                 | :? NotSupportedException
                 | :? DllNotFoundException
                 | :? TypeInitializationException as e -> Error(e.Message.Split('\n')[0])))

    /// Loads everything once; what kept it from loading, in one line.
    let load () : Result<unit, string> = loaded.Value

    /// To be called before the first tensor is made; costs next to nothing afterwards.
    let ensure () =
        match load () with
        | Ok() -> ()
        | Error e -> raise (DllNotFoundException $"The tensor library could not be loaded: {e}.")
