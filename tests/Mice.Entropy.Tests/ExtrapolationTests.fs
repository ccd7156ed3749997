module Mice.Entropy.Tests.ExtrapolationTests

open Xunit
open Mice

let private sizes = [| 5.0; 10.0; 20.0 |]

let private points error (value: float -> float) =
    sizes |> Array.map (fun u -> struct (u, Estimate.create (value u) error Direction.UpperBound))

[<Theory>]
[<InlineData(0.5)>]
[<InlineData(1.0)>]
[<InlineData(4.0)>]
let ``A power law without noise is followed to its limit from any of its points`` (p: float) =
    let law u = -3.5 + 2.0 * u ** -p

    for size in sizes do
        let change = Extrapolation.remaining size (points 1e-6 law)
        // Other exponents miss the points by more than a hundred errors and have no weight.
        Assert.Equal(-2.0 * size ** -p, change.Value, 4)
        Assert.InRange(change.StandardError, 0.0, 1e-4)

[<Fact>]
let ``Equal values have nothing left, give or take their errors`` () =
    let level = points 0.01 (fun _ -> -3.5)
    let change = Extrapolation.remaining 20.0 level
    Assert.Equal(0.0, change.Value, 12)
    // The difference of two such values has an error of 0.014, and none of the laws magnifies it by more than three.
    Assert.InRange(change.StandardError, 0.001, 0.04)
    Assert.True(Extrapolation.isFlat level)
    Assert.False(Extrapolation.isFlat (points 0.01 (fun u -> 1.0 / u)))

[<Fact>]
let ``The limit lies within two errors about as often as errors promise`` () =
    let generator = Key.generator (Key.ofSeed 3UL)
    let trials = 400

    let hits =
        Seq.init trials (fun _ ->
            let p = 2.0 ** (4.0 * generator.NextFloat() - 1.0)
            let law u = 0.05 * (u / 5.0) ** -p
            let noisy = points 0.005 (fun u -> law u + 0.005 * generator.NextNormal())
            let change = Extrapolation.remaining 10.0 noisy
            abs (change.Value + law 10.0) <= 2.0 * change.StandardError)
        |> Seq.filter id
        |> Seq.length

    // 95 % if the weights were exact for every p; between 85 % and 99.5 % of 400 is ten standard deviations below and four above.
    Assert.InRange(float hits / float trials, 0.85, 0.995)
