using System;
using System.Linq;
using System.Threading.Tasks;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public class DescriptionTests
{
    private static async Task<MutualInformationEstimate> Estimate()
    {
        var random = new Random(1);
        var x = Enumerable.Range(0, 300).Select(_ => new[] { random.NextDouble() }).ToArray();
        var y = x.Select(v => new[] { v[0] + random.NextDouble() }).ToArray();
        var estimator = new MutualInformationEstimator(new() { Method = "ksg", Threads = 1 });
        return await estimator.EstimateAsync(x, y);
    }

    [Fact]
    public async Task EveryRowHasTheValuesOfTheResult()
    {
        var found = await Estimate();
        var rows = found.Describe();
        var first = rows.Single(r => r.Place == "mutual_information_nats");
        Assert.Equal(found.MutualInformation, first.Estimate);
        Assert.Equal(found.MutualInformation.Value, first.Number);
        Assert.Equal(found.MutualInformation.ToString(), first.Text);
        Assert.Equal("nats", first.Unit);
        var shuffled = rows.Single(r => r.Place == "reliability.shuffle_baseline_nats");
        Assert.Equal("Reliability", shuffled.Section);
        Assert.Equal(found.Reliability.ShuffleBaseline, shuffled.Estimate);
        Assert.NotEmpty(shuffled.Note);
        var count = rows.Single(r => r.Place == "rows");
        Assert.Equal(("300", 300.0, null), (count.Text, count.Number, count.Estimate));
        var method = rows.Single(r => r.Place == "estimates[0].method");
        Assert.Equal((found.Estimates[0].Method, null), (method.Text, method.Number));
        Assert.Equal(rows.Count, rows.Select(r => r.Place).Distinct().Count());
    }

    [Fact]
    public async Task AChangedCopyHasNoDescription()
    {
        var changed = await Estimate() with { Method = "guess" };
        var fault = Assert.Throws<InvalidOperationException>(() => changed.Describe());
        Assert.Contains("by hand", fault.Message);
    }
}
