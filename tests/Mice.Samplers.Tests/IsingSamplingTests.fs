module Mice.Samplers.Tests.IsingSamplingTests

open Expecto
open System.Threading
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

let private few =
    { IsingSamplingOptions.defaults with
        Snapshots = 1024
        Equilibrate = 10
        Every = 3
        EnergyRounds = 20
    }

let private drawOn threads options seed model =
    let run =
        { Run.seeded seed Run.quiet with
            Threads = threads
        }

    match IsingSampling.draw options run model with
    | Ok sampling -> sampling
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

let private draw options = drawOn 2 options

[<Tests>]
let tests =
    testList
        "IsingSamplingTests"
        [
            test "Snapshots and energies follow the Boltzmann law" {
                for m, model in List.indexed (models 3 4) do
                    let sampling = draw few (100UL + uint64 m) model
                    let law = boltzmann model

                    let exact =
                        law |> Array.mapi (fun n p -> p * IsingModel.energy model (spinsOf 12 n) / 12.0) |> Array.sum

                    // 512 independent chains: normal; four errors have p = 6e-5, five models.
                    Expecting.withinErrors 4.0 sampling.EnergyPerSite exact $"{model}"
                    let counts = Array.zeroCreate 4096

                    for spins in sampling.Snapshots.Sites do
                        let n = numberOf spins
                        counts[n] <- counts[n] + 1

                    follows 1e-4 law counts
                    sampling.Checks |> Seq.iter (fun check -> Expect.isTrue check.Passed check.Detail)
            }

            test "As many snapshots as asked for, from all chains, on any number of threads" {
                let model = IsingModel.square 4 2.0
                let one = drawOn 1 few 1UL model

                let two = draw { few with EnergyRounds = 1 } 1UL model

                Expect.equal one.Snapshots.Sites.Length 1024 "snapshots"
                Expect.equal one.SnapshotsPerChain 2 "snapshots of each of 512 chains"
                Expect.equal two.Snapshots.Sites one.Snapshots.Sites "snapshots on two threads and on one"
            }

            test "A quench that is still going on is noticed" {
                // Domains of the square antiferromagnet grow slowly; odd sides leave its clusters no room.
                let model =
                    { IsingModel.square 63 0.5 with
                        Coupling = -1.0
                    }

                let sampling = draw { few with Equilibrate = 0 } 5UL model
                Expect.isFalse sampling.Checks[0].Passed "the check of equilibrium fails"
            }

            test "Snapshots too close to each other are noticed" {
                let sampling =
                    draw
                        { few with
                            Every = 1
                            EnergyRounds = 60
                        }
                        7UL
                        (IsingModel.square 32 2.27)

                Expect.isTrue
                    (sampling.AutocorrelationTime.Value > 0.5)
                    "the autocorrelation time is above that of independent snapshots"

                Expect.isFalse sampling.Checks[1].Passed "the check of the distance of snapshots fails"
            }

            test "All faults of model and options are told" {
                let result =
                    IsingSampling.draw { few with Snapshots = 0; Every = 0 } Run.quiet (IsingModel.square 1 -1.0)

                match result with
                | Ok _ -> failwith "accepted"
                | Error faults -> Expect.equal faults.Length 5 "every fault is told"
            }

            testCase "Drawing can be cancelled"
            <| fun () ->
                use source = new CancellationTokenSource()
                source.Cancel()

                Expecting.throwsAny<System.OperationCanceledException>
                    (fun () ->
                        IsingSampling.draw few { Run.quiet with Cancel = source.Token } (IsingModel.square 8 2.0)
                        |> ignore)
                    "drawing is cancelled"
                |> ignore
        ]
