module Mice.Plots.Tests.PlotsTests

open Expecto
open System
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots

let private figure traces =
    traces
    |> Frame.create "</script><b>title</b>" "Temperature (K)" "Δg (kJ/mol)"
    |> Frame.vertical 365.2 "T & co" Colour.ink
    |> Frame.horizontal nan "nowhere" Colour.ink

let private parsed traces = ChartJson.parse (figure traces)

let melting =
    let input: MeltingInput =
        {
            Solid = FakeParticles.snapshots 20 40.356
            Liquid = FakeParticles.snapshots 20 41.263
            SolidThermo = FakeParticles.thermo 1UL -1.05984 40.356
            LiquidThermo = FakeParticles.thermo 2UL -1.03135 41.263
        }

    let options =
        MeltingOptions.create
            (ParticleMethod.Scan ScanOptions.defaults)
            {
                Temperature = 350.0<K>
                Pressure = 1.0<bar>
            }

    match Melting.estimateBy FakeParticles.sodium options Run.quiet input with
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

let report title =
    MeltingDescription.create melting
    |> Report.create title [ "mice", "0.1.0" ] (MeltingFigures.all pairs melting)

/// Skips the test where no Chromium is installed.
let needsBrowser () =
    if Option.isNone (Browser.find ()) then
        skiptest "needs chromium"

let private page title = Report.html (report title)

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

