using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using Mice.Atoms;
using Mice.Entropy;
using Mice.Samplers;
using Mice.Tensors;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>From F# values to plain .NET ones and back.</summary>
internal static class Conversion
{
    public static Snapshot[] Snapshots(IReadOnlyList<AtomSnapshot> snapshots) =>
        snapshots.Select(s => s.Value).ToArray();

    /// <summary>A value of a frame as plain .NET.</summary>
    public static object Plain(FrameValue value) =>
        value switch
        {
            FrameValue.Real real => real.Item,
            FrameValue.Integer integer => integer.Item,
            FrameValue.Boolean boolean => boolean.Item,
            FrameValue.Text text => text.Item,
            FrameValue.Vector vector => Array.AsReadOnly(vector.Item),
            FrameValue.Words words => Array.AsReadOnly(words.Item),
            FrameValue.Matrix matrix => matrix.Item.Clone(),
            _ => throw new InvalidOperationException($"A value of a frame is of an unknown kind: {value}."),
        };

    /// <summary>A column of atoms as plain .NET.</summary>
    public static object Plain(ColumnValues values) =>
        values switch
        {
            ColumnValues.Reals reals => Array.AsReadOnly(reals.Item),
            ColumnValues.Integers integers => Array.AsReadOnly(integers.Item),
            ColumnValues.Booleans booleans => Array.AsReadOnly(booleans.Item),
            ColumnValues.Texts texts => Array.AsReadOnly(texts.Item),
            _ => throw new InvalidOperationException($"A column of atoms is of an unknown kind: {values}."),
        };

    /// <summary>A copy of lattice snapshots, [snapshots, rows, columns].</summary>
    public static LatticeSnapshots<T> Snapshots<T>(T[,,] values)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(values);
        var (count, rows, columns) = (values.GetLength(0), values.GetLength(1), values.GetLength(2));

        if (rows == 0 || columns == 0)
        {
            throw MiceException.Of(MiceError.NewTooFewData("sites of a snapshot", 0, 1, "The indices are [snapshots, rows, columns]."));
        }

        return new([rows, columns], Enumerable.Range(0, count).Select(n => Sites(values, n).ToArray()).ToArray());
    }

    /// <summary>The same as a table of all sites.</summary>
    /// <exception cref="MiceException">The lattice has more or fewer than two axes.</exception>
    public static T[,,] Table<T>(LatticeSnapshots<T> snapshots)
        where T : struct
    {
        if (snapshots.Shape.Length != 2)
        {
            throw MiceException.Of(
                MiceError.NewOutOfRange("number of axes", snapshots.Shape.Length.ToString(CultureInfo.InvariantCulture), "2; LatticeSnapshotFile.ReadAsync has any")
            );
        }

        var values = new T[snapshots.Sites.Length, snapshots.Shape[0], snapshots.Shape[1]];

        for (var n = 0; n < snapshots.Sites.Length; n++)
        {
            snapshots.Sites[n].CopyTo(Sites(values, n));
        }

        return values;
    }

    /// <summary>The sites of one snapshot, row by row.</summary>
    private static Span<T> Sites<T>(T[,,] values, int snapshot)
        where T : struct =>
        MemoryMarshal.CreateSpan(ref values[snapshot, 0, 0], values.GetLength(1) * values.GetLength(2));

    public static IReadOnlyList<ResultCheck> Checks(IEnumerable<Check> checks) =>
        checks.Select(c => new ResultCheck(c.Name, c.Passed, c.Detail)).ToArray();

    public static IReadOnlyList<KeyValuePair<string, string>> Settings(IEnumerable<Tuple<string, string>> settings) =>
        settings.Select(s => KeyValuePair.Create(s.Item1, s.Item2)).ToArray();

    public static MeasuredValue? Optional(FSharpOption<Estimate>? estimate) =>
        estimate is null ? null : MeasuredValue.From(estimate.Value);

    /// <summary>The CUDA device of a number, or the processor without a number.</summary>
    public static Device Device(int? cuda)
    {
        if (cuda is not { } index)
        {
            return Mice.Device.Cpu;
        }

        var loaded = Engine.load();
        var device = loaded.IsOk ? Tensors.Device.tryCuda(index) : FSharpResult<Device, MiceError>.NewError(loaded.ErrorValue);
        return device.IsOk ? device.ResultValue : throw MiceException.Of(device.ErrorValue);
    }

    public static FSharpFunc<Progress, Unit> Progress(IProgress<EstimationProgress>? listener) =>
        FuncConvert.FromAction<Progress>(p =>
            listener?.Report(new EstimationProgress(p.Phase, p.Fraction, p.Message))
        );
}
