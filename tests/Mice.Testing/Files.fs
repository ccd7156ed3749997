namespace Mice.Testing

open System
open System.IO

/// Files and folders that are gone after a test.
[<AutoOpen>]
module Files =
    /// Work in a folder of its own, which is deleted with all it holds.
    let inFolder (work: string -> 'a) : 'a =
        let folder = Directory.CreateTempSubdirectory "mice-"

        try
            work folder.FullName
        finally
            folder.Delete true

    /// Work with a file of this content, which lies in no folder of its own.
    let withFile (content: byte[]) (work: string -> 'a) : 'a =
        let path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")
        File.WriteAllBytes(path, content)

        try
            work path
        finally
            File.Delete path
