namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Entropy
open Plotly.NET

/// <summary>Figures of the denoising entropy of one phase. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module DenoisingFigures =
    /// <summary>How much of the noise is found against its standard deviation, with one standard error: of a fluid the area under the curve over ln σ is −s_ex.</summary>
    /// <param name="result">The result.</param>
    let levels (result: DenoisingResult) : GenericChart =
        [
            Draw.joined
                (Style.solid "" Colour.blue)
                (result.Levels |> Array.map _.Sigma)
                (result.Levels |> Array.map _.Explained.Value)
                (result.Levels |> Array.map _.Explained.StandardError)
        ]
        |> Frame.create "Noise that is found on held-out snapshots" "Noise σ (Å)" "d − m(σ)"
        |> Frame.logarithmic

    /// <summary>Excess entropy on the validation snapshots against training steps, one line per network, and the final bound.</summary>
    /// <param name="name">What the snapshots are of, for the title.</param>
    /// <param name="result">The result.</param>
    let training (name: string) (result: DenoisingResult) : GenericChart =
        ScanFigures.heldOut name result.Training result.ExcessEntropy

    /// All figures of one result, by the sections of its report.
    let all (g: PairDistribution) (result: DenoisingResult) : (string * GenericChart list) list =
        [
            "Convergence",
            [
                training "Networks" result
                levels result
                ScanFigures.pairs [ Style.solid "" Colour.blue, g ]
            ]
        ]
