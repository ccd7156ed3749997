using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Entropy;
using Mice.Entropy.Models;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>
/// Estimates entropies of lattice systems, from nothing or from snapshots that are given. Stateless and safe to share between threads.
/// </summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class LatticeEntropyEstimator(LatticeEntropyEstimatorOptions? options = null)
{
    private readonly LatticeEntropyEstimatorOptions chosen = options ?? new();

    /// <summary>Draws snapshots of a lattice model and estimates its entropy per site, of an <see cref="XYSystem"/> relative to dθ.</summary>
    /// <param name="system">The model.</param>
    /// <param name="temperatures">
    /// Temperatures above 0. Only the integration and networks that are handed on make the result at one depend on the others.
    /// </param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>An estimate for every temperature and method; where energies are integrated, the others have the result as their reference.</returns>
    /// <exception cref="MiceException">
    /// The system, a temperature or an option failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists
    /// every fault.
    /// </exception>
    public Task<IReadOnlyList<LatticeEntropyEstimate>> EstimateAsync(
        LatticeSystem system,
        IReadOnlyList<double> temperatures,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(temperatures);
        var entropy = chosen.ToLatticeEntropyOptions();
        var asked = ListModule.OfSeq(temperatures);

        return Estimated(
            () => system.ToSystem(chosen.Snapshots).Estimate.Invoke(entropy).Invoke(chosen.ToRun(progress, cancellationToken)).Invoke(asked),
            cancellationToken
        );
    }

    /// <summary>Estimates the entropy per site of snapshots of ±1 spins from elsewhere, in equilibrium or not.</summary>
    /// <param name="spins">The snapshots, [snapshots, rows, columns], 16 or more, periodic in rows and columns; copied.</param>
    /// <param name="conditions">What is known of them; null for nothing.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>An estimate for every method.</returns>
    /// <exception cref="MiceException">
    /// The snapshots, the conditions or an option failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists
    /// every fault.
    /// </exception>
    public Task<IReadOnlyList<LatticeEntropyEstimate>> EstimateAsync(
        sbyte[,,] spins,
        LatticeSnapshotConditions? conditions = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => EstimateAsync(LatticeSnapshotSet.OfSpins(spins), conditions, progress, cancellationToken);

    /// <summary>Estimates the entropy per site, relative to dθ, of snapshots of planar spins from elsewhere, in equilibrium or not.</summary>
    /// <param name="angles">The snapshots, [snapshots, rows, columns], 16 or more, in radians, periodic in rows and columns; copied.</param>
    /// <param name="conditions">What is known of them; null for nothing.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>An estimate for every method.</returns>
    /// <exception cref="MiceException">
    /// The snapshots, the conditions or an option failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists
    /// every fault.
    /// </exception>
    public Task<IReadOnlyList<LatticeEntropyEstimate>> EstimateAsync(
        double[,,] angles,
        LatticeSnapshotConditions? conditions = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => EstimateAsync(LatticeSnapshotSet.OfAngles(angles), conditions, progress, cancellationToken);

    /// <summary>Estimates the entropy per site of snapshots from elsewhere, in equilibrium or not; of planar spins relative to dθ.</summary>
    /// <param name="snapshots">16 or more.</param>
    /// <param name="conditions">What is known of them; null for nothing.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>An estimate for every method.</returns>
    /// <exception cref="MiceException">
    /// The snapshots, the conditions or an option failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists
    /// every fault.
    /// </exception>
    public Task<IReadOnlyList<LatticeEntropyEstimate>> EstimateAsync(
        LatticeSnapshotSet snapshots,
        LatticeSnapshotConditions? conditions = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var entropy = chosen.ToLatticeEntropyOptions();
        var known = conditions ?? new();

        return Estimated(
            () =>
                LatticeSnapshotEntropy.estimate(
                    entropy,
                    chosen.ToRun(progress, cancellationToken),
                    known.ToConditions(LatticeGivenModule.shape(snapshots.Value)),
                    snapshots.Value
                ),
            cancellationToken
        );
    }

    private static Task<IReadOnlyList<LatticeEntropyEstimate>> Estimated(
        Func<FSharpResult<FSharpList<LatticeResult>, FSharpList<MiceError>>> estimate,
        CancellationToken cancellationToken
    ) =>
        Task.Run<IReadOnlyList<LatticeEntropyEstimate>>(
            () => MiceException.Unwrap(estimate()).Select(LatticeEntropyEstimate.From).ToArray(),
            cancellationToken
        );
}
