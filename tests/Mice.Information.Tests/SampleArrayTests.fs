module Mice.Information.Tests.SampleArrayTests

open Expecto
open System
open Mice.Information
open Mice.Information.Tests.SampleFiles

/// 1 … 6 as bytes.
let private six = [| 1uy .. 6uy |]

[<Tests>]
let tests =
    testList
        "SampleArrayTests"
        [
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

            test "Files of Python 2 are read (NPZ.jl 11)" {
                let case = caseFile "14-npy-shape-with-L"

                for name in [ "x"; "y" ] do
                    match SampleFile.read (case (name + ".npy")), SampleFile.read (case (name + "_ok.npy")) with
                    | Ok found, Ok expected -> Expect.equal found expected "the sample"
                    | other -> failtest $"{other}"
            }

            test "The shape of Python 2 is read" {
                Expect.equal
                    (reading SampleFile.read (npy "'|u1'" false "(3L, 2L)" six))
                    (Ok(struct (3, 2), [ 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 ]))
                    "lengths that end in L"
            }

            test "All numbers that are not finite are told, up to ten" {
                let half (count: int) =
                    npy
                        "'<f2'"
                        false
                        $"({count},)"
                        (Array.init (2 * count) (fun i -> if i % 2 = 0 then 0uy else 0x7Cuy))

                match reading SampleFile.read (half 3), reading SampleFile.read (half 11) with
                | Error three, Error more ->
                    Expect.equal
                        three
                        [ for row in 1..3 -> $"row {row}, column 1 is Infinity, not a finite number." ]
                        "three"

                    Expect.hasLength more 11 "ten, and that there are more"
                | other -> failtest $"{other}"
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
                    "it holds complex numbers (type 'c16'), which Mice does not read; save it as an array of float64."
                    (npy "'<c16'" false "(1,)" (Array.zeroCreate 16))

                fault
                    "it holds records (a structured array), not plain numbers; save one array of float64."
                    (npy "[('a', '<f8')]" false "(1,)" (Array.zeroCreate 8))

                fault "version 9.0 of the .npy format is not known." (Array.updateAt 6 9uy whole)

                fault
                    "row 2, column 1 is NaN, not a finite number."
                    (npy "'<f2'" false "(2, 1)" (Convert.FromHexString "003C007E"))

                fault "this is an archive; give one .npy file of it." "PK\003\004"B
            }
        ]
