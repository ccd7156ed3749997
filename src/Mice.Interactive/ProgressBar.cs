using System;
using System.Diagnostics;
using System.Net;
using Mice.CSharp;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.FSharp.Core;

namespace Mice.Interactive;

/// <summary>The progress of a computation as a bar below the cell that runs, which updates in place.</summary>
public static class ProgressBar
{
    /// <summary>A new bar for functions of the F# libraries.</summary>
    private static FSharpFunc<Progress, Unit> Function
    {
        get
        {
            var bar = new Bar(KernelInvocationContext.Current);
            return FuncConvert.FromAction<Progress>(p => bar.Show(p.Fraction, p.Message));
        }
    }

    /// <summary>A run of the F# libraries with seed 1 and all processor threads, whose progress is a new bar.</summary>
    public static Run Run
    {
        get
        {
            var quiet = RunModule.quiet;
            return new Run(quiet.Key, quiet.Threads, quiet.Device, quiet.Cancel, Function, quiet.Store);
        }
    }

    /// <summary>A new bar for the estimators of Mice.CSharp.</summary>
    public static IProgress<EstimationProgress> Listener => new BarListener(new Bar(KernelInvocationContext.Current));

    private sealed class BarListener(Bar bar) : IProgress<EstimationProgress>
    {
        public void Report(EstimationProgress value) => bar.Show(value.Fraction, value.Message);
    }

    /// <summary>A bar in the output of one cell; reports may come from any thread.</summary>
    private sealed class Bar(KernelInvocationContext context)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

        private readonly Stopwatch sinceLast = new();
        private DisplayedValue? shown;
        private double last;

        public void Show(double fraction, string message)
        {
            lock (sinceLast)
            {
                // Steps of a hundredth always show, so that the bar ends where the work does.
                if (shown is not null && sinceLast.Elapsed < Pause && Math.Abs(fraction - last) < 0.01)
                {
                    return;
                }

                sinceLast.Restart();
                last = fraction;
                var html = Html(fraction, message);

                if (shown is null)
                {
                    shown = context.DisplayAs(html, HtmlFormatter.MimeType);
                }
                else
                {
                    // An update through the displayed value itself would look for the cell of this thread, which may have none.
                    FormattedValue[] formatted = [new(HtmlFormatter.MimeType, html)];
                    context.Publish(new DisplayedValueUpdated(html, shown.DisplayId, context.Command, formatted));
                }
            }
        }

        private static string Html(double fraction, string message) =>
            FormattableString.Invariant(
                $"<progress max=\"1\" value=\"{fraction:F3}\"></progress> {100.0 * fraction:F0} % {WebUtility.HtmlEncode(message)}"
            );
    }
}
