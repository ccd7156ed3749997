using System;
using System.Collections.Generic;

namespace Mice.CSharp;

/// <summary>What the best coarse variable of a block shares with its environment, at one value of the parameter and with one buffer.</summary>
public sealed record RsmiEstimate
{
    /// <summary>Temperature or hop rate; null for configurations from elsewhere.</summary>
    public required double? Parameter { get; init; }

    /// <summary>ℓ, sites of the block along each axis.</summary>
    public required int Block { get; init; }

    /// <summary>Width of the buffer, sites.</summary>
    public required int Buffer { get; init; }

    /// <summary>Width of the environment, sites; null for all the rest of the lattice.</summary>
    public required int? Environment { get; init; }

    /// <summary>I(H : E) of the best filters on configurations that nothing was fitted to, nats; at least this.</summary>
    public required MeasuredValue Information { get; init; }

    /// <summary>
    /// The filters of the best start, each of length 1: one for each component, or for each state. Weights on the block are in the order of a configuration.
    /// </summary>
    public required double[][] Filters { get; init; }

    /// <summary>For each filter its overlaps with declared operators such as the magnetisation, 0 to 1, by their names; empty for configurations from elsewhere.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, double>> Overlaps { get; init; }

    /// <summary>How the information was certified.</summary>
    public required RsmiCertificate Certificate { get; init; }

    /// <summary>What the filters of each start share with the environment on validation configurations, nats.</summary>
    public required IReadOnlyList<double> ValidatedStarts { get; init; }

    /// <summary>Shares of the principal components in the filters of all starts, largest first.</summary>
    public required IReadOnlyList<MeasuredValue> Spectrum { get; init; }

    /// <summary>Checks of sampler, training and certificate; with what was found.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>Wall-clock time for filters and certificate, without sampling.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);
}

/// <summary>What a coarse variable shares with the environment, from configurations that nothing was fitted to.</summary>
public sealed record RsmiCertificate
{
    /// <summary>The bound of a critic that was trained anew, nats.</summary>
    public required MeasuredValue RetrainedBound { get; init; }

    /// <summary>By counting classes of the critic, nats; at least this.</summary>
    public required MeasuredValue Counted { get; init; }

    /// <summary>H(H), the entropy of the coarse variable, nats.</summary>
    public required MeasuredValue Entropy { get; init; }

    /// <summary>The bound on the critic's own training samples, nats: how much it memorised.</summary>
    public required double OnTraining { get; init; }

    /// <summary>Test samples.</summary>
    public required int Samples { get; init; }

    /// <summary>Independent groups of them.</summary>
    public required int Groups { get; init; }
}
