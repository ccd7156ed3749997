module Mice.Atoms.Tests.FieldsTests

open Expecto
open System
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice.Atoms
open Mice.Atoms.Tests

[<Tests>]
let tests =
    testList
        "FieldsTests"
        [
            testCase "Numbers are those that Double.Parse gives"
            <| fun () ->
                let text =
                    Gen.oneof
                        [
                            ArbMap.defaults |> ArbMap.generate<NormalFloat> |> Gen.map (fun x -> x.Get.ToString "R")
                            Gen.map2
                                (fun (x: float) d -> x.ToString($"F{d}"))
                                (Generators.between -1e6 1e6)
                                (Gen.choose (0, 17))
                            Gen.map2
                                (fun (x: float) d -> x.ToString($"E{d}"))
                                (Generators.between -1e3 1e3)
                                (Gen.choose (0, 17))
                            Gen.map2
                                (fun (a: int64) (b: uint32) -> $"{a}.{b}")
                                (ArbMap.defaults |> ArbMap.generate)
                                (ArbMap.defaults |> ArbMap.generate)
                        ]

                Expecting.holds
                    20000
                    (Prop.forAll (Arb.fromGen text) (fun text ->
                        let mutable value = 0.0
                        let ok = Fields.tryFloat (ReadOnlySpan<byte>(Encoding.ASCII.GetBytes text)) &value
                        let expected = Double.Parse(text, Globalization.CultureInfo.InvariantCulture)
                        ok && BitConverter.DoubleToInt64Bits value = BitConverter.DoubleToInt64Bits expected))

            test "Exponents may have a D as Fortran writes it" {
                for text, expected in [ "1.0D+00", 1.0; "-2.5d-3", -2.5e-3; "1D2", 100.0; ".5D1", 5.0 ] do
                    let mutable value = 0.0
                    Expect.isTrue (Fields.tryFloat (ReadOnlySpan<byte>(Encoding.ASCII.GetBytes text)) &value) text
                    Expect.equal value expected text
            }

            testCase "What is no number is refused"
            <| fun () ->
                for text in
                    [
                        ""
                        "-"
                        "."
                        "-."
                        "1.2.3"
                        "1e"
                        "0x10"
                        "1,5"
                        "--1"
                        "1-"
                        "1D"
                        "D5"
                        "1D5D6"
                        "1E5D6"
                        "abc"
                        String('1', 500)
                    ] do
                    let mutable value = 0.0
                    Expect.isFalse (Fields.tryFloat (ReadOnlySpan<byte>(Encoding.ASCII.GetBytes text)) &value) text

            test "Whole numbers may be written as real ones" {
                for text, expected in
                    [
                        "100", Some 100L
                        "-3", Some -3L
                        "100.0", Some 100L
                        "1e5", Some 100_000L
                        "9007199254740993", Some 9007199254740993L
                        "100.5", None
                        "1e300", None
                        "inf", None
                        "nan", None
                        "", None
                        "x", None
                    ] do
                    let mutable value = 0L

                    let found =
                        Fields.tryWholeNumber (ReadOnlySpan<byte>(Encoding.ASCII.GetBytes text)) &value

                    Expect.equal (if found then Some value else None) expected text
            }
        ]
