using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class EstimatorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mice-csharp-");

    public void Dispose() => folder.Delete(true);

    private string Save(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>An ideal gas: independent uniform positions, whose excess entropy is 0.</summary>
    private static AtomSnapshot[] Gas(int snapshots, int atoms, int seed)
    {
        var random = new Random(seed);
        return Enumerable
            .Range(0, snapshots)
            .Select(step => new AtomSnapshot(
                "Ar",
                [20.0, 20.0, 20.0],
                Enumerable.Range(0, 3 * atoms).Select(_ => 20.0 * random.NextDouble()).ToArray(),
                step
            ))
            .ToArray();
    }

    private static readonly ScanEntropyOptions Short = new()
    {
        Quick = true,
        Networks = 2,
        TrainingSteps = 20,
        Threads = 1,
        CutoffAngstrom = 5.0,
    };

    /// <summary>The same as part of a melting calculation, which has the threads.</summary>
    private static readonly ScanEntropyOptions ShortPhase = Short with { Threads = new ScanEntropyOptions().Threads };

    [Fact]
    public async Task ATrajectoryIsReadWithItsBox()
    {
        var path = Save(
            "gas.dump",
            """
            ITEM: TIMESTEP
            250
            ITEM: NUMBER OF ATOMS
            2
            ITEM: BOX BOUNDS pp pp pp
            0.0 10.0
            0.0 11.0
            0.0 12.0
            ITEM: ATOMS id type x y z
            1 1 1.0 2.0 3.0
            2 1 4.0 5.0 6.0

            """
        );
        var trajectory = await TrajectoryReader.ReadAsync(path);
        var snapshot = Assert.Single(trajectory.Snapshots);
        Assert.Equal(250, snapshot.Step);
        Assert.Equal(660.0, snapshot.VolumePerAtomAngstrom3, 9);
        Assert.Equal([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], snapshot.PositionsAngstrom);
    }

    [Fact]
    public async Task ValuesAndColumnsAreReadWhenAskedFor()
    {
        var path = Save(
            "set.xyz",
            """
            2
            Lattice="9 0 0 0 9 0 0 0 9" energy=-2.5 count=3 ok=T note="two words" v="1 2" m=[[1, 2], [3, 4]] w=[a, b] stress="1 2 3 4 5 6" Properties=species:S:1:pos:R:3:forces:R:3:q:R:1:tag:I:1:label:S:1:move:L:1
            Na 1 2 3 0.1 0.2 0.3 1 7 a T
            Cl 4 5 6 0.4 0.5 0.6 -1 8 b F
            1
            Lattice="9 0 0 0 9 0 0 0 9" free_energy=-3 Properties=species:S:1:pos:R:3
            K 1 2 3

            """
        );
        var read = await TrajectoryReader.ReadAsync(path, everything: true);
        Assert.Equal([2, 1], read.Snapshots.Select(s => s.Count));
        var (first, second) = (read.Snapshots[0], read.Snapshots[1]);

        Assert.Equal(-2.5, Assert.IsType<double>(first.Values["energy"]));
        Assert.Equal(3L, Assert.IsType<long>(first.Values["count"]));
        Assert.True(Assert.IsType<bool>(first.Values["ok"]));
        Assert.Equal("two words", Assert.IsType<string>(first.Values["note"]));
        Assert.Equal([1.0, 2.0], Assert.IsAssignableFrom<IReadOnlyList<double>>(first.Values["v"]));
        Assert.Equal(new double[,] { { 1.0, 2.0 }, { 3.0, 4.0 } }, Assert.IsType<double[,]>(first.Values["m"]));
        Assert.Equal(["a", "b"], Assert.IsAssignableFrom<IReadOnlyList<string>>(first.Values["w"]));

        Assert.Equal(3, first.Columns["forces"].Width);
        Assert.Equal([7L, 8L], Assert.IsAssignableFrom<IReadOnlyList<long>>(first.Columns["tag"].Values));
        Assert.Equal(["a", "b"], Assert.IsAssignableFrom<IReadOnlyList<string>>(first.Columns["label"].Values));
        Assert.Equal([true, false], Assert.IsAssignableFrom<IReadOnlyList<bool>>(first.Columns["move"].Values));

        Assert.Equal(-2.5, first.EnergyElectronvolts());
        Assert.Equal(-3.0, second.FreeEnergyElectronvolts());
        Assert.Equal([1.0, 6.0, 5.0, 6.0, 2.0, 4.0, 5.0, 4.0, 3.0], first.StressElectronvoltsPerAngstrom3());
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], first.ForcesElectronvoltsPerAngstrom());
        Assert.Equal([1.0, -1.0], first.Charges());

        var fault = Assert.Throws<MiceException>(() => second.Charges());
        Assert.Contains("charges", Assert.Single(fault.Faults));
        var bare = (await TrajectoryReader.ReadAsync(path)).Snapshots[0];
        Assert.Empty(bare.Values);
        Assert.Empty(bare.Columns);
    }

    [Fact]
    public async Task SnapshotsOfDifferentAtomsAreOneFault()
    {
        var snapshots = Gas(4, 10, 1).Append(Gas(5, 11, 2)[4]).ToArray();
        var estimator = new ScanEntropyEstimator(Short);
        var fault = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(snapshots));
        Assert.Contains("10 in snapshot 1 (step 0) against 11 in snapshot 5 (step 4)", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task AThermoTableIsReadByName()
    {
        var table = await ThermoReader.ReadAsync(Save("thermo.csv", "step,U_eV\n1,-2.5\n2,-3.5\n"));
        Assert.Equal([-2.5, -3.5], table.Column("U_eV"));
        var fault = Assert.Throws<MiceException>(() => table.Column("V_A3"));
        Assert.Contains("V_A3", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task AMissingFileIsOneFault()
    {
        var fault = await Assert.ThrowsAsync<MiceException>(() => TrajectoryReader.ReadAsync("nowhere.dump"));
        Assert.Equal("nowhere.dump: no such file.", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task NoNoiseIsFoundInAnIdealGas()
    {
        var options = new DenoisingEntropyOptions { Networks = 2, TrainingSteps = 3, Threads = 1 };
        var estimate = await new DenoisingEntropyEstimator(options).EstimateAsync(Gas(8, 80, 7));
        // The first parameters predict nothing, and three steps hardly more.
        Assert.InRange(estimate.ExcessEntropy.Value, -0.2, 0.2);
        Assert.Equal(24, estimate.Levels.Count);
        Assert.Equal(2, estimate.NetworkEntropies.Count);
        Assert.NotEmpty(estimate.Describe());
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => new DenoisingEntropyEstimator(options with { Networks = 1 }).EstimateAsync(Gas(8, 80, 7))
        );
        Assert.Single(fault.Faults);
        var crystal = options with { Phase = ParticlePhase.Crystal };
        fault = await Assert.ThrowsAsync<MiceException>(
            () => new DenoisingEntropyEstimator(crystal).EstimateAsync(Gas(8, 80, 7))
        );
        Assert.Contains("the phase is crystal", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task EveryFaultOfOptionsAndDataIsListed()
    {
        var estimator = new ScanEntropyEstimator(Short with { Networks = 1, CutoffAngstrom = double.NaN });
        var fault = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync([]));
        Assert.True(fault.Faults.Count >= 3, fault.Message);
        Assert.All(fault.Faults, f => Assert.DoesNotContain('\n', f));
    }

    [Fact]
    public async Task MeltingNamesBadTemperatures()
    {
        var table = await ThermoReader.ReadAsync(Save("thermo.csv", "step,U_eV\n1,-2.5\n2,-3.5\n"));
        var estimator = new MeltingEstimator(new MeltingOptions { TemperatureKelvin = -5.0 });
        var gas = Gas(3, 10, 1);
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => estimator.EstimateAsync(new MeltingData(gas, gas, table, table))
        );
        Assert.Contains(fault.Faults, f => f.Contains("temperature", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("V_A3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithTheTableOfTheRunTheLoosenessIsTold()
    {
        var table = await ThermoReader.ReadAsync(Save(
            "gas.csv",
            "step,U_eV,V_A3\n0,-2.5,8000\n1,-2.4,8001\n2,-2.6,7999\n3,-2.5,8002\n4,-2.3,8000\n5,-2.4,8001\n"
        ));
        var gas = Gas(6, 40, 7);
        var estimator = new ScanEntropyEstimator(Short);
        var estimate = await estimator.EstimateAsync(gas, run: new ThermalRun(table, 300.0));
        Assert.NotNull(estimate.Looseness);
        Assert.Equal(
            estimate.ExcessEntropy.Value - estimate.Looseness.Value.Value,
            Assert.NotNull(estimate.Corrected).Value,
            9
        );
        Assert.Null((await estimator.EstimateAsync(gas)).Looseness);
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => estimator.EstimateAsync(gas, run: new ThermalRun(table, -1.0))
        );
        Assert.Contains(fault.Faults, f => f.Contains("temperature", StringComparison.Ordinal));
        var unnumbered = gas
            .Select(s => new AtomSnapshot("Ar", [20.0, 20.0, 20.0], s.PositionsAngstrom))
            .ToArray();
        fault = await Assert.ThrowsAsync<MiceException>(
            () => estimator.EstimateAsync(unnumbered, run: new ThermalRun(table, 300.0))
        );
        Assert.Contains("two snapshots have step 0", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task AConfigurationThatIsThereTwiceIsRefused()
    {
        var gas = Gas(6, 40, 7);
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => new ScanEntropyEstimator(Short).EstimateAsync([.. gas, gas[2]])
        );
        Assert.Contains("a copy of snapshot 3 (step 2)", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task AGasIsEstimatedWithProgress()
    {
        var listener = new Listener();
        var estimate = await new ScanEntropyEstimator(Short).EstimateAsync(Gas(6, 40, 7), listener);
        Assert.Equal(EstimateKind.UpperBound, estimate.ExcessEntropy.Kind);
        Assert.True(double.IsFinite(estimate.ExcessEntropy.Value));
        Assert.Equal(2, estimate.NetworkEntropies.Count);
        Assert.Equal(200.0, estimate.VolumePerAtomAngstrom3, 6);
        Assert.NotEmpty(estimate.Checks);
        Assert.NotEmpty(listener.Heard);
        Assert.All(listener.Heard, p => Assert.InRange(p.Fraction, 0.0, 1.0));
    }

    [Fact]
    public async Task CancellationStopsTheWork()
    {
        using var source = new CancellationTokenSource();
        var estimator = new ScanEntropyEstimator(Short with { TrainingSteps = 1_000_000 });
        // Of so few atoms training is short: a time would sometimes come behind its end.
        var work = estimator.EstimateAsync(Gas(6, 40, 7), new Stopper(source, 2), source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    /// <summary>Stops the work when it is told for the n-th time how far that is.</summary>
    private sealed class Stopper(CancellationTokenSource source, int reports) : IProgress<EstimationProgress>
    {
        private int heard;

        public void Report(EstimationProgress value)
        {
            if (Interlocked.Increment(ref heard) == reports)
            {
                source.Cancel();
            }
        }
    }

    [Fact]
    public async Task AStoppedEstimateGoesOnToTheSameResult()
    {
        var gas = Gas(6, 40, 7);
        var options = Short with { TrainingSteps = 60 };
        var whole = await new ScanEntropyEstimator(options).EstimateAsync(gas);
        var kept = options with { CheckpointDirectory = Path.Combine(folder.FullName, "run") };
        using var source = new CancellationTokenSource();
        var stopped = new ScanEntropyEstimator(kept).EstimateAsync(gas, new Stopper(source, 3), source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.NotEmpty(Directory.GetFiles(kept.CheckpointDirectory, "*.state"));
        var resumed = await new ScanEntropyEstimator(kept with { Threads = 2 }).EstimateAsync(gas);
        Assert.Equal(whole.ExcessEntropy, resumed.ExcessEntropy);
        Assert.Equal(whole.NetworkEntropies, resumed.NetworkEntropies);
    }

    [Fact]
    public async Task ACheckpointDirectoryBelongsToItsOptionsAndSnapshots()
    {
        var kept = Short with { CheckpointDirectory = Path.Combine(folder.FullName, "run") };
        await new ScanEntropyEstimator(kept).EstimateAsync(Gas(6, 40, 7));
        var seed = await Assert.ThrowsAsync<MiceException>(
            () => new ScanEntropyEstimator(kept with { Seed = 2 }).EstimateAsync(Gas(6, 40, 7))
        );
        Assert.Contains("seed", Assert.Single(seed.Faults));
        var snapshots = await Assert.ThrowsAsync<MiceException>(
            () => new ScanEntropyEstimator(kept).EstimateAsync(Gas(6, 40, 8))
        );
        Assert.Contains("snapshots", Assert.Single(snapshots.Faults));
    }

    [Fact]
    public async Task AStoppedMeltingGoesOnToTheSameResult()
    {
        var rows = Enumerable.Range(0, 32).Select(i => $"{i},{-1.0 - 0.01 * (i * 7 % 5)},{8000 + i * 3 % 7}\n");
        var table = await ThermoReader.ReadAsync(Save("thermo.csv", "step,U_eV,V_A3\n" + string.Concat(rows)));
        var data = new MeltingData(Gas(6, 40, 7), Gas(6, 40, 8), table, table);
        var options = new MeltingOptions
        {
            TemperatureKelvin = 300.0,
            Threads = 1,
            Solid = ShortPhase,
            Liquid = ShortPhase,
        };
        var whole = await new MeltingEstimator(options).EstimateAsync(data);
        var kept = options with { CheckpointDirectory = Path.Combine(folder.FullName, "melt") };
        using var source = new CancellationTokenSource();
        var stopped = new MeltingEstimator(kept).EstimateAsync(data, new Stopper(source, 3), source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        var resumed = await new MeltingEstimator(kept).EstimateAsync(data);
        Assert.Equal(whole.DeltaEntropy, resumed.DeltaEntropy);
        var other = kept with { Seed = 2 };
        var fault = await Assert.ThrowsAsync<MiceException>(() => new MeltingEstimator(other).EstimateAsync(data));
        Assert.Contains("seed", Assert.Single(fault.Faults));

        foreach (
            var misplaced in new[]
            {
                ShortPhase with { CheckpointDirectory = "here" },
                ShortPhase with { Seed = 2 },
                Short,
            }
        )
        {
            var refused = new MeltingEstimator(kept with { Solid = misplaced });
            await Assert.ThrowsAsync<MiceException>(() => refused.EstimateAsync(data));
        }
    }

    [Fact]
    public void DefaultsAreThoseOfTheLibrary()
    {
        var options = new ScanEntropyOptions();
        Assert.Equal(1UL, options.Seed);
        Assert.True(options.Threads >= 1);
        Assert.Equal(1.0, new MeltingOptions { TemperatureKelvin = 300.0 }.PressureBar);
    }
}
