module Mice.Plots.Tests.PageTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Mice
open Mice.Entropy
open Mice.Information
open Mice.Plots
open Mice.Samplers
open Mice.Plots.Tests.PlotsTests
open Plotly.NET

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
        Expect.isTrue (browser.ExitCode = 0) errors.Result
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

    Expect.isTrue found.Success "no figure was drawn"
    int found.Groups[1].Value, found.Groups[2].Value

let private whitePaper = "rgb(255, 255, 255)"
let private darkPaper = "rgb(21, 24, 28)"
let private blueLine = "stroke: rgb(0, 114, 178)"
let private lightBlueLine = "stroke: rgb(77, 157, 224)"

let private withFigure =
    lazy
        (let line = Draw.line (Style.solid "" Colour.blue) [| 1.0; 2.0 |] [| 1.0; 2.0 |]
         report [] [ Block.Figures [ Frame.create "t" "x" "y" [ line ] ] ] |> Report.html)

/// The page with a preference of its own that changes after it was drawn, and what happens then.
let private later (events: string) =
    let preference =
        "<script>const heard=[];const preferred={matches:false,addEventListener:(_,f)=>heard.push(f),addListener:()=>{}};"
        + "window.matchMedia=()=>preferred;"
        + $"addEventListener('load',()=>setTimeout(()=>{{{events}}},500));</script>"

    withFigure.Value.Replace("<head>", "<head>" + preference)

