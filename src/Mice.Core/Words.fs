namespace Mice

/// Numbers and checks in words, as reports say them.
[<RequireQualifiedAccess>]
module Words =

    /// <summary>What a direction says: <c>upper bound (≤)</c> and so on.</summary>
    /// <param name="direction">A direction.</param>
    let promise (direction: Direction) : string =
        match direction with
        | Direction.UpperBound -> "upper bound (≤)"
        | Direction.LowerBound -> "lower bound (≥)"
        | Direction.Exact -> "unbiased"
        | Direction.NoBound -> "no bound"

    /// <summary>An estimate within a sentence, with error, unit and direction: <c>at most 0.54(2) nats</c>.</summary>
    /// <param name="unit">Its unit.</param>
    /// <param name="e">The estimate.</param>
    let estimate (unit: string) (e: Estimate<'u>) : string =
        let value = $"{Estimate.format e} {unit}".TrimEnd()

        match e.Direction with
        | Direction.UpperBound -> $"at most {value}"
        | Direction.LowerBound -> $"at least {value}"
        | Direction.Exact -> value
        | Direction.NoBound -> $"about {value} (no bound)"

    /// <summary>A check with its outcome, in a line.</summary>
    /// <param name="check">The check.</param>
    let check (check: Check) : string =
        let outcome = if check.Passed then "passed" else "FAILED"
        $"{outcome}  {check.Name}: {check.Detail}"

    /// All names; of more than three the first three and how many there are besides.
    let private several (names: string list) =
        if names.Length > 3 then
            String.concat "; " (List.take 3 names) + $"; and {names.Length - 3} more"
        else
            String.concat "; " names

    /// <summary>Whether to trust a result, in one sentence: how many of its checks it passed, or which failed.</summary>
    /// <param name="checks">The checks that the result made of itself.</param>
    let trust (checks: Check list) : string =
        match checks, checks |> List.filter (fun c -> not c.Passed) with
        | [], _ -> "The result made no checks of itself: judge by the figures."
        | [ _ ], [] -> "The result passed its one check."
        | all, [] -> $"The result passed all {all.Length} of its checks."
        | all, failed ->
            let names = failed |> List.map _.Name |> several
            $"Do not trust this as it stands: {failed.Length} of {all.Length} checks failed ({names})."
