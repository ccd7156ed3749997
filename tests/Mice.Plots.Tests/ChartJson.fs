/// What Plotly.NET writes of a chart, which is what a browser gets.
module Mice.Plots.Tests.ChartJson

open System.Net
open System.Text.Json
open Newtonsoft.Json
open Plotly.NET

/// Data, layout and config of a chart.
let parse (chart: GenericChart) : JsonElement =
    JsonDocument.Parse(GenericChart.toJson chart).RootElement

/// The traces of a chart in order.
let traces (chart: GenericChart) : JsonElement list =
    [ for trace in (parse chart).GetProperty("data").EnumerateArray() -> trace ]

/// The name of a trace in the legend, as it is shown.
let name (trace: JsonElement) : string =
    WebUtility.HtmlDecode(trace.GetProperty("name").GetString())

/// Numbers of a trace by field.
let numbers (field: string) (trace: JsonElement) : float list =
    [ for value in trace.GetProperty(field).EnumerateArray() -> value.GetDouble() ]

/// A colour as plotly gets it, for example rgba(0, 114, 178, 1.0).
let colour (colour: Color) : string =
    JsonDocument.Parse(JsonConvert.SerializeObject colour).RootElement.GetString()

/// The title of a chart, as it is shown.
let title (chart: GenericChart) : string =
    let title = (parse chart).GetProperty("layout").GetProperty("title")
    WebUtility.HtmlDecode(title.GetProperty("text").GetString())
