namespace Mice.Information

open Mice
open Mice.Learning

/// The estimate that is reported, with what its reliability is judged by.
type internal Headline =
    {
        Method: string
        Estimate: Estimate<nat>
        Shuffled: Estimate<nat>
        Extrapolation: Estimate<nat> option
        Critics: VariationalFinding option
    }

/// Questions asked of an estimate.
[<RequireQualifiedAccess>]
module internal MutualInformationReport =
    /// Effective pairs below which an average of e^f means little.
    [<Literal>]
    let private FewestPairs = 100.0

    /// By how many joint errors two estimates contradict each other; a bound contradicts only what lies beyond it.
    let private conflict (a: Estimate<nat>) (b: Estimate<nat>) : float =
        let above, below = if a.Value >= b.Value then a, b else b, a

        let allowed =
            above.Direction = Direction.UpperBound || below.Direction = Direction.LowerBound

        let difference = Estimate.subtract above below

        if allowed || not (difference.StandardError > 0.0<nat>) then
            0.0
        else
            difference.Value / difference.StandardError

    /// The pair of estimates that contradict each other most.
    let disagreement (estimates: MethodEstimate list) : struct (string * string * float) option =
        List.allPairs estimates estimates
        |> List.filter (fun (a, b) -> a.Method < b.Method)
        |> List.map (fun (a, b) -> struct (a.Method, b.Method, conflict a.Estimate b.Estimate))
        |> List.filter (fun struct (_, _, errors) -> errors > 0.0)
        |> function
            | [] -> None
            | found -> Some(found |> List.maxBy (fun struct (_, _, errors) -> errors))

    let private saturated (headline: Headline) (rows: int) =
        match headline.Critics with
        | Some critics ->
            let fold = critics.Fit.Folds.Head.Test
            // A bound that averages each row apart cannot see beyond the partners of a row.
            let isRowwise =
                critics.Name = "infonce" || critics.Name = "uba" || critics.Name = "interpolated"

            let pairs = if isRowwise then float fold.Rows else fold.ProductPairs

            fold.ProductPairs > 0.0
            && (float headline.Estimate.Value + 2.0 > log pairs || fold.EffectivePairs < FewestPairs)
        | None ->
            headline.Method.StartsWith "ksg"
            && float headline.Estimate.Value + 2.0 > Polygamma.digamma (float rows) - Polygamma.digamma 3.0

    let reliability (data: InformationData) (headline: Headline) (estimates: MethodEstimate list) : Reliability =
        let first = headline.Critics |> Option.map (fun c -> c.Fit.Folds)

        let over pick =
            first |> Option.map (List.averageBy (fun (r: BoundResult) -> pick r.Test))

        {
            TrainTestGap = headline.Critics |> Option.map (fun c -> Estimate.subtract c.Fit.Trained c.Fit.Held)
            ProductPairs = over (fun t -> t.ProductPairs)
            EffectivePairs = over (fun t -> t.EffectivePairs)
            Saturated = saturated headline data.Rows
            ShuffleBaseline = headline.Shuffled
            Extrapolation = headline.Extrapolation
            Disagreement = disagreement estimates
            EntropyLimit = ClosedEstimators.entropyLimit data.Pair
            Ties = data.Ties
            EffectiveRows = data.EffectiveRows
        }

    let private check name passed detail : Check =
        {
            Name = name
            Passed = passed
            Detail = detail
        }

    let private text (e: Estimate<nat>) = Estimate.format e + " nats"

    let private shuffleCheck (r: Reliability) =
        let baseline = r.ShuffleBaseline

        check
            "shuffled pairs give zero"
            (abs baseline.Value <= 3.0 * baseline.StandardError)
            $"{text baseline} from pairs whose Y was taken from other rows"

    let private boundsCheck (headline: Headline) (estimates: MethodEstimate list) =
        let beyond =
            estimates
            |> List.filter (fun e ->
                e.Estimate.Direction <> Direction.NoBound && conflict e.Estimate headline.Estimate > 3.0)

        check
            "within all bounds"
            (List.isEmpty beyond)
            (match beyond with
             | [] -> "no lower bound lies above the result, no upper bound below, by more than 3 errors"
             | found ->
                 found
                 |> List.map (fun e -> $"{e.Method} is {text e.Estimate}, a {Direction.name e.Estimate.Direction}")
                 |> String.concat "; ")

    let private entropyCheck (headline: Headline) (limit: Estimate<nat>) =
        check
            "not above the smaller entropy"
            (conflict
                headline.Estimate
                { limit with
                    Direction = Direction.LowerBound
                }
             <= 3.0
             || headline.Estimate.Value <= limit.Value)
            $"min(H(X), H(Y)) is {text limit}"

    let private outcomeCheck (critics: VariationalFinding) =
        critics.Fit.Folds
        |> Seq.mapi (fun i r -> $"part {i + 1}", Some r.Outcome)
        |> TrainingOutcome.stayedFinite

    let private gapCheck (headline: Headline) (gap: Estimate<nat>) =
        // Beyond this the critics have learned the rows rather than the law.
        let allowed = max 0.1<nat> (0.5 * headline.Estimate.Value)

        check
            "training and test rows agree"
            (gap.Value <= allowed)
            $"the bound is {text gap} larger on training rows; allowed: {float allowed:F2} nats. More rows help."

    /// All of them.
    let checks
        (data: InformationData)
        (headline: Headline)
        (estimates: MethodEstimate list)
        (r: Reliability)
        : Check list =
        [
            check
                "not saturated"
                (not r.Saturated)
                "the estimate lies 2 nats or more below the largest that so many samples can show; more rows raise that limit"
            shuffleCheck r
            boundsCheck headline estimates
            match r.EntropyLimit with
            | Some limit -> entropyCheck headline limit
            | None -> ()
            match headline.Critics, r.TrainTestGap with
            | Some critics, Some gap ->
                outcomeCheck critics
                gapCheck headline gap
            | _ -> ()
            check
                "few equal values"
                (r.Ties.TiedFraction <= 0.1)
                $"{100.0 * r.Ties.TiedFraction:F0} %% of a continuous column's values at most occur more than once; a column of symbols should be declared discrete"
            check
                "rows are nearly independent"
                (r.EffectiveRows >= 0.2 * float data.Rows)
                $"{data.Rows} rows are worth {r.EffectiveRows:F0}; neighbouring rows that resemble each other deceive nearest neighbours: keep fewer of them"
        ]
