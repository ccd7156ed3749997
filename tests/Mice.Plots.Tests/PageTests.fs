module Mice.Plots.Tests.PageTests

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Mice
open Mice.Plots
open Mice.Plots.Tests.PlotsTests
open Plotly.NET
open Xunit

let private report checks blocks : Report =
    {
        Title = "Sodium & <co>"
        Answer = "The entropy is at most -4.400(5) k_B per atom."
        Checks = checks
        Subtitle = "A run"
        Sections = [ { Heading = "Numbers"; Blocks = blocks } ]
    }

let private check name passed =
    {
        Name = name
        Passed = passed
        Detail = ""
    }

let private body (page: string) =
    page.Substring(page.IndexOf("</head>", StringComparison.Ordinal))

/// Class and text of the sentence on top.
let private answer (page: string) =
    let found = Regex.Match(page, "<p class=\"(answer[^\"]*)\">(.*?)</p>")
    found.Groups[1].Value, WebUtility.HtmlDecode found.Groups[2].Value

[<Fact>]
let ``The sentence on top says whether to trust the answer`` () =
    let said checks =
        report checks [] |> Report.html |> answer

    let kind, text = said [ check "calibrated" true; check "agreed" true ]
    Assert.Equal("answer pass", kind)
    Assert.Equal("The entropy is at most -4.400(5) k_B per atom. The result passed all 2 of its checks.", text)
    let kind, text = said [ check "calibrated <1>" false; check "agreed" true ]
    Assert.Equal("answer fail", kind)
    Assert.Contains("Do not trust this as it stands: 1 of 2 checks failed (calibrated <1>).", text)
    let _, text = said [ for i in 1..5 -> check $"check {i}" false ]
    Assert.Contains("5 of 5 checks failed (check 1; check 2; check 3; and 2 more).", text)
    let kind, text = said []
    Assert.Equal("answer", kind)
    Assert.Contains("no checks", text)

[<Fact>]
let ``Every report has its number, unit, error and direction on top`` () =
    let melted = MeltingReport.create "Melting" [] pairs melting
    Assert.Contains($"about {Estimate.format melting.MeltingTemperature} K (no bound)", melted.Answer)
    let scanned = ScanReport.create "Entropy" [] pairs.Solid melting.Solid
    let bound = $"at most {Estimate.format melting.Solid.ExcessEntropy} k_B per atom"
    Assert.Contains(bound, scanned.Answer)
    Assert.Equal<Check list>(melting.Solid.Checks, scanned.Checks)
    let x, y = MutualInformationReportTests.x, MutualInformationReportTests.y

    let information =
        MutualInformationReport.create "I" [] x y MutualInformationReportTests.result

    Assert.Equal("The mutual information of X and Y is at least 0.490(15) nats, by nwj.", information.Answer)
    Assert.StartsWith("answer fail", Report.html information |> answer |> fst)
    let entropies = TemperatureFiguresTests.points false [ 2.0; 3.0 ]
    let lattice = LatticeReport.create "Ising" [] [] entropies

    Assert.Equal(
        "At 2 temperatures the entropy per site goes from at most 8.000(10) nats to at most 18.000(10) nats by mice; "
        + "from at most 8.000(10) nats to at most 18.000(10) nats by naive.",
        lattice.Answer
    )

    let one = LatticeReport.create "Ising" [] [] [ entropies.Head ]
    Assert.Equal("At T = 2 the entropy per site is at most 8.000(10) nats by mice.", one.Answer)
    let samples = SamplingReport.create "Ising" [] [] FiguresTests.sampled

    Assert.Equal(
        "4096 snapshots were drawn at 2 temperatures; their mean energy per site goes from -1.7000(10) at T = 2 to -0.8000(10) at T = 3.",
        samples.Answer
    )

/// Records of a text of comma-separated values (RFC 4180), read character by character.
let private records (text: string) : string list list =
    let rec read (i: int) quoted (cell: string) (row: string list) (rows: string list list) =
        if i = text.Length then
            List.rev rows
        else
            match text[i] with
            | '"' when quoted && i + 1 < text.Length && text[i + 1] = '"' -> read (i + 2) true (cell + "\"") row rows
            | '"' -> read (i + 1) (not quoted) cell row rows
            | ',' when not quoted -> read (i + 1) false "" (cell :: row) rows
            | '\r' when not quoted -> read (i + 1) false cell row rows
            | '\n' when not quoted -> read (i + 1) false "" [] (List.rev (cell :: row) :: rows)
            | c -> read (i + 1) quoted (cell + string c) row rows

    read 0 false "" [] []

