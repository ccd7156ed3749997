module Mice.Cli.Tests.InformationTests

open System
open System.IO
open System.Text.Json
open System.Threading
open Mice
open Mice.Cli
open Mice.Cli.Tests.InformationBadInputTests
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Information
open Xunit

let private reliability: Reliability =
    {
        TrainTestGap = Some(Estimate.create 0.02<nat> 0.01<nat> Direction.NoBound)
        ProductPairs = Some 1e6
        EffectivePairs = Some 5e4
        Saturated = false
        ShuffleBaseline = Estimate.create -0.001<nat> 0.002<nat> Direction.NoBound
        Extrapolation = None
        Disagreement = Some(struct ("ksg", "nwj", 1.5))
        EntropyLimit = None
        Ties =
            {
                Columns = [ "column 1 of X" ]
                TiedFraction = 0.25
                Jitter = 1e-9
            }
        EffectiveRows = 55.5
    }

/// An estimator that says what it was asked.
let private saying (passed: bool) : Estimators =
    { Estimators.standard with
        MutualInformation =
            fun options _ progress _ x y ->
                progress
                    {
                        Phase = "critic 1 of 1"
                        Fraction = 0.5
                        Message = "half"
                    }

                let kind (chosen: VariableKind option) =
                    Option.defaultValue VariableKind.Continuous chosen

                Ok
                    {
                        MutualInformation = Estimate.create 0.5<nat> 0.01<nat> Direction.LowerBound
                        Method = "nwj"
                        Estimates =
                            [
                                {
                                    Method = "nwj"
                                    Estimate = Estimate.create 0.5<nat> 0.01<nat> Direction.LowerBound
                                    Seconds = 1.0
                                    Remark = "a critic"
                                    Curves = []
                                }
                                {
                                    Method = "ksg"
                                    Estimate = Estimate.create 0.52<nat> 0.02<nat> Direction.NoBound
                                    Seconds = 0.1
                                    Remark = "nearest neighbours"
                                    Curves = []
                                }
                            ]
                        Reliability = reliability
                        Checks =
                            [
                                {
                                    Name = "sound"
                                    Passed = passed
                                    Detail = "it was asked"
                                }
                            ]
                        KindX = kind options.KindX
                        KindY = kind options.KindY
                        Rows = x.Rows
                        ColumnsX = x.Columns
                        ColumnsY = y.Columns
                        Notes = [ "a note" ]
                        Settings =
                            [
                                "method", options.Method
                                "block_rows", string options.BlockRows
                                "seed", string options.Seed
                            ]
                        Seconds = 1.1
                    }
        Versions = fun () -> [ "mice", "0.0.0" ]
    }

let private asked (passed: bool) (more: string list) (check: int -> JsonElement -> unit) =
    inFolder (fun folder ->
        let x =
            save folder "x.csv" (Seq.init 60 (fun i -> if i % 3 = 0 then "up" else "down"))

        let y = save folder "y.csv" (Seq.init 60 (fun i -> $"{i},{i * i}"))
        let json = Path.Combine(folder, "deep", "result.json")

        let given =
            [ "--x"; x; "--y"; y; "--discrete"; "x"; "--quiet"; "--json"; json ] @ more

        let code = Mi.run (saying passed) (Array.ofList given)
        use document = JsonDocument.Parse(File.ReadAllText json)
        check code document.RootElement)

