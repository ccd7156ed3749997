module Mice.Tests.KeyTests

open System
open Xunit
open FsCheck
open FsCheck.FSharp
open Mice

[<Fact>]
let ``Threefry-2x64-20 gives the published values`` () =
    // Known-answer vectors of the Random123 library (kat_vectors, threefry2x64, 20 rounds).
    let check key0 key1 counter0 counter1 expected =
        Assert.Equal(expected, string (Threefry.block { First = key0; Second = key1 } counter0 counter1))

    check 0UL 0UL 0UL 0UL "c2b6e3a8c2c698656f81ed42f350084d"

    let ones = UInt64.MaxValue
    check ones ones ones ones "e02cb7c4d95d277ad06633d0893b8b68"

    check
        0xa4093822299f31d0UL
        0x082efa98ec4e6c89UL
        0x243f6a8885a308d3UL
        0x13198a2e03707344UL
        "263c7d30bb0f0af156be8361d3311526"

[<Fact>]
let ``xoshiro256** gives the published values`` () =
    // The first outputs of the authors' C program from the state 1, 2, 3, 4.
    let generator = Generator(1UL, 2UL, 3UL, 4UL)
    let first = Array.init 4 (fun _ -> generator.NextUInt64())
    Assert.Equal<uint64[]>([| 11520UL; 0UL; 1509978240UL; 1215971899390074240UL |], first)
