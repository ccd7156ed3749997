module Mice.Entropy.Tests.IsingEntropyTests

open Expecto
open System.Threading
open Mice
open Mice.Learning
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private sampling =
    { IsingSamplingOptions.defaults with
        Snapshots = 512
        Equilibrate = 10
        EnergyRounds = 20
    }

let private model = Ising.model sampling (IsingModel.square 8 1.0)
let private options = hardlyTrained (LatticeModel.methods model)
let private asking methods = { options with Methods = methods }

let private two = { Run.quiet with Threads = 2 }

let private estimate options temperatures =
    LatticeEntropy.estimate options two model temperatures

[<Tests>]
let tests =
    testList
        "IsingEntropyTests"
        [
            test "Every method reports every temperature beside the exact value" {
                let points = estimate options [ 2.0; 3.0 ] |> ok

                for temperature in [ 2.0; 3.0 ] do
                    let own = points |> List.filter (fun p -> p.Temperature = temperature)

                    for name in [ "mice"; "scan"; "naive"; "kikuchi"; "context_8"; "context_16"; "compression" ] do
                        Expecting.single (Seq.filter (fun p -> p.Method = name) own) $"{name} reports once" |> ignore

                    for p in own do
                        let exact = Option.get p.Reference
                        Expect.equal exact.Source "kaufman" "the exact value is Kaufman's"
                        // Hardly trained: within 0.3 nats. Combinations of blocks take more snapshots than these.
                        if List.contains p.Method [ "mice"; "scan"; "naive" ] then
                            Expecting.inRange
                                (float (p.EntropyPerSite.Value - exact.EntropyPerSite.Value))
                                (-0.05)
                                0.3
                                $"{p.Method} is near the exact value"

                let mice = points |> List.find (fun p -> p.Method = "mice")

                Expect.sequenceEqual
                    (mice.Levels |> List.map _.Estimator)
                    [ "critic"; "critic" ]
                    "critics find both levels"
            }

            test "A temperature's result does not depend on the others" {
                let few = asking [ LatticeMethod.Scan ]

                let alone = estimate few [ 3.0 ] |> ok
                let among = estimate few [ 2.0; 3.0 ] |> ok

                Expect.equal
                    (List.last among).EntropyPerSite
                    alone.Head.EntropyPerSite
                    "alone or among others it is the same"
            }

            testCase "What was done is kept, and gone on with"
            <| fun () ->
                inFolder (fun folder ->
                    let few = asking [ LatticeMethod.Scan; LatticeMethod.Counting ]

                    let kept =
                        { two with
                            Store = Some(RunStore.at folder)
                        }

                    let estimate run =
                        LatticeEntropy.estimate few run model [ 2.5 ]

                    let first = estimate kept |> ok
                    // All of it read back, unions and curves and errors that are not numbers included.
                    Expect.isTrue ((estimate kept |> ok).Equals first) "what was kept is read back"
                    use cancelled = new CancellationTokenSource()
                    cancelled.Cancel()
                    // Nothing is left to compute, so nothing can be cancelled.
                    let again = estimate { kept with Cancel = cancelled.Token } |> ok
                    Expect.isTrue (again.Equals first) "what was kept is not computed anew"

                    Expecting.single (estimate (Run.seeded 2UL kept) |> messages) "another seed is another calculation"
                    |> ignore)

            test "Networks start from those of the temperature above, and learn no snapshots of their own beforehand" {
                let learned = asking [ LatticeMethod.Mice; LatticeMethod.Scan ]
                let alone = estimate learned [ 2.2; 2.5 ] |> ok

                let handing = { learned with Transfer = true }

                let handed = estimate handing [ 2.2; 2.5 ] |> ok

                let find temperature method points =
                    points |> List.find (fun (p: LatticeResult) -> p.Temperature = temperature && p.Method = method)

                for method in [ "mice"; "scan" ] do
                    // The highest temperature is the same in both but for the time it took.
                    let above = find 2.5 method handed

                    let expected =
                        { find 2.5 method alone with
                            Seconds = above.Seconds
                        }

                    Expect.equal above expected "the highest temperature is the same in both"

                    let first points =
                        find 2.2 method points |> _.Curves |> List.map (fun (_, curve) -> curve[0])

                    let steps points =
                        find 2.2 method points |> _.Curves |> List.map (fun (_, curve) -> (Array.last curve).Step)

                    for whole, part in List.zip (steps alone) (steps handed) do
                        Expect.equal part (whole / 3) "a third of the steps is enough"

                    // M of a critic rises from 0, the cross-entropy of a network falls from ln 2: losses both fall.
                    let better (a: CurvePoint) (b: CurvePoint) = b.Loss < a.Loss

                    for a, b in List.zip (first alone) (first handed) do
                        Expect.isTrue (better a b) $"{method}: {b} is a better start than {a}"
            }

            test "All faults are told before anything is drawn" {
                let faults =
                    LatticeEntropy.estimate
                        options
                        two
                        (Ising.model { sampling with Every = 0 } (IsingModel.square 12 1.0))
                        [ -1.0; 2.0 ]
                    |> messages

                Expect.equal faults.Length 3 "all three are told"
            }
        ]
