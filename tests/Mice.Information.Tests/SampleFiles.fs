/// What the tests of sample files share: files of some bytes, and what the readers make of them.
module Mice.Information.Tests.SampleFiles

open Expecto
open System.Text
open Mice
open Mice.Information

/// What a reader makes of some text: the shape and the numbers, or the messages without the path.
let reading (read: string -> Result<Sample, MiceError list>) (content: byte[]) =
    withFile content (fun path ->
        match read path with
        | Ok s -> Ok(struct (s.Rows, s.Columns), List.ofArray s.Values)
        | Error faults -> Error(faults |> List.map (fun f -> (MiceError.message f).Replace(path + ": ", ""))))

let ofText (read: string -> Result<Sample, MiceError list>) (text: string) =
    reading read (Encoding.UTF8.GetBytes text)

/// A .npy file of version 1, laid out as NumPy does: the header ends with a line break at a multiple of 64 bytes.
let npy (descr: string) (isFortran: bool) (shape: string) (data: byte[]) : byte[] =
    let order = if isFortran then "True" else "False"

    let dictionary =
        $"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"

    let header =
        dictionary.PadRight((10 + dictionary.Length) / 64 * 64 + 64 - 11) + "\n"

    Array.concat
        [
            [| 0x93uy; 'N'B; 'U'B; 'M'B; 'P'B; 'Y'B; 1uy; 0uy |]
            [| byte header.Length; byte (header.Length / 256) |]
            Encoding.ASCII.GetBytes header
            data
        ]

/// The faults of some text as numbers, without the path.
let faultsOf (read: string -> Result<Sample, MiceError list>) (text: string) : string list =
    match ofText read text with
    | Error faults -> faults
    | Ok read -> failtest $"It was read: {read}"

/// A file of one of these cases; skips the test when they are not here.
let caseFile (case: string) (name: string) : string =
    Repository.needsReference [ "cases"; case; name ]
