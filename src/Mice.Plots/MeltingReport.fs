namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Entropy

/// <summary>g(r) of both phases.</summary>
type PhasePairs =
    {
        /// Of the solid.
        Solid: PairDistribution
        /// Of the liquid.
        Liquid: PairDistribution
    }

/// <summary>Figures, table and report of a melting calculation.</summary>
[<RequireQualifiedAccess>]
module MeltingReport =

    let private solid = Style.solid "solid" Colour.Blue
    let private liquid = Style.dashed "liquid" Colour.Vermilion

    /// <summary>Δg(T) in both forms with the band of one standard error, its zero and the melting temperature.</summary>
    let gibbs (result: MeltingResult) : Figure =
        let temperatures = result.GibbsCurve |> Array.map (fun p -> float p.Temperature)
        let corrected = result.GibbsCurve |> Array.map (fun p -> p.Corrected)

        let away (errors: float) =
            corrected |> Array.map (fun e -> float e.Value + errors * float e.StandardError)

        {
            Title = "Free energy of melting, liquid minus solid"
            X = Axis.create "Temperature" "K"
            Y = Axis.create "Δg" "kJ/mol"
            Traces =
                [
                    Trace.Band(Style.solid "± one standard error" Colour.Blue, temperatures, away -1.0, away 1.0)
                    Trace.Line(Style.solid "with Δcₚ" Colour.Blue, temperatures, away 0.0)
                    Trace.Line(
                        Style.dashed "linear" Colour.Orange,
                        temperatures,
                        result.GibbsCurve |> Array.map (fun p -> float p.Linear.Value)
                    )
                ]
            Marks =
                [
                    Mark.Horizontal(0.0, "", Colour.Black)
                    Mark.Vertical(
                        float result.MeltingTemperature.Value,
                        $" Tₘ = {Estimate.format result.MeltingTemperature} K",
                        Colour.Vermilion
                    )
                ]
        }

    /// <summary>Pair distribution functions of both phases.</summary>
    let pairs (pairs: PhasePairs) : Figure =
        ScanReport.pairs [ solid, pairs.Solid; liquid, pairs.Liquid ]

    /// <summary>Every number of the result: headings, then rows of quantity, value with its standard error in brackets, unit, direction.</summary>
    let numbers (r: MeltingResult) : string list * string list list =
        let phase (name: string) (scan: ScanResult) (t: PhaseThermodynamics) =
            ScanReport.rows name scan
            @ [
                ScanReport.row $"Volume per atom of the {name}" "Å³" t.Volume
                ScanReport.row $"Configurational enthalpy of the {name}, u + pv" "kJ/mol" t.Enthalpy
                ScanReport.row $"Configurational heat capacity of the {name}" "kJ/(mol K)" t.HeatCapacity
            ]

        ScanReport.headings,
        [
            ScanReport.row "Entropy of melting Δs" ScanReport.entropyUnit r.DeltaEntropy
            ScanReport.row "– from the bounds as they stand" ScanReport.entropyUnit r.DeltaEntropyOfBounds
            ScanReport.row "Enthalpy of melting Δh" "kJ/mol" r.DeltaEnthalpy
            ScanReport.row $"Free energy of melting Δg at {float r.Temperature} K" "kJ/mol" r.DeltaGibbs
            ScanReport.row "Melting temperature Tₘ, linear" "K" r.MeltingTemperature
            ScanReport.row "Melting temperature Tₘ, with Δcₚ" "K" r.MeltingTemperatureCorrected
            ScanReport.row "Heat-capacity difference Δcₚ" "kJ/(mol K)" r.DeltaHeatCapacity
            yield! phase "solid" r.Solid r.SolidThermodynamics
            yield! phase "liquid" r.Liquid r.LiquidThermodynamics
        ]

    let private subtitle (r: MeltingResult) =
        $"Δs = {Estimate.format r.DeltaEntropy} k_B per atom, Δh = {Estimate.format r.DeltaEnthalpy} kJ/mol, "
        + $"Tₘ = {Estimate.format r.MeltingTemperature} K; runs at {float r.Temperature} K and {float r.Pressure} bar"

    /// <summary>The report of a melting calculation.</summary>
    /// <param name="title">What was melted, for example <c>Melting of Na</c>.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="phasePairs">g(r) of both phases.</param>
    /// <param name="result">The calculation.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (phasePairs: PhasePairs)
        (result: MeltingResult)
        : Report =
        let headings, rows = numbers result
        let phases = [ solid, result.Solid; liquid, result.Liquid ]

        {
            Title = title
            Subtitle = subtitle result
            Sections =
                [
                    {
                        Heading = "Melting"
                        Blocks = [ Block.Figures [ gibbs result; pairs phasePairs ] ]
                    }
                    {
                        Heading = "Numbers"
                        Blocks = [ Block.Paragraph ScanReport.meaning; Block.Table(headings, rows) ]
                    }
                    ScanReport.checks result.Checks
                    {
                        Heading = "Convergence"
                        Blocks =
                            [
                                Block.Figures
                                    [
                                        ScanReport.training "Solid" result.Solid
                                        ScanReport.training "Liquid" result.Liquid
                                        yield! ScanReport.byCutoff phases |> Option.toList
                                        ScanReport.loss phases
                                    ]
                            ]
                    }
                    {
                        Heading = "Data"
                        Blocks = [ ScanReport.data [ "solid", result.Solid; "liquid", result.Liquid ] ]
                    }
                    ScanReport.settings result.Settings versions
                ]
        }
