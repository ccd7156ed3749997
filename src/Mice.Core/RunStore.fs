namespace Mice

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text
open System.Text.Json.Nodes
open System.Threading

/// The calls of the C library behind a durable rename, which .NET does not offer for directories.
module private Posix =
    [<DllImport("libc", EntryPoint = "open", SetLastError = true)>]
    extern int openPath(byte[] path, int flags)

    [<DllImport("libc", EntryPoint = "fsync", SetLastError = true)>]
    extern int syncDescriptor(int descriptor)

    [<DllImport("libc", EntryPoint = "close", SetLastError = true)>]
    extern int closeDescriptor(int descriptor)

    /// Makes the entries of a directory durable. Some file systems refuse; then the rename is atomic but not yet durable.
    let syncDirectory (path: string) =
        if not (OperatingSystem.IsWindows()) then
            let descriptor = openPath (Encoding.UTF8.GetBytes(path + "\000"), 0)

            if descriptor >= 0 then
                syncDescriptor descriptor |> ignore
                closeDescriptor descriptor |> ignore

/// A directory that holds what a run needs to go on after it was killed: <c>run.json</c> with the identity of the run (its
/// options, seed and inputs) and the versions that made it, and one file per saved name. Every write is atomic. A directory becomes usable when a
/// calculation claims it.
type RunStore =
    private
        {
            Path: string
            /// Stands before all names.
            Prefix: string
            IsClaimed: bool
        }

