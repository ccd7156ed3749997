using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Entropy;

namespace Mice.CSharp;

/// <summary>Mutual information of two halves of a block.</summary>
/// <param name="Half">The half: sites across the cut × along it, such as 4×8.</param>
/// <param name="Volume">Sites of a half.</param>
/// <param name="InterfaceArea">Bonds of the interface across the cut; on two axes its length in lattice constants.</param>
/// <param name="MutualInformation">Nats.</param>
/// <param name="TrainingGain">What the second half of the critic's training added, nats; null for the area law.</param>
/// <param name="FromAreaLaw">Extrapolated by the area law, not found by a critic.</param>
/// <param name="Saturated">Too large to be certified by its product pairs, or to be taught by those of a training step.</param>
public sealed record LatticeHalvesInformation(
    string Half,
    double Volume,
    double InterfaceArea,
    MeasuredValue MutualInformation,
    double? TrainingGain,
    bool FromAreaLaw,
    bool Saturated
);

/// <summary>What one method found at one temperature.</summary>
public sealed record LatticeEntropyEstimate
{
    /// <summary>T, k_B = 1; NaN for snapshots from elsewhere that are not said to be in equilibrium.</summary>
    public required double Temperature { get; init; }

    /// <summary>mice, scan, compression, integration, or the name of a counting estimate.</summary>
    public required string Method { get; init; }

    /// <summary>The method's best estimate, nats per site; of XY spins relative to dθ, so that it is ln 2π at T = ∞ and may be negative.</summary>
    public required MeasuredValue EntropyPerSite { get; init; }

    /// <summary>Its upper bound where that is another number, nats per site.</summary>
    public MeasuredValue? UpperBoundPerSite { get; init; }

    /// <summary>A lower bound, nats per site, of the scan where the Hamiltonian is known.</summary>
    public MeasuredValue? LowerBoundPerSite { get; init; }

    /// <summary>βF per site, where the method gives it.</summary>
    public MeasuredValue? ReducedFreeEnergyPerSite { get; init; }

    /// <summary>Energy per site, where known.</summary>
    public MeasuredValue? EnergyPerSite { get; init; }

    /// <summary>Entropy, nats per site, known in another way, where it is; without an error where it is exact.</summary>
    public MeasuredValue? ReferencePerSite { get; init; }

    /// <summary>Where that comes from: enumeration, kaufman, transfer_matrix, triangular_torus, integration; all of the torus simulated.</summary>
    public string? ReferenceSource { get; init; }

    /// <summary>Levels of MICE, smallest halves first.</summary>
    public required IReadOnlyList<LatticeHalvesInformation> Levels { get; init; }

    /// <summary>Checks of the sampler and of the method.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>Wall-clock time of the method, without sampling.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);

    internal static LatticeEntropyEstimate From(LatticeResult point) =>
        Origin.Remember(
            point,
            new LatticeEntropyEstimate
            {
                Temperature = point.Temperature,
                Method = point.Method,
                EntropyPerSite = MeasuredValue.From(point.EntropyPerSite),
                UpperBoundPerSite = Conversion.Optional(point.UpperBound),
                LowerBoundPerSite = Conversion.Optional(point.LowerBound),
                ReducedFreeEnergyPerSite = Conversion.Optional(point.ReducedFreeEnergyPerSite),
                EnergyPerSite = Conversion.Optional(point.EnergyPerSite),
                ReferencePerSite = point.Reference is { } known
                    ? MeasuredValue.From(known.Value.EntropyPerSite)
                    : null,
                ReferenceSource = point.Reference?.Value.Source,
                Levels = point
                    .Levels.Select(l => new LatticeHalvesInformation(
                        l.Half,
                        l.Volume,
                        l.InterfaceArea,
                        MeasuredValue.From(l.MutualInformation),
                        l.TrainingGain?.Value,
                        l.Estimator != "critic",
                        l.Saturated
                    ))
                    .ToArray(),
                Checks = Conversion.Checks(point.Checks),
                Duration = TimeSpan.FromSeconds(point.Seconds),
            }
        );
}
