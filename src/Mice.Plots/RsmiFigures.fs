namespace Mice.Plots

open System
open Mice
open Mice.Rsmi
open Plotly.NET

/// <summary>Figures of real-space mutual information and its filters. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module RsmiFigures =
    /// <summary>The filters of the best coarse-grainer on the block. Two numbers a site on two axes are taken as bonds to the right and down and drawn between
    /// the sites, which stay empty. A binary component and its negative are one; it is drawn with the sign that makes the sum of its weights positive.</summary>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="p">The point.</param>
    /// <returns>A chart for each component; one for each of its channels where these are no bonds.</returns>
    let filters (system: RsmiSystem option) (p: RsmiPoint) : GenericChart list =
        let best = p.Result.Best

        let heading k =
            match best.Variable with
            | CoarseVariable.Binary 1 -> $"Filter, {RsmiDrawing.place system p}"
            | CoarseVariable.Binary _ -> $"Filter {k + 1}, {RsmiDrawing.place system p}"
            | CoarseVariable.States _ -> $"Filter of state {k}, {RsmiDrawing.place system p}"

        let drawn =
            match best.Variable with
            | CoarseVariable.Binary _ -> best.Filters |> Array.map RsmiDrawing.oriented
            | CoarseVariable.States _ -> best.Filters

        drawn
        |> List.ofArray
        |> List.mapi (fun k filter -> RsmiDrawing.weights (heading k) p filter)
        |> List.concat

    /// <summary>Block, buffer and environment at one position.</summary>
    /// <param name="p">The point.</param>
    /// <returns>None for lattices of other than two axes.</returns>
    let geometry (p: RsmiPoint) : GenericChart option = RsmiDrawing.regions p

    /// <summary>The objective while filters were trained, and the certified value with one standard error as a band.</summary>
    /// <param name="p">The point.</param>
    let training (p: RsmiPoint) : GenericChart =
        let curve, found = p.Result.Ensemble.Curve, p.Result.Information
        let steps = curve |> Array.map (fun point -> float point.Step)
        let value, error = float found.Value, float found.StandardError

        [
            if steps.Length > 0 && Double.IsFinite error then
                let ends = [| steps[0]; Array.last steps |]

                Draw.band
                    (Style.solid "certified" Colour.vermilion)
                    ends
                    (Array.create 2 (value - error))
                    (Array.create 2 (value + error))

            Draw.line (Style.solid "mean of all seeds" Colour.blue) steps (curve |> Array.map _.Loss)
        ]
        |> Frame.create "Training of the filters" "Step" "nats"
        |> Frame.horizontal value "" Colour.vermilion

    /// A line for each of some groups of points: I(H : E) with errors.
    let private lines (x: RsmiPoint -> float) (groups: (string * RsmiPoint list) list) =
        [
            for i, (name, group) in List.indexed groups do
                let group = group |> List.sortBy x |> Array.ofList

                Draw.joined
                    (Style.solid name (Colour.series i))
                    (group |> Array.map x)
                    (group |> Array.map (fun p -> float p.Result.Information.Value))
                    (group |> Array.map (fun p -> float p.Result.Information.StandardError))
        ]

    let private buffer (p: RsmiPoint) = p.Geometry.Buffer

    let private byBuffers (points: RsmiPoint list) =
        points
        |> List.groupBy buffer
        |> List.sortBy fst
        |> List.map (fun (width, group) -> $"L_B = {width}", group)

    let private withValue (points: RsmiPoint list) =
        points |> List.filter (fun p -> Double.IsFinite p.Value)

    /// <summary>I(H : E) against the parameter, a line for each buffer, and the most that H can hold, ln |H|.</summary>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="points">One or more; those without a value are left out.</param>
    let byParameter (system: RsmiSystem option) (points: RsmiPoint list) : GenericChart =
        let points = withValue points
        let values = points |> List.map _.Value

        [
            match points with
            | first :: _ ->
                let most = log (float (CoarseVariable.values first.Result.Best.Variable))
                Draw.line (Style.dashed "ln |H|" Colour.ink) [| List.min values; List.max values |] [| most; most |]
            | [] -> ()

            yield! points |> byBuffers |> lines _.Value
        ]
        |> Frame.create "Real-space mutual information" (RsmiDrawing.axis system) "I(H : E) (nats)"

    /// <summary>I(H : E) against the width of the buffer, a line for each value of the parameter; what is not above 0 has no place on the logarithmic axis.</summary>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="points">One or more.</param>
    let byBuffer (system: RsmiSystem option) (points: RsmiPoint list) : GenericChart =
        let symbol = system |> Option.map _.Symbol |> Option.defaultValue "value"

        points
        |> List.filter (fun p -> float p.Result.Information.Value > 0.0)
        |> List.groupBy _.Value
        |> List.sortBy fst
        |> List.map (fun (value, group) ->
            (if Double.IsNaN value then
                 ""
             else
                 $"{symbol} = {RsmiDrawing.rounded value}"),
            group)
        |> lines (buffer >> float)
        |> Frame.create "Decay with the distance" "Width of the buffer L_B" "I(H : E) (nats)"
        |> Frame.logarithmicUp
        |> Frame.wholeNumbers (points |> List.map buffer |> List.fold max 1)

    let private hasInside (p: RsmiPoint) =
        p.Lattice.Shape.Length = 2 && p.Lattice.Channels = 1 && p.Geometry.Block > 2

    /// <summary>How much more the border of the block weighs than its inside: the ratio of the mean |weight| of both, against the parameter, a line for each
    /// buffer.</summary>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="points">Those without a value are left out.</param>
    /// <returns>None unless sites of a lattice of two axes have one number each and the block has an inside.</returns>
    let boundary (system: RsmiSystem option) (points: RsmiPoint list) : GenericChart option =
        match withValue points |> List.filter hasInside with
        | [] -> None
        | points ->
            [
                for i, (name, group) in List.indexed (byBuffers points) do
                    let group = group |> List.sortBy _.Value |> Array.ofList

                    Draw.joined
                        (Style.solid name (Colour.series i))
                        (group |> Array.map _.Value)
                        (group |> Array.map RsmiDrawing.borderRatio)
                        [||]
            ]
            |> Frame.create
                "Weight of the border of the block"
                (RsmiDrawing.axis system)
                "Mean |weight|, border over inside"
            |> Frame.horizontal 1.0 "" Colour.ink
            |> Some

    /// <summary>Shares of the principal components of the filters of all seeds, the largest 16 of them.</summary>
    /// <param name="p">The point.</param>
    let spectrum (p: RsmiPoint) : GenericChart =
        let shares = p.Result.Components.Spectrum |> Array.truncate 16

        [
            Draw.joined
                (Style.solid "" Colour.blue)
                (RsmiDrawing.upTo shares.Length |> Array.map ((+) 1.0))
                (shares |> Array.map _.Value)
                (shares |> Array.map _.StandardError)
        ]
        |> Frame.create "Principal components of the filters" "Component" "Share"

    /// <summary>The two leading principal components on the block, as filters are drawn.</summary>
    /// <param name="p">The point.</param>
    let components (p: RsmiPoint) : GenericChart list =
        let found = p.Result.Components

        [
            for i in 0 .. min 2 found.Components.Length - 1 do
                yield!
                    RsmiDrawing.weights
                        $"Component {i + 1}, share {RsmiDrawing.rounded found.Spectrum[i].Value}"
                        p
                        found.Components[i]
        ]

    /// At most six of many points, evenly chosen.
    let private chosen (points: RsmiPoint list) : RsmiPoint list =
        let step = max 1 ((points.Length + 5) / 6)
        points |> List.indexed |> List.filter (fun (i, _) -> i % step = 0) |> List.map snd

    let private ofScan (system: RsmiSystem option) (points: RsmiPoint list) =
        let several (key: RsmiPoint -> 'key) =
            points |> List.distinctBy key |> List.length > 1

        let hasValues = withValue points |> List.distinctBy _.Value |> List.length > 1

        [
            "Real-space mutual information",
            [
                if hasValues then
                    byParameter system points
                if several buffer then
                    byBuffer system points
                if hasValues then
                    yield! boundary system points |> Option.toList
            ]
            "Filters", chosen points |> List.collect (filters system)
        ]

    /// <summary>All figures, by the sections of the report: of one point its filters, regions, training and principal components; of several the information
    /// against parameter and buffer, and the filters of six points or fewer.</summary>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="points">What was found.</param>
    let all (system: RsmiSystem option) (points: RsmiPoint list) : (string * GenericChart list) list =
        match points with
        | [ one ] ->
            [
                "Filters", filters system one
                "Principal components", spectrum one :: components one
                "Block and training", Option.toList (geometry one) @ [ training one ]
            ]
        | several -> ofScan system several
