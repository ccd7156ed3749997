namespace Mice.Plots

open System
open System.Net
open Plotly.NET
open Plotly.NET.TraceObjects

/// <summary>A trace's name in the legend, its colour and its dash.</summary>
type Style =
    {
        /// Name in the legend, plain text; an empty name keeps the trace out of it.
        Name: string
        /// Colour of the line, points or area.
        Colour: Color
        /// Dash of the line, where there is one.
        Dash: StyleParam.DrawingStyle
    }

/// <summary>Styles.</summary>
[<RequireQualifiedAccess>]
module Style =

    /// <summary>A solid style.</summary>
    let solid (name: string) (colour: Color) : Style =
        {
            Name = name
            Colour = colour
            Dash = StyleParam.DrawingStyle.Solid
        }

    /// <summary>A dashed style.</summary>
    let dashed (name: string) (colour: Color) : Style =
        { solid name colour with
            Dash = StyleParam.DrawingStyle.Dash
        }

/// <summary>The traces that the figures of Mice need, as short functions over Plotly.NET. Every result is a <c>GenericChart</c>, to be combined by
/// <c>Frame.create</c> and restyled with <c>Chart.with…</c>.</summary>
/// <remarks>Text is escaped here, since plotly.js would read a subset of HTML in it. Values that are not finite become null, which plotly.js leaves
/// out.</remarks>
[<RequireQualifiedAccess>]
module Draw =

    /// Text as plotly.js shows it unchanged.
    let internal escape (text: string) : string = WebUtility.HtmlEncode text

    let private numbers (values: float[]) : IConvertible[] =
        values
        |> Array.map (fun value ->
            if Double.IsFinite value then
                value :> IConvertible
            else
                null)

    let private hasErrors (standardError: float[]) =
        standardError |> Array.exists (fun e -> Double.IsFinite e && e > 0.0)

    let private withErrorsUp (standardError: float[]) (chart: GenericChart) : GenericChart =
        if hasErrors standardError then
            chart
            |> Chart.withYErrorStyle (
                Type = StyleParam.ErrorType.Data,
                Array = numbers standardError,
                Thickness = 1.5,
                Width = 5.0
            )
        else
            chart

    /// <summary>A line through points (x, y).</summary>
    /// <param name="style">Name, colour and dash.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [n].</param>
    let line (style: Style) (x: float[]) (y: float[]) : GenericChart =
        Chart.Line(
            x = numbers x,
            y = numbers y,
            Name = escape style.Name,
            ShowLegend = (style.Name <> ""),
            LineColor = style.Colour,
            LineWidth = 2.0,
            LineDash = style.Dash,
            UseDefaults = false
        )

    /// Points, joined by a line or not.
    let private marked (mode: StyleParam.Mode) (style: Style) (x: float[]) (y: float[]) (standardError: float[]) =
        Chart.Scatter(
            x = numbers x,
            y = numbers y,
            mode = mode,
            Name = escape style.Name,
            ShowLegend = (style.Name <> ""),
            Marker = Marker.init (Color = style.Colour, Size = 8),
            LineColor = style.Colour,
            LineWidth = 2.0,
            LineDash = style.Dash,
            UseDefaults = false
        )
        |> withErrorsUp standardError

    /// <summary>Points (x, y) with one standard error up and down; an error of 0 or NaN draws none.</summary>
    /// <param name="style">Name and colour.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [n].</param>
    /// <param name="standardError">Standard errors of y, [n].</param>
    let points (style: Style) (x: float[]) (y: float[]) (standardError: float[]) : GenericChart =
        marked StyleParam.Mode.Markers style x y standardError

    /// <summary>Points with one standard error up and down and the line through them.</summary>
    /// <param name="style">Name, colour and dash.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [n].</param>
    /// <param name="standardError">Standard errors of y, [n].</param>
    let joined (style: Style) (x: float[]) (y: float[]) (standardError: float[]) : GenericChart =
        marked StyleParam.Mode.Lines_Markers style x y standardError

    /// <summary>Many points without errors, small and half transparent.</summary>
    /// <param name="style">Name and colour.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [n].</param>
    let cloud (style: Style) (x: float[]) (y: float[]) : GenericChart =
        Chart.Scatter(
            x = numbers x,
            y = numbers y,
            mode = StyleParam.Mode.Markers,
            Name = escape style.Name,
            ShowLegend = (style.Name <> ""),
            Marker = Marker.init (Color = style.Colour, Size = 4, Opacity = 0.5),
            UseDefaults = false
        )

    /// <summary>Points on named rows (the vertical axis has their names) with one standard error left and right.</summary>
    /// <param name="style">Name and colour.</param>
    /// <param name="symbol">Shape of the points.</param>
    /// <param name="names">Names of the rows, [n].</param>
    /// <param name="x">Values, [n].</param>
    /// <param name="standardError">Standard errors of x, [n].</param>
    let rows
        (style: Style)
        (symbol: StyleParam.MarkerSymbol)
        (names: string[])
        (x: float[])
        (standardError: float[])
        : GenericChart =
        let chart =
            Chart.Scatter(
                x = numbers x,
                y = Array.map escape names,
                mode = StyleParam.Mode.Markers,
                Name = escape style.Name,
                ShowLegend = (style.Name <> ""),
                Marker = Marker.init (Color = style.Colour, Size = 12, Symbol = symbol),
                UseDefaults = false
            )

        if hasErrors standardError then
            chart
            |> Chart.withXErrorStyle (
                Type = StyleParam.ErrorType.Data,
                Array = numbers standardError,
                Thickness = 1.5,
                Width = 5.0
            )
        else
            chart

    /// <summary>The area between a lower and an upper curve, as one closed outline: there along the upper curve and back along the lower one.</summary>
    /// <param name="style">Name and colour.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="lower">Lower curve, [n].</param>
    /// <param name="upper">Upper curve, [n].</param>
    let band (style: Style) (x: float[]) (lower: float[]) (upper: float[]) : GenericChart =
        Chart.Scatter(
            x = numbers (Array.append x (Array.rev x)),
            y = numbers (Array.append upper (Array.rev lower)),
            mode = StyleParam.Mode.Lines,
            Name = escape style.Name,
            ShowLegend = (style.Name <> ""),
            Opacity = 0.25,
            LineColor = style.Colour,
            LineWidth = 0.0,
            Fill = StyleParam.Fill.ToSelf,
            FillColor = style.Colour,
            UseDefaults = false
        )
        |> GenericChart.mapTrace (Trace2DStyle.Scatter(HoverInfo = StyleParam.HoverInfo.Skip))

    /// <summary>Spheres in space, coloured by a number, with the scale of colours beside them.</summary>
    /// <param name="scale">What the number is, with its unit.</param>
    /// <param name="low">Numbers at and below it have the colour of the lower end, blue.</param>
    /// <param name="high">Numbers at and above it have that of the upper end, vermilion; in the middle is grey.</param>
    /// <param name="positions">x, y and z of one sphere after the other, [3n].</param>
    /// <param name="values">The numbers, [n].</param>
    let spheres (scale: string) (low: float) (high: float) (positions: float[]) (values: float[]) : GenericChart =
        let axis k =
            Array.init values.Length (fun i -> positions[3 * i + k])

        let colours =
            StyleParam.Colorscale.Custom [ 0.0, Colour.blue; 0.5, Colour.grid; 1.0, Colour.vermilion ]

        Chart.Scatter3D(
            x = numbers (axis 0),
            y = numbers (axis 1),
            z = numbers (axis 2),
            mode = StyleParam.Mode.Markers,
            Name = "",
            ShowLegend = false,
            Marker =
                Marker.init (
                    Size = 6,
                    Color = Color.fromColorScaleValues (numbers values),
                    Colorscale = colours,
                    CMin = low,
                    CMax = high,
                    ShowScale = true,
                    ColorBar = ColorBar.init (Title = Title.init (Text = escape scale), Thickness = 14, Len = 0.6),
                    Outline = Line.init (Width = 0.5, Color = Colour.ink)
                ),
            UseDefaults = false
        )

    /// <summary>A map of numbers over a plane, with the scale of colours beside it: light for small numbers, blue for large ones.</summary>
    /// <param name="scale">What the number is, with its unit.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [m].</param>
    /// <param name="values">[m][n]: the numbers.</param>
    let map (scale: string) (x: float[]) (y: float[]) (values: float[][]) : GenericChart =
        Chart.Heatmap(
            zData = (values |> Array.map numbers),
            X = numbers x,
            Y = numbers y,
            Name = "",
            ShowLegend = false,
            ColorScale = StyleParam.Colorscale.Custom [ 0.0, Colour.grid; 1.0, Colour.blue ],
            ShowScale = true,
            ColorBar = ColorBar.init (Title = Title.init (Text = escape scale), Thickness = 14, Len = 0.8),
            UseDefaults = false
        )

    /// <summary>A map of numbers with signs, with the scale of colours beside it: blue for negative numbers, vermilion for positive ones, grey for 0.
    /// The scale reaches equally far to both sides; NaN leaves a place empty.</summary>
    /// <param name="scale">What the number is, with its unit; empty for no scale beside the map.</param>
    /// <param name="x">Abscissae, [n].</param>
    /// <param name="y">Ordinates, [m].</param>
    /// <param name="values">[m][n]: the numbers.</param>
    let signedMap (scale: string) (x: float[]) (y: float[]) (values: float[][]) : GenericChart =
        let largest =
            values
            |> Array.concat
            |> Array.filter Double.IsFinite
            |> Array.fold (fun largest value -> max largest (abs value)) 0.0

        let reach = if largest > 0.0 then largest else 1.0

        let colours =
            StyleParam.Colorscale.Custom [ 0.0, Colour.blue; 0.5, Colour.grid; 1.0, Colour.vermilion ]

        Chart.Heatmap(
            zData = (values |> Array.map numbers),
            X = numbers x,
            Y = numbers y,
            Name = "",
            ShowLegend = false,
            ColorScale = colours,
            ShowScale = (scale <> ""),
            ColorBar = ColorBar.init (Title = Title.init (Text = escape scale), Thickness = 14, Len = 0.8),
            UseDefaults = false
        )
        |> GenericChart.mapTrace (Trace2DStyle.Heatmap(ZMin = -reach, ZMax = reach))

    /// <summary>Places of a plane in one colour, with their name in the legend.</summary>
    /// <param name="style">Name and colour.</param>
    /// <param name="isIn">[m][n]: which places; the others stay empty.</param>
    let area (style: Style) (isIn: bool[][]) : GenericChart =
        let number inside = if inside then 1.0 else nan

        Chart.Heatmap(
            zData = (isIn |> Array.map (Array.map number >> numbers)),
            Name = escape style.Name,
            ShowLegend = (style.Name <> ""),
            ColorScale = StyleParam.Colorscale.Custom [ 0.0, style.Colour; 1.0, style.Colour ],
            ShowScale = false,
            UseDefaults = false
        )
        |> GenericChart.mapTrace (Trace2DStyle.Heatmap(XGap = 1, YGap = 1))