[<Tests>]
let tests =
    testList
        "PageTests"
        [
            test "The sentence on top says whether to trust the answer" {
                let said checks =
                    report checks [] |> Report.html |> answer

                let kind, text = said [ check "calibrated" true; check "agreed" true ]
                Expect.equal kind "answer pass" "kind is answer pass"

                Expect.equal
                    text
                    "The entropy is at most -4.400(5) k_B per atom. The result passed all 2 of its checks."
                    "text is as expected"

                let kind, text = said [ check "calibrated <1>" false; check "agreed" true ]
                Expect.equal kind "answer fail" "kind is answer fail"

                Expect.stringContains
                    text
                    "Do not trust this as it stands: 1 of 2 checks failed (calibrated <1>)."
                    "text contains what is given"

                let _, text = said [ for i in 1..5 -> check $"check {i}" false ]

                Expect.stringContains
                    text
                    "5 of 5 checks failed (check 1; check 2; check 3; and 2 more)."
                    "text contains what is given"

                let kind, text = said []
                Expect.equal kind "answer" "kind is answer"
                Expect.stringContains text "no checks" "text contains no checks"
            }

            test "Every report has its number, unit, error and direction on top" {
                let melted = MeltingDescription.create melting

                Expect.stringContains
                    melted.Answer
                    $"about {Estimate.format melting.MeltingTemperature} K (no bound)"
                    "melted answer contains what is given"

                let scanned = ParticleDescription.create [ melting.Solid ]

                let bound =
                    $"at most {Estimate.format melting.Solid.Bound.ExcessEntropy} k_B per atom"

                Expect.stringContains scanned.Answer bound "scanned answer contains bound"
                Expect.equal scanned.Checks melting.Solid.Bound.Checks "scanned checks equal melting solid checks"

                let information =
                    MutualInformationDescription.create MutualInformationReportTests.result

                Expect.equal
                    information.Answer
                    "The mutual information of X and Y is at least 0.490(15) nats, by nwj."
                    "information answer is as expected"

                Expect.stringStarts
                    (Report.create "I" [] [] information |> Report.html |> answer |> fst)
                    "answer fail"
                    "html of information starts with answer fail"

                let entropies = TemperatureFiguresTests.points false [ 2.0; 3.0 ]
                let lattice = LatticeDescription.create [] entropies

                Expect.equal
                    lattice.Answer
                    ("At 2 temperatures the entropy per site goes from at most 8.000(10) nats to at most 18.000(10) nats by mice; "
                     + "from at most 8.000(10) nats to at most 18.000(10) nats by naive.")
                    "lattice answer is as expected"

                let one = LatticeDescription.create [] [ entropies.Head ]

                Expect.equal
                    one.Answer
                    "At T = 2 the entropy per site is at most 8.000(10) nats by mice."
                    "one answer is as expected"

                let samples = SampledLattice.describe [] FiguresTests.sampled

                Expect.equal
                    samples.Answer
                    "4096 snapshots were drawn at 2 temperatures; their mean energy per site goes from -1.7000(10) J at T = 2 to -0.8000(10) J at T = 3."
                    "samples answer is as expected"
            }

            test "A table comes back from its download, numbers with errors also as plain numbers" {
                let estimated value error direction note =
                    [
                        Estimate.create value error direction |> ResultRow.principal "s_nats" "s" "nats per site"
                        ResultRow.text "note" "note" note
                    ]

                let table =
                    [
                        estimated -4.4003 0.0051 Direction.UpperBound "a \"quoted\", cell"
                        estimated 12.0 3.0 Direction.Exact "two\nlines <b>"
                        estimated nan nan Direction.NoBound ""
                    ]
                    |> ResultRow.table "results" "Results"
                    |> ResultTable.ofSection
                    |> Option.get

                match report [] [ Block.Table table ] |> Report.html |> downloads with
                | [ name, content ] ->
                    Expect.equal name "sodium-co-1.csv" "name is sodium-co-1.csv"
                    // Spreadsheets take a text with this mark for UTF-8.
                    Expect.equal content[0] '\uFEFF' "content is as expected"
                    let found = records (content.Substring 1)

                    Expect.equal
                        found.Head
                        ([
                            "s (nats per site)"
                            "s (nats per site): value"
                            "s (nats per site): standard error"
                            "s (nats per site): direction"
                            "note"
                        ])
                        "found head is as expected"

                    let shown = found.Tail |> List.map (fun row -> [ row[0]; row[4] ])

                    Expect.equal
                        shown
                        [
                            [ "≤ -4.400(5)"; "a \"quoted\", cell" ]
                            [ "12(3)"; "two\nlines <b>" ]
                            [ "unknown"; "" ]
                        ]
                        "the cells as they are shown"

                    let numbers = found.Tail |> List.map (fun row -> row[1..3])

                    Expect.equal
                        numbers
                        [
                            [ "-4.4003"; "0.0051"; "upper_bound" ]
                            [ "12"; "3"; "exact" ]
                            [ "NaN"; "NaN"; "no_bound" ]
                        ]
                        "the numbers in full"
                | other -> failwith $"{other}"
            }

            test "Every table of a report has its download under it, with a name of its own" {
                let page = PlotsTests.report "Melting" |> Report.html

                let found = downloads page

                let tables =
                    Regex.Matches(body page, "</table></div>\n<p class=\"csv\"><a download").Count

                Expect.equal tables ((body page).Split("<table>").Length - 1) "tables equal body less page"
                Expect.equal found.Length tables "found length equals tables"
                Expect.equal (found |> List.distinctBy fst |> List.length) tables "found equals tables"

                let table =
                    MeltingDescription.create(melting).Sections.Head |> ResultTable.ofSection |> Option.get

                let numbers = records ((snd found.Head).Substring 1)

                let column name =
                    numbers.Head |> List.findIndex ((=) name)

                for i, heading in List.indexed table.Headings do
                    let shown = numbers.Tail |> List.map (List.item (column heading))
                    Expect.equal shown (table.Rows |> List.map (fun row -> row[i].Text)) "shown equals rows"
            }

            test "The page loads nothing, and no text of a figure ends its script" {
                let chart = Frame.create "t" "x" "y" [] |> Chart.withTitle "</script><img src=x>"

                let page = report [] [ Block.Figures [ chart ] ] |> Report.html
                Expecting.stringLacks page "</script><img" "page does not contain </script><img"
                // The script of plotly.js has texts like these within strings, so only what stands outside scripts is looked at.
                let outside =
                    Regex.Replace(page, "<script>.*?</script>", "", RegexOptions.Singleline)

                Expect.isEmpty (Regex.Matches(outside, "<(?:script|link|img|iframe|object)\\b")) "matches are empty"
                Expect.isEmpty (Regex.Matches(page, "<script[^>]+>")) "matches are empty"
                Expecting.stringLacks outside "://" "outside does not contain ://"
                Expecting.stringLacks outside "@import" "outside does not contain @import"
                Expect.stringContains (body page) "Plotly.newPlot(" "body of page contains Plotly.newPlot("
            }

            test "The page is dark by preference and white on paper" {
                let page = report [] [] |> Report.html

                let style =
                    Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value

                Expect.stringContains
                    style
                    "@media (prefers-color-scheme: dark)"
                    "style contains @media (prefers-color-scheme: dark)"

                let print = style.Substring(style.IndexOf("@media print", StringComparison.Ordinal))
                Expect.stringContains print "--paper: #fff" "print contains --paper: #fff"
                Expect.stringContains print "p.csv { display: none }" "print contains what is given"
                Expect.stringContains print "break-inside: avoid" "print contains break-inside: avoid"
            }

            test "Every colour of a series stands out from the paper, three to one, in both modes; text seven to one" {
                let white, black = exchanged[1]
                Expect.equal white [| 255.0; 255.0; 255.0 |] "white is as expected"
                let ink, darkInk = exchanged[0]

                Expect.isTrue
                    (contrast ink white >= 7.0 && contrast darkInk black >= 7.0)
                    "contrast ink white >= 7.0 && contrast darkInk black >= 7.0"

                let pairs = dict [ for light, dark in exchanged -> String.Join(", ", light), dark ]

                for i in 0..6 do
                    let colour = ChartJson.colour (Colour.series i)
                    let light = Regex.Match(colour, "\\d+, \\d+, \\d+").Value
                    Expect.isTrue (contrast (light.Split(", ") |> Array.map float) white >= 3.0) colour
                    Expect.isTrue (contrast pairs[light] black >= 3.0) colour
            }

            test "Figures are drawn in dark colours where the reader prefers them" {
                needsBrowser ()
                let light = drawn false withFigure.Value
                Expect.stringContains (light |> drawing |> snd) whitePaper "light contains white paper"
                Expect.stringContains light blueLine "light contains blue line"
                let dark = drawn true withFigure.Value
                Expect.stringContains (dark |> drawing |> snd) darkPaper "dark contains dark paper"
                Expect.stringContains dark lightBlueLine "dark contains light blue line"
            }

            test "Figures follow a change of the preference, and are white and as wide as the paper when printed" {
                needsBrowser ()
                let change = "preferred.matches=true;heard.forEach(f=>f());"
                let width, style = drawn false (later change) |> drawing
                Expect.stringContains style darkPaper "style contains dark paper"
                Expect.isTrue (width > 660) "width > 660"
                let print = "dispatchEvent(new Event('beforeprint'));"
                let printed = drawn false (later (change + print))
                Expect.equal (printed |> drawing |> fst) 660 "printed is 660"
                Expect.stringContains (printed |> drawing |> snd) whitePaper "printed contains white paper"
                Expect.stringContains printed blueLine "printed contains blue line"

                let afterwards =
                    drawn false (later (change + print + "dispatchEvent(new Event('afterprint'));"))

                let width, style = drawing afterwards
                Expect.stringContains style darkPaper "style contains dark paper"
                Expect.isTrue (width > 660) "width > 660"
            }
        ]
