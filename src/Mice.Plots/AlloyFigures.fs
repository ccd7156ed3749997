namespace Mice.Plots

open Mice
open Mice.Alloys
open Plotly.NET

/// <summary>Figures of alloys: fits, ground states, compositions and free energies. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module AlloyFigures =
    let private formationAxis = "Formation energy (eV/atom)"

    let private hull (style: Style) (corners: HullCorner[]) =
        Draw.line style (corners |> Array.map _.Composition) (corners |> Array.map _.Energy)

    /// <summary>Fitted energies, and energies as predicted when a structure was left out, against those given.</summary>
    /// <param name="set">The structures.</param>
    /// <param name="fit">The fit.</param>
    let fitted (set: AlloyTrainingSet) (fit: EciFitResult) : GenericChart =
        let given = set.Structures |> Array.map _.EnergyPerSite
        let ends = [| Array.min given; Array.max given |]

        [
            Draw.line (Style.dashed "equal" Colour.ink) ends ends
            Draw.points (Style.solid "left out" Colour.vermilion) given fit.Predicted [||]
            Draw.points (Style.solid "fitted" Colour.blue) given fit.Fitted [||]
        ]
        |> Frame.create "Energies by the fit" "Energy, given (eV/atom)" "Energy by the fit (eV/atom)"

    /// <summary>Formation energies over the composition with their lower convex hulls.</summary>
    /// <param name="f">The formation energies.</param>
    let formation (f: FormationEnergies) : GenericChart =
        [
            Draw.points (Style.solid "given" Colour.vermilion) f.Compositions f.Given [||]
            Draw.points (Style.solid "fitted" Colour.blue) f.Compositions f.Fitted [||]
            hull (Style.solid "hull, given" Colour.vermilion) f.Hull
            hull (Style.dashed "hull, fitted" Colour.blue) f.FittedHull
        ]
        |> Frame.create "Formation energies" "Composition x" formationAxis

    /// <summary>The lowest formation energy of every composition, the level above it, and the convex hull.</summary>
    /// <param name="e">The enumeration.</param>
    let groundStates (e: AlloyEnumeration) : GenericChart =
        let n = float e.Supercell.Count
        let x = e.GroundStates |> Array.map (fun g -> float g.Count / n)

        let next =
            Array.map2
                (fun (g: CompositionGroundState) formation -> formation + (g.NextLevel - g.Energy) / n)
                e.GroundStates
                e.FormationEnergies

        [
            Draw.points (Style.solid "next level" Colour.skyBlue) x next [||]
            Draw.points (Style.solid "ground state" Colour.blue) x e.FormationEnergies [||]
            hull (Style.solid "convex hull" Colour.vermilion) (e.Stable |> Array.map _.Corner)
        ]
        |> Frame.create "Ground states" "Composition x" "Formation energy (eV/site)"

    /// Curves over Δμ, one for each temperature.
    let private curves (heading: string) (axis: string) (rows: (float * float[] * Estimate<1>[]) list) : GenericChart =
        [
            for i, (t, differences, values) in List.indexed rows ->
                Draw.joined
                    (Style.solid $"T = {Number.text t} K" (Colour.series i))
                    differences
                    (values |> Array.map _.Value)
                    (values |> Array.map _.StandardError)
        ]
        |> Frame.create heading "Δμ (eV)" axis

    /// <summary>The exact composition against Δμ, a curve for each temperature.</summary>
    /// <param name="e">The enumeration.</param>
    let exactCompositions (e: AlloyEnumeration) : GenericChart =
        [
            for row in e.Averages ->
                row[0].Temperature,
                row |> Array.map _.ChemicalPotentialDifference,
                row |> Array.map (fun a -> Estimate.exact a.Composition)
        ]
        |> curves "Composition, exact" "Composition x"

    let private sampled heading axis (find: SemiGrandPoint -> Estimate<1>) (map: SemiGrandPoint[][]) =
        [
            for row in map -> row[0].Temperature, row |> Array.map _.Difference, row |> Array.map find
        ]
        |> curves heading axis

    /// <summary>The sampled composition against Δμ, a curve for each temperature.</summary>
    /// <param name="map">[temperatures][differences]: what was sampled.</param>
    let compositions (map: SemiGrandPoint[][]) : GenericChart =
        sampled "Composition" "Composition x" _.Composition map

    /// <summary>The sampled heat capacity at constant Δμ, a curve for each temperature.</summary>
    /// <param name="map">[temperatures][differences]: what was sampled.</param>
    let heatCapacities (map: SemiGrandPoint[][]) : GenericChart =
        sampled "Heat capacity" "C/N (k_B)" _.HeatCapacity map

    /// Curves over temperature, one for each Δμ.
    let private tempered heading axis (find: SemiGrandPoint -> Estimate<1>) (found: AlloyTempering[]) =
        [
            for i, t in Array.indexed found do
                let values = t.Points |> Array.map find

                Draw.joined
                    (Style.solid $"Δμ = {Number.text t.Difference} eV" (Colour.series i))
                    (t.Points |> Array.map _.Temperature)
                    (values |> Array.map _.Value)
                    (values |> Array.map _.StandardError)
        ]
        |> Frame.create heading "T (K)" axis

    /// <summary>The heat capacity at constant Δμ over temperature by replica exchange, a curve for each Δμ.</summary>
    /// <param name="found">[differences]: what was sampled.</param>
    let temperedHeatCapacities (found: AlloyTempering[]) : GenericChart =
        tempered "Heat capacity" "C/N (k_B)" _.HeatCapacity found

    /// <summary>The composition over temperature by replica exchange, a curve for each Δμ.</summary>
    /// <param name="found">[differences]: what was sampled.</param>
    let temperedCompositions (found: AlloyTempering[]) : GenericChart =
        tempered "Composition" "Composition x" _.Composition found

    /// <summary>Shares of swaps that were accepted, each between the temperatures that swapped.</summary>
    /// <param name="found">[differences]: what was sampled.</param>
    let swaps (found: AlloyTempering[]) : GenericChart =
        [
            for i, t in Array.indexed found do
                Draw.joined
                    (Style.solid $"Δμ = {Number.text t.Difference} eV" (Colour.series i))
                    (t.Points |> Array.pairwise |> Array.map (fun (a, b) -> 0.5 * (a.Temperature + b.Temperature)))
                    (t.SwapAcceptances |> Array.map _.Value)
                    (t.SwapAcceptances |> Array.map _.StandardError)
        ]
        |> Frame.create "Swaps of neighbours" "T (K)" "Share accepted"

    /// <summary>The free energy of mixing over the composition, with tangents across the two-phase regions.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="f">The free energies.</param>
    let mixing (regions: TwoPhaseRegion[]) (f: CompositionFreeEnergies) : GenericChart =
        let x = Array.init (f.Sites + 1) (fun n -> float n / float f.Sites)
        let values = f.Mixing |> Array.map (fun e -> float e.Value)

        let at (composition: float) =
            values[int (round (composition * float f.Sites))]

        [
            Draw.joined
                (Style.solid $"T = {Number.text f.Temperature} K" Colour.blue)
                x
                values
                (f.Mixing |> Array.map (fun e -> float e.StandardError))

            for i, r in Array.indexed regions do
                Draw.line
                    (Style.dashed (if i = 0 then "two phases" else "") Colour.vermilion)
                    [| r.Left; r.Right |]
                    [| at r.Left; at r.Right |]
        ]
        |> Frame.create "Free energy of mixing" "Composition x" "F_mix/N (eV/site)"
