namespace Mice.Plots

open System.Globalization
open Mice
open Mice.Samplers

/// <summary>Snapshots of a lattice that were drawn at one temperature and written to a file.</summary>
type SampledLattice =
    {
        /// The file.
        File: string
        /// Model, seed, chains and mean energy.
        Source: SnapshotSource
        /// Snapshots in the file.
        Snapshots: int
        /// Integrated autocorrelation time of the energy, in steps of the chains.
        AutocorrelationTime: Estimate<1>
        /// What a step of the chains is called: rounds of the Ising model, steps of the XY model.
        Steps: string
        /// Time that it took.
        Seconds: float
        /// What the sampler asked of itself.
        Checks: Check list
    }

/// <summary>Drawn snapshots as a table and as a page.</summary>
[<RequireQualifiedAccess>]
module SamplingReport =
    let private temperature (s: SampledLattice) =
        s.Source.Temperature.ToString("R", CultureInfo.InvariantCulture)

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

    let private energies (samples: SampledLattice list) : Figure =
        let values field =
            samples |> List.map (fun s -> field s.Source) |> Array.ofList

        {
            Title = "Energy"
            X = Axis.create "Temperature" ""
            Y = Axis.create "Energy per site" ""
            Traces =
                [
                    Trace.Points(
                        Style.solid "" Colour.Blue,
                        values _.Temperature,
                        values _.EnergyPerSite.Value,
                        values _.EnergyPerSite.StandardError
                    )
                ]
            Marks = []
        }

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
            Subtitle = "Snapshots of the Boltzmann law from independent chains; one standard error in brackets."
            Sections =
                [
                    {
                        Heading = "Snapshots"
                        Blocks = [ Block.Table(numbers samples); Block.Figures [ energies samples ] ]
                    }
                    ScanReport.checks (checks samples)
                    ScanReport.settings settings versions
                ]
        }
