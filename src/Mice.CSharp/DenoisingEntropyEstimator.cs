using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using Microsoft.FSharp.Core;
using Mice.Denoising;
using Mice.Entropy;

namespace Mice.CSharp;

/// <summary>What kind of phase snapshots are of.</summary>
public enum ParticlePhase
{
    /// <summary>Atoms change their places.</summary>
    Fluid,

    /// <summary>Each atom stays at its site of a perfect lattice.</summary>
    Crystal,
}

/// <summary>How the excess entropy of a phase is estimated by the noise that networks find. What is null is chosen by the library.</summary>
/// <remarks>A symmetry tells something of crystals alone: of a cubic one with one atom in each cell of its lattice, fewer snapshots tell more.</remarks>
public sealed record DenoisingEntropyOptions : ParticleEntropyOptions
{
    /// <summary>Number of dimensions, 1, 2 or 3: the first so many coordinates count.</summary>
    public int? Dimension { get; init; }

    /// <summary>The kind of phase; null: a crystal where the mean places of the atoms are a lattice and no atom leaves its site, otherwise a fluid.</summary>
    public ParticlePhase? Phase { get; init; }

    internal override ParticleMethod ToMethod()
    {
        var start = Quick ? DenoisingOptionsModule.quick : DenoisingOptionsModule.defaults;

        return ParticleMethod.NewDenoising(
            new DenoisingOptions(
                Dimension ?? start.Dimension,
                Phase switch
                {
                    null => start.Phase,
                    ParticlePhase.Fluid => FSharpOption<DenoisingPhase>.Some(DenoisingPhase.Fluid),
                    _ => FSharpOption<DenoisingPhase>.Some(DenoisingPhase.Crystal),
                },
                SymmetryOr(start.Symmetry),
                Networks ?? start.Networks,
                start.Network,
                new DenoiserTrainingOptions(TrainingSteps ?? start.Training.Steps, start.Training.LearningRate),
                start.Paths
            )
        );
    }
}

/// <summary>How much of the noise of one strength is found.</summary>
/// <param name="SigmaAngstrom">Standard deviation of the noise, Å.</param>
/// <param name="Explained">d − m(σ), a number: of a fluid −s_ex is its integral over ln σ.</param>
public sealed record ExplainedNoiseLevel(double SigmaAngstrom, MeasuredValue Explained);

/// <summary>The excess entropy of a fluid or crystal, by the noise that networks find.</summary>
public sealed record DenoisingEntropyEstimate : ParticleEntropyEstimate
{
    /// <summary>For values made by hand.</summary>
    public DenoisingEntropyEstimate() { }

    [SetsRequiredMembers]
    internal DenoisingEntropyEstimate(DenoisingResult result)
        : base(result.Bound)
    {
        Levels = result
            .Levels.Select(level => new ExplainedNoiseLevel(level.Sigma, MeasuredValue.From(level.Explained)))
            .ToArray();
        EarlierStages = result.EarlierStages.Select(MeasuredValue.From).ToArray();
    }

    /// <summary>The integrand by strength of the noise.</summary>
    public required IReadOnlyList<ExplainedNoiseLevel> Levels { get; init; }

    /// <summary>How much higher the bound is after each stage of the networks but the last, k_B per atom: what further stages still find tells how much more of them might.</summary>
    public required IReadOnlyList<MeasuredValue> EarlierStages { get; init; }
}

/// <summary>Estimates the excess entropy of a fluid or crystal of atoms of any species from 8 snapshots or more. Stateless and safe to share between threads.</summary>
/// <param name="options">How; null for the defaults.</param>
public sealed class DenoisingEntropyEstimator(DenoisingEntropyOptions? options = null)
    : ParticleEntropyEstimator<DenoisingEntropyEstimate>(options ?? new DenoisingEntropyOptions());
