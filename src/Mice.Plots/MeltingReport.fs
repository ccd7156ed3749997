namespace Mice.Plots

open Mice.Entropy

/// <summary>The report of a melting calculation.</summary>
[<RequireQualifiedAccess>]
module MeltingReport =
    /// <summary>Differences and both phases, with figures of Δg(T), g(r) and convergence.</summary>
    /// <param name="title">What was melted, for example <c>Melting of Na</c>.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="pairs">g(r) of both phases.</param>
    /// <param name="r">The calculation.</param>
    let create (title: string) (versions: (string * string) list) (pairs: PhasePairs) (r: MeltingResult) : Report =
        let convergence =
            [
                ScanFigures.training "Solid" r.Solid
                ScanFigures.training "Liquid" r.Liquid
                yield! MeltingFigures.byCutoff r |> Option.toList
                MeltingFigures.loss r
            ]

        MeltingDescription.create r
        |> Report.create
            title
            versions
            [
                "Melting", [ MeltingFigures.gibbs r; MeltingFigures.pairs pairs ]
                "Convergence", convergence
            ]
