namespace Mice.Plots

open Mice
open Mice.Atoms
open Plotly.NET

/// <summary>Figures of a run of molecular dynamics; <c>ScanFigures.pairs</c> draws its g(r). Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module MdFigures =

    /// <summary>A quantity against time, with its mean.</summary>
    /// <param name="time">Times of the values, ps, [n].</param>
    /// <param name="series">The quantity, of [n] values.</param>
    let againstTime (time: float[]) (series: MdSeries) : GenericChart =
        [ Draw.line (Style.solid "" Colour.blue) time series.Values ]
        |> Frame.create series.Name "Time (ps)" $"{series.Name} ({series.Unit})"
        |> Frame.horizontal series.Mean.Value $"mean {Estimate.format series.Mean}" Colour.vermilion

    /// All figures of a run, by the sections of its report.
    let all (g: PairDistribution) (r: MdResult) : (string * GenericChart list) list =
        let along =
            List.map (againstTime r.Time) [ r.Temperature; r.PotentialEnergy; r.Volume ]

        [
            "Along the run", along @ [ ScanFigures.pairs [ Style.solid "" Colour.blue, g ] ]
        ]
