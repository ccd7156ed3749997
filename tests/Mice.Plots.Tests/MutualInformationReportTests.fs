module Mice.Plots.Tests.MutualInformationReportTests

open Expecto
open System
open System.IO
open System.Text.Json
open Mice
open Mice.Information
open Mice.Learning
open Mice.Plots
open Mice.Plots.Tests.PlotsTests

let private estimate name value error direction curves : MethodEstimate =
    {
        Method = name
        Estimate = Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) direction
        Seconds = 2.5
        Remark = $"what {name} is"
        Curves = curves
    }

/// A curve that rises to 0.5, with the validation rows below the batches.
let private curve shift =
    Array.init 20 (fun i ->
        let step = 50 * (i + 1)
        let value = 0.5 * (1.0 - exp (-float step / 200.0))

        {
            Step = step
            Loss = -(value + 0.02)
            Held = (if i % 2 = 0 then None else Some(shift - value))
        })

let private estimates =
    [
        estimate "ksg" 0.52 0.02 Direction.NoBound []
        estimate "nwj" 0.49 0.015 Direction.LowerBound [ curve 0.01; curve 0.02 ]
        estimate "infonce" 0.50 0.012 Direction.LowerBound []
        estimate "club" 0.61 0.05 Direction.UpperBound []
        estimate "gauss" 0.511 0.01 Direction.Exact []
    ]

let result: MutualInformationResult =
    {
        MutualInformation = estimates[1].Estimate
        Method = "nwj"
        Estimates = estimates
        Reliability =
            {
                TrainTestGap = Some(Estimate.create 0.02<nat> 0.01<nat> Direction.NoBound)
                ProductPairs = Some 1234567.0
                EffectivePairs = Some 5e4
                Saturated = false
                ShuffleBaseline = Estimate.create -0.001<nat> 0.002<nat> Direction.NoBound
                Extrapolation = Some(Estimate.create 0.515<nat> 0.03<nat> Direction.NoBound)
                Disagreement = Some(struct ("club", "nwj", 2.4))
                EntropyLimit = None
                Ties =
                    {
                        Columns = List.init 7 (fun i -> $"column {i + 1} of X")
                        TiedFraction = 0.25
                        Jitter = 1e-9
                    }
                EffectiveRows = 2400.0
            }
        Checks =
            [
                {
                    Name = "Shuffle baseline"
                    Passed = true
                    Detail = "−0.001(2) nats"
                }
                {
                    Name = "Agreement"
                    Passed = false
                    Detail = "2.4 errors between <club> & nwj"
                }
            ]
        KindX = VariableKind.Continuous
        KindY = VariableKind.Continuous
        Rows = 3000
        ColumnsX = 1
        ColumnsY = 1
        Notes = [ "Columns were standardised."; "nwj was chosen by name." ]
        Settings = [ "seed", "1" ]
        Seconds = 12.5
    }

let x, y =
    let generator = Key.ofSeed 1UL |> Key.generator
    let x = Array.init 3000 (fun _ -> generator.NextNormal())
    let y = x |> Array.map (fun v -> 0.8 * v + 0.6 * generator.NextNormal())
    Sample.ofColumn x, Sample.ofColumn y

let private texts (e: JsonElement) =
    [ for v in e.EnumerateArray() -> v.GetString() ]

let private numbers (e: JsonElement) =
    [ for v in e.EnumerateArray() -> v.GetDouble() ]

