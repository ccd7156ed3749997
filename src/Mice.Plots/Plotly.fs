namespace Mice.Plots

open System
open System.IO
open System.Net
open System.Text
open System.Text.Json

/// <summary>Figures as plotly JSON: <c>{ "data": [...], "layout": {...} }</c>, the format of plotly.js 2 and 3.</summary>
/// <remarks>Text is escaped twice: for plotly, which reads a subset of HTML in labels, and for a script element of a page.
/// Values that are not finite become null, which plotly leaves out.</remarks>
[<RequireQualifiedAccess>]
module Plotly =

    let private font = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"

    /// One field whose value is an object.
    let private object' (json: Utf8JsonWriter) (name: string) (fields: unit -> unit) =
        json.WriteStartObject name
        fields ()
        json.WriteEndObject()

    let private text (json: Utf8JsonWriter) (name: string) (value: string) =
        json.WriteString(name, WebUtility.HtmlEncode value)

    let private numbers (json: Utf8JsonWriter) (name: string) (values: float[]) =
        json.WriteStartArray name

        for value in values do
            if Double.IsFinite value then
                json.WriteNumberValue value
            else
                json.WriteNullValue()

        json.WriteEndArray()

    let private dash =
        function
        | Dash.Solid -> "solid"
        | Dash.Dashed -> "dash"
        | Dash.Dotted -> "dot"

    let private named (json: Utf8JsonWriter) (style: Style) =
        text json "name" style.Name
        json.WriteBoolean("showlegend", style.Name <> "")

    let private line (json: Utf8JsonWriter) (style: Style) (width: float) =
        object' json "line" (fun () ->
            json.WriteString("color", Colour.css 1.0 style.Colour)
            json.WriteNumber("width", width)
            json.WriteString("dash", dash style.Dash))

    let private texts (json: Utf8JsonWriter) (name: string) (values: string seq) =
        json.WriteStartArray name
        values |> Seq.iter (fun value -> json.WriteStringValue(WebUtility.HtmlEncode value))
        json.WriteEndArray()

    /// Error bars along one of the axes, x or y.
    let private errors (json: Utf8JsonWriter) (along: string) (values: float[]) =
        if values |> Array.exists (fun e -> Double.IsFinite e && e > 0.0) then
            object' json $"error_{along}" (fun () ->
                json.WriteString("type", "data")
                numbers json "array" values
                json.WriteNumber("thickness", 1.5)
                json.WriteNumber("width", 5))

    let private symbolName =
        function
        | Symbol.Circle -> "circle"
        | Symbol.Diamond -> "diamond"
        | Symbol.TriangleLeft -> "triangle-left"
        | Symbol.TriangleRight -> "triangle-right"

    let private markers (json: Utf8JsonWriter) (style: Style) (opacity: float) (size: int) (symbol: Symbol) =
        object' json "marker" (fun () ->
            json.WriteString("color", Colour.css opacity style.Colour)
            json.WriteNumber("size", size)
            json.WriteString("symbol", symbolName symbol))

    let private trace (json: Utf8JsonWriter) (item: Trace) =
        json.WriteStartObject()

        match item with
        | Trace.Line(style, x, y) ->
            json.WriteString("type", "scatter")
            json.WriteString("mode", "lines")
            named json style
            numbers json "x" x
            numbers json "y" y
            line json style 2.0
        | Trace.Points(style, x, y, standardError) ->
            json.WriteString("type", "scatter")
            json.WriteString("mode", "markers")
            named json style
            numbers json "x" x
            numbers json "y" y
            errors json "y" standardError
            markers json style 1.0 8 Symbol.Circle
        | Trace.Cloud(style, x, y) ->
            json.WriteString("type", "scatter")
            json.WriteString("mode", "markers")
            named json style
            numbers json "x" x
            numbers json "y" y
            markers json style 0.5 4 Symbol.Circle
        | Trace.Rows(style, symbol, names, x, standardError) ->
            json.WriteString("type", "scatter")
            json.WriteString("mode", "markers")
            named json style
            numbers json "x" x
            texts json "y" names
            errors json "x" standardError
            markers json style 1.0 12 symbol
        | Trace.Band(style, x, lower, upper) ->
            // One closed outline: there along the upper curve and back along the lower one.
            json.WriteString("type", "scatter")
            json.WriteString("mode", "lines")
            named json style
            numbers json "x" (Array.append x (Array.rev x))
            numbers json "y" (Array.append upper (Array.rev lower))
            json.WriteString("fill", "toself")
            json.WriteString("fillcolor", Colour.css 0.2 style.Colour)
            json.WriteString("hoverinfo", "skip")
            object' json "line" (fun () -> json.WriteNumber("width", 0))
        | Trace.Bars(style, names, y, standardError) ->
            json.WriteString("type", "bar")
            named json style
            texts json "x" names
            numbers json "y" y
            errors json "y" standardError
            object' json "marker" (fun () -> json.WriteString("color", Colour.css 0.85 style.Colour))

        json.WriteEndObject()

    let private axis (json: Utf8JsonWriter) (name: string) (value: Axis) =
        object' json name (fun () ->
            object' json "title" (fun () ->
                text json "text" (Axis.label value)
                json.WriteNumber("standoff", 10))

            value.Range |> Option.iter (fun (low, high) -> numbers json "range" [| low; high |])

            if not value.Names.IsEmpty then
                json.WriteString("type", "category")
                json.WriteString("categoryorder", "array")
                texts json "categoryarray" (List.rev value.Names)
                // All names, and half a row above and below.
                numbers json "range" [| -0.5; float value.Names.Length - 0.5 |]

            json.WriteBoolean("automargin", true)
            json.WriteBoolean("zeroline", false)
            json.WriteBoolean("showline", true)
            json.WriteBoolean("mirror", true)
            json.WriteString("linecolor", "#444")
            json.WriteString("gridcolor", "#e5e5e5")
            json.WriteString("ticks", "outside"))

    /// The line of a mark as a plotly shape: one coordinate in data units, the other spans the paper.
    let private shape (json: Utf8JsonWriter) (mark: Mark) =
        let ends (colour: Colour) (data: string) (paper: string) (at: float) =
            json.WriteStartObject()
            json.WriteString("type", "line")
            json.WriteString(paper + "ref", "paper")
            json.WriteString(data + "ref", data)
            json.WriteNumber(paper + "0", 0)
            json.WriteNumber(paper + "1", 1)
            json.WriteNumber(data + "0", at)
            json.WriteNumber(data + "1", at)

            object' json "line" (fun () ->
                json.WriteString("color", Colour.css 1.0 colour)
                json.WriteNumber("width", 1.5)
                json.WriteString("dash", "dot"))

            json.WriteEndObject()

        match mark with
        | Mark.Vertical(x, _, colour) -> ends colour "x" "y" x
        | Mark.Horizontal(y, _, colour) -> ends colour "y" "x" y

    /// The label of a mark: at the top of a vertical line, at the left end of a horizontal one.
    let private annotation (json: Utf8JsonWriter) (mark: Mark) =
        let label (content: string) (colour: Colour) =
            text json "text" content
            json.WriteBoolean("showarrow", false)
            json.WriteString("bgcolor", "rgba(255,255,255,0.8)")
            object' json "font" (fun () -> json.WriteString("color", Colour.css 1.0 colour))

        json.WriteStartObject()

        match mark with
        | Mark.Vertical(x, content, colour) ->
            json.WriteString("yref", "paper")
            json.WriteNumber("x", x)
            json.WriteNumber("y", 0.98)
            json.WriteString("xanchor", "left")
            json.WriteString("yanchor", "top")
            label content colour
        | Mark.Horizontal(y, content, colour) ->
            json.WriteString("xref", "paper")
            json.WriteNumber("x", 0.01)
            json.WriteNumber("y", y)
            json.WriteString("xanchor", "left")
            json.WriteString("yanchor", "bottom")
            label content colour

        json.WriteEndObject()

    let private layout (json: Utf8JsonWriter) (figure: Figure) =
        object' json "layout" (fun () ->
            object' json "title" (fun () ->
                text json "text" figure.Title
                json.WriteNumber("x", 0.0)
                json.WriteString("xref", "paper")
                object' json "font" (fun () -> json.WriteNumber("size", 16)))

            axis json "xaxis" figure.X
            axis json "yaxis" figure.Y

            object' json "font" (fun () ->
                json.WriteString("family", font)
                json.WriteNumber("size", 13))

            json.WriteString("paper_bgcolor", "white")
            json.WriteString("plot_bgcolor", "white")
            json.WriteBoolean("autosize", true)

            object' json "margin" (fun () ->
                json.WriteNumber("l", 70)
                json.WriteNumber("r", 20)
                json.WriteNumber("t", 50)
                json.WriteNumber("b", 60))

            // Below the axis title, so that a long legend never covers data.
            object' json "legend" (fun () ->
                json.WriteString("orientation", "h")
                json.WriteNumber("x", 0.0)
                json.WriteNumber("y", -0.22)
                json.WriteString("yanchor", "top"))

            let drawable =
                figure.Marks
                |> List.filter (function
                    | Mark.Vertical(at, _, _)
                    | Mark.Horizontal(at, _, _) -> Double.IsFinite at)

            json.WriteStartArray "shapes"
            drawable |> List.iter (shape json)
            json.WriteEndArray()
            json.WriteStartArray "annotations"
            drawable |> List.iter (annotation json)
            json.WriteEndArray())

    /// <summary>Data and layout of a figure as plotly JSON, safe inside a script element.</summary>
    let json (figure: Figure) : string =
        use buffer = new MemoryStream()

        using (new Utf8JsonWriter(buffer)) (fun json ->
            json.WriteStartObject()
            json.WriteStartArray "data"
            figure.Traces |> List.iter (trace json)
            json.WriteEndArray()
            layout json figure
            json.WriteEndObject())

        Encoding.UTF8.GetString(buffer.ToArray())
