module Mice.Plots.Tests.RsmiFiguresTests

open Expecto
open System.Text.Json
open Mice
open Mice.Plots
open Mice.Rsmi
open Plotly.NET

let private lattice (shape: int[]) channels : SiteLattice =
    {
        Shape = shape
        Periodic = Array.create shape.Length true
        Channels = channels
    }

let private nats (value: float) error : Estimate<nat> =
    Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) Direction.LowerBound

/// A point whose filters are given.
let private point (lattice: SiteLattice) block value buffer information (filters: float[][]) : RsmiPoint =
    let grainer = CoarseGrainer.create (CoarseVariable.Binary filters.Length) filters

    let information = nats information 0.01

    {
        Value = value
        Geometry =
            { BlockGeometry.defaults with
                Block = block
                Buffer = buffer
                Environment = Some 2
            }
        Lattice = lattice
        Result =
            {
                Information = information
                Best = grainer
                Certificate =
                    {
                        RetrainedBound = information
                        Counted = information
                        Entropy = information
                        OnTraining = 0.2
                        Samples = 100
                        Groups = 10
                    }
                Ensemble =
                    {
                        Grainers = [| grainer; grainer |]
                        Validated = [| 0.2; 0.1 |]
                        Curve =
                            [|
                                for step in 1..5 ->
                                    {
                                        Step = 10 * step
                                        Loss = 0.04 * float step
                                        Held = None
                                    }
                            |]
                        Outcome = None
                    }
                Components = FilterEnsemble.create (Key.ofSeed 1UL) [| filters; filters |]
                Checks = []
                Seconds = 1.0
            }
        SamplerChecks = []
    }

let private square = lattice [| 16; 12 |] 1

/// Weights 2 on the border of a block of 3 × 3 sites and −1 inside.
let private bordered = Array.init 9 (fun i -> if i = 4 then -1.0 else 2.0)

let private many =
    [
        for value in [ 2.0; 3.0 ] do
            for buffer in [ 1; 2 ] -> point square 3 value buffer (0.6 / (value * float buffer)) [| bordered |]
    ]

/// Weights 1, 2, 3, 4 on the bonds to the right of a block of 2 × 2 sites, and 5, 6, 7, 8 on those down.
let private bonds =
    point (lattice [| 12; 12 |] 2) 2 1.0 2 0.3 [| [| 1.0 .. 8.0 |]; [| for w in 1.0 .. 8.0 -> -w |] |]

let private ring =
    point (lattice [| 32 |] 1) 4 0.3 2 0.3 [| [| 1.0; 1.0; 1.0; 1.0 |] |]

let private system = Some(RsmiSystem.ising 16 1.0 100)

/// The figures of real-space mutual information: function, chart, names in the legend.
let figures: (string * GenericChart * string list) list =
    let buffers = [ "L_B = 1"; "L_B = 2" ]

    [
        "RsmiFigures.filters", RsmiFigures.filters system many.Head |> List.head, [ "" ]
        "RsmiFigures.geometry", Option.get (RsmiFigures.geometry many.Head), [ "block V"; "environment E"; "not seen" ]
        "RsmiFigures.training", RsmiFigures.training many.Head, [ "certified"; "mean of all seeds" ]
        "RsmiFigures.byParameter", RsmiFigures.byParameter system many, "ln |H|" :: buffers
        "RsmiFigures.byBuffer", RsmiFigures.byBuffer system many, [ "T = 2"; "T = 3" ]
        "RsmiFigures.boundary", Option.get (RsmiFigures.boundary system many), buffers
        "RsmiFigures.spectrum", RsmiFigures.spectrum bonds, [ "" ]
        "RsmiFigures.components", RsmiFigures.components bonds |> List.head, [ "" ]
    ]

/// The numbers of a map, [rows][columns]; NaN where it is empty.
let private map (chart: GenericChart) : float list list =
    let number (element: JsonElement) =
        if element.ValueKind = JsonValueKind.Null then
            nan
        else
            element.GetDouble()

    [
        for row in (List.head (ChartJson.traces chart)).GetProperty("z").EnumerateArray() ->
            [ for cell in row.EnumerateArray() -> number cell ]
    ]

