namespace Mice.Plots

open Mice
open Mice.Entropy

/// What changes with the temperature of a lattice: heat capacities and mutual informations, from four temperatures on.
[<RequireQualifiedAccess>]
module TemperatureFigures =
    /// Temperatures below which differences between them tell little.
    [<Literal>]
    let private Fewest = 4

    let private half depth length = $"{depth}×{length}"

    let private temperature = Axis.create "Temperature" ""

    let private trace name colour (found: TemperatureDerivative<'u> list) =
        Trace.Points(
            Style.solid name colour,
            [| for d in found -> d.Temperature |],
            [| for d in found -> float d.Value.Value |],
            [| for d in found -> float d.Value.StandardError |]
        )

    /// Points and the line through them.
    let private joined name colour (found: TemperatureDerivative<'u> list) =
        [
            Trace.Line(
                Style.solid "" colour,
                [| for d in found -> d.Temperature |],
                [| for d in found -> float d.Value.Value |]
            )
            trace name colour found
        ]

    let private heatCapacities (derivatives: TemperatureDerivatives) : Figure =
        {
            Title = "Heat capacity"
            X = temperature
            Y = Axis.create "c" "k_B per site"
            Traces =
                joined "energies, Δe/ΔT" Colour.Black derivatives.EnergyHeatCapacity
                @ (derivatives.HeatCapacities
                   |> List.mapi (fun i (method, found) -> trace $"{method}, T Δs/ΔT" (Colour.series i) found))
            Marks = []
        }

    /// The peak of the largest halves that have one.
    let private mark (derivatives: TemperatureDerivatives) =
        derivatives.Information
        |> List.rev
        |> List.tryPick (fun i -> i.Peak |> Option.map (fun peak -> i, peak))
        |> Option.map (fun (i, peak) ->
            Mark.Vertical(peak.Value, $"{half i.Depth i.Length} largest at {Estimate.format peak}", Colour.Black))
        |> Option.toList

    let private slopes (derivatives: TemperatureDerivatives) : Figure =
        {
            Title = "Slope of the mutual information"
            X = temperature
            Y = Axis.create "dM/dT" "nats"
            Traces =
                derivatives.Information
                |> List.mapi (fun i level -> joined (half level.Depth level.Length) (Colour.series i) level.Slopes)
                |> List.concat
            Marks = mark derivatives
        }

    /// M/ℓ of critics that are not saturated.
    let private perInterface (points: LatticePoint list) : Figure =
        let levels =
            [
                for p in points |> List.sortBy _.Temperature do
                    for l in LatticePoint.certified p do
                        p.Temperature, l
            ]
            |> List.groupBy (fun (_, l) -> l.Depth, l.Length)
            |> List.sortBy (fun ((depth, length), _) -> depth * length)

        let scaled (l: LatticeLevel) =
            l.MutualInformation |> Estimate.scale (1.0 / float l.InterfaceLength)

        {
            Title = "Mutual information per length of the interface"
            X = temperature
            Y = Axis.create "M/ℓ" "nats per lattice constant"
            Traces =
                levels
                |> List.mapi (fun i ((depth, length), own) ->
                    own
                    |> List.map (fun (t, l) -> { Temperature = t; Value = scaled l })
                    |> joined (half depth length) (Colour.series i))
                |> List.concat
            Marks = []
        }

    let private peaks (derivatives: TemperatureDerivatives) : string list * string list list =
        [ "half"; "T where dM/dT is largest" ],
        derivatives.Information
        |> List.map (fun i ->
            [
                half i.Depth i.Length
                i.Peak |> Option.map Estimate.format |> Option.defaultValue "at an end of the temperatures"
            ])

    /// <summary>The section of a report: heat capacities from entropies and from energies, and, where there are levels of MICE, dM/dT with its peaks and M/ℓ.</summary>
    /// <param name="points">Points of one model.</param>
    /// <returns>None below four temperatures.</returns>
    let section (points: LatticePoint list) : Section option =
        if points |> List.distinctBy _.Temperature |> List.length < Fewest then
            None
        else
            let derivatives = TemperatureDerivatives.ofPoints points

            Some
                {
                    Heading = "Change with temperature"
                    Blocks =
                        [
                            Block.Paragraph
                                "Differences between neighbouring temperatures; their errors are those of the values, not of how a curve bends in between."
                            if List.isEmpty derivatives.Information then
                                Block.Figures [ heatCapacities derivatives ]
                            else
                                Block.Figures [ heatCapacities derivatives; slopes derivatives; perInterface points ]

                                Block.Table(peaks derivatives)
                        ]
                }
