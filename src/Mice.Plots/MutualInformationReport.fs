namespace Mice.Plots

open System
open Mice
open Mice.Information

/// <summary>Tables and report of a mutual information.</summary>
[<RequireQualifiedAccess>]
module MutualInformationReport =

    let private unit = "nats"

    /// <summary>What a variable was taken for: continuous or discrete.</summary>
    let kind (kind: VariableKind) : string =
        match kind with
        | VariableKind.Continuous -> "continuous"
        | VariableKind.Discrete -> "discrete"

    /// <summary>The result in one line: value, error, unit, direction, estimator, data.</summary>
    let summary (r: MutualInformationResult) : string =
        let columns count =
            if count = 1 then "1 column" else $"{count} columns"

        $"I(X; Y) {Estimate.formatWithDirection r.MutualInformation} {unit}, {Words.promise r.MutualInformation.Direction}, by {r.Method}: {r.Rows} rows of "
        + $"X ({columns r.ColumnsX}, {kind r.KindX}) and Y ({columns r.ColumnsY}, {kind r.KindY})"

    /// <summary>All estimates, the one that is the result first: headings, then rows.</summary>
    let estimates (r: MutualInformationResult) : string list * string list list =
        [ "Estimator"; "I(X; Y)"; "Unit"; "Direction"; "Time (s)"; "What it is" ],
        [
            for e in MutualInformationFigures.resultFirst r do
                ScanReport.row
                    (if e.Method = r.Method then
                         $"{e.Method} (the result)"
                     else
                         e.Method)
                    unit
                    e.Estimate
                @ [ $"{e.Seconds:F1}"; e.Remark ]
        ]

    let private count (value: float) =
        value.ToString("N0", Globalization.CultureInfo.InvariantCulture)

    let private difference (d: struct (string * string * float)) =
        let struct (first, second, errors) = d
        $"{first} and {second}: {errors:F1} errors"

    let private ties (t: TieReport) =
        match t.Columns with
        | [] -> "none"
        | columns ->
            let named = columns |> List.truncate 3 |> String.concat ", "

            let more =
                if columns.Length > 3 then
                    $" and {columns.Length - 3} more"
                else
                    ""

            $"{100.0 * t.TiedFraction:F1} %% at most, in {named}{more}"

    /// <summary>How far the result can be trusted, in words: headings, then rows of question, answer, and what the answer means. Questions that the
    /// estimator does not raise are left out.</summary>
    let reliability (result: MutualInformationResult) : string list * string list list =
        let r = result.Reliability

        let optional question (answer: 'a -> string) meaning value =
            value |> Option.map (fun v -> [ question; answer v; meaning ]) |> Option.toList

        let nats (e: Estimate<nat>) = $"{Estimate.format e} {unit}"

        [ "Question"; "Answer"; "What it means" ],
        [
            [
                "I of shuffled pairs"
                nats r.ShuffleBaseline
                "the same estimator on pairs whose Y comes from other rows: 0 within its error for a sound one"
            ]
            yield!
                r.TrainTestGap
                |> optional
                    "Training less test"
                    nats
                    "by how much a critic does better on the rows that it has learned from: near 0 for a sound one"
            [
                "Saturated"
                (if r.Saturated then "yes" else "no")
                "yes: the estimate is near the largest value that so many samples can show, and the truth may lie far above"
            ]
            yield!
                r.ProductPairs
                |> optional
                    "Product pairs"
                    count
                    "pairs of x and y from different rows in the average: no bound by them gets far above their logarithm"
            yield!
                r.EffectivePairs
                |> optional
                    "Pairs that carry it"
                    count
                    "how many of the product pairs carry the average: an average over fewer than 100 is not to be trusted"
            yield!
                r.Extrapolation
                |> optional
                    "I at endless data"
                    nats
                    "a straight line in 1/N through fewer and all rows: far from the result, more data are needed"
            yield!
                r.Disagreement
                |> optional
                    "Largest disagreement"
                    difference
                    "between two estimators that ran: above 3, one of them does not suit the data"
            yield! r.EntropyLimit |> optional "min(H(X), H(Y))" nats "no mutual information lies above it"
            [
                "Equal values"
                ties r.Ties
                "share of the values of a continuous column that occur again: near 100 %, the column is discrete"
            ]
            [
                "Independent rows"
                $"{count r.EffectiveRows} of {count (float result.Rows)}"
                "what the rows are worth; fewer than there are when neighbouring rows resemble each other"
            ]
        ]

    /// <summary>What brackets and directions mean.</summary>
    let meaning =
        "One standard error of the last digits in brackets. A lower bound (≥) lies below the truth by an amount that its error does not contain, an upper bound (≤) above it."

    let private answer (r: MutualInformationResult) =
        $"The mutual information of X and Y is {Words.estimate unit r.MutualInformation}, by {r.Method}."

    let private notes (r: MutualInformationResult) : Section list =
        match r.Notes with
        | [] -> []
        | notes ->
            [
                {
                    Heading = "Notes"
                    Blocks = List.map Block.Paragraph notes
                }
            ]

    /// <summary>The report of an estimate.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <param name="result">The estimate.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (x: Sample)
        (y: Sample)
        (result: MutualInformationResult)
        : Report =
        let trained = result.Estimates |> List.filter (fun e -> not e.Curves.IsEmpty)

        let figures =
            [
                MutualInformationFigures.comparison result
                yield! MutualInformationFigures.scatter x y result |> Option.toList
                yield! trained |> List.map MutualInformationFigures.training
            ]

        {
            Title = title
            Answer = answer result
            Checks = result.Checks
            Subtitle = summary result
            Sections =
                [
                    {
                        Heading = "Estimates"
                        Blocks =
                            [
                                Block.Paragraph meaning
                                Block.Table(estimates result)
                                Block.Figures figures
                            ]
                    }
                    {
                        Heading = "Reliability"
                        Blocks = [ Block.Table(reliability result) ]
                    }
                    ScanReport.checks result.Checks
                    yield! notes result
                    ScanReport.settings result.Settings versions
                ]
        }
