module Mice.Entropy.Tests.BlockCountsTests

open Expecto
open System
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples
open Mice.Samplers

/// Spin by spin, around the torus.
let internal slowCountsOf states (stateOf: 'spin -> int) (shape: BlockShape) (snapshots: LatticeSnapshots<'spin>) =
    let counts = Array.zeroCreate (pown states shape.Sites)

    for spins in snapshots.Sites do
        for site in 0 .. spins.Length - 1 do
            let pattern =
                shape.Offsets
                |> Array.mapi (fun i offset ->
                    let place =
                        Array.map3
                            (fun p o side -> (p + o) % side)
                            (LatticeShape.place snapshots.Shape site)
                            offset
                            snapshots.Shape

                    let other = Array.fold2 (fun sum side p -> sum * side + p) 0 snapshots.Shape place
                    stateOf spins[other] * pown states i)
                |> Array.sum

            counts[pattern] <- counts[pattern] + 1

    counts

let internal slowCounts = slowCountsOf 2 (fun (spin: sbyte) -> (int spin + 1) / 2)

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
                let shape = BlockShape.box [| rows; columns |]

                Expect.equal
                    (BlockCounts.count shape snapshots |> ok).Total
                    (slowCounts shape snapshots)
                    "the counts are those of the slow twin"

            test "On three axes patterns are counted as spin by spin" {
                let generator = Key.ofSeed 8UL |> Key.generator

                let snapshots =
                    {
                        Shape = [| 3; 4; 5 |]
                        Sites = Array.init 3 (fun _ -> Array.init 60 (fun _ -> 2y * sbyte (generator.NextInt 2) - 1y))
                    }

                for shape in
                    [
                        BlockShape.box [| 2; 2; 4 |]
                        BlockShape.ofOffsets [ [| 0; 0; 0 |]; [| -1; 2; 1 |]; [| -1; 2; 2 |]; [| 0; -1; 3 |] ]
                    ] do
                    Expect.equal
                        (BlockCounts.count shape snapshots |> ok).Total
                        (slowCounts shape snapshots)
                        "the counts are those of the slow twin"
            }

            test "States are counted as spin by spin, and parts follow from the whole" {
                let generator = Key.ofSeed 9UL |> Key.generator

                for torus, sides, part in
                    [
                        [| 5; 6 |], [| 2; 3 |], [| 2; 2 |]
                        [| 3; 4; 3 |], [| 2; 2; 2 |], [| 1; 2; 2 |]
                    ] do
                    let snapshots =
                        {
                            Shape = torus
                            Sites =
                                Array.init 4 (fun _ ->
                                    Array.init (LatticeShape.sites torus) (fun _ -> byte (generator.NextInt 3)))
                        }

                    let shape, part = BlockShape.box sides, BlockShape.box part
                    let counted = BlockCounts.ofStates 3 shape snapshots |> ok

                    Expect.equal
                        counted.Total
                        (slowCountsOf 3 int shape snapshots)
                        "the counts are those of the slow twin"

                    Expect.equal
                        (BlockCounts.marginal part counted)
                        (BlockCounts.ofStates 3 part snapshots |> ok)
                        "the part has the counts that it has on its own"
            }

            test "Counts of a part follow from those of the whole" {
                let snapshots = independent 6UL 7 9 3 0.4
                let whole = BlockCounts.count (BlockShape.box [| 3; 4 |]) snapshots |> ok

                for part in
                    [
                        BlockShape.box [| 2; 3 |]
                        BlockShape.box [| 3; 1 |]
                        BlockShape.ofOffsets [ [| 0; 3 |]; [| 2; 0 |]; [| 1; 1 |] ]
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

                let site = BlockShape.box [| 1; 1 |]
                said "number of rows of the lattice is 4; allowed: 5 or more" (BlockShape.box [| 5; 1 |]) sound
                said "number of columns of the lattice is 6; allowed: 7 or more" (BlockShape.box [| 1; 7 |]) sound
                said "sites of a block is 24; allowed: 1 to 20" (BlockShape.box [| 4; 6 |]) sound
                said "sites of a block is 0" (BlockShape.ofOffsets []) sound
                said "1 independent snapshots are fewer than the 2 needed" site { sound with Sites = sound.Sites[..0] }
                said "24 spins against 4×7 sites" site { sound with Shape = [| 4; 7 |] }

                said
                    "a spin is 0; allowed: -1 and 1"
                    site
                    { sound with
                        Sites = [| sound.Sites[0]; Array.init 24 (fun i -> if i = 20 then 0y else 1y) |]
                    }
            }
        ]
