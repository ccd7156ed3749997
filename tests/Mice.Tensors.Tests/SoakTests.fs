module Mice.Tensors.Tests.SoakTests

open Expecto
open System
open System.Diagnostics
open Mice
open Mice.Tensors

/// Resident memory of this process in bytes.
let private resident () =
    GC.Collect()
    GC.WaitForPendingFinalizers()
    GC.Collect()
    use self = Process.GetCurrentProcess()
    self.WorkingSet64

/// It looks at the whole process and so runs alone.
[<Tests>]
let tests =
    testSequenced
    <| testList
        "SoakTests"
        [
            testCase "100 000 training steps take no more memory than 5 000"
            <| fun () ->
                let x = Tensor.randn (Key.ofSeed 1UL) Kind.float32 [ 32; 4 ]
                let small = Layer.mlp Nn.relu [ 4; 8; 1 ]
                let optimiser = Optimiser.adam AdamOptions.defaults
                let first = small.Init(Key.ofSeed 2UL)
                let mutable early = 0L

                let round (struct (_, p, s)) step =
                    if step = 5_000 then
                        early <- resident ()

                    Optimiser.step
                        optimiser
                        (fun p -> Tensor.mean (Tensor.square (small.Apply Mode.Evaluation p x)))
                        p
                        s

                // One outer scope around it all: the worst place for a leak.
                Tensor.scope (fun () ->
                    Tensor.fold round (struct (nan, first, optimiser.Init first)) (seq { 1..100_000 }))
                |> ignore

                let growth = float (resident () - early) / float early

                Expect.isTrue
                    (growth < 0.05)
                    "resident memory grows by less than a twentieth after the first 5 000 steps"
        ]
