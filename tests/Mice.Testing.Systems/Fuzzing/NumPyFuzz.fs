namespace Mice.Fuzzing

open System
open System.IO
open Mice
open Mice.Information

/// NumPy's .npy files.
[<RequireQualifiedAccess>]
module NumPyFuzz =
    let private foreign =
        [
            "'<c16'"
            "'|O'"
            "'<U5'"
            "'|S3'"
            "'<M8[ns]'"
            "'<f16'"
            "'<x8'"
            "'<f3'"
            "''"
            "'<'"
            "None"
            "8"
            "[('a', '<f8')]"
            "('<f8', (2,))"
            "'<f8"
        ]

    /// What is no shape, or one of another number of values.
    let private wrongShapes (shape: int list) : string list =
        let first, count = shape.Head, List.fold (*) 1 shape

        [
            $"({count + 1}, {shape.Length})"
            "(x,)"
            $"(-{first},)"
            $"({first}.0,)"
            $"({first}LL,)"
            $"({first} {first},)"
            "(99999999999,)"
            "None"
            if count > 1 then
                "()"
            "(0,)"
            "'(3,)'"
        ]

    /// Kind of damage, detail, and entries that no longer say what they said.
    let private spoiltEntries (random: Random) (shape: int list) (entries: (string * string) list) =
        let key = fst (Choice.one random entries)

        let changed change (name: string) (texts: string list) =
            let text = Choice.one random texts
            change, text, entries |> List.map (fun (k, old) -> k, (if k = name then text else old))

        match random.Next 6 with
        | 0 -> changed "descr" "descr" foreign
        | 1 -> changed "shape" "shape" (wrongShapes shape)
        | 2 -> changed "fortran_order" "fortran_order" [ "Tru"; "None"; "0"; "true"; "'False'"; "" ]
        | 3 -> "entry taken out", key, entries |> List.filter (fun (k, _) -> k <> key)
        | 4 ->
            let other = Choice.one random [ key.ToUpperInvariant(); key + " "; "x" ]

            "entry named otherwise",
            $"{key}: {other}",
            entries |> List.map (fun (k, value) -> (if k = key then other else k), value)
        | _ ->
            let more = Choice.one random [ "descr", "'<i2'"; "shape", "(1,)"; "more", "1" ]
            "entry put in", fst more, entries @ [ more ]

    /// Kind of damage, detail, and a file that no longer says what it said.
    let private spoilt (random: Random) (shape: int list) (file: NumPyFile) : string * string * NumPyFile =
        let left = random.Next file.Data.Length

        match random.Next 4 with
        | 0 ->
            let cut = Array.truncate left file.Data
            "data cut off", $"{left} bytes left", { file with Data = cut }
        | 1 ->
            let more = Array.append file.Data [| 0uy |]
            "data put on", "", { file with Data = more }
        | _ ->
            let change, detail, entries = spoiltEntries random shape file.Entries
            change, detail, { file with Entries = entries }

    /// Bytes of the header's length, or anything else, changed.
    let private anyhow (random: Random) (content: byte[]) =
        if Choice.chance random 0.3 then
            Array.updateAt (6 + random.Next 6) (byte (random.Next 256)) content
        else
            Damage.mutate random content

    /// <summary>A file in some form, spoilt or not.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="numberType">The type of its numbers.</param>
    /// <param name="shape">Lengths of the axes.</param>
    /// <param name="values">The numbers in C's order.</param>
    /// <param name="rows">What a reader makes of it.</param>
    let make
        (random: Random)
        (numberType: char * int * string list)
        (shape: int list)
        (values: float[])
        (rows: int64[][])
        =
        let kind, size, _ = numberType
        let whole = NumPyFile.create random numberType shape values

        let case change detail meaning content : Case =
            {
                Change = change
                Detail = $"{kind}{size}, {detail}"
                Meaning = meaning
                Content = content
                Rows = rows
            }

        match random.Next 100 with
        | n when n < 40 -> case "other header" "" Meaning.Kept (NumPyFile.content random whole)
        | n when n < 80 ->
            let change, detail, changed = spoilt random shape whole
            case change detail (Meaning.Spoilt []) (NumPyFile.content random changed)
        | _ -> case "damage" "" Meaning.Unknown (anyhow random (NumPyFile.content random whole))

    let private anyNumber (random: Random) (kind: char) (size: int) : float =
        match kind, size with
        | 'f', 8 -> Choice.float random
        | 'f', _ -> float (random.Next 65 - 32) / 16.0
        | 'i', _ -> float (random.Next 200 - 100)
        | 'u', _ -> float (random.Next 250)
        | _ -> float (random.Next 2)

    let private makeAny (axes: int) (rows: int list -> float[] -> int64[][]) (random: Random) : Case =
        let kind, size, names = Choice.one random NumPyFile.types
        let shape = List.init axes (fun _ -> 1 + random.Next 5)

        let values =
            Array.init (List.fold (*) 1 shape) (fun _ -> anyNumber random kind size)

        make random (kind, size, names) shape values (rows shape values)

    let private arrayRows (shape: int list) (values: float[]) : int64[][] =
        [|
            shape |> Seq.map int64 |> Array.ofSeq
            values |> Array.map BitConverter.DoubleToInt64Bits
        |]

    let private readArray (path: string) : Outcome =
        use stream = File.OpenRead path

        NumPyArray.readHeader stream
        |> Result.bind (fun header ->
            let values = Array.zeroCreate (List.fold (*) 1 header.Shape)

            NumPyArray.readValues header (fun i value -> values[int i] <- value) stream
            |> Result.map (fun () -> arrayRows header.Shape values))
        |> Result.mapError (fun fault -> [ MiceError.BadFile(path, None, None, fault) ])
        |> Fuzz.outcome id (fun _ -> [])

    let private sampleRows (shape: int list) (values: float[]) : int64[][] =
        values |> Array.chunkBySize (shape |> List.skip 1 |> List.fold (*) 1) |> Array.map Fuzz.bits

    let private readSample (path: string) : Outcome =
        SampleFile.read path
        |> Fuzz.outcome (fun sample -> sampleRows [ sample.Rows; sample.Columns ] sample.Values) (fun _ -> [])

    /// Arrays of any shape, and samples of one and two axes.
    let formats: Format list =
        [
            {
                Name = ".npy, array"
                IsKeyed = false
                Make = fun random -> makeAny (1 + random.Next 4) arrayRows random
                Read = readArray
            }
            {
                Name = ".npy, sample"
                IsKeyed = false
                Make = fun random -> makeAny (1 + random.Next 2) sampleRows random
                Read = readSample
            }
        ]