let private ordinates (trace: JsonElement) =
    [ for y in trace.GetProperty("y").EnumerateArray() -> y.GetDouble() ]

[<Tests>]
let tests =
    testList
        "RsmiFigures"
        [
            test "bonds lie between the sites that they join" {
                let length = sqrt 204.0
                let charts = RsmiFigures.filters None bonds
                Expect.equal charts.Length 2 "a chart for each component"

                let found =
                    map charts.Head |> List.map (List.map (fun w -> System.Math.Round(w * length, 6)))

                let wanted =
                    [
                        [ nan; 1.0; nan; 2.0 ]
                        [ 5.0; nan; 6.0; nan ]
                        [ nan; 3.0; nan; 4.0 ]
                        [ 7.0; nan; 8.0; nan ]
                    ]

                Expect.isTrue (found.Equals wanted) $"{found}"
            }

            test "the scale of a filter reaches equally far to both sides" {
                let trace =
                    RsmiFigures.filters system many.Head |> List.head |> ChartJson.traces |> List.head

                // Length 1: eight weights of 2 and one of −1.
                let most = 2.0 / sqrt 33.0
                Expect.floatClose Accuracy.high (trace.GetProperty("zmax").GetDouble()) most "upper end"
                Expect.floatClose Accuracy.high (trace.GetProperty("zmin").GetDouble()) -most "lower end"
            }

            test "a filter on a ring is a line, and has no picture of regions" {
                let trace =
                    RsmiFigures.filters None ring |> List.head |> ChartJson.traces |> List.head

                Expect.equal (ordinates trace) [ 0.5; 0.5; 0.5; 0.5 ] "weights of length 1"
                Expect.isNone (RsmiFigures.geometry ring) "one axis"
            }

            test "block and environment have their sites, the block in the middle" {
                let chart = RsmiFigures.geometry many.Head |> Option.get

                let places (trace: JsonElement) =
                    [
                        for r, row in Seq.indexed (trace.GetProperty("z").EnumerateArray()) do
                            for c, cell in Seq.indexed (row.EnumerateArray()) do
                                if cell.ValueKind <> JsonValueKind.Null then
                                    r, c
                    ]

                let all = ChartJson.traces chart |> List.map places

                Expect.equal
                    all[0]
                    [
                        for r in 6..8 do
                            for c in 4..6 -> r, c
                    ]
                    "block"
                // Within distance 3 of the block less what lies within 1.
                Expect.equal all[1].Length (81 - 25) "environment"
                Expect.equal (all |> List.sumBy _.Length) (16 * 12) "every site once"
            }

            test "the border weighs twice as much as the inside" {
                let chart = RsmiFigures.boundary system many |> Option.get

                for trace in ChartJson.traces chart do
                    Expect.all (ordinates trace) (fun ratio -> abs (ratio - 2.0) < 1e-9) "mean |weight| 2 over 1"

                Expect.isNone (RsmiFigures.boundary None [ bonds; ring ]) "no sites with one number on two axes"
            }

            test "a report of one point and one of many have figures of their own" {
                let headings system points =
                    RsmiFigures.all system points |> List.map (fun (heading, charts) -> heading, charts.Length)

                Expect.equal
                    (headings None [ bonds ])
                    [ "Filters", 2; "Principal components", 3; "Block and training", 2 ]
                    "one point"

                Expect.equal
                    (headings system many)
                    [ "Real-space mutual information", 3; "Filters", 4 ]
                    "values and buffers"

                let buffers = many |> List.filter (fun p -> p.Value = 2.0)

                Expect.equal
                    (headings system buffers)
                    [ "Real-space mutual information", 1; "Filters", 2 ]
                    "buffers alone"

                let scan = [ for t in 1..20 -> point square 3 (float t) 1 0.1 [| bordered |] ]
                Expect.isLessThanOrEqual (headings system scan |> List.last |> snd) 6 "six filters of many"
            }
        ]
