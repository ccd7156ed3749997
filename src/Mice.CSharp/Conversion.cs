using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Atoms;
using Mice.Entropy;
using Mice.Tensors;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>From F# values to plain .NET ones and back.</summary>
internal static class Conversion
{
    public static Snapshot[] Snapshots(IReadOnlyList<AtomSnapshot> snapshots) =>
        snapshots.Select(s => s.Value).ToArray();

    public static IReadOnlyList<ResultCheck> Checks(IEnumerable<Check> checks) =>
        checks.Select(c => new ResultCheck(c.Name, c.Passed, c.Detail)).ToArray();

    public static IReadOnlyList<KeyValuePair<string, string>> Settings(IEnumerable<Tuple<string, string>> settings) =>
        settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)).ToArray();

    public static MeasuredValue? Optional(FSharpOption<Estimate>? estimate) =>
        estimate is null ? null : MeasuredValue.From(estimate.Value);

    /// <summary>The CUDA device of a number, or another device without a number.</summary>
    public static Device Device(int? cuda, Device otherwise)
    {
        if (cuda is not { } index)
        {
            return otherwise;
        }

        var loaded = Engine.load();
        var device = loaded.IsOk ? DeviceModule.tryCuda(index) : FSharpResult<Device, MiceError>.NewError(loaded.ErrorValue);
        return device.IsOk ? device.ResultValue : throw new MiceException([MiceErrorModule.message(device.ErrorValue)]);
    }

    public static FSharpFunc<Progress, Unit> Progress(IProgress<EstimationProgress>? listener) =>
        FuncConvert.FromAction<Progress>(p =>
            listener?.Report(new EstimationProgress(p.Phase, p.Fraction, p.Message))
        );
}
