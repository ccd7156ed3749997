module Mice.Entropy.Tests.BlockShapeTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

[<Tests>]
let tests =
    testList
        "BlockShapeTests"
        [
            test "Only differences of offsets matter, and a site counts once" {
                let shape = BlockShape.ofOffsets [ [| -1; 3 |]; [| -2; 5 |]; [| -1; 3 |] ]

                Expect.equal
                    shape
                    (BlockShape.ofOffsets [ [| 7; 0 |]; [| 6; 2 |] ])
                    "shapes are the same wherever they lie"

                Expect.equal (shape.Sites, shape.Sides) (2, [| 2; 3 |]) "it has two sites in 2×3"
            }

            testPropertyWithConfig (Expecting.cases 200) "Runs cover each site of a shape once, in their order"
            <| Prop.forAll (Arb.fromGen shapes) (fun shape ->
                let covered =
                    BlockShape.runs shape
                    |> Array.collect (fun run ->
                        Array.init run.Length (fun i ->
                            struct (run.Site + i, Array.append run.Row [| run.Column + i |])))

                covered = (shape.Offsets |> Array.mapi (fun bit offset -> struct (bit, offset))))

            test "A part is found in the whole wherever it lies, and not where it does not fit" {
                let bits part =
                    BlockShape.sitesIn (BlockShape.box [| 3; 3 |]) (BlockShape.ofOffsets part)

                Expect.equal
                    (bits [ [| 5; 5 |]; [| 5; 6 |]; [| 6; 5 |] ])
                    (Some [| 0; 1; 3 |])
                    "an L lies in the first corner"

                Expect.equal (bits [ [| 0; 0 |]; [| 0; 3 |] ]) None "what is too wide does not fit"
                let corner = BlockShape.ofOffsets [ [| 0; 1 |]; [| 1; 0 |]; [| 1; 1 |] ]

                Expect.equal
                    (BlockShape.sitesIn corner (BlockShape.box [| 1; 1 |]) |> Option.map (Array.map ((+) 2)))
                    (Some [| 2 |])
                    "one site lies in its first place"

                Expect.equal
                    (BlockShape.sitesIn corner (BlockShape.box [| 2; 2 |]))
                    None
                    "a square does not fit into a corner"
            }
        ]
