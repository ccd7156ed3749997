module Mice.Plots.Tests.AlloyFiguresTests

open Mice
open Mice.Alloys
open Mice.Plots
open Mice.Samplers
open Mice.Segal
open Plotly.NET

let private run = { Run.quiet with Threads = 1 }
let private lattice = ParentLattice.fcc 3.8 |> ok
let private cutoffs = [ { Size = 2; Distance = 3.0 } ]

let private expansion =
    Map [ "c0", -0.02; "c1_0", 0.01; "c2_d0000_0_00", 0.03 ]
    |> ClusterExpansion.create lattice (struct ("Au", "Cu")) cutoffs
    |> ok

let private supercell = Supercell.multiples lattice 2 2 2 |> ok
let private table = FigureTable.create expansion supercell

/// Structures with 0, 1, … atoms of the first species.
let private set: AlloyTrainingSet =
    {
        Lattice = lattice
        Species = struct ("Au", "Cu")
        Cutoffs = cutoffs
        Structures =
            [|
                for n in 0..8 do
                    let states = Array.init 8 (fun i -> if i < n then 1uy else 0uy)

                    {
                        Name = $"{n}"
                        Configuration =
                            {
                                Supercell = supercell
                                States = states
                            }
                        EnergyPerSite = table.Energy states 0 / 8.0
                    }
            |]
    }

let private fit = EciFit.fit EciFitOptions.defaults run set |> ok

let private enumeration =
    AlloyEnumeration.create run expansion supercell [| 300.0; 600.0 |] [| -0.1; 0.1 |] |> ok

let private sampled =
    SemiGrandPoint.map
        {
            Chains = 2
            Snapshots = 1
            Equilibrate = 10
            Every = 10
        }
        run
        [| 600.0 |]
        [| -0.1; 0.1 |]
        table
    |> ok

let private free =
    table
    |> AlloyMetadynamics.freeEnergies
        { AlloyMetadynamicsOptions.defaults with
            Walkers = 2
            Sweeps = 200
        }
        run
        8.617333262e-5
        600.0
    |> ok

let private tempered =
    AlloyTempering.sample
        {
            Ladders = 2
            Snapshots = 1
            Equilibrate = 10
            Every = 10
        }
        run
        [| 600.0; 700.0 |]
        [| -0.1; 0.1 |]
        table
    |> ok

let private region: TwoPhaseRegion =
    {
        Left = 0.25
        Right = 0.75
        Difference = Estimate.exact 0.1<eV>
        Depth = Estimate.exact 0.01<eV / site>
    }

/// The figures of alloys: function, chart, names in the legend.
let figures: (string * GenericChart * string list) list =
    let formation = FormationEnergies.ofFit set fit |> ok

    [
        "AlloyFigures.fitted", AlloyFigures.fitted set fit, [ "equal"; "left out"; "fitted" ]
        "AlloyFigures.formation", AlloyFigures.formation formation, [ "given"; "fitted"; "hull, given"; "hull, fitted" ]
        "AlloyFigures.groundStates",
        AlloyFigures.groundStates enumeration,
        [ "next level"; "ground state"; "convex hull" ]
        "AlloyFigures.exactCompositions", AlloyFigures.exactCompositions enumeration, [ "T = 300 K"; "T = 600 K" ]
        "AlloyFigures.compositions", AlloyFigures.compositions sampled, [ "T = 600 K" ]
        "AlloyFigures.heatCapacities", AlloyFigures.heatCapacities sampled, [ "T = 600 K" ]
        "AlloyFigures.temperedHeatCapacities",
        AlloyFigures.temperedHeatCapacities tempered,
        [ "Δμ = -0.1 eV"; "Δμ = 0.1 eV" ]
        "AlloyFigures.temperedCompositions",
        AlloyFigures.temperedCompositions tempered,
        [ "Δμ = -0.1 eV"; "Δμ = 0.1 eV" ]
        "AlloyFigures.swaps", AlloyFigures.swaps tempered, [ "Δμ = -0.1 eV"; "Δμ = 0.1 eV" ]
        "AlloyFigures.mixing", AlloyFigures.mixing [| region |] free, [ "T = 600 K"; "two phases" ]
    ]
