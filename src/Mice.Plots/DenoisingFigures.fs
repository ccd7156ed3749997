namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Entropy
open Plotly.NET

/// <summary>Figures of the denoising entropy of one phase. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module DenoisingFigures =
    /// <summary>How much of the noise is found against its standard deviation, with one standard error: of a fluid the area under the curve over ln σ is −s_ex.</summary>
    /// <param name="phases">The results with the styles of their lines.</param>
    let levels (phases: (Style * DenoisingResult) list) : GenericChart =
        [
            for style, result in phases ->
                Draw.joined
                    style
                    (result.Levels |> Array.map _.Sigma)
                    (result.Levels |> Array.map _.Explained.Value)
                    (result.Levels |> Array.map _.Explained.StandardError)
        ]
        |> Frame.create "Noise that is found on held-out snapshots" "Noise σ (Å)" "d − m(σ)"
        |> Frame.logarithmic

    /// All figures of one result, by the sections of its report.
    let all (g: PairDistribution) (result: DenoisingResult) : (string * GenericChart list) list =
        [
            "Convergence",
            [
                ScanFigures.training "Networks" result.Bound
                levels [ Style.solid "" Colour.blue, result ]
                ScanFigures.pairs [ Style.solid "" Colour.blue, g ]
            ]
        ]
