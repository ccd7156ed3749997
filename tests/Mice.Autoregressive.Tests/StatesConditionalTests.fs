module Mice.Autoregressive.Tests.StatesConditionalTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

let private statesOf states sites number =
    Array.init sites (fun i -> byte (number / pown states i % states))

/// A law with random parameters, of a torus.
let private law alike states shape =
    let options =
        { SpinConditionalOptions.defaults with
            Width = 16
        }

    let law = StatesConditional.create options alike states shape
    // Larger than at the start of training, so that spins depend on each other.
    law, SpinConditional.initial (Key.ofSeed 3UL) law |> Params.scale 2.5

let private surpriseBy (law, parameters) =
    fun spins -> SpinConditional.surpriseOf law parameters spins

[<Tests>]
let tests =
    testList
        "StatesConditionalTests"
        [
            testTheory
                "Probabilities of all configurations of a torus add up to one"
                [
                    true, 3, [ 2; 3 ]
                    false, 3, [ 3; 2 ]
                    true, 5, [ 2; 2 ]
                    false, 2, [ 2; 2; 2 ]
                    true, 2, [ 2; 2; 2 ]
                ]
            <| fun (alike, states, shape) ->
                let shape = Array.ofList shape
                // Which holds only when no conditional sees its own spin or a later one.
                let surprise = law alike states shape |> surpriseBy
                let sites = Array.reduce (*) shape

                let total =
                    Seq.init (pown states sites) (fun n -> exp -(surprise (statesOf states sites n))) |> Seq.sum

                // Networks are computed in single precision.
                Expecting.decimals 5 total 1.0 "the probabilities add up to one"

            testTheory "Configurations are drawn as often as the law says" [ true; false ]
            <| fun (alike: bool) ->
                let law, parameters = law alike 3 [| 2; 2 |]

                let chiSquared =
                    Seq.init 81 (statesOf 3 4) |> chiSquaredOfDraws law parameters 20000

                // 80 degrees of freedom: a mean of 80 and a standard deviation of 12.6.
                Expecting.inRange
                    chiSquared
                    (80.0 - 4.0 * 12.6)
                    (80.0 + 4.0 * 12.6)
                    "χ² is that of 80 degrees of freedom"

            test "Where states are alike, the law does not change when they are renamed" {
                let surprise = law true 4 [| 3; 4 |] |> surpriseBy
                let other = law false 4 [| 3; 4 |] |> surpriseBy
                let names = [| 2uy; 0uy; 3uy; 1uy |]
                let rename = Array.map (fun (s: byte) -> names[int s])

                for n in 1000..3777..60000 do
                    let spins = statesOf 4 12 n
                    Expecting.decimals 4 (surprise (rename spins)) (surprise spins) "renamed they are as likely"

                let spins = statesOf 4 12 12345678
                Expect.isTrue (abs (other spins - other (rename spins)) > 0.1) "with a field they are not"
            }

            test "Training finds the entropy of the first site and of a chain along the rows" {
                // Rows are independent; a spin equals its left neighbour with probability 0.7, else it is one of the two other states.
                let generator = Key.ofSeed 5UL |> Key.generator

                let row () =
                    let next (before: byte) =
                        if generator.NextFloat() < 0.7 then
                            before
                        else
                            byte ((int before + 1 + generator.NextInt 2) % 3)

                    Array.init 15 id |> Array.scan (fun spin _ -> next spin) (byte (generator.NextInt 3))

                let snapshots count =
                    Array.init count (fun _ -> Array.init 4 (fun _ -> row ()) |> Array.concat)

                let training, held = snapshots 200, snapshots 200

                let options =
                    { SpinConditionalOptions.defaults with
                        Deep = 1
                        Wide = 2
                        Width = 16
                        Steps = 400
                        BatchSites = 512
                        LearningRate = 1e-2
                    }

                let law = StatesConditional.create options true 3 [| 4; 16 |]

                let parameters =
                    SpinConditional.train options law None training (Run.seeded 7UL Run.quiet) |> ok |> _.Best

                let rate = -(0.7 * log 0.7 + 0.3 * log 0.15)
                let exact = (log 3.0 + 15.0 * rate) / 16.0

                let found =
                    held
                    |> Array.map (fun spins -> SpinConditional.surpriseOf law parameters spins / 64.0)
                    |> Statistics.estimate Direction.UpperBound

                // An upper bound in expectation; 400 steps come within 0.01 nats.
                Expecting.inRange
                    found.Value
                    (exact - 4.0 * found.StandardError)
                    (exact + 0.01 + 4.0 * found.StandardError)
                    "the bound is just above the exact entropy"
            }
        ]
