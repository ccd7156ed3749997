module Mice.Tests.NumPyArrayTests

open System
open System.IO
open System.Text
open Xunit
open FsCheck
open FsCheck.FSharp
open Mice

/// Shape and numbers in C's order, or the fault.
let private read (content: byte[]) : Result<int list * float list, string> =
    use stream = new MemoryStream(content)

    NumPyArray.readHeader stream
    |> Result.bind (fun header ->
        let values = Array.create (List.fold (*) 1 header.Shape) nan

        NumPyArray.readValues header (fun i value -> values[int i] <- value) stream
        |> Result.map (fun () -> header.Shape, List.ofArray values))

let private written (write: Stream -> unit) : byte[] =
    use stream = new MemoryStream()
    write stream
    stream.ToArray()

/// A file as NumPy 1.24 wrote it: 118 bytes of header, filled with blanks.
let private ofNumPy (dictionary: string) (hex: string) : byte[] =
    Array.concat
        [
            [| 0x93uy |]
            "NUMPY\001\000v\000"B
            Encoding.ASCII.GetBytes(dictionary.PadRight 117 + "\n")
            Convert.FromHexString hex
        ]

let private spins =
    [ 1.0; -1.0; 1.0; -1.0; -1.0; 1.0; 1.0; 1.0; 1.0; -1.0; 1.0; -1.0 ]

let private int8 =
    ofNumPy "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2, 3), }" "01ff01ffff01010101ff01ff"

[<Fact>]
let ``Files of NumPy are read`` () =
    Assert.Equal(Ok([ 2; 2; 3 ], spins), read int8)

    let fortran =
        ofNumPy
            "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2, 3), }"
            "00010001ffffffffffff0001ffff0001000100010001ffff"

    Assert.Equal(Ok([ 2; 2; 3 ], spins), read fortran)

    let floats =
        ofNumPy "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 2), }" "000000000000e03f00000000000008c0"

    Assert.Equal(Ok([ 1; 1; 2 ], [ 0.5; -3.0 ]), read floats)

[<Fact>]
let ``Files are laid out as NumPy lays them out`` () =
    let header (content: byte[]) =
        let length = int content[8] + 256 * int content[9]
        Assert.Equal(0, (10 + length) % 64)
        Assert.Equal('\n'B, content[9 + length])
        Encoding.ASCII.GetString(content, 10, length).TrimEnd(), content[10 + length ..]

    let content =
        written (NumPyArray.writeInt8 [ 2; 2; 3 ] [ Array.ofList (List.map sbyte spins) ])

    Assert.Equal<byte[]>(int8[..7], content[..7])

    Assert.Equal(("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2, 3), }", int8[128..]), header content)

    let content = written (NumPyArray.writeFloat64 [ 2 ] [ [| 0.5 |]; [| -3.0 |] ])

    Assert.Equal(
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
         Convert.FromHexString "000000000000e03f00000000000008c0"),
        header content
    )

[<Fact>]
let ``What was written is read`` () =
    let arrays =
        gen {
            let! axes = Gen.choose (0, 5)
            let! shape = Gen.choose (1, 5) |> Gen.listOfLength axes
            let! values = Gen.choose (-128, 127) |> Gen.listOfLength (List.fold (*) 1 shape)
            return shape, List.map float values
        }

    let property =
        Prop.forAll (Arb.fromGen arrays) (fun (shape, values) ->
            let small = values |> List.map sbyte |> List.chunkBySize 7 |> List.map Array.ofList
            let wide = values |> List.map (fun x -> Math.PI * x) |> Array.ofList

            read (written (NumPyArray.writeInt8 shape small)) = Ok(shape, values)
            && read (written (NumPyArray.writeFloat64 shape [ wide ])) = Ok(shape, List.ofArray wide))

    Check.One(Config.QuickThrowOnFailure, property)

/// Against indices written out.
[<Fact>]
let ``Fortran's order is turned into C's`` () =
    let a, b, c = 3, 4, 5
    let number i j k = float (100 * i + 10 * j + k)

    let expected =
        [
            for i in 0 .. a - 1 do
                for j in 0 .. b - 1 do
                    for k in 0 .. c - 1 -> number i j k
        ]

    let file =
        [|
            for k in 0 .. c - 1 do
                for j in 0 .. b - 1 do
                    for i in 0 .. a - 1 -> number i j k
        |]
        |> Array.collect BitConverter.GetBytes
        |> Convert.ToHexString
        |> ofNumPy "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 4, 5), }"

    Assert.Equal(Ok([ a; b; c ], expected), read file)

[<Fact>]
let ``Whatever is cut off, added or foreign is refused`` () =
    for length in 0 .. int8.Length - 1 do
        Assert.Equal(Error "the file is cut short.", read (Array.truncate length int8))

    Assert.Equal(Error "there is more in it than its header says.", read (Array.append int8 [| 0uy |]))
    Assert.Equal(Error "this is no .npy file.", read (Array.updateAt 0 0uy int8))

    let huge =
        ofNumPy "{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), }" ""

    Assert.Equal(Error "the file is cut short.", read huge)

[<Fact>]
let ``Numbers that do not fill the array are a bug`` () =
    Assert.Throws<ArgumentException>(fun () -> written (NumPyArray.writeInt8 [ 2; 2 ] [ [| 1y; 1y |] ]) |> ignore)
    |> ignore
