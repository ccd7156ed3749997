using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Alloys;
using Mice.Samplers;
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

    /// <summary>Samples that count, (Σw)²/Σw²; below a hundred nothing here can be trusted.</summary>
    public required double EffectiveSamples { get; init; }

    /// <summary>Φ/N, exact; null where it was not asked for.</summary>
    public required double? ExactGrandPotential { get; init; }
}

/// <summary>A network that has learned a lattice over a range of temperatures and fields (SEGAL). Immutable and safe to share between threads.</summary>
public sealed class LatticeNetwork
{
    private readonly SegalNetwork network;

    private LatticeNetwork(SegalNetwork network, MeasuredValue? divergence)
    {
        this.network = network;
        Divergence = divergence;
    }

    /// <summary>KL(q‖p) + KL(p‖q) between the network and equilibrium on average over its range, nats; null where it has not just been trained from snapshots. Above 4.6 less than a hundredth of its samples
    /// count.</summary>
    public MeasuredValue? Divergence { get; }

    /// <summary>What the network has learned.</summary>
    public string SystemName => network.System.Name;

    /// <summary>Sites of the lattice.</summary>
    public int Sites => network.System.Sites;

    private static Task<LatticeNetwork> TrainAsync(
        Func<SemiGrandSystem> system,
        LatticeNetworkOptions options,
        IProgress<EstimationProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);

