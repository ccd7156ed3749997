module Mice.Cli.Tests.InformationTests

open Expecto
open System
open System.IO
open System.Text.Json
open System.Threading
open Mice
open Mice.Cli
open Mice.Cli.Tests.InformationBadInputTests
open Mice.Cli.Tests.FakeInformation
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Information

let private asked (passed: bool) (more: string list) (check: int -> JsonElement -> unit) =
    inFolder (fun folder ->
        let x =
            save folder "x.csv" (Seq.init 60 (fun i -> if i % 3 = 0 then "up" else "down"))

        let y = save folder "y.csv" (Seq.init 60 (fun i -> $"{i},{i * i}"))
        let json = Path.Combine(folder, "deep", "result.json")

        let given =
            [ "--x"; x; "--y"; y; "--discrete"; "x"; "--quiet"; "--json"; json ] @ more

        let code = Mi.verb.Run (saying passed) (Array.ofList given)
        use document = JsonDocument.Parse(File.ReadAllText json)
        check code document.RootElement)

/// The estimators that the program ships with, but a run ends as if stopped once so much of it is done; how often they spoke is counted.
let private stopped (at: float) (spoken: int ref) : Estimators =
    { Estimators.standard with
        MutualInformation =
            fun options run x y ->
                use source = CancellationTokenSource.CreateLinkedTokenSource run.Cancel

                let heard (p: Progress) =
                    spoken.Value <- spoken.Value + 1
                    run.Progress p

                    if p.Fraction >= at then
                        source.Cancel()

                MutualInformation.estimate
                    options
                    { run with
                        Progress = heard
                        Cancel = source.Token
                    }
                    x
                    y
    }

