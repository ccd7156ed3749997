namespace Mice.Plots

/// <summary>The eight colours of Okabe and Ito, told apart with every common form of colour blindness and in print.</summary>
/// <remarks>Source: M. Okabe and K. Ito, Color Universal Design (2008).</remarks>
[<RequireQualifiedAccess>]
type Colour =
    | Black
    | Orange
    | SkyBlue
    | Green
    | Yellow
    | Blue
    | Vermilion
    | Purple

/// <summary>How a line is drawn; figures tell lines apart by dash as well as by colour.</summary>
[<RequireQualifiedAccess>]
type Dash =
    | Solid
    | Dashed
    | Dotted

/// <summary>The shape of a point; what points mean is told by their shape as well as by their colour.</summary>
[<RequireQualifiedAccess>]
type Symbol =
    | Circle
    | Diamond
    | TriangleLeft
    | TriangleRight

/// <summary>A trace's name in the legend and its colour.</summary>
type Style =
    {
        /// Name in the legend; an empty name keeps the trace out of it.
        Name: string
        /// Colour of the line, points or area.
        Colour: Colour
        /// Dash of the line, where there is one.
        Dash: Dash
    }

/// <summary>One set of data in a figure. All arrays of a trace have the same length, <c>[n]</c>.</summary>
[<RequireQualifiedAccess>]
type Trace =
    /// A line through points (x, y).
    | Line of style: Style * x: float[] * y: float[]
    /// Points (x, y) with one standard error up and down; an error of 0 or NaN draws none.
    | Points of style: Style * x: float[] * y: float[] * standardError: float[]
    /// Many points without errors, small and half transparent.
    | Cloud of style: Style * x: float[] * y: float[]
    /// Points on named rows (the vertical axis has their names) with one standard error left and right.
    | Rows of style: Style * symbol: Symbol * names: string[] * x: float[] * standardError: float[]
    /// The area between a lower and an upper curve.
    | Band of style: Style * x: float[] * lower: float[] * upper: float[]
    /// Bars with a name each and one standard error up and down.
    | Bars of style: Style * names: string[] * y: float[] * standardError: float[]

/// <summary>An axis: what it shows and in which unit.</summary>
type Axis =
    {
        /// What is shown.
        Title: string
        /// Its unit, written in brackets behind the title; empty for a pure number.
        Unit: string
        /// Lowest and highest value shown; chosen from the data when absent.
        Range: (float * float) option
        /// Names of rows from the top, for an axis that shows names; empty for one that shows numbers.
        Names: string list
    }

/// <summary>A straight line across the whole figure with a label.</summary>
[<RequireQualifiedAccess>]
type Mark =
    /// A vertical line at x.
    | Vertical of x: float * label: string * colour: Colour
    /// A horizontal line at y.
    | Horizontal of y: float * label: string * colour: Colour

/// <summary>A figure as a value: nothing is drawn until it is turned into plotly JSON or a report.</summary>
type Figure =
    {
        /// Title above the figure.
        Title: string
        /// Horizontal axis.
        X: Axis
        /// Vertical axis.
        Y: Axis
        /// Data, drawn in this order.
        Traces: Trace list
        /// Labelled lines across the figure.
        Marks: Mark list
    }

/// <summary>Colours as text.</summary>
[<RequireQualifiedAccess>]
module Colour =

    /// <summary>Red, green and blue of a colour, 0 to 255.</summary>
    let rgb (colour: Colour) : struct (int * int * int) =
        match colour with
        | Colour.Black -> struct (0, 0, 0)
        | Colour.Orange -> struct (230, 159, 0)
        | Colour.SkyBlue -> struct (86, 180, 233)
        | Colour.Green -> struct (0, 158, 115)
        | Colour.Yellow -> struct (240, 228, 66)
        | Colour.Blue -> struct (0, 114, 178)
        | Colour.Vermilion -> struct (213, 94, 0)
        | Colour.Purple -> struct (204, 121, 167)

    /// <summary>Web notation of a colour with an opacity from 0 to 1, for example <c>rgba(0,114,178,0.2)</c>.</summary>
    let css (opacity: float) (colour: Colour) : string =
        let struct (r, g, b) = rgb colour
        System.FormattableString.Invariant $"rgba({r},{g},{b},{opacity})"

    /// <summary>The i-th colour for a series of traces, in the order that is told apart best; goes round after seven.</summary>
    let series (i: int) : Colour =
        let order =
            [|
                Colour.Blue
                Colour.Vermilion
                Colour.Green
                Colour.Purple
                Colour.Orange
                Colour.SkyBlue
                Colour.Black
            |]

        order[((i % order.Length) + order.Length) % order.Length]

/// <summary>Axes.</summary>
[<RequireQualifiedAccess>]
module Axis =

    /// <summary>An axis with its range chosen from the data.</summary>
    let create (title: string) (unit: string) : Axis =
        {
            Title = title
            Unit = unit
            Range = None
            Names = []
        }

    /// <summary>A vertical axis of named rows.</summary>
    /// <param name="names">The names from the top.</param>
    let rows (names: string list) : Axis = { create "" "" with Names = names }

    /// <summary>Title and unit as shown beside the axis, for example <c>Temperature (K)</c>.</summary>
    let label (axis: Axis) : string =
        if axis.Unit = "" then
            axis.Title
        else
            $"{axis.Title} ({axis.Unit})"

/// <summary>Styles.</summary>
[<RequireQualifiedAccess>]
module Style =

    /// <summary>A solid style.</summary>
    let solid (name: string) (colour: Colour) : Style =
        {
            Name = name
            Colour = colour
            Dash = Dash.Solid
        }

    /// <summary>A dashed style.</summary>
    let dashed (name: string) (colour: Colour) : Style =
        {
            Name = name
            Colour = colour
            Dash = Dash.Dashed
        }
