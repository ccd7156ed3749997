using System.Collections.Generic;
using System.Linq;
using Mice.Entropy;
using Mice.Samplers;
using Microsoft.FSharp.Collections;

namespace Mice.CSharp;

/// <summary>Which sites of a lattice interact.</summary>
public enum LatticeKind
{
    /// <summary>Four neighbours.</summary>
    Square,

    /// <summary>Six neighbours: the square lattice with one diagonal more.</summary>
    Triangular,
}

/// <summary>How the entropy of a lattice is estimated.</summary>
public enum LatticeEntropyMethod
{
    /// <summary>Halving with critics.</summary>
    Mice,

    /// <summary>Site by site with a conditional network.</summary>
    Scan,

    /// <summary>Counted patterns: naive, Kikuchi, causal contexts.</summary>
    Counting,

    /// <summary>A compressor.</summary>
    Compression,
}

/// <summary>The Ising model E = −J Σ ss′ − H Σ s on a torus of Size × Size sites, k_B = 1.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record IsingSystem(int Size)
{
    /// <summary>Which sites interact.</summary>
    public LatticeKind Lattice { get; init; }

    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H.</summary>
    public double Field { get; init; }

    internal IsingModel ToModel() =>
        new(
            Lattice == LatticeKind.Triangular ? Samplers.Lattice.Triangular : Samplers.Lattice.Square,
            Size,
            Size,
            Coupling,
            Field,
            1.0
        );
}

/// <summary>How entropies of lattices are estimated.</summary>
public sealed record LatticeEntropyEstimatorOptions
{
    /// <summary>What is estimated.</summary>
    public IReadOnlyList<LatticeEntropyMethod> Methods { get; init; } =
        [LatticeEntropyMethod.Mice, LatticeEntropyMethod.Scan];

    /// <summary>Snapshots to draw, rounded up to a multiple of 512.</summary>
    public int Snapshots { get; init; } = IsingEntropyOptionsModule.defaults.Sampling.Snapshots;

    /// <summary>Training steps of each critic of MICE.</summary>
    public int MiceSteps { get; init; } = LatticeEntropyOptionsModule.defaults.Mice.Training.Steps;

    /// <summary>Training steps of each network of the scan.</summary>
    public int ScanSteps { get; init; } = LatticeEntropyOptionsModule.defaults.Scan.Steps;

    /// <summary>Same seed, same numbers.</summary>
    public ulong Seed { get; init; } = LatticeEntropyOptionsModule.defaults.Seed;

    /// <summary>Processor threads; results do not depend on them.</summary>
    public int Threads { get; init; } = LatticeEntropyOptionsModule.defaults.Threads;

    /// <summary>Where finished temperatures and methods are kept, so that the next call need not repeat them; null for nowhere.</summary>
    public string? CheckpointDirectory { get; init; }

    internal IsingEntropyOptions ToIsingEntropyOptions()
    {
        var sampling = IsingEntropyOptionsModule.defaults.Sampling;
        return new(
            new(Snapshots, sampling.Equilibrate, sampling.Every, sampling.EnergyRounds, Threads),
            ToLatticeEntropyOptions()
        );
    }

    private LatticeEntropyOptions ToLatticeEntropyOptions()
    {
        var start = LatticeEntropyOptionsModule.defaults;
        var scan = start.Scan;
        var mice = start.Mice;
        var training = mice.Training;

        return new(
            ListModule.OfSeq(Methods.Select(Method)),
            new(scan.Deep, scan.Wide, scan.Width, ScanSteps, scan.BatchSites, scan.LearningRate),
            new(
                new(MiceSteps, training.Batch, training.LearningRate, training.JointBlocks, training.ProductBlocks),
                mice.Block,
                mice.LargestHalf,
                mice.RowsFirst
            ),
            Seed,
            Threads
        );
    }

    private static LatticeMethod Method(LatticeEntropyMethod method) =>
        method switch
        {
            LatticeEntropyMethod.Scan => LatticeMethod.Scan,
            LatticeEntropyMethod.Counting => LatticeMethod.Counting,
            LatticeEntropyMethod.Compression => LatticeMethod.Compression,
            _ => LatticeMethod.Mice,
        };
}
