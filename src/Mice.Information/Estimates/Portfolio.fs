namespace Mice.Information

open Mice

/// All that was run, and which of it is reported.
type internal PortfolioResult =
    {
        Headline: Headline
        Estimates: MethodEstimate list
        Notes: string list
    }

/// Running estimators and choosing the one to report.
[<RequireQualifiedAccess>]
module internal Portfolio =
    /// Columns of X and Y together up to which nearest neighbours come first.
    [<Literal>]
    let private MostColumnsForNeighbours = 3

    /// The bound of the portfolio: low variance, and a lower bound for any number of samples.
    [<Literal>]
    let private PortfolioBound = "infonce"

    /// Its value halfway between training and test rows.
    let private centred = Headline.centred PortfolioBound

    /// Share of symbol pairs seen once above which counts say too little.
    [<Literal>]
    let private MostSingletons = 0.2

    /// The estimators of the portfolio without critics, the preferred one first.
    let private closedNames (pair: PreparedPair) : string list =
        match pair.X, pair.Y with
        | Scores _, Scores _ -> [ "ksg"; "copula" ]
        | Symbols _, Symbols _ -> [ "grassberger"; "nsb"; "chao-shen"; "miller-madow"; "plug-in" ]
        | _ -> [ "ross" ]

    let private continuousColumns (pair: PreparedPair) : int =
        [ pair.X; pair.Y ]
        |> List.sumBy (function
            | Scores sample -> sample.Columns
            | Symbols _ -> 1)

    /// Critics help wherever counts do not suffice.
    let private wantsCritics (data: InformationData) : bool =
        let bothDiscrete =
            match data.Pair.X, data.Pair.Y with
            | Symbols _, Symbols _ -> true
            | _ -> false

        data.Rows / data.BlockRows >= VariationalEstimators.MinimumRows
        && (not bothDiscrete || ClosedEstimators.singletons data.Pair > MostSingletons)

    /// What critics find beyond the Gaussian with the same covariances, or beyond nothing where there is none.
    let private gain (finding: VariationalFinding) : Estimate<nat> =
        finding.BeyondGaussian |> Option.defaultValue finding.Fit.Held

    let private isAbove (a: Estimate<nat>) (b: Estimate<nat>) : bool =
        let difference = Estimate.subtract a b
        difference.Value > 3.0 * difference.StandardError

    /// Which estimator is reported, and why.
    let private choose (data: InformationData) (lines: MethodEstimate list) (finding: VariationalFinding option) =
        let has name =
            lines |> List.exists (fun l -> l.Method = name)

        let first = lines |> List.tryHead |> Option.map (fun l -> l.Method)
        let columns = continuousColumns data.Pair

        match finding, lines with
        | None, _ ->
            let reason =
                if data.Rows / data.BlockRows < VariationalEstimators.MinimumRows then
                    $"Too few rows for critics (fewer than {VariationalEstimators.MinimumRows} independent blocks)."
                else
                    "Every pair of symbols occurs often enough for counts."

            first, reason
        | Some found, line :: _ when columns <= MostColumnsForNeighbours && isAbove found.Fit.Held line.Estimate ->
            Some centred, $"{line.Method} lies below the lower bound by critics, so these are reported."
        | Some _, _ :: _ when columns <= MostColumnsForNeighbours && ClosedEstimators.singletons data.Pair = 0.0 ->
            first, $"{columns} columns are few enough for nearest neighbours."
        | Some found, _ when has "copula" && (gain found).Value <= 2.0 * (gain found).StandardError ->
            Some "copula",
            "Critics find nothing beyond a Gaussian copula on rows that they have not seen, so its closed form is reported."
        | Some _, _ -> Some centred, "Critics see more than the estimators without training, so they are reported."

    let private runClosed key (data: InformationData) (names: string list) =
        let results =
            names
            |> List.choose ClosedEstimators.tryFind
            |> List.choose (fun e -> Headline.lineOfClosed key data.Pair e |> Option.map (fun r -> e, r))

        let lines = results |> List.choose (fun (_, r) -> Result.toOption r)

        let notes =
            results
            |> List.choose (fun (e, r) ->
                match r with
                | Ok _ -> None
                | Error faults ->
                    let why = faults |> List.map MiceError.message |> String.concat " "
                    Some $"{e.Name} could not be used: {why}")

        let faults =
            results
            |> List.collect (fun (_, r) ->
                match r with
                | Ok _ -> []
                | Error found -> found)

        struct (lines, notes, faults)

    let private critics name run data =
        let struct (seconds, result) =
            Headline.timed (fun () -> VariationalEstimators.run name (Run.named "critics" run) data)

        result |> Result.map (fun finding -> finding, Headline.lineOfCritics finding seconds)

    let private finish
        key
        data
        (lines: MethodEstimate list)
        (finding: (VariationalFinding * MethodEstimate) option)
        name
        =
        match finding, ClosedEstimators.tryFind name with
        | _, Some estimator -> Headline.ofClosed key data estimator (lines |> List.find (fun l -> l.Method = name))
        | Some(found, _), None when name = centred -> Headline.ofCritics name found.Centred found
        | Some(found, line), None -> Headline.ofCritics line.Method found.Fit.Held found
        | None, None -> invalidOp $"{name} has not been run."

    let private auto (run: Run) (data: InformationData) =
        let key = run.Key
        let struct (lines, skipped, faults) = runClosed key data (closedNames data.Pair)

        let finding =
            if wantsCritics data then
                critics PortfolioBound run data |> Result.map Some
            else
                Ok None

        match finding with
        | Error e -> Error e
        | Ok None when List.isEmpty lines -> Error faults
        | Ok finding ->
            let name, reason = choose data lines (Option.map fst finding)

            Ok
                {
                    Headline = finish key data lines finding (Option.get name)
                    Estimates =
                        lines
                        @ (finding
                           |> Option.map (fun (found, line) -> [ line; Headline.lineOfCentred found ])
                           |> Option.defaultValue [])
                    Notes = reason :: skipped
                }

    /// One estimator by name.
    let private single name (run: Run) (data: InformationData) =
        let key = run.Key

        match ClosedEstimators.tryFind name with
        | Some estimator ->
            match Headline.lineOfClosed key data.Pair estimator with
            | None ->
                let given = $"{estimator.Name} ({estimator.Remark})"

                Error
                    [
                        MiceError.OutOfRange("the estimator", given, "one for data of this kind, or auto")
                    ]
            | Some(Error faults) -> Error faults
            | Some(Ok line) ->
                Ok
                    {
                        Headline = Headline.ofClosed key data estimator line
                        Estimates = [ line ]
                        Notes = []
                    }
        | None ->
            critics name run data
            |> Result.map (fun (found, line) ->
                {
                    Headline = finish key data [] (Some(found, line)) name
                    Estimates = [ line; Headline.lineOfCentred found ]
                    Notes = []
                })

    /// Runs the estimator of a name, or those that the data ask for.
    let run (method: string) (run: Run) (data: InformationData) =
        if method = "auto" then
            auto run data
        else
            single method run data
