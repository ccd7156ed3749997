module Mice.Entropy.Tests.XYEntropyTests

open System.IO
open System.Threading
open Xunit
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private model = XYModel.square 4 1.0

let private options =
    {
        Sampling =
            { XYChainOptions.defaults with
                Chains = 32
                Snapshots = 4
                Equilibrate = 20
                Every = 5
            }
        Integration =
            { XYIntegrationOptions.defaults with
                Chains = 4
                Steps = 100
                Equilibrate = 20
            }
        Entropy =
            let few = hardlyTrained LatticeMethod.ofXY

            { few with
                Scan =
                    { few.Scan with
                        Width = 16
                        BatchSites = 256
                    }
            }
    }

let private asking methods =
    { options with
        Entropy =
            { options.Entropy with
                Methods = methods
            }
    }

let private estimate options store temperatures =
    XYEntropy.estimate options CancellationToken.None ignore store model temperatures

[<Fact>]
let ``Every method reports every temperature beside what the integration found`` () =
    let temperatures = [ 1.5; 3.0 ]
    let points = estimate options None temperatures |> ok
    Assert.Equal(10, points.Length)

    for temperature in temperatures do
        let point name =
            Assert.Single(points, (fun p -> p.Temperature = temperature && p.Method = name))

        let integrated = point "integration"
        Assert.True integrated.Reference.IsNone
        Assert.True integrated.EnergyPerSite.IsSome

        for name in [ "mice"; "scan" ] do
            let p = point name
            let reference = p.Reference.Value
            Assert.Equal("integration", reference.Source)
            Assert.Equal(integrated.EntropyPerSite, reference.EntropyPerSite)
            // Hardly trained, of a few snapshots: within 0.2 nats.
            Assert.InRange(float (p.EntropyPerSite.Value - integrated.EntropyPerSite.Value), -0.2, 0.2)

    // Halving goes down to one spin.
    let mice = points |> List.find (fun p -> p.Method = "mice")
    Assert.Equal<int>([ 1; 2; 4; 8 ], mice.Levels |> List.map (fun l -> l.Depth * l.Length))

    // Sixteen spins taken for the whole: here they are, but for what the energies say.
    let naive =
        points |> List.find (fun p -> p.Method = "naive" && p.Temperature = mice.Temperature)

    let halves =
        mice.Levels
        |> List.sumBy (fun l -> float l.MutualInformation.Value / float (2 * l.Depth * l.Length))

    Assert.Equal(log (2.0 * System.Math.PI) - halves, float naive.EntropyPerSite.Value, 12)
    Assert.Equal(Direction.UpperBound, naive.EntropyPerSite.Direction)
    Assert.InRange(float naive.EntropyPerSite.StandardError, 1e-4, 0.05)

[<Fact>]
let ``Without integration there is no reference, and integration alone draws no snapshots`` () =
    let scanned = estimate (asking [ LatticeMethod.Scan ]) None [ 2.0 ] |> ok
    Assert.All(scanned, (fun p -> Assert.True p.Reference.IsNone))
    let messages = ResizeArray<string>()

    let integrated =
        XYEntropy.estimate
            (asking [ LatticeMethod.Integration ])
            CancellationToken.None
            (fun p -> lock messages (fun () -> messages.Add p.Message))
            None
            model
            [ 2.0 ]
        |> ok

    Assert.Equal("integration", (Assert.Single integrated).Method)
    Assert.DoesNotContain(messages, (fun m -> m.Contains "sampling"))

[<Fact>]
let ``A temperature's result does not depend on the others`` () =
    let few = asking [ LatticeMethod.Scan ]
    let alone = estimate few None [ 3.0 ] |> ok
    let among = estimate few None [ 2.0; 3.0 ] |> ok
    Assert.Equal(alone.Head.EntropyPerSite, (List.last among).EntropyPerSite)
    Assert.Equal<float>([ 2.0; 3.0 ], among |> List.map _.Temperature)

