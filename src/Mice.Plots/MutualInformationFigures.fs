namespace Mice.Plots

open System
open Mice
open Mice.Learning
open Mice.Information
open Plotly.NET

/// <summary>Figures of a mutual information. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module MutualInformationFigures =

    /// Most points of the scatter of the data.
    let private mostPoints = 2000

    /// All estimates, the one that is the result first.
    let internal resultFirst (r: MutualInformationResult) : MethodEstimate list =
        let result, others = r.Estimates |> List.partition (fun e -> e.Method = r.Method)
        result @ others

    /// Colour and shape of the points of one direction.
    let private look (direction: Direction) : struct (Color * StyleParam.MarkerSymbol) =
        match direction with
        | Direction.Exact -> struct (Colour.blue, StyleParam.MarkerSymbol.Circle)
        | Direction.LowerBound -> struct (Colour.vermilion, StyleParam.MarkerSymbol.TriangleRight)
        | Direction.UpperBound -> struct (Colour.green, StyleParam.MarkerSymbol.TriangleLeft)
        | Direction.NoBound -> struct (Colour.purple, StyleParam.MarkerSymbol.Diamond)

    /// <summary>All estimates with their errors; shape and colour tell the direction, an arrow head points to where the truth lies.</summary>
    /// <param name="r">The estimates.</param>
    let comparison (r: MutualInformationResult) : GenericChart =
        let name (e: MethodEstimate) =
            if e.Method = r.Method then
                $"{e.Method} (result)"
            else
                e.Method

        let trace (direction: Direction, estimates: MethodEstimate list) =
            let struct (colour, symbol) = look direction

            Draw.rows
                (Style.solid (Words.promise direction) colour)
                symbol
                [| for e in estimates -> name e |]
                [| for e in estimates -> float e.Estimate.Value |]
                [| for e in estimates -> float e.Estimate.StandardError |]

        let withLimit =
            match r.Reliability.EntropyLimit with
            | Some limit -> Frame.vertical (float limit.Value) "min(H(X), H(Y))" Colour.ink
            | None -> id

        r.Estimates
        |> List.groupBy (fun e -> e.Estimate.Direction)
        |> List.map trace
        |> Frame.create "All estimates with one standard error" "Mutual information (nats)" ""
        |> Frame.rowNames (resultFirst r |> List.map name)
        |> Frame.vertical 0.0 "" Colour.ink
        |> withLimit

    /// <summary>Training of the critics of one estimator: dashed on batches, solid on the validation rows.</summary>
    /// <param name="e">An estimate with training curves.</param>
    let training (e: MethodEstimate) : GenericChart =
        // Objectives are negative losses.
        let line style (curve: CurvePoint[]) (loss: CurvePoint -> float) =
            let points = curve |> Array.filter (loss >> Double.IsFinite)
            Draw.line style (points |> Array.map (fun p -> float p.Step)) (points |> Array.map (fun p -> -(loss p)))

        let lines (i: int) (curve: CurvePoint[]) =
            let colour = Colour.series i

            [
                line (Style.dashed $"critic {i + 1}, batches" colour) curve (fun p -> p.Loss)
                line (Style.solid $"critic {i + 1}, validation" colour) curve (fun p -> Option.defaultValue nan p.Held)
            ]

        e.Curves
        |> List.mapi lines
        |> List.concat
        |> Frame.create $"{e.Method}: training" "Training step" "Objective (nats)"
        |> Frame.horizontal (float e.Estimate.Value) $"test rows: {Estimate.format e.Estimate}" Colour.ink

    /// <summary>The data, where both variables have one column and not both are discrete: at most 2,000 rows, evenly spaced.</summary>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <param name="r">The estimates, which say what kinds X and Y are of.</param>
    let scatter (x: Sample) (y: Sample) (r: MutualInformationResult) : GenericChart option =
        let isDiscrete = r.KindX = VariableKind.Discrete && r.KindY = VariableKind.Discrete

        if x.Columns <> 1 || y.Columns <> 1 || isDiscrete then
            None
        else
            let shown = min mostPoints x.Rows
            let rows = Array.init shown (fun i -> int (int64 i * int64 x.Rows / int64 shown))
            let chosen (sample: Sample) = (Sample.choose rows sample).Values

            let title =
                if shown < x.Rows then
                    $"The data: {shown} of {x.Rows} rows"
                else
                    $"The data: {shown} rows"

            [ Draw.cloud (Style.solid "" Colour.blue) (chosen x) (chosen y) ]
            |> Frame.create title "X" "Y"
            |> Some

    /// All figures, by the sections of the report.
    let all (x: Sample) (y: Sample) (r: MutualInformationResult) : (string * GenericChart list) list =
        [
            "Estimates",
            [
                comparison r
                yield! scatter x y r |> Option.toList
                for e in r.Estimates do
                    if not e.Curves.IsEmpty then
                        training e
            ]
        ]
