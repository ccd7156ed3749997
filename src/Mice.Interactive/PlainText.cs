using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mice.Plots;

namespace Mice.Interactive;

/// <summary>Pieces of reports as text in aligned columns. Figures are left out.</summary>
internal static class PlainText
{
    public static void Write(IEnumerable<Block> blocks, TextWriter text)
    {
        foreach (var block in blocks)
        {
            switch (block)
            {
                case Block.Paragraph paragraph:
                    text.WriteLine(paragraph.Item);
                    break;
                case Block.Table table:
                    Write(table, text);
                    break;
                case Block.Checks checks:
                    foreach (var (name, passed, detail) in checks.Item)
                    {
                        text.WriteLine($"{(passed ? "passed" : "FAILED")}  {name}: {detail}");
                    }

                    break;
            }
        }
    }

    private static void Write(Block.Table table, TextWriter text)
    {
        var lines = table.rows.Prepend(table.headings).Select(row => row.ToArray()).ToArray();
        var widths = Enumerable.Range(0, lines[0].Length).Select(i => lines.Max(line => line[i].Length)).ToArray();

        foreach (var line in lines)
        {
            text.WriteLine(string.Join("  ", line.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }
}