[<Fact>]
let ``Mutual information writes the JSON that scripts rely on`` () =
    asked true [ "--bound"; "ksg"; "--block-rows"; "7"; "--seed"; "9" ] (fun code json ->
        Assert.Equal(0, code)
        let number (name: string) (e: JsonElement) = e.GetProperty(name).GetDouble()
        let text (name: string) (e: JsonElement) = e.GetProperty(name).GetString()

        let isNull (name: string) (e: JsonElement) =
            e.GetProperty(name).ValueKind = JsonValueKind.Null

        let first (name: string) (e: JsonElement) = string ((e.GetProperty name)[0])
        Assert.Equal(0.5, number "mutual_information_nats" json)
        Assert.Equal(0.01, number "standard_error" json)
        Assert.Equal("lower_bound", text "direction" json)
        Assert.Equal("nwj", text "method" json)
        let second = (json.GetProperty "estimates")[1]
        Assert.Equal("ksg", text "method" second)
        Assert.Equal(0.52, number "mutual_information_nats" second)
        Assert.Equal(0.02, number "standard_error" second)
        Assert.Equal("no_bound", text "direction" second)
        Assert.Equal(0.1, number "time_seconds" second)
        Assert.Equal("nearest neighbours", text "remark" second)
        let found = json.GetProperty "reliability"
        Assert.Equal(0.02, number "train_test_gap_nats" found)
        Assert.Equal(0.01, number "train_test_gap_nats_standard_error" found)
        Assert.Equal(1e6, number "product_pairs" found)
        Assert.Equal(5e4, number "effective_pairs" found)
        Assert.False((found.GetProperty "saturated").GetBoolean())
        Assert.Equal(-0.001, number "shuffle_baseline_nats" found)
        Assert.Equal(0.002, number "shuffle_baseline_nats_standard_error" found)
        Assert.True(isNull "extrapolation_nats" found && isNull "entropy_limit_nats_standard_error" found)
        Assert.Equal(1.5, number "standard_errors" (found.GetProperty "largest_disagreement"))
        Assert.Equal("column 1 of X", first "tied_columns" found)
        Assert.Equal(0.25, number "tied_fraction" found)
        Assert.Equal(55.5, number "effective_rows" found)
        Assert.True((json.GetProperty "passed").GetBoolean())
        Assert.Equal("a note", first "notes" json)
        Assert.Equal("discrete", text "x" (json.GetProperty "kinds"))
        Assert.Equal("continuous", text "y" (json.GetProperty "kinds"))
        Assert.Equal(60.0, number "rows" json)
        Assert.Equal(2.0, number "y" (json.GetProperty "columns"))
        Assert.Equal("ksg", text "method" (json.GetProperty "settings"))
        Assert.Equal("Some(7)", text "block_rows" (json.GetProperty "settings"))
        Assert.Equal("9", text "seed" (json.GetProperty "settings"))
        Assert.Equal("0.0.0", text "mice" (json.GetProperty "versions")))

[<Fact>]
let ``A check that failed gives exit code 1 and the JSON all the same`` () =
    asked false [] (fun code json ->
        Assert.Equal(1, code)
        Assert.False((json.GetProperty "passed").GetBoolean()))

[<Fact>]
let ``A directory belongs to its samples and options`` () =
    inFolder (fun folder ->
        let file name (f: int -> string) = save folder name (Seq.init 60 f)
        let x = file "x.csv" string
        let y = file "y.csv" (fun i -> string (i * i))
        let other = file "other.csv" (fun i -> string (i * i + 1))
        let run = Path.Combine(folder, "run")

        let code given =
            Mi.run (saying true) (Array.ofList ([ "--quiet"; "--resume"; run; "--x"; x ] @ given))

        Assert.Equal(0, code [ "--y"; y ])
        Assert.Equal(0, code [ "--y"; y; "--threads"; "1" ])
        Assert.Equal(2, code [ "--y"; other ])
        Assert.Equal(2, code [ "--y"; y; "--bound"; "ksg" ])
        Assert.Equal(2, code [ "--y"; y; "--discrete"; "y" ])
        Assert.Equal(2, code [ "--y"; y; "--seed"; "2" ]))

[<Fact>]
let ``A stopped estimate says how to go on and gives exit code 1`` () =
    inFolder (fun folder ->
        let stopping =
            { saying true with
                MutualInformation = fun _ _ _ _ _ _ -> raise (OperationCanceledException())
            }

        let x = save folder "x.csv" (Seq.init 60 string)
        let run = Path.Combine(folder, "run")
        Assert.Equal(1, Mi.run stopping [| "--x"; x; "--y"; x; "--quiet"; "--resume"; run |])
        Assert.True(File.Exists(Path.Combine(run, "run.json"))))

