module Mice.Plots.Tests.TemperatureFiguresTests

open System
open Mice
open Mice.Entropy
open Mice.Plots
open Xunit

let private level depth length estimator saturated value =
    {
        Depth = depth
        Length = length
        InterfaceLength = length
        MutualInformation = Estimate.create value 0.01<nat> Direction.LowerBound
        Estimator = estimator
        TrainingGain = Some 0.01<nat>
        Saturated = saturated
    }

/// Entropies rise by 2 T² and energies by 3 T, so that c is 4 T² and 3; M of 4×8 halves is steepest at T = 2.3.
let points withLevels temperatures : LatticePoint list =
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
    [
        for block in (TemperatureReport.section points |> Option.get).Blocks do
            match block with
            | Block.Figures figures -> yield! figures
            | _ -> ()
    ]

/// Points of a figure by name: x and y.
let private curve name figure =
    let trace = ChartJson.traces figure |> List.find (ChartJson.name >> (=) name)
    Array.ofList (ChartJson.numbers "x" trace), Array.ofList (ChartJson.numbers "y" trace)

let private names figure =
    ChartJson.traces figure |> List.map ChartJson.name

[<Fact>]
let ``Heat capacities stand side by side, slopes have a mark where they peak, and M is shared out over its interface``
    ()
    =
    match points true [ 2.0; 2.2; 2.4; 2.6 ] |> figures with
    | [ capacities; slopes; shares ] ->
        let x, y = curve "mice, T Δs/ΔT" capacities
        Assert.Equal(2.1, x[0], 12)
        Assert.Equal(4.0 * 2.1 * 2.1, y[0], 9)
        let _, y = curve "energies, Δe/ΔT" capacities
        Assert.Equal(3.0, y[0], 9)
        // Saturated critics and the area law are left out.
        Assert.Equal<string list>([ "4×4"; "4×8" ], names slopes)
        Assert.Equal<string list>([ "4×4"; "4×8" ], names shares)

        let layout = (ChartJson.parse slopes).GetProperty "layout"
        let mark = Assert.Single((layout.GetProperty "shapes").EnumerateArray())
        Assert.Equal(2.3, (mark.GetProperty "x0").GetDouble(), 9)
        let label = Assert.Single((layout.GetProperty "annotations").EnumerateArray())
        Assert.Contains("4×8", Net.WebUtility.HtmlDecode((label.GetProperty "text").GetString()))
        let x, y = curve "4×8" shares
        Assert.Equal(4, x.Length)
        Assert.Equal((2.0 + (-0.3 + 10.0 / 3.0 * 0.027)) / 8.0, y[0], 9)
    | other -> failwith $"{other.Length} figures"

[<Fact>]
let ``Points without levels have a heat capacity alone, and three temperatures have no section`` () =
    Assert.Single(points false [ 2.0; 2.2; 2.4; 2.6 ] |> figures) |> ignore
    Assert.True((points true [ 2.0; 2.2; 2.4 ] |> TemperatureReport.section).IsNone)

[<Fact>]
let ``Every row of the table of peaks has its half and its temperature`` () =
    let section = points true [ 2.0; 2.2; 2.4; 2.6 ] |> TemperatureReport.section

    let rows =
        (Option.get section).Blocks
        |> List.pick (function
            | Block.Table(_, rows) -> Some rows
            | _ -> None)

    Assert.Equal<string list>([ "4×4"; "4×8" ], rows |> List.map List.head)
    Assert.StartsWith("2.30(", rows[1][1])

[<Fact>]
let ``Each temperature has M by scale, over the interface and over both halves, without what is saturated`` () =
    match points true [ 2.0; 3.0 ] |> ScaleFigures.create with
    | [ whole; overInterface; overSites ] ->
        for figure in [ whole; overInterface; overSites ] do
            Assert.Equal<string>([ "T = 2"; "T = 3" ], names figure)

        let m = 1.0 - 0.1 * 3.0
        let x, y = curve "T = 3" overInterface
        Assert.Equal<float>([| 5.0; 6.0 |], x)
        Assert.Equal(m / 4.0, y[0], 12)
        let x, y = curve "T = 3" overSites
        Assert.Equal<float>([| 5.0; 6.0 |], x)
        Assert.Equal(m / 32.0, y[0], 12)
        // Halves of 4×4 and 4×8 as they are made here.
        Assert.Equal<float>([| 4.0; 8.0 |], curve "T = 3" whole |> fst)
    | figures -> failwith $"{figures.Length} figures"

    Assert.Empty(points false [ 2.0 ] |> ScaleFigures.create)
