module Mice.Plots.Tests.PlotsTests

open System
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Entropy.Tests
open Mice.Plots
open Xunit

let private figure traces =
    traces
    |> Frame.create "</script><b>title</b>" "Temperature (K)" "Δg (kJ/mol)"
    |> Frame.vertical 365.2 "T & co" Colour.ink
    |> Frame.horizontal nan "nowhere" Colour.ink

let private parsed traces = ChartJson.parse (figure traces)

let melting =
    let input: MeltingInput =
        {
            Solid = FakeScan.snapshots 20 40.356
            Liquid = FakeScan.snapshots 20 41.263
            SolidThermo = FakeScan.thermo 1UL -1.05984 40.356
            LiquidThermo = FakeScan.thermo 2UL -1.03135 41.263
        }

    let options =
        MeltingOptions.create
            ScanOptions.defaults
            {
                Temperature = 350.0<K>
                Pressure = 1.0<bar>
            }

    match
        Melting.estimateBy FakeScan.sodium options Threading.CancellationToken.None ignore MeltingStores.none input
    with
    | Ok r -> r
    | Error faults -> failwith $"{faults}"

/// A g(r) with the look of the real one: shells that wash out with distance.
let pairs: PhasePairs =
    let radii = Array.init 300 (fun i -> 0.05 * float i)

    let g sharpness =
        radii
        |> Array.map (fun r ->
            if r < 2.8 then
                0.0
            else
                1.0 + sharpness * exp (-(r - 3.7) / 4.0) * cos (2.0 * Math.PI * (r - 3.7) / 3.2))

    {
        Solid = { Radii = radii; Values = g 1.8 }
        Liquid = { Radii = radii; Values = g 1.3 }
    }

let private report title =
    MeltingReport.create title [ "mice", "0.1.0" ] pairs melting

[<Fact>]
let ``Charts carry data, titles with units, and leave out what is not finite`` () =
    let json =
        parsed
            [
                Draw.line (Style.solid "a" Colour.blue) [| 1.0; 2.0; 3.0 |] [| 1.5; nan; infinity |]
                Draw.band (Style.solid "b" Colour.blue) [| 1.0; 2.0 |] [| 0.0; 1.0 |] [| 2.0; 3.0 |]
                Draw.points (Style.solid "" Colour.green) [| 1.0 |] [| 2.0 |] [| 0.5 |]
                Draw.points (Style.solid "d" Colour.orange) [| 1.0 |] [| 2.0 |] [| nan |]
            ]

    let data = json.GetProperty "data"
    Assert.Equal(4, data.GetArrayLength())
    let y = data[0].GetProperty "y"
    Assert.Equal(1.5, y[0].GetDouble())
    Assert.Equal(JsonValueKind.Null, y[1].ValueKind)
    Assert.Equal(JsonValueKind.Null, y[2].ValueKind)
    // There along the upper curve and back along the lower one.
    Assert.Equal<float list>([ 2.0; 3.0; 1.0; 0.0 ], ChartJson.numbers "y" data[1])
    Assert.False((data[2].GetProperty "showlegend").GetBoolean())
    let errors = (data[2].GetProperty "error_y").GetProperty "array"
    Assert.Equal(0.5, errors[0].GetDouble())
    Assert.False(fst (data[3].TryGetProperty "error_y"))
    let axis = (json.GetProperty "layout").GetProperty "xaxis"
    let title = axis.GetProperty "title"
    Assert.Equal("Temperature (K)", (title.GetProperty "text").GetString())

[<Fact>]
let ``A run without a table of cut-offs has no figure of it`` () =
    let style = Style.solid "solid" Colour.blue
    let without = { melting.Solid with ByCutoff = [||] }
    Assert.True((ScanFigures.byCutoff [ style, melting.Solid ]).IsSome)
    Assert.True((ScanFigures.byCutoff [ style, without; style, melting.Solid ]).IsSome)
    Assert.True((ScanFigures.byCutoff [ style, without; style, without ]).IsNone)

[<Fact>]
let ``Text in figures is escaped for plotly, and marks that lie nowhere are left out`` () =
    let layout = (parsed []).GetProperty "layout"
    let title = (layout.GetProperty "title").GetProperty "text"
    Assert.Equal("&lt;/script&gt;&lt;b&gt;title&lt;/b&gt;", title.GetString())
    Assert.Equal(1, (layout.GetProperty "shapes").GetArrayLength())
    let label = Assert.Single((layout.GetProperty "annotations").EnumerateArray())
    Assert.Equal("T &amp; co", (label.GetProperty "text").GetString())

[<Fact>]
let ``The colours of a series differ and go round`` () =
    let colours = List.init 7 (Colour.series >> ChartJson.colour)
    Assert.Equal(7, List.distinct colours |> List.length)
    Assert.Equal("rgba(0, 114, 178, 1.0)", colours.Head)
    Assert.Equal(colours.Head, ChartJson.colour (Colour.series 7))
    Assert.Equal(colours[6], ChartJson.colour (Colour.series -1))

/// A fact that is skipped where no Chromium is installed.
type BrowserFactAttribute() as this =
    inherit FactAttribute()

    do
        if Option.isNone (Browser.find ()) then
            this.Skip <- "needs chromium"

