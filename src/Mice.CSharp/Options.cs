using Mice.Atoms;
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

/// <summary>How the excess entropy of one phase is estimated. What is null is chosen by the library. As part of a <see cref="MeltingOptions"/> it has
/// no seed, threads, device and directory of its own.</summary>
public sealed record ScanEntropyOptions : EstimatorOptions
{
    /// <summary>The symmetry of the system; null: isotropic, and cubic for the solid of a <see cref="MeltingEstimator"/>.</summary>
    public SystemSymmetry? Symmetry { get; init; }

    /// <summary>How far neighbours are seen, Å.</summary>
    public double? CutoffAngstrom { get; init; }

    /// <summary>Networks trained independently; 2 or more.</summary>
    public int? Networks { get; init; }

    /// <summary>Training steps of each network.</summary>
    public int? TrainingSteps { get; init; }

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    /// <summary>A short run for a first look; the bound is looser.</summary>
    public bool Quick { get; init; }

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
            start.Passes,
            start.IntegralPoints,
            start.CutoffShares
        );
    }

    internal static Symmetry ToSymmetry(SystemSymmetry symmetry) =>
        symmetry switch
        {
            SystemSymmetry.Isotropic => Atoms.Symmetry.Isotropic,
            SystemSymmetry.Cubic => Atoms.Symmetry.Cubic,
            _ => Atoms.Symmetry.None,
        };
}

/// <summary>Temperature and pressure of both runs, and how both phases are scanned.</summary>
public sealed record MeltingOptions : EstimatorOptions
{
    /// <summary>Temperature of both runs, K; above 0.</summary>
    public required double TemperatureKelvin { get; init; }

    /// <summary>Target pressure of both runs, bar.</summary>
    public double PressureBar { get; init; } = 1.0;

    /// <summary>How the solid is scanned.</summary>
    public ScanEntropyOptions Solid { get; init; } = new();

    /// <summary>How the liquid is scanned.</summary>
    public ScanEntropyOptions Liquid { get; init; } = new();

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    internal Entropy.MeltingOptions ToMeltingOptions()
    {
        foreach (var phase in new[] { Solid, Liquid })
        {
            var unset = new ScanEntropyOptions();

            if (
                phase.CheckpointDirectory is not null
                || phase.CudaDevice is not null
                || phase.Seed != unset.Seed
                || phase.Threads != unset.Threads
            )
            {
                throw new MiceException(
                    ["Seed, Threads, CudaDevice or CheckpointDirectory of one phase is set; set that of the MeltingOptions instead."]
                );
            }
        }

        return new(
            new ThermalConditions(TemperatureKelvin, PressureBar),
            Solid.ToScanOptions(Symmetry.Cubic),
            Liquid.ToScanOptions(Symmetry.Isotropic)
        );
    }
}
