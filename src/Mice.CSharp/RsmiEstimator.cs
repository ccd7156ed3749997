using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Rsmi;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>
/// Finds the coarse variables of a block that share most with its far environment (real-space mutual information), in models or in configurations that
/// are given. Stateless and safe to share between threads.
/// </summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class RsmiEstimator(RsmiOptions? options = null)
{
    private readonly RsmiOptions chosen = options ?? new();

    /// <summary>Draws spins of the Ising model E = −J Σ ss′, k_B = 1, on a square torus and finds filters.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <param name="coupling">J: 1 for the ferromagnet, −1 for the antiferromagnet.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>Temperature after temperature, at each the buffers in their order.</returns>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<RsmiEstimate>> IsingAsync(
        int size,
        IReadOnlyList<double> temperatures,
        double coupling = 1.0,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => ScanAsync(RsmiSystemModule.ising(size, coupling, chosen.Configurations), temperatures, progress, cancellationToken);

    /// <summary>Draws coverings of a square torus by interacting dimers, E = −(pairs side by side), k_B = 1, and finds filters.</summary>
    /// <param name="size">Rows and columns, even.</param>
    /// <param name="temperatures">T, one or more.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>Temperature after temperature, at each the buffers in their order. Weights: bonds to the right first, then those down.</returns>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<RsmiEstimate>> DimersAsync(
        int size,
        IReadOnlyList<double> temperatures,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => ScanAsync(RsmiSystemModule.dimers(size, chosen.Configurations), temperatures, progress, cancellationToken);

    /// <summary>Draws masses of a ring with chipping at rate 1 and aggregation, mean mass 1 a site, and finds filters.</summary>
    /// <param name="size">Sites of the ring.</param>
    /// <param name="hopRates">Rates at which whole masses hop, one or more.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>Rate after rate, at each the buffers in their order.</returns>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<RsmiEstimate>> ChippingAsync(
        int size,
        IReadOnlyList<double> hopRates,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => ScanAsync(RsmiSystemModule.chipping(size, chosen.Configurations), hopRates, progress, cancellationToken);

    /// <summary>Finds filters of configurations from elsewhere.</summary>
    /// <param name="configurations">The configurations; copied.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>A result for each buffer.</returns>
    /// <exception cref="MiceException">Something given failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<RsmiEstimate>> EstimateAsync(
        RsmiConfigurations configurations,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(configurations);
        var source = configurations.ToSource();
        var geometries = ListModule.OfSeq(chosen.Buffers.Select(chosen.ToGeometry));

        return Found(
            () => RsmiScan.ofSource(chosen.ToOptions(), chosen.ToRun(progress, cancellationToken), geometries, double.NaN, source),
            FSharpOption<RsmiSystem>.None,
            cancellationToken
        );
    }

    private Task<IReadOnlyList<RsmiEstimate>> ScanAsync(
        RsmiSystem system,
        IReadOnlyList<double> values,
        IProgress<EstimationProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var asked = ListModule.OfSeq(values);
        var buffers = ListModule.OfSeq(chosen.Buffers);

        return Found(
            () =>
                RsmiScan.run(
                    chosen.ToOptions(),
                    chosen.ToRun(progress, cancellationToken),
                    chosen.ToGeometry(0),
                    buffers,
                    system,
                    asked
                ),
            FSharpOption<RsmiSystem>.Some(system),
            cancellationToken
        );
    }

    private static Task<IReadOnlyList<RsmiEstimate>> Found(
        Func<FSharpResult<FSharpList<RsmiPoint>, FSharpList<MiceError>>> find,
        FSharpOption<RsmiSystem> system,
        CancellationToken cancellationToken
    ) =>
        Task.Run<IReadOnlyList<RsmiEstimate>>(
            () => MiceException.Unwrap(find()).Select(p => Origin.Remember(Tuple.Create(system, p), Plain(system, p))).ToArray(),
            cancellationToken
        );

    /// <summary>Operators that filters of a system are compared with; none for configurations from elsewhere.</summary>
    internal static FSharpList<FilterOperator> Operators(FSharpOption<RsmiSystem>? system, int block) =>
        system is null ? FSharpList<FilterOperator>.Empty : system.Value.Operators.Invoke(block);

    private static RsmiEstimate Plain(FSharpOption<RsmiSystem> system, RsmiPoint p)
    {
        var operators = Operators(system, p.Geometry.Block);

        return new()
        {
            Parameter = double.IsNaN(p.Value) ? null : p.Value,
            Block = p.Geometry.Block,
            Buffer = p.Geometry.Buffer,
            Environment = p.Geometry.Environment?.Value,
            Information = MeasuredValue.From(p.Result.Information),
            Filters = p.Result.Best.Filters.Select(f => f.ToArray()).ToArray(),
            Overlaps = p.Result.Best.Filters.Select(f => Overlaps(operators, f)).ToArray(),
            Certificate = Plain(p.Result.Certificate),
            ValidatedStarts = p.Result.Ensemble.Validated.ToArray(),
            Spectrum = p.Result.Components.Spectrum.Select(MeasuredValue.From).ToArray(),
            Checks = Conversion.Checks(p.SamplerChecks.Concat(p.Result.Checks)),
            Duration = TimeSpan.FromSeconds(p.Result.Seconds),
        };
    }

    private static IReadOnlyDictionary<string, double> Overlaps(FSharpList<FilterOperator> operators, double[] filter) =>
        operators.ToDictionary(o => o.Name, o => FilterOperatorModule.overlap(filter, o.Weights));

    private static RsmiCertificate Plain(Certificate c) =>
        new()
        {
            RetrainedBound = MeasuredValue.From(c.RetrainedBound),
            Counted = MeasuredValue.From(c.Counted),
            Entropy = MeasuredValue.From(c.Entropy),
            OnTraining = c.OnTraining,
            Samples = c.Samples,
            Groups = c.Groups,
        };
}
