namespace Mice.Information

open System.Diagnostics
open System.Threading
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
    [<Literal>]
    let private Centred = "infonce-centred"

    /// Share of symbol pairs seen once above which counts say too little.
    [<Literal>]
    let private MostSingletons = 0.2

    let private timed (work: unit -> 'a) : struct (float * 'a) =
        let clock = Stopwatch.StartNew()
        let result = work ()
        struct (clock.Elapsed.TotalSeconds, result)

    /// Shuffles of estimators without training, and the most rows of each.
    let private shuffles, shuffledRows = 6, 10000

    /// 2 I(N) − I(N/2), with half of the difference in its error.
    let private extrapolated (value: Estimate<nat>) (fromHalf: float<nat>) =
        let change = value.Value - fromHalf

        let error =
            sqrt (value.StandardError * value.StandardError + 0.25 * change * change)

        Estimate.create (value.Value + change) error Direction.NoBound

    /// One closed estimator: its line of the table and, when it is the headline, what it is judged by.
    let private closed key (pair: PreparedPair) (estimator: ClosedEstimator) =
        let struct (seconds, result) =
            timed (fun () -> estimator.Estimate (Key.named estimator.Name key) pair)

        result
        |> Option.map (
            Result.map (fun estimate ->
                {
                    Method = estimator.Name
                    Estimate = estimate
                    Seconds = seconds
                    Remark = estimator.Remark
                    Curves = []
                })
        )

    /// The mean over several shuffles; its error is the larger of their spread's and their own.
    let private shuffled key (data: InformationData) (again: PreparedPair -> Estimate<nat> option) : Estimate<nat> =
        let rows = min data.Rows shuffledRows
        let pair = InformationData.take (Array.init rows id) data.Pair
        let generator = key |> Key.named "shift" |> Key.generator

        let found =
            Array.init shuffles (fun _ -> InformationData.rolled (rows / 4 + generator.NextInt(max 1 (rows / 2))) pair)
            |> Array.choose again

        if found.Length < shuffles then
            Estimate.create (nan * 1.0<nat>) (nan * 1.0<nat>) Direction.NoBound
        else
            let mean =
                found |> Array.map (fun e -> e.Value) |> Statistics.estimate Direction.NoBound

            let own =
                sqrt (found |> Array.averageBy (fun e -> e.StandardError * e.StandardError)) / sqrt (float shuffles)

            { mean with
                StandardError = max mean.StandardError own
            }

    let private headlineOf key (data: InformationData) (estimator: ClosedEstimator) (line: MethodEstimate) : Headline =
        let again pair =
            match estimator.Estimate (Key.named estimator.Name key) pair with
            | Some(Ok found) -> Some found
            | _ -> None

        let half first =
            Array.init (data.Rows / 2) (fun i -> first + i)

        let halves =
            [ half 0; half (data.Rows / 2) ]
            |> List.choose (fun rows -> InformationData.take rows data.Pair |> again)

        {
            Method = line.Method
            Estimate = line.Estimate
            Shuffled = shuffled key data again
            Extrapolation =
                if halves.Length = 2 then
                    halves |> List.averageBy (fun h -> h.Value) |> extrapolated line.Estimate |> Some
                else
                    None
            Critics = None
        }

    let private lineOf (finding: VariationalFinding) seconds : MethodEstimate =
        {
            Method = finding.Name
            Estimate = finding.Fit.Held
            Seconds = seconds
            Remark = $"critics, on rows that they have not seen; {finding.Fit.Folds.Length} parts"
            Curves = finding.Fit.Folds |> List.map (fun f -> f.Curve)
        }

    let private headlineOfCritics (name: string) (value: Estimate<nat>) (finding: VariationalFinding) : Headline =
        {
            Method = name
            Estimate = value
            // Overfitting shifts bounds on independent data below 0; halfway to the training rows it cancels.
            Shuffled = finding.Shuffled.Centred
            Extrapolation = Some(extrapolated value (value.Value - finding.FromHalf))
            Critics = Some finding
        }

    let private centredLine (finding: VariationalFinding) : MethodEstimate =
        {
            Method = Centred
            Estimate = finding.Centred
            Seconds = 0.0
            Remark = "the same critics, halfway between training rows and rows that they have not seen"
            Curves = []
        }

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
        let error =
            sqrt (a.StandardError * a.StandardError + b.StandardError * b.StandardError)

        a.Value - b.Value > 3.0 * error

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
            Some Centred, $"{line.Method} lies below the lower bound by critics, so these are reported."
        | Some _, _ :: _ when columns <= MostColumnsForNeighbours && ClosedEstimators.singletons data.Pair = 0.0 ->
            first, $"{columns} columns are few enough for nearest neighbours."
        | Some found, _ when has "copula" && (gain found).Value <= 2.0 * (gain found).StandardError ->
            Some "copula",
            "Critics find nothing beyond a Gaussian copula on rows that they have not seen, so its closed form is reported."
        | Some _, _ -> Some Centred, "Critics see more than the estimators without training, so they are reported."

    let private runClosed key (data: InformationData) (names: string list) =
        let results =
            names
            |> List.choose ClosedEstimators.tryFind
            |> List.choose (fun e -> closed key data.Pair e |> Option.map (fun r -> e, r))

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

    let private critics key options name data store report cancel =
        let struct (seconds, result) =
            timed (fun () -> VariationalEstimators.run (Key.named "critics" key) options name data store report cancel)

        result |> Result.map (fun finding -> finding, lineOf finding seconds)

    let private finish
        key
        data
        (lines: MethodEstimate list)
        (finding: (VariationalFinding * MethodEstimate) option)
        name
        =
        match finding, ClosedEstimators.tryFind name with
        | _, Some estimator -> headlineOf key data estimator (lines |> List.find (fun l -> l.Method = name))
        | Some(found, _), None when name = Centred -> headlineOfCritics Centred found.Centred found
        | Some(found, line), None -> headlineOfCritics line.Method found.Fit.Held found
        | None, None -> invalidOp $"{name} has not been run."

    let private auto key options (data: InformationData) store report cancel =
        let struct (lines, skipped, faults) = runClosed key data (closedNames data.Pair)

        let finding =
            if wantsCritics data then
                critics key options PortfolioBound data store report cancel |> Result.map Some
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
                           |> Option.map (fun (found, line) -> [ line; centredLine found ])
                           |> Option.defaultValue [])
                    Notes = reason :: skipped
                }

    /// One estimator by name.
    let private single key (options: MutualInformationOptions) (data: InformationData) store report cancel =
        match ClosedEstimators.tryFind options.Method with
        | Some estimator ->
            match closed key data.Pair estimator with
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
                        Headline = headlineOf key data estimator line
                        Estimates = [ line ]
                        Notes = []
                    }
        | None ->
            critics key options options.Method data store report cancel
            |> Result.map (fun (found, line) ->
                {
                    Headline = finish key data [] (Some(found, line)) options.Method
                    Estimates =
                        [
                            line
                            { centredLine found with
                                Method = $"{options.Method}-centred"
                            }
                        ]
                    Notes = []
                })

    /// Runs what the options ask for.
    let run key (options: MutualInformationOptions) data store report (cancel: CancellationToken) =
        if options.Method = "auto" then
            auto key options data store report cancel
        else
            single key options data store report cancel
