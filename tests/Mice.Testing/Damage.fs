/// Files damaged the way disks, transfers, editors and crashes damage them.
[<RequireQualifiedAccess>]
module Mice.Testing.Damage

open System
open System.Text

let private words =
    [|
        "nan"
        "inf"
        "-"
        "ITEM:"
        "1e400"
        "99999999999999999999"
        "\n"
        " "
        "\t"
        "\""
    |]

let private damage (random: Random) (bytes: byte[]) : byte[] =
    let n = bytes.Length
    let at = if n = 0 then 0 else random.Next n
    let length = min (n - at) (random.Next 200)

    match random.Next 7 with
    | 0 -> Array.truncate at bytes
    | 1 -> Array.removeManyAt at length bytes
    | 2 -> Array.insertManyAt at (Array.sub bytes at length) bytes
    | 3 ->
        let noise = Array.zeroCreate<byte> length
        random.NextBytes noise
        Array.concat [ Array.truncate at bytes; noise; Array.skip (at + length) bytes ]
    | 4 -> Array.insertManyAt at (Encoding.ASCII.GetBytes words[random.Next words.Length]) bytes
    | 5 when n > 0 -> Array.updateAt at (byte (random.Next 256)) bytes
    | _ when n > 0 -> Array.updateAt at (bytes[at] ^^^ (1uy <<< random.Next 8)) bytes
    | _ -> bytes

/// The file, damaged in one to four places.
let mutate (random: Random) (original: byte[]) : byte[] =
    (original, [ 1 .. 1 + random.Next 4 ]) ||> List.fold (fun bytes _ -> damage random bytes)