/// Opening, saving and loading. A file of a saved name is 8 bytes "MICERUN1", the SHA-256 of the content, the content.
[<RequireQualifiedAccess>]
module RunStore =
    let private magic = "MICERUN1"B
    let private header = magic.Length + SHA256.HashSizeInBytes
    let private saves = ref 0

    /// <summary>Writes a file so that a reader, or a process that starts after a crash at any moment, sees either the old
    /// content or the new one: a temporary file beside it, fsync, rename, fsync of the directory.</summary>
    /// <param name="path">Where the content goes; its directory is made when it does not exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="T:System.IO.IOException">The disk is full, or the path cannot be written.</exception>
    let saveAtomically (path: string) (write: Stream -> unit) : unit =
        let full = Path.GetFullPath path

        let directory =
            Path.GetDirectoryName full |> Option.ofObj |> Option.defaultValue full

        Directory.CreateDirectory directory |> ignore

        let temporary =
            Path.Combine(
                directory,
                $".{Path.GetFileName full}.{Environment.ProcessId}.{Interlocked.Increment saves}.tmp"
            )

        try
            using (new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None)) (fun stream ->
                write stream
                stream.Flush true)

            File.Move(temporary, full, overwrite = true)
            Posix.syncDirectory directory
        finally
            // Exists only when something above failed.
            File.Delete temporary

    let private isAlive (processId: int) =
        try
            use found = Process.GetProcessById processId
            not found.HasExited
        with :? ArgumentException ->
            false

    /// Temporary files of processes that were killed while they saved.
    let private removeLeftovers (directory: string) =
        for file in Directory.GetFiles(directory, ".*.tmp") do
            match (Path.GetFileName file).Split '.' |> Array.rev with
            | parts when parts.Length >= 4 ->
                match Int32.TryParse parts[2] with
                | true, processId when not (isAlive processId) -> File.Delete file
                | _ -> ()
            | _ -> ()

    let private parseObject (text: string) =
        try
            match JsonNode.Parse text with
            | :? JsonObject as o -> Some o
            | _ -> None
        with :? Json.JsonException ->
            None

    let private entry (o: JsonObject) (key: string) =
        match o[key] with
        | null -> "nothing"
        | node -> node.ToJsonString()

    /// The options in which two identities differ, so that a message names them instead of quoting both.
    let private difference (directory: string) (stored: string) (given: string) =
        match parseObject stored, parseObject given with
        | Some a, Some b ->
            let keys = Seq.append a b |> Seq.map (fun pair -> pair.Key) |> Seq.distinct

            match keys |> Seq.filter (fun key -> entry a key <> entry b key) |> List.ofSeq with
            | [] -> None
            | different ->
                let all entries = String.concat ", " entries

                Some(
                    MiceError.Mismatch(
                        $"{all different} of this run and of the one kept in {directory}",
                        different |> List.map (entry b) |> all,
                        different |> List.map (entry a) |> all
                    )
                )
        | _ -> None
        |> Option.defaultValue (
            MiceError.Mismatch($"Options of this run and of the one kept in {directory}", given, stored)
        )

    let private version () =
        typeof<RunStore>.Assembly.GetName().Version
        |> Option.ofObj
        |> Option.map string
        |> Option.defaultValue "unknown"

    /// Version of what checkpoints mean. 2: training on TorchSharp, whose numbers differ from those before in the last digits. 3: the identity names the
    /// key of the run and all conditions.
    [<Literal>]
    let private Format = 3

    let private describe (identity: string) =
        JsonObject(
            [
                "identity", JsonValue.Create identity :> JsonNode
                "format", JsonValue.Create Format
                "mice", JsonValue.Create(version ())
                "dotnet", JsonValue.Create(string Environment.Version)
                "system", JsonValue.Create RuntimeInformation.RuntimeIdentifier
            ]
            |> Seq.map System.Collections.Generic.KeyValuePair
        )

    /// Identity and format of a run; files without a format are of the first.
    let private stored (file: string) : struct (string * int) option =
        let read (o: JsonObject) (key: string) =
            match o[key] with
            | :? JsonValue as value ->
                match value.TryGetValue<'a>() with
                | true, found -> Some found
                | _ -> None
            | _ -> None

        File.ReadAllText file
        |> parseObject
        |> Option.bind (fun o ->
            read o "identity"
            |> Option.map (fun identity -> struct (identity, Option.defaultValue 1 (read o "format"))))

    /// <summary>The identity of a run: canonical JSON of everything that decides its result.</summary>
    /// <param name="settings">Names and values of options, seed and hashes of the inputs, in any order.</param>
    let identity (settings: (string * string) list) : string =
        let fields =
            settings
            |> List.sortWith (fun (a, _) (b, _) -> String.CompareOrdinal(a, b))
            |> List.map (fun (key, value) ->
                System.Collections.Generic.KeyValuePair(key, JsonValue.Create value :> JsonNode))

        JsonObject(fields).ToJsonString()

    /// <summary>SHA-256 of what is written, as hexadecimal digits: stands in an identity for data too large for it.</summary>
    /// <param name="write">Writes the data.</param>
    let digest (write: BinaryWriter -> unit) : string =
        use hash = SHA256.Create()

        using (new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)) (fun stream ->
            use writer = new BinaryWriter(stream)
            write writer)

        Convert.ToHexStringLower hash.Hash

    /// <summary>Opens the run kept in a directory, or starts one there.</summary>
    /// <param name="directory">The directory; made when it does not exist.</param>
    /// <param name="identity">What the run is, as <c>identity</c> gives it.</param>
    /// <returns>Mismatch when the directory holds a run with another identity, BadFile when it cannot be used.</returns>
    let openOrCreate (directory: string) (identity: string) : Result<RunStore, MiceError list> =
        let file = Path.Combine(directory, "run.json")

        let claimed =
            {
                Path = directory
                Prefix = ""
                IsClaimed = true
            }

        let bad fault =
            Error [ MiceError.BadFile(file, None, None, fault) ]

        try
            Directory.CreateDirectory directory |> ignore
            removeLeftovers directory

            if File.Exists file then
                match stored file with
                | Some(struct (_, format)) when format <> Format ->
                    bad
                        $"it has checkpoints of version {format}, this Mice reads those of version {Format}; give another directory or delete this one."
                | Some(struct (found, _)) when found = identity -> Ok claimed
                | Some(struct (found, _)) -> Error [ difference directory found identity ]
                | None -> bad "this is no description of a run; give another directory or delete this one."
            else
                let text =
                    (describe identity).ToJsonString(Json.JsonSerializerOptions(WriteIndented = true))

                saveAtomically file (fun stream -> stream.Write(ReadOnlySpan(Encoding.UTF8.GetBytes text)))
                Ok claimed
        with
        | :? IOException
        | :? UnauthorizedAccessException as fault -> bad fault.Message

    /// <summary>A directory that the calculation which is given it claims.</summary>
    /// <param name="directory">The directory; made when it does not exist.</param>
    let at (directory: string) : RunStore =
        {
            Path = directory
            Prefix = ""
            IsClaimed = false
        }

    /// <summary>The store, claimed: a part of a calculation is given what the whole has claimed already.</summary>
    /// <param name="identity">What the run is, as <c>identity</c> gives it.</param>
    /// <param name="store">A store.</param>
    /// <returns>As of <c>openOrCreate</c>.</returns>
    let claim (identity: string) (store: RunStore) : Result<RunStore, MiceError list> =
        if store.IsClaimed then
            Ok store
        else
            openOrCreate store.Path identity

    /// <summary>The same store for a part of the work, whose names begin with that of the part.</summary>
    /// <param name="part">The part, as a part of a file name.</param>
    /// <param name="store">A store.</param>
    let below (part: string) (store: RunStore) : RunStore =
        { store with
            Prefix = $"{store.Prefix}{part}-"
        }

    /// <summary>The directory of a run.</summary>
    /// <param name="store">An open run.</param>
    let directory (store: RunStore) : string = store.Path

    let private fileOf (name: string) (store: RunStore) =
        if name = "" || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || name[0] = '.' then
            invalidArg (nameof name) $"'{name}' is no plain file name."

        if not store.IsClaimed then
            invalidOp $"No calculation has claimed {store.Path}."

        Path.Combine(store.Path, $"{store.Prefix}{name}.state")

    /// <summary>Saves the content under a name, replacing what was there, in one atomic step.</summary>
    /// <param name="name">A plain file name without a leading dot.</param>
    /// <param name="content">Any bytes.</param>
    /// <param name="store">An open run.</param>
    /// <exception cref="T:System.IO.IOException">The disk is full, or the directory is gone.</exception>
    let save (name: string) (content: byte[]) (store: RunStore) : unit =
        saveAtomically (fileOf name store) (fun stream ->
            stream.Write(ReadOnlySpan magic)
            stream.Write(ReadOnlySpan(SHA256.HashData content))
            stream.Write(ReadOnlySpan content))

    /// <summary>What was saved last under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="store">An open run.</param>
    /// <returns>Ok None when nothing was saved; BadFile when the file is not what was saved.</returns>
    let tryLoad (name: string) (store: RunStore) : Result<byte[] option, MiceError> =
        let file = fileOf name store

        let bad fault =
            Error(MiceError.BadFile(file, None, None, fault))

        if not (File.Exists file) then
            Ok None
        else
            try
                let bytes = File.ReadAllBytes file

                if bytes.Length < header || bytes[.. magic.Length - 1] <> magic then
                    bad "this is no saved state; delete it to start anew."
                else
                    let content = bytes[header..]

                    if SHA256.HashData content = bytes[magic.Length .. header - 1] then
                        Ok(Some content)
                    else
                        bad "the saved state is damaged (its SHA-256 differs); delete it to start anew."
            with
            | :? IOException
            | :? UnauthorizedAccessException as fault -> bad fault.Message
