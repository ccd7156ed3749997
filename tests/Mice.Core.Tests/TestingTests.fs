module Mice.Tests.TestingTests

open Expecto
open System.IO
open Mice

let private fails (expectation: unit -> unit) =
    try
        expectation ()
        false
    with :? AssertException ->
        true

[<Tests>]
let tests =
    testList
        "TestingTests"
        [
            test "An estimate is within its errors or is not; NaN is within nothing" {
                let estimate value error =
                    Estimate.create value error Direction.NoBound

                for value, error, isWithin in
                    [
                        1.3, 0.1, true
                        0.7, 0.1, true
                        1.5, 0.1, false
                        1.0, 0.0, true
                        1.1, 0.0, false
                        nan, 0.1, false
                        1.3, nan, false
                    ] do
                    Expect.equal
                        (fails (fun () -> Expecting.withinErrors 4.0 (estimate value error) 1.0 "s"))
                        (not isWithin)
                        $"{value} ± {error}"
            }

            test "Configurations and their numbers belong to each other" {
                Expect.equal (spinsOf 3 6) [| -1y; 1y; 1y |] "the bits of 6, the lowest first"

                for number in 0..31 do
                    Expect.equal (numberOf (spinsOf 5 number)) number "there and back"
            }

            test "A folder is there while it is needed, and no longer" {
                let folder =
                    inFolder (fun folder ->
                        File.WriteAllText(Path.Combine(folder, "f"), "f")
                        folder)

                Expect.isFalse (Directory.Exists folder) "it is gone with what it held"
            }

            test "What is missing of the reference data skips the test that needs it" {
                Expect.isNone (Repository.reference [ "of"; "nothing" ]) "no such data"

                let isSkipped =
                    try
                        Repository.needsReference [ "of"; "nothing" ] |> ignore
                        false
                    with :? IgnoreException ->
                        true

                Expect.isTrue isSkipped "skipped"
                Expect.isTrue (File.Exists(Repository.path [ "Mice.sln" ])) "the root of the repository"
            }
        ]
