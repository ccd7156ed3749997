module Mice.Samplers.Tests.XYModelTests

open Expecto
open System
open Mice
open Mice.Samplers

let private model =
    {
        Rows = 3
        Columns = 4
        Coupling = -0.7
        Field = 0.4
        Temperature = 0.9
    }

let private randomAngles seed =
    Key.ofSeed seed |> XYState.random 12 |> XYState.angles

[<Tests>]
let tests =
    testList
        "XYModelTests"
        [
            test "Energies are sums of cosines of angles over neighbours" {
                let angles = randomAngles 1UL
                let neighbours = Lattice.neighbours Lattice.Square 3 4

                // Every bond is met from both of its ends.
                let bonds =
                    Array.init neighbours.Length (fun i -> cos (angles[i / 4] - angles[neighbours[i]])) |> Array.sum

                let expected = 0.7 * 0.5 * bonds - 0.4 * Array.sumBy cos angles

                Expecting.decimals
                    12
                    (XYModel.energy model (XYState.ofAngles angles))
                    expected
                    "the energy by the definition"
            }

            test "Angles come back from their state" {
                let angles = [| Math.PI; -3.1; 0.0; 1.5; -1e-9 |]
                let back = XYState.ofAngles angles |> XYState.angles
                Array.iter2 (fun (a: float) b -> Expecting.decimals 14 b a "an angle that came back") angles back

                let edge =
                    XYState.angles
                        {
                            Cosines = [| -1.0; -1.0 |]
                            Sines = [| 0.0; -0.0 |]
                        }

                Expect.equal edge [| Math.PI; Math.PI |] "the edge belongs to π"
            }

            testCase "Bond sums are the derivatives of the energy in a twist"
            <| fun () ->
                // Twisting every bond along the rows by ε changes E to −J Σ cos(θⱼ − θᵢ + ε) there: first derivative J Σ sin, second J Σ cos.
                let angles = randomAngles 2UL

                let twisted epsilon =
                    let mutable sum = 0.0

                    for i in 0..11 do
                        let j = Lattice.siteAt 3 4 i (struct (0, 1))
                        sum <- sum - model.Coupling * cos (angles[j] - angles[i] + epsilon)

                    sum

                let struct (right, _) = XYModel.bondSums model (XYState.ofAngles angles)
                let first = (twisted 1e-4 - twisted -1e-4) / 2e-4
                let second = (twisted 1e-3 - 2.0 * twisted 0.0 + twisted -1e-3) / 1e-6
                // Errors of the differences: h²/6 and h²/12 times Σ |J| ≈ 8.
                Expecting.decimals 6 (model.Coupling * right.Sine) first "the first derivative"
                Expecting.decimals 5 (model.Coupling * right.Cosine) second "the second derivative"

            test "An aligned torus is as stiff as its coupling, a random one is not" {
                let square = XYModel.square 8 0.5

                let along (state: XYState) =
                    let struct (_, down) = XYModel.bondSums square state
                    down

                let aligned = along (XYState.ofAngles (Array.create 64 0.3))

                Expecting.decimals
                    12
                    (XYModel.helicityModulus square [| aligned |])
                    1.0
                    "the stiffness of the aligned torus"

                let random =
                    Key.ofSeed 3UL
                    |> Key.split 2000
                    |> Array.map (XYState.random 64 >> along)
                    |> XYModel.helicityModulus square

                // Independent spins: ⟨cos⟩ = 0, ⟨(Σ sin)²⟩ = N/2, so −1/(2T) = −1. Its error is √2 · 1/√2000 = 0.03; four of them.
                Expecting.inRange random (-1.13) (-0.87) "the stiffness of the random torus"
            }

            testTheory
                "The variance of the energy of random spins is the slope at infinite temperature"
                [ 4, 3; 2, 3; 2, 2 ]
            <| fun (rows: int, columns: int) ->
                let torus =
                    { model with
                        Rows = rows
                        Columns = columns
                    }

                let squares =
                    Key.ofSeed 4UL
                    |> Key.split 20_000
                    |> Array.map (fun key -> XYModel.energy torus (XYState.random (rows * columns) key) ** 2.0)

                let z =
                    (Statistics.mean squares + XYModel.infiniteTemperatureSlope torus * float (rows * columns))
                    / Statistics.standardError squares

                Expect.isTrue (abs z < 4.0) $"z = {z:F2}" // p = 6e-5, fixed seed

            test "Every fault of a model is told" {
                let bad =
                    {
                        Rows = 1
                        Columns = 0
                        Coupling = nan
                        Field = infinity
                        Temperature = -1.0
                    }

                Expect.equal ((XYModel.faults bad).Length) 5 "every fault is told"
                Expect.isEmpty (XYModel.faults model) "this model is good"
            }
        ]
