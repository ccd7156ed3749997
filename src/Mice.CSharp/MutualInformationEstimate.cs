using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Information;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>One point of the training of a critic.</summary>
/// <param name="Step">Training steps so far.</param>
/// <param name="BatchObjective">Mean objective on the batches since the point before, nats.</param>
/// <param name="ValidationObjective">Objective on the validation rows, nats; NaN when it was not looked at.</param>
public readonly record struct TrainingPoint(int Step, double BatchObjective, double ValidationObjective);

/// <summary>What one estimator says of a mutual information.</summary>
/// <param name="Method">Its name.</param>
/// <param name="MutualInformation">Nats, with error and direction.</param>
/// <param name="Duration">Wall-clock time.</param>
/// <param name="Remark">What it is and what it had to do to the data.</param>
/// <param name="TrainingCurves">One for each critic that it trained.</param>
public sealed record MethodInformation(
    string Method,
    MeasuredValue MutualInformation,
    TimeSpan Duration,
    string Remark,
    IReadOnlyList<IReadOnlyList<TrainingPoint>> TrainingCurves
)
{
    internal static MethodInformation From(MethodEstimate estimate) =>
        new(
            estimate.Method,
            MeasuredValue.From(estimate.Estimate),
            TimeSpan.FromSeconds(estimate.Seconds),
            estimate.Remark,
            estimate
                .Curves.Select(curve => curve.Select(p => new TrainingPoint(p.Step, -p.Loss, p.Held is null ? double.NaN : -p.Held.Value)).ToArray())
                .ToArray()
        );
}

/// <summary>Two estimators that disagree.</summary>
/// <param name="First">One of them.</param>
/// <param name="Second">The other.</param>
/// <param name="StandardErrors">Their difference in units of its standard error.</param>
public sealed record MethodDisagreement(string First, string Second, double StandardErrors);

/// <summary>How far an estimate can be trusted. What an estimator does not have is null.</summary>
public sealed record ReliabilityReport
{
    /// <summary>Bound on training rows less bound on test rows, nats; null without critics.</summary>
    public MeasuredValue? TrainTestGap { get; init; }

    /// <summary>Product pairs that the bound averaged over; null without critics.</summary>
    public double? ProductPairs { get; init; }

    /// <summary>How many of them carry the average; null without critics.</summary>
    public double? EffectivePairs { get; init; }

    /// <summary>Whether the estimate is near the largest value that so many samples can show.</summary>
    public required bool Saturated { get; init; }

    /// <summary>The same method on pairs whose Y was taken from other rows, nats: 0 within its error for a sound method.</summary>
    public required MeasuredValue ShuffleBaseline { get; init; }

    /// <summary>What a straight line in 1/N gives for endless data, nats; null where there are too few rows.</summary>
    public MeasuredValue? Extrapolation { get; init; }

    /// <summary>The two estimates that disagree most; null with a single estimate.</summary>
    public MethodDisagreement? LargestDisagreement { get; init; }

    /// <summary>min(H(X), H(Y)), nats, above which no mutual information lies; null unless a variable is discrete.</summary>
    public MeasuredValue? EntropyLimit { get; init; }

    /// <summary>Continuous columns with equal values, such as "column 2 of X".</summary>
    public required IReadOnlyList<string> TiedColumns { get; init; }

    /// <summary>Largest share of a continuous column's values that occur more than once, 0 to 1.</summary>
    public required double TiedFraction { get; init; }

    /// <summary>Independent rows that the rows are worth.</summary>
    public required double EffectiveRows { get; init; }

    internal static ReliabilityReport From(Reliability reliability) =>
        new()
        {
            TrainTestGap = Conversion.Optional(reliability.TrainTestGap),
            ProductPairs = reliability.ProductPairs?.Value,
            EffectivePairs = reliability.EffectivePairs?.Value,
            Saturated = reliability.Saturated,
            ShuffleBaseline = MeasuredValue.From(reliability.ShuffleBaseline),
            Extrapolation = Conversion.Optional(reliability.Extrapolation),
            LargestDisagreement = reliability.Disagreement?.Value is var (first, second, errors)
                ? new MethodDisagreement(first, second, errors)
                : null,
            EntropyLimit = Conversion.Optional(reliability.EntropyLimit),
            TiedColumns = reliability.Ties.Columns.ToArray(),
            TiedFraction = reliability.Ties.TiedFraction,
            EffectiveRows = reliability.EffectiveRows,
        };
}

/// <summary>A mutual information, all estimates of it, and how far it can be trusted.</summary>
public sealed record MutualInformationEstimate
{
    /// <summary>The mutual information, nats, with error and direction.</summary>
    public required MeasuredValue MutualInformation { get; init; }

    /// <summary>The estimator that it is from.</summary>
    public required string Method { get; init; }

    /// <summary>All estimators that ran, that one included.</summary>
    public required IReadOnlyList<MethodInformation> Estimates { get; init; }

    /// <summary>How far it can be trusted.</summary>
    public required ReliabilityReport Reliability { get; init; }

    /// <summary>Checks that the estimate made of itself.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>What X was taken for; never <c>Automatic</c>.</summary>
    public required SampleKind KindX { get; init; }

    /// <summary>What Y was taken for; never <c>Automatic</c>.</summary>
    public required SampleKind KindY { get; init; }

    /// <summary>What was done to the data and why the estimator was chosen, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Every setting that the result depends on.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>Wall-clock time of the estimate.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);

    internal static MutualInformationEstimate From(MutualInformationResult result) =>
        Origin.Remember(
            result,
            new MutualInformationEstimate
            {
                MutualInformation = MeasuredValue.From(result.MutualInformation),
                Method = result.Method,
                Estimates = result.Estimates.Select(MethodInformation.From).ToArray(),
                Reliability = ReliabilityReport.From(result.Reliability),
                Checks = Conversion.Checks(result.Checks),
                KindX = Kind(result.KindX),
                KindY = Kind(result.KindY),
                Notes = result.Notes.ToArray(),
                Settings = Conversion.Settings(result.Settings),
                Duration = TimeSpan.FromSeconds(result.Seconds),
            }
        );

    private static SampleKind Kind(VariableKind kind) =>
        kind.IsDiscrete ? SampleKind.Discrete : SampleKind.Continuous;
}
