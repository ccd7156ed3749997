module Mice.Entropy.Tests.XYEntropyTests

open Expecto
open System.Threading
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private sampling =
    { XYChainOptions.defaults with
        Chains = 32
        Snapshots = 4
        Equilibrate = 20
        Every = 5
    }

let private integration =
    { XYIntegrationOptions.defaults with
        Chains = 4
        Steps = 100
        Equilibrate = 20
    }

let private torus = XYModel.square 4 1.0
let private model = XY.model sampling integration torus

let private options =
    let few = hardlyTrained (LatticeModel.methods model)

    { few with
        Scan =
            { few.Scan with
                Width = 16
                BatchSites = 256
            }
    }

let private asking methods = { options with Methods = methods }
let private two = { Run.quiet with Threads = 2 }

let private estimate options temperatures =
    LatticeEntropy.estimate options two model temperatures

[<Tests>]
let tests =
    testList
        "XYEntropyTests"
        [
            test "Every method reports every temperature beside what the integration found" {
                let temperatures = [ 1.5; 3.0 ]
                let points = estimate options temperatures |> ok
                Expect.equal points.Length 10 "five results at each temperature"

                for temperature in temperatures do
                    let point name =
                        let own =
                            points |> List.filter (fun p -> p.Temperature = temperature && p.Method = name)

                        Expecting.single own $"{name} reports once"

                    let integrated = point "integration"
                    Expect.isNone integrated.Reference "the integration has no reference"
                    Expect.isSome integrated.EnergyPerSite "but an energy"

                    for name in [ "mice"; "scan" ] do
                        let p = point name
                        let reference = p.Reference.Value
                        Expect.equal reference.Source "integration" "the reference is the integration"

                        Expect.equal reference.EntropyPerSite integrated.EntropyPerSite "with its entropy"
                        // Hardly trained, of a few snapshots: within 0.2 nats.
                        Expecting.inRange
                            (float (p.EntropyPerSite.Value - integrated.EntropyPerSite.Value))
                            (-0.2)
                            0.2
                            $"{name} is near the integration"

                // Halving goes down to one spin.
                let mice = points |> List.find (fun p -> p.Method = "mice")

                Expect.sequenceEqual
                    (mice.Levels |> List.map _.Volume)
                    [ 1.0; 2.0; 4.0; 8.0 ]
                    "halves go down to one spin"

                // Sixteen spins taken for the whole: here they are, but for what the energies say.
                let naive =
                    points |> List.find (fun p -> p.Method = "naive" && p.Temperature = mice.Temperature)

                let halves =
                    mice.Levels |> List.sumBy (fun l -> float l.MutualInformation.Value / (2.0 * l.Volume))

                Expecting.decimals
                    12
                    (float naive.EntropyPerSite.Value)
                    (log (2.0 * System.Math.PI) - halves)
                    "naive is ln 2π without what halves share"

                Expect.equal naive.EntropyPerSite.Direction Direction.UpperBound "it is an upper bound"
                Expecting.inRange (float naive.EntropyPerSite.StandardError) 1e-4 0.05 "its error is small"
            }

            test "Without integration there is no reference, and integration alone draws no snapshots" {
                let scanned = estimate (asking [ LatticeMethod.Scan ]) [ 2.0 ] |> ok

                for p in scanned do
                    Expect.isNone p.Reference "there is no reference"

                let messages = ResizeArray<string>()

                let integrated =
                    LatticeEntropy.estimate
                        (asking [ LatticeMethod.Integration ])
                        { two with
                            Progress = fun p -> messages.Add p.Message
                        }
                        model
                        [ 2.0 ]
                    |> ok

                let only = Expecting.single integrated "one method reports"
                Expect.equal only.Method "integration" "it is the integration"
                Expecting.none messages (fun m -> m.Contains "sampling") "no snapshots are drawn"
            }

            test "A temperature's result does not depend on the others" {
                let few = asking [ LatticeMethod.Scan ]
                let alone = estimate few [ 3.0 ] |> ok
                let among = estimate few [ 2.0; 3.0 ] |> ok

                Expect.equal
                    (List.last among).EntropyPerSite
                    alone.Head.EntropyPerSite
                    "alone or among others it is the same"

                Expect.sequenceEqual (among |> List.map _.Temperature) [ 2.0; 3.0 ] "temperatures keep their order"
            }

            testCase "What was done is kept, and gone on with"
            <| fun () ->
                inFolder (fun folder ->
                    let both = asking [ LatticeMethod.Scan; LatticeMethod.Integration ]

                    let kept =
                        { two with
                            Store = Some(RunStore.at folder)
                        }

                    let first = LatticeEntropy.estimate both kept model [ 2.5 ] |> ok
                    use cancelled = new CancellationTokenSource()
                    cancelled.Cancel()
                    // Nothing is left to compute, so nothing can be cancelled.
                    let again =
                        LatticeEntropy.estimate both { kept with Cancel = cancelled.Token } model [ 2.5 ] |> ok

                    Expect.isTrue (again.Equals first) "what was kept is read back"

                    // Fewer methods and more temperatures belong to the same calculation; what is there is taken over.
                    let scan = asking [ LatticeMethod.Scan ]
                    let more = LatticeEntropy.estimate scan kept model [ 2.5; 4.0 ] |> ok
                    Expect.sequenceEqual (more |> List.map _.Temperature) [ 2.5; 4.0 ] "both temperatures are there"

                    let expected = { first.Head with Reference = None }
                    Expect.isTrue (more.Head.Equals expected) "what was kept is taken over"

                    let others =
                        [
                            XY.model { sampling with Every = 6 } integration torus
                            XY.model sampling { integration with Steps = 101 } torus
                            XY.model sampling integration { torus with Field = 0.1 }
                        ]

                    for other in others do
                        Expecting.single
                            (LatticeEntropy.estimate both kept other [ 2.5 ] |> messages)
                            "another calculation is refused"
                        |> ignore

                    Expecting.single
                        (LatticeEntropy.estimate both (Run.seeded 2UL kept) model [ 2.5 ] |> messages)
                        "another seed is refused"
                    |> ignore)

            test "All faults are told before anything is drawn" {
                let faults options model temperatures =
                    let told _ = failwith "work has begun"
                    LatticeEntropy.estimate options { two with Progress = told } model temperatures |> messages

                let wrong =
                    XY.model { sampling with Every = 0 } { integration with Chains = 0 } (XYModel.square 12 1.0)

                // A side that cannot be halved, two options, a temperature.
                Expect.equal (faults options wrong [ -1.0; 2.0 ]).Length 4 "all four are told"

                let refused =
                    faults (asking [ LatticeMethod.Counting; LatticeMethod.Scan ]) model [ 1.0 ]

                Expect.stringContains (Expecting.single refused "one method is refused") "counting" "it is named"
                // A side of 12 is none of the scan's business, options of the integration none of MICE's.
                let scan = asking [ LatticeMethod.Scan ]

                Expecting.single
                    (faults
                        scan
                        (XY.model
                            sampling
                            integration
                            { XYModel.square 12 1.0 with
                                Field = nan
                            })
                        [ 2.0 ])
                    "the field alone is told"
                |> ignore
            }

            test "MICE and scan agree with the integration on a torus of 8×8" {
                let temperature = 1.0

                let model =
                    XY.model
                        { sampling with
                            Chains = 64
                            Snapshots = 8
                            Equilibrate = 60
                            Every = 10
                        }
                        { integration with
                            Chains = 16
                            Steps = 60
                        }
                        (XYModel.square 8 1.0)

                let options =
                    { options with
                        Scan =
                            { options.Scan with
                                Wide = 4
                                Width = 32
                                Steps = 250
                                BatchSites = 512
                                LearningRate = 1e-2
                            }
                        Mice =
                            { options.Mice with
                                Training =
                                    { options.Mice.Training with
                                        Steps = 120
                                        Batch = 128
                                        JointBlocks = 4
                                    }
                            }
                    }

                let points = LatticeEntropy.estimate options two model [ temperature ] |> ok

                // A block of four spins a side knows nothing of those beyond it.
                let naive = points |> List.find (fun p -> p.Method = "naive")
                let mice = points |> List.find (fun p -> p.Method = "mice")

                Expect.isTrue
                    (naive.EntropyPerSite.Value > mice.EntropyPerSite.Value + 0.02<nat / site>)
                    "naive is above MICE"

                for name, loose in [ "scan", 0.0; "mice", 0.04 ] do
                    let p = points |> List.find (fun p -> p.Method = name)
                    let exact = p.Reference.Value.EntropyPerSite
                    let difference = float (p.EntropyPerSite.Value - exact.Value)

                    let error =
                        sqrt (float exact.StandardError ** 2.0 + float p.EntropyPerSite.StandardError ** 2.0)

                    // Entropy lost on the way from ln 2π is 0.6: an error of a tenth of it would be seen. So few steps on so few snapshots leave MICE
                    // 0.04 above and the scan, which is corrected, within its error of 0.01.
                    Expect.isTrue (error < 0.01) $"{name}: error {error}"

                    Expecting.inRange
                        difference
                        (-4.0 * error)
                        (4.0 * error + loose)
                        $"{name} agrees with the integration"
            }
        ]
