module Mice.Information.Tests.SampleFileTests

open Expecto
open System
open System.IO
open System.Text
open Mice
open Mice.Atoms.Tests
open Mice.Information
open Mice.Information.Tests.Reference

let private withFile (content: byte[]) (action: string -> 'a) : 'a =
    let path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")
    File.WriteAllBytes(path, content)

    try
        action path
    finally
        File.Delete path

/// What a reader makes of some text: the shape and the numbers, or the messages without the path.
let private reading (read: string -> Result<Sample, MiceError list>) (content: byte[]) =
    withFile content (fun path ->
        match read path with
        | Ok s -> Ok(struct (s.Rows, s.Columns), List.ofArray s.Values)
        | Error faults -> Error(faults |> List.map (fun f -> (MiceError.message f).Replace(path + ": ", ""))))

let private ofText (read: string -> Result<Sample, MiceError list>) (text: string) =
    reading read (Encoding.UTF8.GetBytes text)

/// A .npy file of version 1, laid out as NumPy does: the header ends with a line break at a multiple of 64 bytes.
let private npy (descr: string) (isFortran: bool) (shape: string) (data: byte[]) : byte[] =
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

let private rows2 =
    Ok(struct (2, 2), [ 1.0; 2.5; -3.0; 4.0 ]): Result<_, string list>

/// 1 … 6 as bytes.
let private six = [| 1uy .. 6uy |]

[<Tests>]
let tests =
    testList
        "SampleFileTests"
        [
            testList
                "Separators, headers, quotes, comments and blank lines are understood"
                [
                    for about, text in
                        [
                            "commas", "1,2.5\n-3,4\n"
                            "semicolons", "1;2.5\n-3;4"
                            "tabs", "1\t2.5\r\n-3\t4\r\n"
                            "blanks", "1 2.5\n-3 4\n"
                            "a header", "a,b\n1,2.5\n-3,4\n"
                            "quotes", "\"a, first\";\"b\"\n\"1\"; 2.5\n-3;4\n"
                            "a byte order mark", "\uFEFFx\ty\n1\t2.5\n-3\t4\n"
                            "comments and blank lines", "# from a run\n\n1.0e0 , 2.5\n\n-3 , +4.0\n"
                        ] ->
                        test about {
                            Expect.equal (ofText SampleFile.read text) rows2 "as numbers"
                            Expect.equal (ofText SampleFile.readSymbols text) rows2 "as symbols, which numbers stay"
                        }
                ]

            testList
                "A fault of a table is one line with its place"
                [
                    for about, text, message in
                        [
                            "a letter", "1,2\n3,x\n", "line 2: column 2 is “x”, not a number"
                            "an empty field", "a,b\n1,2\n3,\n", "line 3: column 2 is empty."
                            "nan", "1,2\n3,nan\n", "line 2: column 2 is nan, not a finite number."
                            "too large a number", "1\n1e999\n", "line 2: column 1 is 1e999, not a finite number."
                            "inf in the first line", "inf,inf\n1,2\n", "line 1: column 1 is “inf”, not a number"
                            "NA in the first line", "NA\n1\n", "line 1: column 1 is “NA”, not a number"
                            "two points", "1.5.2\n1\n", "line 1: column 1 is “1.5.2”, not a number"
                            "decimal commas", "1,5;2,5\n1,5;2,5\n", "line 1: column 1 is “1,5”, not a number"
                            "a short row", "1,2\n3\n", "line 2: this row has 1 fields where the first has 2."
                            "two headers", "a\nb\n1\n", "line 2: column 1 is “b”, not a number"
                            "a header alone", "a,b\n", "there is no row of numbers in it."
                            "blank lines alone", "\n\n", "there is no row of numbers in it."
                            "nothing", "", "the file is empty."
                            "a zero byte", "1\0002\n", "this is neither text nor a .npy file."
                        ] ->
                        test about {
                            match ofText SampleFile.read text with
                            | Error [ found ] -> Expect.stringStarts found message "the line"
                            | other -> failtest $"{other}"
                        }
                ]

            test "Labels are numbered in the order of their first appearance, column by column" {
                let read = ofText SampleFile.readSymbols

                Expect.equal (read "B\nA\nB\nC\n") (Ok(struct (4, 1), [ 0.0; 1.0; 0.0; 2.0 ])) "one column of labels"

                Expect.equal (read "state\nA\nB\nA\n") (Ok(struct (3, 1), [ 0.0; 1.0; 0.0 ])) "labels below a header"

                Expect.equal
                    (read "n,state\n7,up\n8,down\n7,down\n")
                    (Ok(struct (3, 2), [ 7.0; 0.0; 8.0; 1.0; 7.0; 1.0 ]))
                    "numbers and labels"

                Expect.equal (read "state\n1\n0\n") (Ok(struct (2, 1), [ 1.0; 0.0 ])) "numbers below a header"

                match read "A\n\nB,\n" with
                | Error [ found ] ->
                    Expect.equal
                        found
                        "line 3: this row has 2 fields where the first has 1."
                        "a field too many, behind an empty line"
                | other -> failtest $"{other}"

                match ofText SampleFile.read "state\nA\nB\n" with
                | Error [ found ] -> Expect.stringContains found "declared discrete" "it says how to read labels"
                | other -> failtest $"{other}"
            }

            // Bytes as NumPy 2 writes them.
            testTheory
                "Every type of number is read in its byte order"
                [
                    "'<f8'", "000000000000F83F 00000000000000C0", 1.5, -2.0
                    "'>f8'", "3FF8000000000000 C000000000000000", 1.5, -2.0
                    "'<f4'", "0000803F 000020C1", 1.0, -10.0
                    "'>f4'", "3F800000 C1200000", 1.0, -10.0
                    "'<f2'", "003C 00C0", 1.0, -2.0
                    "'>i8'", "0000000000000100 FFFFFFFFFFFFFFFE", 256.0, -2.0
                    "'<i4'", "00010000 FEFFFFFF", 256.0, -2.0
                    "'>i2'", "0100 FFFE", 256.0, -2.0
                    "'|i1'", "05 FE", 5.0, -2.0
                    "'|u1'", "05 FE", 5.0, 254.0
                    "'<u2'", "0001 FEFF", 256.0, 65534.0
                    "'>u4'", "00000100 FFFFFFFE", 256.0, 4294967294.0
                    "'<u8'", "0001000000000000 0000000000000080", 256.0, 9223372036854775808.0
                    "'|b1'", "01 00", 1.0, 0.0
                ]
            <| fun (descr: string, hex: string, first: float, second: float) ->
                let data = Convert.FromHexString(hex.Replace(" ", ""))
                let expected = Ok(struct (2, 1), [ first; second ]): Result<_, string list>

                Expect.equal (reading SampleFile.read (npy descr false "(2,)" data)) expected "as numbers"

                Expect.equal (reading SampleFile.readSymbols (npy descr false "(2, 1)" data)) expected "as symbols"

            test "Rows and columns are told from the order of the axes" {
                Expect.equal
                    (reading SampleFile.read (npy "'|u1'" false "(3, 2)" six))
                    (Ok(struct (3, 2), [ 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 ]))
                    "the order of C"

                Expect.equal
                    (reading SampleFile.read (npy "'|u1'" true "(3, 2)" six))
                    (Ok(struct (3, 2), [ 1.0; 4.0; 2.0; 5.0; 3.0; 6.0 ]))
                    "the order of Fortran"
            }

            test "A .npy file that is no sample is one line" {
                let fault expected (content: byte[]) =
                    match reading SampleFile.read content with
                    | Error [ found ] -> Expect.equal found expected "the one line"
                    | other -> failtest $"{other}"

                let whole = npy "'|u1'" false "(3, 2)" six
                fault "the file is cut short." (Array.truncate (whole.Length - 1) whole)
                fault "the file is cut short." (Array.truncate 40 whole)
                fault "the file is cut short." (Array.truncate 9 whole)
                fault "there is more in it than its header says." (Array.append whole [| 0uy |])
                fault "the file is cut short." (npy "'<f8'" false "(2000000000, 2000000000)" six)
                fault "there is no number in it." (npy "'|u1'" false "(0, 3)" [||])

                fault
                    "it has 3 axes; one (a column) or two (rows and columns) are read."
                    (npy "'|u1'" false "(3, 2, 1)" six)

                fault
                    "it has 0 axes; one (a column) or two (rows and columns) are read."
                    (npy "'|u1'" false "()" [| 1uy |])

                fault
                    "numbers of type 'c16' are not read; save the array as float64."
                    (npy "'<c16'" false "(1,)" (Array.zeroCreate 16))

                fault
                    "it does not hold plain numbers; save one array of float64."
                    (npy "[('a', '<f8')]" false "(1,)" (Array.zeroCreate 8))

                fault "version 9 of the .npy format is not known." (Array.updateAt 6 9uy whole)

                fault
                    "row 2, column 1 is NaN, not a finite number."
                    (npy "'<f2'" false "(2, 1)" (Convert.FromHexString "003C007E"))

                fault "this is an archive; give one .npy file of it." "PK\003\004"B
            }

            test "A missing file and a directory are told" {
                Expect.equal
                    (messages (SampleFile.read "nowhere.csv"))
                    [ "nowhere.csv: no such file." ]
                    "a missing file"

                Expect.equal
                    (messages (SampleFile.read (Path.GetTempPath())))
                    [ Path.GetTempPath() + ": this is a directory, not a file." ]
                    "a directory"
            }

            test "Two thousand damaged files give finite samples or one short line, never an exception" {
                let random = Random 5
                let generator = Key.ofSeed 3UL |> Key.generator
                let numbers = Array.init 120 (fun _ -> generator.NextNormal())

                let table (separator: string) =
                    numbers
                    |> Array.chunkBySize 3
                    |> Array.map (fun row -> row |> Array.map string |> String.concat separator)
                    |> String.concat "\n"
                    |> (+) ("a" + separator + "b" + separator + "\"c\"\n")
                    |> Encoding.UTF8.GetBytes

                let originals =
                    [|
                        table ","
                        table ";"
                        table "\t"
                        Encoding.UTF8.GetBytes(String.replicate 30 "up,1\ndown,2\n")
                        npy "'<f8'" false "(40, 3)" (numbers |> Array.collect BitConverter.GetBytes)
                        npy "'>i2'" true "(60, 2)" (Array.init 240 byte)
                    |]

                let refused (i: int) =
                    let read =
                        if i % 2 = 0 then
                            SampleFile.read
                        else
                            SampleFile.readSymbols

                    withFile (Damage.mutate random originals[i / 2 % originals.Length]) (fun path ->
                        match read path with
                        | Ok s ->
                            Expect.equal s.Values.Length (s.Rows * s.Columns) "the shape fits the numbers"

                            Expect.isTrue
                                (s.Rows > 0 && Array.forall Double.IsFinite s.Values)
                                "there are rows, and all numbers are finite"

                            0
                        | Error faults ->
                            let message = MiceError.message (Expecting.single faults "there is one fault")
                            Expecting.stringLacks message "\n" "the message is one line"
                            Expect.isTrue (message.Length < 400) message
                            1)

                // Most damage of these short files shows; labels take much of it for labels.
                Expecting.inRange (Seq.init 2000 refused |> Seq.sum) 900 1900 "the number of refused files"
            }
        ]
