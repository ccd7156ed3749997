namespace Mice.Information

open Mice

/// What critics trained on all but a part of the rows, and evaluated on that part, say together.
type internal CrossFitted =
    {
        /// The bound: its mean over the parts, on rows that the critics have not seen.
        Held: Estimate<nat>
        /// The same on training rows.
        Trained: Estimate<nat>
        /// Halfway between the two.
        Centred: Estimate<nat>
        /// The parts.
        Folds: BoundResult list
    }

/// <summary>Cross-fitting: every row is tested on once.</summary>
[<RequireQualifiedAccess>]
module internal CrossFitted =
    let private meanOf (results: BoundResult list) (part: BoundResult -> EvaluatedBound) =
        let estimates = results |> List.map (fun r -> (part r).Estimate)
        let count = float estimates.Length
        let value = estimates |> List.averageBy (fun e -> e.Value)
        let variance = estimates |> List.sumBy (fun e -> e.StandardError * e.StandardError)
        Estimate.create value (sqrt variance / count) estimates.Head.Direction

    /// <summary>Joins the parts.</summary>
    /// <remarks>A critic that fits noise gains on training rows what it loses on others: if every component a of ln p/(p p), known with noise of
    /// variance s, is fitted to the share c = a²/(a² + s) that does best on new rows, the bound on training rows lies ½sc above the mutual information and that
    /// on new rows ½sc below, so their mean is free of bias. What was not learned at all lowers both. Half of the difference is therefore
    /// joined to the error. Source of the practice of looking at both: E. Abdelaleem, K. M. Martini, I. Nemenman (2025).</remarks>
    /// <param name="results">One result for each part, one or more.</param>
    let ofFolds (results: BoundResult list) : CrossFitted =
        let held = meanOf results (fun r -> r.Test)
        let trained = meanOf results (fun r -> r.Training)
        let half = 0.5 * (trained.Value - held.Value)

        {
            Held = held
            Trained =
                { trained with
                    Direction = Direction.NoBound
                }
            Centred = Estimate.create (held.Value + half) held.StandardError Direction.NoBound |> Estimate.widen half
            Folds = results
        }