[<Fact>]
let ``What was done is kept, and gone on with`` () =
    let folder = Directory.CreateTempSubdirectory "mice-xy-"

    try
        let both = asking [ LatticeMethod.Scan; LatticeMethod.Integration ]

        let store options =
            XYEntropy.checkpoints options model folder.FullName |> ok |> Some

        let first = estimate both (store both) [ 2.5 ] |> ok
        use cancelled = new CancellationTokenSource()
        cancelled.Cancel()
        // Nothing is left to compute, so nothing can be cancelled.
        Assert.Equal<LatticePoint>(
            first,
            XYEntropy.estimate both cancelled.Token ignore (store both) model [ 2.5 ] |> ok
        )

        // Fewer methods and more temperatures belong to the same calculation; what is there is taken over.
        let scan = asking [ LatticeMethod.Scan ]
        let more = estimate scan (store scan) [ 2.5; 4.0 ] |> ok
        Assert.Equal<float>([ 2.5; 4.0 ], more |> List.map _.Temperature)
        Assert.Equal({ first.Head with Reference = None }, more.Head)

        let others =
            [
                { both with
                    Entropy = { both.Entropy with Seed = 2UL }
                },
                model
                { both with
                    Sampling = { both.Sampling with Every = 6 }
                },
                model
                { both with
                    Integration = { both.Integration with Steps = 101 }
                },
                model
                both, { model with Field = 0.1 }
            ]

        for options, model in others do
            Assert.Single(XYEntropy.checkpoints options model folder.FullName |> messages) |> ignore
    finally
        folder.Delete true

[<Fact>]
let ``All faults are told before anything is drawn`` () =
    let faults options model temperatures =
        let told _ = failwith "work has begun"
        XYEntropy.estimate options CancellationToken.None told None model temperatures |> messages

    let wrong =
        { options with
            Sampling = { options.Sampling with Every = 0 }
            Integration = { options.Integration with Chains = 0 }
        }

    // A side that cannot be halved, two options, a temperature.
    Assert.Equal(4, (faults wrong (XYModel.square 12 1.0) [ -1.0; 2.0 ]).Length)

    Assert.Contains(
        "counting",
        Assert.Single(faults (asking [ LatticeMethod.Counting; LatticeMethod.Scan ]) model [ 1.0 ])
    )
    // A side of 12 is none of the scan's business, options of the integration none of MICE's.
    let scan = asking [ LatticeMethod.Scan ]

    Assert.Single(
        faults
            scan
            { XYModel.square 12 1.0 with
                Field = nan
            }
            [ 2.0 ]
    )
    |> ignore

[<Fact>]
let ``MICE and scan agree with the integration on a torus of 8×8`` () =
    let model = XYModel.square 8 1.0
    let temperature = 1.0

    let options =
        { options with
            Sampling =
                { options.Sampling with
                    Chains = 64
                    Snapshots = 8
                    Equilibrate = 60
                    Every = 10
                }
            Integration = { options.Integration with Steps = 200 }
            Entropy =
                { options.Entropy with
                    Scan =
                        { options.Entropy.Scan with
                            Wide = 4
                            Width = 32
                            Steps = 250
                            BatchSites = 512
                            LearningRate = 1e-2
                        }
                    Mice =
                        { options.Entropy.Mice with
                            Training =
                                { options.Entropy.Mice.Training with
                                    Steps = 120
                                    Batch = 128
                                    JointBlocks = 4
                                }
                        }
                }
        }

    let points =
        XYEntropy.estimate options CancellationToken.None ignore None model [ temperature ] |> ok

    // A block of four spins a side knows nothing of those beyond it.
    let naive = points |> List.find (fun p -> p.Method = "naive")
    let mice = points |> List.find (fun p -> p.Method = "mice")
    Assert.True(naive.EntropyPerSite.Value > mice.EntropyPerSite.Value + 0.02<nat / site>)

    for name, loose in [ "scan", 0.0; "mice", 0.04 ] do
        let p = points |> List.find (fun p -> p.Method = name)
        let exact = p.Reference.Value.EntropyPerSite
        let difference = float (p.EntropyPerSite.Value - exact.Value)

        let error =
            sqrt (float exact.StandardError ** 2.0 + float p.EntropyPerSite.StandardError ** 2.0)

        // Entropy lost on the way from ln 2π is 0.6: an error of a tenth of it would be seen. So few steps on so few snapshots leave MICE
        // 0.04 above and the scan, which is corrected, within its error of 0.01.
        Assert.True(error < 0.01, $"{name}: error {error}")
        Assert.InRange(difference, -4.0 * error, 4.0 * error + loose)
