module Mice.Entropy.Tests.LatticeScanTests

open System.Threading
open Xunit
open Mice
open Mice.Samplers
open Mice.Autoregressive
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private model =
    { IsingModel.square 4 2.5 with
        Columns = 3
    }

let private spins = LatticeSpins.ising (SpinSymmetry.ofModel model)

let private spinsOf number =
    Array.init 12 (fun i -> if (number >>> i) &&& 1 = 1 then 1y else -1y)

/// All states of a 4×3 torus: energies, probabilities, entropy per site.
let private energies, probabilities, exact =
    let energies = Array.init 4096 (fun n -> IsingModel.energy model (spinsOf n))
    let weights = energies |> Array.map (fun e -> exp (-e / model.Temperature))
    let total = Array.sum weights
    let p = weights |> Array.map (fun w -> w / total)
    energies, p, -(p |> Array.sumBy (fun p -> p * log p)) / 12.0

let private mean =
    (Array.fold2 (fun sum e p -> sum + e * p) 0.0 energies probabilities) / 12.0

/// Independent snapshots from the exact law.
let private snapshots count seed =
    let cumulative = Array.scan (+) 0.0 probabilities
    let generator = Key.ofSeed seed |> Key.generator

    let draw () =
        let found = System.Array.BinarySearch(cumulative, generator.NextFloat())
        spinsOf (if found >= 0 then found else ~~~found - 1)

    {
        Rows = 4
        Columns = 3
        Sites = Array.init count (fun _ -> draw ())
    }

let private known (snapshots: LatticeSnapshots<sbyte>) =
    {
        Beta = 1.0 / model.Temperature
        Values = snapshots.Sites |> Array.map (IsingModel.energy model)
        MeanPerSite = Estimate.exact mean
    }

let private options =
    { SpinConditionalOptions.defaults with
        Width = 32
        Steps = 600
        BatchSites = 512
        LearningRate = 5e-3
    }

let private estimate withEnergies snapshots =
    let energies = if withEnergies then Some(known snapshots) else None

    LatticeScan.estimate options 1 CancellationToken.None ignore (Key.ofSeed 3UL) spins 1 None energies snapshots

[<Fact>]
let ``The scan bounds the entropy of a torus from above, and closely`` () =
    let result = snapshots 4096 11UL |> estimate true |> ok
    let bound = result.EntropyPerSite
    let exact = exact * 1.0<nat / site>
    // 4,096 snapshots of 12 sites: about 2,000 sites for each of the rarer windows; 0.01 nats is ten times what is found.
    Assert.InRange(bound.Value, exact - 4.0 * bound.StandardError, exact + 0.01<nat / site>)
    let corrected = Option.get result.Corrected
    Assert.True(abs (corrected.Value - exact) <= 4.0 * corrected.StandardError, Estimate.format corrected)
    Assert.True((Option.get result.Looseness).Value > 0.0<nat / site>)
    Assert.All(result.Checks, (fun c -> Assert.True(c.Passed, c.Detail)))

[<Fact>]
let ``Energies take most of the noise away`` () =
    let set = snapshots 1024 13UL
    let plain, better = ok (estimate false set), ok (estimate true set)
    Assert.Equal<float>(plain.Surprise, better.Surprise)
    // The energy of 12 spins fluctuates by far more than the network errs.
    Assert.True(better.EntropyPerSite.StandardError < 0.3 * plain.EntropyPerSite.StandardError)

    Assert.True(
        abs (plain.EntropyPerSite.Value - better.EntropyPerSite.Value) < 4.0 * plain.EntropyPerSite.StandardError
    )

    Assert.True(plain.Looseness.IsNone && plain.Corrected.IsNone && plain.ReducedFreeEnergyPerSite.IsNone)

[<Fact>]
let ``The reduced free energy is that of the partition sum`` () =
    let result = snapshots 4096 17UL |> estimate true |> ok

    let exact =
        -log(energies |> Array.sumBy (fun e -> exp (-e / model.Temperature))) / 12.0

    let found = Option.get result.ReducedFreeEnergyPerSite
    let z = (float found.Value - exact) / float found.StandardError
    Assert.True(abs z <= 4.0, $"z = {z:F2}")

[<Fact>]
let ``Bad snapshots are refused`` () =
    let few = snapshots 8 1UL

    let wrong =
        { few with
            Sites = Array.init 20 (fun i -> Array.create 12 (sbyte (i % 2)))
        }

    let faults set energies =
        match
            LatticeScan.estimate options 1 CancellationToken.None ignore (Key.ofSeed 1UL) spins 1 None energies set
        with
        | Ok _ -> []
        | Error faults -> List.map MiceError.message faults

    Assert.Single(faults few None) |> ignore
    Assert.Single(faults wrong None) |> ignore
    Assert.Single(faults (snapshots 32 1UL) (Some(known few))) |> ignore
