module Mice.Samplers.Tests.DimerChainTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

let private options =
    {
        Chains = 64
        Snapshots = 250
        Equilibrate = 20
        Every = 4
    }

let private sample options model =
    DimerChain.sample options Run.quiet model |> ok

/// The mean energy, its fluctuation and all snapshots are those of the exact levels. Four errors: the chains are independent, p = 2e-4 (Student, 63
/// d.o.f.), for some thirty comparisons with fixed seeds.
let private hasExactEnergy (found: ChainSample<byte>) (model: DimerModel) =
    let exact = DimerEnumeration.averages model |> ok
    let sites = float (DimerModel.sites model)
    Expecting.withinErrors 4.0 found.EnergyPerSite exact.Energy $"E/N of {model}"
    Expect.equal found.Energies (found.Spins |> Array.map (DimerModel.energy model)) "energies of the snapshots"
    Expect.all found.Spins (DimerModel.isCovering model) "coverings"

    if model.Temperature < infinity then
        let fluctuation =
            found.Energies
            |> Array.map (fun e -> (e - sites * exact.Energy) ** 2.0)
            |> Array.chunkBySize found.SnapshotsPerChain
            |> Array.map Array.average
            |> Statistics.estimate Direction.Exact

        Expecting.withinErrors
            4.0
            fluctuation
            (float exact.HeatCapacity * sites * model.Temperature ** 2.0)
            $"fluctuations of the energy of {model}"

/// χ² of the snapshots among all coverings of the 4×4 torus.
let private followsLaw (coverings: byte[][]) temperature =
    let law = DimerReference.boltzmann temperature
    let visits = coverings |> Array.countBy DimerReference.name |> dict

    let seen =
        law
        |> Array.map (fun (c, _) ->
            match visits.TryGetValue(DimerReference.name c) with
            | true, count -> count
            | false, _ -> 0)

    Reference.follows 1e-4 (Array.map snd law) seen

/// Coverings after some sweeps from a start, each from a key of its own: independent of each other.
let private ends (kernel: Kernel<byte[]>) sweeps count =
    Array.init count (fun i ->
        let key = Key.ofSeed 11UL |> Key.item i
        Seq.fold (fun c n -> kernel.Step (Key.item n key) c) (kernel.Init(Key.named "start" key)) (seq { 1..sweeps }))

[<Tests>]
let tests =
    testList
        "DimerChainTests"
        [
            test "Energies of the 4×4 torus are exact" {
                for temperature in [ 0.5; 1.0; 2.0; infinity ] do
                    let model = DimerModel.square 4 temperature
                    hasExactEnergy (sample options model) model
            }

            test "Energies of the 6×6 and 4×8 tori are exact" {
                for temperature in [ 0.5; 1.0; infinity ] do
                    for model in
                        [
                            DimerModel.square 6 temperature
                            { DimerModel.square 4 temperature with
                                Columns = 8
                            }
                        ] do
                        hasExactEnergy (sample options model) model
            }

            test "All 272 coverings come with their probabilities" {
                for temperature in [ infinity; 1.5; 0.6 ] do
                    let kernel = DimerChain.kernel (DimerModel.square 4 temperature)
                    // Twenty sweeps are far more than the correlation time, so that the ends are independent, as χ² needs.
                    followsLaw (ends kernel 20 40_000) temperature
            }

            test "The heat bath has the same law" {
                for temperature in [ infinity; 0.8 ] do
                    let model = DimerModel.square 4 temperature
                    let plan = DimerChain.plan DimerScattering.heatBath model
                    let kernel = DimerChain.kernelOf plan (fun _ -> DimerModel.columnar model)
                    followsLaw (ends kernel 30 40_000) temperature
            }

            test "One sweep leaves the Boltzmann law invariant" {
                let temperature = 0.7
                let law = DimerReference.boltzmann temperature
                let model = DimerModel.square 4 temperature
                let kernel = DimerChain.kernel model
                let generator = Key.ofSeed 5UL |> Key.generator
                let cumulative = law |> Array.map snd |> Array.scan (+) 0.0 |> Array.tail

                let after i =
                    let u = generator.NextFloat()

                    let start =
                        cumulative |> Array.tryFindIndex (fun c -> u < c) |> Option.defaultValue 271

                    kernel.Step (Key.ofSeed 6UL |> Key.item i) (fst law[start])

                followsLaw (Array.init 60_000 after) temperature
            }

            test "The infinite lattice's energy per site at T = ∞ is −1/4" {
                let model = DimerModel.square 32 infinity

                let found =
                    sample
                        { options with
                            Snapshots = 30
                            Equilibrate = 10
                        }
                        model
                // Finite tori differ by c/N with c about −16·(0.25 − 0.2353) = 0.24 (4×4), 2.3e-4 here.
                let difference = found.EnergyPerSite |> Estimate.shift 0.25

                Expecting.inRange
                    difference.Value
                    (-4.0 * difference.StandardError - 5e-4)
                    (4.0 * difference.StandardError + 5e-4)
                    "E/N"

                Expect.isLessThan difference.StandardError 5e-4 "a sharp test"
            }

            test "Cold dimers are columnar" {
                let model = DimerModel.square 8 0.2

                let found =
                    sample
                        { options with
                            Snapshots = 10
                            Equilibrate = 200
                        }
                        model
                // Excitations cost two pairs or more: exp(−2/T) = 5e-5 for each of 64 sites.
                Expecting.within 0.01 found.EnergyPerSite.Value -0.5 "E/N"
            }

            test "Winding numbers change" {
                let model = DimerModel.square 8 2.0
                let found = sample { options with Chains = 4 } model

                for chain in Array.chunkBySize options.Snapshots found.Spins do
                    let windings = chain |> Array.map (DimerModel.winding model) |> Array.distinct
                    Expect.isGreaterThan windings.Length 4 "sectors"
            }

            test "Same key, same coverings, on any number of threads and chain by chain" {
                let model = DimerModel.square 6 0.9

                let options =
                    {
                        Chains = 11
                        Snapshots = 5
                        Equilibrate = 3
                        Every = 2
                    }

                let onThreads threads =
                    DimerChain.sample options { Run.quiet with Threads = threads } model |> ok

                let one =
                    Chains.sample
                        options
                        Run.quiet
                        36
                        (DimerChain.kernel model)
                        {
                            Energy = DimerModel.energy model
                            Spins = id
                        }
                    |> ok

                for threads in [ 1; 2; 3; 16 ] do
                    Expect.equal (onThreads threads) one $"{threads} threads"
            }

            test "Every fault of options and model is told" {
                match DimerChain.sample { options with Every = 0 } Run.quiet (DimerModel.square 3 nan) with
                | Error faults -> Expect.equal faults.Length 3 "every, side, temperature"
                | Ok _ -> failtest "accepted"
            }
        ]
