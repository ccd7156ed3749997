module Mice.Alloys.Tests.EquilibriumTests

open System
open Expecto
open Mice
open Mice.Alloys
open Mice.Alloys.Tests.Reference
open Mice.Samplers

let private alloy () =
    let lattice = ParentLattice.fcc 3.8 |> ok
    randomExpansion 31UL lattice (cutoffs [ 4.0; 3.0 ]), Supercell.multiples lattice 2 2 3 |> ok

[<Tests>]
let tests =
    testList
        "Equilibrium"
        [
            test "every stable composition has the lowest E − Δμ n₁ between its Δμ, and no other does" {
                let expansion, supercell = alloy ()

                let found =
                    AlloyEnumeration.create run expansion supercell [| 500.0 |] [| 0.0; 0.1 |] |> ok

                let n = float supercell.Count

                for s in found.Stable do
                    let difference =
                        if Double.IsInfinity s.From then s.To - 0.01
                        elif Double.IsInfinity s.To then s.From + 0.01
                        else 0.5 * (s.From + s.To)

                    let best =
                        found.GroundStates |> Array.minBy (fun g -> g.Energy - difference * float g.Count)

                    Expect.equal best.Count s.Corner.Index "the lowest"

                let struct (up, down) = ClusterExpansion.pureEnergies expansion
                Expecting.within 1e-12 (found.GroundStates[0].Energy / n) down "pure second species"
                Expecting.within 1e-12 (found.GroundStates[supercell.Count].Energy / n) up "pure first species"
                Expecting.within 1e-12 found.FormationEnergies[0] 0.0 "no formation energy"
                Expect.hasLength found.Averages[0] 2 "averages"
                let ground = (AlloyEnumeration.configurations found)[5]

                Expecting.within
                    1e-10
                    (plainEnergy expansion supercell ground.States)
                    found.GroundStates[5].Energy
                    "the configuration"
            }

            test "a sampled map has the exact averages and fluctuations" {
                let expansion, supercell = alloy ()
                let temperatures, differences = [| 1500.0; 2500.0 |], [| -0.1; 0.2 |]

                let exact =
                    AlloyEnumeration.create run expansion supercell temperatures differences |> ok

                let options =
                    {
                        Chains = 32
                        Snapshots = 1
                        Equilibrate = 100
                        Every = 400
                    }

                let map =
                    FigureTable.create expansion supercell
                    |> SemiGrandPoint.map options run temperatures differences
                    |> ok

                let n = float supercell.Count

                for row, points in Array.zip exact.Averages map do
                    for a, p in Array.zip row points do
                        let kT = float Mice.Units.boltzmann * p.Temperature
                        let where = $"at {p.Temperature} K, {p.Difference} eV"
                        // Sixteen comparisons with fixed seeds; Student's t with 31 degrees of freedom passes 4.5 once in 10,000.
                        Expecting.withinErrors 4.5 p.Composition a.Composition $"x {where}"
                        Expecting.withinErrors 4.5 p.EnergyPerSite (a.MeanEnergy / n) $"E {where}"

                        Expecting.withinErrors
                            4.5
                            p.Susceptibility
                            (a.CompositionVariance * n / kT)
                            $"susceptibility {where}"

                let capacity (p: SemiGrandPoint) =
                    let at difference =
                        AlloyEnumeration.create
                            run
                            expansion
                            supercell
                            [| p.Temperature + difference |]
                            [| p.Difference |]
                        |> ok
                        |> fun e ->
                            let a = e.Averages[0][0]
                            a.MeanEnergy - p.Difference * n * a.Composition

                    (at 1.0 - at -1.0) / 2.0 / (n * float Mice.Units.boltzmann)

                for p in Array.concat map do
                    // The derivative of H by differences of 1 K.
                    Expecting.withinErrors 4.5 p.HeatCapacity (capacity p) "heat capacity"
            }

            test "two-phase regions are the gaps of the hull with the slope of its tangent" {
                let expansion, _ = alloy ()
                let sites = 40
                let struct (up, down) = ClusterExpansion.pureEnergies expansion

                // Two wells at 0.25 and 0.75, on a line of slope 0.02 eV.
                let curve shift =
                    Array.init (sites + 1) (fun n ->
                        let x = float n / float sites
                        let u = (x - 0.25) * (x - 0.75)
                        u * u + 0.02 * x + shift * sin (float n))

                let walkers = [| curve 1e-7; curve -1e-7; curve 0.0 |]

                let free =
                    {
                        Sites = sites
                        Temperature = 300.0
                        Mixing =
                            Array.init (sites + 1) (fun n ->
                                walkers
                                |> Array.map (fun w -> w[n] * 1.0<eV / site>)
                                |> Statistics.estimate Direction.Exact)
                        MixingByWalker = walkers
                        Checks = []
                    }

                let region = Expecting.single (TwoPhaseRegion.find expansion free |> ok) "regions"
                Expecting.within 1e-12 region.Left 0.25 "left"
                Expecting.within 1e-12 region.Right 0.75 "right"
                Expecting.within 1e-5 (float region.Difference.Value) (0.02 + up - down) "Δμ"
                Expecting.within 1e-6 (float region.Depth.Value) (0.0625 ** 2.0) "depth"
            }

            test "structures that are too small for a cluster are counted" {
                let lattice = ParentLattice.fcc 3.8 |> ok

                let structure n =
                    let supercell = Supercell.multiples lattice n n n |> ok

                    {
                        Name = $"{n}"
                        Configuration =
                            {
                                Supercell = supercell
                                States = Array.zeroCreate supercell.Count
                            }
                        EnergyPerSite = 0.0
                    }

                let set =
                    {
                        Lattice = lattice
                        Species = struct ("A", "B")
                        Cutoffs = cutoffs [ 3.0 ]
                        Structures = [| structure 1; structure 1; structure 2; structure 3 |]
                    }

                let orbits = ClusterOrbits.find lattice set.Cutoffs |> ok
                // Neighbours of a site of the primitive cell are the site itself; in 2×2×2 they are other sites.
                Expect.equal (AlloyTrainingSet.wrapped orbits set) [ "c2_d0000_0_00", 2 ] "orbits"
            }
        ]
