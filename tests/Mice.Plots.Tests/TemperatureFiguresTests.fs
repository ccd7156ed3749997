module Mice.Plots.Tests.TemperatureFiguresTests

open Expecto
open System
open Mice
open Mice.Entropy
open Mice.Plots

let private level depth length estimator saturated value =
    {
        Half = $"{depth}×{length}"
        Volume = float (depth * length)
        InterfaceArea = float length
        MutualInformation = Estimate.create value 0.01<nat> Direction.LowerBound
        Estimator = estimator
        TrainingGain = Some 0.01<nat>
        Saturated = saturated
    }

/// Entropies rise by 2 T² and energies by 3 T, so that c is 4 T² and 3; M of 4×8 halves is steepest at T = 2.3.
let points withLevels temperatures : LatticeResult list =
    [
        for t in temperatures do
            for method in [ "mice"; "naive" ] do
                let x = t - 2.3

                {
                    Temperature = t
                    Method = method
                    EntropyPerSite =
                        Estimate.create (2.0 * t * t * 1.0<nat / site>) 0.01<nat / site> Direction.UpperBound
                    UpperBound = None
                    LowerBound = None
                    ReducedFreeEnergyPerSite = None
                    EnergyPerSite = Some(Estimate.exact (3.0 * t))
                    Reference = None
                    Levels =
                        if withLevels && method = "mice" then
                            [
                                level 4 4 "critic" false (1.0<nat> - 0.1<nat> * t)
                                level 4 8 "critic" false (2.0<nat> + (x - 10.0 / 3.0 * x * x * x) * 1.0<nat>)
                                level 8 8 "critic" true 1.0<nat>
                                level 8 8 "area law" false 1.0<nat>
                            ]
                        else
                            []
                    Curves = []
                    Checks = []
                    Seconds = 0.0
                }
    ]

let private figures points =
    LatticeFigures.all points
    |> List.filter (fun (heading, _) -> heading = "Change with temperature")
    |> List.collect snd

/// Points of a figure by name: x and y.
let private curve name figure =
    let trace = ChartJson.traces figure |> List.find (ChartJson.name >> (=) name)
    Array.ofList (ChartJson.numbers "x" trace), Array.ofList (ChartJson.numbers "y" trace)

let private names figure =
    ChartJson.traces figure |> List.map ChartJson.name

[<Tests>]
let tests =
    testList
        "TemperatureFiguresTests"
        [
            test
                "Heat capacities stand side by side, slopes have a mark where they peak, and M is shared out over its interface" {
                match points true [ 2.0; 2.2; 2.4; 2.6 ] |> figures with
                | [ capacities; slopes; shares ] ->
                    let x, y = curve "mice, T Δs/ΔT" capacities
                    Expecting.decimals 12 x[0] 2.1 "x is 2.1"
                    Expecting.decimals 9 y[0] (4.0 * 2.1 * 2.1) "y is as expected"
                    let _, y = curve "energies, Δe/ΔT" capacities
                    Expecting.decimals 9 y[0] 3.0 "y is 3.0"
                    // Saturated critics and the area law are left out.
                    Expect.equal (names slopes) [ "4×4"; "4×8" ] "names of slopes are as expected"
                    Expect.equal (names shares) [ "4×4"; "4×8" ] "names of shares are as expected"

                    let layout = (ChartJson.parse slopes).GetProperty "layout"

                    let mark =
                        Expecting.single ((layout.GetProperty "shapes").EnumerateArray()) "shapes are one only"

                    Expecting.decimals 9 ((mark.GetProperty "x0").GetDouble()) 2.3 "x0 is 2.3"

                    let label =
                        Expecting.single
                            ((layout.GetProperty "annotations").EnumerateArray())
                            "annotations are one only"

                    Expect.stringContains
                        (Net.WebUtility.HtmlDecode((label.GetProperty "text").GetString()))
                        "4×8"
                        "text contains 4×8"

                    let x, y = curve "4×8" shares
                    Expect.equal x.Length 4 "x length is 4"
                    Expecting.decimals 9 y[0] ((2.0 + (-0.3 + 10.0 / 3.0 * 0.027)) / 8.0) "y is as expected"
                | other -> failwith $"{other.Length} figures"
            }

            test "Points without levels have a heat capacity alone, and three temperatures have no section" {
                Expecting.single
                    (points false [ 2.0; 2.2; 2.4; 2.6 ] |> figures)
                    "figures of points of false are one only"
                |> ignore

                Expect.isEmpty (points true [ 2.0; 2.2; 2.4 ] |> figures) "figures of three temperatures"
            }

            test "Every row of the table of peaks has its half and its temperature" {
                let d = points true [ 2.0; 2.2; 2.4; 2.6 ] |> LatticeDescription.create []

                let table =
                    d.Sections
                    |> List.choose ResultTable.ofSection
                    |> List.find (fun table -> table.Title = "Change with temperature")

                let rows = table.Rows |> List.map (List.map _.Text)
                Expect.isNotEmpty table.Note "what the differences are"
                Expect.equal (rows |> List.map List.head) [ "4×4"; "4×8" ] "rows are as expected"
                Expect.stringStarts (rows[1][1]) "≈ 2.30(" "the temperature of the peak"
            }

            test "Each temperature has M by scale, over the interface and over both halves, without what is saturated" {
                match points true [ 2.0; 3.0 ] |> ScaleFigures.create with
                | [ whole; overInterface; overSites ] ->
                    for figure in [ whole; overInterface; overSites ] do
                        Expect.sequenceEqual (names figure) [ "T = 2"; "T = 3" ] "names of figure are as expected"

                    let m = 1.0 - 0.1 * 3.0
                    let x, y = curve "T = 3" overInterface
                    Expect.sequenceEqual x [| 5.0; 6.0 |] "x is as expected"
                    Expecting.decimals 12 y[0] (m / 4.0) "y is as expected"
                    let x, y = curve "T = 3" overSites
                    Expect.sequenceEqual x [| 5.0; 6.0 |] "x is as expected"
                    Expecting.decimals 12 y[0] (m / 32.0) "y is as expected"
                    // Halves of 4×4 and 4×8 as they are made here.
                    Expect.sequenceEqual (curve "T = 3" whole |> fst) [| 4.0; 8.0 |] "curve of whole is as expected"
                | figures -> failwith $"{figures.Length} figures"

                Expect.isEmpty (points false [ 2.0 ] |> ScaleFigures.create) "create of points of false is empty"
            }
        ]
