module Mice.Entropy.Tests.BlockCountsTests

open Expecto
open System
open FsCheck
open FsCheck.FSharp
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples
open Mice.Samplers

/// Spin by spin, around the torus.
let slowCounts (shape: BlockShape) (snapshots: LatticeSnapshots<sbyte>) =
    let counts = Array.zeroCreate (1 <<< shape.Sites)

    for spins in snapshots.Sites do
        for site in 0 .. spins.Length - 1 do
            let pattern =
                shape.Offsets
                |> Array.mapi (fun bit offset ->
                    if spins[Lattice.siteAt snapshots.Rows snapshots.Columns site offset] = 1y then
                        1 <<< bit
                    else
                        0)
                |> Array.sum

            counts[pattern] <- counts[pattern] + 1

    counts

[<Tests>]
let tests =
    testList
        "BlockCountsTests"
        [
            testPropertyWithConfig
                (Expecting.cases 60)
                "Any shape on any torus is counted as spin by spin, group by group"
            <| Prop.forAll (Arb.fromGen (Gen.zip shapes smallSnapshots)) (fun (shape, snapshots) ->
                let counts = BlockCounts.count shape snapshots |> ok

                let groups =
                    snapshots.Sites
                    |> Array.splitInto (min 32 snapshots.Sites.Length)
                    |> Array.map (fun sites -> slowCounts shape { snapshots with Sites = sites })

                counts.Groups = groups && counts.Total = slowCounts shape snapshots)

            testTheory "Large rectangles are counted as spin by spin" [ 4, 4; 1, 20; 20, 1; 4, 5 ]
            <| fun (rows, columns) ->
                let snapshots = independent 5UL 20 24 2 0.6
                let shape = BlockShape.rectangle rows columns

                Expect.equal
                    (BlockCounts.count shape snapshots |> ok).Total
                    (slowCounts shape snapshots)
                    "the counts are those of the slow twin"

            test "Counts of a part follow from those of the whole" {
                let snapshots = independent 6UL 7 9 3 0.4
                let whole = BlockCounts.count (BlockShape.rectangle 3 4) snapshots |> ok

                for part in
                    [
                        BlockShape.rectangle 2 3
                        BlockShape.rectangle 3 1
                        BlockShape.ofOffsets [ struct (0, 3); struct (2, 0); struct (1, 1) ]
                    ] do
                    Expect.equal
                        (BlockCounts.marginal part whole)
                        (BlockCounts.count part snapshots |> ok)
                        "the part has the counts that it has on its own"
            }

            test "What cannot be counted is said" {
                let sound = independent 1UL 4 6 3 0.5

                let said (part: string) shape snapshots =
                    let told = BlockCounts.count shape snapshots |> messages

                    Expect.isTrue
                        (told |> List.exists (fun m -> m.Contains(part, StringComparison.Ordinal)))
                        $"%A{told}"

                let site = BlockShape.rectangle 1 1
                said "number of rows of the lattice is 4; allowed: 5 or more" (BlockShape.rectangle 5 1) sound
                said "number of columns of the lattice is 6; allowed: 7 or more" (BlockShape.rectangle 1 7) sound
                said "sites of a block is 24; allowed: 1 to 20" (BlockShape.rectangle 4 6) sound
                said "sites of a block is 0" (BlockShape.ofOffsets []) sound
                said "1 independent snapshots are fewer than the 2 needed" site { sound with Sites = sound.Sites[..0] }
                said "24 spins against 4×7 sites" site { sound with Columns = 7 }

                said
                    "a spin is 0; allowed: -1 and 1"
                    site
                    { sound with
                        Sites = [| sound.Sites[0]; Array.init 24 (fun i -> if i = 20 then 0y else 1y) |]
                    }
            }
        ]
