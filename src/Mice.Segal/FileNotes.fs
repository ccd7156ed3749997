namespace Mice.Segal

open System
open Mice

/// The notes of a file of a network: text by name.
type internal FileNotes =
    {
        Path: string
        Values: Map<string, string>
    }

/// Reading of notes; what is not as it should be is a BadFile.
[<RequireQualifiedAccess>]
module internal FileNotes =
    /// What is wrong with the file.
    let fault (notes: FileNotes) (text: string) : Result<'a, MiceError list> =
        Error [ MiceError.BadFile(notes.Path, None, None, text) ]

    /// The text of a note.
    let value (notes: FileNotes) (key: string) : Result<string, MiceError list> =
        match Map.tryFind key notes.Values with
        | Some value -> Ok value
        | None -> fault notes $"its notes lack '{key}'"

    /// A note made of words, each of which is read; as many as are wanted.
    let words
        (notes: FileNotes)
        (read: string -> 'a option)
        (count: int option)
        (key: string)
        : Result<'a[], MiceError list> =
        value notes key
        |> Result.bind (fun text ->
            let found = text.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> Array.map read

            if Array.forall Option.isSome found && (count.IsNone || count = Some found.Length) then
                Ok(Array.map Option.get found)
            else
                fault notes $"its note '{key}' is '{text}'")

    /// One of several words.
    let choice (notes: FileNotes) (known: (string * 'a) list) (key: string) : Result<'a, MiceError list> =
        value notes key
        |> Result.bind (fun text ->
            match List.tryFind (fun (word, _) -> word = text) known with
            | Some(_, meaning) -> Ok meaning
            | None -> fault notes $"its note '{key}' is '{text}'")