[<Tests>]
let tests =
    testList
        "InformationTests"
        [
            test "Mutual information writes the JSON that scripts rely on" {
                asked true [ "--bound"; "ksg"; "--block-rows"; "7"; "--seed"; "9" ] (fun code json ->
                    Expect.equal code 0 "exit code"
                    let number (name: string) (e: JsonElement) = e.GetProperty(name).GetDouble()
                    let text (name: string) (e: JsonElement) = e.GetProperty(name).GetString()

                    let isNull (name: string) (e: JsonElement) =
                        e.GetProperty(name).ValueKind = JsonValueKind.Null

                    let first (name: string) (e: JsonElement) = string ((e.GetProperty name)[0])
                    Expect.equal (number "mutual_information_nats" json) 0.5 "mutual information nats"
                    Expect.equal (number "standard_error" json) 0.01 "standard error"
                    Expect.equal (text "direction" json) "lower_bound" "direction"
                    Expect.equal (text "method" json) "nwj" "method"
                    let second = (json.GetProperty "estimates")[1]
                    Expect.equal (text "method" second) "ksg" "method"
                    Expect.equal (number "mutual_information_nats" second) 0.52 "mutual information nats"
                    Expect.equal (number "standard_error" second) 0.02 "standard error"
                    Expect.equal (text "direction" second) "no_bound" "direction"
                    Expect.equal (number "time_seconds" second) 0.1 "time seconds"
                    Expect.equal (text "remark" second) "nearest neighbours" "remark"
                    let found = json.GetProperty "reliability"
                    Expect.equal (number "train_test_gap_nats" found) 0.02 "train test gap nats"

                    Expect.equal
                        (number "train_test_gap_nats_standard_error" found)
                        0.01
                        "train test gap, standard error"

                    Expect.equal (number "product_pairs" found) 1e6 "product pairs"
                    Expect.equal (number "effective_pairs" found) 5e4 "effective pairs"
                    Expect.isFalse ((found.GetProperty "saturated").GetBoolean()) "saturated"
                    Expect.equal (number "shuffle_baseline_nats" found) (-0.001) "shuffle baseline nats"

                    Expect.equal
                        (number "shuffle_baseline_nats_standard_error" found)
                        0.002
                        "shuffle baseline, standard error"

                    Expect.isTrue
                        (isNull "extrapolation_nats" found && isNull "entropy_limit_nats_standard_error" found)
                        "what is not known is null"

                    Expect.equal
                        (number "standard_errors" (found.GetProperty "largest_disagreement"))
                        1.5
                        "standard errors"

                    Expect.equal (first "tied_columns" found) "column 1 of X" "tied columns"
                    Expect.equal (number "tied_fraction" found) 0.25 "tied fraction"
                    Expect.equal (number "effective_rows" found) 55.5 "effective rows"
                    Expect.isTrue ((json.GetProperty "passed").GetBoolean()) "passed"
                    Expect.equal (first "notes" json) "a note" "notes"
                    Expect.equal (text "x" (json.GetProperty "kinds")) "discrete" "kind of X"
                    Expect.equal (text "y" (json.GetProperty "kinds")) "continuous" "kind of Y"
                    Expect.equal (number "rows" json) 60.0 "rows"
                    Expect.equal (number "y" (json.GetProperty "columns")) 2.0 "columns of Y"
                    Expect.equal (text "method" (json.GetProperty "settings")) "ksg" "method among the settings"
                    Expect.equal (text "block_rows" (json.GetProperty "settings")) "Some(7)" "block rows"
                    Expect.equal (text "seed" (json.GetProperty "settings")) "9" "seed"
                    Expect.equal (text "mice" (json.GetProperty "versions")) "0.0.0" "version")
            }

            test "A check that failed gives exit code 1 and the JSON all the same" {
                asked false [] (fun code json ->
                    Expect.equal code 1 "exit code"
                    Expect.isFalse ((json.GetProperty "passed").GetBoolean()) "passed")
            }

            test "A directory belongs to its samples and options" {
                inFolder (fun folder ->
                    let file name (f: int -> string) = save folder name (Seq.init 60 f)
                    let x = file "x.csv" string
                    let y = file "y.csv" (fun i -> string (i * i))
                    let other = file "other.csv" (fun i -> string (i * i + 1))
                    let run = Path.Combine(folder, "run")

                    let code given =
                        Mi.verb.Run
                            Estimators.standard
                            (Array.ofList ([ "--quiet"; "--resume"; run; "--x"; x ] @ given))

                    // 0 or 1: sixty rows that follow a parabola are too few for some of the checks.
                    Expect.isLessThan (code [ "--y"; y ]) 2 "exit code of the first run"

                    Expect.isLessThan
                        (code [ "--y"; y; "--threads"; "1" ])
                        2
                        "exit code with another number of threads"

                    Expect.equal (code [ "--y"; other ]) 2 "exit code with another sample"
                    Expect.equal (code [ "--y"; y; "--bound"; "ksg" ]) 2 "exit code with another bound"
                    Expect.equal (code [ "--y"; y; "--discrete"; "y" ]) 2 "exit code with another kind of variable"
                    Expect.equal (code [ "--y"; y; "--seed"; "2" ]) 2 "exit code with another seed")
            }

            test "A stopped estimate says how to go on and gives exit code 1" {
                inFolder (fun folder ->
                    let stopping =
                        { saying true with
                            MutualInformation =
                                fun _ run _ _ ->
                                    Run.claim "stopped" (fun () -> []) run |> ignore
                                    raise (OperationCanceledException())
                        }

                    let x = save folder "x.csv" (Seq.init 60 string)
                    let run = Path.Combine(folder, "run")

                    Expect.equal
                        (Mi.verb.Run stopping [| "--x"; x; "--y"; x; "--quiet"; "--resume"; run |])
                        1
                        "exit code"

                    Expect.isTrue (File.Exists(Path.Combine(run, "run.json"))) "the run")
            }

            testCase "A Gaussian pair gives its mutual information, from the command line to the JSON"
            <| fun () ->
                needsEngine ()

                inFolder (fun folder ->
                    let xs, ys = pair 2000
                    let file name = Path.Combine(folder, name)
                    let x = save folder "x.csv" (Seq.append [ "position" ] (texts xs))
                    let y = save folder "y.csv" (texts ys)

                    let outcome =
                        mice [ "mi"; "--x"; x; "--y"; y; "--bound"; "ksg"; "--json"; file "r.json" ]

                    Expect.equal outcome.Code 0 "exit code"
                    Expect.stringContains outcome.Out "nats" "the result on standard output"
                    use document = JsonDocument.Parse(File.ReadAllText(file "r.json"))

                    let number (name: string) =
                        document.RootElement.GetProperty(name).GetDouble()
                    // Standard error about 0.03; four of them.
                    Expecting.inRange (number "mutual_information_nats") 0.39 0.63 "the mutual information"
                    Expecting.inRange (number "standard_error") 0.005 0.06 "the standard error"
                    Expect.equal (number "rows") 2000.0 "rows are 2000.0")

            testCase "Critics that were stopped and resumed end where uninterrupted ones do"
            <| fun () ->
                needsEngine ()

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
                            |> Mi.verb.Run(stopped at spoken)

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

                    Expect.equal
                        (run 0.5 "part.json" resume |> fun struct (code, _) -> struct (code, 0))
                        (struct (1, 0))
                        "exit code of the stopped run"

                    Expect.isFalse (File.Exists(file "part.json")) "the stopped run writes no result"

                    Expect.isNonEmpty
                        (Directory.GetFiles(file "run", "*.state", SearchOption.AllDirectories))
                        "a checkpoint is stored"

                    let struct (code, rest) = run infinity "resumed.json" resume
                    Expect.equal code expected "exit code"
                    Expect.isTrue (rest < all) $"{rest} reports after the stop, {all} in an uninterrupted run"
                    Expect.equal (numbers "resumed.json") (numbers "whole.json") "the numbers of both results")
        ]
