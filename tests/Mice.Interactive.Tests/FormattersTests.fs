module Mice.Interactive.Tests.FormattersTests

open System
open System.Reflection
open System.Runtime.Loader
open Expecto
open Mice
open Mice.Atoms
open Mice.CSharp
open Mice.Entropy
open Mice.Interactive
open Mice.Plots
open Mice.Quests
open Mice.Rsmi
open Microsoft.DotNet.Interactive.Formatting

let private registered = lazy (Formatters.Register())

/// What a notebook shows of a value.
let private shown (mimeType: string) (value: obj) =
    registered.Force()
    Formatter.ToDisplayString(value, mimeType)

let private html (value: obj) = shown HtmlFormatter.MimeType value
let private plain (value: obj) = shown PlainTextFormatter.MimeType value

let private bound = Estimate.create -4.4 0.01 Direction.UpperBound

/// A point as the counting estimators leave it, with one check that failed.
let private point: LatticeResult =
    {
        Temperature = 2.5
        Method = "naive"
        EntropyPerSite = Estimate.create 0.4<nat / site> 0.01<nat / site> Direction.UpperBound
        UpperBound = None
        LowerBound = None
        ReducedFreeEnergyPerSite = None
        EnergyPerSite = None
        Reference = None
        Levels = []
        Curves = []
        Checks =
            [
                {
                    Name = "a < b"
                    Passed = false
                    Detail = "3 of 2"
                }
            ]
        Seconds = 1.0
    }

/// Filters of a block of 2 × 2 sites at a temperature.
let private filters (temperature: float) : RsmiPoint =
    let grainer =
        CoarseGrainer.create (CoarseVariable.Binary 1) [| [| 1.0; 1.0; 1.0; 1.0 |] |]

    let nats = Estimate.create 0.6<nat> 0.01<nat> Direction.LowerBound

    {
        Value = temperature
        Geometry =
            {
                Block = 2
                Buffer = 1
                Environment = Some 1
                Stride = 1
            }
        Lattice =
            {
                Shape = [| 8; 8 |]
                Periodic = [| true; true |]
                Channels = 1
            }
        Result =
            {
                Information = nats
                Best = grainer
                Certificate =
                    {
                        RetrainedBound = nats
                        Counted = nats
                        Entropy = nats
                        OnTraining = 0.6
                        Samples = 100
                        Groups = 10
                    }
                Ensemble =
                    {
                        Grainers = [| grainer |]
                        Validated = [| 0.6 |]
                        Curve = [||]
                        Outcome = None
                    }
                Components = FilterEnsemble.create (Key.ofSeed 1UL) [| grainer.Filters |]
                Checks = []
                Seconds = 1.0
            }
        SamplerChecks = []
    }

/// What the expression "value with { }" of C# gives.
let private copy (value: LatticeEntropyEstimate) =
    value.GetType().GetMethod("<Clone>$").Invoke(value, [||])

let private cell (text: string) =
    $"<td style=\"text-align:left\">{text}</td>"

