using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Rsmi;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>What the block, its buffer and its environment are, and how filters are found and certified.</summary>
public sealed record RsmiOptions : EstimatorOptions
{
    /// <summary>ℓ, sites of the block along each axis.</summary>
    public int Block { get; init; } = BlockGeometryModule.defaults.Block;

    /// <summary>Widths of the buffer between block and environment, sites, one or more; each has a result.</summary>
    public IReadOnlyList<int> Buffers { get; init; } = [BlockGeometryModule.defaults.Buffer];

    /// <summary>Width of the environment beyond the buffer, sites; null for all the rest of the lattice.</summary>
    public int? Environment { get; init; } = BlockGeometryModule.defaults.Environment?.Value;

    /// <summary>Sites between two positions of the block along each axis.</summary>
    public int Stride { get; init; } = BlockGeometryModule.defaults.Stride;

    /// <summary>Configurations to draw at each value of the parameter; not used for configurations that are given.</summary>
    public int Configurations { get; init; } = IsingSamplingOptionsModule.defaults.Snapshots;

    /// <summary>Binary components of the coarse variable, 1 to 16; not used where <see cref="States"/> is given.</summary>
    public int Components { get; init; } = CoarseVariableModule.filters(RsmiOptionsModule.defaults.Variable);

    /// <summary>States of a coarse variable of one component, 2 or more; null for binary components.</summary>
    public int? States { get; init; }

    /// <summary>What filters are trained on: exact, the sum over all values of the coarse variable, or a bound on samples of it by Gumbel-softmax: infonce, dv, nwj and so on.</summary>
    public string Bound { get; init; } = "exact";

    /// <summary>Samples of training, choice and test together; 30 % of them are the test.</summary>
    public int Samples { get; init; } = RsmiOptionsModule.defaults.Samples;

    /// <summary>Filters that are trained at the same time from independent starts.</summary>
    public int Starts { get; init; } = RsmiOptionsModule.defaults.Seeds;

    /// <summary>Training steps of filters and critics together.</summary>
    public int TrainingSteps { get; init; } = RsmiOptionsModule.defaults.Steps;

    /// <summary>Training steps of the critic of the certificate, at most.</summary>
    public int CertificateSteps { get; init; } = RsmiOptionsModule.defaults.CertificateSteps;

    /// <summary>Samples of a step.</summary>
    public int BatchSize { get; init; } = RsmiOptionsModule.defaults.BatchSize;

    /// <summary>Learning rate of the first step.</summary>
    public double LearningRate { get; init; } = RsmiOptionsModule.defaults.LearningRate;

    /// <summary>Widths of the hidden layers of the network on the environment.</summary>
    public IReadOnlyList<int> Widths { get; init; } = RsmiOptionsModule.defaults.Widths.ToArray();

    /// <summary>Gain of the coarse variable at the first step, above 0.</summary>
    public double FirstGain { get; init; } = RsmiOptionsModule.defaults.FirstGain;

    /// <summary>Gain after three quarters of the steps and from there on, above 0.</summary>
    public double LastGain { get; init; } = RsmiOptionsModule.defaults.LastGain;

    internal Rsmi.RsmiOptions ToOptions() =>
        new(
            States is { } states ? CoarseVariable.NewStates(states) : CoarseVariable.NewBinary(Components),
            FilterObjectiveModule.named(Bound),
            Samples,
            Starts,
            TrainingSteps,
            CertificateSteps,
            BatchSize,
            LearningRate,
            ListModule.OfSeq(Widths),
            FirstGain,
            LastGain
        );

    /// <summary>The geometry with a buffer.</summary>
    internal BlockGeometry ToGeometry(int buffer) =>
        new(Block, buffer, Environment is { } width ? FSharpOption<int>.Some(width) : FSharpOption<int>.None, Stride);
}

/// <summary>Configurations from elsewhere on a lattice of any number of axes.</summary>
public sealed record RsmiConfigurations
{
    /// <summary>The numbers of each configuration: channel after channel, the sites of a channel with the last axis fastest.</summary>
    public required IReadOnlyList<float[]> Values { get; init; }

    /// <summary>Sites along each axis.</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Whether opposite borders of the lattice meet.</summary>
    public bool Periodic { get; init; } = true;

    /// <summary>Numbers of a site.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Consecutive configurations that may depend on each other, such as those of one chain; errors come from the spread of such groups.</summary>
    public int PerGroup { get; init; } = 1;

    internal SiteLattice ToLattice() =>
        new(Shape.ToArray(), Enumerable.Repeat(Periodic, Shape.Count).ToArray(), Channels);

    internal RsmiSource ToSource() =>
        RsmiSourceModule.ofArrays(
            ToLattice(),
            PerGroup,
            FSharpList<Tuple<string, string>>.Empty,
            Values.Select(v => v.ToArray()).ToArray()
        );
}