/// Names and contents of the downloads of a page.
let private downloads (page: string) : (string * string) list =
    [
        for link in Regex.Matches(body page, "<a download=\"([^\"]*)\" href=\"data:text/csv;charset=utf-8,([^\"]*)\"") ->
            link.Groups[1].Value, link.Groups[2].Value |> WebUtility.HtmlDecode |> Uri.UnescapeDataString
    ]

[<Fact>]
let ``A table comes back from its download, numbers with errors also as plain numbers`` () =
    let headings = [ "s (nats per site)"; "note" ]

    let rows =
        [
            [ "≤ -4.400(5)"; "a \"quoted\", cell" ]
            [ "12(3)"; "two\nlines <b>" ]
            [ "unknown"; "" ]
        ]

    match report [] [ Block.Table(headings, rows) ] |> Report.html |> downloads with
    | [ name, content ] ->
        Assert.Equal("sodium-co-1.csv", name)
        // Spreadsheets take a text with this mark for UTF-8.
        Assert.Equal('\uFEFF', content[0])
        let found = records (content.Substring 1)

        Assert.Equal<string list>(
            [
                "s (nats per site)"
                "s (nats per site): value"
                "s (nats per site): standard error"
                "note"
            ],
            found.Head
        )

        let shown = found.Tail |> List.map (fun row -> [ row[0]; row[3] ])
        Assert.Equal<string list list>(rows, shown)
        let numbers = found.Tail |> List.map (fun row -> row[1], row[2])
        Assert.Equal<(string * string) list>([ "-4.400", "0.005"; "12", "3"; "", "" ], numbers)
    | other -> failwith $"{other}"

[<Fact>]
let ``Every table of a report has its download under it, with a name of its own`` () =
    let page =
        MeltingReport.create "Melting" [ "mice", "0.1.0" ] pairs melting |> Report.html

    let found = downloads page

    let tables =
        Regex.Matches(body page, "</table></div>\n<p class=\"csv\"><a download").Count

    Assert.Equal((body page).Split("<table>").Length - 1, tables)
    Assert.Equal(tables, found.Length)
    Assert.Equal(tables, found |> List.distinctBy fst |> List.length)
    let headings, rows = MeltingReport.numbers melting
    let numbers = records ((snd found.Head).Substring 1)

    let column name =
        numbers.Head |> List.findIndex ((=) name)

    for heading, i in headings |> List.mapi (fun i heading -> heading, i) do
        let shown = numbers.Tail |> List.map (List.item (column heading))
        Assert.Equal<string list>(rows |> List.map (List.item i), shown)

[<Fact>]
let ``The page loads nothing, and no text of a figure ends its script`` () =
    let chart = Frame.create "t" "x" "y" [] |> Chart.withTitle "</script><img src=x>"

    let page = report [] [ Block.Figures [ chart ] ] |> Report.html
    Assert.DoesNotContain("</script><img", page)
    // The script of plotly.js has texts like these within strings, so only what stands outside scripts is looked at.
    let outside =
        Regex.Replace(page, "<script>.*?</script>", "", RegexOptions.Singleline)

    Assert.Empty(Regex.Matches(outside, "<(?:script|link|img|iframe|object)\\b"))
    Assert.Empty(Regex.Matches(page, "<script[^>]+>"))
    Assert.DoesNotContain("://", outside)
    Assert.DoesNotContain("@import", outside)
    Assert.Contains("Plotly.newPlot(", body page)

[<Fact>]
let ``The page is dark by preference and white on paper`` () =
    let page = report [] [] |> Report.html

    let style =
        Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value

    Assert.Contains("@media (prefers-color-scheme: dark)", style)
    let print = style.Substring(style.IndexOf("@media print", StringComparison.Ordinal))
    Assert.Contains("--paper: #fff", print)
    Assert.Contains("p.csv { display: none }", print)
    Assert.Contains("break-inside: avoid", print)

/// Light and dark colours that the page exchanges; ink first, paper second.
let private exchanged =
    let found = Regex.Match(report [] [] |> Report.html, "darkColours=(\\{.*?\\});")
    use json = JsonDocument.Parse found.Groups[1].Value
    let rgb (text: string) = text.Split ',' |> Array.map float

    [
        for pair in json.RootElement.EnumerateObject() -> rgb pair.Name, rgb (pair.Value.GetString())
    ]

/// Contrast of two colours by the Web Content Accessibility Guidelines 2, from 1 to 21.
let private contrast (a: float[]) (b: float[]) =
    let luminance (colour: float[]) =
        let linear =
            colour
            |> Array.map (fun v ->
                let v = v / 255.0

                if v <= 0.04045 then
                    v / 12.92
                else
                    ((v + 0.055) / 1.055) ** 2.4)

        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    let low, high = min (luminance a) (luminance b), max (luminance a) (luminance b)
    (high + 0.05) / (low + 0.05)

