namespace Mice.Plots

open Mice
open Mice.Learning
open Mice.Segal
open Plotly.NET

/// <summary>Figures of networks for lattices over temperature and field. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module SegalFigures =
    let private isAlloy (system: SemiGrandSystem) =
        match system.Origin with
        | SystemOrigin.Alloy _ -> true
        | _ -> false

    let private fieldAxis system =
        if isAlloy system then "Δμ (eV)" else "Field B"

    let private temperatureAxis system = if isAlloy system then "T (K)" else "T"

    let private chargeAxis system =
        if isAlloy system then
            "Composition x"
        else
            "Magnetisation m"

    let private susceptibilityScale system =
        if isAlloy system then "1/eV per site" else "per site"

    let private perSite symbol system =
        if isAlloy system then $"{symbol} (eV)" else symbol

    /// <summary>ln q + E/k_BT per site against the steps of a training.</summary>
    /// <param name="curve">Entries of the curve of the training.</param>
    let training (curve: CurvePoint[]) : GenericChart =
        [
            Draw.line (Style.solid "" Colour.blue) [| for p in curve -> float p.Step |] [| for p in curve -> p.Loss |]
        ]
        |> Frame.create "Training" "Step" "ln q + E/k_BT per site"

    /// At most six of some rows, evenly chosen, with their numbers.
    let private chosen (rows: 'row[]) : (int * 'row) list =
        let step = max 1 ((rows.Length + 5) / 6)
        [ for i in 0..step .. rows.Length - 1 -> i, rows[i] ]

    let private temperatureStyle (place: int) (t: float) =
        Style.solid $"T = {Number.text (System.Math.Round(t, 3))}" (Colour.series place)

    /// Curves over the fields, one for each temperature, [temperatures][fields]; exact values as dashes.
    let private curves (grid: SegalGrid) (found: Estimate<1>[][]) (known: float[][] option) =
        [
            for place, (i, t) in List.indexed (chosen grid.Temperatures) do
                Draw.joined
                    (temperatureStyle place t)
                    grid.Fields
                    (found[i] |> Array.map _.Value)
                    (found[i] |> Array.map _.StandardError)

                match known with
                | Some known ->
                    Draw.line (Style.dashed (if place = 0 then "exact" else "") Colour.ink) grid.Fields known[i]
                | None -> ()
        ]

    let private ofMap (map: SegalMap) (find: SemiGrandEstimate -> Estimate<1>) (known: SemiGrandExact -> float) =
        curves
            map.Grid
            (map.Estimates |> Array.map (Array.map find))
            (map.Exact |> Option.map (Array.map (Array.map known)))

    /// <summary>Φ/N against the field, by importance sampling.</summary>
    /// <param name="map">The map.</param>
    let potentials (map: SegalMap) : GenericChart =
        ofMap map _.GrandPotential _.GrandPotential
        |> Frame.create "Grand potential per site" (fieldAxis map.System) (perSite "Φ/N" map.System)

    /// <summary>Composition or magnetisation against the field.</summary>
    /// <param name="map">The map.</param>
    let charges (map: SegalMap) : GenericChart =
        ofMap map _.Charge _.Charge
        |> Frame.create (chargeAxis map.System) (fieldAxis map.System) (chargeAxis map.System)

    let private plane (system: SemiGrandSystem) (grid: SegalGrid) heading scale (values: float[][]) =
        [ values |> Draw.map scale grid.Fields grid.Temperatures ]
        |> Frame.create heading (fieldAxis system) (temperatureAxis system)

    let private planeOf (map: SegalMap) heading scale (find: SemiGrandEstimate -> float) =
        map.Estimates |> Array.map (Array.map find) |> plane map.System map.Grid heading scale

    /// <summary>Normalised effective sample size over temperature and field, of the pooled samples.</summary>
    /// <param name="map">The map.</param>
    let effectiveSamples (map: SegalMap) : GenericChart =
        planeOf map "Effective samples" "log₁₀ of their number" (fun e -> log10 e.EffectiveSamples)

    /// <summary>Heat capacity over temperature and field.</summary>
    /// <param name="map">The map.</param>
    let heatCapacities (map: SegalMap) : GenericChart =
        planeOf map "Heat capacity" "k_B per site" _.HeatCapacity.Value

    /// <summary>Susceptibility over temperature and field.</summary>
    /// <param name="map">The map.</param>
    let susceptibilities (map: SegalMap) : GenericChart =
        planeOf map "Susceptibility" (susceptibilityScale map.System) _.Susceptibility.Value

    /// <summary>Heat capacity and susceptibility by differentiation of the network, where they were asked for.</summary>
    /// <param name="map">The map.</param>
    let responses (map: SegalMap) : GenericChart list =
        let planes heading scale find =
            map.Responses
            |> Option.map (Array.map (Array.map find) >> plane map.System map.Grid heading scale)
            |> Option.toList

        planes "Heat capacity by differentiation" "k_B per site" _.HeatCapacity.Value
        @ planes "Susceptibility by differentiation" (susceptibilityScale map.System) _.Susceptibility.Value

    let private inPlane name colour (points: (float * float)[]) =
        Draw.points (Style.solid name colour) (points |> Array.map fst) (points |> Array.map snd) [||]

    /// <summary>Both sides of the largest jump of the composition between neighbouring fields, at every temperature.</summary>
    /// <param name="map">The map.</param>
    let jumps (map: SegalMap) : GenericChart =
        let all = SegalPhases.jumps map

        let side name colour (find: CompositionJump -> Estimate<1>) =
            all |> Array.map (fun j -> (find j).Value, j.Temperature) |> inPlane name colour

        [ side "below" Colour.blue _.Below; side "above" Colour.vermilion _.Above ]
        |> Frame.create "Largest jump between neighbouring fields" (chargeAxis map.System) (temperatureAxis map.System)

    /// <summary>The phase diagram over composition and temperature: tie lines across every gap of the free energy, maxima of the heat capacity, and where the fields that were asked for lead to.</summary>
    /// <param name="map">The map.</param>
    let phases (map: SegalMap) : GenericChart =
        let asked = Array.concat map.Estimates
        let pairs, peaks = SegalPhases.pairs map, SegalPhases.peaks map

        [
            Draw.cloud
                (Style.solid "asked" Colour.ink)
                (asked |> Array.map _.Charge.Value)
                (asked |> Array.map _.Conditions.Temperature)

            if peaks.Length > 0 then
                peaks
                |> Array.map (fun p -> p.Charge.Value, p.Temperature)
                |> inPlane "largest heat capacity" Colour.green

            for i, p in Array.indexed pairs do
                Draw.line
                    (Style.solid (if i = 0 then "two phases" else "") Colour.vermilion)
                    [| p.Left; p.Right |]
                    [| p.Temperature; p.Temperature |]

            if pairs.Length > 0 then
                pairs
                |> Array.collect (fun p -> [| p.Left, p.Temperature; p.Right, p.Temperature |])
                |> inPlane "" Colour.vermilion
        ]
        |> Frame.create "Phases" (chargeAxis map.System) (temperatureAxis map.System)

    /// <summary>Free energies of mixing over the composition, or those over the magnetisation without the straight line between both ends, at up to six temperatures; bounds are left out.</summary>
    /// <param name="map">The map.</param>
    let profiles (map: SegalMap) : GenericChart =
        [
            for place, (_, p) in List.indexed (chosen map.Profiles) do
                let last = p.MeanCharges.Length - 1
                let first, final = p.FreeEnergies[0].Value, p.FreeEnergies[last].Value

                let mixing =
                    p.FreeEnergies
                    |> Array.indexed
                    |> Array.filter (fun (_, f) -> f.Direction <> Direction.LowerBound)
                    |> Array.map (fun (n, f) ->
                        p.MeanCharges[n], f.Value - first - (final - first) * float n / float last, f.StandardError)

                Draw.joined
                    (temperatureStyle place p.Temperature)
                    (mixing |> Array.map (fun (x, _, _) -> x))
                    (mixing |> Array.map (fun (_, f, _) -> f))
                    (mixing |> Array.map (fun (_, _, e) -> e))
        ]
        |> Frame.create "Free energy of mixing" (chargeAxis map.System) (perSite "F_mix/N" map.System)

    /// All figures of a map, by the sections of the report.
    let all (map: SegalMap) : (string * GenericChart list) list =
        [
            "Free energy",
            [
                if map.Grid.Fields.Length > 1 then
                    potentials map
                    charges map
            ]
            "Phases",
            [
                if map.Grid.Fields.Length > 1 && map.Grid.Temperatures.Length > 1 then
                    phases map
                    heatCapacities map
                    susceptibilities map
                    yield! responses map
                    jumps map

                if map.Profiles.Length > 0 then
                    profiles map
            ]
            "Trust",
            [
                if map.Grid.Fields.Length > 1 && map.Grid.Temperatures.Length > 1 then
                    effectiveSamples map
            ]
        ]
        |> List.filter (snd >> List.isEmpty >> not)

    let private ofChains (map: NeuralMap) (find: NeuralChain -> Estimate<1>) (known: (SemiGrandExact -> float) option) =
        curves
            map.Grid
            (map.Chains |> Array.map (Array.map find))
            (Option.map2 (fun known exact -> exact |> Array.map (Array.map known)) known map.Exact)

    /// <summary>Composition or magnetisation against the field, by chains with proposals of a network.</summary>
    /// <param name="map">The chains.</param>
    let chainCharges (map: NeuralMap) : GenericChart =
        ofChains map _.Charge (Some _.Charge)
        |> Frame.create (chargeAxis map.System) (fieldAxis map.System) (chargeAxis map.System)

    /// <summary>⟨E⟩/N against the field, by chains.</summary>
    /// <param name="map">The chains.</param>
    let chainEnergies (map: NeuralMap) : GenericChart =
        ofChains map _.Energy None
        |> Frame.create "Energy per site" (fieldAxis map.System) (perSite "E/N" map.System)

    /// <summary>The share of the network's proposals that chains took, over temperature and field.</summary>
    /// <param name="map">The chains.</param>
    let acceptances (map: NeuralMap) : GenericChart =
        map.Chains
        |> Array.map (Array.map _.Acceptance)
        |> plane map.System map.Grid "Proposals that were taken" "share"

    /// <summary>Integrated autocorrelation times over temperature and field.</summary>
    /// <param name="map">The chains.</param>
    let autocorrelationTimes (map: NeuralMap) : GenericChart =
        map.Chains
        |> Array.map (Array.map (fun c -> log10 c.AutocorrelationTime.Value))
        |> plane map.System map.Grid "Autocorrelation time" "log₁₀ of rounds"

    /// All figures of chains, by the sections of the report.
    let ofNeuralMap (map: NeuralMap) : (string * GenericChart list) list =
        let isRow = map.Grid.Fields.Length > 1
        let isPlane = isRow && map.Grid.Temperatures.Length > 1

        [
            "Averages",
            (if isRow then
                 [ chainCharges map; chainEnergies map ]
             else
                 [])
            "Trust",
            (if isPlane then
                 [ acceptances map; autocorrelationTimes map ]
             else
                 [])
        ]
        |> List.filter (snd >> List.isEmpty >> not)
