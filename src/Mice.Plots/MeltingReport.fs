namespace Mice.Plots

open System
open Mice
open Mice.Atoms
open Mice.Entropy

/// <summary>Table and report of a melting calculation.</summary>
[<RequireQualifiedAccess>]
module MeltingReport =

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

    let private answer (r: MeltingResult) =
        let entropy = Words.estimate ScanReport.entropyUnit r.DeltaEntropy
        let enthalpy = Words.estimate "kJ/mol" r.DeltaEnthalpy
        let temperature = Words.estimate "K" r.MeltingTemperature
        let found = $"an entropy of melting of {entropy} and an enthalpy of {enthalpy}"

        if Double.IsFinite(float r.MeltingTemperature.Value) then
            $"The melting temperature is {temperature}, from {found}."
        else
            $"These numbers have no melting temperature: {found}."

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

        {
            Title = title
            Answer = answer result
            Checks = result.Checks
            Subtitle = subtitle result
            Sections =
                [
                    {
                        Heading = "Melting"
                        Blocks =
                            [
                                Block.Figures [ MeltingFigures.gibbs result; MeltingFigures.pairs phasePairs ]
                            ]
                    }
                    {
                        Heading = "Numbers"
                        Blocks = [ Block.Paragraph ScanReport.meaning; Old.table (headings, rows) ]
                    }
                    ScanReport.checks result.Checks
                    {
                        Heading = "Convergence"
                        Blocks =
                            [
                                Block.Figures
                                    [
                                        ScanFigures.training "Solid" result.Solid
                                        ScanFigures.training "Liquid" result.Liquid
                                        yield! MeltingFigures.byCutoff result |> Option.toList
                                        MeltingFigures.loss result
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
