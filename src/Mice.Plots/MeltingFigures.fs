namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Entropy
open Plotly.NET

/// <summary>g(r) of both phases.</summary>
type PhasePairs =
    {
        /// Of the solid.
        Solid: PairDistribution
        /// Of the liquid.
        Liquid: PairDistribution
    }

/// <summary>Figures of a melting calculation. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module MeltingFigures =

    let private solid = Style.solid "solid" Colour.blue
    let private liquid = Style.dashed "liquid" Colour.vermilion

    let private phases (result: MeltingResult) =
        [ solid, result.Solid; liquid, result.Liquid ]

    /// <summary>Δg(T) in both forms with the band of one standard error, its zero and the melting temperature.</summary>
    /// <param name="result">The calculation.</param>
    let gibbs (result: MeltingResult) : GenericChart =
        let temperatures = result.GibbsCurve |> Array.map (fun p -> float p.Temperature)
        let corrected = result.GibbsCurve |> Array.map (fun p -> p.Corrected)
        let linear = result.GibbsCurve |> Array.map (fun p -> float p.Linear.Value)

        let away (errors: float) =
            corrected |> Array.map (fun e -> float e.Value + errors * float e.StandardError)

        [
            Draw.band (Style.solid "± one standard error" Colour.blue) temperatures (away -1.0) (away 1.0)
            Draw.line (Style.solid "with Δcₚ" Colour.blue) temperatures (away 0.0)
            Draw.line (Style.dashed "linear" Colour.orange) temperatures linear
        ]
        |> Frame.create "Free energy of melting, liquid minus solid" "Temperature (K)" "Δg (kJ/mol)"
        |> Frame.horizontal 0.0 "" Colour.ink
        |> Frame.vertical
            (float result.MeltingTemperature.Value)
            $" Tₘ = {Estimate.format result.MeltingTemperature} K"
            Colour.vermilion

    /// <summary>Pair distribution functions of both phases.</summary>
    /// <param name="pairs">The functions.</param>
    let pairs (pairs: PhasePairs) : GenericChart =
        ScanFigures.pairs [ solid, pairs.Solid; liquid, pairs.Liquid ]

    /// All figures of a melting calculation, by the sections of its report.
    let all (g: PhasePairs) (r: MeltingResult) : (string * GenericChart list) list =
        [
            "Melting", [ gibbs r; pairs g ]
            "Convergence",
            [
                ScanFigures.training "Solid" r.Solid.Bound
                ScanFigures.training "Liquid" r.Liquid.Bound
                yield! ParticleFigures.compare (phases r)
            ]
        ]
