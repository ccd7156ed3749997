namespace Mice.Plots

open Mice
open Mice.Entropy
open Plotly.NET

/// <summary>What changes with the temperature of a lattice: heat capacities and mutual informations. Each figure is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module TemperatureFigures =

    let private trace draw name colour (found: TemperatureDerivative<'u> list) : GenericChart =
        draw
            (Style.solid name colour)
            [| for d in found -> d.Temperature |]
            [| for d in found -> float d.Value.Value |]
            [| for d in found -> float d.Value.StandardError |]

    /// <summary>Heat capacity per site against temperature: from the energies, and from the entropies of every method.</summary>
    /// <param name="derivatives">Differences between neighbouring temperatures.</param>
    let heatCapacities (derivatives: TemperatureDerivatives) : GenericChart =
        trace Draw.joined "energies, Δe/ΔT" Colour.ink derivatives.EnergyHeatCapacity
        :: (derivatives.HeatCapacities
            |> List.mapi (fun i (method, found) -> trace Draw.points $"{method}, T Δs/ΔT" (Colour.series i) found))
        |> Frame.create "Heat capacity" "Temperature" "c (k_B per site)"

    /// Adds a line at the peak of dM/dT of the largest halves that have a peak.
    let private mark (derivatives: TemperatureDerivatives) : GenericChart -> GenericChart =
        derivatives.Information
        |> List.rev
        |> List.tryPick (fun i -> i.Peak |> Option.map (fun peak -> i, peak))
        |> function
            | Some(i, peak) -> Frame.vertical peak.Value $"{i.Half} largest at {Estimate.format peak}" Colour.ink
            | None -> id

    /// <summary>dM/dT of the halves of every size, with a line where that of the largest halves peaks.</summary>
    /// <param name="derivatives">Differences between neighbouring temperatures.</param>
    let slopes (derivatives: TemperatureDerivatives) : GenericChart =
        derivatives.Information
        |> List.mapi (fun i level -> trace Draw.joined level.Half (Colour.series i) level.Slopes)
        |> Frame.create "Slope of the mutual information" "Temperature" "dM/dT (nats)"
        |> mark derivatives

    /// <summary>M per area A of the interface against temperature, by critics that are not saturated.</summary>
    /// <param name="points">Points of one model.</param>
    let perInterface (points: LatticeResult list) : GenericChart =
        [
            for p in points |> List.sortBy _.Temperature do
                for l in LatticeResult.certified p do
                    p.Temperature, l
        ]
        |> List.groupBy (fun (_, l) -> l.Volume, l.Half)
        |> List.sortBy (fst >> fst)
        |> List.mapi (fun i ((_, half), own) ->
            own
            |> List.map (fun (t, l) ->
                {
                    Temperature = t
                    Value = LatticeDescription.perInterface l
                })
            |> trace Draw.joined half (Colour.series i))
        |> Frame.create "Mutual information per area of the interface" "Temperature" "M/A (nats per site at the cut)"

    /// All figures; none below four temperatures, where differences tell little.
    let create (points: LatticeResult list) : GenericChart list =
        match LatticeDescription.derivatives points with
        | None -> []
        | Some d ->
            [
                heatCapacities d
                if not (List.isEmpty d.Information) then
                    slopes d
                    perInterface points
            ]
