module Mice.Samplers.Tests.XYChainTests

open Expecto
open System.Threading
open Mice
open Mice.Samplers

let private small =
    { XYChainOptions.defaults with
        Chains = 4
        Snapshots = 20
        Equilibrate = 30
        Every = 3
    }

let private sample options model = XYChain.sample options Run.quiet model

[<Tests>]
let tests =
    testList
        "XYChainTests"
        [
            test "Snapshots are alike on any number of threads, and have the energies told" {
                let model =
                    { XYModel.square 6 0.8 with
                        Field = 0.2
                    }

                let on threads =
                    XYChain.sample small { Run.quiet with Threads = threads } model |> ok

                let one, two = on 1, on 2
                Expect.equal two.Snapshots.Sites one.Snapshots.Sites "snapshots on two threads and on one"
                Expect.equal two.EnergyPerSite one.EnergyPerSite "energies on two threads and on one"
                Expect.equal one.Snapshots.Sites.Length 80 "twenty snapshots of each of four chains"
                Expect.equal one.Snapshots.Shape [| 6; 6 |] "rows and columns"

                Array.iter2
                    (fun angles (energy: float) ->
                        Expecting.decimals
                            10
                            (XYModel.energy model (XYState.ofAngles angles))
                            energy
                            "the energy told for a snapshot")
                    one.Snapshots.Sites
                    one.Energies
            }

            test "The energy at high temperature is that of the series" {
                let model = XYModel.square 8 3.0

                let found =
                    sample
                        { small with
                            Chains = 8
                            Snapshots = 50
                        }
                        model
                    |> ok

                let exact = (XYExact.squareAtHighTemperature model).EnergyPerSite
                // The plaquettes alone contribute 0.017, a multiple of the error; what the series leaves out, of order (1/6)⁷, does not count.
                Expecting.withinErrors 4.0 found.EnergyPerSite exact "the energy"
                // 64 sites, cv = O(0.1), 1200 steps: between 0.001 and 0.01; hybrid steps are nearly independent.
                Expecting.inRange found.EnergyPerSite.StandardError 0.0005 0.005 "the standard error of the energy"
                Expecting.inRange found.AutocorrelationTime.Value 0.3 1.5 "the autocorrelation time"
            }

            test "Short chains have errors as large as their energies scatter" {
                // 32 chains of 6 steps at the peak of the heat capacity. Blocking every chain alone gave errors too small by a factor of 1.4.
                let short =
                    { XYChainOptions.defaults with
                        Chains = 32
                        Snapshots = 1
                        Equilibrate = 30
                        Every = 6
                    }

                let found =
                    Array.init 200 (fun seed ->
                        (XYChain.sample short (Run.seeded (uint64 seed) Run.quiet) (XYModel.square 8 1.0) |> ok)
                            .EnergyPerSite)

                let scatter = found |> Array.map _.Value |> Statistics.variance |> sqrt
                let told = found |> Array.averageBy (fun e -> e.StandardError ** 2.0) |> sqrt
                // A scatter of 200 is known to 1/√400, and four of its errors are 0.2.
                Expecting.inRange (scatter / told) 0.8 1.2 "scatter of the mean energies over their error"
            }

            test "Chains in equilibrium with snapshots far apart pass their checks" {
                for seed in 1UL .. 5UL do
                    let options =
                        { small with
                            Chains = 2
                            Snapshots = 60
                        }

                    let found =
                        XYChain.sample options (Run.seeded seed Run.quiet) (XYModel.square 6 1.5) |> ok
                    // Differences of halves of 90 nearly independent steps each; the larger of two errors.
                    found.Checks |> Seq.iter (fun check -> Expect.isTrue check.Passed check.Detail)
            }

            test "A quench that is still going on, and snapshots too close to each other, are noticed" {
                let slow =
                    { small with
                        Equilibrate = 0
                        Every = 1
                        Snapshots = 60
                        OverRelaxations = 0
                        Clusters = 0
                    }

                let found = sample slow (XYModel.square 24 0.5) |> ok
                Expect.equal (found.Checks |> List.map _.Passed) [ false; false ] "both checks fail"
            }

            testCase "Chains stop when told and say how far they are"
            <| fun () ->
                use source = new CancellationTokenSource()
                let mutable last = 0.0

                let progress (p: Progress) =
                    last <- p.Fraction

                    if p.Fraction > 0.5 then
                        source.Cancel()

                let one =
                    { Run.quiet with
                        Threads = 1
                        Progress = progress
                    }

                Expecting.throwsAny<System.OperationCanceledException>
                    (fun () -> XYChain.sample small { one with Cancel = source.Token } (XYModel.square 4 1.0) |> ignore)
                    "sampling is cancelled"
                |> ignore

                Expecting.inRange last 0.5 0.52 "progress when it was cancelled"
                XYChain.sample small one (XYModel.square 4 1.0) |> ok |> ignore
                Expect.equal last 1.0 "progress at the end"

            test "Every bad option and every bad model is told" {
                let bad: XYChainOptions =
                    {
                        Chains = 0
                        Snapshots = 0
                        Equilibrate = -1
                        Every = 0
                        OverRelaxations = -1
                        Clusters = -1
                    }

                match XYChainOptions.check bad with
                | Error errors -> Expect.equal errors.Length 6 "every bad option is told"
                | Ok _ -> failwith "accepted"

                match sample small (XYModel.square 1 0.0) with
                | Error errors -> Expect.equal errors.Length 3 "every fault of the model is told"
                | Ok _ -> failwith "accepted"
            }
        ]
