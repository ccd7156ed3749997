module Mice.Entropy.Tests.ExtrapolationTests

open Expecto
open Mice

let private sizes = [| 5.0; 10.0; 20.0 |]

let private points error (value: float -> float) =
    sizes |> Array.map (fun u -> struct (u, Estimate.create (value u) error Direction.UpperBound))

[<Tests>]
let tests =
    testList
        "ExtrapolationTests"
        [
            testTheory "A power law without noise is followed to its limit from any of its points" [ 0.5; 1.0; 4.0 ]
            <| fun (p: float) ->
                let law u = -3.5 + 2.0 * u ** -p

                for size in sizes do
                    let change = Extrapolation.remaining size (points 1e-6 law)
                    // Other exponents miss the points by more than a hundred errors and have no weight.
                    Expecting.decimals 4 change.Value (-2.0 * size ** -p) "the rest of the law is left"
                    Expecting.inRange change.StandardError 0.0 1e-4 "its error is small"

            test "Equal values have nothing left, give or take their errors" {
                let level = points 0.01 (fun _ -> -3.5)
                let change = Extrapolation.remaining 20.0 level
                Expecting.decimals 12 change.Value 0.0 "nothing is left"
                // The difference of two such values has an error of 0.014, and none of the laws magnifies it by more than three.
                Expecting.inRange change.StandardError 0.001 0.04 "its error is that of the values"
                Expect.isTrue (Extrapolation.isFlat level) "equal values are flat"

                Expect.isFalse (Extrapolation.isFlat (points 0.01 (fun u -> 1.0 / u))) "falling ones are not"
            }

            test "The limit lies within two errors about as often as errors promise" {
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
                Expecting.inRange (float hits / float trials) 0.85 0.995 "the errors are those promised"
            }
        ]
