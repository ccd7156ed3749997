using Mice.Autoregressive;
using Mice.Entropy;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>The symmetry of a system, declared by its user: all operations under which its ensemble does not change.</summary>
public enum SystemSymmetry
{
    /// <summary>Every rotation and reflection: liquids, gases, glasses.</summary>
    Isotropic,

    /// <summary>Exchange and reversal of the axes: cubic crystals with ⟨100⟩ along x, y, z.</summary>
    Cubic,

    /// <summary>None.</summary>
    None,
}

/// <summary>How the excess entropy of one phase is estimated. What is null is chosen by the library.</summary>
public sealed record ScanEntropyOptions
{
    /// <summary>The symmetry of the system; null: isotropic, and cubic for the solid of a <see cref="MeltingEstimator"/>.</summary>
    public SystemSymmetry? Symmetry { get; init; }

    /// <summary>How far neighbours are seen, Å.</summary>
    public double? CutoffAngstrom { get; init; }

    /// <summary>Networks trained independently; 2 or more.</summary>
    public int? Networks { get; init; }

    /// <summary>Training steps of each network.</summary>
    public int? TrainingSteps { get; init; }

    /// <summary>Same seed, same numbers.</summary>
    public ulong Seed { get; init; } = ScanOptionsModule.defaults.Seed;

    /// <summary>Networks trained at the same time, each on one processor core.</summary>
    public int Threads { get; init; } = ScanOptionsModule.defaults.Threads;

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    /// <summary>A short run for a first look; the bound is looser.</summary>
    public bool Quick { get; init; }

    /// <summary>
    /// Where a <see cref="ScanEntropyEstimator"/> keeps what it needs to go on, to the same result, after it was stopped; null for
    /// nowhere. A directory belongs to one set of options and data. A <see cref="MeltingEstimator"/> has an option of its own.
    /// </summary>
    public string? CheckpointDirectory { get; init; }

    internal ScanOptions ToScanOptions(Symmetry symmetry)
    {
        var start = Quick ? ScanOptionsModule.quick : ScanOptionsModule.defaults;
        var training = start.Training;

        return new ScanOptions(
            start.Dimension,
            Symmetry is { } chosen ? ToSymmetry(chosen) : symmetry,
            CutoffAngstrom is { } cutoff ? FSharpOption<double>.Some(cutoff) : start.Cutoff,
            Networks ?? start.Networks,
            start.Network,
            new IntensityTrainingOptions(
                TrainingSteps ?? training.Steps,
                training.BatchPoints,
                training.LearningRate
            ),
            start.Sweeps,
            start.IntegralPoints,
            start.CutoffShares,
            Seed,
            Conversion.Device(CudaDevice, start.Device),
            Threads
        );
    }

    private static Symmetry ToSymmetry(SystemSymmetry symmetry) =>
        symmetry switch
        {
            SystemSymmetry.Isotropic => Autoregressive.Symmetry.Isotropic,
            SystemSymmetry.Cubic => Autoregressive.Symmetry.Cubic,
            _ => Autoregressive.Symmetry.None,
        };
}

/// <summary>Temperature and pressure of both runs, and how both phases are scanned.</summary>
public sealed record MeltingOptions
{
    /// <summary>Temperature of both runs, K; above 0.</summary>
    public required double TemperatureKelvin { get; init; }

    /// <summary>Target pressure of both runs, bar.</summary>
    public double PressureBar { get; init; } = 1.0;

    /// <summary>How the solid is scanned.</summary>
    public ScanEntropyOptions Solid { get; init; } = new();

    /// <summary>How the liquid is scanned.</summary>
    public ScanEntropyOptions Liquid { get; init; } = new();

    /// <summary>
    /// Where both scans keep what they need to go on, to the same result, after they were stopped; null for nowhere. A directory
    /// belongs to one set of options and data.
    /// </summary>
    public string? CheckpointDirectory { get; init; }

    internal Entropy.MeltingOptions ToMeltingOptions()
    {
        if (Solid.CheckpointDirectory is not null || Liquid.CheckpointDirectory is not null)
        {
            throw new MiceException(["CheckpointDirectory of one phase is set; set that of the MeltingOptions instead."]);
        }

        return new(
            new ThermalConditions(TemperatureKelvin, PressureBar),
            Solid.ToScanOptions(Symmetry.Cubic),
            Liquid.ToScanOptions(Symmetry.Isotropic)
        );
    }
}
