using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public sealed class MutualInformationTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mice-csharp-");

    public void Dispose() => folder.Delete(true);

    private static readonly MutualInformationEstimatorOptions NearestNeighbours = new() { Method = "ksg", Threads = 1 };

    /// <summary>A Gaussian pair with correlation 0.8: I = −½ ln(1 − 0.64) = 0.5108 nats.</summary>
    private static (double[][] X, double[][] Y) Pair(int rows, int seed = 1)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())) * Math.Cos(2.0 * Math.PI * random.NextDouble());
        var x = Enumerable.Range(0, rows).Select(_ => new[] { Normal() }).ToArray();
        return (x, x.Select(v => new[] { 0.8 * v[0] + 0.6 * Normal() }).ToArray());
    }

    private static double[,] Table(double[][] rows)
    {
        var table = new double[rows.Length, rows[0].Length];

        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows[i].Length; j++)
            {
                table[i, j] = rows[i][j];
            }
        }

        return table;
    }

    private string Save(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    [Fact]
    public async Task RowsTablesAndFilesGiveTheSame()
    {
        var (x, y) = Pair(1000);
        var estimator = new MutualInformationEstimator(NearestNeighbours);
        var ofRows = await estimator.EstimateAsync(x, y);
        var ofTables = await estimator.EstimateAsync(Table(x), Table(y));
        var files = await Task.WhenAll(
            SampleReader.ReadAsync(Save("x.csv", x.Select(v => v[0].ToString("R", CultureInfo.InvariantCulture)))),
            SampleReader.ReadAsync(Save("y.csv", y.Select(v => v[0].ToString("R", CultureInfo.InvariantCulture))))
        );
        var ofFiles = await estimator.EstimateAsync(files[0], files[1]);
        Assert.Equal(ofRows.MutualInformation, ofTables.MutualInformation);
        Assert.Equal(ofRows.MutualInformation, ofFiles.MutualInformation);
        // Standard error about 0.04; four of them.
        Assert.InRange(ofRows.MutualInformation.Value, 0.35, 0.67);
        Assert.InRange(ofRows.MutualInformation.StandardError, 0.005, 0.08);
    }

    [Fact]
    public async Task TheResultSaysWhatItStandsOn()
    {
        var (x, y) = Pair(200);
        var estimate = await new MutualInformationEstimator(NearestNeighbours).EstimateAsync(x, y);
        Assert.Equal("ksg", estimate.Method);
        var method = Assert.Single(estimate.Estimates, e => e.Method == "ksg");
        Assert.Equal(estimate.MutualInformation, method.MutualInformation);
        Assert.NotEqual("", method.Remark);
        Assert.Empty(method.TrainingCurves);
        Assert.Equal(SampleKind.Continuous, estimate.KindX);
        Assert.Null(estimate.Reliability.ProductPairs);
        Assert.Empty(estimate.Reliability.TiedColumns);
        Assert.InRange(estimate.Reliability.EffectiveRows, 1.0, 200.0);
        Assert.NotEmpty(estimate.Settings);
    }

    [Fact]
    public void SamplesKeepTheirNumbersAndDoNotFollowTheirSource()
    {
        var rows = new[] { new[] { 1.0, 2.0 }, [3.0, 4.0], [5.0, 6.0] };
        var table = Table(rows);

        foreach (var sample in new[] { new SampleData(rows), new SampleData(table) })
        {
            rows[1][0] = table[1, 0] = 99.0;
            Assert.Equal((3, 2), (sample.RowCount, sample.ColumnCount));
            Assert.Equal([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Enumerable.Range(0, 6).Select(i => sample[i / 2, i % 2]));
            Assert.ThrowsAny<Exception>(() => sample[0, 2]);
            rows[1][0] = table[1, 0] = 3.0;
        }
    }

    [Fact]
    public async Task EveryFaultOfTheDataIsListed()
    {
        var (x, y) = Pair(60);
        y[5][0] = double.NaN;
        var fault = await Assert.ThrowsAsync<MiceException>(
            () => new MutualInformationEstimator().EstimateAsync(x[..59], y)
        );
        Assert.Contains(fault.Faults, f => f.Contains("59 rows of X", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("row 6", StringComparison.Ordinal));
        Assert.All(fault.Faults, f => Assert.DoesNotContain('\n', f));
        Assert.Throws<MiceException>(() => new SampleData([[1.0], [1.0, 2.0]]));
        Assert.Throws<MiceException>(() => new SampleData(new double[3, 0]));
    }

    [Fact]
    public async Task FilesAreReadWithLabelsWhereTheVariableIsDiscrete()
    {
        var path = Save("labels.csv", ["up", "down", "up"]);
        var labels = await SampleReader.ReadAsync(path, SampleKind.Discrete);
        Assert.Equal([0.0, 1.0, 0.0], Enumerable.Range(0, 3).Select(i => labels[i, 0]));
        var fault = await Assert.ThrowsAsync<MiceException>(() => SampleReader.ReadAsync(path));
        Assert.Collection(
            fault.Faults,
            first => Assert.Contains("line 2: column 1", first, StringComparison.Ordinal),
            second => Assert.Contains("line 3: column 1", second, StringComparison.Ordinal)
        );
        var missing = await Assert.ThrowsAsync<MiceException>(() => SampleReader.ReadAsync("nowhere.npy"));
        Assert.Equal("nowhere.npy: no such file.", Assert.Single(missing.Faults));
    }

    [Fact]
    public async Task ACheckpointDirectoryBelongsToItsOptionsAndSamples()
    {
        var (x, y) = Pair(100);
        var kept = NearestNeighbours with { CheckpointDirectory = Path.Combine(folder.FullName, "run") };
        var first = await new MutualInformationEstimator(kept).EstimateAsync(x, y);
        var again = await new MutualInformationEstimator(kept).EstimateAsync(x, y);
        Assert.Equal(first.MutualInformation, again.MutualInformation);
        var seed = await Assert.ThrowsAsync<MiceException>(
            () => new MutualInformationEstimator(kept with { Seed = 2 }).EstimateAsync(x, y)
        );
        Assert.Contains("seed", Assert.Single(seed.Faults), StringComparison.Ordinal);
        var samples = await Assert.ThrowsAsync<MiceException>(
            () => new MutualInformationEstimator(kept).EstimateAsync(x, x)
        );
        Assert.Contains("samples_sha256", Assert.Single(samples.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancellationStopsTheWork()
    {
        var (x, y) = Pair(100);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var work = new MutualInformationEstimator().EstimateAsync(x, y, null, source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    [Fact]
    public void DefaultsAndNamesAreThoseOfTheLibrary()
    {
        var options = new MutualInformationEstimatorOptions();
        Assert.Equal("auto", options.Method);
        Assert.Equal(1UL, options.Seed);
        Assert.Equal(SampleKind.Automatic, options.KindX);
        Assert.Contains(MutualInformationEstimatorOptions.Methods, m => m.Key == "ksg");
    }
}
