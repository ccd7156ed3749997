using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using Mice.Atoms;
using Mice.CSharp;
using Mice.Entropy;
using Mice.Information;
using Mice.Plots;
using Mice.Quests;
using Mice.Rsmi;
using Mice.Samplers;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Plotly.NET;

namespace Mice.Interactive;

/// <summary>How notebooks show values of Mice.</summary>
internal static class Formatters
{
    public static void Register()
    {
        Words<Estimate>(EstimateModule.formatWithDirection);
        Words<IEnumerable<Estimate>>(all => string.Join(", ", all.Select(EstimateModule.formatWithDirection)));
        Words<MeasuredValue>(value => value.ToString());
        Words<IEnumerable<MeasuredValue>>(all => string.Join(", ", all));
        Words<MiceError>(MiceErrorModule.message);
        Words<IEnumerable<MiceError>>(Faults);

        Blocks<Check>(check => ResultBlocks.Of([check]));
        Blocks<IEnumerable<Check>>(ResultBlocks.Of);
        Blocks<ResultCheck>(check => ResultBlocks.Of([check]));
        Blocks<IEnumerable<ResultCheck>>(ResultBlocks.Of);
        Blocks<GenericChart>(ResultBlocks.Of);
        Blocks<IEnumerable<GenericChart>>(ResultBlocks.Of);
        Show<Report>(Page.Write, (report, text) => PlainText.Write(report.Sections.SelectMany(s => s.Blocks), text));

        Result<ScanResult>(ResultBlocks.Of);
        Result<DenoisingResult>(ResultBlocks.Of);
        Result<ParticleEntropy>(ResultBlocks.Of);
        Result<MeltingResult>(ResultBlocks.Of);
        Result<MutualInformationResult>(ResultBlocks.Of);
        Result<FSharpList<LatticeResult>>(ResultBlocks.Of);
        Blocks<IEnumerable<LatticeResult>>(ResultBlocks.Of);
        Blocks<LatticeResult>(point => ResultBlocks.Of([point]));
        Result<FSharpList<SampledLattice>>(ResultBlocks.Of);
        Result<MdResult>(ResultBlocks.Of);
        Result<EnvironmentMetrics>(ResultBlocks.Of);
        Result<EnvironmentComparison>(ResultBlocks.Of);
        Result<LearningCurve>(ResultBlocks.Of);
        Result<FSharpList<RsmiPoint>>(ResultBlocks.Of);
        Blocks<IEnumerable<RsmiPoint>>(ResultBlocks.Of);
        Blocks<RsmiPoint>(point => ResultBlocks.Of([point]));

        OfFacade<ScanEntropyEstimate, ScanResult>(ResultBlocks.Of);
        OfFacade<DenoisingEntropyEstimate, DenoisingResult>(ResultBlocks.Of);
        OfFacade<MeltingEstimate, MeltingResult>(ResultBlocks.Of);
        OfFacade<MutualInformationEstimate, MutualInformationResult>(ResultBlocks.Of);
        OfFacade<LatticeEntropyEstimate, LatticeResult>(point => ResultBlocks.Of([point]));
        OfFacades<LatticeEntropyEstimate, LatticeResult>(ResultBlocks.Of);
        OfFacade<RsmiEstimate, Tuple<FSharpOption<RsmiSystem>, RsmiPoint>>(found => ResultBlocks.Of([found]));
        OfFacades<RsmiEstimate, Tuple<FSharpOption<RsmiSystem>, RsmiPoint>>(ResultBlocks.Of);
    }

    private static string Faults(IEnumerable<MiceError> faults) =>
        string.Join(Environment.NewLine, faults.Select(MiceErrorModule.message));

    private static void Words<T>(Func<T, string> words) =>
        Show<T>((value, page) => page.Write(WebUtility.HtmlEncode(words(value))), (value, text) => text.Write(words(value)));

    private static void Blocks<T>(Func<T, IEnumerable<Block>> blocks) =>
        Show<T>((value, page) => Page.Write(blocks(value), page), (value, text) => PlainText.Write(blocks(value), text));

    private static void Show<T>(Action<T, TextWriter> html, Action<T, TextWriter> text)
    {
        Formatter.Register(html, HtmlFormatter.MimeType);
        Formatter.Register(text, PlainTextFormatter.MimeType);
    }

    /// <summary>A result by itself, and as what a function returned that may have found faults instead.</summary>
    private static void Result<T>(Func<T, IReadOnlyList<Block>> blocks)
    {
        Blocks(blocks);
        Blocks<FSharpResult<T, FSharpList<MiceError>>>(result =>
            result.IsOk ? blocks(result.ResultValue) : [Block.NewParagraph(Faults(result.ErrorValue))]
        );
    }

    /// <summary>A value of the façade as the result that it was made from; one that was made or changed by a user as any other record.</summary>
    private static void OfFacade<T, TResult>(Func<TResult, IReadOnlyList<Block>> blocks)
        where T : class
        where TResult : class => Facade<T>(value => Origin.Of<TResult>(value) is { } result ? blocks(result) : null);

    private static void OfFacades<T, TResult>(Func<IEnumerable<TResult>, IReadOnlyList<Block>> blocks)
        where T : class
        where TResult : class =>
        Facade<IEnumerable<T>>(values =>
        {
            var results = values.Select(Origin.Of<TResult>).OfType<TResult>().ToArray();
            return results.Length > 0 && results.Length == values.Count() ? blocks(results) : null;
        });

    private static void Facade<T>(Func<T, IReadOnlyList<Block>?> find)
    {
        FormatDelegate<T> Writing(Action<IEnumerable<Block>, TextWriter> write) =>
            (value, context) =>
            {
                var blocks = find(value);

                if (blocks is not null)
                {
                    write(blocks, context.Writer);
                }

                // Not written: the next formatter for the type is asked.
                return blocks is not null;
            };

        Formatter.Register(Writing(Page.Write), HtmlFormatter.MimeType);
        Formatter.Register(Writing(PlainText.Write), PlainTextFormatter.MimeType);
    }
}
