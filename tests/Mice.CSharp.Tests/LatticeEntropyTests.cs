using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class LatticeEntropyTests
{
    private static readonly LatticeEntropyEstimatorOptions Quick = new()
    {
        Methods = [LatticeEntropyMethod.Scan, LatticeEntropyMethod.Mice, LatticeEntropyMethod.Counting],
        Snapshots = 512,
        MiceSteps = 100,
        ScanSteps = 200,
        Threads = 2,
    };

    [Fact]
    public async Task EntropiesOfASmallTorusAreNearTheExactOnes()
    {
        var found = await new LatticeEntropyEstimator(Quick).EstimateAsync(new IsingSystem(8), [2.5, 4.0]);

        foreach (var method in new[] { "scan", "mice", "naive" })
        {
            var own = found.Where(e => e.Method == method).ToArray();
            Assert.Equal([2.5, 4.0], own.Select(e => e.Temperature));
            // Hardly trained; the naive estimate lies 0.05 above at T = 2.5.
            Assert.All(own, e => Assert.Equal(e.ReferencePerSite!.Value.Value, e.EntropyPerSite.Value, 0.08));
        }

        var mice = found.First(e => e.Method == "mice");
        Assert.Equal([("4×4", 16.0), ("4×8", 32.0)], mice.Levels.Select(l => (l.Half, l.Volume)));
        Assert.Equal(EstimateKind.LowerBound, mice.Levels[0].MutualInformation.Kind);
        Assert.Equal("kaufman", mice.ReferenceSource);
        Assert.NotNull(found.First(e => e.Method == "scan").ReducedFreeEnergyPerSite);
    }

    [Fact]
    public async Task EveryModelIsKnownByItsName()
    {
        Assert.Superset(new HashSet<string> { "ising", "xy", "potts", "ising3d" }, LatticeSystem.Models.ToHashSet());
        var states = new LatticeSystem("potts", 4) { Parameters = new Dictionary<string, string> { ["states"] = "3" } };
        var scan = Quick with { Methods = [LatticeEntropyMethod.Scan] };

        foreach (var (system, temperature) in new[] { (states, 2.0), (new LatticeSystem("ising3d", 4, 2, 2), 5.0) })
        {
            var found = Assert.Single(await new LatticeEntropyEstimator(scan).EstimateAsync(system, [temperature]));
            // Exact within four errors, which are some thousandths.
            var error = found.EntropyPerSite.StandardError;
            Assert.InRange(error, 1e-4, 0.02);
            Assert.InRange(found.EntropyPerSite.Value - found.ReferencePerSite!.Value.Value, -4.0 * error, 4.0 * error);
        }

        var fault = await Assert.ThrowsAsync<MiceException>(() =>
            new LatticeEntropyEstimator(scan).EstimateAsync(new LatticeSystem("clock", 4), [1.0])
        );
        Assert.Contains("ising3d", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SnapshotsOfAnyNumberOfAxesAreWrittenReadAndEstimated()
    {
        var random = new Random(3);
        var sites = Enumerable.Range(0, 256).Select(_ => Enumerable.Range(0, 27).Select(_ => (byte)random.Next(3)).ToArray()).ToArray();
        var snapshots = LatticeSnapshotSet.OfStates(3, [3, 3, 3], sites);
        var file = Path.Combine(Directory.CreateTempSubdirectory("mice-sets-").FullName, "s.spins");
        await LatticeSnapshotFile.WriteAsync(file, snapshots);
        var read = await LatticeSnapshotFile.ReadAsync(file, LatticeSpinKind.States);
        Assert.Equal((256, LatticeSpinKind.States), (read.Count, read.Kind));
        Assert.Equal([3, 3, 3], read.Sides);

        var free = new LatticeSystem("potts", 3, 3, 3) { Parameters = new Dictionary<string, string> { ["coupling"] = "0" } };
        var conditions = new LatticeSnapshotConditions
        {
            Symmetry = LatticeSymmetry.Square,
            GlobalSymmetry = true,
            Equilibrium = LatticeEquilibrium.Of(free, 1.0, read),
        };
        var scan = Quick with { Methods = [LatticeEntropyMethod.Scan] };
        var found = Assert.Single(await new LatticeEntropyEstimator(scan).EstimateAsync(read, conditions));
        // Independent states in equilibrium at any temperature without energies: ln 3 within four errors.
        Assert.InRange(found.EntropyPerSite.StandardError, 0.0, 0.01);
        Assert.InRange(found.EntropyPerSite.Value - Math.Log(3.0), -0.02, 0.02);
        Directory.Delete(Path.GetDirectoryName(file)!, true);
    }

    [Fact]
    public async Task WeightsGoFromTheHigherTemperatureToTheLower()
    {
        var alone = Quick with { Methods = [LatticeEntropyMethod.Mice], MiceSteps = 30 };

        async Task<double[]> EntropiesAsync(LatticeEntropyEstimatorOptions options) =>
            [.. (await new LatticeEntropyEstimator(options).EstimateAsync(new IsingSystem(8), [2.5, 4.0])).Select(e => e.EntropyPerSite.Value)];

        var apart = await EntropiesAsync(alone);
        var handed = await EntropiesAsync(alone with { TransferWeights = true });
        Assert.Equal(apart[1], handed[1]);
        Assert.NotEqual(apart[0], handed[0]);
    }

    [Fact]
    public async Task EntropiesOfASmallXYTorusAreNearTheIntegratedOnes()
    {
        var options = Quick with
        {
            Methods = [LatticeEntropyMethod.Scan, LatticeEntropyMethod.Mice, LatticeEntropyMethod.Integration],
            Snapshots = 128,
            MiceSteps = 50,
            ScanSteps = 100,
        };
        var system = new XYSystem(4) { Coupling = -1.0, Field = 0.5 };
        var found = await new LatticeEntropyEstimator(options).EstimateAsync(system, [4.0]);
        var reference = found.Single(e => e.Method == "integration").EntropyPerSite;
        // s = ln 2π − (J² + H²/2)/(2·T²) up to the next order, 1/T³ and less than 0.01.
        Assert.Equal(Math.Log(2.0 * Math.PI) - 1.125 / 32.0, reference.Value, 0.01);

        foreach (var method in new[] { "scan", "mice" })
        {
            var own = found.Single(e => e.Method == method);
            Assert.Equal(("integration", reference), (own.ReferenceSource, own.ReferencePerSite));
            // Hardly trained.
            Assert.Equal(reference.Value, own.EntropyPerSite.Value, 0.05);
            Assert.Equal(EstimateKind.UpperBound, own.UpperBoundPerSite!.Value.Kind);
        }

        Assert.Equal(["1×1", "1×2", "2×2", "2×4"], found.First(e => e.Method == "mice").Levels.Select(l => l.Half));
    }

    [Fact]
    public async Task SnapshotsAreRoundedUpToTheChains()
    {
        var options = Quick with { Methods = [LatticeEntropyMethod.Scan], Snapshots = 1, ScanSteps = 1 };
        Assert.Single(await new LatticeEntropyEstimator(options).EstimateAsync(new XYSystem(2), [4.0]));
    }

    [Fact]
    public async Task CheckpointsAreUsedAgain()
    {
        var folder = Directory.CreateTempSubdirectory("mice-csharp-");

        try
        {
            var options = Quick with
            {
                Methods = [LatticeEntropyMethod.Compression, LatticeEntropyMethod.Counting],
                CheckpointDirectory = folder.FullName,
            };
            var system = new IsingSystem(8) { Lattice = LatticeKind.Triangular, Coupling = -1.0 };
            var first = await new LatticeEntropyEstimator(options).EstimateAsync(system, [1.0]);
            var again = await new LatticeEntropyEstimator(options).EstimateAsync(system, [1.0]);
            // The times are those of the first run: nothing was computed again.
            Assert.Equal(first.Select(e => e.Duration), again.Select(e => e.Duration));
            Assert.Equal("triangular_torus", first[0].ReferenceSource);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public async Task EveryFaultIsTold()
    {
        var fault = await Assert.ThrowsAsync<MiceException>(() =>
            new LatticeEntropyEstimator(Quick with { Snapshots = 0 }).EstimateAsync(new IsingSystem(6), [-1.0])
        );
        Assert.Equal(3, fault.Faults.Count);
        var planar = await Assert.ThrowsAsync<MiceException>(() =>
            new LatticeEntropyEstimator(Quick with { Snapshots = 0, ScanSteps = 0 }).EstimateAsync(new XYSystem(6), [-1.0])
        );
        // Snapshots, steps, counting, the side, the temperature.
        Assert.Equal(5, planar.Faults.Count);
    }

    [Fact]
    public async Task WhatCannotBeAskedForIsToldBeforeAnythingIsDrawn()
    {
        var options = Quick with { Methods = [LatticeEntropyMethod.Integration] };
        var integration = await Assert.ThrowsAsync<MiceException>(() =>
            new LatticeEntropyEstimator(options).EstimateAsync(new IsingSystem(8), [2.0])
        );
        Assert.Contains("integration", Assert.Single(integration.Faults), StringComparison.Ordinal);
        var estimator = new LatticeEntropyEstimator();
        var ising = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(new IsingSystem(8), []));
        var planar = await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(new XYSystem(8), []));
        Assert.Equal(Assert.Single(ising.Faults), Assert.Single(planar.Faults));
    }

    [Fact]
    public void DefaultsAreThoseOfTheLibrary() =>
        Assert.Equal([LatticeEntropyMethod.Mice, LatticeEntropyMethod.Scan], new LatticeEntropyEstimatorOptions().Methods);
}
