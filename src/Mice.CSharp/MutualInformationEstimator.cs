using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Mice.Information;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>Estimates the mutual information of two variables from samples. Stateless and safe to share between threads.</summary>
/// <param name="options">How; null for the defaults, by which the library chooses the estimator from the data.</param>
public sealed class MutualInformationEstimator(MutualInformationEstimatorOptions? options = null)
{
    /// <summary>Estimates I(X; Y).</summary>
    /// <param name="x">Draws of X.</param>
    /// <param name="y">Draws of Y, row by row those of X.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <exception cref="MiceException">
    /// An option or the data failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists every fault.
    /// </exception>
    public Task<MutualInformationEstimate> EstimateAsync(
        SampleData x,
        SampleData y,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var chosen = options ?? new MutualInformationEstimatorOptions();

        return Task.Run(
            () =>
            {
                var information = chosen.ToMutualInformationOptions();
                var result = MutualInformation.estimate(
                    information,
                    chosen.ToRun(progress, cancellationToken, chosen.CudaDevice),
                    x.Value,
                    y.Value
                );
                return MutualInformationEstimate.From(MiceException.Unwrap(result));
            },
            cancellationToken
        );
    }

    /// <inheritdoc cref="EstimateAsync(SampleData, SampleData, IProgress{EstimationProgress}?, CancellationToken)"/>
    public Task<MutualInformationEstimate> EstimateAsync(
        double[,] x,
        double[,] y,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => EstimateAsync(new SampleData(x), new SampleData(y), progress, cancellationToken);

    /// <inheritdoc cref="EstimateAsync(SampleData, SampleData, IProgress{EstimationProgress}?, CancellationToken)"/>
    public Task<MutualInformationEstimate> EstimateAsync(
        IReadOnlyList<double[]> x,
        IReadOnlyList<double[]> y,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => EstimateAsync(new SampleData(x), new SampleData(y), progress, cancellationToken);
}
