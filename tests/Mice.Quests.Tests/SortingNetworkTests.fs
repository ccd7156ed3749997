module Mice.Quests.Tests.SortingNetworkTests

open Expecto
open Mice
open Mice.Quests

let private sorts (length: int) =
    let generator = Key.ofSeed (uint64 length) |> Key.generator
    // Few different values, so that many are equal.
    let values =
        Array.init (4 * length) (fun i ->
            if i % 3 = 0 then
                float (generator.NextInt 5)
            else
                generator.NextNormal())

    let sorted = Array.copy values
    SortingNetwork.descending (SortingNetwork.create length) sorted

    for lane in 0..3 do
        let column (all: float[]) =
            Array.init length (fun i -> all[4 * i + lane])

        Expect.equal (column sorted) (Array.sortDescending (column values)) $"length {length}, lane {lane}"

[<Tests>]
let tests =
    testList
        "SortingNetwork"
        [
            test "sorts sequences of every length" { [ 1..40 ] @ [ 63; 64; 65; 100 ] |> List.iter sorts }

            test "takes 191 comparisons for 32 places, as Batcher counted" {
                Expect.equal (SortingNetwork.create 32).Length 191 "(p² − p + 4)·2^(p−2) − 1 for 2^p places"
            }
        ]
