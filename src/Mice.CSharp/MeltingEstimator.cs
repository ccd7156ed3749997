using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Entropy;

namespace Mice.CSharp;

/// <summary>What molecular dynamics gives: snapshots and a thermo table of each phase, from separate runs.</summary>
/// <param name="Solid">Snapshots of the solid.</param>
/// <param name="Liquid">Snapshots of the liquid.</param>
/// <param name="SolidThermo">Energies and volumes of the solid along its run.</param>
/// <param name="LiquidThermo">Energies and volumes of the liquid along its run.</param>
public sealed record MeltingData(
    IReadOnlyList<AtomSnapshot> Solid,
    IReadOnlyList<AtomSnapshot> Liquid,
    ThermoData SolidThermo,
    ThermoData LiquidThermo
);

/// <summary>Δg at one temperature in both forms, kJ/mol.</summary>
/// <param name="TemperatureKelvin">Temperature, K.</param>
/// <param name="Linear">Δh − T Δs with both taken constant.</param>
/// <param name="HeatCapacityCorrected">The same with Δh and Δs following Δc_p.</param>
public sealed record GibbsPoint(double TemperatureKelvin, MeasuredValue Linear, MeasuredValue HeatCapacityCorrected);

/// <summary>Everything that a melting calculation found; differences are liquid minus solid.</summary>
/// <remarks>The entropy of melting comes from excess entropies that are corrected for the looseness of their bounds, where the thermo tables
/// have rows for the steps of all snapshots; otherwise from the bounds, and then it and what follows from it may be off by more than the
/// error: a check says so.</remarks>
public sealed record MeltingEstimate
{
    /// <summary>Excess entropy of the solid.</summary>
    public required ParticleEntropyEstimate Solid { get; init; }

    /// <summary>Excess entropy of the liquid.</summary>
    public required ParticleEntropyEstimate Liquid { get; init; }

    /// <summary>Entropy of melting, k_B per atom; no bound.</summary>
    public required MeasuredValue DeltaEntropy { get; init; }

    /// <summary>The same from the two upper bounds as they stand, k_B per atom; its error is statistical.</summary>
    public required MeasuredValue DeltaEntropyOfBounds { get; init; }

    /// <summary>Enthalpy of melting, kJ/mol.</summary>
    public required MeasuredValue DeltaEnthalpy { get; init; }

    /// <summary>Difference of the heat capacities, kJ/(mol K).</summary>
    public required MeasuredValue DeltaHeatCapacity { get; init; }

    /// <summary>Δg at the temperature of the runs, kJ/mol.</summary>
    public required MeasuredValue DeltaGibbs { get; init; }

    /// <summary>Melting temperature by the linear form, K; NaN when there is none.</summary>
    public required MeasuredValue MeltingTemperature { get; init; }

    /// <summary>Melting temperature by the heat-capacity-corrected form, K; NaN when there is none.</summary>
    public required MeasuredValue MeltingTemperatureHeatCapacityCorrected { get; init; }

    /// <summary>Δg(T).</summary>
    public required IReadOnlyList<GibbsPoint> GibbsCurve { get; init; }

    /// <summary>Checks of both entropies and of the comparison.</summary>
    public required IReadOnlyList<ResultCheck> Checks { get; init; }

    /// <summary>All that was found, row by row, as the command line and reports show it.</summary>
    /// <exception cref="InvalidOperationException">This value was made or changed by hand.</exception>
    public IReadOnlyList<DescribedRow> Describe() => DescribedRow.Of(this);

    internal static MeltingEstimate From(MeltingResult result) =>
        Origin.Remember(
            result,
            new MeltingEstimate
            {
                Solid = ParticleEntropyEstimate.From(result.Solid),
                Liquid = ParticleEntropyEstimate.From(result.Liquid),
                DeltaEntropy = MeasuredValue.From(result.DeltaEntropy),
                DeltaEntropyOfBounds = MeasuredValue.From(result.DeltaEntropyOfBounds),
                DeltaEnthalpy = MeasuredValue.From(result.DeltaEnthalpy),
                DeltaHeatCapacity = MeasuredValue.From(result.DeltaHeatCapacity),
                DeltaGibbs = MeasuredValue.From(result.DeltaGibbs),
                MeltingTemperature = MeasuredValue.From(result.MeltingTemperature),
                MeltingTemperatureHeatCapacityCorrected = MeasuredValue.From(result.MeltingTemperatureCorrected),
                GibbsCurve = result
                    .GibbsCurve.Select(p => new GibbsPoint(
                        p.Temperature,
                        MeasuredValue.From(p.Linear),
                        MeasuredValue.From(p.Corrected)
                    ))
                    .ToArray(),
                Checks = Conversion.Checks(result.Checks),
            }
        );
}

/// <summary>Entropy difference and melting temperature from separate runs of solid and liquid. Stateless and safe to share between threads.</summary>
/// <param name="options">Temperature, pressure and how both entropies are estimated.</param>
public sealed class MeltingEstimator(MeltingOptions options)
{
    /// <summary>Estimates entropy of melting, Δg(T) and melting temperature.</summary>
    /// <param name="data">Snapshots and thermo tables of both phases.</param>
    /// <param name="progress">Told how far the work is.</param>
    /// <param name="cancellationToken">Stops the work; what a checkpoint directory keeps until then is used by the next call.</param>
    /// <exception cref="MiceException">
    /// An option or the data failed a check, or the checkpoint directory belongs to others; <c>Faults</c> lists every fault.
    /// </exception>
    public Task<MeltingEstimate> EstimateAsync(
        MeltingData data,
        IProgress<EstimationProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(data);

        return Task.Run(
            () =>
            {
                var melting = options.ToMeltingOptions();
                var input = new MeltingInput(
                    Conversion.Snapshots(data.Solid),
                    Conversion.Snapshots(data.Liquid),
                    data.SolidThermo.Value,
                    data.LiquidThermo.Value
                );
                var result = Melting.estimate(
                    melting,
                    options.ToRun(progress, cancellationToken, options.CudaDevice),
                    input
                );
                return MeltingEstimate.From(MiceException.Unwrap(result));
            },
            cancellationToken
        );
    }
}
