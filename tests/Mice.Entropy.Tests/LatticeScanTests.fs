module Mice.Entropy.Tests.LatticeScanTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private model =
    { IsingModel.square 4 2.5 with
        Columns = 3
    }

let private spins = LatticeSpins.ising (SpinSymmetry.ofModel model)

/// All states of a 4×3 torus: energies, probabilities, entropy per site.
let private energies, probabilities, exact =
    let energies = Array.init 4096 (fun n -> IsingModel.energy model (spinsOf 12 n))
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
        spinsOf 12 (if found >= 0 then found else ~~~found - 1)

    {
        Shape = [| 4; 3 |]
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

let private dataOf energies hamiltonian set =
    {
        Snapshots = set
        Spins = spins
        GroupSnapshots = 1
        Energies = energies
        Hamiltonian = hamiltonian
        First = Params.empty
    }

let private run =
    { Run.seeded 3UL Run.quiet with
        Threads = 1
    }

let private estimate withEnergies snapshots =
    let energies = if withEnergies then Some(known snapshots) else None

    LatticeScan.estimate options run (dataOf energies None snapshots)

[<Tests>]
let tests =
    testList
        "LatticeScanTests"
        [
            test "The scan bounds the entropy of a torus from above, and closely" {
                let result = snapshots 4096 11UL |> estimate true |> ok
                let bound = result.EntropyPerSite
                let exact = exact * 1.0<nat / site>
                // 4,096 snapshots of 12 sites: about 2,000 sites for each of the rarer windows; 0.01 nats is ten times what is found.
                Expecting.inRange
                    bound.Value
                    (exact - 4.0 * bound.StandardError)
                    (exact + 0.01<nat / site>)
                    "the bound is close above the exact entropy"

                let corrected = Option.get result.Corrected

                Expect.isTrue
                    (abs (corrected.Value - exact) <= 4.0 * corrected.StandardError)
                    (Estimate.format corrected)

                Expect.isTrue ((Option.get result.Looseness).Value > 0.0<nat / site>) "the bound is loose"

                for c in result.Checks do
                    Expect.isTrue c.Passed c.Detail
            }

            test "Energies take most of the noise away" {
                let set = snapshots 1024 13UL
                let plain, better = ok (estimate false set), ok (estimate true set)
                Expect.equal better.Surprise plain.Surprise "the network is the same"
                // The energy of 12 spins fluctuates by far more than the network errs.
                Expect.isTrue
                    (better.EntropyPerSite.StandardError < 0.3 * plain.EntropyPerSite.StandardError)
                    "energies make the error far smaller"

                Expect.isTrue
                    (abs (plain.EntropyPerSite.Value - better.EntropyPerSite.Value) <
                        4.0 * plain.EntropyPerSite.StandardError)
                    "both agree"

                Expect.isTrue
                    (plain.Looseness.IsNone && plain.Corrected.IsNone && plain.ReducedFreeEnergyPerSite.IsNone)
                    "what needs energies is missing without them"
            }

            test "The reduced free energy is that of the partition sum" {
                let result = snapshots 4096 17UL |> estimate true |> ok

                let exact =
                    -log(energies |> Array.sumBy (fun e -> exp (-e / model.Temperature))) / 12.0

                let found = Option.get result.ReducedFreeEnergyPerSite
                Expecting.withinErrors 4.0 found exact "βF/N"
            }

            test "Configurations drawn from the networks make good what they have not learned" {
                let hardly = { options with Steps = 30 }

                let estimate hamiltonian set =
                    LatticeScan.estimate hardly run (dataOf (Some(known set)) hamiltonian set) |> ok

                let set = snapshots 4096 19UL
                let result = estimate (Some(IsingModel.energy model)) set
                let exact = exact * 1.0<nat / site>
                let best = Option.get result.Corrected
                // After 30 steps the bound is loose by 5 %; the error of the acceptance ratio is a tenth of that.
                Expect.isTrue
                    (result.EntropyPerSite.Value - exact > 0.02<nat / site>)
                    (Estimate.format result.EntropyPerSite)

                Expect.equal best.Direction Direction.Exact "what is drawn makes the estimate exact"
                Expect.isTrue (best.StandardError < 0.002<nat / site>) (Estimate.format best)
                Expect.isTrue (abs (best.Value - exact) <= 4.0 * best.StandardError) (Estimate.format best)
                let looseness = Option.get result.Looseness

                Expecting.decimals
                    9
                    (float (best.Value + looseness.Value))
                    (float result.EntropyPerSite.Value)
                    "the bound is the estimate and its looseness"

                let lower = Option.get result.LowerBound
                Expect.equal lower.Direction Direction.LowerBound "there is a lower bound too"
                // As loose below as above, to within a factor of 3, where ln p − ln q is nearly normal.
                Expecting.inRange (exact - lower.Value) (0.01<nat / site>) (0.15<nat / site>) "it is about as loose"


                for c in result.Checks do
                    Expect.isTrue c.Passed c.Detail

                let without = estimate None set

                Expect.equal without.EntropyPerSite result.EntropyPerSite "the bound needs no draws"
                Expect.isNone without.LowerBound "without draws there is no lower bound"
                Expect.equal (Option.get without.Corrected).Direction Direction.NoBound "nor an exact estimate"
            }

            test
                "Where hardly anything drawn looks like the snapshots, the bound says so and keeps its looseness by the scatter" {
                // Ordered snapshots, and networks that have learned nothing: 2 of 4,096 configurations are ordered.
                let cold = { model with Temperature = 0.3 }

                let set =
                    { snapshots 256 23UL with
                        Sites = Array.init 256 (fun i -> Array.create 12 (if i % 2 = 0 then 1y else -1y))
                    }

                let values = set.Sites |> Array.map (IsingModel.energy cold)

                let energies =
                    {
                        Beta = 1.0 / cold.Temperature
                        Values = values
                        MeanPerSite = Estimate.exact (Array.average values / 12.0)
                    }

                let result =
                    LatticeScan.estimate
                        { options with Steps = 1 }
                        run
                        (dataOf (Some energies) (Some(IsingModel.energy cold)) set)
                    |> ok

                Expect.equal (Option.get result.Corrected).Direction Direction.NoBound "the estimate is not exact"
                let failed = result.Checks |> List.filter (fun c -> not c.Passed)

                Expect.stringContains (Expecting.single failed "one check fails").Name "overlap" "that of the overlap"
            }

            test "Bad snapshots are refused" {
                let few = snapshots 8 1UL

                let wrong =
                    { few with
                        Sites = Array.init 20 (fun i -> Array.create 12 (sbyte (i % 2)))
                    }

                let faults set energies =
                    match LatticeScan.estimate options run (dataOf energies None set) with
                    | Ok _ -> []
                    | Error faults -> List.map MiceError.message faults

                Expecting.single (faults few None) "8 snapshots are too few" |> ignore
                Expecting.single (faults wrong None) "spins are -1 and 1" |> ignore

                Expecting.single (faults (snapshots 32 1UL) (Some(known few))) "energies are as many as snapshots"
                |> ignore
            }
        ]
