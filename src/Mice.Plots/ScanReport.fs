namespace Mice.Plots

open Mice.Atoms
open Mice.Entropy

/// <summary>The report of the scan of one phase.</summary>
[<RequireQualifiedAccess>]
module ScanReport =
    /// <summary>The numbers of one scan, and figures of its convergence and its snapshots.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="s">The scan.</param>
    let create (title: string) (versions: (string * string) list) (g: PairDistribution) (s: ScanResult) : Report =
        let style = Style.solid "" Colour.blue

        let convergence =
            [
                ScanFigures.training "Networks" s
                yield! ScanFigures.byCutoff [ style, s ] |> Option.toList
                ScanFigures.loss [ style, s ]
                ScanFigures.pairs [ style, g ]
            ]

        ScanDescription.create s |> Report.create title versions [ "Convergence", convergence ]
