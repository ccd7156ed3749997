using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class LatticeNetworkTests
{
    private static readonly LatticeNetworkOptions Options = new()
    {
        LowestTemperature = 2.0,
        HighestTemperature = 4.0,
        LowestField = -0.2,
        HighestField = 0.2,
        TrainingSteps = 40,
    };

    [Fact]
    public async Task ANetworkIsTrainedKeptAndAsked()
    {
        var path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid()}.safetensors");

        try
        {
            var trained = await LatticeNetwork.TrainIsingAsync(3, 3, Options);
            Assert.Equal(9, trained.Sites);
            trained.Write(path);
            var again = LatticeNetwork.Read(path);
            Assert.Equal(trained.SystemName, again.SystemName);
            var sampling = new LatticeSamplingOptions { Exact = true };
            var found = await again.EvaluateAsync([2.0, 3.0], [0.0, 0.1], sampling);
            Assert.Equal([2.0, 2.0, 3.0, 3.0], found.Select(p => p.Temperature));

            foreach (var p in found)
            {
                // Four numbers within six errors.
                Assert.InRange(
                    p.GrandPotential.Value - p.ExactGrandPotential!.Value,
                    -6.0 * p.GrandPotential.StandardError,
                    6.0 * p.GrandPotential.StandardError
                );
                Assert.True(p.EffectiveSamples > 100.0);
                Assert.InRange(p.Charge.Value, -1.0, 1.0);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task ChainsAndAllPlacesTogetherAgreeWithExactValues()
    {
        var trained = await LatticeNetwork.TrainIsingAsync(3, 3, Options);
        Assert.InRange(trained.Divergence!.Value.Value, 0.0, 4.6);
        var sampling = new LatticeSamplingOptions
        {
            Samples = 500,
            Rounds = 200,
            Exact = true,
            Weighing = LatticeWeighing.Mbar,
        };
        var together = await trained.EvaluateAsync([2.5], [0.0, 0.1], sampling);
        var chains = await trained.RunChainsAsync([2.5], [0.0, 0.1], sampling);

        foreach (var (t, c) in together.Zip(chains))
        {
            // Six errors each.
            var error = t.GrandPotential.StandardError;
            Assert.InRange(t.GrandPotential.Value - t.ExactGrandPotential!.Value, -6.0 * error, 6.0 * error);
            var both = Math.Sqrt(Math.Pow(t.Energy.StandardError, 2.0) + Math.Pow(c.Energy.StandardError, 2.0));
            Assert.InRange(t.Energy.Value - c.Energy.Value, -6.0 * both, 6.0 * both);
            Assert.InRange(c.Acceptance, 0.01, 1.0);
            Assert.NotEmpty(c.Checks);
        }
    }

    [Fact]
    public async Task TwoPhasesAreFoundBelowTheCriticalTemperatureAlone()
    {
        var options = Options with { LowestTemperature = 1.0, HighestTemperature = 10.0 };
        var trained = await LatticeNetwork.TrainIsingAsync(4, 4, options);
        var sampling = new LatticeSamplingOptions { Samples = 500, Operations = 1 };
        var pair = Assert.Single(await trained.FindPhasesAsync([1.0, 10.0], [-0.1, 0.0, 0.1], sampling));
        Assert.Equal(1.0, pair.Temperature);
        Assert.Equal(-pair.Left, pair.Right, 10);
        Assert.InRange(pair.Right, 0.8, 1.0);
        Assert.InRange(pair.Field.Value, -6.0 * pair.Field.StandardError - 1e-6, 6.0 * pair.Field.StandardError + 1e-6);
        Assert.True(pair.Depth.Value > 0.0);
    }

    [Fact]
    public async Task ALatticeLearnsInOtherWays()
    {
        foreach (var way in new[] { LatticeTraining.Forward, LatticeTraining.Reverse, LatticeTraining.Reinforce })
        {
            var trained = await LatticeNetwork.TrainIsingAsync(2, 2, Options with { Training = way, TrainingSteps = 4 });
            Assert.Equal(way == LatticeTraining.Forward, trained.Divergence is not null);
        }
    }

    [Fact]
    public async Task WhatCannotBeDoneIsAnException()
    {
        await Assert.ThrowsAsync<MiceException>(() => LatticeNetwork.TrainIsingAsync(1, 3, Options));
        await Assert.ThrowsAsync<MiceException>(() => LatticeNetwork.TrainAlloyAsync("none.json", (2, 2, 2), Options));
        Assert.Throws<MiceException>(() => LatticeNetwork.Read("none.safetensors"));
        var trained = await LatticeNetwork.TrainIsingAsync(2, 2, Options with { TrainingSteps = 1 });
        await Assert.ThrowsAsync<MiceException>(() => trained.EvaluateAsync([1.0], [0.0]));
    }
}