[<EngineFact>]
let ``A Gaussian pair gives its mutual information, from the command line to the JSON`` () =
    inFolder (fun folder ->
        let xs, ys = pair 2000
        let file name = Path.Combine(folder, name)
        let x = save folder "x.csv" (Seq.append [ "position" ] (texts xs))
        let y = save folder "y.csv" (texts ys)

        let outcome =
            mice [ "mi"; "--x"; x; "--y"; y; "--bound"; "ksg"; "--json"; file "r.json" ]

        Assert.Equal(0, outcome.Code)
        Assert.Contains("nats", outcome.Out)
        use document = JsonDocument.Parse(File.ReadAllText(file "r.json"))

        let number (name: string) =
            document.RootElement.GetProperty(name).GetDouble()
        // Standard error about 0.03; four of them.
        Assert.InRange(number "mutual_information_nats", 0.39, 0.63)
        Assert.InRange(number "standard_error", 0.005, 0.06)
        Assert.Equal(2000.0, number "rows"))

/// The estimators that the program ships with, but a run ends as if stopped once so much of it is done; how often they spoke is counted.
let private stopped (at: float) (spoken: int ref) : Estimators =
    { Estimators.standard with
        MutualInformation =
            fun options store report token x y ->
                use source = CancellationTokenSource.CreateLinkedTokenSource token

                let heard (p: Progress) =
                    spoken.Value <- spoken.Value + 1
                    report p

                    if p.Fraction >= at then
                        source.Cancel()

                MutualInformation.estimate options store heard source.Token x y
    }

[<EngineFact>]
let ``Critics that were stopped and resumed end where uninterrupted ones do`` () =
    inFolder (fun folder ->
        // Few rows: a step takes less than a millisecond.
        let xs, ys = pair 400
        let x, y = save folder "x.csv" (texts xs), save folder "y.csv" (texts ys)
        let file name = Path.Combine(folder, name)

        let run (at: float) (json: string) (more: string list) =
            let spoken = ref 0

            let code =
                [
                    "--x"
                    x
                    "--y"
                    y
                    "--bound"
                    "infonce"
                    "--block-rows"
                    "1"
                    "--quiet"
                    "--json"
                    file json
                ]
                @ more
                |> Array.ofList
                |> Mi.run (stopped at spoken)

            struct (code, spoken.Value)

        // All numbers of a result but the times that it took.
        let numbers json =
            use document = JsonDocument.Parse(File.ReadAllText(file json))

            let rec leaves (path: string) (e: JsonElement) =
                [
                    match e.ValueKind with
                    | JsonValueKind.Object ->
                        for p in e.EnumerateObject() do
                            if not (p.Name.Contains "seconds") then
                                yield! leaves $"{path}.{p.Name}" p.Value
                    | JsonValueKind.Array ->
                        for item in e.EnumerateArray() do
                            yield! leaves $"{path}[]" item
                    | _ -> path, e.GetRawText()
                ]

            leaves "" document.RootElement

        let resume = [ "--resume"; file "run" ]
        let struct (expected, all) = run infinity "whole.json" []
        Assert.Equal(struct (1, 0), run 0.1 "part.json" resume |> fun struct (code, _) -> struct (code, 0))
        Assert.False(File.Exists(file "part.json"))
        Assert.NotEmpty(Directory.GetFiles(file "run", "*.state", SearchOption.AllDirectories))
        let struct (code, rest) = run infinity "resumed.json" resume
        Assert.Equal(expected, code)
        Assert.True(rest < all, $"{rest} reports after the stop, {all} in an uninterrupted run")
        Assert.Equal<(string * string) list>(numbers "whole.json", numbers "resumed.json"))
