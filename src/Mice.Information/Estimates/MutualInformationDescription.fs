namespace Mice.Information

open Mice

/// <summary>A mutual information as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module MutualInformationDescription =
    let private nats = "nats"

    let private information label (e: Estimate<nat>) =
        ResultRow.principal "mutual_information_nats" label nats e

    let private seconds (value: float) =
        ResultRow.number "time_seconds" "Time" "s" 1 value

    let private unknown: Estimate<nat> =
        Estimate.create (nan * 1.0<nat>) (nan * 1.0<nat>) Direction.NoBound

    let private estimate key label note =
        ResultRow.orNull (ResultRow.estimate key label nats >> ResultRow.noted note) unknown

    let private pairs key label note =
        ResultRow.orNull (ResultRow.number key label "" 0 >> ResultRow.noted note) nan

    /// One estimate; a column marks the one that is the result.
    let private method (r: MutualInformationResult) (e: MethodEstimate) : ResultRow list =
        [
            ResultRow.text "method" "Estimator" e.Method
            information "I(X; Y)" e.Estimate
            ResultRow.flag "" "The result" (e.Method = r.Method)
            seconds e.Seconds
            ResultRow.text "remark" "What it is" e.Remark
        ]

    let private disagreement (found: struct (string * string * float) option) : ResultRow =
        match found with
        | None -> ResultRow.number "largest_disagreement" "" "" 0 nan
        | Some(struct (first, second, errors)) ->
            ResultRow.record
                "largest_disagreement"
                "Largest disagreement"
                [
                    ResultRow.text "first" "Largest disagreement" first
                    ResultRow.text "second" "– with" second
                    ResultRow.number "standard_errors" "– by" "standard errors" 1 errors
                    |> ResultRow.noted "between two estimators that ran: above 3, one of them does not suit the data"
                ]

    let private reliability (r: Reliability) : ResultRow list =
        [
            ResultRow.estimate "shuffle_baseline_nats" "I of shuffled pairs" nats r.ShuffleBaseline
            |> ResultRow.noted
                "the same estimator on pairs whose Y comes from other rows: 0 within its error for a sound one"
            r.TrainTestGap
            |> estimate
                "train_test_gap_nats"
                "Training less test"
                "by how much a critic does better on the rows that it has learned from: near 0 for a sound one"
            ResultRow.flag "saturated" "Saturated" r.Saturated
            |> ResultRow.noted
                "yes: the estimate is near the largest value that so many samples can show, and the truth may lie far above"
            r.ProductPairs
            |> pairs
                "product_pairs"
                "Product pairs"
                "pairs of x and y from different rows in the average: no bound by them gets far above their logarithm"
            r.EffectivePairs
            |> pairs
                "effective_pairs"
                "Pairs that carry it"
                "how many of the product pairs carry the average: an average over fewer than 100 is not to be trusted"
            r.Extrapolation
            |> estimate
                "extrapolation_nats"
                "I at endless data"
                "a straight line in 1/N through fewer and all rows: far from the result, more data are needed"
            disagreement r.Disagreement
            r.EntropyLimit
            |> estimate "entropy_limit_nats" "min(H(X), H(Y))" "no mutual information lies above it"
            ResultRow.texts "tied_columns" "Columns with equal values" r.Ties.Columns
            ResultRow.number "tied_fraction" "– largest share of them" "of all values" 3 r.Ties.TiedFraction
            |> ResultRow.noted
                "share of the values of a continuous column that occur again: near 1, the column is discrete"
            ResultRow.number "effective_rows" "Independent rows" "" 0 r.EffectiveRows
            |> ResultRow.noted
                "what the rows are worth; fewer than there are when neighbouring rows resemble each other"
        ]

    let private data (r: MutualInformationResult) : ResultRow list =
        [
            ResultRow.count "rows" "Rows" r.Rows
            ResultRow.record
                "columns"
                "Columns"
                [
                    ResultRow.count "x" "Columns of X" r.ColumnsX
                    ResultRow.count "y" "Columns of Y" r.ColumnsY
                ]
            ResultRow.record
                "kinds"
                "Kinds"
                [
                    ResultRow.text "x" "Kind of X" (VariableKind.name r.KindX)
                    ResultRow.text "y" "Kind of Y" (VariableKind.name r.KindY)
                ]
            seconds r.Seconds
        ]

    /// <summary>The description of a mutual information, nats: all estimates, how far to trust them, the data.</summary>
    /// <param name="r">The estimates.</param>
    let create (r: MutualInformationResult) : ResultDescription =
        {
            Answer = $"The mutual information of X and Y is {Words.estimate nats r.MutualInformation}, by {r.Method}."
            Meaning =
                "One standard error of the last digits in brackets. A lower bound (≥) lies below the truth by an amount that its error does not contain, an upper bound (≤) above it; ≈ promises neither."
            Sections =
                [
                    ResultRow.record
                        ""
                        ""
                        [
                            information "I(X; Y)" r.MutualInformation
                            ResultRow.text "method" "Estimator" r.Method
                        ]
                    r.Estimates |> List.map (method r) |> ResultRow.table "estimates" "Estimates"
                    reliability r.Reliability |> ResultRow.record "reliability" "Reliability"
                    data r |> ResultRow.record "" "Data"
                ]
            Checks = r.Checks
            Notes = r.Notes
            Settings = r.Settings
        }
