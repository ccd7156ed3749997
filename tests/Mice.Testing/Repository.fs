namespace Mice.Testing

open System
open System.IO
open Expecto

/// Where the files are that tests and measurements read: in the working tree, or reference data beside it.
[<RequireQualifiedAccess>]
module Repository =
    /// The folder with Mice.sln above this program.
    let root: string =
        let rec above (folder: DirectoryInfo | null) =
            match folder with
            | null -> failwith "This program runs inside of the repository only."
            | f when File.Exists(Path.Combine(f.FullName, "Mice.sln")) -> f.FullName
            | f -> above f.Parent

        above (DirectoryInfo AppContext.BaseDirectory)

    /// The path of something in the working tree, from its folders and its name.
    let path (parts: string list) : string =
        Path.Combine(Array.ofList (root :: parts))

    /// A file or folder of the reference data, which are not part of the repository, or None where it is absent.
    let reference (parts: string list) : string option =
        let found = path (".." :: "shared" :: "reference" :: parts) |> Path.GetFullPath
        if Path.Exists found then Some found else None

    /// The same; skips the test where it is absent.
    let needsReference (parts: string list) : string =
        match reference parts with
        | Some found -> found
        | None ->
            let name = String.concat "/" parts
            skiptest $"the reference data {name} are not here"
