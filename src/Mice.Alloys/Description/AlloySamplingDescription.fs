namespace Mice.Alloys

open System
open Mice
open Mice.Samplers

/// <summary>Alloys in equilibrium, exactly and by Monte Carlo, as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module AlloySamplingDescription =
    let internal convention =
        "Δμ is the chemical potential of the first species minus that of the second; weights are exp(−(E − Δμ n₁)/k_BT) with n₁ the atoms of the first species, x = n₁/N."

    let private number key label unit decimals value =
        ResultRow.number key label unit decimals value

    let private place (temperature: float) (difference: float) =
        [
            number "temperature_K" "T" "K" 3 temperature
            number "chemical_potential_difference_eV" "Δμ" "eV" 6 difference
        ]

    let private groundStates (e: AlloyEnumeration) =
        let n = float e.Supercell.Count

        ResultRow.table
            "ground_states"
            "Ground states by composition"
            [
                for g in e.GroundStates ->
                    [
                        ResultRow.count "count" "n₁" g.Count
                        number "composition" "x" "" 5 (float g.Count / n)
                        number "energy_eV_per_site" "E/N" "eV" 7 (g.Energy / n)
                        number "formation_energy_eV_per_site" "E_form/N" "eV" 7 e.FormationEnergies[g.Count]
                        ResultRow.count "degeneracy" "Degeneracy" (int g.Degeneracy)
                        number "gap_eV" "Next level above" "eV" 6 (g.NextLevel - g.Energy)
                        ResultRow.flag
                            "is_on_hull"
                            "On the hull"
                            (e.Stable |> Array.exists (fun s -> s.Corner.Index = g.Count))
                    ]
            ]

    let private stable (e: AlloyEnumeration) =
        let edge key label value =
            ResultRow.orNull (number key label "eV" 6) nan (if Double.IsFinite value then Some value else None)

        ResultRow.table
            "stable"
            "Stable at zero temperature"
            [
                for s in e.Stable ->
                    [
                        number "composition" "x" "" 5 s.Corner.Composition
                        number "formation_energy_eV_per_site" "E_form/N" "eV" 7 s.Corner.Energy
                        edge "from_chemical_potential_difference_eV" "from Δμ" s.From
                        edge "to_chemical_potential_difference_eV" "to Δμ" s.To
                    ]
            ]

    let private averages (e: AlloyEnumeration) =
        let n = float e.Supercell.Count

        ResultRow.table
            "averages"
            "Exact averages"
            [
                for a in Array.concat e.Averages ->
                    let kT = float boltzmann * a.Temperature

                    place a.Temperature a.ChemicalPotentialDifference
                    @ [
                        number "grand_potential_per_site_eV" "Φ/N" "eV" 8 (a.GrandPotential / n)
                        number "composition" "x" "" 6 a.Composition
                        number "energy_per_site_eV" "E/N" "eV" 7 (a.MeanEnergy / n)
                        number "susceptibility_per_eV" "∂x/∂Δμ" "1/eV" 4 (a.CompositionVariance * n / kT)
                    ]
            ]

    /// <summary>The description of an enumeration.</summary>
    /// <param name="e">The enumeration.</param>
    let enumeration (e: AlloyEnumeration) : ResultDescription =
        let inner =
            e.Stable
            |> Array.filter (fun s -> s.Corner.Composition > 0.0 && s.Corner.Composition < 1.0)
            |> Array.map (fun s -> Number.text (Math.Round(s.Corner.Composition, 5)))

        let found =
            if inner.Length = 0 then
                "none but the pure species is stable"
            else
                let listed = String.concat ", " inner
                $"beside the pure species x = {listed} is stable"

        {
            Answer = $"Of all 2^{e.Supercell.Count} configurations {found} at zero temperature."
            Meaning =
                $"All numbers are exact for this supercell with its periodic images; a larger one may have other ground states. Formation energies are measured from the pure species of the same model. {convention} Φ = −k_BT ln Z; tables with a field ½Δμ on spins have ½Δμ N more."
            Sections =
                [
                    stable e
                    groundStates e
                    if e.Averages.Length > 0 then
                        averages e
                    ResultRow.record "" "Supercell" [ AlloyDescription.wrappedRow e.Wrapped ]
                ]
            Checks = []
            Notes = AlloyDescription.wrappedNotes e.Wrapped
            Settings = AlloyDescription.systemOf e.Expansion e.Supercell
        }

    /// One check of each name for all points: at which of them it failed.
    let internal joined (points: SemiGrandPoint[]) : Check list =
        let one (name: string, found: (SemiGrandPoint * Check)[]) =
            let failed = found |> Array.filter (fun (_, c) -> not c.Passed)

            {
                Name = name
                Passed = failed.Length = 0
                Detail =
                    match List.ofArray failed with
                    | [] -> $"at all {points.Length} temperatures and Δμ"
                    | (p, c) :: _ ->
                        $"not at {failed.Length} of {points.Length} temperatures and Δμ, first T = {Number.text p.Temperature} K, Δμ = {Number.text p.Difference} eV: {c.Detail}"
            }

        points
        |> Array.collect (fun p -> p.Checks |> Array.ofList |> Array.map (fun c -> p, c))
        |> Array.groupBy (fun (_, c) -> c.Name)
        |> Array.map one
        |> List.ofArray

    let internal pointRows (p: SemiGrandPoint) : ResultRow list =
        place p.Temperature p.Difference
        @ [
            ResultRow.principal "composition" "x" "" p.Composition
            ResultRow.estimate "energy_per_site_eV" "E/N" "eV" p.EnergyPerSite
            ResultRow.estimate "heat_capacity_per_site_kB" "C/N" "k_B" p.HeatCapacity
            ResultRow.estimate "susceptibility_per_eV" "∂x/∂Δμ" "1/eV" p.Susceptibility
            ResultRow.estimate "autocorrelation_time_sweeps" "τ" "sweeps" p.AutocorrelationTime
            number "acceptance" "Acceptance" "" 4 p.Acceptance
        ]

    let private sampleAnswer (points: SemiGrandPoint[]) =
        match points with
        | [| p |] ->
            $"x = {Estimate.format p.Composition} and E/N = {Estimate.format p.EnergyPerSite} eV at T = {Number.text p.Temperature} K and Δμ = {Number.text p.Difference} eV."
        | _ ->
            let errors = points |> Array.map _.Composition.StandardError |> Array.sort
            $"Compositions at {points.Length} temperatures and Δμ, with a median standard error of {errors[errors.Length / 2]:E1}."

    /// <summary>The description of Monte Carlo sampling.</summary>
    /// <param name="o">The chains.</param>
    /// <param name="expansion">The alloy.</param>
    /// <param name="table">Its energies on the supercell.</param>
    /// <param name="supercell">The supercell.</param>
    /// <param name="map">[temperatures][differences]: what was found.</param>
    let sampling
        (o: ChainOptions)
        (expansion: ClusterExpansion)
        (supercell: Supercell)
        (table: FigureTable)
        (map: SemiGrandPoint[][])
        : ResultDescription =
        let points = Array.concat map

        {
            Answer = sampleAnswer points
            Meaning =
                $"{convention} C is at constant Δμ. Brackets hold one standard error in the last digits: of x and E from the spread of the chains and from blocking, the larger one; of C and ∂x/∂Δμ from the jackknife over chains. Where chains stay in the phase that they began in, or fell into, the check of their agreement fails and numbers mean nothing."
            Sections =
                [
                    ResultRow.table "results" "Temperatures and Δμ" (points |> Array.map pointRows |> List.ofArray)
                    ResultRow.record "" "Supercell" [ AlloyDescription.wrappedRow table.Wrapped ]
                ]
            Checks = joined points
            Notes = AlloyDescription.wrappedNotes table.Wrapped
            Settings =
                AlloyDescription.systemOf expansion supercell
                @ [
                    "chains", string o.Chains
                    "sweeps", string (o.Snapshots * o.Every)
                    "equilibrate", string o.Equilibrate
                ]
        }

    let private regions (found: TwoPhaseRegion[]) =
        ResultRow.table
            "two_phase_regions"
            "Two-phase regions"
            [
                for r in found ->
                    [
                        number "left_composition" "from x" "" 5 r.Left
                        number "right_composition" "to x" "" 5 r.Right
                        ResultRow.estimate "chemical_potential_difference_eV" "Δμ" "eV" r.Difference
                        ResultRow.estimate "depth_eV_per_site" "Depth" "eV" r.Depth
                    ]
            ]

    let private mixing (f: CompositionFreeEnergies) =
        ResultRow.curve
            "mixing"
            "Free energy of mixing"
            [
                for n, e in Array.indexed f.Mixing ->
                    [
                        number "composition" "x" "" 6 (float n / float f.Sites)
                        ResultRow.principal "free_energy_of_mixing_eV_per_site" "F_mix/N" "eV" e
                    ]
            ]

    let private lowest (f: CompositionFreeEnergies) =
        let n = [ 0 .. f.Sites ] |> List.minBy (fun n -> f.Mixing[n].Value)

        ResultRow.record
            "lowest"
            "Lowest free energy of mixing"
            [
                number "composition" "x" "" 5 (float n / float f.Sites)
                ResultRow.principal "free_energy_of_mixing_eV_per_site" "F_mix/N" "eV" f.Mixing[n]
            ]

    /// <summary>The description of free energies over the composition.</summary>
    /// <param name="o">The walkers.</param>
    /// <param name="expansion">The alloy.</param>
    /// <param name="supercell">Its supercell.</param>
    /// <param name="found">The two-phase regions.</param>
    /// <param name="f">The free energies.</param>
    let freeEnergies
        (o: AlloyMetadynamicsOptions)
        (expansion: ClusterExpansion)
        (supercell: Supercell)
        (found: TwoPhaseRegion[])
        (f: CompositionFreeEnergies)
        : ResultDescription =
        let wrapped = (SpinPolynomial.create expansion supercell).Wrapped

        let listed =
            found
            |> Array.map (fun r -> $"{Number.text (Math.Round(r.Left, 4))} to {Number.text (Math.Round(r.Right, 4))}")
            |> String.concat ", "

        let answer =
            if found.Length = 0 then
                "none was found"
            else
                $"x = {listed}"

        {
            Answer = $"Two-phase regions at {Number.text f.Temperature} K: {answer}."
            Meaning =
                "F_mix/N = (F(x) − x F(1) − (1 − x) F(0))/N of the supercell. Errors are from the spread of the walkers. A two-phase region is a gap in the lower convex hull of F_mix that is deeper than three standard errors; Δμ is the slope of its tangent, that of the energies of the model. In a small supercell borders between phases cost energy, and edges are known to 1/N at best."
            Sections =
                [
                    regions found
                    lowest f
                    mixing f
                    ResultRow.record "" "Supercell" [ AlloyDescription.wrappedRow wrapped ]
                ]
            Checks = f.Checks
            Notes = AlloyDescription.wrappedNotes wrapped
            Settings =
                AlloyDescription.systemOf expansion supercell
                @ [
                    "temperature", Number.text f.Temperature
                    "walkers", string o.Walkers
                    "sweeps", string o.Sweeps
                    match o.Bias with
                    | CompositionBias.Flat -> "bias", "flat histogram, heights fall as 1/t"
                    | CompositionBias.WellTempered factor -> "bias", $"well-tempered, bias factor {Number.text factor}"
                ]
        }
