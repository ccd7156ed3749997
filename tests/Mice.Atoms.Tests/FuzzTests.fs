module Mice.Atoms.Tests.FuzzTests

open System
open Xunit
open Mice.Atoms.Tests.Reference

[<SodiumFact>]
let ``Two thousand damaged files give snapshots or errors, never an exception`` () =
    let random = Random 11

    let seeds =
        Mutation.seeds (sodiumFile "liquid.dump.gz") (sodiumFile "liquid_thermo.csv")

    let refused =
        withFile [||] (fun path ->
            Seq.init 2000 (Mutation.readDamaged random seeds path)
            |> Seq.filter (List.isEmpty >> not)
            |> Seq.length)

    // Most damage shows; if none did, the readers would not be reading.
    Assert.InRange(refused, 1000, 2000)
