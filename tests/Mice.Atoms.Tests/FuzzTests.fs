module Mice.Atoms.Tests.FuzzTests

open Expecto
open System
open Mice.Atoms.Tests.Reference

[<Tests>]
let tests =
    testList
        "FuzzTests"
        [
            test "Two thousand damaged files give snapshots or errors, never an exception" {
                needsSodium ()
                let random = Random 11

                let seeds =
                    Mutation.seeds (sodiumFile "liquid.dump.gz") (sodiumFile "liquid_thermo.csv")

                let refused =
                    withFile [||] (fun path ->
                        Seq.init 2000 (Mutation.readDamaged random seeds path)
                        |> Seq.filter (List.isEmpty >> not)
                        |> Seq.length)

                // Most damage shows; if none did, the readers would not be reading.
                Expecting.inRange refused 1000 2000 "most damaged files are refused"
            }
        ]
