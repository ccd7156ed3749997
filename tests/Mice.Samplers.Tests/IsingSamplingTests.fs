module Mice.Samplers.Tests.IsingSamplingTests

open System.Threading
open Xunit
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

let private draw options seed model =
    match IsingSampling.draw options CancellationToken.None ignore (Key.ofSeed seed) model with
    | Ok sampling -> sampling
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

[<Fact>]
let ``Snapshots and energies follow the Boltzmann law`` () =
    for m, model in List.indexed (models 3 4) do
        let sampling = draw few (100UL + uint64 m) model
        let law = boltzmann model

        let exact =
            law |> Array.mapi (fun n p -> p * IsingModel.energy model (spinsOf 12 n) / 12.0) |> Array.sum

        let z =
            (sampling.EnergyPerSite.Value - exact) / sampling.EnergyPerSite.StandardError
        // 512 independent chains: normal; four errors have p = 6e-5, five models.
        Assert.True(abs z < 4.0, $"{model}: z = {z:F2}")
        let counts = Array.zeroCreate 4096

        for spins in sampling.Snapshots.Sites do
            let n = numberOf spins
            counts[n] <- counts[n] + 1

        follows 1e-4 law counts
        Assert.All(sampling.Checks, (fun check -> Assert.True(check.Passed, check.Detail)))

[<Fact>]
let ``As many snapshots as asked for, from all chains, on any number of threads`` () =
    let model = IsingModel.square 4 2.0
    let one = draw { few with Threads = 1 } 1UL model

    let two =
        draw
            { few with
                Threads = 2
                EnergyRounds = 1
            }
            1UL
            model

    Assert.Equal(1024, one.Snapshots.Sites.Length)
    Assert.Equal(2, one.SnapshotsPerChain)
    Assert.Equal<sbyte[]>(one.Snapshots.Sites, two.Snapshots.Sites)

[<Fact>]
let ``A quench that is still going on is noticed`` () =
    // Domains of the square antiferromagnet grow slowly; odd sides leave its clusters no room.
    let model =
        { IsingModel.square 63 0.5 with
            Coupling = -1.0
        }

    let sampling = draw { few with Equilibrate = 0 } 5UL model
    Assert.False sampling.Checks[0].Passed

[<Fact>]
let ``Snapshots too close to each other are noticed`` () =
    let sampling =
        draw
            { few with
                Every = 1
                EnergyRounds = 60
            }
            7UL
            (IsingModel.square 32 2.27)

    Assert.True(sampling.AutocorrelationTime.Value > 0.5)
    Assert.False sampling.Checks[1].Passed

[<Fact>]
let ``All faults of model and options are told`` () =
    let result =
        IsingSampling.draw
            { few with Snapshots = 0; Every = 0 }
            CancellationToken.None
            ignore
            (Key.ofSeed 1UL)
            (IsingModel.square 1 -1.0)

    match result with
    | Ok _ -> failwith "accepted"
    | Error faults -> Assert.Equal(5, faults.Length)

[<Fact>]
let ``Drawing can be cancelled`` () =
    use source = new CancellationTokenSource()
    source.Cancel()

    Assert.ThrowsAny<System.OperationCanceledException>(fun () ->
        IsingSampling.draw few source.Token ignore (Key.ofSeed 1UL) (IsingModel.square 8 2.0) |> ignore)
    |> ignore
