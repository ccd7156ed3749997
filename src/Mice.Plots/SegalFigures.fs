namespace Mice.Plots

open Mice
open Mice.Learning
open Mice.Segal
open Plotly.NET

/// <summary>Figures of networks for lattices over temperature and field. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module SegalFigures =
    let private isAlloy (map: SegalMap) =
        match map.System.Origin with
        | SystemOrigin.Alloy _ -> true
        | _ -> false

    let private fieldAxis map =
        if isAlloy map then "Δμ (eV)" else "Field B"

    let private temperatureAxis map = if isAlloy map then "T (K)" else "T"

    let private chargeAxis map =
        if isAlloy map then "Composition x" else "Magnetisation m"

    /// <summary>ln q + E/k_BT per site against the steps of a training.</summary>
    /// <param name="curve">Entries of the curve of the training.</param>
    let training (curve: CurvePoint[]) : GenericChart =
        [
            Draw.line (Style.solid "" Colour.blue) [| for p in curve -> float p.Step |] [| for p in curve -> p.Loss |]
        ]
        |> Frame.create "Training" "Step" "ln q + E/k_BT per site"

    /// At most six temperatures, evenly chosen, with their rows.
    let private chosen (map: SegalMap) : (int * float) list =
        let all = map.Grid.Temperatures |> Array.indexed
        let step = max 1 ((all.Length + 5) / 6)
        [ for i in 0..step .. all.Length - 1 -> all[i] ]

    /// Curves over the fields, one for each temperature; exact values as dashes.
    let private curves (map: SegalMap) (find: SemiGrandEstimate -> Estimate<1>) (known: SemiGrandExact -> float) =
        [
            for place, (i, t) in List.indexed (chosen map) do
                let colour = Colour.series place
                let row = map.Estimates[i]

                Draw.joined
                    (Style.solid $"T = {Number.text (System.Math.Round(t, 3))}" colour)
                    map.Grid.Fields
                    (row |> Array.map (fun e -> (find e).Value))
                    (row |> Array.map (fun e -> (find e).StandardError))

                match map.Exact with
                | Some exact ->
                    Draw.line
                        (Style.dashed (if place = 0 then "exact" else "") Colour.ink)
                        map.Grid.Fields
                        (exact[i] |> Array.map known)
                | None -> ()
        ]

    /// <summary>Φ/N against the field, by importance sampling.</summary>
    /// <param name="map">The map.</param>
    let potentials (map: SegalMap) : GenericChart =
        curves map _.GrandPotential _.GrandPotential
        |> Frame.create "Grand potential per site" (fieldAxis map) (if isAlloy map then "Φ/N (eV)" else "Φ/N")

    /// <summary>Composition or magnetisation against the field.</summary>
    /// <param name="map">The map.</param>
    let charges (map: SegalMap) : GenericChart =
        curves map _.Charge _.Charge |> Frame.create (chargeAxis map) (fieldAxis map) (chargeAxis map)

    let private plane (map: SegalMap) heading scale (find: SemiGrandEstimate -> float) =
        [
            map.Estimates |> Array.map (Array.map find) |> Draw.map scale map.Grid.Fields map.Grid.Temperatures
        ]
        |> Frame.create heading (fieldAxis map) (temperatureAxis map)

    /// <summary>Normalised effective sample size over temperature and field, of the pooled samples.</summary>
    /// <param name="map">The map.</param>
    let effectiveSamples (map: SegalMap) : GenericChart =
        plane map "Effective samples" "log₁₀ of their number" (fun e -> log10 e.EffectiveSamples)

    /// <summary>Heat capacity over temperature and field.</summary>
    /// <param name="map">The map.</param>
    let heatCapacities (map: SegalMap) : GenericChart =
        plane map "Heat capacity" "k_B per site" _.HeatCapacity.Value

    /// <summary>Both sides of the largest jump of the composition between neighbouring fields, at every temperature.</summary>
    /// <param name="map">The map.</param>
    let jumps (map: SegalMap) : GenericChart =
        let all = SegalMap.jumps map

        let side name colour (find: CompositionJump -> Estimate<1>) =
            Draw.points
                (Style.solid name colour)
                (all |> Array.map (fun j -> (find j).Value))
                (all |> Array.map _.Temperature)
                [||]

        [ side "below" Colour.blue _.Below; side "above" Colour.vermilion _.Above ]
        |> Frame.create "Largest jump between neighbouring fields" (chargeAxis map) (temperatureAxis map)

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
                    heatCapacities map
                    jumps map
            ]
            "Trust",
            [
                if map.Grid.Fields.Length > 1 && map.Grid.Temperatures.Length > 1 then
                    effectiveSamples map
            ]
        ]
        |> List.filter (snd >> List.isEmpty >> not)
