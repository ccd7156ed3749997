using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using Mice.Plots;
using Microsoft.FSharp.Collections;

namespace Mice.Interactive;

/// <summary>Pieces of reports as HTML that can stand in any page, in the colours of the notebook.</summary>
internal static class Page
{
    public static void Write(Report report, TextWriter page)
    {
        page.Write($"<h2>{Escape(report.Title)}</h2><p><b>{Escape(report.Answer)} {Escape(Words.trust(report.Checks))}</b></p>");
        page.Write($"<p>{Escape(report.Subtitle)}</p>");

        foreach (var section in report.Sections)
        {
            page.Write($"<h3>{Escape(section.Heading)}</h3>");
            Write(section.Blocks, page);
        }
    }

    public static void Write(IEnumerable<Block> blocks, TextWriter page)
    {
        foreach (var block in blocks)
        {
            switch (block)
            {
                case Block.Paragraph paragraph:
                    page.Write($"<p>{Escape(paragraph.Item)}</p>");
                    break;
                case Block.Table table:
                    Write(table.Item, page);
                    break;
                case Block.Checks checks:
                    Write(checks.Item, page);
                    break;
                case Block.Figures figures:
                    foreach (var chart in figures.Item)
                    {
                        Charts.Write(chart, page);
                    }

                    break;
            }
        }
    }

    private static void Write(ResultTable table, TextWriter page)
    {
        string Cells(string tag, IEnumerable<string> cells) =>
            string.Concat(cells.Select(cell => $"<{tag} style=\"text-align:left\">{Escape(cell)}</{tag}>"));

        page.Write($"<table><thead><tr>{Cells("th", table.Headings)}</tr></thead><tbody>");

        foreach (var row in table.Rows)
        {
            page.Write($"<tr>{Cells("td", row.Select(cell => cell.Text))}</tr>");
        }

        page.Write("</tbody></table>");
    }

    /// <summary>Checks below the sentence that sums them up, open to be read where one failed.</summary>
    private static void Write(FSharpList<Check> checks, TextWriter page)
    {
        var open = checks.All(c => c.Passed) ? "" : " open";
        page.Write($"<details{open}><summary>{Escape(Words.trust(checks))}</summary><ul>");

        foreach (var check in checks.OrderBy(c => c.Passed))
        {
            var word = check.Passed ? "passed" : "<b>failed</b>";
            page.Write($"<li>{word} – <b>{Escape(check.Name)}</b>: {Escape(check.Detail)}</li>");
        }

        page.Write("</ul></details>");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
