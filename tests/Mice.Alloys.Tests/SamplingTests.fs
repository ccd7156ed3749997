module Mice.Alloys.Tests.SamplingTests

open System
open Expecto
open Mice
open Mice.Samplers
open Mice.Alloys
open Mice.Alloys.Tests.Reference

let private hcp = ParentLattice.hcp 2.9 4.7 |> ok

/// A small alloy whose averages are known from all its configurations.
let private small =
    let supercell = Supercell.multiples hcp 2 2 1 |> ok
    FigureTable.create (randomExpansion 5UL hcp (cutoffs [ 4.5; 3.2 ])) supercell

let private sums temperature =
    ExactEnumeration.create run small.Polynomial
    |> ok
    |> ExactEnumeration.canonicalSums run boltzmann temperature
    |> ok

let private at temperature ensemble : AlloyConditions =
    {
        Temperature = temperature
        Ensemble = ensemble
        Boltzmann = boltzmann
    }

let private options: ChainOptions =
    {
        Chains = 8
        Snapshots = 200
        Equilibrate = 500
        Every = 20
    }

let private walks walkers sweeps : AlloyMetadynamicsOptions =
    { AlloyMetadynamicsOptions.defaults with
        Walkers = walkers
        Sweeps = sweeps
    }

[<Tests>]
let tests =
    testList
        "Sampling"
        [
            test "replicas side by side are in equilibrium, each at a temperature and Δμ of its own" {
                let generator = Key.ofSeed 53UL |> Key.generator

                let replicas =
                    AlloyReplicas(small, Array.init 6 (fun _ -> randomStates generator small.Sites))

                let temperatures = [| 3000.0; 3500.0; 4000.0; 5000.0; 6000.0; 8000.0 |]
                let differences = [| 0.1; -0.1; 0.0; 0.2; -0.2; 0.05 |]
                let betas = temperatures |> Array.map (fun t -> 1.0 / (boltzmann * t))

                let compositions =
                    Array.init 800 (fun block ->
                        let key = Key.ofSeed 54UL |> Key.item block
                        let turns = Array.init 6 (fun i -> key |> Key.named "turns" |> Key.item i)
                        replicas.Sweep(Key.named "sites" key, turns, 10, betas, differences) |> ignore
                        replicas.Ones |> Array.map (fun ones -> float ones / float small.Sites))
                    |> Array.transpose

                for i in 0..5 do
                    let states = replicas.States i
                    Expecting.within 1e-9 (replicas.Energies[i]) (small.Energy states 0) "E"
                    Expect.equal (replicas.Ones[i]) (states |> Array.sumBy int) "n₁"
                    let exact = ExactEnumeration.semiGrand differences[i] (sums temperatures[i])
                    // Twenty blocks of 400 sweeps; six numbers, five errors of twenty blocks are exceeded once in two thousand runs.
                    let blocks =
                        compositions[i] |> Array.skip 40 |> Array.splitInto 20 |> Array.map Array.average

                    let found = Statistics.estimate Direction.Exact blocks
                    Expecting.within (5.0 * found.StandardError) found.Value exact.Composition $"x of replica {i}"

                Expect.throws (fun () -> AlloyReplicas(small, [||]) |> ignore) "none"
                Expect.throws (fun () -> AlloyReplicas(small, [| [| 0uy |] |]) |> ignore) "sites"
            }

            test "local fields that are kept up to date are those of the table" {
                let generator = Key.ofSeed 51UL |> Key.generator
                let states = randomStates generator small.Sites
                let fields = SpinFields(SpinCouplings small.Polynomial, states)
                let own = Array.copy states

                for _ in 1..500 do
                    let site = generator.NextInt small.Sites
                    Expecting.within 1e-10 (fields.Change site) (small.Change own 0 site) "change"
                    fields.Turn site
                    own[site] <- 1uy - own[site]
                    Expecting.within 1e-10 fields.Energy (small.Energy own 0) "energy"
                    Expect.equal fields.Ones (own |> Array.sumBy int) "count"

                Expect.equal fields.States own "states"
            }

            test "semi-grand chains have the exact averages" {
                for temperature, difference in [ 2500.0, 0.0; 1800.0, 0.2 ] do
                    let known = sums temperature |> ExactEnumeration.semiGrand difference

                    let found =
                        AlloyMonteCarlo.sample options run (at temperature (AlloyEnsemble.SemiGrand difference)) small
                        |> ok

                    // Four errors of eight chains each: p = 3e-4 with Student's tails taken care of; fixed seeds.
                    Expecting.withinErrors 4.0 found.Composition known.Composition "x"
                    Expecting.withinErrors 4.0 found.EnergyPerSite (known.MeanEnergy / float small.Sites) "energy"
                    Expect.equal found.Snapshots.Length 1600 "snapshots"
                    Expecting.inRange found.Acceptance 0.01 0.99 "acceptance"

                    for i in [ 0; 199; 1599 ] do
                        let chain, step = i / 200, (i % 200 + 1) * 20 - 1

                        Expecting.within
                            1e-9
                            (small.Energy found.Snapshots[i] 0)
                            (found.Energies[chain][step])
                            "snapshots go with energies"
            }

            test "canonical chains have the exact averages and keep the composition" {
                let known = sums 2500.0

                for count in [ 3; 4 ] do
                    let x = float count / float small.Sites

                    let found =
                        AlloyMonteCarlo.sample options run (at 2500.0 (AlloyEnsemble.Canonical x)) small |> ok

                    Expect.all found.Counts (Array.forall ((=) count)) "n₁"

                    Expecting.withinErrors
                        4.0
                        found.EnergyPerSite
                        (known.MeanEnergies[count] / float small.Sites)
                        "energy"
            }

            test "replica exchange has the exact averages" {
                let temperatures, difference = [| 1200.0; 1800.0; 2700.0 |], 0.1

                let replicaOptions: ReplicaExchangeOptions =
                    {
                        Ladders = 4
                        Snapshots = 500
                        Equilibrate = 100
                        Every = 2
                    }

                let found =
                    ReplicaExchange.sample
                        replicaOptions
                        run
                        (AlloyMonteCarlo.replicas 2 difference small)
                        (temperatures |> Array.map (fun t -> boltzmann * t))
                    |> ok

                for i in 0..2 do
                    let known = sums temperatures[i] |> ExactEnumeration.semiGrand difference
                    let field = 0.5 * difference * float small.Sites * (2.0 * known.Composition - 1.0)
                    // Four ladders: errors have Student's tails of 3 degrees of freedom; 6 errors are p = 0.01, fixed seeds.
                    Expecting.withinErrors 6.0 found.MeanEnergies[i] (known.MeanEnergy - field) $"{temperatures[i]} K"
            }

            test "free energies over the composition are the exact ones" {
                let known = sums 1500.0 |> ExactEnumeration.freeEnergies
                let n = small.Sites

                let found =
                    AlloyMetadynamics.freeEnergies (walks 8 20_000) run boltzmann 1500.0 small |> ok

                Expect.all found.Checks _.Passed "the walkers finished"

                for count in 0..n do
                    let x = float count / float n
                    let exact = (known[count] - (1.0 - x) * known[0] - x * known[n]) / float n

                    Expecting.within
                        (5.0 * float found.Mixing[count].StandardError + 1e-12)
                        (float found.Mixing[count].Value)
                        exact
                        $"n = {count}"

                    Expecting.inRange (float found.Mixing[count].StandardError) 0.0 1e-3 $"error at n = {count}"
            }

            test "free energies of CuAu-128 are near the stored ones" {
                let table =
                    FigureTable.create (ClusterExpansion.formation (cuauExpansion ())) (cuau128 ())

                let row =
                    Reference.table "metadynamics_cuau128.csv" |> Array.find (fun r -> number r["T"] = 800.0)

                let clock = Diagnostics.Stopwatch.StartNew()

                let found =
                    AlloyMetadynamics.freeEnergies (walks 8 4_000) run boltzmann 800.0 table |> ok

                let off =
                    Array.init 129 (fun n -> abs (float found.Mixing[n].Value - number row[$"n{n}"]))

                if Environment.GetEnvironmentVariable "MICE_SPEED" = "1" then
                    printfn
                        $"CuAu-128 at 800 K: largest difference {Array.max off:E2} eV per site, mean {Array.average off:E2}, {clock.Elapsed.TotalSeconds:F1} s"

                // The stored curve has an error of its own, which is not known.
                Expect.isLessThan (Array.max off) 1e-3 "largest difference"
            }

            test "same key, same chains, on any number of threads; bad conditions are refused" {
                let conditions = at 800.0 (AlloyEnsemble.SemiGrand 0.0)

                let many =
                    { options with
                        Chains = 70
                        Snapshots = 2
                    }

                let conditioned chains =
                    (AlloyMonteCarlo.sample chains run conditions small |> ok).Energies

                Expect.equal
                    (Array.take 3 (conditioned many))
                    (conditioned { many with Chains = 3 })
                    "chains do not depend on how many there are"

                let sample r =
                    (AlloyMonteCarlo.sample { options with Snapshots = 5 } r conditions small |> ok).Energies

                Expect.equal (sample { run with Threads = 1 }) (sample run) "threads"
                Expect.notEqual (sample (Run.seeded 9UL run)) (sample run) "keys"

                let bad =
                    {
                        Temperature = -1.0
                        Ensemble = AlloyEnsemble.Canonical 1.5
                        Boltzmann = nan
                    }

                Expect.hasLength (AlloyMonteCarlo.sample options run bad small |> messages) 3 "all three"

                Expect.hasLength
                    (AlloyMetadynamics.freeEnergies (walks 1 0) run -1.0 0.0 small |> messages)
                    4
                    "all four"
            }

            test "cancelled work ends" {
                use source = new Threading.CancellationTokenSource()
                source.Cancel()
                let stopped = { run with Cancel = source.Token }

                Expecting.throwsAny<OperationCanceledException>
                    (fun () ->
                        AlloyMonteCarlo.sample options stopped (at 800.0 (AlloyEnsemble.SemiGrand 0.0)) small |> ignore)
                    "chains"
                |> ignore
            }
        ]
