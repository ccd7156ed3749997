namespace Mice.Plots

open Mice
open Mice.Entropy

/// What changes with the temperature of a lattice, as a section of its report, from four temperatures on.
[<RequireQualifiedAccess>]
module TemperatureReport =
    /// Temperatures below which differences between them tell little.
    [<Literal>]
    let private Fewest = 4

    let private peaks (derivatives: TemperatureDerivatives) : string list * string list list =
        [ "half"; "T where dM/dT is largest" ],
        derivatives.Information
        |> List.map (fun i ->
            [
                TemperatureFigures.half i.Depth i.Length
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
                                Block.Figures [ TemperatureFigures.heatCapacities derivatives ]
                            else
                                Block.Figures
                                    [
                                        TemperatureFigures.heatCapacities derivatives
                                        TemperatureFigures.slopes derivatives
                                        TemperatureFigures.perInterface points
                                    ]

                                Old.table (peaks derivatives)
                        ]
                }
