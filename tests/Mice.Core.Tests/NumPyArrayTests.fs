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

            // NumPy 1.24 reads each of these but for the last, whose shape it wants as a tuple.
            testTheory
                "Headers are read as Python reads them"
                [
                    "{'descr': '<i2', 'fortran_order': False, 'shape': (2L,), }"
                    "{'shape': (2L, 1L), 'fortran_order': False, 'descr': '<i2'}"
                    "{\"descr\": \"<i2\", \"fortran_order\": True, \"shape\": (2,)}"
                    " {'descr':'<i2','fortran_order':False,'shape':(1,2,),}"
                    "{u'shape': (2 ,),\n u'descr' : u'<i2',\t'fortran_order':False ,} "
                    "{'descr': 'i2', 'fortran_order': False, 'shape': (2,)}"
                    "{'descr': 'int16', 'fortran_order': False, 'shape': (2,)}"
                    "{'descr': '=h', 'fortran_order': False, 'shape': (2,)}"
                    "{'descr': '<i2', 'fortran_order': False, 'shape': (2)}"
                ]
            <| fun (dictionary: string) ->
                let found = read (ofNumPy dictionary "0700feff") |> Result.map snd
                Expect.equal found (Ok [ 7.0; -2.0 ]) dictionary

            testTheory
                "Headers of other things are refused by what they are"
                [
                    "'<c16'",
                    "it holds complex numbers (type 'c16'), which Mice does not read; save it as an array of float64."
                    "'|O'",
                    "it holds Python objects (type 'O'), which Mice does not read; save it as an array of float64."
                    "'<U5'", "it holds text (type 'U5'), which Mice does not read; save it as an array of float64."
                    "'int'",
                    "it holds numbers whose size depends on the machine (type 'int'), which Mice does not read; save it as an array of float64."
                    "'<M8[ns]'",
                    "it holds dates (type 'M8[ns]'), which Mice does not read; save it as an array of float64."
                    "'<f16'",
                    "it holds floats of an uncommon size (type 'f16'), which Mice does not read; save it as an array of float64."
                    "[('a', '<f8'), ('b', '<i4', (2,))]",
                    "it holds records (a structured array), not plain numbers; save one array of float64."
                    "''", "its header names no type of numbers."
                    "'<f8', 'descr': '<f4'", "its header has more than one descr."
                    "'<f8', 'more': None", "its header has more entries than NumPy writes."
                    "'<f8', 'Shape': (2,)}{", "its header is not the dictionary that NumPy writes."
                    "'<f8", "its header is not the dictionary that NumPy writes."
                ]
            <| fun (descr: string, fault: string) ->
                let header = $"{{'descr': {descr}, 'fortran_order': False, 'shape': (2,), }}"
                Expect.equal (read (ofNumPy header (String('0', 32)))) (Error fault) descr

            testTheory
                "Entries that are missing or of another kind are named"
                [
                    "{'fortran_order': False, 'shape': (2,), }", "its header has no descr."
                    "{'descr': '<f8', 'shape': (2,), }", "its header has no fortran_order."
                    "{'descr': '<f8', 'fortran_order': False, }", "its header has no shape."
                    "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,), }",
                    "its header has a fortran_order that is neither True nor False."
                    "{'descr': '<f8', 'fortran_order': False, 'shape': ('2',), }",
                    "its header has a shape that is not a row of whole numbers."
                    "{'descr': '<f8', 'fortran_order': False, 'shape': (2.0,), }",
                    "its header is not the dictionary that NumPy writes."
                    "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }",
                    "its header is not the dictionary that NumPy writes."
                    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999L,), }",
                    "an axis of its shape is longer than Mice reads (2147483647)."
                    "[1, 2]", "its header is not the dictionary that NumPy writes."
                    "", "its header is not the dictionary that NumPy writes."
                ]
            <| fun (header: string, fault: string) ->
                Expect.equal (read (ofNumPy header (String('0', 32)))) (Error fault) header

            test "Versions 2 and 3 have a longer length, and no deep or long header takes all memory" {
                let file version (header: string) (data: byte[]) =
                    Array.concat
                        [
                            NumPyArray.magic
                            [| version; 0uy |]
                            BitConverter.GetBytes header.Length
                            Encoding.Latin1.GetBytes header
                            data
                        ]

                for version in [ 2uy; 3uy ] do
                    Expect.equal
                        (read (file version "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }" [| 1uy; 2uy |]))
                        (Ok([ 2 ], [ 1.0; 2.0 ]))
                        $"version {version}"

                for header in
                    [
                        String('(', 60000)
                        String('{', 60000)
                        "(" + String.replicate 20000 "1," + ")"
                    ] do
                    Expect.equal
                        (read (file 2uy header [||]))
                        (Error "its header is not the dictionary that NumPy writes.")
                        "a bad header"
            }

            test "An integer of more digits than a float keeps is told" {
                let integer descr (value: uint64) =
                    ofNumPy
                        $"{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}"
                        (Convert.ToHexString(BitConverter.GetBytes value))

                let fault =
                    "has more digits than a float keeps; number the values anew, or save the array as float64."

                Expect.equal (read (integer "<i8" 9007199254740993UL)) (Error $"9007199254740993 {fault}") "2⁵³ + 1"

                Expect.equal
                    (read (integer "<i8" (uint64 Int64.MaxValue)))
                    (Error $"9223372036854775807 {fault}")
                    "2⁶³ − 1"

                Expect.equal (read (integer "<u8" UInt64.MaxValue)) (Error $"18446744073709551615 {fault}") "2⁶⁴ − 1"
                Expect.equal (read (integer "<i8" (1UL <<< 62))) (Ok([ 1 ], [ 4611686018427387904.0 ])) "2⁶²"
            }

            test "Numbers that do not fill the array are a bug" {
                Expecting.throws<ArgumentException>
                    (fun () -> written (NumPyArray.writeInt8 [ 2; 2 ] [ [| 1y; 1y |] ]) |> ignore)
                    "two numbers do not fill 2 × 2"
                |> ignore
            }
        ]
