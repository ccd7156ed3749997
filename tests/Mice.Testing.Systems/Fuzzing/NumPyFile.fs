namespace Mice.Fuzzing

open System
open System.Text
open Mice

/// An array as it stands in a .npy file.
type NumPyFile =
    {
        Version: byte
        /// Names and values of the header's dictionary, as Python writes them.
        Entries: (string * string) list
        /// Behind the dictionary.
        Padding: string
        Data: byte[]
    }

/// .npy files in any form that NumPy reads.
[<RequireQualifiedAccess>]
module NumPyFile =
    /// Kind and size of a number, and the names that NumPy has for it.
    let types: (char * int * string list) list =
        [
            'f', 8, [ "f8"; "d"; "float64" ]
            'f', 4, [ "f4"; "f"; "float32" ]
            'f', 2, [ "f2"; "e" ]
            'i', 8, [ "i8"; "q"; "int64" ]
            'i', 4, [ "i4"; "i" ]
            'i', 2, [ "i2"; "h" ]
            'i', 1, [ "i1"; "b"; "int8" ]
            'u', 8, [ "u8"; "Q" ]
            'u', 4, [ "u4" ]
            'u', 2, [ "u2"; "uint16" ]
            'u', 1, [ "u1"; "B" ]
            'b', 1, [ "b1"; "?"; "bool" ]
        ]

    /// Lowest byte first.
    let private bytesOf (kind: char) (size: int) (value: float) : byte[] =
        match kind, size with
        | 'f', 8 -> BitConverter.GetBytes value
        | 'f', 4 -> BitConverter.GetBytes(float32 value)
        | 'f', _ -> BitConverter.GetBytes(Half.op_Explicit value: Half)
        | _ -> Array.truncate size (BitConverter.GetBytes(int64 value))

    /// Places in C's order of the numbers in Fortran's order.
    let private columnMajor (shape: int list) : int[] =
        let place (left: int) =
            ((0, left), shape)
            ||> List.fold (fun (place, left) length -> place * length + left % length, left / length)
            |> fst

        Array.init (List.fold (*) 1 shape) place

    let private quoted (random: Random) (text: string) =
        Choice.one random [ $"'{text}'"; $"'{text}'"; $"\"{text}\""; $"u'{text}'" ]

    let private shapeText (random: Random) (shape: int list) =
        let suffix = Choice.one random [ ""; ""; "L" ]
        let gap = Choice.one random [ " "; ""; "  " ]
        let axes = shape |> List.map (fun axis -> $"{axis}{suffix}")
        let inner = String.Join("," + gap, axes)

        if shape.Length = 1 || Choice.chance random 0.2 then
            $"({inner},{gap})"
        else
            $"({inner})"

    /// A type as NumPy names it. Whole words take no sign of the order of bytes before them.
    let private descr (random: Random) (isSwapped: bool) (names: string list) : string =
        match Choice.one random names with
        | _ when isSwapped -> ">" + names.Head
        | word when word.Length > 2 -> word
        | name -> Choice.one random [ "<"; "<"; "|"; "="; "" ] + name

    /// <summary>The file of an array in some form.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="numberType">Kind and size of its numbers, and the names of their type.</param>
    /// <param name="shape">Lengths of the axes.</param>
    /// <param name="values">The numbers in C's order.</param>
    let create (random: Random) (numberType: char * int * string list) (shape: int list) (values: float[]) : NumPyFile =
        let kind, size, names = numberType
        let isSwapped = size > 1 && Choice.chance random 0.4
        let isColumnMajor = Choice.chance random 0.4

        let order =
            if isColumnMajor then
                columnMajor shape
            else
                Array.init values.Length id

        let number (i: int) =
            let bytes = bytesOf kind size values[i]
            if isSwapped then Array.rev bytes else bytes

        {
            Version = byte (1 + random.Next 3)
            Entries =
                [|
                    "descr", quoted random (descr random isSwapped names)
                    "fortran_order", (if isColumnMajor then "True" else "False")
                    "shape", shapeText random shape
                |]
                |> Choice.shuffled random
                |> List.ofArray
            Padding = String(' ', random.Next 70) + Choice.one random [ "\n"; "\n"; "" ]
            Data = order |> Array.collect number
        }

    /// The bytes of a file, whose header is written in some way.
    let content (random: Random) (file: NumPyFile) : byte[] =
        let colon = Choice.one random [ ": "; ":"; " : " ]
        let comma = Choice.one random [ ", "; ","; " , "; ",\n " ]

        let entries =
            file.Entries |> List.map (fun (key, value) -> quoted random key + colon + value)

        let ending = Choice.one random [ ", "; ""; "," ]
        let header = "{" + String.Join(comma, entries) + ending + "}" + file.Padding
        let length = BitConverter.GetBytes header.Length

        Array.concat
            [
                NumPyArray.magic
                [| file.Version; 0uy |]
                (if file.Version = 1uy then
                     Array.truncate 2 length
                 else
                     length)
                Encoding.Latin1.GetBytes header
                file.Data
            ]
