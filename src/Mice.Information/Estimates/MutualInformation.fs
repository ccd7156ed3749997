namespace Mice.Information

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Mice

/// Mutual information from samples: estimators chosen by the kind of data, the number of columns and of rows, with a report on how far the result can
/// be trusted.
[<RequireQualifiedAccess>]
module MutualInformation =
    /// Names for MutualInformationOptions.Method, with a few words each.
    let methods: (string * string) list =
        let ofBound (name, method: VariationalMethod) =
            name, $"critics, {method.Bound.Formula}"

        ("auto", "chosen from the data") :: (ClosedEstimators.all |> List.map (fun e -> e.Name, e.Remark))
        @ List.map ofBound VariationalMethod.all

    let private optionFaults (o: MutualInformationOptions) (rows: int) : MiceError list =
        let known = List.map fst methods

        [
            if not (List.contains o.Method known) then
                MiceError.UnknownName("estimator", o.Method, known)
            if List.contains o.Method VariationalEstimators.names && rows < VariationalEstimators.MinimumRows then
                MiceError.TooFewData(
                    "rows",
                    rows,
                    VariationalEstimators.MinimumRows,
                    "Critics need more; ksg does not."
                )
            match o.BlockRows with
            | Some b when b < 1 -> MiceError.OutOfRange("the number of rows in a block", string b, "1 or more")
            | _ -> ()
        ]

    let private describe (o: MutualInformationOptions) : (string * string) list =
        let optional show value =
            value |> Option.map show |> Option.defaultValue "from the data"

        [
            "method", o.Method
            "kind_x", optional VariableKind.name o.KindX
            "kind_y", optional VariableKind.name o.KindY
            "block_rows", optional string o.BlockRows
        ]

    let private digest (samples: Sample list) : string =
        RunStore.digest (fun writer ->
            for sample in samples do
                writer.Write sample.Rows
                writer.Write sample.Columns
                writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan sample.Values)))

    let private result options run (x: Sample) (y: Sample) (data: InformationData) (found: PortfolioResult) seconds =
        let reliability =
            MutualInformationReport.reliability data found.Headline found.Estimates

        {
            MutualInformation = found.Headline.Estimate
            Method = found.Headline.Method
            Estimates = found.Estimates
            Reliability = reliability
            Checks = MutualInformationReport.checks data found.Headline found.Estimates reliability
            KindX = InformationData.kindOf data.Pair.X
            KindY = InformationData.kindOf data.Pair.Y
            Rows = x.Rows
            ColumnsX = x.Columns
            ColumnsY = y.Columns
            Notes = data.Notes @ found.Notes
            Settings = describe options @ Run.describe run @ [ "blocks_of_rows", string data.BlockRows ]
            Seconds = seconds
        }

    /// <summary>Estimates I(X; Y) in nats.</summary>
    /// <remarks>Continuous columns are replaced by normal scores. "auto": with three columns or fewer the KSG estimate; with more, critics trained on InfoNCE,
    /// which start from the Gaussian of the same covariances and are cross-fitted on four parts of the rows, reported halfway between their values on
    /// training rows and on others (see <c>CrossFitted</c>); the Gaussian copula's closed form where critics find nothing beyond it. A label and few
    /// columns: Ross. Two labels: Grassberger, or critics where more than a fifth of the pairs occur once.</remarks>
    /// <param name="options">How.</param>
    /// <param name="run">Key, threads, device and so on; a store belongs to options, key, device and data.</param>
    /// <param name="x">X, [N; d_x], N at least 50.</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <returns>Every fault of options, run and data: UnknownName, OutOfRange, Mismatch, TooFewData; BadFile for a damaged checkpoint.</returns>
    let estimate
        (options: MutualInformationOptions)
        (run: Run)
        (x: Sample)
        (y: Sample)
        : Result<MutualInformationResult, MiceError list> =
        let clock = Stopwatch.StartNew()

        let conditions () =
            ("samples_sha256", digest [ x; y ]) :: describe options

        validate {
            let! () = optionFaults options x.Rows
            and! data = InformationData.prepare options run.Key x y
            and! () = Run.faults run
            let! claimed = Run.claim "mutual information" conditions run
            let! found = Portfolio.run options.Method (Run.within 0.0 0.98 "" claimed) data
            return result options run x y data found clock.Elapsed.TotalSeconds
        }
