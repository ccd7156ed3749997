module Mice.Cli.Tests.ReaderFuzzTests

open Expecto
open System
open Mice.Fuzzing

// `build.fsx verify readers` tries the same with a million files.
[<Tests>]
let tests =
    testList
        "ReaderFuzzTests"
        [
            for format in ReaderFormats.all ->
                test $"{format.Name}: values stay what they are, or the file is refused" {
                    let result = Fuzz.run 1 [ 1..1000 ] format
                    Expect.isEmpty (Fuzz.summary result.Misread) "nothing is misread"
                    let least = List.min [ result.Kept; result.Spoilt; result.Unknown ]
                    Expect.isGreaterThan least 50 "every kind of change is tried"
                }
        ]
