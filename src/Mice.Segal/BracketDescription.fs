namespace Mice.Segal

open Mice

/// A bracket with the exact entropy, where it is known.
type KnownBracket =
    {
        Bracket: EntropyBracket
        /// S/N, nats.
        Exact: float<nat / site> option
    }

/// <summary>Brackets of entropies as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module BracketDescription =
    let private meaning =
        "Entropy per site in nats (times k_B for J/K). The lower and the upper bound hold in expectation for every network; brackets hold one standard error in the last digits, most of which both bounds share: that of the mean energy; the bounds of ln Z do not have it. The interval of 95 % moves each bound outwards by 1.96 of its errors. The upper bound needs configurations in equilibrium, both need the mean energy: chains that never reach a part of the states are beyond what bounds can tell."

    /// Their distance.
    let private width (b: EntropyBracket) = float (b.Upper.Value - b.Lower.Value)

    /// Whether the interval holds the exact value, and how far this lies beyond a bound, in errors of the bound.
    let private against (b: EntropyBracket) (exact: float<nat / site>) : struct (bool * float) =
        let low, high = Bracket.interval b

        let beyond (e: Estimate<nat / site>) (distance: float<nat / site>) =
            distance / max e.StandardError 1e-12<nat / site>

        struct (low <= exact && exact <= high,
                max (beyond b.Lower (b.Lower.Value - exact)) (beyond b.Upper (exact - b.Upper.Value)))

    /// Errors by which an exact value may lie beyond a bound.
    let private allowed = 4.0

    let private rows (k: KnownBracket) : ResultRow list =
        let b = k.Bracket
        let low, high = Bracket.interval b

        [
            ResultRow.number "temperature" "T" "" 4 b.Conditions.Temperature
            ResultRow.number "field" "Field" "" 4 b.Conditions.Field
            ResultRow.estimate "lower_bound_per_site_nats" "at least" "nats" b.Lower
            ResultRow.estimate "upper_bound_per_site_nats" "at most" "nats" b.Upper
            ResultRow.number "width_per_site_nats" "width" "nats" 6 (width b)
            ResultRow.number "interval_low_per_site_nats" "95 %, from" "nats" 6 (float low)
            ResultRow.number "interval_high_per_site_nats" "to" "nats" 6 (float high)

            k.Exact
            |> ResultRow.orNull
                (fun exact -> ResultRow.number "exact_entropy_per_site_nats" "exact" "nats" 6 (float exact))
                (nan * 1.0<nat / site>)

            ResultRow.estimate "log_partition_lower_per_site" "ln Z/N, at least" "" b.LogPartitionLower
            ResultRow.estimate "log_partition_upper_per_site" "at most" "" b.LogPartitionUpper
            ResultRow.number "ness" "NESS" "" 4 b.EffectiveSampleSize
        ]

    let private checks (all: KnownBracket list) : Check list =
        [
            for k in all do
                for c in k.Bracket.Checks do
                    { c with
                        Name = $"{c.Name}, T = {Number.text k.Bracket.Conditions.Temperature}"
                    }

            match all |> List.choose (fun k -> k.Exact |> Option.map (against k.Bracket)) with
            | [] -> ()
            | known ->
                let missed =
                    known |> List.filter (fun (struct (isIn, _)) -> not isIn) |> List.length

                let worst = known |> List.map (fun (struct (_, beyond)) -> beyond) |> List.max

                {
                    Name = "exact values"
                    // One of twenty intervals may miss, none by much.
                    Passed = float missed <= 1.0 + 0.1 * float known.Length && worst <= allowed
                    Detail =
                        $"{known.Length - missed} of {known.Length} intervals of 95 %% hold the exact value; it lies beyond a bound by {max 0.0 worst:F1} errors at most, {allowed:F0} are allowed"
                }
        ]

    /// <summary>The description of brackets.</summary>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="seconds">How long the work took, with the training.</param>
    /// <param name="all">The brackets, one or more.</param>
    let create (settings: (string * string) list) (seconds: float) (all: KnownBracket list) : ResultDescription =
        let widest = all |> List.maxBy (fun k -> width k.Bracket)

        let answer =
            match all with
            | [ k ] ->
                $"The entropy per site is at least {Estimate.format k.Bracket.Lower} and at most {Estimate.format k.Bracket.Upper} nats."
            | _ ->
                $"Entropies per site at {all.Length} temperatures lie between two bounds that are {width widest.Bracket:E1} nats apart at most, at T = {Number.text widest.Bracket.Conditions.Temperature}."

        {
            Answer = answer
            Meaning = meaning
            Sections =
                [
                    ResultRow.table "results" "Entropy per site" (all |> List.map rows)
                    ResultRow.record "" "Work" [ ResultRow.number "seconds" "Time" "s" 0 seconds ]
                ]
            Checks = checks all
            Notes = []
            Settings = settings
        }
