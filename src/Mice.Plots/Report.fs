namespace Mice.Plots

open System
open System.IO
open System.Net
open System.Reflection
open System.Text
open Mice
open Plotly.NET

/// <summary>A piece of a report.</summary>
[<RequireQualifiedAccess>]
type Block =
    /// A paragraph of plain text.
    | Paragraph of string
    /// A table.
    | Table of ResultTable
    /// Figures side by side, two in a row on a wide page.
    | Figures of GenericChart list
    /// Questions with an answer each.
    | Checks of Check list

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
        /// What was found, in a sentence with unit, error and direction.
        Answer: string
        /// The checks of the result; they decide what the page says about trusting the answer.
        Checks: Check list
        /// A line or paragraph under the answer.
        Subtitle: string
        /// Parts from top to bottom.
        Sections: Section list
    }

/// <summary>Reports as self-contained HTML: plotly.js is part of the page, so it needs no network. All text is escaped.</summary>
/// <remarks>The page is dark where the reader prefers it and white on paper. Below every table stands a link that saves it as CSV.</remarks>
[<RequireQualifiedAccess>]
module Report =

    let private escape (text: string) = WebUtility.HtmlEncode text

    let private resource (assembly: Assembly) (name: string) =
        use reader =
            new StreamReader(assembly.GetManifestResourceStream name, Encoding.UTF8)

        reader.ReadToEnd()

    let private own = resource (Assembly.GetExecutingAssembly())

    let private carriedScript =
        lazy
            (let assembly = typeof<GenericChart>.Assembly

             assembly.GetManifestResourceNames()
             |> Array.find (fun name -> name.StartsWith "Plotly.NET.plotly-" && name.EndsWith ".min.js")
             |> resource assembly)

    /// <summary>The plotly.js that the package Plotly.NET carries, which defines <c>Plotly</c> in a page.</summary>
    let plotlyScript () : string = carriedScript.Value

    /// The dark counterparts of colours as a script: { "red,green,blue": "red,green,blue", … }.
    let private darkColours =
        let entry (pair: ColourPair) =
            let struct (r, g, b) = pair.Light
            let struct (r', g', b') = pair.Dark
            $"\"{r},{g},{b}\":\"{r'},{g'},{b'}\""

        Colour.pairs
        |> List.map entry
        |> String.concat ","
        |> fun entries -> $"const darkColours={{{entries}}};\n"

    /// Letters and digits of a text, for the name of a file.
    let private fileName (text: string) =
        text.ToLowerInvariant().ToCharArray()
        |> Array.map (fun c -> if Char.IsLetterOrDigit c then string c else " ")
        |> String.concat ""
        |> _.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> String.concat "-"

    /// State of a page while it is written: the text so far, and counters for names of figures and tables.
    type private Page =
        {
            Title: string
            Text: StringBuilder
            mutable Figures: int
            mutable Tables: int
        }

    let private add (page: Page) (text: string) = page.Text.Append text |> ignore

    /// The table as a file within a link. The mark at its beginning tells spreadsheets that it is UTF-8.
    let private download (page: Page) (table: ResultTable) =
        page.Tables <- page.Tables + 1
        let content = "\uFEFF" + Csv.ofTable table |> Uri.EscapeDataString
        let name = fileName $"{page.Title} {page.Tables}"

        add
            page
            $"<p class=\"csv\"><a download=\"{escape name}.csv\" href=\"data:text/csv;charset=utf-8,{escape content}\">Download this table as CSV</a></p>\n"

    /// Numbers and single words stay in one line; longer texts wrap.
    let private cell (cell: ResultCell) =
        let kind = if cell.Text.Length <= 24 then " class=\"short\"" else ""
        $"<td{kind}>{escape cell.Text}</td>"

    let private table (page: Page) (table: ResultTable) =
        add page "<div class=\"table\"><table><thead><tr>"
        table.Headings |> List.iter (fun heading -> add page $"<th>{escape heading}</th>")
        add page "</tr></thead><tbody>"

        for row in table.Rows do
            add page "<tr>"
            row |> List.iter (cell >> add page)
            add page "</tr>"

        add page "</tbody></table></div>\n"
        download page table

    let private checks (page: Page) (items: Check list) =
        add page "<ul class=\"checks\">"

        for item in items do
            let kind, word = if item.Passed then "pass", "passed" else "fail", "failed"

            add
                page
                $"<li><span class=\"badge {kind}\">{word}</span><span><b>{escape item.Name}</b>: {escape item.Detail}</span></li>"

        add page "</ul>\n"

    /// Figures side by side. They are drawn when all places exist: a figure takes the width that its place has at that moment.
    let private figures (page: Page) (charts: GenericChart list) =
        let ids = charts |> List.mapi (fun i _ -> $"figure-{page.Figures + i}")
        page.Figures <- page.Figures + charts.Length
        add page "<div class=\"figures\">"
        ids |> List.iter (fun id -> add page $"<div class=\"figure\" id=\"{id}\"></div>")
        add page "</div>\n<script>"

        for id, chart in List.zip ids charts do
            // No text of a figure can end the script: "<" stands in JSON within strings only.
            let json = (GenericChart.toJson chart).Replace("<", "\\u003c")
            add page $"Plotly.newPlot(...show('{id}',{json}));\n"

        add page "</script>\n"

    let private block (page: Page) (item: Block) =
        match item with
        | Block.Paragraph text -> add page $"<p>{escape text}</p>\n"
        | Block.Table content -> table page content
        | Block.Checks items -> checks page items
        | Block.Figures charts -> figures page charts

    let private head (page: Page) =
        add page "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        add page "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        add page $"<title>{escape page.Title}</title><style>\n"
        add page (own "page.css")
        add page "</style><script>"
        add page (plotlyScript ())
        add page "</script><script>\n"
        add page darkColours
        add page (own "page.js")
        add page "</script></head><body>\n"

    let private top (page: Page) (report: Report) =
        let kind =
            if List.isEmpty report.Checks then
                "answer"
            elif report.Checks |> List.forall _.Passed then
                "answer pass"
            else
                "answer fail"

        add page $"<h1>{escape report.Title}</h1>\n"
        add page $"<p class=\"{kind}\">{escape report.Answer} {escape (Words.trust report.Checks)}</p>\n"
        add page $"<p class=\"subtitle\">{escape report.Subtitle}</p>\n"

    let private ofTable (table: ResultTable) : Block list =
        [
            if table.Note <> "" then
                Block.Paragraph table.Note
            Block.Table table
        ]

    /// <summary>The report of a result: its sections with their figures, its checks, notes and settings.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="figures">Figures under the headings of the sections to which they belong, or under headings of their own.</param>
    /// <param name="d">What was found.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (figures: (string * GenericChart list) list)
        (d: ResultDescription)
        : Report =
        let tables = List.choose ResultTable.ofSection

        let parts =
            [
                for table in tables d.Sections do
                    table.Title, ofTable table
                for heading, charts in figures do
                    if not (List.isEmpty charts) then
                        heading, [ Block.Figures charts ]
                if not (List.isEmpty d.Checks) then
                    "Checks", [ Block.Checks d.Checks ]
                for note in d.Notes do
                    "Notes", [ Block.Paragraph note ]
                for table in tables (ResultDescription.origin versions d) do
                    table.Title, ofTable table
            ]

        {
            Title = title
            Answer = d.Answer
            Checks = d.Checks
            Subtitle = d.Meaning
            Sections =
                [
                    for heading, own in List.groupBy fst parts ->
                        {
                            Heading = heading
                            Blocks = List.collect snd own
                        }
                ]
        }

    /// <summary>What stands of a result within another page, such as a notebook: answer, tables, meaning, notes, checks, figure.</summary>
    /// <param name="figure">Its main figure, where it has one.</param>
    /// <param name="d">What was found.</param>
    let blocks (figure: GenericChart option) (d: ResultDescription) : Block list =
        [
            Block.Paragraph d.Answer
            for section in (create "" [] [] { d with Settings = [] }).Sections do
                Block.Paragraph section.Heading
                yield! section.Blocks
            Block.Paragraph d.Meaning
            yield! figure |> Option.map (List.singleton >> Block.Figures) |> Option.toList
        ]

    /// <summary>The report as one HTML page. It needs no file beside it and no network.</summary>
    /// <param name="report">The report.</param>
    let html (report: Report) : string =
        let page =
            {
                Title = report.Title
                Text = StringBuilder((plotlyScript ()).Length + 65536)
                Figures = 0
                Tables = 0
            }

        head page
        top page report

        for section in report.Sections do
            add page $"<h2>{escape section.Heading}</h2>\n"
            section.Blocks |> List.iter (block page)

        add page "<script>document.documentElement.dataset.height=document.documentElement.scrollHeight</script>"
        add page "</body></html>\n"
        page.Text.ToString()

    /// <summary>Writes the report to a file, whole or not at all.</summary>
    /// <param name="path">Path of the HTML file.</param>
    /// <param name="report">The report.</param>
    let save (path: string) (report: Report) : unit =
        let page = html report
        RunStore.saveAtomically path (fun stream -> stream.Write(Encoding.UTF8.GetBytes page))
