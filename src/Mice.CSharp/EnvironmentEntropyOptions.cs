using System;
using Mice.Quests;

namespace Mice.CSharp;

/// <summary>What a descriptor of an atomic environment knows of chemical species.</summary>
public enum EnvironmentSpecies
{
    /// <summary>Nothing: all atoms are alike, as published.</summary>
    Alike,

    /// <summary>The published form for several species: all atoms, then each species among itself.</summary>
    Sublattices,

    /// <summary>Every species in the field of every other one.</summary>
    Pairs,
}

/// <summary>What atomic environments are, and when they count as alike. What is null is chosen by the library.</summary>
public sealed record EnvironmentEntropyOptions : EstimatorOptions
{
    /// <summary>Nearest neighbours that count, 2 or more; null: 32.</summary>
    public int? Neighbours { get; init; }

    /// <summary>How far neighbours are looked for, Å; null: 5.</summary>
    public double? CutoffAngstrom { get; init; }

    /// <summary>What descriptors know of species.</summary>
    public EnvironmentSpecies Species { get; init; } = EnvironmentSpecies.Alike;

    /// <summary>Environments whose descriptors differ by less than about this count as alike, 1/Å; null: 0.015.</summary>
    public double? BandwidthPerAngstrom { get; init; }

    /// <summary>Environments with a δH below this count as known, nats; null: 1e-5.</summary>
    public double? ThresholdNats { get; init; }

    internal double Bandwidth => BandwidthPerAngstrom ?? Quests.Bandwidth.Standard;

    internal double Threshold => ThresholdNats ?? EnvironmentComparisonModule.threshold;

    internal EnvironmentOptions ToEnvironmentOptions()
    {
        var start = EnvironmentOptionsModule.defaults;

        return new(
            Neighbours ?? start.Neighbours,
            CutoffAngstrom ?? start.Cutoff,
            Species switch
            {
                EnvironmentSpecies.Alike => SpeciesForm.Alike,
                EnvironmentSpecies.Sublattices => SpeciesForm.Sublattices,
                EnvironmentSpecies.Pairs => SpeciesForm.Pairs,
                _ => throw new ArgumentOutOfRangeException(nameof(Species), Species, "This is none of the known forms."),
            }
        );
    }
}