let private page title = Report.html (report title)

[<Fact>]
let ``The report is self-contained, complete and escaped`` () =
    let page = page "<img src=x onerror=alert(1)> & sodium"
    Assert.Contains("<h1>&lt;img src=x onerror=alert(1)&gt; &amp; sodium</h1>", page)
    Assert.DoesNotContain("<img src=x", page)
    // Nothing is loaded: no element of the page names a source.
    let own = page.Substring(page.IndexOf("</head>", StringComparison.Ordinal))
    Assert.DoesNotContain("src=\"", own)
    Assert.DoesNotContain("<link", own)
    // Δg, g(r), two training curves, cut-off, objective.
    Assert.Equal(6, own.Split("Plotly.newPlot").Length - 1)

    for check in melting.Checks do
        Assert.Contains(Net.WebUtility.HtmlEncode check.Name, own)

    Assert.Contains(Net.WebUtility.HtmlEncode(Estimate.format melting.MeltingTemperature), own)
    Assert.Contains("upper bound (≤)", Net.WebUtility.HtmlDecode own)
    Assert.Contains("solid_seed", own)

[<Fact>]
let ``The table of numbers gives every row value, unit and direction`` () =
    let headings, rows = MeltingReport.numbers melting
    Assert.All(rows, fun row -> Assert.Equal(headings.Length, row.Length))
    let melting' = rows |> List.find (fun row -> row[0].StartsWith "Entropy of melting")
    Assert.Equal("no bound", melting'[3])

/// A thermo table of 64 rows of two atoms, with some of the columns.
let private thermo (columns: string[]) : ThermoTable =
    let row (i: int) =
        columns
        |> Array.map (function
            | "time_ps" -> float i
            | "V_A3" -> 80.0
            | "U_eV" -> if i % 2 = 0 then -2.0 else -2.2
            | _ -> 350.0)

    {
        Path = "thermo.csv"
        Columns = columns
        Rows = Array.init 64 row
        Warnings = []
    }

let private twoAtoms =
    let cell = Cell.orthorhombic [| 4.0; 4.0; 5.0 |]
    [| Snapshot.ofPositions "Na" cell [| 0.0; 0.0; 0.0; 2.0; 2.0; 2.5 |] |]

[<Fact>]
let ``A run of molecular dynamics is reported per atom, with blocking errors`` () =
    let columns = [| "time_ps"; "T_K"; "P_bar"; "U_eV"; "H_eV"; "V_A3" |]

    match MdReport.result twoAtoms (thermo columns) with
    | Error faults -> failwith $"{faults}"
    | Ok result ->
        // −1.0 and −1.1 in turn: mean −1.05; the pairs' means are all equal, so correlations shrink the error below s/√n = 0.0063.
        Assert.Equal(-1.05, result.PotentialEnergy.Mean.Value, 12)
        Assert.InRange(result.PotentialEnergy.Mean.StandardError, 0.0, 0.0064)
        Assert.Equal(40.0, result.Volume.Mean.Value, 12)
        Assert.Equal(350.0, result.Temperature.Mean.Value, 12)
        let headings, rows = MdReport.numbers result
        Assert.Equal(5, rows.Length)
        Assert.All(rows, fun row -> Assert.Equal(headings.Length, row.Length))
        Assert.Equal("eV per atom", rows[2][2])

        let report =
            MdReport.create "Na" [ "mice", "0.1.0" ] [ "seed", "1" ] pairs.Solid result

        Assert.Equal("2 atoms, 1 snapshots in 63 ps", report.Subtitle)

[<Fact>]
let ``Every column that a thermo table lacks is named`` () =
    match MdReport.result twoAtoms (thermo [| "time_ps"; "T_K"; "U_eV" |]) with
    | Error faults -> Assert.Equal(3, faults.Length)
    | Ok result -> failwith $"{result}"

[<Fact>]
let ``A picture without a page or a folder is one fault`` () =
    if Option.isSome (Browser.find ()) then
        ()
    else
        match Browser.screenshot 800 "page.html" "page.png" with
        | Error(MiceError.Unavailable _) -> ()
        | other -> failwith $"{other}"

[<BrowserFact>]
let ``The report draws in a browser`` () =
    let folder = Directory.CreateTempSubdirectory "mice-plots-"

    try
        let html = Path.Combine(folder.FullName, "report.html")
        let png = Path.Combine(folder.FullName, "report.png")
        Report.save html (report "Melting of sodium")
        Assert.Equal(Ok(), Browser.screenshot 1280 html png)
        let picture = File.ReadAllBytes png
        Assert.Equal<byte[]>([| 0x89uy; 0x50uy; 0x4Euy; 0x47uy |], picture[..3])
        // A blank page of this size takes 20 kB; six figures and four tables take ten times that.
        Assert.True(picture.Length > 100_000, $"{picture.Length} bytes")

        match Environment.GetEnvironmentVariable "MICE_KEEP_REPORT" with
        | null -> ()
        | kept ->
            File.Copy(png, Path.Combine(kept, "report.png"), true)
            File.Copy(html, Path.Combine(kept, "report.html"), true)
    finally
        folder.Delete true
