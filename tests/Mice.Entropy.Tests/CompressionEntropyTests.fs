module Mice.Entropy.Tests.CompressionEntropyTests

open System.Numerics
open Xunit
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private compressed snapshots =
    CompressionEntropy.estimate (Key.ofSeed 1UL) snapshots |> ok

[<Theory>]
[<InlineData(4, 6)>]
[<InlineData(7, 5)>]
[<InlineData(1, 9)>]
let ``Every spin is stored once, four rows at a time`` rows columns =
    let order = CompressionEntropy.stripOrder rows columns
    Assert.Equal<int>(Array.init (rows * columns) id, Array.sort order)

    let place site =
        struct (site / columns / 4, site % columns, site / columns % 4)

    Assert.Equal<int>(Array.sortBy place order, order)

[<Fact>]
let ``Packed spins can be read back`` () =
    let snapshots = independent 31UL 3 5 4 0.5
    let order = CompressionEntropy.stripOrder 3 5
    let bytes = CompressionEntropy.pack order snapshots.Sites
    Assert.Equal(8, bytes.Length)

    for i in 0..3 do
        for k in 0..14 do
            let up = (bytes[2 * i + k / 8] >>> (k % 8)) &&& 1uy = 1uy
            Assert.Equal(snapshots.Sites[i][order[k]] = 1y, up)

// Neither random set can be shortened; their sizes differ by a few bytes of 8,192.
[<Fact>]
let ``Random spins have ln 2 and equal ones nothing`` () =
    let random = independent 32UL 32 32 64 0.5 |> compressed
    Assert.Equal(log 2.0, float random.EntropyPerSite.Value, 1e-3)
    let ordered = independent 33UL 32 32 64 1.0 |> compressed
    // A byte or two of 8,192 for another value of the constant.
    Assert.Equal(0.0, float ordered.EntropyPerSite.Value, 2e-4)
    Assert.Equal(0.0, float ordered.EntropyPerSite.StandardError, 2e-4)

// Correlations along one direction only: a bound, and within a third of ln 2 of the entropy, as ln 2 itself is not.
[<Theory>]
[<InlineData(0.02)>]
[<InlineData(0.1)>]
let ``Chains are bounded from above`` p =
    let result = chains 34UL 32 32 100 p |> compressed
    let s = result.EntropyPerSite
    Assert.Equal(Direction.UpperBound, s.Direction)
    Assert.True(float (s.Value + 4.0 * -s.StandardError) > binaryEntropy p - 1e-3, Estimate.format s)
    Assert.True(float s.Value < binaryEntropy p + log 2.0 / 3.0, Estimate.format s)

    let data, constant, random =
        float result.DataBytes, float result.ConstantBytes, float result.RandomBytes

    Assert.Equal(log 2.0 * (data - constant) / (random - constant), float s.Value, 1e-12)

// A compressed size per spin scatters as the number of walls does: the exact error of h(p) from n spins is |ln((1 − p)/p)| √(p(1 − p)/n), and a compressor's
// own slope is of that order: a third to three times.
[<Fact>]
let ``The error has the size of the scatter`` () =
    let p, n = 0.1, 100.0 * 1024.0
    let exact = log ((1.0 - p) / p) * sqrt (p * (1.0 - p) / n)
    let found = chains 35UL 32 32 100 p |> compressed
    Assert.InRange(float found.EntropyPerSite.StandardError / exact, 1.0 / 3.0, 3.0)

let private unitVector (angle: float) =
    Vector2(float32 (cos angle), float32 (sin angle))

[<Fact>]
let ``A planar spin can be read back from those before it, to within its part of the circle`` () =
    let generator = Key.ofSeed 41UL |> Key.generator

    let spins =
        Array.init 35 (fun _ -> unitVector (System.Math.Tau * generator.NextFloat()))

    let turns = CompressionEntropy.turns 5 spins

    for site in 0..34 do
        let before =
            (if site % 5 > 0 then spins[site - 1] else Vector2.Zero)
            + (if site >= 5 then spins[site - 5] else Vector2.Zero)

        let mean =
            if site = 0 then
                0.0
            else
                atan2 (float before.Y) (float before.X)
        // The middle of the part.
        let found =
            mean + System.Math.Tau * ((float turns[site] + 0.5) / 256.0 - 0.5) |> unitVector
        // Half a part is 0.0123; single precision adds to it.
        Assert.True((found - spins[site]).Length() < 0.0124f, string site)

[<Fact>]
let ``Random directions have ln 2π, and random walks of directions the entropy of a step`` () =
    let generator = Key.ofSeed 42UL |> Key.generator

    let walk kappa =
        let mutable angle = System.Math.Tau * generator.NextFloat()

        Array.init 1024 (fun _ ->
            let struct (c, s) = VonMises.sample generator kappa
            angle <- angle + atan2 s c
            unitVector angle)

    let found kappa =
        {
            Rows = 1024
            Columns = 1
            Sites = Array.init 64 (fun _ -> walk kappa)
        }
        |> CompressionEntropy.estimatePlanar (Key.ofSeed 1UL)
        |> ok

    Assert.Equal(log System.Math.Tau, float (found 0.0).EntropyPerSite.Value, 2e-3)

    for kappa in [ 2.0; 30.0 ] do
        let s = (found kappa).EntropyPerSite
        let exact = VonMises.entropy kappa
        Assert.Equal(Direction.UpperBound, s.Direction)
        // Codes of whole bits for each of 256 parts cost less than 0.03 nats; the scatter of 65,536 steps is 0.003.
        Assert.InRange(float s.Value, exact - 0.012, exact + 0.04)

[<Fact>]
let ``Too little is an error or a failed check`` () =
    let told snapshots =
        CompressionEntropy.estimate (Key.ofSeed 1UL) snapshots |> messages

    Assert.StartsWith("512 spins are fewer than the 1024 needed", (independent 36UL 16 16 2 0.5 |> told).Head)
    Assert.Contains("-1 and 1", (snapshots 32 32 (Array.create 2 (Array.zeroCreate 1024)) |> told).Head)

    let planar =
        CompressionEntropy.estimatePlanar
            (Key.ofSeed 1UL)
            {
                Rows = 16
                Columns = 16
                Sites = Array.create 2 (Array.create 256 (Vector2(nanf, 1.0f)))
            }
        |> messages

    // Too few, and not finite.
    Assert.Equal(2, planar.Length)
    let few = independent 37UL 32 32 4 0.9 |> compressed
    Assert.False(few.Checks.Head.Passed)
    Assert.True((independent 37UL 32 32 20 0.9 |> compressed).Checks.Head.Passed)
    let independentSpins = independent 38UL 32 32 30 0.5 |> compressed
    Assert.False((List.last independentSpins.Checks).Passed)
    Assert.True((chains 39UL 32 32 200 0.1 |> compressed).Checks |> List.forall _.Passed)
