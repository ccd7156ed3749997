namespace Mice.Plots

open Mice
open Mice.Entropy

/// <summary>The report of entropies of a lattice.</summary>
[<RequireQualifiedAccess>]
module LatticeReport =
    /// What changes with temperature, from four temperatures on.
    let private changes (points: LatticePoint list) =
        match LatticeDescription.derivatives points with
        | None -> []
        | Some d ->
            [
                TemperatureFigures.heatCapacities d
                if not (List.isEmpty d.Information) then
                    TemperatureFigures.slopes d
                    TemperatureFigures.perInterface points
            ]

    /// <summary>Entropies of one model at some temperatures, with figures of them, of scales, of temperatures and of training.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="points">The points.</param>
    /// <param name="d">Their description, with settings.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (points: LatticePoint list)
        (d: ResultDescription)
        : Report =
        let trained = points |> List.filter (fun p -> not (List.isEmpty p.Curves))

        let figures =
            [
                "Entropy",
                [
                    LatticeFigures.entropies points
                    yield! LatticeFigures.deviations points |> Option.toList
                ]
                "Mutual information at every scale", ScaleFigures.create points
                "Change with temperature", changes points
                "Training", List.map LatticeFigures.training trained
            ]

        d |> Report.create title versions figures
