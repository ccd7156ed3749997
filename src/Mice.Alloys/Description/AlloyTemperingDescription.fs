namespace Mice.Alloys

open Mice
open Mice.Samplers

/// <summary>Alloys by replica exchange as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module AlloyTemperingDescription =
    let private swapRows (t: AlloyTempering) =
        Array.pairwise t.Points
        |> Array.map2
            (fun (rate: Estimate<1>) (cold: SemiGrandPoint, hot: SemiGrandPoint) ->
                [
                    ResultRow.number "chemical_potential_difference_eV" "Δμ" "eV" 6 t.Difference
                    ResultRow.number "temperature_K" "T" "K" 3 cold.Temperature
                    ResultRow.number "next_temperature_K" "next T" "K" 3 hot.Temperature
                    ResultRow.estimate "swap_acceptance" "Swaps accepted" "" rate
                ])
            t.SwapAcceptances
        |> List.ofArray

    /// The temperature of the largest heat capacity.
    let private peak (t: AlloyTempering) =
        t.Points |> Array.maxBy _.HeatCapacity.Value

    let private tripRows (t: AlloyTempering) =
        let top = peak t

        [
            ResultRow.number "chemical_potential_difference_eV" "Δμ" "eV" 6 t.Difference
            ResultRow.count "round_trips" "Round trips of all ladders" t.RoundTrips
            ResultRow.number "peak_temperature_K" "T of the largest C" "K" 3 top.Temperature
            ResultRow.estimate "peak_heat_capacity_per_site_kB" "largest C/N" "k_B" top.HeatCapacity
        ]

    /// Checks of ladders, each with its Δμ where there are several.
    let private ladderChecks (found: AlloyTempering[]) : Check list =
        [
            for t in found do
                for c in t.Checks do
                    if found.Length = 1 then
                        c
                    else
                        { c with
                            Name = $"{c.Name}, Δμ = {Number.text t.Difference} eV"
                        }
        ]

    let private answer (o: ReplicaExchangeOptions) (found: AlloyTempering[]) =
        match found with
        | [| t |] ->
            let top = peak t

            $"The heat capacity at Δμ = {Number.text t.Difference} eV is largest at {Number.text top.Temperature} K of {t.Points.Length} temperatures: C/N = {Estimate.format top.HeatCapacity} k_B. Replicas made {t.RoundTrips} round trips in {o.Ladders} ladders."
        | _ ->
            let fewest = found |> Array.map _.RoundTrips |> Array.min

            $"Averages at {found[0].Points.Length} temperatures and {found.Length} Δμ. Replicas made {fewest} round trips or more in {o.Ladders} ladders."

    /// <summary>The description of replica exchange.</summary>
    /// <param name="o">The ladders.</param>
    /// <param name="expansion">The alloy.</param>
    /// <param name="supercell">The supercell.</param>
    /// <param name="table">Its energies on the supercell.</param>
    /// <param name="found">[differences]: what was found.</param>
    let create
        (o: ReplicaExchangeOptions)
        (expansion: ClusterExpansion)
        (supercell: Supercell)
        (table: FigureTable)
        (found: AlloyTempering[])
        : ResultDescription =
        let points = found |> Array.collect _.Points

        {
            Answer = answer o found
            Meaning =
                $"{AlloySamplingDescription.convention} C is at constant Δμ. Brackets hold one standard error in the last digits: of x and E from the spread of the ladders and from blocking, the larger one; of C and ∂x/∂Δμ from the jackknife over ladders. A round trip is a replica's way from the lowest temperature to the highest and back; acceptance is that of single turns."
            Sections =
                [
                    ResultRow.table
                        "results"
                        "Temperatures"
                        (points |> Array.map AlloySamplingDescription.pointRows |> List.ofArray)
                    ResultRow.table "ladders" "Ladders" (found |> Array.map tripRows |> List.ofArray)
                    ResultRow.table "swaps" "Swaps of neighbours" (found |> List.ofArray |> List.collect swapRows)
                    ResultRow.record "" "Supercell" [ AlloyDescription.wrappedRow table.Wrapped ]
                ]
            Checks = ladderChecks found @ AlloySamplingDescription.joined points
            Notes = AlloyDescription.wrappedNotes table.Wrapped
            Settings =
                AlloyDescription.systemOf expansion supercell
                @ [
                    "ladders", string o.Ladders
                    "sweeps", string (o.Snapshots * o.Every)
                    "equilibrate", string o.Equilibrate
                ]
        }
