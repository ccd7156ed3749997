using System;
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
        Assert.Equal([(4, 4), (4, 8)], mice.Levels.Select(l => (l.Depth, l.Length)));
        Assert.Equal(EstimateKind.LowerBound, mice.Levels[0].MutualInformation.Kind);
        Assert.Equal("kaufman", mice.ReferenceSource);
        Assert.NotNull(found.First(e => e.Method == "scan").ReducedFreeEnergyPerSite);
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
            Assert.Equal("transfer_matrix", first[0].ReferenceSource);
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
    }
}
