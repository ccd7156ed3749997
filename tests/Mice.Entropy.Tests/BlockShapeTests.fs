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
                let shape = BlockShape.ofOffsets [ struct (-1, 3); struct (-2, 5); struct (-1, 3) ]

                Expect.equal
                    shape
                    (BlockShape.ofOffsets [ struct (7, 0); struct (6, 2) ])
                    "shapes are the same wherever they lie"

                Expect.equal (shape.Sites, shape.Rows, shape.Columns) (2, 2, 3) "it has two sites in 2×3"
            }

            testPropertyWithConfig
                (Expecting.cases 200)
                "Runs cover each site of a shape once, in the order of its bits"
            <| Prop.forAll (Arb.fromGen shapes) (fun shape ->
                let covered =
                    BlockShape.runs shape
                    |> Array.collect (fun run ->
                        Array.init run.Length (fun i -> struct (run.Bit + i, struct (run.Row, run.Column + i))))

                covered = (shape.Offsets |> Array.mapi (fun bit offset -> struct (bit, offset))))

            test "A part is found in the whole wherever it lies, and not where it does not fit" {
                let bits part =
                    BlockShape.bitsIn (BlockShape.rectangle 3 3) (BlockShape.ofOffsets part)

                Expect.equal
                    (bits [ struct (5, 5); struct (5, 6); struct (6, 5) ])
                    (Some [| 0; 1; 3 |])
                    "an L lies in the first corner"

                Expect.equal (bits [ struct (0, 0); struct (0, 3) ]) None "what is too wide does not fit"
                let corner = BlockShape.ofOffsets [ struct (0, 1); struct (1, 0); struct (1, 1) ]

                Expect.equal
                    (BlockShape.bitsIn corner (BlockShape.rectangle 1 1) |> Option.map (Array.map ((+) 2)))
                    (Some [| 2 |])
                    "one site lies in its first place"

                Expect.equal
                    (BlockShape.bitsIn corner (BlockShape.rectangle 2 2))
                    None
                    "a square does not fit into a corner"
            }
        ]
