namespace Mice.Fuzzing

open System
open System.Security.Cryptography
open Mice.Samplers

/// Snapshots of lattices: .npy and .spins.
[<RequireQualifiedAccess>]
module SnapshotFuzz =
    let private rowsOf (toFloat: 'spin -> float) (snapshots: LatticeSnapshots<'spin>) : int64[][] =
        snapshots.Sites
        |> Array.map (fun sites ->
            Array.append (Array.map int64 snapshots.Shape) (sites |> Seq.map toFloat |> Fuzz.bits))

    let private readSpins (path: string) : Outcome =
        SnapshotFile.readSpins path |> Fuzz.outcome (rowsOf float) (fun _ -> [])

    let private readAngles (path: string) : Outcome =
        SnapshotFile.readAngles path |> Fuzz.outcome (rowsOf id) (fun _ -> [])

    let private snapshots (site: unit -> 'spin) (random: Random) : LatticeSnapshots<'spin> =
        let shape = Array.init (2 + random.Next 2) (fun _ -> 1 + random.Next 5)

        {
            Shape = shape
            Sites = Array.init (1 + random.Next 4) (fun _ -> Array.init (LatticeShape.sites shape) (fun _ -> site ()))
        }

    let private spins (random: Random) =
        snapshots (fun () -> Choice.one random [ -1y; 1y ]) random

    let private angles (random: Random) =
        snapshots (fun () -> 6.28 * random.NextDouble() - 3.14) random

    let private numPy (random: Random) (kinds: string) (toFloat: 'spin -> float) (found: LatticeSnapshots<'spin>) =
        let numberType =
            NumPyFile.types
            |> List.filter (fun (kind, size, _) -> kinds.Contains kind && (kinds.Length > 1 || size = 8))
            |> Choice.one random

        let shape = found.Sites.Length :: List.ofArray found.Shape
        let values = found.Sites |> Array.concat |> Array.map toFloat
        NumPyFuzz.make random numberType shape values (rowsOf toFloat found)

    /// Everything behind the magic and the SHA-256 in version 1, which has two axes, as docs/lattices.md describes it.
    let private summedFirst (random: Random) (kind: byte) (found: LatticeSnapshots<'spin>) (pack: 'spin[] -> byte[]) =
        Array.concat
            [
                [| 1uy; 0uy; kind; byte (1 + random.Next 2) |]
                BitConverter.GetBytes found.Shape[0]
                BitConverter.GetBytes found.Shape[1]
                BitConverter.GetBytes 1
                BitConverter.GetBytes(int64 found.Sites.Length)
                Array.init 6 (fun _ -> BitConverter.GetBytes(random.NextDouble())) |> Array.concat
                found.Sites |> Array.collect pack
            ]

    /// The same in version 2.
    let private summedSecond (random: Random) (kind: byte) (found: LatticeSnapshots<'spin>) (pack: 'spin[] -> byte[]) =
        let text (value: string) =
            Array.append (BitConverter.GetBytes(uint16 value.Length)) (System.Text.Encoding.UTF8.GetBytes value)

        let source =
            if random.Next 2 = 0 then
                BitConverter.GetBytes 0
            else
                Array.concat
                    [
                        BitConverter.GetBytes 2
                        Array.init 4 (fun _ -> BitConverter.GetBytes(random.NextDouble())) |> Array.concat
                        text "ising"
                        BitConverter.GetBytes 1us
                        text "field"
                        text "0.25"
                    ]

        let rest =
            Array.concat
                [
                    BitConverter.GetBytes found.Shape.Length
                    found.Shape |> Array.collect (fun (side: int) -> BitConverter.GetBytes side)
                    BitConverter.GetBytes(int64 found.Sites.Length)
                    source
                ]

        Array.concat
            [
                [| 2uy; 0uy; kind; (if kind = 1uy then 2uy else 0uy) |]
                BitConverter.GetBytes(48 + rest.Length)
                rest
                found.Sites |> Array.collect pack
            ]

    let private summed (random: Random) kind (found: LatticeSnapshots<'spin>) pack =
        if found.Shape.Length = 2 && random.Next 2 = 0 then
            summedFirst random kind found pack
        else
            summedSecond random kind found pack

    let private packed (spins: sbyte[]) : byte[] =
        spins
        |> Array.chunkBySize 8
        |> Array.map (fun bits ->
            bits |> Array.indexed |> Array.sumBy (fun (i, spin) -> if spin > 0y then 0x80uy >>> i else 0uy))

    let private withSum (summed: byte[]) : byte[] =
        Array.concat [ "MICESPIN"B; SHA256.HashData summed; summed ]

    /// Places and lengths of the fields of the header that say what follows, from the version on.
    let private fields = [ 0, 2; 2, 1; 3, 1; 4, 4; 8, 4; 12, 4; 16, 8; 20, 8 ]

    let private spinsCase (random: Random) (kind: byte) pack toFloat (found: LatticeSnapshots<'spin>) : Case =
        let content = summed random kind found pack

        let case change detail meaning content : Case =
            {
                Change = change
                Detail = detail
                Meaning = meaning
                Content = content
                Rows = rowsOf toFloat found
            }

        let whole = withSum content
        let at = random.Next whole.Length

        match random.Next 6 with
        | 0 -> case "nothing" "" Meaning.Kept whole
        | 1 ->
            let flipped = Array.updateAt at (whole[at] ^^^ (1uy <<< random.Next 8)) whole
            case "a bit" $"byte {at}" (Meaning.Spoilt []) flipped
        | 2 -> case "cut off" $"at byte {at}" (Meaning.Spoilt []) (Array.truncate at whole)
        | 3 -> case "put on" "" (Meaning.Spoilt []) (Array.append whole [| byte (random.Next 256) |])
        | 4 ->
            // A header that says something else, with the right sum.
            let place, length = Choice.one random fields
            let changed = Array.copy content
            random.NextBytes(Span(changed, place, length))

            if Choice.chance random 0.5 then
                Array.fill changed (place + 1) (length - 1) 0uy

            let isSame = changed.AsSpan().SequenceEqual(ReadOnlySpan content)
            let meaning = if isSame then Meaning.Kept else Meaning.Unknown
            case "header" $"field at {place}" meaning (withSum changed)
        | _ -> case "damage" "" Meaning.Unknown (Damage.mutate random whole)

    let private format name make read : Format =
        {
            Name = name
            IsKeyed = false
            Make = make
            Read = read
        }

    let private packedAngles = Array.collect (BitConverter.GetBytes: float -> byte[])

    /// Spins and angles in both formats.
    let formats: Format list =
        [
            format ".npy, spins" (fun random -> spins random |> numPy random "fi" float) readSpins
            format ".npy, angles" (fun random -> angles random |> numPy random "f" id) readAngles
            format ".spins, spins" (fun random -> spins random |> spinsCase random 1uy packed float) readSpins
            format ".spins, angles" (fun random -> angles random |> spinsCase random 2uy packedAngles id) readAngles
        ]
