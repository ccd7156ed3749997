using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class EnvironmentEntropyTests
{
    /// <summary>Copper on a simple lattice of 4 × 4 × 4 sites 2.5 Å apart, moved at random.</summary>
    private static AtomSnapshot Snapshot(int seed, double displacement)
    {
        var random = new Random(seed);
        double Moved(int place) => 2.5 * place + displacement * (2.0 * random.NextDouble() - 1.0);
        var positions = Enumerable.Range(0, 64).SelectMany(i => new[] { Moved(i / 16), Moved(i / 4 % 4), Moved(i % 4) });
        return new("Cu", [10.0, 10.0, 10.0], positions.ToArray());
    }

    private static readonly AtomSnapshot[] Quiet = [Snapshot(1, 0.1), Snapshot(2, 0.1)];

    private static readonly AtomSnapshot[] Mixed = [Snapshot(3, 0.1), Snapshot(4, 0.5), Snapshot(5, 0.8)];

    [Fact]
    public async Task EntropyIsBetweenZeroAndTheLogarithmOfTheNumber()
    {
        var found = await new EnvironmentEntropy().EstimateAsync(Mixed);
        Assert.InRange(found.Entropy.Value, 0.0, Math.Log(192));
        Assert.InRange(found.Diversity.Value, 0.0, Math.Log(192));
        Assert.Equal(192, found.DeltaEntropyNats.Count);
        Assert.All(found.DeltaEntropyNats, d => Assert.InRange(d, -Math.Log(192), 0.0));
        // H = ln n + mean δH.
        Assert.Equal(found.Entropy.Value, Math.Log(192) + found.DeltaEntropyNats.Average(), 10);
        Assert.Equal(0.015, found.BandwidthPerAngstrom);
        Assert.True(found.Entropy.StandardError > 0.0);
    }

    [Fact]
    public async Task AWiderBandwidthSeesLess()
    {
        var narrow = await new EnvironmentEntropy(new() { BandwidthPerAngstrom = 0.02 }).EstimateAsync(Mixed);
        var wide = await new EnvironmentEntropy(new() { BandwidthPerAngstrom = 0.1 }).EstimateAsync(Mixed);
        Assert.True(wide.Entropy.Value < narrow.Entropy.Value);
    }

    [Fact]
    public async Task NewEnvironmentsSurprise()
    {
        var environments = new EnvironmentEntropy(new() { BandwidthPerAngstrom = 0.05, Threads = 1 });
        var known = await environments.CompareAsync(Quiet, Quiet);
        var other = await environments.CompareAsync(Quiet, Mixed);
        Assert.Equal(1.0, known.Overlap.Value);
        Assert.Equal(0.0, known.Novelty.Value);
        Assert.True(other.Overlap.Value < 1.0);
        Assert.True(other.Mean.Value > known.Mean.Value);
        Assert.Equal(192, other.DeltaEntropyNats.Count);
    }

    [Theory]
    [InlineData(FrameChoice.Coverage)]
    [InlineData(FrameChoice.FarthestPoint)]
    [InlineData(FrameChoice.KMeans)]
    [InlineData(FrameChoice.Random)]
    public async Task FramesAreChosen(FrameChoice choice)
    {
        var kept = await new EnvironmentEntropy().CompressAsync(Mixed, 2, choice);
        Assert.Equal(2, kept.Distinct().Count());
        Assert.All(kept, f => Assert.InRange(f, 0, 2));
    }

    [Fact]
    public async Task FaultsAreExceptions()
    {
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => new EnvironmentEntropy(new() { Neighbours = 1, CutoffAngstrom = -1.0 }).EstimateAsync(Mixed)
        );
        Assert.Equal(2, fault.Faults.Count);
        await Assert.ThrowsAsync<MiceException>(
            () => new EnvironmentEntropy(new() { BandwidthPerAngstrom = 0.0 }).EstimateAsync(Mixed)
        );
        await Assert.ThrowsAsync<MiceException>(() => new EnvironmentEntropy().EstimateAsync(Array.Empty<AtomSnapshot>()));
        await Assert.ThrowsAsync<MiceException>(() => new EnvironmentEntropy().CompressAsync(Mixed, 4));
        var together = new AtomSnapshot("Cu", [10.0, 10.0, 10.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        var atOnePlace = await Assert.ThrowsAsync<MiceException>(() => new EnvironmentEntropy().EstimateAsync([together]));
        Assert.Contains("atoms 1 and 2", atOnePlace.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SpeciesCount()
    {
        foreach (var form in Enum.GetValues<EnvironmentSpecies>())
        {
            var found = await new EnvironmentEntropy(new() { Species = form }).EstimateAsync(Mixed);
            Assert.True(found.Entropy.Value > 0.0);
        }
    }
}
