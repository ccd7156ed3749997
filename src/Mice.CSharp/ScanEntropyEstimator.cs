using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using Mice.Autoregressive;
using Mice.Entropy;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>How the excess entropy of a phase is estimated atom by atom along random passes. What is null is chosen by the library.</summary>
public sealed record ScanEntropyOptions : ParticleEntropyOptions
{
    /// <summary>How far neighbours are seen, Å.</summary>
    public double? CutoffAngstrom { get; init; }

    internal override ParticleMethod ToMethod()
    {
        var start = Quick ? ScanOptionsModule.quick : ScanOptionsModule.defaults;
        var training = start.Training;

        return ParticleMethod.NewScan(
            new ScanOptions(
                start.Dimension,
                SymmetryOr(start.Symmetry),
                CutoffAngstrom is { } cutoff ? FSharpOption<double>.Some(cutoff) : start.Cutoff,
                Networks ?? start.Networks,
                start.Network,
                new IntensityTrainingOptions(
                    TrainingSteps ?? training.Steps,
                    training.BatchPoints,
                    training.LearningRate
                ),
                start.Passes,
                start.IntegralPoints,
                start.CutoffShares
            )
        );
    }
}

/// <summary>One row of the convergence table.</summary>
/// <param name="CutoffAngstrom">How far neighbours were seen, Å.</param>
/// <param name="ExcessEntropy">Excess entropy at that cut-off, k_B per atom.</param>
public sealed record CutoffEntropy(double CutoffAngstrom, MeasuredValue ExcessEntropy);

/// <summary>The excess entropy of one phase, atom by atom along random passes.</summary>
public sealed record ScanEntropyEstimate : ParticleEntropyEstimate
{
    /// <summary>For values made by hand.</summary>
    public ScanEntropyEstimate() { }

    [SetsRequiredMembers]
    internal ScanEntropyEstimate(ScanResult result)
        : base(result.Bound)
    {
        Calibration = MeasuredValue.From(result.Calibration);
        ByCutoff = result
            .ByCutoff.Select(row => new CutoffEntropy(row.Cutoff, MeasuredValue.From(row.ExcessEntropy)))
            .ToArray();
    }

    /// <summary>Mean of λ/ρ over uniform points; 1 within error when the intensity is calibrated.</summary>
    public required MeasuredValue Calibration { get; init; }

    /// <summary>Convergence in the distance up to which neighbours are seen.</summary>
    public required IReadOnlyList<CutoffEntropy> ByCutoff { get; init; }
}

/// <summary>Estimates the excess entropy of a phase of atoms of one species from its snapshots, atom by atom along random passes. Stateless and safe to share
/// between threads.</summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class ScanEntropyEstimator(ScanEntropyOptions? options = null)
    : ParticleEntropyEstimator<ScanEntropyEstimate>(options ?? new ScanEntropyOptions());
