module Mice.Alloys.Tests.LongRunTests

open System
open System.IO
open Expecto
open Mice
open Mice.Samplers
open Mice.Alloys
open Mice.Alloys.Tests.Reference

let private fcc = ParentLattice.fcc 3.8 |> ok

/// Neighbours of one species attract: two phases below some 1,100 K, alike by symmetry.
let private segregating multiples =
    let expansion =
        Map [ "c0", 0.0; "c1_0", 0.0; "c2_d0000_0_00", -0.06 ]
        |> ClusterExpansion.create fcc (struct ("A", "B")) (cutoffs [ 3.0 ])
        |> ok

    Supercell.multiples fcc multiples multiples multiples |> ok |> FigureTable.create expansion

let private small =
    let expansion = randomExpansion 31UL fcc (cutoffs [ 4.0; 3.0 ])
    Supercell.multiples fcc 2 2 2 |> ok |> FigureTable.create expansion

let private chains: ChainOptions =
    {
        Chains = 8
        Snapshots = 3
        Equilibrate = 150
        Every = 130
    }

let private semiGrand temperature =
    AlloyConditions.semiGrand temperature 0.0

let private failed (checks: Check list) =
    checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name

/// The same work at once, and stopped at some share and gone on with: what both gave.
let private interrupted (share: float) (work: Run -> Result<'result, MiceError list>) : 'result * 'result =
    Stopping.goneOn share { run with Threads = 1 } (work >> ok), work run |> ok

[<Tests>]
let tests =
    testList
        "Long runs"
        [
            test "chains that stay in the phase that they began in fail their check, and those that forget it pass" {
                let table = segregating 3

                let cold = AlloyMonteCarlo.sample chains run (semiGrand 250.0) table |> ok
                Expect.contains (failed cold.Checks) "the chains agree" "two phases"

                let told = cold.Checks |> List.find (fun c -> c.Name = "the chains agree")

                Expect.stringContains
                    told.Detail
                    "the composition, whose means of chains are from 0 to 1"
                    "what was seen"

                Expect.stringContains told.Detail "replica exchange" "what to do"

                let hot = AlloyMonteCarlo.sample chains run (semiGrand 4000.0) table |> ok
                Expect.isEmpty (failed hot.Checks) "one phase"

                let started =
                    AlloyMonteCarlo.sample { chains with Equilibrate = 0 } run (semiGrand 30.0) (segregating 5) |> ok

                Expect.contains (failed started.Checks) "all chains moved" "pure chains stand still beside random ones"

                let canonical temperature =
                    let conditions = AlloyConditions.canonical temperature 0.5
                    (AlloyMonteCarlo.sample chains run conditions (segregating 5) |> ok).Checks |> failed

                Expect.isEmpty (canonical 4000.0) "exchanges, one phase"
                Expect.contains (canonical 30.0) "the chains agree" "exchanges, frozen"
            }

            test "the map of chains says at which conditions they do not agree" {
                let temperatures, differences = [| 250.0; 4000.0 |], [| 0.0 |]
                let table = segregating 2
                let expansion = randomExpansion 31UL fcc (cutoffs [ 3.0 ])

                let d =
                    SemiGrandPoint.map chains run temperatures differences table
                    |> ok
                    |> AlloySamplingDescription.sampling chains expansion (Supercell.multiples fcc 2 2 2 |> ok) table

                Expect.hasLength d.Checks 3 "one for each question"
                let check = d.Checks |> List.find (fun c -> c.Name = "the chains agree")
                Expect.isFalse check.Passed "not at both"
                Expect.stringContains check.Detail "not at 1 of 2 temperatures and Δμ, first T = 250 K" "where"
            }

            test "replica exchange joins phases that chains do not, and has the exact averages" {
                let temperatures = ReplicaExchange.geometric 300.0 3000.0 9

                let options: ReplicaExchangeOptions =
                    {
                        Ladders = 8
                        Snapshots = 4
                        Equilibrate = 500
                        Every = 750
                    }

                let found =
                    AlloyTempering.sample options run temperatures [| 0.0 |] (segregating 2) |> ok |> Array.exactlyOne

                Expect.isEmpty (failed found.Checks) "replicas travelled"
                Expect.isGreaterThan found.RoundTrips 8 "round trips"

                let exact =
                    let sums = ExactEnumeration.create run (segregating 2).Polynomial |> ok
                    fun t -> ExactEnumeration.canonicalSums run (float Mice.Units.boltzmann) t sums |> ok

                for p in found.Points do
                    Expect.isEmpty (failed p.Checks) $"checks at {p.Temperature} K"

                    let at t =
                        exact t |> ExactEnumeration.semiGrand 0.0

                    let energy = (at p.Temperature).MeanEnergy / 8.0
                    // Thirty-six comparisons with fixed seeds; Student's t with 7 degrees of freedom passes 6 once in 2,000.
                    Expecting.withinErrors 6.0 p.Composition 0.5 $"x at {p.Temperature} K"
                    Expecting.withinErrors 6.0 p.EnergyPerSite energy $"E at {p.Temperature} K"

                    let capacity =
                        ((at (p.Temperature + 1.0)).MeanEnergy - (at (p.Temperature - 1.0)).MeanEnergy)
                        / (2.0 * 8.0 * float Mice.Units.boltzmann)

                    Expecting.withinErrors 6.0 p.HeatCapacity capacity $"C at {p.Temperature} K"

                for rate in found.SwapAcceptances do
                    Expecting.inRange rate.Value 0.05 1.0 "swaps"
            }

            test "well-tempered free energies are the exact ones" {
                let temperature = 1200.0

                let known =
                    ExactEnumeration.create run small.Polynomial
                    |> Result.bind (ExactEnumeration.canonicalSums run boltzmann temperature)
                    |> ok
                    |> ExactEnumeration.freeEnergies

                let options factor : AlloyMetadynamicsOptions =
                    {
                        Walkers = 16
                        Sweeps = 40_000
                        Bias = CompositionBias.WellTempered factor
                    }

                for factor in [ 3.0; 10.0 ] do
                    let found =
                        AlloyMetadynamics.freeEnergies (options factor) run boltzmann temperature small |> ok

                    Expect.isEmpty (failed found.Checks) "the bias settled"

                    for n in 1..7 do
                        let x = float n / 8.0
                        let exact = (known[n] - (1.0 - x) * known[0] - x * known[8]) / 8.0
                        // Fourteen comparisons with fixed seeds; Student's t with 15 degrees of freedom passes 5 once in 6,000.
                        Expecting.withinErrors 5.0 found.Mixing[n] exact $"γ = {factor}, n = {n}"
                        Expecting.inRange (float found.Mixing[n].StandardError) 0.0 1e-3 $"error at n = {n}"

                let short =
                    AlloyMetadynamics.freeEnergies { options 50.0 with Sweeps = 20 } run boltzmann temperature small
                    |> ok

                Expect.contains (failed short.Checks) "the bias settled" "a short walk"

                for factor in [ 1.0; nan; infinity ] do
                    Expect.hasLength
                        (AlloyMetadynamics.freeEnergies (options factor) run boltzmann temperature small |> messages)
                        1
                        "bias factors"
            }

            test "runs that were stopped go on to the same numbers" {
                let sampled conditions (r: Run) =
                    AlloyMonteCarlo.sample { chains with Chains = 40 } r conditions small

                for conditions in [ semiGrand 900.0; AlloyConditions.canonical 900.0 0.4 ] do
                    let gone, whole = interrupted 0.4 (sampled conditions)
                    Expect.equal gone.Energies whole.Energies "energies"
                    Expect.equal gone.Counts whole.Counts "n₁"
                    Expect.equal gone.Snapshots whole.Snapshots "snapshots"
                    Expect.equal gone.Acceptance whole.Acceptance "acceptance"

                let mapped r =
                    SemiGrandPoint.map chains r [| 700.0; 900.0 |] [| 0.0; 0.1 |] small

                let gone, whole = interrupted 0.6 mapped

                let all (map: SemiGrandPoint[][]) =
                    map |> Array.concat |> Array.map _.EnergyPerSite

                Expect.equal (all gone) (all whole) "a map"

                for bias in [ CompositionBias.Flat; CompositionBias.WellTempered 5.0 ] do
                    let walked (r: Run) =
                        AlloyMetadynamics.freeEnergies
                            {
                                Walkers = 40
                                Sweeps = 1_050
                                Bias = bias
                            }
                            r
                            boltzmann
                            900.0
                            small

                    let gone, whole = interrupted 0.5 walked
                    Expect.equal gone.MixingByWalker whole.MixingByWalker $"walks, {bias}"

                let exchanged r =
                    let options: ReplicaExchangeOptions =
                        {
                            Ladders = 6
                            Snapshots = 3
                            Equilibrate = 110
                            Every = 140
                        }

                    AlloyTempering.sample options r [| 500.0; 700.0; 1000.0; 1500.0 |] [| 0.0; 0.1 |] small

                let gone, whole = interrupted 0.7 exchanged

                let all (found: AlloyTempering[]) =
                    found
                    |> Array.map (fun t ->
                        t.SwapAcceptances, t.RoundTrips, t.Points |> Array.map (fun p -> p.EnergyPerSite, p.Snapshots))

                Expect.equal (all gone) (all whole) "ladders"
            }

            test "a directory of another run is refused; ladders that are none are refused" {
                let folder = Directory.CreateTempSubdirectory "mice-alloys-"

                try
                    let kept =
                        { run with
                            Store = Some(RunStore.at folder.FullName)
                        }

                    let sample temperature =
                        AlloyMonteCarlo.sample { chains with Chains = 2 } kept (semiGrand temperature) small

                    sample 900.0 |> ok |> ignore
                    let told = Expecting.single (sample 800.0 |> messages) "one fault"
                    Expect.stringContains told "temperature" "which condition differs"
                finally
                    folder.Delete true

                let options = ReplicaExchangeOptions.defaults

                Expect.hasLength
                    (AlloyTempering.sample { options with Ladders = 1 } run [| 300.0 |] [| nan |] small |> messages)
                    3
                    "ladders, temperatures, Δμ"
            }
        ]
