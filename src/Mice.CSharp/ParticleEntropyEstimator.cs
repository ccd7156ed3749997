using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Atoms;
using Mice.Entropy;

namespace Mice.CSharp;

/// <summary>How far an estimate has come.</summary>
/// <param name="Phase">The part now running.</param>
/// <param name="Fraction">Share of the whole that is done, 0 to 1.</param>
/// <param name="Message">One line for people.</param>
public readonly record struct EstimationProgress(string Phase, double Fraction, string Message);

/// <summary>A question that a computation asked of its own result, and the answer.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Passed">Whether the result may be trusted in this respect.</param>
/// <param name="Detail">The numbers that decided it.</param>
public sealed record ResultCheck(string Name, bool Passed, string Detail);

/// <summary>The excess entropy of one phase by any method.</summary>
/// <remarks>The error of the bound is statistical: it does not contain how far the bound lies above the truth; see <c>Looseness</c>.</remarks>
public abstract record ParticleEntropyEstimate
{
    private protected ParticleEntropyEstimate() { }

    [SetsRequiredMembers]
    private protected ParticleEntropyEstimate(EntropyBound bound)
    {
        ExcessEntropy = MeasuredValue.From(bound.ExcessEntropy);
        Looseness = Conversion.Optional(bound.Looseness);
        Corrected = Conversion.Optional(bound.Corrected);
        NetworkEntropies = bound.NetworkEntropies.Select(MeasuredValue.From).ToArray();
        VolumePerAtomAngstrom3 = bound.VolumePerAtom;
        Duration = TimeSpan.FromSeconds(bound.Seconds);
        Checks = Conversion.Checks(bound.Checks);
        Settings = Conversion.Settings(bound.Settings);
    }

    /// <summary>Entropy above that of the ideal gas of the same density, k_B per atom; an upper bound.</summary>
    public required MeasuredValue ExcessEntropy { get; init; }

    /// <summary>
    /// How far the bound lies above the entropy, k_B per atom, estimated to second order from the scatter of the likelihoods of the
    /// snapshots; null where their energies are not known.
    /// </summary>
    public MeasuredValue? Looseness { get; init; }

    /// <summary>The bound less its looseness, k_B per atom, with a quarter of the looseness in its error; null with that.</summary>
    public MeasuredValue? Corrected { get; init; }

    /// <summary>The bound from each network, k_B per atom.</summary>
    public required IReadOnlyList<MeasuredValue> NetworkEntropies { get; init; }

    /// <summary>Mean volume per atom of the snapshots, Å³.</summary>
    public required double VolumePerAtomAngstrom3 { get; init; }

    /// <summary>Wall-clock time of the estimate.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Checks that the estimate made of itself.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>Every setting that the result depends on.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);

    internal static ParticleEntropyEstimate From(ParticleEntropy found) =>
        found switch
        {
            ParticleEntropy.Scan scan => Origin.Remember(scan.Item, new ScanEntropyEstimate(scan.Item)),
            ParticleEntropy.Denoising denoising => Origin.Remember(
                denoising.Item,
                new DenoisingEntropyEstimate(denoising.Item)
            ),
            _ => throw new InvalidOperationException("A method without a value of its own."),
        };
}

/// <summary>The thermo table of the run that snapshots come from, and its conditions.</summary>
/// <param name="Table">A table with the columns step, U_eV and V_A3 and a row for the step of every snapshot.</param>
/// <param name="TemperatureKelvin">Temperature of the run, K.</param>
/// <param name="PressureBar">Target pressure of the run, bar.</param>
public sealed record ThermalRun(ThermoData Table, double TemperatureKelvin, double PressureBar = 1.0)
{
    /// <summary>−ln p of snapshots of the run, up to a constant.</summary>
    internal ControlVariate ToControl(Snapshot[] snapshots) =>
        MiceException.Unwrap(
            ControlVariateModule.thermal(new ThermalConditions(TemperatureKelvin, PressureBar), snapshots, Table.Value)
        );
}

/// <summary>Estimates the excess entropy of a phase from its snapshots by one method. Stateless and safe to share between threads.</summary>
/// <typeparam name="TEstimate">What the method finds.</typeparam>
public abstract class ParticleEntropyEstimator<TEstimate>
    where TEstimate : ParticleEntropyEstimate
{
    private readonly ParticleEntropyOptions options;

    private protected ParticleEntropyEstimator(ParticleEntropyOptions options) => this.options = options;

    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="snapshots">Snapshots of one phase in time order, the same atoms in all.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <param name="run">Takes the thermal noise of the snapshots out and tells how loose the bound is; null for neither.</param>
    /// <exception cref="MiceException">
    /// An option or the data failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists every fault.
    /// </exception>
    public Task<TEstimate> EstimateAsync(
        IReadOnlyList<AtomSnapshot> snapshots,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default,
        ThermalRun? run = null
    )
    {
        ArgumentNullException.ThrowIfNull(snapshots);

        return Task.Run(
            () =>
            {
                var values = Conversion.Snapshots(snapshots);
                var control = run?.ToControl(values);
                var found = MiceException.Unwrap(
                    ParticleEntropyModule.estimate(
                        control is null
                            ? ParticleMethodModule.boundAlone(options.ToMethod())
                            : options.ToMethod(),
                        options.ToRun(progress, cancellationToken, options.CudaDevice),
                        values
                    )
                );

                return (TEstimate)
                    ParticleEntropyEstimate.From(
                        control is null ? found : ParticleEntropyModule.withControl(control, found)
                    );
            },
            cancellationToken
        );
    }
}