[<Tests>]
let tests =
    testList
        "PlotsTests"
        [
            test "Charts carry data, titles with units, and leave out what is not finite" {
                let json =
                    parsed
                        [
                            Draw.line (Style.solid "a" Colour.blue) [| 1.0; 2.0; 3.0 |] [| 1.5; nan; infinity |]
                            Draw.band (Style.solid "b" Colour.blue) [| 1.0; 2.0 |] [| 0.0; 1.0 |] [| 2.0; 3.0 |]
                            Draw.points (Style.solid "" Colour.green) [| 1.0 |] [| 2.0 |] [| 0.5 |]
                            Draw.points (Style.solid "d" Colour.orange) [| 1.0 |] [| 2.0 |] [| nan |]
                        ]

                let data = json.GetProperty "data"
                Expect.equal (data.GetArrayLength()) 4 "data get array length is 4"
                let y = data[0].GetProperty "y"
                Expect.equal (y[0].GetDouble()) 1.5 "y is 1.5"
                Expect.equal y[1].ValueKind JsonValueKind.Null "y equals null"
                Expect.equal y[2].ValueKind JsonValueKind.Null "y equals null"
                // There along the upper curve and back along the lower one.
                Expect.equal (ChartJson.numbers "y" data[1]) [ 2.0; 3.0; 1.0; 0.0 ] "numbers of data are as expected"

                Expect.isFalse
                    ((data[2].GetProperty "showlegend").GetBoolean())
                    "not: data 2 showlegend get boolean holds"

                let errors = (data[2].GetProperty "error_y").GetProperty "array"
                Expect.equal (errors[0].GetDouble()) 0.5 "errors are 0.5"
                Expect.isFalse (fst (data[3].TryGetProperty "error_y")) "not: fst data 3 try get property error y holds"
                let axis = (json.GetProperty "layout").GetProperty "xaxis"
                let title = axis.GetProperty "title"
                Expect.equal ((title.GetProperty "text").GetString()) "Temperature (K)" "text is Temperature (K)"
            }

            test "A run without a table of cut-offs has no figure of it" {
                let style = Style.solid "solid" Colour.blue
                let scan = FakeParticles.scan melting.Solid.Bound
                let without = { scan with ByCutoff = [||] }

                Expect.isTrue
                    ((ScanFigures.byCutoff [ style, scan ]).IsSome)
                    "(ScanFigures.byCutoff [ style, scan ]).IsSome"

                Expect.isTrue
                    ((ScanFigures.byCutoff [ style, without; style, scan ]).IsSome)
                    "(ScanFigures.byCutoff [ style, without; style, scan ]).IsSome"

                Expect.isTrue
                    ((ScanFigures.byCutoff [ style, without; style, without ]).IsNone)
                    "(ScanFigures.byCutoff [ style, without; style, without ]).IsNone"
            }

            test "Text in figures is escaped for plotly, and marks that lie nowhere are left out" {
                let layout = (parsed []).GetProperty "layout"
                let title = (layout.GetProperty "title").GetProperty "text"

                Expect.equal
                    (title.GetString())
                    "&lt;/script&gt;&lt;b&gt;title&lt;/b&gt;"
                    "title get string is &lt;/script&gt;&lt;b&gt;title&lt;/b&gt;"

                Expect.equal ((layout.GetProperty "shapes").GetArrayLength()) 1 "shapes are 1"

                let label =
                    Expecting.single ((layout.GetProperty "annotations").EnumerateArray()) "annotations are one only"

                Expect.equal ((label.GetProperty "text").GetString()) "T &amp; co" "text is T &amp; co"
            }

            test "The colours of a series differ and go round" {
                let colours = List.init 7 (Colour.series >> ChartJson.colour)
                Expect.equal (List.distinct colours |> List.length) 7 "distinct of colours is 7"
                Expect.equal colours.Head "rgba(0, 114, 178, 1.0)" "colours head is rgba(0, 114, 178, 1.0)"
                Expect.equal (ChartJson.colour (Colour.series 7)) colours.Head "colour of series 7 equals colours head"
                Expect.equal (ChartJson.colour (Colour.series -1)) colours[6] "colour of series equals colours"
            }

            test "The report is self-contained, complete and escaped" {
                let page = page "<img src=x onerror=alert(1)> & sodium"

                Expect.stringContains
                    page
                    "<h1>&lt;img src=x onerror=alert(1)&gt; &amp; sodium</h1>"
                    "page contains what is given"

                Expecting.stringLacks page "<img src=x" "page does not contain <img src=x"
                // Nothing is loaded: no element of the page names a source.
                let own = page.Substring(page.IndexOf("</head>", StringComparison.Ordinal))
                Expecting.stringLacks own "src=\"" "own does not contain what is given"
                Expecting.stringLacks own "<link" "own does not contain <link"
                // Δg, g(r), two training curves, cut-off, objective.
                Expect.equal (own.Split("Plotly.newPlot").Length - 1) 6 "own split is 6"

                for check in melting.Checks do
                    Expect.stringContains
                        own
                        (Net.WebUtility.HtmlEncode check.Name)
                        "own contains web utility html encode of check name"

                Expect.stringContains
                    own
                    (Net.WebUtility.HtmlEncode(Estimate.format melting.MeltingTemperature))
                    "own contains web utility html encode"

                Expect.stringContains
                    (Net.WebUtility.HtmlDecode own)
                    "upper bound (≤)"
                    "web utility html decode of own contains upper bound (≤)"

                Expect.stringContains own "solid_seed" "own contains solid_seed"
            }

            test "The table of numbers gives every row value, unit and direction" {
                let tables =
                    MeltingDescription.create(melting).Sections |> List.choose ResultTable.ofSection

                Expect.equal (tables |> List.map _.Title) [ "Melting"; "Solid"; "Liquid" ] "tables"

                for table in tables do
                    Expect.equal table.Headings [ "Name"; "Value"; "Unit"; "Direction" ] "headings"

                    for row in table.Rows do
                        Expect.equal row.Length 4 "row length equals headings length"

                        if row[1].Estimate.IsSome then
                            Expect.isTrue
                                (row[2].Text <> "" && row[3].Text <> "")
                                $"unit and direction of {row[0].Text}"

                let texts (table: ResultTable) =
                    table.Rows |> List.map (List.map _.Text)

                Expect.equal
                    ((texts tables[0]).Head[0], (texts tables[0]).Head[3])
                    ("Entropy of melting Δs", "no bound")
                    "the entropy of melting"

                Expect.equal ((texts tables[1]).Head[3]) "upper bound (≤)" "the solid"
            }

            test "A run of molecular dynamics is reported per atom, with blocking errors" {
                let columns = [| "time_ps"; "T_K"; "P_bar"; "U_eV"; "H_eV"; "V_A3" |]

                match MdResult.create twoAtoms (thermo columns) with
                | Error faults -> failwith $"{faults}"
                | Ok result ->
                    // −1.0 and −1.1 in turn: mean −1.05; the pairs' means are all equal, so correlations shrink the error below s/√n = 0.0063.
                    Expecting.decimals 12 result.PotentialEnergy.Mean.Value (-1.05) "potential energy mean is -1.05"

                    Expecting.inRange
                        result.PotentialEnergy.Mean.StandardError
                        0.0
                        0.0064
                        "potential energy mean standard error lies in its range"

                    Expecting.decimals 12 result.Volume.Mean.Value 40.0 "volume mean is 40.0"
                    Expecting.decimals 12 result.Temperature.Mean.Value 350.0 "temperature mean is 350.0"
                    let d = MdResult.describe [ "seed", "1" ] None result
                    let table = d.Sections |> List.exactlyOne |> ResultTable.ofSection |> Option.get
                    let rows = table.Rows |> List.map (List.map _.Text >> List.take 3)
                    Expect.equal (rows[2][2]) "eV per atom" "the unit of the energy"

                    Expect.equal
                        (rows[5..])
                        [ [ "Atoms"; "2"; "" ]; [ "Snapshots"; "1"; "" ]; [ "Duration"; "63"; "ps" ] ]
                        "what was simulated"

                    let report =
                        Report.create "Na" [ "mice", "0.1.0" ] (MdFigures.all pairs.Solid result) d

                    Expect.equal
                        (report.Sections |> List.map _.Heading)
                        [ "Means"; "Along the run"; "Settings"; "Versions" ]
                        "sections"

                    Expect.equal report.Answer d.Answer "what was found"
            }

            test "Every column that a thermo table lacks is named" {
                match MdResult.create twoAtoms (thermo [| "time_ps"; "T_K"; "U_eV" |]) with
                | Error faults -> Expect.equal faults.Length 3 "faults length is 3"
                | Ok result -> failwith $"{result}"
            }

            test "Snapshots of different atoms have no means per atom" {
                let one = Snapshot.ofPositions "Na" (Cell.cubic 4.0) [| 1.0; 1.0; 1.0 |]
                let columns = [| "time_ps"; "T_K"; "P_bar"; "U_eV"; "H_eV"; "V_A3" |]

                match MdResult.create (Array.append twoAtoms [| one |]) (thermo columns) with
                | Error [ MiceError.Mismatch(_, "2 in snapshot 1 (step 0)", "1 in snapshot 2 (step 0)") ] -> ()
                | other -> failwith $"{other}"
            }

            test "A picture without a page or a folder is one fault" {
                if Option.isSome (Browser.find ()) then
                    ()
                else
                    match Browser.screenshot 800 "page.html" "page.png" with
                    | Error(MiceError.Unavailable _) -> ()
                    | other -> failwith $"{other}"
            }

            test "The report draws in a browser" {
                needsBrowser ()

                inFolder (fun folder ->
                    let html = Path.Combine(folder, "report.html")
                    let png = Path.Combine(folder, "report.png")
                    Report.save html (report "Melting of sodium")
                    Expect.equal (Browser.screenshot 1280 html png) (Ok()) "screenshot of html is good and as expected"
                    let picture = File.ReadAllBytes png
                    Expect.equal picture[..3] [| 0x89uy; 0x50uy; 0x4Euy; 0x47uy |] "picture is as expected"
                    // A blank page of this size takes 20 kB; six figures and four tables take ten times that.
                    Expect.isTrue (picture.Length > 100_000) $"{picture.Length} bytes"

                    match Environment.GetEnvironmentVariable "MICE_KEEP_REPORT" with
                    | null -> ()
                    | kept ->
                        File.Copy(png, Path.Combine(kept, "report.png"), true)
                        File.Copy(html, Path.Combine(kept, "report.html"), true))
            }
        ]
