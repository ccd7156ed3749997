using System.Collections.Generic;
using System.IO;
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
                    foreach (var line in ResultTableModule.lines(table.Item))
                    {
                        text.WriteLine(line);
                    }

                    break;
                case Block.Checks checks:
                    foreach (var check in checks.Item)
                    {
                        text.WriteLine(Words.check(check));
                    }

                    break;
            }
        }
    }
}