[<Fact>]
let ``Every colour of a series stands out from the paper, three to one, in both modes; text seven to one`` () =
    let white, black = exchanged[1]
    Assert.Equal<float[]>([| 255.0; 255.0; 255.0 |], white)
    let ink, darkInk = exchanged[0]
    Assert.True(contrast ink white >= 7.0 && contrast darkInk black >= 7.0)
    let pairs = dict [ for light, dark in exchanged -> String.Join(", ", light), dark ]

    for i in 0..6 do
        let colour = ChartJson.colour (Colour.series i)
        let light = Regex.Match(colour, "\\d+, \\d+, \\d+").Value
        Assert.True(contrast (light.Split(", ") |> Array.map float) white >= 3.0, colour)
        Assert.True(contrast pairs[light] black >= 3.0, colour)

/// The page after its scripts have run, in a browser whose reader prefers dark or not.
let private drawn (dark: bool) (page: string) : string =
    let folder = Directory.CreateTempSubdirectory "mice-page-"

    try
        let file = Path.Combine(folder.FullName, "page.html")
        File.WriteAllText(file, page)

        let arguments =
            [
                "--headless"
                "--no-sandbox"
                "--disable-gpu"
                "--virtual-time-budget=10000"
                $"--user-data-dir={folder.FullName}"
                if dark then
                    "--blink-settings=preferredColorScheme=0"
                "--dump-dom"
                Uri(file).AbsoluteUri
            ]

        let start =
            ProcessStartInfo(
                Option.get (Browser.find ()),
                arguments,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            )

        use browser = Process.Start start
        let errors = browser.StandardError.ReadToEndAsync()
        let text = browser.StandardOutput.ReadToEnd()
        browser.WaitForExit()
        Assert.True((browser.ExitCode = 0), errors.Result)
        body text
    finally
        try
            folder.Delete true
        with :? IOException ->
            // Processes of the browser may still write there; it lies under the temporary folder.
            ()

/// Style of the drawing of the first figure, and its width.
let private drawing (page: string) =
    let found =
        Regex.Match(page, "<svg class=\"main-svg\"[^>]*width=\"(\\d+)\"[^>]*style=\"([^\"]*)\"")

    Assert.True(found.Success, "no figure was drawn")
    int found.Groups[1].Value, found.Groups[2].Value

let private whitePaper = "rgb(255, 255, 255)"
let private darkPaper = "rgb(21, 24, 28)"
let private blueLine = "stroke: rgb(0, 114, 178)"
let private lightBlueLine = "stroke: rgb(77, 157, 224)"

let private withFigure =
    lazy
        (let line = Draw.line (Style.solid "" Colour.blue) [| 1.0; 2.0 |] [| 1.0; 2.0 |]
         report [] [ Block.Figures [ Frame.create "t" "x" "y" [ line ] ] ] |> Report.html)

[<BrowserFact>]
let ``Figures are drawn in dark colours where the reader prefers them`` () =
    let light = drawn false withFigure.Value
    Assert.Contains(whitePaper, light |> drawing |> snd)
    Assert.Contains(blueLine, light)
    let dark = drawn true withFigure.Value
    Assert.Contains(darkPaper, dark |> drawing |> snd)
    Assert.Contains(lightBlueLine, dark)

/// The page with a preference of its own that changes after it was drawn, and what happens then.
let private later (events: string) =
    let preference =
        "<script>const heard=[];const preferred={matches:false,addEventListener:(_,f)=>heard.push(f),addListener:()=>{}};"
        + "window.matchMedia=()=>preferred;"
        + $"addEventListener('load',()=>setTimeout(()=>{{{events}}},500));</script>"

    withFigure.Value.Replace("<head>", "<head>" + preference)

[<BrowserFact>]
let ``Figures follow a change of the preference, and are white and as wide as the paper when printed`` () =
    let change = "preferred.matches=true;heard.forEach(f=>f());"
    let width, style = drawn false (later change) |> drawing
    Assert.Contains(darkPaper, style)
    Assert.True(width > 660)
    let print = "dispatchEvent(new Event('beforeprint'));"
    let printed = drawn false (later (change + print))
    Assert.Equal(660, printed |> drawing |> fst)
    Assert.Contains(whitePaper, printed |> drawing |> snd)
    Assert.Contains(blueLine, printed)

    let afterwards =
        drawn false (later (change + print + "dispatchEvent(new Event('afterprint'));"))

    let width, style = drawing afterwards
    Assert.Contains(darkPaper, style)
    Assert.True(width > 660)
