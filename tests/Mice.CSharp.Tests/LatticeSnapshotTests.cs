using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class LatticeSnapshotTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mice-csharp-");

    public void Dispose() => folder.Delete(true);

    private static readonly LatticeEntropyEstimatorOptions Quick = new()
    {
        MiceSteps = 30,
        ScanSteps = 100,
        Threads = 2,
    };

    /// <summary>H/T of independent spins: s = ln(2 cosh x) − x tanh x, u = −H tanh x.</summary>
    private const double X = 0.5;

    private static readonly double Magnetisation = Math.Tanh(X);

    private static readonly double Entropy = Math.Log(2.0 * Math.Cosh(X)) - X * Magnetisation;

    private static T[,,] Table<T>(int snapshots, int rows, int columns, Func<Random, T> site)
    {
        var random = new Random(1);
        var table = new T[snapshots, rows, columns];

        for (var n = 0; n < snapshots; n++)
        {
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                {
                    table[n, r, c] = site(random);
                }
            }
        }

        return table;
    }

    private static sbyte[,,] InAField(int snapshots, int rows, int columns) =>
        Table(snapshots, rows, columns, r => (sbyte)(r.NextDouble() < 0.5 * (1.0 + Magnetisation) ? 1 : -1));

    [Fact]
    public async Task EnergiesMakeTheEntropyMoreCertain()
    {
        var spins = InAField(256, 4, 4);
        var options = Quick with { Methods = [LatticeEntropyMethod.Scan] };
        var estimator = new LatticeEntropyEstimator(options);
        // At T = 2 the field is 1; there is no coupling.
        var own = LatticeEquilibrium.Of(new IsingSystem(4) { Coupling = 0.0, Field = 2.0 * X }, 2.0, spins);
        var exact = own with { MeanEnergyPerSite = new(-2.0 * X * Magnetisation, 0.0, EstimateKind.Exact) };
        var unsure = Assert.Single(await estimator.EstimateAsync(spins, new() { Equilibrium = own }));
        var sure = Assert.Single(await estimator.EstimateAsync(spins, new() { Equilibrium = exact }));
        Assert.Equal(2.0, sure.Temperature);
        Assert.Equal(EstimateKind.UpperBound, unsure.UpperBoundPerSite!.Value.Kind);
        Assert.Equal(exact.MeanEnergyPerSite, sure.EnergyPerSite);
        // Four errors; the scan is hardly trained, which costs less than 0.02.
        Assert.Equal(Entropy, sure.EntropyPerSite.Value, 4.0 * sure.EntropyPerSite.StandardError + 0.02);
        Assert.True(sure.EntropyPerSite.StandardError < 0.5 * unsure.EntropyPerSite.StandardError);
        Assert.Equal(EstimateKind.Exact, sure.EntropyPerSite.Kind);
        // The same energies without the Hamiltonian leave the bound less its looseness.
        var blind = new LatticeEquilibrium(2.0, own.Energies) { MeanEnergyPerSite = exact.MeanEnergyPerSite };
        var loose = Assert.Single(await estimator.EstimateAsync(spins, new() { Equilibrium = blind }));
        Assert.Equal(EstimateKind.NoBound, loose.EntropyPerSite.Kind);
        Assert.Equal(loose.UpperBoundPerSite, sure.UpperBoundPerSite);
        var function = LatticeEquilibrium.Of(2.0, spins, s => -2.0 * X * s.Sum(spin => spin)) with
        {
            MeanEnergyPerSite = exact.MeanEnergyPerSite,
        };
        var same = Assert.Single(await estimator.EstimateAsync(spins, new() { Equilibrium = function }));
        Assert.Equal(sure.EntropyPerSite.Value, same.EntropyPerSite.Value, 1e-9);
    }

    [Fact]
    public async Task SymmetriesAreThoseThatAreGiven()
    {
        var spins = InAField(128, 8, 8);
        var estimator = new LatticeEntropyEstimator(Quick with { Methods = [LatticeEntropyMethod.Counting] });

        async Task<double> Naive(LatticeSnapshotConditions conditions) =>
            (await estimator.EstimateAsync(spins, conditions)).Single(e => e.Method == "naive").EntropyPerSite.Value;

        var none = await Naive(new());
        var square = await Naive(new() { Symmetry = LatticeSymmetry.Square });
        var triangular = await Naive(new() { Symmetry = LatticeSymmetry.Triangular });
        var flipped = await Naive(new() { GlobalSymmetry = true });
        // Fewer patterns to count each time: the correction of the entropy is smaller and the estimate nearer to the truth.
        Assert.True(none < triangular && triangular < square, $"{none}, {triangular}, {square}");
        // Spins that are not to be flipped: ln 2 for 16 sites, nearly.
        Assert.InRange(flipped - none, 0.02, 0.06);
    }

    [Fact]
    public async Task AnglesAreRotatedOnlyWhereThatIsAllowed()
    {
        // Evenly in a range of one radian: s = 0. Rotations add ln 2π/16 = 0.11, nearly, to the entropy of a torus of 16 sites.
        var angles = Table(128, 4, 4, r => r.NextDouble() + 1.0);
        var estimator = new LatticeEntropyEstimator(Quick with { Methods = [LatticeEntropyMethod.Mice] });
        var plain = (await estimator.EstimateAsync(angles)).First(e => e.Method == "mice");
        var rotated = (await estimator.EstimateAsync(angles, new() { GlobalSymmetry = true })).First(e => e.Method == "mice");
        Assert.True(double.IsNaN(plain.Temperature));
        Assert.Null(plain.EnergyPerSite);
        Assert.Equal(0.0, plain.EntropyPerSite.Value, 0.03);
        Assert.True(rotated.EntropyPerSite.Value > 0.08, $"{rotated.EntropyPerSite.Value}");
        Assert.Equal(["1×1", "1×2", "2×2", "2×4"], plain.Levels.Select(l => l.Half));
    }

    [Fact]
    public void EnergiesAreThoseOfTheModel()
    {
        var up = Table(2, 4, 4, _ => (sbyte)1);
        up[1, 2, 3] = -1;
        var ising = LatticeEquilibrium.Of(new IsingSystem(4) { Lattice = LatticeKind.Triangular, Coupling = -2.0, Field = 0.25 }, 1.0, up);
        // Three bonds for each site, six of which are turned.
        Assert.Equal([96.0 - 4.0, 72.0 - 3.5], ising.Energies);
        var along = Table(2, 4, 4, _ => 0.0);
        along[1, 2, 3] = Math.PI;
        var planar = LatticeEquilibrium.Of(new XYSystem(4) { Coupling = -2.0, Field = 0.25 }, 1.0, along);
        // Two bonds for each site, four of which are turned; rounding of 32 cosines.
        Assert.Equal(64.0 - 4.0, planar.Energies[0], 1e-9);
        Assert.Equal(48.0 - 3.5, planar.Energies[1], 1e-9);
        var fault = Assert.Throws<MiceException>(() => LatticeEquilibrium.Of(new IsingSystem(8), 1.0, up));
        Assert.Contains("4×4", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckpointsBelongToTheirSnapshotsAndConditions()
    {
        var spins = InAField(64, 4, 4);
        var kept = Quick with
        {
            Methods = [LatticeEntropyMethod.Compression],
            CheckpointDirectory = Path.Combine(folder.FullName, "run"),
        };
        var estimator = new LatticeEntropyEstimator(kept);
        var energies = LatticeEquilibrium.Of(new IsingSystem(4), 2.0, spins);
        var conditions = new LatticeSnapshotConditions { GroupSnapshots = 2, Equilibrium = energies };
        var first = Assert.Single(await estimator.EstimateAsync(spins, conditions));
        var again = Assert.Single(await estimator.EstimateAsync(spins, conditions));
        // The time is that of the first run: nothing was computed again.
        Assert.Equal(first.Duration, again.Duration);

        async Task<string> Fault(LatticeSnapshotConditions other) =>
            Assert.Single((await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(spins, other))).Faults);

        var longer = energies with { MeanEnergyPerSite = new(0.0, 0.1, EstimateKind.Exact) };
        Assert.Contains("mean_energy_per_site", await Fault(conditions with { Equilibrium = longer }), StringComparison.Ordinal);
        Assert.Contains("group", await Fault(conditions with { GroupSnapshots = 1 }), StringComparison.Ordinal);
        Assert.Contains("symmetry", await Fault(conditions with { GlobalSymmetry = true }), StringComparison.Ordinal);
        spins[0, 0, 0] *= -1;
        Assert.Contains("snapshots_sha256", await Fault(conditions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryFaultIsTold()
    {
        var conditions = new LatticeSnapshotConditions
        {
            GroupSnapshots = 0,
            Equilibrium = new(-1.0, [1.0, double.NaN]),
        };
        var options = Quick with
        {
            Methods = [LatticeEntropyMethod.Mice, LatticeEntropyMethod.Integration],
            MiceSteps = 0,
            Threads = 0,
        };
        var estimator = new LatticeEntropyEstimator(options);
        var spins = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(new sbyte[20, 6, 6], conditions));
        // Method, steps, threads, group, side, a spin, number of energies, temperature, an energy.
        Assert.Equal(9, spins.Faults.Count);
        var angles = Table(20, 6, 6, _ => double.NaN);
        var planar = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(angles, conditions));
        Assert.Equal(9, planar.Faults.Count);
        Assert.All(spins.Faults.Concat(planar.Faults), f => Assert.DoesNotContain('\n', f));
    }

    [Fact]
    public async Task OneFaultIsOneLine()
    {
        var estimator = new LatticeEntropyEstimator(Quick);

        async Task<string> Fault(sbyte[,,] spins, LatticeSnapshotConditions? conditions = null) =>
            Assert.Single((await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(spins, conditions))).Faults);

        Assert.Contains("[snapshots, rows, columns]", await Fault(new sbyte[20, 0, 4]), StringComparison.Ordinal);
        Assert.Contains("16", await Fault(new sbyte[0, 8, 8]), StringComparison.Ordinal);
        Assert.Contains("groups", await Fault(InAField(20, 8, 8), new() { GroupSnapshots = 20 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesGiveBackWhatWasWritten()
    {
        var spins = InAField(3, 4, 5);
        var angles = Table(3, 4, 5, r => r.NextDouble());

        foreach (var ending in new[] { "npy", "spins" })
        {
            var (first, second) = (Path.Combine(folder.FullName, $"a.{ending}"), Path.Combine(folder.FullName, $"b.{ending}"));
            await LatticeSnapshotFile.WriteAsync(first, spins);
            await LatticeSnapshotFile.WriteAsync(second, angles);
            Assert.Equal(spins, await LatticeSnapshotFile.ReadSpinsAsync(first));
            Assert.Equal(angles, await LatticeSnapshotFile.ReadAnglesAsync(second));
            await Assert.ThrowsAsync<MiceException>(() => LatticeSnapshotFile.ReadAnglesAsync(first));
        }

        var name = await Assert.ThrowsAsync<MiceException>(() => LatticeSnapshotFile.WriteAsync("spins.txt", spins));
        Assert.Contains(".npy", Assert.Single(name.Faults), StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<MiceException>(() => LatticeSnapshotFile.ReadSpinsAsync("nowhere.npy"));
        Assert.Equal("nowhere.npy: no such file.", Assert.Single(missing.Faults));
    }
}
