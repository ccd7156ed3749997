namespace Mice

open System
open System.IO

/// Files that users name.
[<RequireQualifiedAccess>]
module InputFile =
    let private notRead (path: string) (fault: string) =
        Error [ MiceError.BadFile(path, None, None, fault) ]

    /// The content of a pipe, which can be read only once from front to end.
    let private copied (stream: Stream) : Stream =
        let content = new MemoryStream()
        stream.CopyTo content
        content.Position <- 0L
        content

    /// <summary>Opens a file, reads it and closes it.</summary>
    /// <param name="path">The file; a pipe is taken into memory first.</param>
    /// <param name="work">Gets the file at its beginning, with a known length, and may go back and forth in it.</param>
    /// <returns>What the work gives; MissingFile; BadFile for a directory, an empty file, and one that cannot be opened or read.</returns>
    let read (path: string) (work: Stream -> Result<'a, MiceError list>) : Result<'a, MiceError list> =
        try
            if Directory.Exists path then
                notRead path "this is a directory, not a file."
            elif not (File.Exists path) then
                Error [ MiceError.MissingFile path ]
            else
                use file = File.OpenRead path
                use stream = if file.CanSeek then file :> Stream else copied file

                if stream.Length = 0L then
                    notRead path "the file is empty."
                else
                    work stream
        with
        | :? IOException
        | :? UnauthorizedAccessException as fault -> notRead path fault.Message

    /// <summary>The first bytes of a file, at whose beginning it is left.</summary>
    /// <param name="count">How many; fewer when the file is shorter.</param>
    /// <param name="stream">A file that <c>read</c> opened.</param>
    let start (count: int) (stream: Stream) : byte[] =
        let first = Array.zeroCreate<byte> count
        stream.Position <- 0L
        let length = stream.ReadAtLeast(first, count, false)
        stream.Position <- 0L
        Array.truncate length first
