module Mice.Core.Tests.NumberTests

open Expecto
open Mice

[<Tests>]
let tests =
    testList
        "NumberTests"
        [
            test "Finite numbers are read, and nothing else" {
                for text, expected in [ "1", 1.0; "-2.5e-3", -0.0025; " 7 ", 7.0; "+.5", 0.5 ] do
                    Expect.equal (Number.tryFinite text) (Some expected) text

                for text in [ ""; "nan"; "Infinity"; "1e999"; "1,5"; "1.5x"; "0x10"; "1 2" ] do
                    Expect.isNone (Number.tryFinite text) text
            }

            test "Counts are digits alone" {
                for text, expected in [ "0", 0; "16", 16; "007", 7; "2147483647", 2147483647 ] do
                    Expect.equal (Number.tryCount text) (Some expected) text

                for text in [ ""; "-1"; "+1"; " 1"; "1.0"; "1e3"; "2147483648" ] do
                    Expect.isNone (Number.tryCount text) text
            }

            test "Every number is read again from its text" {
                for value in [ 0.1; -1e-300; 1.0 / 3.0; 123456789.125; 0.0 ] do
                    Expect.equal (Number.tryFinite (Number.text value)) (Some value) $"{value}"
            }
        ]
