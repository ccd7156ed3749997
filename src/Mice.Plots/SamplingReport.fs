namespace Mice.Plots

open System.Globalization
open Mice

/// <summary>Drawn snapshots as a table and as a page.</summary>
[<RequireQualifiedAccess>]
module SamplingReport =
    let private temperature (s: SampledLattice) = Number.text s.Source.Temperature

    /// <summary>Headings and rows: one row for each temperature.</summary>
    /// <param name="samples">One or more, of one model.</param>
    let numbers (samples: SampledLattice list) : string list * string list list =
        [
            "T"
            "energy per site"
            $"autocorrelation time ({samples.Head.Steps})"
            "snapshots"
            "chains"
            "time (s)"
            "file"
        ],
        samples
        |> List.map (fun s ->
            [
                temperature s
                Estimate.format s.Source.EnergyPerSite
                Estimate.format s.AutocorrelationTime
                string s.Snapshots
                string (s.Snapshots / s.Source.SnapshotsPerChain)
                s.Seconds.ToString("F1", CultureInfo.InvariantCulture)
                s.File
            ])

    /// <summary>All checks with their temperatures.</summary>
    /// <param name="samples">The samples.</param>
    let checks (samples: SampledLattice list) : Check list =
        [
            for s in samples do
                for check in s.Checks ->
                    { check with
                        Name = $"T = {temperature s}: {check.Name}"
                    }
        ]

    let private answer (samples: SampledLattice list) =
        let energy (s: SampledLattice) =
            $"{Estimate.format s.Source.EnergyPerSite} at T = {temperature s}"

        let snapshots = samples |> List.sumBy _.Snapshots
        let ordered = samples |> List.sortBy _.Source.Temperature

        match ordered with
        | [ one ] -> $"{snapshots} snapshots were drawn; their mean energy per site is {energy one}."
        | _ ->
            $"{snapshots} snapshots were drawn at {samples.Length} temperatures; their mean energy per site goes from "
            + $"{energy (List.head ordered)} to {energy (List.last ordered)}."

    /// <summary>The report of snapshots of one model at some temperatures.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="settings">What the snapshots depend on.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="samples">The samples.</param>
    let create
        (title: string)
        (settings: (string * string) list)
        (versions: (string * string) list)
        (samples: SampledLattice list)
        : Report =
        {
            Title = title
            Answer = answer samples
            Checks = checks samples
            Subtitle = "Snapshots of the Boltzmann law from independent chains; one standard error in brackets."
            Sections =
                [
                    {
                        Heading = "Snapshots"
                        Blocks =
                            [
                                Old.table (numbers samples)
                                Block.Figures [ SamplingFigures.energies samples ]
                            ]
                    }
                    ScanReport.checks (checks samples)
                    ScanReport.settings settings versions
                ]
        }