[<Tests>]
let tests =
    testList
        "MutualInformationReportTests"
        [
            test "All estimates are points on rows of their own, one shape and colour for each direction" {
                let json = ChartJson.parse (MutualInformationFigures.comparison result)
                let data = json.GetProperty "data"
                let layout = json.GetProperty "layout"
                Expect.equal (data.GetArrayLength()) 4 "data get array length is 4"

                let symbols =
                    [
                        for trace in data.EnumerateArray() ->
                            ((trace.GetProperty "marker").GetProperty "symbol").GetString()
                    ]

                // By the numbers of plotly: diamond, triangle to the right, to the left, circle.
                Expect.equal symbols [ "2"; "8"; "7"; "0" ] "symbols are as expected"

                let colours =
                    [
                        for trace in data.EnumerateArray() ->
                            ((trace.GetProperty "marker").GetProperty "color").GetString()
                    ]

                Expect.equal (colours |> List.distinct |> List.length) 4 "colours are 4"
                let lower = data[1]
                Expect.equal (texts (lower.GetProperty "y")) [ "nwj (result)"; "infonce" ] "y is as expected"
                Expect.equal (numbers (lower.GetProperty "x")) [ 0.49; 0.5 ] "x is as expected"

                Expect.equal
                    (numbers ((lower.GetProperty "error_x").GetProperty "array"))
                    [ 0.015; 0.012 ]
                    "error x is as expected"

                let axis = layout.GetProperty "yaxis"
                // From the bottom, so that the first stands on top.
                Expect.equal
                    (texts (axis.GetProperty "categoryarray"))
                    [ "gauss"; "club"; "infonce"; "ksg"; "nwj (result)" ]
                    "categoryarray is as expected"

                let title = (layout.GetProperty "xaxis").GetProperty "title"

                Expect.equal
                    ((title.GetProperty "text").GetString())
                    "Mutual information (nats)"
                    "text is Mutual information (nats)"
            }

            test "Training is drawn through the steps at which the validation rows were looked at" {
                let lines =
                    MutualInformationFigures.training estimates[1]
                    |> ChartJson.traces
                    |> List.map (fun trace ->
                        let y = trace.GetProperty "y"

                        ((trace.GetProperty "line").GetProperty "dash").GetString(),
                        (trace.GetProperty "x").GetArrayLength(),
                        [ for v in y.EnumerateArray() -> v.ValueKind ] |> List.forall ((=) JsonValueKind.Number))

                let critic = [ "dash", 20, true; "solid", 10, true ]
                Expect.equal lines (critic @ critic) "lines equal critic"
            }

            test "The data are shown where both variables have one column, in two thousand points at most" {
                let points figure =
                    let trace =
                        Expecting.single (figure |> Option.get |> ChartJson.traces) "traces of figure are one only"

                    List.zip (ChartJson.numbers "x" trace) (ChartJson.numbers "y" trace)

                let shown = MutualInformationFigures.scatter x y result |> points
                Expect.equal shown.Length 2000 "shown length is 2000"
                let all = Array.zip x.Values y.Values |> set
                Expect.isTrue (shown |> List.forall all.Contains) "shown |> List.forall all.Contains"
                Expect.equal (List.distinct shown |> List.length) 2000 "distinct of shown is 2000"
                let few = Sample.choose [| 0..99 |]

                Expect.equal
                    ((MutualInformationFigures.scatter (few x) (few y) result |> points).Length)
                    100
                    "length is 100"

                Expect.isTrue
                    ((MutualInformationFigures.scatter (Sample.join x y) y result).IsNone)
                    "(MutualInformationFigures.scatter (Sample.join x y) y result).IsNone"

                let symbols =
                    { result with
                        KindX = VariableKind.Discrete
                        KindY = VariableKind.Discrete
                    }

                Expect.isTrue
                    ((MutualInformationFigures.scatter x y symbols).IsNone)
                    "(MutualInformationFigures.scatter x y symbols).IsNone"
            }

            test "Tables have every number with its unit, and leave out what an estimator does not have" {
                match MutualInformationDescription.create(result).Sections |> List.choose ResultTable.ofSection with
                | [ estimates; reliability; _ ] ->
                    Expect.equal
                        estimates.Headings
                        [ "Estimator"; "I(X; Y) (nats)"; "The result"; "Time (s)"; "What it is" ]
                        "headings"

                    let texts = estimates.Rows |> List.map (List.map _.Text)
                    Expect.equal texts.Length 5 "all estimates"
                    Expect.equal (texts[1]) [ "nwj"; "≥ 0.490(15)"; "yes"; "2.5"; "what nwj is" ] "the result"
                    Expect.equal (texts[0][1..2]) [ "≈ 0.52(2)"; "no" ] "another"
                    let rows = reliability.Rows |> List.map (List.map _.Text)

                    let answer question =
                        (rows |> List.find (fun row -> row[0] = question))[1..3]

                    Expect.equal (answer "Training less test") [ "0.020(10)"; "nats"; "no bound" ] "gap"
                    Expect.equal (answer "Product pairs") [ "1234567"; ""; "" ] "pairs"
                    Expect.equal (answer "I of shuffled pairs") [ "-0.001(2)"; "nats"; "no bound" ] "shuffled pairs"
                    Expect.equal (answer "Independent rows") [ "2400"; ""; "" ] "rows"
                    Expect.equal (answer "– largest share of them") [ "0.25"; "of all values"; "" ] "share"

                    Expect.equal
                        (answer "Columns with equal values").Head
                        "column 1 of X, column 2 of X, column 3 of X and 4 more"
                        "columns"

                    Expect.equal (answer "Largest disagreement").Head "club" "first"
                    Expect.equal (answer "– with").Head "nwj" "second"
                    Expect.equal (answer "– by") [ "2.4"; "standard errors"; "" ] "difference"
                    Expecting.none rows (fun row -> row[0].StartsWith "min(") "rows of what is not there"

                    for row in rows do
                        Expect.isTrue
                            (row[4] <> ""
                             || row[0] = "Columns with equal values"
                             || row[0] = "Largest disagreement"
                             || row[0] = "– with")
                            $"{row[0]} says what it means"
                | other -> failtest $"{other.Length} tables"
            }

            test "The report draws in a browser, with a figure for each estimator that was trained" {
                needsBrowser ()

                inFolder (fun folder ->
                    let file name = Path.Combine(folder, name)
                    let html, png = file "information.html", file "information.png"

                    let report =
                        MutualInformationDescription.create result
                        |> Report.create
                            "Mutual information"
                            [ "mice", "0.1.0" ]
                            (MutualInformationFigures.all x y result)

                    Report.save html report
                    let page = File.ReadAllText html
                    let own = page.Substring(page.IndexOf("</head>", StringComparison.Ordinal))
                    // All estimates, the data, the training of one estimator.
                    Expect.equal (own.Split("Plotly.newPlot").Length - 1) 3 "own split is 3"
                    Expect.stringContains own "&lt;club&gt; &amp; nwj" "own contains &lt;club&gt; &amp; nwj"
                    Expect.stringContains own "Columns were standardised." "own contains Columns were standardised."
                    Expect.equal (Browser.screenshot 1280 html png) (Ok()) "screenshot of html is good and as expected"
                    Expect.isTrue ((FileInfo png).Length > 60_000L) $"{(FileInfo png).Length} bytes"

                    match Environment.GetEnvironmentVariable "MICE_KEEP_REPORT" with
                    | null -> ()
                    | kept -> File.Copy(png, Path.Combine(kept, "information.png"), true))
            }
        ]
