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

[<Fact>]
let ``Keys stay what they are from version to version`` () =
    // Written down from this implementation; a change here makes every stored run irreproducible.
    let key = Key.ofSeed 2026UL
    Assert.Equal("a603063646165cf354295e5b875787c4", string key)
    Assert.Equal("7d29f6544e9b31202de235d74e3bf8b6", string (Key.named "shuffle" key))
    Assert.Equal("039e75ce4affacc0a6de02768bf1bde3", string (Key.item 7 key))
    Assert.Equal(2333909645895063909UL, Key.toSeed key)
    let generator = Key.generator key
    Assert.Equal(451657808363631682UL, generator.NextUInt64())

[<Fact>]
let ``Children of one key all differ, by item, by name and from their parent`` () =
    let key = Key.ofSeed 1UL

    let all =
        [
            yield key
            yield! Key.split 2_000 key
            for i in 0..1_999 do
                yield Key.named (string i) key
            // Grandchildren that share indices with the children.
            for child in Key.split 40 key do
                yield! Key.split 40 child
        ]

    Assert.Equal(all.Length, (List.distinct all).Length)

[<Fact>]
let ``The same key gives the same numbers, in any order of use`` () =
    let numbers key =
        let generator = Key.generator key
        Array.init 100 (fun _ -> generator.NextFloat())

    let first, second = Key.item 0 (Key.ofSeed 3UL), Key.item 1 (Key.ofSeed 3UL)
    let a, b = numbers first, numbers second
    let b', a' = numbers second, numbers first
    Assert.Equal<float[]>(a, a')
    Assert.Equal<float[]>(b, b')
    Assert.NotEqual<float[]>(a, b)

/// Counts per cell must be those of a uniform distribution. Fixed seeds, so a p-value below 1e-4 is a defect, not luck.
let private assertUniform cells (indices: seq<int>) =
    let observed = Array.zeroCreate<float> cells
    indices |> Seq.iter (fun i -> observed[i] <- observed[i] + 1.0)
    let expected = Array.create cells (Array.sum observed / float cells)
    let outcome = Statistics.chiSquare 0 expected observed
    Assert.True(outcome.PValue > 1e-4, $"p = {outcome.PValue}")

[<Fact>]
let ``Uniform numbers are uniform, and independent of their successors`` () =
    let generator = Key.ofSeed 5UL |> Key.generator
    let values = Array.init 400_000 (fun _ -> generator.NextFloat())
    Assert.All(values, (fun x -> Assert.InRange(x, 0.0, 1.0 - 1e-16)))
    values |> Seq.map (fun x -> int (x * 100.0)) |> assertUniform 100

    values
    |> Seq.pairwise
    |> Seq.map (fun (x, y) -> 20 * int (x * 20.0) + int (y * 20.0))
    |> assertUniform 400

[<Fact>]
let ``First numbers of sibling keys are uniform and pairwise independent`` () =
    // Neighbouring children are where a weak splitting construction shows.
    let first =
        Array.init 100_000 (fun i -> (Key.ofSeed 7UL |> Key.item i |> Key.generator).NextFloat())

    first |> Seq.map (fun x -> int (x * 100.0)) |> assertUniform 100

    first
    |> Seq.pairwise
    |> Seq.map (fun (x, y) -> 20 * int (x * 20.0) + int (y * 20.0))
    |> assertUniform 400

[<Fact>]
let ``Integers below any bound are uniform`` () =
    let property =
        Prop.forAll (Arb.fromGen (Gen.choose (1, 40))) (fun count ->
            let generator = Key.ofSeed (uint64 count) |> Key.generator
            let draws = Array.init (2_000 * count) (fun _ -> generator.NextInt count)

            if count > 1 then
                assertUniform count draws

            Array.forall (fun i -> i >= 0 && i < count) draws)

    Check.One(Config.QuickThrowOnFailure.WithMaxTest 40, property)
    let generator = Key.ofSeed 1UL |> Key.generator
    Assert.Throws<ArgumentOutOfRangeException>(fun () -> generator.NextInt 0 |> ignore) |> ignore

[<Fact>]
let ``Normal numbers have the normal distribution`` () =
    let generator = Key.ofSeed 11UL |> Key.generator
    let values = Array.init 100_000 (fun _ -> generator.NextNormal())

    let cumulative (x: float) =
        MathNet.Numerics.Distributions.Normal.CDF(0.0, 1.0, x)

    let outcome = Statistics.kolmogorovSmirnov cumulative values
    Assert.True(outcome.PValue > 1e-4, $"D = {outcome.Statistic}, p = {outcome.PValue}")
    // The polar method makes pairs: successive values must not be related. ρ has standard error 1/√n = 0.003.
    let correlation = values |> Seq.pairwise |> Seq.averageBy (fun (x, y) -> x * y)
    Assert.InRange(correlation, -0.013, 0.013)

[<Fact>]
let ``Shuffling gives all orders equally often`` () =
    let generator = Key.ofSeed 13UL |> Key.generator

    Seq.init 24_000 (fun _ ->
        let items = [| 0; 1; 2; 3 |]
        generator.Shuffle items
        items)
    |> Seq.map (fun p ->
        // Rank of the permutation among the 24 of four items.
        let smallerAfter i =
            p[i + 1 ..] |> Array.filter (fun x -> x < p[i]) |> Array.length

        6 * smallerAfter 0 + 2 * smallerAfter 1 + smallerAfter 2)
    |> assertUniform 24
