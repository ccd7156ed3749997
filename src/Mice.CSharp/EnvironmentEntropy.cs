using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Atoms;
using Mice.Quests;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>What a set of atomic environments is worth as a whole.</summary>
public sealed record EnvironmentSetEstimate
{
    /// <summary>H, nats: from 0, all environments alike, to the logarithm of their number.</summary>
    public required MeasuredValue Entropy { get; init; }

    /// <summary>D, nats: the logarithm of the number of different environments, however often each of them comes.</summary>
    public required MeasuredValue Diversity { get; init; }

    /// <summary>δH of each environment with respect to the set, nats, in the order of snapshots and atoms: 0 or below.</summary>
    public required IReadOnlyList<double> DeltaEntropyNats { get; init; }

    /// <summary>The bandwidth, 1/Å.</summary>
    public required double BandwidthPerAngstrom { get; init; }

    /// <summary>What a reader should know of the environments, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>What a set of atomic environments holds that a reference does not.</summary>
public sealed record EnvironmentComparisonEstimate
{
    /// <summary>δH of each environment with respect to the reference, nats, in the order of snapshots and atoms: above 0 where nothing like it is known.</summary>
    public required IReadOnlyList<double> DeltaEntropyNats { get; init; }

    /// <summary>The share of environments that are known: δH below the threshold.</summary>
    public required MeasuredValue Overlap { get; init; }

    /// <summary>The share of environments with δH above 0.</summary>
    public required MeasuredValue Novelty { get; init; }

    /// <summary>Mean δH, nats.</summary>
    public required MeasuredValue Mean { get; init; }

    /// <summary>What a reader should know of the environments, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>How frames that say most are chosen.</summary>
public enum FrameChoice
{
    /// <summary>Frames with the environments that are least known yet (maximum set coverage).</summary>
    Coverage,

    /// <summary>Frames that are farthest from those taken.</summary>
    FarthestPoint,

    /// <summary>A frame from each of as many clusters.</summary>
    KMeans,

    /// <summary>Any frames.</summary>
    Random,
}

/// <summary>Entropy, diversity and surprise of the environments of atoms (QUESTS). Stateless and safe to share between threads.</summary>
/// <param name="options">What environments are; null for the defaults.</param>
public sealed class EnvironmentEntropy(EnvironmentEntropyOptions? options = null)
{
    private readonly EnvironmentEntropyOptions chosen = options ?? new();

    /// <summary>H, D and δH of the environments of all atoms of some snapshots.</summary>
    /// <param name="snapshots">One or more; boxes of any shape and size.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">An option or the data failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<EnvironmentSetEstimate> EstimateAsync(
        IReadOnlyList<AtomSnapshot> snapshots,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(snapshots);

        return Task.Run(
            () =>
            {
                var run = chosen.ToRun(progress, cancellationToken);
                var values = Conversion.Snapshots(snapshots);
                var set = Describe(run, Composition.species(values), values);
                var found = MiceException.Unwrap(Quests.EnvironmentEntropy.metrics(run, chosen.Bandwidth, set));

                return new EnvironmentSetEstimate
                {
                    Entropy = MeasuredValue.From(found.Entropy),
                    Diversity = MeasuredValue.From(found.Diversity),
                    DeltaEntropyNats = Array.AsReadOnly(found.Differential),
                    BandwidthPerAngstrom = found.Bandwidth,
                    Notes = EnvironmentsModule.notes(set).ToArray(),
                };
            },
            cancellationToken
        );
    }

    /// <summary>δH of the environments of all atoms of some snapshots with respect to those of a reference, and what it comes to.</summary>
    /// <param name="reference">Snapshots whose environments are known.</param>
    /// <param name="snapshots">Snapshots asked about.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">An option or the data failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<EnvironmentComparisonEstimate> CompareAsync(
        IReadOnlyList<AtomSnapshot> reference,
        IReadOnlyList<AtomSnapshot> snapshots,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(snapshots);

        return Task.Run(
            () =>
            {
                var run = chosen.ToRun(progress, cancellationToken);
                var (known, asked) = (Conversion.Snapshots(reference), Conversion.Snapshots(snapshots));
                var species = Composition.species([.. known, .. asked]);
                var set = Describe(run, species, asked);
                var points = Describe(run, species, known).Points;
                var (found, differential) = MiceException.Unwrap(
                    EnvironmentComparisonModule.create(run, chosen.Bandwidth, chosen.Threshold, KernelIndexModule.exact(points), set)
                );

                return new EnvironmentComparisonEstimate
                {
                    DeltaEntropyNats = Array.AsReadOnly(differential),
                    Overlap = MeasuredValue.From(found.Overlap),
                    Novelty = MeasuredValue.From(found.Novelty),
                    Mean = MeasuredValue.From(found.Mean),
                    Notes = EnvironmentsModule.notes(set).ToArray(),
                };
            },
            cancellationToken
        );
    }

    /// <summary>The snapshots that say most.</summary>
    /// <param name="snapshots">One or more.</param>
    /// <param name="count">How many are kept.</param>
    /// <param name="choice">How they are chosen.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Indices of snapshots, from 0, in the order in which they were taken.</returns>
    /// <exception cref="MiceException">An option or the data failed a check; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<int>> CompressAsync(
        IReadOnlyList<AtomSnapshot> snapshots,
        int count,
        FrameChoice choice = FrameChoice.Coverage,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var method = choice switch
        {
            FrameChoice.Coverage => CompressionMethod.Coverage,
            FrameChoice.FarthestPoint => CompressionMethod.FarthestPoint,
            FrameChoice.KMeans => CompressionMethod.KMeans,
            FrameChoice.Random => CompressionMethod.Random,
            _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "This is none of the known choices."),
        };

        return Task.Run<IReadOnlyList<int>>(
            () =>
            {
                var run = chosen.ToRun(progress, cancellationToken);
                var values = Conversion.Snapshots(snapshots);
                var set = Describe(run, Composition.species(values), values);
                var how = new CompressionOptions(method, chosen.Bandwidth, count, FSharpOption<double>.None);
                return Array.AsReadOnly(
                    MiceException.Unwrap(CompressionModule.create(run, how, FSharpOption<PointSet>.None, set)).Order
                );
            },
            cancellationToken
        );
    }

    private Environments Describe(Run run, string[] species, Snapshot[] snapshots) =>
        MiceException.Unwrap(EnvironmentsModule.ofSpecies(run, chosen.ToEnvironmentOptions(), species, snapshots));
}
