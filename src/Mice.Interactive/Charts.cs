using System;
using System.IO;
using Mice.Plots;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;

namespace Mice.Interactive;

/// <summary>Charts as pictures that need no network: plotly.js comes once, with the cell that loads the package.</summary>
internal static class Charts
{
    /// <summary>Puts plotly.js into the output of the cell that runs.</summary>
    public static void Prepare() =>
        // In a page that loads scripts as modules, plotly.js would become one; without "define" it becomes the global Plotly.
        KernelInvocationContext.Current?.DisplayAs(
            $"<script>(function(define,module,exports){{{ReportModule.plotlyScript()}\n}}).call(window);</script>Mice shows estimates, results and charts.",
            HtmlFormatter.MimeType
        );

    public static void Write(GenericChart chart, TextWriter page)
    {
        var id = $"mice-{Guid.NewGuid():N}";
        // No text of a figure can end the script: "<" stands in JSON within strings only.
        var json = GenericChart.toJson(chart).Replace("<", "\\u003c");
        page.Write($$$"""
            <div id="{{{id}}}" style="height:430px;max-width:760px"></div>
            <script>(function () {
              const place = document.getElementById("{{{id}}}"), chart = {{{json}}};
              let looks = 0;
              (function draw() {
                if (window.Plotly) Plotly.newPlot(place, chart.data, chart.layout, { responsive: true, displaylogo: false, ...chart.config });
                else if (++looks < 100) setTimeout(draw, 100);
                else place.textContent = "Charts need plotly.js: run the cell that refers to Mice.Interactive again.";
              })();
            })();</script>
            """);
    }
}
