namespace Mice.Information

open System.Diagnostics
open Mice

/// Lines of the table of estimates, and estimates with what they are judged by.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal Headline =
    /// The name of the value of a bound between training rows and others.
    let centred (bound: string) : string = bound + "-centred"

    /// Seconds that the work took, and what it gave.
    let timed (work: unit -> 'a) : struct (float * 'a) =
        let clock = Stopwatch.StartNew()
        let result = work ()
        struct (clock.Elapsed.TotalSeconds, result)

    /// Shuffles of estimators without training, and the most rows of each.
    let private shuffles, shuffledRows = 6, 10000

    /// 2 I(N) − I(N/2), with half of the difference in its error.
    let private extrapolated (value: Estimate<nat>) (fromHalf: float<nat>) =
        let change = value.Value - fromHalf

        Estimate.create (value.Value + change) value.StandardError Direction.NoBound
        |> Estimate.widen (0.5 * change)

    /// The line of an estimator without training; None where the data are of another kind.
    let lineOfClosed key (pair: PreparedPair) (estimator: ClosedEstimator) =
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

    /// An estimator without training as the one to report.
    let ofClosed key (data: InformationData) (estimator: ClosedEstimator) (line: MethodEstimate) : Headline =
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

    /// The line of a bound by critics.
    let lineOfCritics (finding: VariationalFinding) seconds : MethodEstimate =
        {
            Method = finding.Name
            Estimate = finding.Fit.Held
            Seconds = seconds
            Remark = $"critics, on rows that they have not seen; {finding.Fit.Folds.Length} parts"
            Curves = finding.Fit.Folds |> List.map (fun f -> f.Curve)
        }

    /// A value by critics as the one to report.
    let ofCritics (name: string) (value: Estimate<nat>) (finding: VariationalFinding) : Headline =
        {
            Method = name
            Estimate = value
            // Overfitting shifts bounds on independent data below 0; halfway to the training rows it cancels.
            Shuffled = finding.Shuffled.Centred
            Extrapolation = Some(extrapolated value (value.Value - finding.FromHalf))
            Critics = Some finding
        }

    /// The line of the value between training rows and others.
    let lineOfCentred (finding: VariationalFinding) : MethodEstimate =
        {
            Method = centred finding.Name
            Estimate = finding.Centred
            Seconds = 0.0
            Remark = "the same critics, halfway between training rows and rows that they have not seen"
            Curves = []
        }
