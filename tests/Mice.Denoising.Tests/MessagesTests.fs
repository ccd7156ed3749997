module Mice.Denoising.Tests.MessagesTests

open Expecto
open Mice
open Mice.Denoising
open Mice.Tensors
open Mice.Denoising.Tests.EdgesTests

let private case channels seed =
    let s = gas 30 seed

    let normal name shape =
        Tensor.randn (Key.ofSeed seed |> Key.named name) Kind.float32 shape

    let edges = Edges.build s.Cell s.Positions EdgesTests.scale
    let table = normal "table" [ Edges.TableEntries; MessageKernel.Functions; channels ]
    let features = normal "features" [ MessageKernel.Components; 30; channels ]
    let weights = normal "weights" [ MessageKernel.Components; 30; channels ]
    struct (edges, weights, Params.node [ "table", Params.Leaf table; "features", Params.Leaf features ])

/// Σ weights · sums, and its gradient.
let private valueAndGradient op (struct (edges, weights: Tensor, inputs)) =
    inputs
    |> Grad.valueAndGradient (fun p ->
        Tensor.sum (weights * op edges (Params.tensor "table" p) (Params.tensor "features" p)))

let private largest (x: Tensor) =
    Tensor.abs x |> Tensor.max |> Tensor.item

[<Tests>]
let tests =
    testList
        "MessagesTests"
        [
            for channels in [ 16; 48 ] do
                test $"The kernel does what operators of libtorch do, {channels} channels" {
                    let c = case channels 3UL
                    let struct (edges, _, inputs) = c

                    let on op =
                        op edges (Params.tensor "table" inputs) (Params.tensor "features" inputs)

                    let slow = on Messages.byTensors
                    // Some thirty messages of a size of 10 in single precision.
                    Expecting.within (2e-6 * largest slow) (largest (on Messages.onHost - slow)) 0.0 "sums"

                    let struct (_, fast) = valueAndGradient Messages.onHost c
                    let struct (_, slow) = valueAndGradient Messages.byTensors c

                    for path, a, b in Params.zip fast slow do
                        Expecting.within (2e-6 * largest b) (largest (a - b)) 0.0 $"gradient with respect to {path}"
                }

            test "The gradient is the slope of the sum" {
                let struct (edges, weights, inputs) = case 16 4UL

                let struct (_, gradient) =
                    valueAndGradient Messages.onHost (struct (edges, weights, inputs))

                let direction =
                    inputs
                    |> Params.map (fun t ->
                        Tensor.randn (Key.ofSeed 5UL |> Key.item t.Count) Kind.float32 (List.ofArray t.Shape))

                let value step =
                    let p = Params.addScaled step inputs direction

                    let sums =
                        Messages.onHost edges (Params.tensor "table" p) (Params.tensor "features" p)
                    // The difference of two large sums needs more digits than single precision has.
                    Tensor.sum (Tensor.convert DType.Float64 (weights * sums)) |> Tensor.item

                // The sum is of second order in table and features together, so that the central difference is exact up to rounding.
                let slope = (value 0.5 - value -0.5) / 1.0

                let along =
                    Params.zip gradient direction |> Array.sumBy (fun (_, g, d) -> Tensor.item (Tensor.sum (g * d)))

                Expecting.within (1e-4 * abs along) slope along "slope along a random direction"
            }
        ]
