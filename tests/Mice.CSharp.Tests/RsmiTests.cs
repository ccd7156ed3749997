using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class RsmiTests
{
    private static readonly RsmiOptions Options = new()
    {
        Block = 2,
        Buffers = [1, 2],
        Environment = 1,
        Configurations = 512,
        Samples = 2000,
        Starts = 2,
        TrainingSteps = 60,
        CertificateSteps = 60,
        BatchSize = 200,
    };

    [Fact]
    public async Task SpinsOfAColdMagnetShareOneBit()
    {
        var listener = new Listener();
        var found = await new RsmiEstimator(Options).IsingAsync(8, [1.0], progress: listener);
        Assert.Equal([1, 2], found.Select(p => p.Buffer));
        Assert.NotEmpty(listener.Heard);

        foreach (var p in found)
        {
            Assert.Equal(1.0, p.Parameter);
            Assert.Equal(EstimateKind.LowerBound, p.Information.Kind);
            // Almost all spins are alike: ln 2 less what few flipped spins and few steps take.
            Assert.InRange(p.Information.Value, 0.5, Math.Log(2.0) + 6.0 * p.Information.StandardError);
            Assert.Equal(p.Certificate.RetrainedBound, p.Information);
            var filter = Assert.Single(p.Filters);
            Assert.Equal(4, filter.Length);
            Assert.Equal(1.0, filter.Sum(w => w * w), 10);
            // By definition of an overlap with equal weights.
            Assert.Equal(Math.Abs(filter.Sum()) / 2.0, Assert.Single(p.Overlaps)["uniform"], 10);
            Assert.Equal(2, p.ValidatedStarts.Count);
            Assert.Equal(1.0, p.Spectrum.Sum(s => s.Value), 10);
            Assert.NotEmpty(p.Checks);
            var rows = p.Describe();
            Assert.Contains(rows, row => row.Estimate == p.Information);
            Assert.Contains(rows, row => row.Place.EndsWith("temperature", StringComparison.Ordinal) && row.Number == 1.0);
            Assert.Contains(rows, row => row.Text.Contains("uniform", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task ConfigurationsFromElsewhereHaveFilters()
    {
        // Two numbers a site: a sign that all sites of a ring share, and noise.
        var random = new Random(1);
        var values = Enumerable
            .Range(0, 400)
            .Select(_ =>
            {
                var sign = random.Next(2) == 0 ? -1.0f : 1.0f;
                return Enumerable.Range(0, 24).Select(i => i < 12 ? sign : (float)random.NextDouble()).ToArray();
            })
            .ToArray();
        var configurations = new RsmiConfigurations
        {
            Values = values,
            Shape = [12],
            Channels = 2,
        };
        var p = Assert.Single(await new RsmiEstimator(Options with { Buffers = [1] }).EstimateAsync(configurations));
        Assert.Null(p.Parameter);
        Assert.Empty(Assert.Single(p.Overlaps));
        Assert.InRange(p.Information.Value, 0.6, Math.Log(2.0) + 6.0 * p.Information.StandardError);
        // The block has two sites of each channel; the sign is worth more than the noise.
        var filter = p.Filters[0].Select(Math.Abs).ToArray();
        Assert.True(filter[0] + filter[1] > filter[2] + filter[3]);
    }

    [Fact]
    public async Task DimersAndMassesHaveFiltersToo()
    {
        var quick = Options with { Buffers = [1], TrainingSteps = 4, CertificateSteps = 4, Configurations = 64 };
        var dimers = Assert.Single(await new RsmiEstimator(quick with { Components = 2 }).DimersAsync(8, [1.0]));
        Assert.Equal([8, 8], dimers.Filters.Select(f => f.Length));
        Assert.Equal(6, dimers.Overlaps[1].Count);
        var masses = Assert.Single(await new RsmiEstimator(quick with { States = 3 }).ChippingAsync(16, [0.5]));
        Assert.Equal([2, 2, 2], masses.Filters.Select(f => f.Length));
        Assert.Equal(0.5, masses.Parameter);
    }

    [Fact]
    public async Task SameSeedSameNumbers()
    {
        var quick = Options with { Buffers = [1], TrainingSteps = 4, CertificateSteps = 4, Configurations = 64 };
        var first = await new RsmiEstimator(quick).IsingAsync(8, [3.0]);
        var second = await new RsmiEstimator(quick with { Threads = 1 }).IsingAsync(8, [3.0]);
        Assert.Equal(first[0].Information, second[0].Information);
        Assert.Equal(first[0].Filters[0], second[0].Filters[0]);
    }

    [Fact]
    public async Task ACheckpointDirectoryBelongsToOneSetOfData()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid()}");
        var quick = Options with
        {
            Buffers = [1],
            TrainingSteps = 4,
            CertificateSteps = 4,
            Configurations = 64,
            CheckpointDirectory = directory,
        };
        var random = new Random(1);

        RsmiConfigurations Drawn() =>
            new()
            {
                Values = Enumerable.Range(0, 64).Select(_ => Enumerable.Range(0, 12).Select(_ => (float)random.NextDouble()).ToArray()).ToArray(),
                Shape = [12],
            };

        try
        {
            var configurations = Drawn();
            var estimator = new RsmiEstimator(quick);
            var first = await estimator.EstimateAsync(configurations);
            var again = await estimator.EstimateAsync(configurations);
            Assert.Equal(first[0].Filters[0], again[0].Filters[0]);
            await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(Drawn()));
            Directory.Delete(directory, true);
            // The fifth temperature counts too.
            await estimator.IsingAsync(8, [2.0, 3.0, 4.0, 5.0, 6.0]);
            await Assert.ThrowsAsync<MiceException>(() => estimator.IsingAsync(8, [2.0, 3.0, 4.0, 5.0, 7.0]));
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    [Fact]
    public async Task WhatCannotBeDoneIsAnException()
    {
        var wide = new RsmiEstimator(Options with { Buffers = [3] });
        await Assert.ThrowsAsync<MiceException>(() => wide.IsingAsync(8, [2.0]));
        await Assert.ThrowsAsync<MiceException>(() => new RsmiEstimator(Options).IsingAsync(8, [-1.0]));
        await Assert.ThrowsAsync<MiceException>(() => new RsmiEstimator(Options).DimersAsync(7, [1.0]));

        var bad = Options with { Samples = 1, LearningRate = 0.0 };
        var configurations = new RsmiConfigurations { Values = Enumerable.Repeat(new float[] { 1, -1, 0.5f }, 20).ToArray(), Shape = [12] };
        var estimator = new RsmiEstimator(Options);
        await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(configurations));
        await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(configurations with { Shape = [] }));
        await Assert.ThrowsAsync<MiceException>(() => estimator.EstimateAsync(configurations with { Channels = -1 }));
        var faults = await Assert.ThrowsAsync<MiceException>(() => new RsmiEstimator(bad).IsingAsync(8, [2.0]));
        Assert.Equal(2, faults.Faults.Count);
    }

    [Fact]
    public async Task WorkCanBeCancelled()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new RsmiEstimator(Options).IsingAsync(8, [2.0], cancellationToken: stopped.Token)
        );
    }
}
