using System.Collections.Generic;

namespace Mice.CSharp;

/// <summary>What chains with proposals of a network say of a lattice at one temperature and field, per site: without bias, whatever the network has forgotten.</summary>
public sealed record LatticeChainResult
{
    /// <summary>T.</summary>
    public required double Temperature { get; init; }

    /// <summary>B, of an alloy Δμ.</summary>
    public required double Field { get; init; }

    /// <summary>E/N without the field's part.</summary>
    public required MeasuredValue Energy { get; init; }

    /// <summary>Composition x of an alloy, magnetisation of an Ising model.</summary>
    public required MeasuredValue Charge { get; init; }

    /// <summary>Heat capacity at constant field, k_B.</summary>
    public required MeasuredValue HeatCapacity { get; init; }

    /// <summary>d(Charge)/dB.</summary>
    public required MeasuredValue Susceptibility { get; init; }

    /// <summary>Share of the network's proposals that were taken, 0 to 1.</summary>
    public required double Acceptance { get; init; }

    /// <summary>Integrated autocorrelation time, rounds.</summary>
    public required MeasuredValue AutocorrelationTime { get; init; }

    /// <summary>Whether the chains were in equilibrium, long enough, and moved; with what was found.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }
}

/// <summary>What a network says of a lattice at one temperature and field, per site; energies are in eV for an alloy.</summary>
public sealed record LatticeThermodynamics
{
    /// <summary>T.</summary>
    public required double Temperature { get; init; }

    /// <summary>B, of an alloy Δμ.</summary>
    public required double Field { get; init; }

    /// <summary>Φ/N = −k_BT ln Z/N by importance sampling; no bound.</summary>
    public required MeasuredValue GrandPotential { get; init; }

    /// <summary>Φ/N by the variational principle, an upper bound.</summary>
    public required MeasuredValue VariationalGrandPotential { get; init; }

    /// <summary>E/N without the field's part.</summary>
    public required MeasuredValue Energy { get; init; }

    /// <summary>Composition x of an alloy, magnetisation of an Ising model.</summary>
    public required MeasuredValue Charge { get; init; }

    /// <summary>Heat capacity at constant field, k_B.</summary>
    public required MeasuredValue HeatCapacity { get; init; }

    /// <summary>d(Charge)/dB.</summary>
    public required MeasuredValue Susceptibility { get; init; }

    /// <summary>Samples that count, (Σw)²/Σw²; below a hundred nothing here can be trusted.</summary>
    public required double EffectiveSamples { get; init; }

    /// <summary>Φ/N, exact; null where it was not asked for.</summary>
    public required double? ExactGrandPotential { get; init; }
}

/// <summary>Two phases of a lattice in equilibrium with each other: a gap of the free energy over the composition of an alloy, over the magnetisation of an Ising model.</summary>
public sealed record LatticePhasePair
{
    /// <summary>T.</summary>
    public required double Temperature { get; init; }

    /// <summary>Composition or magnetisation of the phase with less of it, known to one site at best.</summary>
    public required double Left { get; init; }

    /// <summary>That of the other phase.</summary>
    public required double Right { get; init; }

    /// <summary>B at which both are in equilibrium, of an alloy Δμ in eV: the slope of the common tangent.</summary>
    public required MeasuredValue Field { get; init; }

    /// <summary>How far the free energy per site between them is above the tangent, where that is surest.</summary>
    public required MeasuredValue Depth { get; init; }
}
