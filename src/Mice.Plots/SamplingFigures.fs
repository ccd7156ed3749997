namespace Mice.Plots

open Mice
open Mice.Samplers
open Plotly.NET

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
