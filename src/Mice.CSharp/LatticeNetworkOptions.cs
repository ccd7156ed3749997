using System;
using Mice.Segal;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>How a network for a lattice learns.</summary>
public enum LatticeTraining
{
    /// <summary>From snapshots of walkers first, then from samples of the network beside them.</summary>
    Mixed,

    /// <summary>From snapshots of walkers alone.</summary>
    Forward,

    /// <summary>From samples of the network alone, from the highest temperature down.</summary>
    Reverse,

    /// <summary>From samples of the network alone, by the published rule.</summary>
    Reinforce,
}

/// <summary>What a network for a lattice learns, and how. Of an alloy temperatures are in K and fields are chemical potential differences in eV.</summary>
public sealed record LatticeNetworkOptions : EstimatorOptions
{
    /// <summary>Lowest temperature, above 0.</summary>
    public required double LowestTemperature { get; init; }

    /// <summary>Highest temperature.</summary>
    public required double HighestTemperature { get; init; }

    /// <summary>Lowest field.</summary>
    public required double LowestField { get; init; }

    /// <summary>Highest field.</summary>
    public required double HighestField { get; init; }

    /// <summary>How the network learns.</summary>
    public LatticeTraining Training { get; init; } = LatticeTraining.Mixed;

    /// <summary>Steps of the training; null: 4,000, by the published rule 17,229.</summary>
    public int? TrainingSteps { get; init; }

    internal ConditionRange ToRange() =>
        new(Tuple.Create(LowestTemperature, HighestTemperature), Tuple.Create(LowestField, HighestField));

    internal SegalTrainingOptions ToTraining()
    {
        var preset = Training switch
        {
            LatticeTraining.Mixed => SegalPresets.mixed,
            LatticeTraining.Forward => SegalPresets.forward,
            LatticeTraining.Reverse => SegalPresets.reverse,
            LatticeTraining.Reinforce => SegalPresets.reinforce,
            _ => throw new ArgumentOutOfRangeException(nameof(Training), Training, null),
        };

        var start = preset.Options;
        return new(
            TrainingSteps ?? start.Steps,
            start.Conditions,
            start.Samples,
            start.LearningRate,
            start.Rule,
            start.Annealing,
            start.Forward,
            start.Mixed,
            start.Source
        );
    }
}

/// <summary>How samples of a network are weighed.</summary>
public enum LatticeWeighing
{
    /// <summary>Samples of all fields of a temperature together.</summary>
    ImportanceSampling,

    /// <summary>Samples, and configurations of chains, of all temperatures and fields together (MBAR).</summary>
    Mbar,
}

/// <summary>How a network for a lattice is asked.</summary>
public sealed record LatticeSamplingOptions : EstimatorOptions
{
    /// <summary>Samples at each temperature and field, 2 or more.</summary>
    public int Samples { get; init; } = 2000;

    /// <summary>Operations of the symmetry of the lattice that samples are moved by, against variants of a structure that were forgotten; 1 or more.</summary>
    public int Operations { get; init; } = 16;

    /// <summary>Whether exact values are to be found too: Ising models in zero field or on few rows, alloys of 27 sites or fewer.</summary>
    public bool Exact { get; init; }

    /// <summary>How samples are weighed.</summary>
    public LatticeWeighing Weighing { get; init; } = LatticeWeighing.ImportanceSampling;

    /// <summary>Rounds of each chain of <see cref="LatticeNetwork.RunChainsAsync"/> and of MBAR, 2 or more: a proposal of the network, then a sweep of single sites.</summary>
    public int Rounds { get; init; } = 400;

    internal SemiGrandOptions ToSampling() => new(Samples, Operations);

    internal NeuralChainOptions ToChains()
    {
        var start = NeuralChainModule.defaults;
        return new(start.Chains, Rounds, start.Equilibrate, start.Sweeps, Math.Min(Rounds, start.Kept), Operations);
    }

    internal SegalMethod ToMethod() =>
        Weighing switch
        {
            LatticeWeighing.ImportanceSampling => SegalMethod.ImportanceSampling,
            LatticeWeighing.Mbar => SegalMethod.NewMbar(FSharpOption<NeuralChainOptions>.Some(ToChains())),
            _ => throw new ArgumentOutOfRangeException(nameof(Weighing), Weighing, null),
        };
}
