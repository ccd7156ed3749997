namespace Mice.Plots

open Mice
open Mice.Samplers

/// <summary>The report of drawn snapshots.</summary>
[<RequireQualifiedAccess>]
module SamplingReport =
    /// <summary>Snapshots of one model by temperature, with a figure of their energies.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="d">Their description, with settings.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (samples: SampledLattice list)
        (d: ResultDescription)
        : Report =
        d |> Report.create title versions [ "Snapshots", [ SamplingFigures.energies samples ] ]
