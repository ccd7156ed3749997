using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Autoregressive;
using Mice.Samplers;
using Mice.Segal;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>How entropies are bracketed.</summary>
public sealed record EntropyBracketOptions : EstimatorOptions
{
    /// <summary>Samples whose weights are averaged, 2 or more; the bounds close as they grow.</summary>
    public int Batch { get; init; } = MultiscaleBracket.defaults.Bracket.Batch;

    /// <summary>How many such averages, 2 or more.</summary>
    public int Batches { get; init; } = MultiscaleBracket.defaults.Bracket.Batches;

    /// <summary>Rounds of the chains that give the mean energy, 1 or more.</summary>
    public int Rounds { get; init; } = MultiscaleBracket.defaults.Bracket.Rounds;

    /// <summary>Steps of the training for each class of sites.</summary>
    public int TrainingSteps { get; init; } = MultiscaleBracket.defaults.Law.Steps;

    internal MultiscaleBracketOptions ToOptions()
    {
        var start = MultiscaleBracket.defaults;
        var law = start.Law;

        return new(
            new BracketOptions(Batch, Batches, Rounds, start.Bracket.Operations),
            new MultiscaleOptions(law.Seen, law.Width, TrainingSteps, law.BatchSites, law.LearningRate),
            start.Snapshots
        );
    }
}

/// <summary>An entropy between two bounds, and ln Z.</summary>
public sealed record EntropyBracketResult
{
    /// <summary>T.</summary>
    public required double Temperature { get; init; }

    /// <summary>S/N is at least this, nats.</summary>
    public required MeasuredValue Lower { get; init; }

    /// <summary>S/N is at most this, nats.</summary>
    public required MeasuredValue Upper { get; init; }

    /// <summary>Lower end of the interval that holds S/N with 95 %, nats.</summary>
    public required double IntervalLow { get; init; }

    /// <summary>Upper end of it, nats.</summary>
    public required double IntervalHigh { get; init; }

    /// <summary>ln Z/N is at least this.</summary>
    public required MeasuredValue LogPartitionLower { get; init; }

    /// <summary>ln Z/N is at most this.</summary>
    public required MeasuredValue LogPartitionUpper { get; init; }

    /// <summary>Share of the samples that count, to 1.</summary>
    public required double EffectiveSampleSize { get; init; }

    /// <summary>What failed, such as chains that were not in equilibrium; empty where the numbers can be trusted.</summary>
    public required IReadOnlyList<string> FailedChecks { get; init; }
}

/// <summary>
/// Entropies of spins on square tori between two bounds, by laws whose sites are drawn from coarse to fine. Rows and columns are numbers that a power of two divides into 64 blocks or fewer: 16, 24, 64.
/// </summary>
public static class EntropyBracketEstimator
{
    private static EntropyBracketResult Plain(EntropyBracket b)
    {
        var (low, high) = Bracket.interval(b);

        return new()
        {
            Temperature = b.Conditions.Temperature,
            Lower = MeasuredValue.From(b.Lower),
            Upper = MeasuredValue.From(b.Upper),
            IntervalLow = low,
            IntervalHigh = high,
            LogPartitionLower = MeasuredValue.From(b.LogPartitionLower),
            LogPartitionUpper = MeasuredValue.From(b.LogPartitionUpper),
            EffectiveSampleSize = b.EffectiveSampleSize,
            FailedChecks = b.Checks.Where(c => !c.Passed).Select(c => $"{c.Name}: {c.Detail}").ToArray(),
        };
    }

    private static Task<IReadOnlyList<EntropyBracketResult>> BracketAsync(
        Func<Run, MultiscaleBracketOptions, FSharpList<double>, FSharpResult<FSharpList<EntropyBracket>, FSharpList<MiceError>>> bracket,
        IReadOnlyList<double> temperatures,
        EntropyBracketOptions? options,
        IProgress<EstimationProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(temperatures);
        var chosen = options ?? new();

        return Task.Run<IReadOnlyList<EntropyBracketResult>>(
            () =>
                MiceException
                    .Unwrap(bracket(chosen.ToRun(progress, cancellationToken), chosen.ToOptions(), ListModule.OfSeq(temperatures)))
                    .Select(Plain)
                    .ToArray(),
            cancellationToken
        );
    }

    /// <summary>Brackets the entropy of the Ising model E = −J Σ ss′ − H Σ s, k_B = 1.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <param name="field">H.</param>
    /// <param name="coupling">J.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public static Task<IReadOnlyList<EntropyBracketResult>> IsingAsync(
        int rows,
        int columns,
        IReadOnlyList<double> temperatures,
        double field = 0.0,
        double coupling = 1.0,
        EntropyBracketOptions? options = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        BracketAsync(
            (run, o, t) => MultiscaleBracket.ising(run, o, new IsingModel(Lattice.Square, rows, columns, coupling, field, 1.0), t),
            temperatures,
            options,
            progress,
            cancellationToken
        );

    /// <summary>Brackets the entropy of the XY model E = −J Σ cos(θ − θ′) − H Σ cos θ, k_B = 1, relative to dθ.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <param name="field">H.</param>
    /// <param name="coupling">J.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public static Task<IReadOnlyList<EntropyBracketResult>> XYAsync(
        int rows,
        int columns,
        IReadOnlyList<double> temperatures,
        double field = 0.0,
        double coupling = 1.0,
        EntropyBracketOptions? options = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        BracketAsync(
            (run, o, t) => MultiscaleBracket.xy(run, o, new XYModel(rows, columns, coupling, field, 1.0), t),
            temperatures,
            options,
            progress,
            cancellationToken
        );
}