[<Tests>]
let tests =
    testList
        "FormattersTests"
        [
            test "An estimate shows with its direction and error, from F# and from C#" {
                let facade = MeasuredValue(-4.4, 0.01, EstimateKind.UpperBound)

                for text in [ html bound; plain bound; html facade; plain facade; string facade ] do
                    Expect.equal text "≤ -4.400(10)" "one text for all"

                Expect.equal (plain [ bound; Estimate.exact 2.0 ]) "≤ -4.400(10), 2" "several in a row"
            }

            test "Numbers of environments show as a table with a figure" {
                let set =
                    Environments.ofPoints
                        [| 0; 3; 6 |]
                        (PointSet.ofRows 1 [| 0.0; 0.1; 0.2; 0.3; 0.5; 0.9 |]
                         |> Result.defaultWith (fun faults -> failtest $"%A{faults}"))

                let metrics = EnvironmentEntropy.metrics Run.quiet 0.1 set

                let comparison =
                    EnvironmentComparison.create Run.quiet 0.1 0.0<nat> (KernelIndex.exact set.Points) set
                    |> Result.map (fun (struct (found, _)) -> found)

                Expect.stringContains (html metrics) "Entropy H" "metrics"
                Expect.stringContains (html comparison) "Novelty" "comparison"
                Expect.stringContains (plain comparison) "Novelty" "comparison as text"
            }

            test "A result shows its numbers, its checks and a figure" {
                let page = html [ point ]
                Expect.stringContains page (cell "≤ 0.400(10)") "the entropy is in the table"
                Expect.stringContains page "<details open>" "checks are open where one failed"

                Expect.stringContains
                    page
                    "<b>failed</b> – <b>T = 2.5, naive: a &lt; b</b>: 3 of 2"
                    "the check, escaped"

                Expect.stringContains page "Plotly.newPlot" "the figure"
                let text = plain [ point ]
                Expect.stringContains text "≤ 0.400(10)" "the table as text"
                Expect.stringContains text "FAILED" "the check as text"
            }

            test "Every result shows the rows of its description" {
                let series name values : MdSeries =
                    {
                        Name = name
                        Unit = "units of " + name
                        Values = values
                        Mean = Estimate.create 2.0 0.1 Direction.Exact
                    }

                let run: MdResult =
                    {
                        Atoms = 54
                        Snapshots = 2
                        Time = [| 0.0; 1.0 |]
                        Temperature = series "T" [| 1.9; 2.1 |]
                        Pressure = series "P" [| 1.9; 2.1 |]
                        PotentialEnergy = series "U" [| 1.9; 2.1 |]
                        Enthalpy = series "H" [| 1.9; 2.1 |]
                        Volume = series "V" [| 1.9; 2.1 |]
                    }

                let d = MdResult.describe [] None run
                let page, text = html run, plain run
                Expect.stringContains text d.Answer "the answer"

                for table in d.Sections |> List.choose ResultTable.ofSection do
                    for row in table.Rows do
                        let cells = row |> List.map (fun c -> cell (Net.WebUtility.HtmlEncode c.Text))
                        Expect.stringContains page $"""<tr>{String.concat "" cells}</tr>""" "a row of the page"

                    for line in ResultTable.lines table do
                        Expect.stringContains text line "a line of the text"
            }

            test "A function's Result shows as what it found, or as its faults" {
                let found: Result<LatticeResult list, MiceError list> = Ok [ point ]
                Expect.stringContains (html found) (cell "naive") "the result"

                let failed: Result<LatticeResult list, MiceError list> =
                    Error [ MiceError.OutOfRange("Steps", "0", "1 or more") ]

                Expect.stringContains
                    (html failed)
                    (MiceError.message (MiceError.OutOfRange("Steps", "0", "1 or more")))
                    "the fault"
            }

            test "A value of the façade shows as the result that it was made from, a changed copy as any record" {
                let value = LatticeEntropyEstimate.From point
                Expect.stringContains (html value) (cell "≤ 0.400(10)") "by itself"
                Expect.stringContains (html [| value |]) (cell "≤ 0.400(10)") "in a list"
                let changed = copy value
                Expecting.stringLacks (html changed) "<details open>" "a copy may have been changed"
            }

            test "Filters show with what they share with the environment, by themselves and over temperatures" {
                Expect.stringContains (html (filters 2.0)) "Filter, value = 2, L_B = 1" "the filter as a map"

                for points in [ box [ filters 2.0; filters 3.0 ]; box [| filters 2.0; filters 3.0 |] ] do
                    Expect.stringContains (html points) (cell "≥ 0.600(10)") "the table"
                    Expect.stringContains (html points) "Value of the parameter" "the figure over temperatures"

                let found: Result<RsmiPoint list, MiceError list> = Ok [ filters 2.0 ]
                Expect.stringContains (plain found) "≥ 0.600(10)" "the result of a function"
            }

            test "No text of a chart ends the script that draws it" {
                let chart = Frame.create "</script>" "x" "y" []
                let page = html chart
                Expect.equal (page.Split("</script>").Length) 2 "one end of a script"
            }

            test "An FSharp.Core that is newer than the one loaded is answered by the one loaded" {
                let asked () =
                    AssemblyLoadContext.Default.LoadFromAssemblyName(AssemblyName "FSharp.Core, Version=99.0.0.0")

                Expect.throws (fun () -> asked () |> ignore) "refused by default"
                FSharpCore.AnswerWithKernels()
                Expecting.same (asked ()) typeof<int list>.Assembly "there is one FSharp.Core"
            }
        ]
