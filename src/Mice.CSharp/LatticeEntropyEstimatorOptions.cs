using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Entropy;
using Mice.Samplers;
using Microsoft.FSharp.Collections;

namespace Mice.CSharp;

/// <summary>How the entropy of a lattice is estimated.</summary>
public enum LatticeEntropyMethod
{
    /// <summary>Halving with critics; of planar spins also the naive estimate S(4×4)/16.</summary>
    Mice,

    /// <summary>Site by site with a conditional network.</summary>
    Scan,

    /// <summary>Counted patterns of ±1 spins: naive, Kikuchi, causal contexts.</summary>
    Counting,

    /// <summary>A compressor.</summary>
    Compression,

    /// <summary>Energies integrated from infinite temperature, for an <see cref="XYSystem"/>; the reference of its other methods.</summary>
    Integration,
}

/// <summary>How entropies of lattices are estimated; the same for every kind of spins, where nothing else is said.</summary>
public sealed record LatticeEntropyEstimatorOptions : EstimatorOptions
{
    private static readonly Dictionary<LatticeEntropyMethod, LatticeMethod> Known = new()
    {
        [LatticeEntropyMethod.Mice] = LatticeMethod.Mice,
        [LatticeEntropyMethod.Scan] = LatticeMethod.Scan,
        [LatticeEntropyMethod.Counting] = LatticeMethod.Counting,
        [LatticeEntropyMethod.Compression] = LatticeMethod.Compression,
        [LatticeEntropyMethod.Integration] = LatticeMethod.Integration,
    };

    /// <summary>What is estimated.</summary>
    public IReadOnlyList<LatticeEntropyMethod> Methods { get; init; } =
        LatticeEntropyOptionsModule.defaults.Methods.Select(m => Known.Single(k => k.Value.Equals(m)).Key).ToArray();

    /// <summary>
    /// Snapshots to draw at each temperature, rounded up to equally many of every chain: to a multiple of 512 for an
    /// <see cref="IsingSystem"/>, of 64 for an <see cref="XYSystem"/>. Not used for snapshots that are given.
    /// </summary>
    public int Snapshots { get; init; } = IsingSamplingOptionsModule.defaults.Snapshots;

    /// <summary>Training steps of each critic of MICE; critics of XY spins, which are averaged over rotations, take longer ones.</summary>
    public int MiceSteps { get; init; } = LatticeEntropyOptionsModule.defaults.Mice.Training.Steps;

    /// <summary>Training steps of each network of the scan.</summary>
    public int ScanSteps { get; init; } = LatticeEntropyOptionsModule.defaults.Scan.Steps;

    /// <summary>
    /// Whether networks start from those of the next higher temperature, with a third of the steps: quicker, but a result then depends on the
    /// temperatures above it. Not used for snapshots that are given.
    /// </summary>
    public bool TransferWeights { get; init; } = LatticeEntropyOptionsModule.defaults.Transfer;

    internal LatticeEntropyOptions ToLatticeEntropyOptions()
    {
        var start = LatticeEntropyOptionsModule.defaults;
        var scan = start.Scan;
        var mice = start.Mice;
        var training = mice.Training;

        return new(
            ListModule.OfSeq(Methods.Select(m => Known[m])),
            new(scan.Deep, scan.Wide, scan.Width, ScanSteps, scan.BatchSites, scan.LearningRate),
            new(
                new(MiceSteps, training.Batch, training.LearningRate, training.JointBlocks, training.ProductBlocks),
                mice.Block,
                mice.LargestHalf,
                mice.RowsFirst
            ),
            TransferWeights
        );
    }
}
