namespace Mice.Tensors

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.Json
open Mice

/// <summary>Parameter trees in files of the safetensors format, readable from Python and many other languages.</summary>
/// <remarks>Layout: 8 bytes little-endian length n of the header; n bytes of JSON
/// `{"encoder.0.weight": {"dtype": "F32", "shape": [128, 64], "data_offsets": [0, 32768]}, …, "__metadata__": {…}}`,
/// padded with blanks to a multiple of 8; then the elements, row-major and little-endian, without gaps. Types: F32, F64,
/// I64, BOOL. The names are the tensors' paths. Format: https://github.com/huggingface/safetensors.</remarks>
[<RequireQualifiedAccess>]
module Safetensors =

    let private typeName dtype =
        match dtype with
        | DType.Float32 -> "F32", 4
        | DType.Float64 -> "F64", 8
        | DType.Int64 -> "I64", 8
        | DType.Bool -> "BOOL", 1
        | DType.Other _ -> raise (TensorException $"safetensors: {DType.name dtype} cannot be stored")

    let private bytesOf (t: Tensor) : byte[] =
        let raw (data: 'a[]) size =
            let bytes = Array.zeroCreate<byte>(data.Length * size)
            Buffer.BlockCopy(data, 0, bytes, 0, bytes.Length)
            bytes

        match t.DType with
        | DType.Float32 -> raw (Tensor.toArray<float32> t) 4
        | DType.Float64 -> raw (Tensor.toArray<float> t) 8
        | DType.Int64 -> raw (Tensor.toArray<int64> t) 8
        | _ -> raw (Tensor.toArray<bool> t) 1

    let private header (metadata: (string * string) list) (tensors: (string * Tensor)[]) : byte[] =
        use buffer = new MemoryStream()

        using (new Utf8JsonWriter(buffer)) (fun json ->
            json.WriteStartObject()

            if not metadata.IsEmpty then
                json.WriteStartObject "__metadata__"
                metadata |> List.iter json.WriteString
                json.WriteEndObject()

            let mutable offset = 0L

            for path, t in tensors do
                let name, size = typeName t.DType
                let next = offset + int64 t.Count * int64 size
                json.WriteStartObject path
                json.WriteString("dtype", name)
                json.WriteStartArray "shape"
                t.Shape |> Array.iter json.WriteNumberValue
                json.WriteEndArray()
                json.WriteStartArray "data_offsets"
                json.WriteNumberValue offset
                json.WriteNumberValue next
                json.WriteEndArray()
                json.WriteEndObject()
                offset <- next

            json.WriteEndObject())

        let padding = (8 - int buffer.Length % 8) % 8
        buffer.Write(Encoding.ASCII.GetBytes(String(' ', padding)))
        buffer.ToArray()

    let private writeTo (metadata: (string * string) list) (tree: Params) (stream: Stream) =
        let tensors = Params.flatten tree
        let head = header metadata tensors
        let length = Array.zeroCreate<byte> 8
        BinaryPrimitives.WriteInt64LittleEndian(length, int64 head.Length)
        stream.Write length
        stream.Write head

        for _, t in tensors do
            stream.Write(bytesOf t)

    /// Writes a tree and optional notes about it (`__metadata__`) to a file, atomically: the file is there completely or
    /// as it was before.
    let save (path: string) (metadata: (string * string) list) (tree: Params) : unit =
        RunStore.saveAtomically path (writeTo metadata tree)

    /// The content of such a file, for storing it elsewhere.
    let toBytes (metadata: (string * string) list) (tree: Params) : byte[] =
        use stream = new MemoryStream()
        writeTo metadata tree stream
        stream.ToArray()

    /// What makes a file unreadable; becomes a MiceError with the path.
    exception private Fault of string

    let private fault text = raise (Fault text)

    let private tensorOf (path: string) (dtype: string) (shape: int list) (data: byte[]) : Tensor =
        let copy (size: int) (make: int -> 'a[]) =
            let values = make (data.Length / size)
            Buffer.BlockCopy(data, 0, values, 0, data.Length)
            Tensor.ofArray shape values

        match dtype with
        | "F32" -> copy 4 Array.zeroCreate<float32>
        | "F64" -> copy 8 Array.zeroCreate<float>
        | "I64" -> copy 8 Array.zeroCreate<int64>
        | "BOOL" -> data |> Array.map ((<>) 0uy) |> Tensor.ofArray shape
        | other -> fault $"tensor '{path}' has the element type {other}; F32, F64, I64 and BOOL can be read"

    let private elementSize dtype =
        match dtype with
        | "F32" -> 4L
        | "F64"
        | "I64" -> 8L
        | "BOOL" -> 1L
        | _ -> 0L

    let private readTensor (file: byte[]) (start: int64) (expected: int64) (name: string) (entry: JsonElement) =
        let dtype = entry.GetProperty("dtype").GetString()
        let shape = [ for n in entry.GetProperty("shape").EnumerateArray() -> n.GetInt32() ]

        let offsets =
            [ for n in entry.GetProperty("data_offsets").EnumerateArray() -> n.GetInt64() ]

        let count = shape |> List.fold (fun product n -> Checked.(*) product (int64 n)) 1L

        match offsets with
        | [ a; b ] when List.forall (fun n -> n >= 0) shape ->
            let size = elementSize dtype

            if size > 0L && b - a <> count * size then
                fault $"tensor '{name}' of shape {shape} takes {count * size} bytes, but {b - a} are named for it"

            if a <> expected then
                fault $"tensor '{name}' starts at byte {a} of the data instead of {expected}"

            if b < a || start + b > file.LongLength then
                fault $"the file ends at byte {file.LongLength}, tensor '{name}' at byte {start + b}: it is truncated"

            let data = Array.sub file (int (start + a)) (int (b - a))
            struct (tensorOf name dtype shape data, b)
        | _ -> fault $"tensor '{name}' has no valid shape and offsets"

    /// Puts tensors named by paths back into a tree; branches keep the order of their first tensor.
    let rec private treeOf (items: (string list * Tensor)[]) : Params =
        match items with
        | [| [], t |] -> Params.Leaf t
        | _ ->
            items
            |> Array.groupBy (fun (path, _) ->
                match path with
                | name :: _ -> name
                | [] -> fault "one tensor's name is the beginning of another's")
            |> Array.map (fun (name, group) -> name, treeOf (group |> Array.map (fun (path, t) -> List.tail path, t)))
            |> Params.Node

    let private headerOf (file: byte[]) =
        if file.Length < 8 then
            fault $"{file.Length} bytes are too few for a safetensors file"

        let length = BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan<byte>(file, 0, 8))

        if length < 2L || length > file.LongLength - 8L then
            fault
                $"its header would be {length} bytes long in a file of {file.LongLength}: not a safetensors file, or truncated"

        JsonDocument.Parse(ReadOnlyMemory<byte>(file, 8, int length)), 8L + length

    let private parse (file: byte[]) : struct (Params * (string * string) list) =
        let json, start = headerOf file
        use json = json
        let mutable expected = 0L
        let mutable metadata = []

        let tensors =
            [|
                for entry in json.RootElement.EnumerateObject() do
                    if entry.Name = "__metadata__" then
                        metadata <-
                            [
                                for note in entry.Value.EnumerateObject() -> note.Name, note.Value.GetString()
                            ]
                    else
                        let struct (t, next) = readTensor file start expected entry.Name entry.Value
                        expected <- next

                        (if entry.Name = "" then
                             []
                         else
                             List.ofArray (entry.Name.Split '.')),
                        t
            |]

        if start + expected <> file.LongLength then
            fault $"{file.LongLength - start - expected} bytes follow after the last tensor"

        struct ((if tensors.Length = 0 then Params.empty else treeOf tensors), metadata)

    /// The tree and the notes in the content of a safetensors file; `path` is named in errors. Tensors come to the CPU.
    let ofBytes (path: string) (content: byte[]) : Result<Params * (string * string) list, MiceError> =
        let bad text =
            Error(MiceError.BadFile(path, None, None, text))

        try
            let struct (tree, metadata) = parse content
            Ok(tree, metadata)
        with
        | Fault text -> bad text
        | :? JsonException
        | :? InvalidOperationException
        | :? FormatException
        | :? OverflowException
        | :? Collections.Generic.KeyNotFoundException -> bad "its header is not that of a safetensors file"

    /// Reads a tree and the notes about it. A truncated or foreign file is a BadFile, an absent one a MissingFile.
    let load (path: string) : Result<Params * (string * string) list, MiceError> =
        if not (File.Exists path) then
            Error(MiceError.MissingFile path)
        else
            try
                ofBytes path (File.ReadAllBytes path)
            with
            | :? IOException as e -> Error(MiceError.BadFile(path, None, None, e.Message))
            | :? UnauthorizedAccessException as e -> Error(MiceError.BadFile(path, None, None, e.Message))
