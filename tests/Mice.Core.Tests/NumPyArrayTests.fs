module Mice.Tests.NumPyArrayTests

open Expecto
open System
open System.IO
open System.Text
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

[<Tests>]
let tests =
    testList
        "NumPyArrayTests"
        [
            test "Files of NumPy are read" {
                Expect.equal (read int8) (Ok([ 2; 2; 3 ], spins)) "read of int8 is good and as expected"

                let fortran =
                    ofNumPy
                        "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2, 3), }"
                        "00010001ffffffffffff0001ffff0001000100010001ffff"

                Expect.equal (read fortran) (Ok([ 2; 2; 3 ], spins)) "read of fortran is good and as expected"

                let floats =
                    ofNumPy
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 2), }"
                        "000000000000e03f00000000000008c0"

                Expect.equal (read floats) (Ok([ 1; 1; 2 ], [ 0.5; -3.0 ])) "read of floats is good and as expected"
            }

            test "Files are laid out as NumPy lays them out" {
                let header (content: byte[]) =
                    let length = int content[8] + 256 * int content[9]
                    Expect.equal ((10 + length) % 64) 0 "data begin at a multiple of 64"
                    Expect.equal content[9 + length] '\n'B "content is as expected"
                    Encoding.ASCII.GetString(content, 10, length).TrimEnd(), content[10 + length ..]

                let content =
                    written (NumPyArray.writeInt8 [ 2; 2; 3 ] [ Array.ofList (List.map sbyte spins) ])

                Expect.equal content[..7] int8[..7] "magic, version and length of the header"

                Expect.equal
                    (header content)
                    ("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2, 3), }", int8[128..])
                    "the header and the data"

                let content = written (NumPyArray.writeFloat64 [ 2 ] [ [| 0.5 |]; [| -3.0 |] ])

                Expect.equal
                    (header content)
                    (("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
                      Convert.FromHexString "000000000000e03f00000000000008c0"))
                    "the header and the data"
            }

            test "What was written is read" {
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

                Expecting.holds 100 property
            }

            // Against indices written out.
            test "Fortran's order is turned into C's" {
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

                Expect.equal (read file) (Ok([ a; b; c ], expected)) "read of file is good and as expected"
            }

            test "Whatever is cut off, added or foreign is refused" {
                for length in 0 .. int8.Length - 1 do
                    Expect.equal
                        (read (Array.truncate length int8))
                        (Error "the file is cut short.")
                        "read is the error “the file is cut short.”"

                Expect.equal
                    (read (Array.append int8 [| 0uy |]))
                    (Error "there is more in it than its header says.")
                    "read is the error “there is more in it than its header says.”"

                Expect.equal
                    (read (Array.updateAt 0 0uy int8))
                    (Error "this is no .npy file.")
                    "read is the error “this is no .npy file.”"

                let huge =
                    ofNumPy
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), }"
                        ""

                Expect.equal
                    (read huge)
                    (Error "the file is cut short.")
                    "read of huge is the error “the file is cut short.”"
            }

            test "Numbers that do not fill the array are a bug" {
                Expecting.throws<ArgumentException>
                    (fun () -> written (NumPyArray.writeInt8 [ 2; 2 ] [ [| 1y; 1y |] ]) |> ignore)
                    "two numbers do not fill 2 × 2"
                |> ignore
            }
        ]
