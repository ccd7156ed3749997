using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Atoms;
using Mice.CSharp;
using Mice.Entropy;
using Mice.Information;
using Mice.Plots;
using Mice.Quests;
using Mice.Rsmi;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Plotly.NET;

namespace Mice.Interactive;

/// <summary>What a notebook shows of a result: the tables of its report, its checks and its main figure.</summary>
internal static class ResultBlocks
{
    public static IReadOnlyList<Block> Of(ParticleEntropy result) =>
        Of(ParticleDescription.create([result]), ParticleFigures.main(result));

    public static IReadOnlyList<Block> Of(ScanResult result) => Of(ParticleEntropy.NewScan(result));

    public static IReadOnlyList<Block> Of(DenoisingResult result) => Of(ParticleEntropy.NewDenoising(result));

    public static IReadOnlyList<Block> Of(MeltingResult result) =>
        Of(MeltingDescription.create(result), MeltingFigures.gibbs(result));

    public static IReadOnlyList<Block> Of(MutualInformationResult result) =>
        Of(MutualInformationDescription.create(result), MutualInformationFigures.comparison(result));

    public static IReadOnlyList<Block> Of(IEnumerable<LatticeResult> result)
    {
        var points = ListModule.OfSeq(result);
        return Of(LatticeDescription.create([], points), LatticeFigures.entropies(points));
    }

    public static IReadOnlyList<Block> Of(IEnumerable<SampledLattice> result)
    {
        var samples = ListModule.OfSeq(result);
        return Of(SampledLatticeModule.describe([], samples), SamplingFigures.energies(samples));
    }

    public static IReadOnlyList<Block> Of(MdResult result) =>
        Of(MdResultModule.describe([], null, result), MdFigures.againstTime(result.Time, result.PotentialEnergy));

    public static IReadOnlyList<Block> Of(EnvironmentMetrics result) =>
        Of(QuestsDescription.metrics([], [], [], [], result), First(EnvironmentFigures.metrics([], result)));

    public static IReadOnlyList<Block> Of(EnvironmentComparison result) =>
        Of(QuestsDescription.comparison([], [], [], result), First(EnvironmentFigures.comparison([], null, result)));

    public static IReadOnlyList<Block> Of(LearningCurve result) =>
        Of(QuestsDescription.learningCurve([], [], result), First(EnvironmentFigures.learningCurve(result)));

    public static IReadOnlyList<Block> Of(IEnumerable<RsmiPoint> result) => Of(FSharpOption<RsmiSystem>.None, ListModule.OfSeq(result));

    /// <summary>Points with the systems that were drawn.</summary>
    public static IReadOnlyList<Block> Of(IEnumerable<Tuple<FSharpOption<RsmiSystem>, RsmiPoint>> result)
    {
        var found = result.ToArray();
        var isOne = found.Select(f => (f.Item1?.Value.Name, f.Item2.Geometry.Block)).Distinct().Count() == 1;
        return Of(isOne ? found[0].Item1 : FSharpOption<RsmiSystem>.None, ListModule.OfSeq(found.Select(f => f.Item2)));
    }

    private static IReadOnlyList<Block> Of(FSharpOption<RsmiSystem>? system, FSharpList<RsmiPoint> points) =>
        Of(
            RsmiDescription.create([], system, points),
            First(RsmiFigures.all(system, points).Where(s => !s.Item2.IsEmpty))
        );

    public static IReadOnlyList<Block> Of(IEnumerable<Check> checks) => [Block.NewChecks(ListModule.OfSeq(checks))];

    public static IReadOnlyList<Block> Of(IEnumerable<ResultCheck> checks) =>
        Of(checks.Select(c => new Check(c.Name, c.Passed, c.Detail)));

    public static IReadOnlyList<Block> Of(GenericChart chart) => Of([chart]);

    public static IReadOnlyList<Block> Of(IEnumerable<GenericChart> charts) => [Block.NewFigures(ListModule.OfSeq(charts))];

    /// <summary>The first figure of a report.</summary>
    private static GenericChart First(IEnumerable<Tuple<string, FSharpList<GenericChart>>> figures) =>
        figures.First().Item2.Head;

    private static IReadOnlyList<Block> Of(ResultDescription found, GenericChart figure) =>
        [.. ReportModule.blocks(figure, found)];
}
