module Mice.Entropy.Tests.BlockShapeTests

open FsCheck
open FsCheck.FSharp
open Xunit
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

[<Fact>]
let ``Only differences of offsets matter, and a site counts once`` () =
    let shape = BlockShape.ofOffsets [ struct (-1, 3); struct (-2, 5); struct (-1, 3) ]
    Assert.Equal(BlockShape.ofOffsets [ struct (7, 0); struct (6, 2) ], shape)
    Assert.Equal((2, 2, 3), (shape.Sites, shape.Rows, shape.Columns))

[<Fact>]
let ``Runs cover each site of a shape once, in the order of its bits`` () =
    let property =
        Prop.forAll (Arb.fromGen shapes) (fun shape ->
            let covered =
                BlockShape.runs shape
                |> Array.collect (fun run ->
                    Array.init run.Length (fun i -> struct (run.Bit + i, struct (run.Row, run.Column + i))))

            covered = (shape.Offsets |> Array.mapi (fun bit offset -> struct (bit, offset))))

    Check.One(Config.QuickThrowOnFailure.WithMaxTest 200, property)

[<Fact>]
let ``A part is found in the whole wherever it lies, and not where it does not fit`` () =
    let bits part =
        BlockShape.bitsIn (BlockShape.rectangle 3 3) (BlockShape.ofOffsets part)

    Assert.Equal(Some [| 0; 1; 3 |], bits [ struct (5, 5); struct (5, 6); struct (6, 5) ])
    Assert.Equal(None, bits [ struct (0, 0); struct (0, 3) ])
    let corner = BlockShape.ofOffsets [ struct (0, 1); struct (1, 0); struct (1, 1) ]
    Assert.Equal(Some [| 2 |], BlockShape.bitsIn corner (BlockShape.rectangle 1 1) |> Option.map (Array.map ((+) 2)))
    Assert.Equal(None, BlockShape.bitsIn corner (BlockShape.rectangle 2 2))
