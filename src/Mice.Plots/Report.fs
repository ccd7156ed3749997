namespace Mice.Plots

open System.IO
open System.Net
open System.Reflection
open System.Text
open Mice

/// <summary>A piece of a report.</summary>
[<RequireQualifiedAccess>]
type Block =
    /// A paragraph of plain text.
    | Paragraph of string
    /// A table: headings, then rows of as many cells.
    | Table of headings: string list * rows: string list list
    /// Figures side by side, two in a row on a wide page.
    | Figures of Figure list
    /// Questions with an answer each: name, whether it passed, detail.
    | Checks of (string * bool * string) list

/// <summary>A headed part of a report.</summary>
type Section =
    {
        /// Heading.
        Heading: string
        /// Content from top to bottom.
        Blocks: Block list
    }

/// <summary>A report as a value; <see cref="M:Mice.Plots.ReportModule.html"/> turns it into one self-contained page.</summary>
type Report =
    {
        /// Title of the page.
        Title: string
        /// One line under the title.
        Subtitle: string
        /// Parts from top to bottom.
        Sections: Section list
    }

/// <summary>Reports as self-contained HTML: plotly.js is embedded, so the page needs no network. All text is escaped.</summary>
[<RequireQualifiedAccess>]
module Report =

    let private styles =
        """body{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;color:#1a1a1a;background:#fff;margin:0 auto;max-width:1180px;padding:24px 32px;line-height:1.45}
h1{margin:0 0 4px;font-size:26px}h2{margin:32px 0 10px;font-size:19px;border-bottom:1px solid #ccc;padding-bottom:4px}
p.subtitle{margin:0;color:#555}table{border-collapse:collapse;margin:8px 0;font-size:14px}
th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid #e5e5e5;vertical-align:top;overflow-wrap:anywhere}
th{border-bottom:2px solid #999}td.number{font-variant-numeric:tabular-nums;white-space:nowrap}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:18px}.figure{height:430px;min-width:0}
ul.checks{list-style:none;padding:0;margin:8px 0}ul.checks li{padding:4px 0;display:flex;gap:10px}
.badge{flex:none;width:56px;text-align:center;border-radius:4px;font-size:12px;font-weight:600;padding:2px 0;align-self:flex-start}
.pass{background:#d9efe7;color:#00523b}.fail{background:#f7dcc8;color:#8a3d00}"""

    let private escape (text: string) = WebUtility.HtmlEncode text

    let private resource = "plotly.min.js"

    /// <summary>The embedded plotly.js, or a fault that says how to build with it.</summary>
    let plotlyScript () : Result<string, MiceError> =
        use stream = Assembly.GetExecutingAssembly().GetManifestResourceStream resource

        if isNull stream then
            Error(
                MiceError.Unavailable(
                    "plotly.js in this build of Mice.Plots",
                    "Build with `dotnet fsi build.fsx build`, which fetches it."
                )
            )
        else
            use reader = new StreamReader(stream, Encoding.UTF8)
            Ok(reader.ReadToEnd())

    let private table (page: StringBuilder) (headings: string list) (rows: string list list) =
        let cells (tag: string) (content: string list) =
            content |> List.iter (fun cell -> page.Append($"<{tag}>{escape cell}</{tag}>") |> ignore)

        page.Append "<table><thead><tr>" |> ignore
        cells "th" headings
        page.Append "</tr></thead><tbody>" |> ignore

        for row in rows do
            page.Append "<tr>" |> ignore
            cells "td" row
            page.Append "</tr>" |> ignore

        page.Append "</tbody></table>\n" |> ignore

    let private checks (page: StringBuilder) (items: (string * bool * string) list) =
        page.Append "<ul class=\"checks\">" |> ignore

        for name, passed, detail in items do
            let kind, word = if passed then "pass", "passed" else "fail", "failed"

            page.Append
                $"<li><span class=\"badge {kind}\">{word}</span><span><b>{escape name}</b>: {escape detail}</span></li>"
            |> ignore

        page.Append "</ul>\n" |> ignore

    /// Appends one block; figures are numbered through the page by the count of those already there.
    let private block (page: StringBuilder) (drawn: int) (item: Block) : int =
        match item with
        | Block.Paragraph text ->
            page.Append $"<p>{escape text}</p>\n" |> ignore
            drawn
        | Block.Table(headings, rows) ->
            table page headings rows
            drawn
        | Block.Checks items ->
            checks page items
            drawn
        | Block.Figures figures ->
            page.Append "<div class=\"figures\">" |> ignore

            for i in 0 .. figures.Length - 1 do
                page.Append $"<div class=\"figure\" id=\"figure-{drawn + i}\"></div>" |> ignore

            // Drawn when all places exist: a figure takes the width that its place has at that moment.
            page.Append "</div>\n<script>" |> ignore

            figures
            |> List.iteri (fun i figure ->
                page
                    .Append("{const f=")
                    .Append(Plotly.json figure)
                    .Append($";Plotly.newPlot('figure-{drawn + i}',f.data,f.layout,")
                    .Append("{responsive:true,displaylogo:false,displayModeBar:false});}\n")
                |> ignore)

            page.Append "</script>\n" |> ignore
            drawn + figures.Length

    /// <summary>The report as one HTML page. The result needs no file beside it and no network.</summary>
    /// <returns>The page, or <c>Unavailable</c> when this build carries no plotly.js.</returns>
    let html (report: Report) : Result<string, MiceError> =
        plotlyScript ()
        |> Result.map (fun script ->
            let page = StringBuilder(script.Length + 65536)

            page
                .Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .Append($"<title>{escape report.Title}</title><style>{styles}</style><script>")
                .Append(script)
                .Append("</script></head><body>\n")
                .Append($"<h1>{escape report.Title}</h1><p class=\"subtitle\">{escape report.Subtitle}</p>\n")
            |> ignore

            (0, report.Sections)
            ||> List.fold (fun drawn section ->
                page.Append $"<h2>{escape section.Heading}</h2>\n" |> ignore
                section.Blocks |> List.fold (block page) drawn)
            |> ignore

            page
                .Append(
                    "<script>document.documentElement.dataset.height=document.documentElement.scrollHeight</script>"
                )
                .Append("</body></html>\n")
                .ToString())

    /// <summary>Writes the report to a file, whole or not at all.</summary>
    let save (path: string) (report: Report) : Result<unit, MiceError> =
        html report
        |> Result.map (fun page ->
            RunStore.saveAtomically path (fun stream -> stream.Write(Encoding.UTF8.GetBytes page)))
