module Mice.Information.Tests.IsingInformationTests

open Expecto
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private ofSymbols variables = ok (JointCounts.ofSymbols variables)

/// The 4 × 4 Ising torus: all states with their Boltzmann weights, cumulated.
let private torus temperature =
    let spin state x y =
        if (state >>> (4 * ((y + 4) % 4) + (x + 4) % 4)) &&& 1 = 1 then
            1
        else
            -1

    Array.init 65_536 (fun state ->
        let mutable bonds = 0

        for x in 0..3 do
            for y in 0..3 do
                bonds <- bonds + spin state x y * (spin state (x + 1) y + spin state x (y + 1))

        exp (float bonds / temperature))
    |> cumulative

[<Tests>]
let tests =
    testList
        "IsingInformationTests"
        [
            testTheory
                "Ising torus: neighbouring spins and neighbouring 2 × 2 blocks"
                [
                    1.5, 0.62665326, 0.69201905
                    2.5, 0.26148784, 0.52292138
                    4.0, 0.04973425, 0.16567246
                ]
            <| fun (temperature: float, pair: float, blocks: float) ->
                let law = torus temperature
                let generator = Key.ofSeed 31UL |> Key.generator
                let states = Array.init 20_000 (fun _ -> drawFrom law generator)

                let bits mask =
                    states |> Array.map (fun s -> s &&& mask)
                // Sites 0, 1, 4, 5 and 2, 3, 6, 7 are the two 2 × 2 blocks of a 2 × 4 strip.
                let left, right = bits 0b0011_0011, bits 0b1100_1100

                for method in methods.Tail do
                    let spins =
                        ofSymbols [ bits 1; bits 2 ] |> DiscreteInformation.mutualInformation method |> ok

                    let halves =
                        ofSymbols [ left; right ]
                        |> JointCounts.withAlphabets [ 16L; 16L ]
                        |> Result.bind (DiscreteInformation.mutualInformation method)
                        |> ok

                    Expecting.inRange
                        ((nats spins - pair) / error spins)
                        (-4.0)
                        4.0
                        $"the spins' estimate lies within four errors by {method}"
                    // Bias left by the methods at 256 cells and 20,000 draws: below 2e-3.
                    Expecting.inRange
                        (nats halves - blocks)
                        (-4.0 * error halves - 2e-3)
                        (4.0 * error halves + 2e-3)
                        $"the blocks' estimate lies within four errors and the bias by {method}"
        ]
