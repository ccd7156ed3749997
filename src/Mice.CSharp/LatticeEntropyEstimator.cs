using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Entropy;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>Mutual information of two halves of a block.</summary>
/// <param name="Depth">Sites of a half across the cut.</param>
/// <param name="Length">Sites of a half along the cut.</param>
/// <param name="InterfaceLength">Length of the interface, lattice constants.</param>
/// <param name="MutualInformation">Nats.</param>
/// <param name="FromAreaLaw">Extrapolated by the area law, not found by a critic.</param>
/// <param name="Saturated">Too large to be certified by its product pairs.</param>
public sealed record LatticeHalvesInformation(
    int Depth,
    int Length,
    int InterfaceLength,
    MeasuredValue MutualInformation,
    bool FromAreaLaw,
    bool Saturated
);

/// <summary>What one method found at one temperature.</summary>
public sealed record LatticeEntropyEstimate
{
    /// <summary>T, k_B = 1.</summary>
    public required double Temperature { get; init; }

    /// <summary>mice, scan, compression, or the name of a counting estimate.</summary>
    public required string Method { get; init; }

    /// <summary>The method's best estimate, nats per site.</summary>
    public required MeasuredValue EntropyPerSite { get; init; }

    /// <summary>Its upper bound where that is another number, nats per site.</summary>
    public MeasuredValue? UpperBoundPerSite { get; init; }

    /// <summary>βF per site, where the method gives it.</summary>
    public MeasuredValue? ReducedFreeEnergyPerSite { get; init; }

    /// <summary>Energy per site, where known.</summary>
    public MeasuredValue? EnergyPerSite { get; init; }

    /// <summary>Entropy, nats per site, known in another way, where it is; without an error where it is exact.</summary>
    public MeasuredValue? ReferencePerSite { get; init; }

    /// <summary>Where that comes from: enumeration, kaufman, transfer_matrix (the torus), infinite_lattice, integration.</summary>
    public string? ReferenceSource { get; init; }

    /// <summary>Levels of MICE, smallest halves first.</summary>
    public required IReadOnlyList<LatticeHalvesInformation> Levels { get; init; }

    /// <summary>Checks of the sampler and of the method.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>Wall-clock time of the method, without sampling.</summary>
    public required TimeSpan Duration { get; init; }

    internal static LatticeEntropyEstimate From(LatticePoint point) =>
        new()
        {
            Temperature = point.Temperature,
            Method = point.Method,
            EntropyPerSite = MeasuredValue.From(point.EntropyPerSite),
            UpperBoundPerSite = Conversion.Optional(point.Bound),
            ReducedFreeEnergyPerSite = Conversion.Optional(point.ReducedFreeEnergyPerSite),
            EnergyPerSite = Conversion.Optional(point.EnergyPerSite),
            ReferencePerSite = point.Reference is { } known
                ? MeasuredValue.From(known.Value.EntropyPerSite)
                : null,
            ReferenceSource = point.Reference?.Value.Source,
            Levels = point
                .Levels.Select(l => new LatticeHalvesInformation(
                    l.Depth,
                    l.Length,
                    l.InterfaceLength,
                    MeasuredValue.From(l.MutualInformation),
                    l.Estimator != "critic",
                    l.Saturated
                ))
                .ToArray(),
            Checks = Conversion.Checks(point.Checks),
            Duration = TimeSpan.FromSeconds(point.Seconds),
        };
}

/// <summary>Estimates entropies of lattice systems from nothing. Stateless and safe to share between threads.</summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class LatticeEntropyEstimator(LatticeEntropyEstimatorOptions? options = null)
{
    /// <summary>Draws snapshots of an Ising model and estimates its entropy per site.</summary>
    /// <param name="system">The model.</param>
    /// <param name="temperatures">Temperatures above 0; the result at one does not depend on the others.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <returns>An estimate for every temperature and method.</returns>
    /// <exception cref="MiceException">
    /// The system, a temperature or an option failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists
    /// every fault.
    /// </exception>
    public Task<IReadOnlyList<LatticeEntropyEstimate>> EstimateAsync(
        IsingSystem system,
        IReadOnlyList<double> temperatures,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(temperatures);
        var chosen = options ?? new LatticeEntropyEstimatorOptions();

        return Task.Run(
            () =>
            {
                var entropy = chosen.ToIsingEntropyOptions();
                var model = system.ToModel();
                var store = chosen.CheckpointDirectory is { } directory
                    ? FSharpOption<RunStore>.Some(
                        MiceException.Unwrap(IsingEntropy.checkpoints(entropy, model, directory))
                    )
                    : FSharpOption<RunStore>.None;
                var points = IsingEntropy.estimate(
                    entropy,
                    cancellationToken,
                    Conversion.Progress(progress),
                    store,
                    model,
                    ListModule.OfSeq(temperatures)
                );
                return (IReadOnlyList<LatticeEntropyEstimate>)
                    MiceException.Unwrap(points).Select(LatticeEntropyEstimate.From).ToArray();
            },
            cancellationToken
        );
    }
}
