module Mice.Entropy.Tests.LatticeTemperaturesTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private options =
    { LatticeEntropyOptions.defaults with
        Methods = [ LatticeMethod.Scan; LatticeMethod.Mice ]
    }

let private withStore work =
    inFolder (fun folder ->
        { Run.quiet with
            Store = Some(RunStore.at folder)
        }
        |> Run.claim "sweep" (fun () -> [])
        |> ok
        |> work)

let private pointOf temperature method =
    { LatticeResult.start temperature None [] with
        Method = LatticeMethod.name method
    }

/// One snapshot of one spin.
let private sample: LatticeSample<sbyte> =
    {
        Data =
            {
                Snapshots =
                    {
                        Shape = [| 1; 1 |]
                        Sites = [| [| 1y |] |]
                    }
                Spins = LatticeSpins.ising SpinSymmetry.none
                GroupSnapshots = 7
                Energies = None
                Hamiltonian = None
                First = Params.empty
            }
        Start = LatticeResult.start 1.0 None []
    }

let private found points weights : LatticeFound = { Points = points; Weights = weights }

/// A network has learned the sum of the temperatures that it has passed through, and its results say so.
let private sweep (options: LatticeEntropyOptions) (run: Run) (worked: ResizeArray<float>) temperatures =
    let learned (weights: Params) =
        match Params.branches weights with
        | [||] -> 0.0
        | _ -> Params.tensor "sum" weights |> Tensor.item

    let apply temperature _ (given: LatticeSample<sbyte>) method =
        worked.Add temperature
        let sum = learned given.Data.First + temperature

        found
            [
                { pointOf temperature method with
                    Seconds = sum
                }
            ]
            (Params.node [ "sum", Params.Leaf(Tensor.ofArray [] [| sum |]) ])
        |> Ok

    LatticeTemperatures.run options run temperatures (fun part before t ->
        LatticeTemperatures.points options part (Number.text t) before (fun _ -> Ok sample) (apply t))
    |> ok
    |> List.map (fun (p: LatticeResult) -> p.Temperature, p.Method, p.Seconds)

let private handing = { options with Transfer = true }

[<Tests>]
let tests =
    testList
        "LatticeTemperaturesTests"
        [
            test "Snapshots are drawn once for all methods, and not when everything is kept" {
                withStore (fun run ->
                    let drawn = ResizeArray<int>()
                    let applied = ResizeArray<int * LatticeMethod>()

                    let draw _ =
                        drawn.Add 7
                        Ok sample

                    let apply _ (given: LatticeSample<sbyte>) method =
                        applied.Add(given.Data.GroupSnapshots, method)
                        Ok(found [ pointOf 1.0 method ] Params.empty)

                    let points () =
                        LatticeTemperatures.points options run "1" LatticeTemperatures.beginning draw apply
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

                    RunStore.save "scan-1" "junk"B run.Store.Value

                    let refused =
                        LatticeTemperatures.kept "scan-1" (fun () -> failwith "computed anew") run |> messages

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
                    sweep options Run.quiet (ResizeArray()) [ 2.0; 4.0; 1.0 ]

                Expect.equal (found handing) (expected [ 6.0; 4.0; 7.0 ]) "what is learned is handed down"

                Expect.equal
                    (found options)
                    (expected [ 2.0; 4.0; 1.0 ])
                    "without handing each temperature learns its own"
            }

            test "A sweep goes on with the networks that were kept, and other temperatures above are another sweep" {
                withStore (fun kept ->
                    let worked = ResizeArray<float>()
                    let run = sweep handing kept worked
                    run [ 4.0; 2.0 ] |> ignore
                    worked.Clear()
                    // Both of the temperatures are there; only the third is worked on, with what they hand on.
                    let all = run [ 4.0; 2.0; 1.0 ]
                    Expect.sequenceEqual worked [ 1.0; 1.0 ] "only the third is worked on"
                    let straight = sweep handing Run.quiet (ResizeArray()) [ 4.0; 2.0; 1.0 ]
                    Expect.equal all straight "the result is that of one sweep"

                    worked.Clear()
                    let without = run [ 4.0; 1.0 ]

                    Expect.sequenceEqual
                        worked
                        [ 1.0; 1.0 ]
                        "it starts from another temperature, so it is worked on again"

                    Expect.equal (List.last without) (1.0, "mice", 5.0) "it has learned from the one above alone"
                    // Weights that are no tensors are a fault.
                    RunStore.save "scan-4-weights" "junk"B kept.Store.Value

                    let refused =
                        LatticeTemperatures.points
                            handing
                            kept
                            "4"
                            LatticeTemperatures.beginning
                            (fun _ -> Ok sample)
                            (fun _ _ _ -> failwith "computed anew")
                        |> messages

                    Expect.stringContains
                        (Expecting.single refused "junk is refused")
                        "scan-4-weights"
                        "the message names the file")
            }

            test "Nothing below a temperature that failed is tried" {
                let tried = ResizeArray<float>()

                let found =
                    LatticeTemperatures.run handing Run.quiet [ 1.0; 3.0; 2.0 ] (fun _ before t ->
                        tried.Add t

                        if t > 2.5 then
                            Ok([], before)
                        else
                            Error [ MiceError.OutOfRange("temperature", string t, "another one") ])

                Expecting.single (messages found) "the fault is told" |> ignore
                Expect.sequenceEqual tried [ 3.0; 2.0 ] "the lowest temperature is not tried"
            }
        ]
