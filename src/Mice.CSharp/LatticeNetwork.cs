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
    ) =>
        AskAsync(
            temperatures,
            fields,
            options,
            progress,
            (chosen, run, grid) =>
            {
                var map = MiceException.Unwrap(SegalMapModule.by(chosen.ToMethod(), run, chosen.ToSampling(), grid, chosen.Exact, network));
                return map.Estimates.SelectMany((row, i) => row.Select((e, k) => Plain(e, map.Exact?.Value[i][k].GrandPotential)));
            },
            cancellationToken
        );

    /// <summary>Phases in equilibrium with each other, from the free energy over composition or magnetisation that samples of all fields of a temperature have together.</summary>
    /// <param name="temperatures">T, within the range that was learned.</param>
    /// <param name="fields">B, within the range that was learned; they should lead through all compositions.</param>
    /// <param name="options">How; null for the defaults. Weighing, rounds and exact values are not asked for.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Temperature after temperature, at each by growing composition.</returns>
    /// <exception cref="MiceException">An option failed a check, or a point lies outside the range; <c>Faults</c> lists every fault.</exception>
    public Task<IReadOnlyList<LatticePhasePair>> FindPhasesAsync(
        IReadOnlyList<double> temperatures,
        IReadOnlyList<double> fields,
        LatticeSamplingOptions? options = null,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        AskAsync(
            temperatures,
            fields,
            options,
            progress,
            (chosen, run, grid) =>
                SegalPhases.pairs(MiceException.Unwrap(SegalMapModule.create(run, chosen.ToSampling(), grid, false, network))).Select(Plain),
            cancellationToken
        );

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
    ) =>
        AskAsync(
            temperatures,
            fields,
            options,
            progress,
            (chosen, run, grid) =>
                MiceException.Unwrap(NeuralMapModule.create(run, chosen.ToChains(), grid, false, network)).Chains.SelectMany(row => row.Select(Plain)),
            cancellationToken
        );

    /// <summary>Asks for all places of a grid in the background.</summary>
    private static Task<IReadOnlyList<T>> AskAsync<T>(
        IReadOnlyList<double> temperatures,
        IReadOnlyList<double> fields,
        LatticeSamplingOptions? options,
        IProgress<EstimationProgress>? progress,
        Func<LatticeSamplingOptions, Run, SegalGrid, IEnumerable<T>> ask,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(temperatures);
        ArgumentNullException.ThrowIfNull(fields);
        var chosen = options ?? new();

        return Task.Run<IReadOnlyList<T>>(
            () => ask(chosen, chosen.ToRun(progress, cancellationToken), new(temperatures.ToArray(), fields.ToArray())).ToArray(),
            cancellationToken
        );
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

    private static LatticePhasePair Plain(PhasePair p) =>
        new()
        {
            Temperature = p.Temperature,
            Left = p.Left,
            Right = p.Right,
            Field = MeasuredValue.From(p.Field),
            Depth = MeasuredValue.From(p.Depth),
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
            Susceptibility = MeasuredValue.From(e.Susceptibility),
            EffectiveSamples = e.EffectiveSamples,
            ExactGrandPotential = exact,
        };
}
