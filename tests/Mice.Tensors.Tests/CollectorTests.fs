/// What an operation makes beside its result and leaves to the garbage collector, the collector may free while the
/// operation still reads it. So operations leave nothing.
module Mice.Tensors.Tests.CollectorTests

open Expecto
open System
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

[<Literal>]
let private Rounds = 200

/// Objects that wait for their finalizer after so many rounds whose tensors a scope freed.
let private left (round: unit -> unit) =
    let run () =
        Tensor.scope (fun () ->
            for _ in 1..Rounds do
                round ())

    run ()
    GC.Collect()
    GC.WaitForPendingFinalizers()
    run ()
    GC.Collect()
    GC.GetGCMemoryInfo(GCKind.Any).FinalizationPendingCount

let private operations: (string * (Tensor -> Tensor)) list =
    [ for name, _, _, f in GradTests.smooth -> name, f ]
    @ [
        "isBelow", Tensor.isBelow 0.5
        "isAbove", Tensor.isAbove 0.5
        "is", Tensor.is 0.5
        "arange", (fun _ -> Tensor.arange 5)
        "full", (fun _ -> Tensor.full Kind.float64 [ 2 ] 1.5)
        "linspace", (fun _ -> Tensor.linspace Kind.float64 0.0 1.0 5)
        "rand", (fun _ -> Tensor.rand (Key.ofSeed 1UL) Kind.float64 [ 3 ])
        "bernoulli", (fun _ -> Tensor.bernoulli (Key.ofSeed 1UL) Kind.float64 0.5 [ 3 ])
        "convert", Tensor.convert DType.Float32
        "item",
        (fun x ->
            Tensor.item (Tensor.sum x) |> ignore
            x)
        "toArray",
        (fun x ->
            Tensor.toArray<float> x |> ignore
            x)
        "derivative across host operators and sections",
        (fun x -> Tensor.convert DType.Float32 x |> HostOperatorTests.derivative)
        "step of Adam",
        (fun x ->
            let optimiser =
                Optimiser.adamW
                    { AdamOptions.defaults with
                        WeightDecay = 0.1
                    }

            let p = Params.node [ "a", Params.Leaf x; "b", Params.Leaf(Tensor.sum x) ]
            let struct (next, _) = optimiser.Update p (optimiser.Init p) p
            Params.tensor "a" next)
    ]

/// Small objects for each round that hold an array in its place while TorchSharp passes it on, or reads a shape. They are
/// held and disposed of by that call, and the collector gets nothing but the empty shell.
let private pins =
    Map
        [
            "stdOver", 1
            "cat", 1
            "stack", 1
            "split", 1
            "unbind", 1
            "topk", 1
            "einsum", 1
            "embedding", 2
            "item", 1
            // Nine derivatives by libtorch, eight cuts among them, four of which make three tensors each.
            "derivative across host operators and sections", 53
            "step of Adam", 8
        ]

[<Tests>]
let tests =
    // The count is of the whole process.
    testSequenced
    <| testList
        "CollectorTests"
        [
            for name, f in operations ->
                test $"{name} leaves nothing to the collector" {
                    let x = uniform 1 0.5 0.9 [ 3; 4 ]
                    let pinned = Map.tryFind name pins |> Option.defaultValue 0
                    // A temporary for each round would be two hundred more; the runtime has a few of its own.
                    let allowed = int64 (pinned * Rounds + 50)
                    Expect.isLessThan (left (fun () -> f x |> ignore)) allowed "few objects wait for their finalizer"
                }
        ]
