namespace Mice.Plots

open Mice
open Mice.Atoms

/// <summary>The report of a run of molecular dynamics.</summary>
[<RequireQualifiedAccess>]
module MdReport =
    /// <summary>Means of a run, with figures of what it went through and of its snapshots.</summary>
    /// <param name="title">What was simulated, for example <c>Liquid Na at 350 K</c>.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="r">The run.</param>
    /// <param name="d">Its description, with settings.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (g: PairDistribution)
        (r: MdResult)
        (d: ResultDescription)
        : Report =
        let along =
            List.map (MdFigures.againstTime r.Time) [ r.Temperature; r.PotentialEnergy; r.Volume ]

        d
        |> Report.create
            title
            versions
            [
                "Along the run", along @ [ ScanFigures.pairs [ Style.solid "" Colour.blue, g ] ]
            ]
