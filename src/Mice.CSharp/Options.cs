using Mice.Atoms;
using Mice.Entropy;

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
public abstract record ParticleEntropyOptions : EstimatorOptions
{
    private protected ParticleEntropyOptions() { }

    /// <summary>The symmetry of the system; null: isotropic for a scan and none for denoising; of a <see cref="MeltingEstimator"/> cubic for the solid and isotropic for the liquid.</summary>
    public SystemSymmetry? Symmetry { get; init; }

    /// <summary>Networks trained independently; 2 or more.</summary>
    public int? Networks { get; init; }

    /// <summary>Training steps of each network.</summary>
    public int? TrainingSteps { get; init; }

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    /// <summary>A short run for a first look; the bound is looser.</summary>
    public bool Quick { get; init; }

    /// <summary>The method with these options; the symmetry is that of its defaults where none is given.</summary>
    internal abstract ParticleMethod ToMethod();

    /// <summary>The method for a phase of a symmetry, where these options do not name another.</summary>
    internal ParticleMethod ToMethod(Symmetry symmetry) =>
        Symmetry is null ? ParticleMethodModule.withSymmetry(symmetry, ToMethod()) : ToMethod();

    private protected Symmetry SymmetryOr(Symmetry fallback) =>
        Symmetry switch
        {
            null => fallback,
            SystemSymmetry.Isotropic => Atoms.Symmetry.Isotropic,
            SystemSymmetry.Cubic => Atoms.Symmetry.Cubic,
            _ => Atoms.Symmetry.None,
        };
}

/// <summary>Temperature and pressure of both runs, and how both entropies are estimated.</summary>
public sealed record MeltingOptions : EstimatorOptions
{
    /// <summary>Temperature of both runs, K; above 0.</summary>
    public required double TemperatureKelvin { get; init; }

    /// <summary>Target pressure of both runs, bar.</summary>
    public double PressureBar { get; init; } = 1.0;

    /// <summary>How the entropy of the solid is estimated.</summary>
    public ParticleEntropyOptions Solid { get; init; } = new DenoisingEntropyOptions();

    /// <summary>How the entropy of the liquid is estimated.</summary>
    public ParticleEntropyOptions Liquid { get; init; } = new DenoisingEntropyOptions();

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    internal Entropy.MeltingOptions ToMeltingOptions()
    {
        foreach (var phase in new[] { Solid, Liquid })
        {
            var unset = new DenoisingEntropyOptions();

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
            Solid.ToMethod(Symmetry.Cubic),
            Liquid.ToMethod(Symmetry.Isotropic)
        );
    }
}
