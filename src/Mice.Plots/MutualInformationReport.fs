namespace Mice.Plots

open Mice.Information

/// <summary>The report of a mutual information.</summary>
[<RequireQualifiedAccess>]
module MutualInformationReport =
    /// <summary>All estimates, how far to trust them, and the figures of both.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <param name="r">The estimate.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (x: Sample)
        (y: Sample)
        (r: MutualInformationResult)
        : Report =
        let trained = r.Estimates |> List.filter (fun e -> not e.Curves.IsEmpty)

        let figures =
            [
                MutualInformationFigures.comparison r
                yield! MutualInformationFigures.scatter x y r |> Option.toList
                yield! trained |> List.map MutualInformationFigures.training
            ]

        MutualInformationDescription.create r |> Report.create title versions [ "Estimates", figures ]
