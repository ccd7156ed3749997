namespace Mice.Plots

open System
open Plotly.NET
open Plotly.NET.LayoutObjects

/// <summary>What stands around the traces of a figure: title, axes, reference lines, and the look that all figures share.</summary>
[<RequireQualifiedAccess>]
module Frame =

    let private family = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"

    let private axis =
        LinearAxis.init (
            AutoMargin = StyleParam.TickAutoMargin.All,
            ZeroLine = false,
            ShowLine = true,
            Mirror = StyleParam.Mirror.True,
            LineColor = Colour.ink,
            GridColor = Colour.grid,
            Ticks = StyleParam.TickOptions.Outside,
            TickColor = Colour.ink,
            // Axes show 0.0005 and not 500µ, which would read as a prefix of the unit.
            ExponentFormat = StyleParam.ExponentFormat.Power,
            MinExponent = 4.0
        )

    /// <summary>The look of the figures, as a template of plotly: <c>Chart.withTemplate</c> puts another in its place.</summary>
    let look: Template =
        let layout =
            Layout.init (
                Font = Font.init (Family = StyleParam.FontFamily.Custom family, Size = 13.0, Color = Colour.ink),
                PaperBGColor = Colour.paper,
                PlotBGColor = Colour.paper,
                AutoSize = true,
                Margin = Margin.init (Left = 70, Right = 20, Top = 50, Bottom = 60)
            )
            |> Layout.setLinearAxis (StyleParam.SubPlotId.XAxis 1, axis)
            |> Layout.setLinearAxis (StyleParam.SubPlotId.YAxis 1, axis)
            // Below the title of the axis, so that a long legend never covers data.
            |> Layout.setLegend (
                StyleParam.SubPlotId.Legend 1,
                Legend.init (
                    Orientation = StyleParam.Orientation.Horizontal,
                    X = 0.0,
                    Y = -0.22,
                    YAnchor = StyleParam.YAnchorPosition.Top
                )
            )

        Template.init layout

    let private title (text: string) =
        Title.init (Text = Draw.escape text, X = 0.0, XRef = "paper", Font = Font.init (Size = 16.0))

    let private named (text: string) =
        LinearAxis.init (Title = Title.init (Text = Draw.escape text, Standoff = 10))

    /// <summary>A figure: traces in the order in which they are drawn, with titles and the look of Mice.</summary>
    /// <param name="heading">Title above the figure, plain text.</param>
    /// <param name="x">Title of the horizontal axis with its unit, for example <c>Temperature (K)</c>.</param>
    /// <param name="y">Title of the vertical axis with its unit.</param>
    /// <param name="traces">What is drawn; none gives empty axes.</param>
    let create (heading: string) (x: string) (y: string) (traces: GenericChart list) : GenericChart =
        let traces = traces |> List.collect GenericChart.getTraces

        GenericChart.ofTraceObjects false traces
        |> Chart.withTemplate look
        |> Chart.withTitle (title heading)
        |> Chart.withXAxis (named x)
        |> Chart.withYAxis (named y)

    /// <summary>A figure of points in space, all axes to one scale and without perspective.</summary>
    /// <param name="heading">Title above the figure, plain text.</param>
    /// <param name="unit">Unit of the three axes.</param>
    /// <param name="edges">How far the points reach along x, y and z; the longest runs across the figure.</param>
    /// <param name="traces">What is drawn.</param>
    let space (heading: string) (unit: string) (edges: float[]) (traces: GenericChart list) : GenericChart =
        let across = Array.IndexOf(edges, Array.max edges)
        // Such that a cube fills a figure of a report and the longest edge fits into its width; without perspective the distance of the camera does not matter.
        let mean = Math.Cbrt(edges |> Array.fold (*) 1.0)
        let scale = min (1.35 / mean) (2.0 / Array.max edges)
        let ratio k = scale * edges[k]

        // Titles of axes in space are not read as HTML.
        let axis (name: string) =
            LinearAxis.init (
                Title = Title.init (Text = $"{name} ({unit})"),
                ShowBackground = false,
                NTicks = 4,
                GridColor = Colour.grid,
                ZeroLine = false,
                Color = Colour.ink
            )

        // The next axis points up, the one behind it to the viewer.
        let place (right: float) (up: float) (front: float) =
            let x k =
                [| right; up; front |][(k - across + 3) % 3]

            x 0, x 1, x 2

        let ex, ey, ez = place 0.25 0.25 1.05
        let ux, uy, uz = place 0.0 1.0 0.0

        let camera =
            Camera.init (
                Eye = CameraEye.init (X = ex, Y = ey, Z = ez),
                Up = CameraUp.init (X = ux, Y = uy, Z = uz),
                Projection = CameraProjection.init (ProjectionType = StyleParam.CameraProjectionType.Orthographic)
            )

        GenericChart.ofTraceObjects false (traces |> List.collect GenericChart.getTraces)
        |> Chart.withTemplate look
        |> Chart.withTitle (title heading)
        |> Chart.withScene (
            Scene.init (
                XAxis = axis "x",
                YAxis = axis "y",
                ZAxis = axis "z",
                AspectMode = StyleParam.AspectMode.Manual,
                AspectRatio = AspectRatio.init (X = ratio 0, Y = ratio 1, Z = ratio 2),
                Camera = camera
            )
        )

    /// <summary>Makes the horizontal axis logarithmic.</summary>
    /// <param name="chart">The figure; its horizontal coordinates are above 0.</param>
    let logarithmic (chart: GenericChart) : GenericChart =
        chart |> Chart.withXAxis (LinearAxis.init (AxisType = StyleParam.AxisType.Log))

    /// <summary>Makes the vertical axis logarithmic.</summary>
    /// <param name="chart">The figure; its vertical coordinates are above 0.</param>
    let logarithmicUp (chart: GenericChart) : GenericChart =
        chart |> Chart.withYAxis (LinearAxis.init (AxisType = StyleParam.AxisType.Log))

    /// Whole numbers between two ticks of an axis of so many places: about eight ticks.
    let private ticks (places: int) = float (max 1 ((places + 7) / 8))

    /// <summary>Puts the ticks of the horizontal axis at whole numbers.</summary>
    /// <param name="places">How many whole numbers it reaches over.</param>
    /// <param name="chart">The figure.</param>
    let wholeNumbers (places: int) (chart: GenericChart) : GenericChart =
        chart |> Chart.withXAxis (LinearAxis.init (Tick0 = 0.0, DTick = ticks places))

    /// <summary>Shows a matrix as it is written: squares, the first row at the top, no grid.</summary>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="chart">The figure; columns are its abscissae, rows its ordinates.</param>
    let matrix (rows: int) (columns: int) (chart: GenericChart) : GenericChart =
        let tick = ticks (max rows columns)

        let right =
            LinearAxis.init (ShowGrid = false, Constrain = StyleParam.AxisConstraint.Domain, Tick0 = 0.0, DTick = tick)

        let down =
            LinearAxis.init (
                ShowGrid = false,
                Constrain = StyleParam.AxisConstraint.Domain,
                AutoRange = StyleParam.AutoRange.Reversed,
                ScaleAnchor = StyleParam.ScaleAnchor.X 1,
                ScaleRatio = 1.0,
                Tick0 = 0.0,
                DTick = tick
            )

        chart |> Chart.withXAxis right |> Chart.withYAxis down

    /// <summary>Gives the vertical axis named rows, all of them and half a row above and below.</summary>
    /// <param name="names">The names from the top, plain text.</param>
    /// <param name="chart">The figure.</param>
    let rowNames (names: string list) (chart: GenericChart) : GenericChart =
        let axis =
            LinearAxis.init (
                AxisType = StyleParam.AxisType.Category,
                CategoryOrder = StyleParam.CategoryOrder.Array,
                CategoryArray = (names |> List.rev |> List.map Draw.escape),
                Range = StyleParam.Range.ofMinMax (-0.5, float names.Length - 0.5)
            )

        chart |> Chart.withYAxis axis

    /// The label of a reference line; its ground lets data shine through.
    let private labelled (text: string) (colour: Color) (place: Annotation) : Annotation =
        place
        |> Annotation.style (
            Text = Draw.escape text,
            ShowArrow = false,
            Font = Font.init (Color = colour),
            BGColor = Colour.thinPaper
        )

    /// A dotted line across the figure and the label at its end; a line that lies nowhere is left out.
    let private reference (at: float) (line: Shape) (label: string) colour place (chart: GenericChart) : GenericChart =
        if not (Double.IsFinite at) then
            chart
        elif label = "" then
            chart |> Chart.withShape line
        else
            chart |> Chart.withShape line |> Chart.withAnnotation (labelled label colour place)

    let private dotted (colour: Color) =
        Line.init (Color = colour, Width = 1.5, Dash = StyleParam.DrawingStyle.Dot)

    /// <summary>Adds a dotted vertical line across the whole figure, its label at the top.</summary>
    /// <param name="at">Where, in units of the horizontal axis; nothing is added where this is not finite.</param>
    /// <param name="label">Plain text; empty for none.</param>
    /// <param name="colour">Colour of line and label.</param>
    /// <param name="chart">The figure.</param>
    let vertical (at: float) (label: string) (colour: Color) (chart: GenericChart) : GenericChart =
        let line =
            Shape.init (
                ShapeType = StyleParam.ShapeType.Line,
                X0 = at,
                X1 = at,
                Y0 = 0,
                Y1 = 1,
                Xref = "x",
                Yref = "paper",
                Line = dotted colour
            )

        let place =
            Annotation.init (
                X = at,
                Y = 0.98,
                YRef = "paper",
                XAnchor = StyleParam.XAnchorPosition.Left,
                YAnchor = StyleParam.YAnchorPosition.Top
            )

        reference at line label colour place chart

    /// <summary>Adds a dotted horizontal line across the whole figure, its label at the left end.</summary>
    /// <param name="at">Where, in units of the vertical axis; nothing is added where this is not finite.</param>
    /// <param name="label">Plain text; empty for none.</param>
    /// <param name="colour">Colour of line and label.</param>
    /// <param name="chart">The figure.</param>
    let horizontal (at: float) (label: string) (colour: Color) (chart: GenericChart) : GenericChart =
        let line =
            Shape.init (
                ShapeType = StyleParam.ShapeType.Line,
                X0 = 0,
                X1 = 1,
                Y0 = at,
                Y1 = at,
                Xref = "paper",
                Yref = "y",
                Line = dotted colour
            )

        let place =
            Annotation.init (
                X = 0.01,
                Y = at,
                XRef = "paper",
                XAnchor = StyleParam.XAnchorPosition.Left,
                YAnchor = StyleParam.YAnchorPosition.Bottom
            )

        reference at line label colour place chart
