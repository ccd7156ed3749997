module Mice.Entropy.Tests.LatticeSweepTests

open Expecto
open System.IO
open Mice
open Mice.Tensors
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private options =
    { LatticeEntropyOptions.defaults with
        Methods = [ LatticeMethod.Scan; LatticeMethod.Mice ]
    }

let private inFolder work =
    let folder = Directory.CreateTempSubdirectory "mice-sweep-"

    try
        RunStore.openOrCreate folder.FullName (RunStore.identity [ "a", "b" ]) |> ok |> work
    finally
        folder.Delete true

let private pointOf temperature method =
    { LatticePoint.start temperature None [] with
        Method = LatticeMethod.name method
    }

/// A network has learned the sum of the temperatures that it has passed through, and its results say so.
let private sweep (options: LatticeEntropyOptions) (store: RunStore option) (worked: ResizeArray<float>) temperatures =
    let learned (weights: Params) =
        match Params.branches weights with
        | [||] -> 0.0
        | _ -> Params.tensor "sum" weights |> Tensor.item

    let apply temperature _ _ first () method =
        worked.Add temperature
        let sum = learned first + temperature

        Ok
            {
                Points =
                    [
                        { pointOf temperature method with
                            Seconds = sum
                        }
                    ]
                Weights = Params.node [ "sum", Params.Leaf(Tensor.ofArray [] [| sum |]) ]
            }

    LatticeSweep.run options temperatures (fun _ before t ->
        LatticeSweep.points
            options
            ignore
            store
            (LatticeMethods.text t)
            before
            (Key.ofSeed 1UL)
            (fun _ _ -> Ok())
            (apply t))
    |> ok
    |> List.map (fun p -> p.Temperature, p.Method, p.Seconds)

let private handing = { options with Transfer = true }

[<Tests>]
let tests =
    testList
        "LatticeSweepTests"
        [
            test "Snapshots are drawn once for all methods, and not when everything is kept" {
                inFolder (fun store ->
                    let drawn = ResizeArray<int>()
                    let applied = ResizeArray<int * LatticeMethod>()

                    let draw _ _ =
                        drawn.Add 7
                        Ok 7

                    let apply _ _ _ sample method =
                        applied.Add(sample, method)

                        Ok
                            {
                                Points = [ pointOf 1.0 method ]
                                Weights = Params.empty
                            }

                    let points () =
                        LatticeSweep.points
                            options
                            ignore
                            (Some store)
                            "1"
                            LatticeSweep.beginning
                            (Key.ofSeed 1UL)
                            draw
                            apply
                        |> ok
                        |> fst
                        |> List.map _.Method

                    for _ in 1..2 do
                        Expect.sequenceEqual (points ()) [ "scan"; "mice" ] "both methods report"
                        Expecting.single drawn "snapshots are drawn once" |> ignore

                        Expect.sequenceEqual
                            applied
                            [ 7, LatticeMethod.Scan; 7, LatticeMethod.Mice ]
                            "each method is applied once"

                    RunStore.save "scan-1" "junk"B store

                    let refused =
                        LatticeSweep.kept (Some store) "scan-1" (fun () -> failwith "computed anew") |> messages

                    Expect.stringContains
                        (Expecting.single refused "junk is refused")
                        "no checkpoint"
                        "the message says why")
            }

            test "Networks pass from the highest temperature to the lowest, and points come in the order asked for" {
                let expected sums =
                    [
                        for t, sum in List.zip [ 2.0; 4.0; 1.0 ] sums do
                            for name in [ "scan"; "mice" ] -> t, name, sum
                    ]

                let found options =
                    sweep options None (ResizeArray()) [ 2.0; 4.0; 1.0 ]

                Expect.equal (found handing) (expected [ 6.0; 4.0; 7.0 ]) "what is learned is handed down"

                Expect.equal
                    (found options)
                    (expected [ 2.0; 4.0; 1.0 ])
                    "without handing each temperature learns its own"
            }

            test "A sweep goes on with the networks that were kept, and other temperatures above are another sweep" {
                inFolder (fun store ->
                    let worked = ResizeArray<float>()
                    let run = sweep handing (Some store) worked
                    run [ 4.0; 2.0 ] |> ignore
                    worked.Clear()
                    // Both of the temperatures are there; only the third is worked on, with what they hand on.
                    let all = run [ 4.0; 2.0; 1.0 ]
                    Expect.sequenceEqual worked [ 1.0; 1.0 ] "only the third is worked on"
                    let straight = sweep handing None (ResizeArray()) [ 4.0; 2.0; 1.0 ]
                    Expect.equal all straight "the result is that of one sweep"

                    worked.Clear()
                    let without = run [ 4.0; 1.0 ]

                    Expect.sequenceEqual
                        worked
                        [ 1.0; 1.0 ]
                        "it starts from another temperature, so it is worked on again"

                    Expect.equal (List.last without) (1.0, "mice", 5.0) "it has learned from the one above alone"
                    // Weights that are no tensors are a fault.
                    RunStore.save "scan-4-weights" "junk"B store

                    let refused =
                        LatticeSweep.points
                            handing
                            ignore
                            (Some store)
                            "4"
                            LatticeSweep.beginning
                            (Key.ofSeed 1UL)
                            (fun _ _ -> Ok())
                            (fun _ _ _ _ _ -> failwith "computed anew")
                        |> messages

                    Expect.stringContains
                        (Expecting.single refused "junk is refused")
                        "scan-4-weights"
                        "the message names the file")
            }

            test "Nothing below a temperature that failed is tried" {
                let tried = ResizeArray<float>()

                let found =
                    LatticeSweep.run handing [ 1.0; 3.0; 2.0 ] (fun _ before t ->
                        tried.Add t

                        if t > 2.5 then
                            Ok([], before)
                        else
                            Error [ MiceError.OutOfRange("temperature", string t, "another one") ])

                Expecting.single (messages found) "the fault is told" |> ignore
                Expect.sequenceEqual tried [ 3.0; 2.0 ] "the lowest temperature is not tried"
            }
        ]