        return Task.Run(
            () =>
            {
                var run = options.ToRun(progress, cancellationToken);
                var key = KeyModule.named("network", run.Key);
                var start = MiceException.Unwrap(SegalNetworkModule.create(key, SegalNetworkModule.form, options.ToRange(), system()));
                var trained = MiceException.Unwrap(SegalTraining.train(run, options.ToTraining(), start));
                MeasuredValue? divergence = trained.Divergence is null ? null : MeasuredValue.From(trained.Divergence.Value);
                return new LatticeNetwork(trained.Network, divergence);
            },
            cancellationToken
        );
    }

    /// <summary>Trains a network for an Ising model on a square torus.</summary>
    /// <param name="rows">Rows, 2 or more.</param>
    /// <param name="columns">Columns, 2 or more.</param>
    /// <param name="options">What it learns.</param>
    /// <param name="coupling">J.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">An option failed a check; <c>Faults</c> lists every fault.</exception>
    public static Task<LatticeNetwork> TrainIsingAsync(
        int rows,
        int columns,
        LatticeNetworkOptions options,
        double coupling = 1.0,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        TrainAsync(
            () => MiceException.Unwrap(SemiGrandSystemModule.ising(new IsingModel(Lattice.Square, rows, columns, coupling, 0.0, 1.0))),
            options,
            progress,
            cancellationToken
        );

    /// <summary>Trains a network for an alloy, given the file of its cluster expansion.</summary>
    /// <param name="expansionFile">What <c>mice alloy fit</c> or <c>mice alloy convert</c> wrote.</param>
    /// <param name="multiples">Three multiples of the primitive vectors.</param>
    /// <param name="options">What it learns.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="MiceException">The file or an option failed a check; <c>Faults</c> lists every fault.</exception>
    public static Task<LatticeNetwork> TrainAlloyAsync(
        string expansionFile,
        (int First, int Second, int Third) multiples,
        LatticeNetworkOptions options,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(expansionFile);

        return TrainAsync(
            () =>
            {
                var expansion = MiceException.Unwrap(ClusterExpansionFile.read(expansionFile));
                var (first, second, third) = multiples;
                var supercell = MiceException.Unwrap(SupercellModule.multiples(expansion.Lattice, first, second, third));
                return SemiGrandSystemModule.alloy(Path.GetFileNameWithoutExtension(expansionFile), expansion, supercell);
            },
            options,
            progress,
            cancellationToken
        );
    }

    /// <summary>Reads a network.</summary>
    /// <param name="path">What <see cref="Write"/> or <c>mice segal train</c> wrote.</param>
    /// <exception cref="MiceException">The file is missing, or is none of a network.</exception>
    public static LatticeNetwork Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(MiceException.Unwrap(SegalFile.read(FSharpOption<SemiGrandSystem>.None, path)), null);
    }

    /// <summary>Writes the network; the file is there completely or as it was before.</summary>
    /// <param name="path">NAME.safetensors.</param>
    public void Write(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SegalFile.write(path, network);
    }

    /// <summary>Thermodynamics at all temperatures and fields of a grid; samples of all fields of a temperature are weighed together.</summary>
    /// <param name="temperatures">T, within the range that was learned.</param>
    /// <param name="fields">B, within the range that was learned.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Temperature after temperature, at each the fields in their order.</returns>
    /// <exception cref="MiceException">An option failed a check, or a point lies outside the range; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<LatticeThermodynamics>> EvaluateAsync(
        IReadOnlyList<double> temperatures,
        IReadOnlyList<double> fields,
        LatticeSamplingOptions? options = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var chosen = options ?? new();
        var sampling = new SemiGrandOptions(chosen.Samples, chosen.Operations);

        return AskAsync(
            temperatures,
            fields,
            grid =>
            {
                var run = chosen.ToRun(progress, cancellationToken);
                var map = MiceException.Unwrap(SegalMapModule.by(chosen.ToMethod(), run, sampling, grid, chosen.Exact, network));
                return map.Estimates.SelectMany((row, i) => row.Select((e, k) => Plain(e, map.Exact?.Value[i][k].GrandPotential)));
            },
            cancellationToken
        );
    }

    /// <summary>Runs 64 chains, whose proposals are samples of the network, at all temperatures and fields of a grid.</summary>
    /// <param name="temperatures">T, within the range that was learned.</param>
    /// <param name="fields">B, within the range that was learned.</param>
    /// <param name="options">How; null for the defaults. Samples, weighing and exact values are not asked for.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Temperature after temperature, at each the fields in their order.</returns>
    /// <exception cref="MiceException">An option failed a check, or a point lies outside the range; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<LatticeChainResult>> RunChainsAsync(
        IReadOnlyList<double> temperatures,
        IReadOnlyList<double> fields,
        LatticeSamplingOptions? options = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var chosen = options ?? new();

        return AskAsync(
            temperatures,
            fields,
            grid =>
            {
                var run = chosen.ToRun(progress, cancellationToken);
                var map = MiceException.Unwrap(NeuralMapModule.create(run, chosen.ToChains(), grid, false, network));
                return map.Chains.SelectMany(row => row.Select(Plain));
            },
            cancellationToken
        );
    }

    /// <summary>Asks for all places of a grid in the background.</summary>
    private static Task<IReadOnlyList<T>> AskAsync<T>(
        IReadOnlyList<double> temperatures,
        IReadOnlyList<double> fields,
        Func<SegalGrid, IEnumerable<T>> ask,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(temperatures);
        ArgumentNullException.ThrowIfNull(fields);
        return Task.Run<IReadOnlyList<T>>(() => ask(new(temperatures.ToArray(), fields.ToArray())).ToArray(), cancellationToken);
    }

    private static LatticeChainResult Plain(NeuralChain c) =>
        new()
        {
            Temperature = c.Conditions.Temperature,
            Field = c.Conditions.Field,
            Energy = MeasuredValue.From(c.Energy),
            Charge = MeasuredValue.From(c.Charge),
            HeatCapacity = MeasuredValue.From(c.HeatCapacity),
            Susceptibility = MeasuredValue.From(c.Susceptibility),
            Acceptance = c.Acceptance,
            AutocorrelationTime = MeasuredValue.From(c.AutocorrelationTime),
            Checks = Conversion.Checks(c.Checks),
        };

    private static LatticeThermodynamics Plain(SemiGrandEstimate e, double? exact) =>
        new()
        {
            Temperature = e.Conditions.Temperature,
            Field = e.Conditions.Field,
            GrandPotential = MeasuredValue.From(e.GrandPotential),
            VariationalGrandPotential = MeasuredValue.From(e.Variational),
            Energy = MeasuredValue.From(e.Energy),
            Charge = MeasuredValue.From(e.Charge),
            HeatCapacity = MeasuredValue.From(e.HeatCapacity),
            EffectiveSamples = e.EffectiveSamples,
            ExactGrandPotential = exact,
        };
}
