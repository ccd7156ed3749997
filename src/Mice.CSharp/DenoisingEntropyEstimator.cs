using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Denoising;
using Mice.Entropy;

namespace Mice.CSharp;

/// <summary>How the excess entropy of a phase is estimated by the noise that networks find. What is null is chosen by the library.</summary>
public sealed record DenoisingEntropyOptions : EstimatorOptions
{
    /// <summary>Number of dimensions, 1, 2 or 3: the first so many coordinates count.</summary>
    public int? Dimension { get; init; }

    /// <summary>The symmetry of a crystal: of a cubic one with one atom in each cell of its lattice, fewer snapshots tell more.</summary>
    public SystemSymmetry? Symmetry { get; init; }

    /// <summary>Networks trained independently; 2 or more.</summary>
    public int? Networks { get; init; }

    /// <summary>Training steps of each network.</summary>
    public int? TrainingSteps { get; init; }

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    /// <summary>A short run for a first look; the bound is looser.</summary>
    public bool Quick { get; init; }

    internal DenoisingOptions ToDenoisingOptions()
    {
        var start = Quick ? DenoisingOptionsModule.quick : DenoisingOptionsModule.defaults;

        return new DenoisingOptions(
            Dimension ?? start.Dimension,
            start.Phase,
            Symmetry is { } chosen ? ScanEntropyOptions.ToSymmetry(chosen) : start.Symmetry,
            Networks ?? start.Networks,
            start.Network,
            new DenoiserTrainingOptions(TrainingSteps ?? start.Training.Steps, start.Training.LearningRate),
            start.Sets
        );
    }
}

/// <summary>How much of the noise of one strength is found.</summary>
/// <param name="SigmaAngstrom">Standard deviation of the noise, Å.</param>
/// <param name="Explained">d − m(σ), a number: of a fluid −s_ex is its integral over ln σ.</param>
public sealed record ExplainedNoiseLevel(double SigmaAngstrom, MeasuredValue Explained);

/// <summary>The excess entropy of a fluid or crystal, by the noise that networks find.</summary>
/// <remarks>The error of the bound is statistical: it does not contain how far the bound lies above the truth; see <c>Looseness</c>.</remarks>
public sealed record DenoisingEntropyEstimate
{
    /// <summary>Entropy above that of the ideal gas of the same density, k_B per atom; an upper bound.</summary>
    public required MeasuredValue ExcessEntropy { get; init; }

    /// <summary>
    /// How far the bound lies above the entropy, k_B per atom, estimated to second order from the scatter of the likelihoods of the
    /// snapshots; null where their energies are not known.
    /// </summary>
    public MeasuredValue? Looseness { get; init; }

    /// <summary>The bound less its looseness, k_B per atom, with a quarter of the looseness in its error; null with that.</summary>
    public MeasuredValue? Corrected { get; init; }

    /// <summary>The bound from each network, k_B per atom.</summary>
    public required IReadOnlyList<MeasuredValue> NetworkEntropies { get; init; }

    /// <summary>The integrand by strength of the noise.</summary>
    public required IReadOnlyList<ExplainedNoiseLevel> Levels { get; init; }

    /// <summary>Mean volume per atom of the snapshots, Å³.</summary>
    public required double VolumePerAtomAngstrom3 { get; init; }

    /// <summary>Wall-clock time of the estimate.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Checks that the estimate made of itself.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>Every setting that the result depends on.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);

    internal static DenoisingEntropyEstimate From(DenoisingResult result) =>
        Origin.Remember(
            result,
            new DenoisingEntropyEstimate
            {
                ExcessEntropy = MeasuredValue.From(result.ExcessEntropy),
                Looseness = Conversion.Optional(result.Looseness),
                Corrected = Conversion.Optional(result.Corrected),
                NetworkEntropies = result.NetworkEntropies.Select(MeasuredValue.From).ToArray(),
                Levels = result
                    .Levels.Select(level => new ExplainedNoiseLevel(level.Sigma, MeasuredValue.From(level.Explained)))
                    .ToArray(),
                VolumePerAtomAngstrom3 = result.VolumePerAtom,
                Duration = TimeSpan.FromSeconds(result.Seconds),
                Checks = Conversion.Checks(result.Checks),
                Settings = Conversion.Settings(result.Settings),
            }
        );
}

/// <summary>Estimates the excess entropy of a fluid or crystal from its snapshots. Stateless and safe to share between threads.</summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class DenoisingEntropyEstimator(DenoisingEntropyOptions? options = null)
{
    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="snapshots">8 snapshots or more of one phase in time order, the same atoms in all, of any species.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <param name="run">Takes the thermal noise of the snapshots out and tells how loose the bound is; null for neither.</param>
    /// <exception cref="MiceException">
    /// An option or the data failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists every fault.
    /// </exception>
    public Task<DenoisingEntropyEstimate> EstimateAsync(
        IReadOnlyList<AtomSnapshot> snapshots,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default,
        ThermalRun? run = null
    )
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var chosen = options ?? new DenoisingEntropyOptions();

        return Task.Run(
            () =>
            {
                var values = Conversion.Snapshots(snapshots);
                var control = run?.ToControl(values);
                var found = MiceException.Unwrap(
                    DenoisingEntropy.estimate(
                        chosen.ToDenoisingOptions(),
                        chosen.ToRun(progress, cancellationToken, chosen.CudaDevice),
                        values
                    )
                );
                return DenoisingEntropyEstimate.From(
                    control is null ? found : DenoisingEntropy.withControl(control, found)
                );
            },
            cancellationToken
        );
    }
}
