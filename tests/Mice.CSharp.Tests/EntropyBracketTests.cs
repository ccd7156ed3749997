using System;
using System.Threading.Tasks;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class EntropyBracketTests
{
    private static readonly EntropyBracketOptions Options = new()
    {
        Batch = 50,
        Batches = 50,
        Rounds = 200,
        TrainingSteps = 60,
    };

    [Fact]
    public async Task FreeSpinsLieBetweenTheirBounds()
    {
        // J/T = 1e-9: ln 2 per spin.
        var found = Assert.Single(await EntropyBracketEstimator.IsingAsync(4, 4, [1.0], coupling: 1e-9, options: Options));
        Assert.Equal(1.0, found.Temperature);
        Assert.InRange(Math.Log(2.0), found.IntervalLow - 1e-6, found.IntervalHigh + 1e-6);
        Assert.InRange(Math.Log(2.0), found.LogPartitionLower.Value - 0.01, found.LogPartitionUpper.Value + 0.01);

        var planar = Assert.Single(await EntropyBracketEstimator.XYAsync(4, 4, [1.0], coupling: 1e-9, options: Options));
        Assert.InRange(Math.Log(2.0 * Math.PI), planar.IntervalLow - 0.01, planar.IntervalHigh + 0.01);
        Assert.True(planar.EffectiveSampleSize > 0.9);
    }

    [Fact]
    public async Task WhatCannotBeDoneIsAnException()
    {
        await Assert.ThrowsAsync<MiceException>(() => EntropyBracketEstimator.IsingAsync(9, 9, [2.0]));
        await Assert.ThrowsAsync<MiceException>(() => EntropyBracketEstimator.XYAsync(8, 8, []));
    }
}
