module Mice.Entropy.Tests.AreaLawTests

open Xunit
open Mice
open Mice.Entropy

[<Fact>]
let ``A straight line is found from any lengths`` () =
    let at length = 0.7 + 0.05 * float length
    let levels = [ for l in [ 4; 8; 8; 16; 16; 32 ] -> struct (l, at l) ]

    match AreaLaw.fit levels with
    | Some(struct (law, Some smaller)) ->
        for found in [ law; smaller ] do
            Assert.Equal(0.7, float found.Constant, 12)
            Assert.Equal(0.05, float found.Slope, 12)

        Assert.Equal(at 128, float (AreaLaw.at law 128), 12)
    | _ -> failwith "no law"

[<Fact>]
let ``Levels of one length are averaged, and the longest decide`` () =
    let levels = [ struct (4, 9.0); struct (8, 1.0); struct (8, 1.2); struct (16, 1.5) ]

    match AreaLaw.fit levels with
    | Some(struct (law, Some smaller)) ->
        Assert.Equal(0.4 / 8.0, float law.Slope, 12)
        Assert.Equal((1.1 - 9.0) / 4.0, float smaller.Slope, 12)
    | _ -> failwith "no law"

[<Fact>]
let ``One length is no law`` () =
    Assert.True((AreaLaw.fit [ struct (4, 1.0); struct (4, 2.0) ]).IsNone)
    Assert.True((AreaLaw.fit []).IsNone)

    match AreaLaw.fit [ struct (4, 1.0); struct (8, 2.0) ] with
    | Some(struct (_, None)) -> ()
    | _ -> failwith "a law of smaller halves from one length"
