namespace Mice.Alloys

open System
open System.IO
open System.Text.Json
open Mice

/// Fields of JSON files; what is not as it should be names the file and the field.
[<RequireQualifiedAccess>]
module internal JsonFields =
    let private bad path fault =
        Error [ MiceError.BadFile(path, None, None, fault) ]

    /// All of a stream; path is named in errors.
    let ofStream (path: string) (stream: Stream) : Result<JsonElement, MiceError list> =
        try
            use document = JsonDocument.Parse stream
            Ok(document.RootElement.Clone())
        with :? JsonException as fault ->
            Error
                [
                    MiceError.BadFile(
                        path,
                        None,
                        fault.LineNumber |> Option.ofNullable |> Option.map ((+) 1L),
                        "no JSON: " + fault.Message
                    )
                ]

    /// The whole file.
    let parse (path: string) : Result<JsonElement, MiceError list> = InputFile.read path (ofStream path)

    /// The field of an object.
    let field (path: string) (name: string) (parent: JsonElement) : Result<JsonElement, MiceError list> =
        if parent.ValueKind <> JsonValueKind.Object then
            bad path $"an object with the field '{name}' is missing"
        else
            match parent.TryGetProperty name with
            | true, found -> Ok found
            | _ -> bad path $"the field '{name}' is missing"

    /// A finite number.
    let number (path: string) (name: string) (value: JsonElement) : Result<float, MiceError list> =
        match value.ValueKind with
        | JsonValueKind.Number when Double.IsFinite(value.GetDouble()) -> Ok(value.GetDouble())
        | _ -> bad path $"the field '{name}' is {value.GetRawText()}, which is no finite number"

    /// A text.
    let text (path: string) (name: string) (value: JsonElement) : Result<string, MiceError list> =
        match value.ValueKind with
        | JsonValueKind.String -> Ok(value.GetString() |> string)
        | _ -> bad path $"the field '{name}' is {value.GetRawText()}, which is no text"

    /// A list, each of whose items is read.
    let list
        (path: string)
        (name: string)
        (item: string -> JsonElement -> Result<'a, MiceError list>)
        (value: JsonElement)
        =
        if value.ValueKind = JsonValueKind.Array then
            value.EnumerateArray() |> Seq.map (item name) |> List.ofSeq |> Validate.all
        else
            bad path $"the field '{name}' is no list"

    /// The items of an object by their names, each once.
    let items
        (path: string)
        (name: string)
        (item: string -> JsonElement -> Result<'a, MiceError list>)
        (value: JsonElement)
        =
        if value.ValueKind = JsonValueKind.Object then
            let fields = value.EnumerateObject() |> List.ofSeq

            let twice =
                fields |> List.countBy _.Name |> List.tryFind (fun (_, count) -> count > 1)

            match twice with
            | Some(field, _) -> bad path $"the field '{field}' stands twice"
            | None ->
                fields
                |> List.map (fun f -> item $"{name}.{f.Name}" f.Value |> Result.map (fun v -> f.Name, v))
                |> Validate.all
        else
            bad path $"the field '{name}' is no object"
