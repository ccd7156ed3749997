module Mice.Tensors.Tests.HostOperatorTests

open System
open Expecto
open Mice
open Mice.Tensors

/// x² w, element by element.
let private weighted shape : HostOperator =
    {
        Name = "weighted square"
        Shape = shape
        Forward =
            fun inputs output ->
                for i in 0 .. output.Count - 1 do
                    output.Span[i] <- inputs[0].Span[i] * inputs[0].Span[i] * inputs[1].Span[i]
        Backward =
            fun inputs above gradients ->
                for i in 0 .. above.Count - 1 do
                    gradients[0].Span[ i ] <- 2.0f * above.Span[i] * inputs[0].Span[i] * inputs[1].Span[i]
                    gradients[1].Span[ i ] <- above.Span[i] * inputs[0].Span[i] * inputs[0].Span[i]
    }

let private byHost x w =
    HostOperator.apply (weighted (List.ofArray (x: Tensor).Shape)) [| x; w |]

let private byTensors (x: Tensor) (w: Tensor) = x * x * w

/// Layers that use their input on two ways, one of them through an operator.
let private layers (op: Tensor -> Tensor -> Tensor) (cut: Tensor -> Tensor) (p: Params) =
    let w = Params.tensor "w" p

    (Params.tensor "x" p, [ 1..4 ])
    ||> List.fold (fun x _ ->
        let x = cut x

        Tensor.sin x
        + 0.3 * op (Tensor.transpose 0 1 x |> Tensor.contiguous |> Tensor.transpose 0 1) w
        + 0.1 * x)
    |> Tensor.sum

let private parameters =
    let normal name =
        Tensor.randn (Key.ofSeed 1UL |> Key.named name) Kind.float32 [ 3; 5 ]

    Params.node
        [
            "x", Params.Leaf(normal "x")
            "w", Params.Leaf(normal "w")
            "unused", Params.Leaf(normal "u")
        ]

/// A derivative that goes across host operators and sections, of float32 numbers; the numbers again.
let internal derivative (x: Tensor) : Tensor =
    Params.node [ "x", Params.Leaf x; "w", Params.Leaf x ]
    |> Grad.valueAndGradient (layers byHost Grad.section)
    |> ignore

    x

let private assertSame f g =
    let struct (a, gradientA) = Grad.valueAndGradient f parameters
    let struct (b, gradientB) = Grad.valueAndGradient g parameters
    Expecting.within (1e-5 * abs (Tensor.item b)) (Tensor.item a) (Tensor.item b) "value"

    for path, x, y in Params.zip gradientA gradientB do
        // Single precision, four layers.
        let scale = Tensor.item (Tensor.max (Tensor.abs y))

        Expecting.within
            (1e-5 * (1.0 + scale))
            (Tensor.item (Tensor.max (Tensor.abs (x - y))))
            0.0
            $"gradient of {path}"

[<Tests>]
let tests =
    testList
        "HostOperatorTests"
        [
            test "Derivatives go through host operators as through others" {
                assertSame (layers byHost id) (layers byTensors id)
            }

            test "Derivatives go through sections, with host operators and without" {
                assertSame (layers byHost Grad.section) (layers byTensors id)
                assertSame (layers byTensors Grad.section) (layers byTensors id)
            }

            test "Layers that are computed anew have the same derivatives" {
                let layer (op: Tensor -> Tensor -> Tensor) (p: Params) x =
                    let w = Params.tensor "w" p
                    Tensor.sin (Grad.section x) + 0.3 * op x w + 0.1 * op (0.5 * x) w

                let through apply (p: Params) =
                    (Params.tensor "x" p, [ 1..4 ]) ||> List.fold (fun x _ -> apply p x) |> Tensor.sum

                let whole = through (layer byHost)
                let anew = through (Grad.recomputed (layer byHost))
                assertSame anew whole
                assertSame anew (through (layer byTensors))

                Expect.equal
                    (Tensor.item (anew parameters))
                    (Tensor.item (whole parameters))
                    "and outside of derivatives the same value"
            }

            test "Outside of derivatives an operator is a function, and a section nothing" {
                let x, w = Params.tensor "x" parameters, Params.tensor "w" parameters
                Expect.equal (Tensor.toFloats (byHost x w)) (Tensor.toFloats (byTensors x w)) "values"
                Expect.isTrue (Object.ReferenceEquals(Grad.section x, x)) "the same tensor"
            }

            test "A second derivative is refused" {
                let inner (x: Tensor) =
                    Grad.grad (fun y -> Tensor.sum (byHost y (Params.tensor "w" parameters))) x |> Tensor.sum

                Expecting.throws<TensorException>
                    (fun () -> Grad.grad inner (Params.tensor "x" parameters) |> ignore)
                    "it is not known"
                |> ignore
            }

            test "Other numbers than float32 on the processor are refused" {
                let x = Tensor.ones Kind.float64 [ 3; 5 ]
                Expecting.throws<TensorException> (fun () -> byHost x x |> ignore) "another type" |> ignore
            }

            test "Memory does not grow over many derivatives" {
                let x = Tensor.randn (Key.ofSeed 2UL) Kind.float32 [ 200; 200 ]

                let turns n =
                    for _ in 1..n do
                        Tensor.scope (fun () -> derivative x |> ignore)

                let memory () =
                    use own = Diagnostics.Process.GetCurrentProcess()
                    float own.WorkingSet64 / 1e6

                turns 50
                let before = memory ()
                turns 300
                // A tensor of 0.16 MB that stayed from each turn would make 48 MB.
                Expect.isLessThan (memory () - before) 25.0 "megabytes more"
            }
        ]
