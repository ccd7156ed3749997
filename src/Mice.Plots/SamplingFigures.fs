namespace Mice.Plots

open Mice
open Mice.Samplers
open Plotly.NET

/// <summary>Figures of drawn snapshots. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module SamplingFigures =

    /// <summary>Mean energy per site against temperature, with one standard error.</summary>
    /// <param name="samples">The samples.</param>
    let energies (samples: SampledLattice list) : GenericChart =
        let values field =
            samples |> List.map (fun s -> field s.Source) |> Array.ofList

        [
            Draw.points
                (Style.solid "" Colour.blue)
                (values _.Temperature)
                (values _.EnergyPerSite.Value)
                (values _.EnergyPerSite.StandardError)
        ]
        |> Frame.create "Energy" "Temperature" "Energy per site"

    /// All figures, by the sections of the report.
    let all (samples: SampledLattice list) : (string * GenericChart list) list = [ "Snapshots", [ energies samples ] ]
