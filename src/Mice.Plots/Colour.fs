namespace Mice.Plots

open Plotly.NET

/// A colour on white and its counterpart on a dark page, as red, green, blue from 0 to 255.
type internal ColourPair =
    {
        Light: struct (int * int * int)
        Dark: struct (int * int * int)
    }

/// <summary>Colours of figures. They follow Okabe and Ito, so that every common form of colour blindness tells them apart; those that are faint on
/// white are darkened until they stand out three to one. On a dark page a report puts a lighter counterpart in the place of each.</summary>
/// <remarks>Source: M. Okabe and K. Ito, Color Universal Design (2008).</remarks>
[<RequireQualifiedAccess>]
module Colour =

    let private pair light dark = { Light = light; Dark = dark }

    let private inkPair = pair (struct (26, 26, 26)) (struct (229, 231, 235))
    let private paperPair = pair (struct (255, 255, 255)) (struct (21, 24, 28))
    let private gridPair = pair (struct (226, 228, 231)) (struct (52, 57, 64))
    let private bluePair = pair (struct (0, 114, 178)) (struct (77, 157, 224))
    let private vermilionPair = pair (struct (196, 78, 0)) (struct (255, 138, 76))
    let private greenPair = pair (struct (0, 140, 101)) (struct (52, 201, 154))
    let private purplePair = pair (struct (190, 100, 150)) (struct (226, 150, 194))
    let private orangePair = pair (struct (186, 122, 0)) (struct (240, 190, 60))
    let private skyBluePair = pair (struct (62, 146, 200)) (struct (150, 214, 250))

    let private light (pair: ColourPair) : Color =
        let struct (r, g, b) = pair.Light
        Color.fromRGB r g b

    /// Text, axes and references: nearly black on white, nearly white on a dark page.
    let ink: Color = light inkPair

    /// The ground behind figures.
    let paper: Color = light paperPair

    /// Paper that lets through what lies behind it.
    let internal thinPaper: Color =
        let struct (r, g, b) = paperPair.Light
        Color.fromARGB 190 r g b

    /// Grid lines.
    let grid: Color = light gridPair

    /// First colour of a series.
    let blue: Color = light bluePair

    /// Second colour of a series.
    let vermilion: Color = light vermilionPair

    /// Third colour of a series.
    let green: Color = light greenPair

    /// Fourth colour of a series.
    let purple: Color = light purplePair

    /// Fifth colour of a series.
    let orange: Color = light orangePair

    /// Sixth colour of a series.
    let skyBlue: Color = light skyBluePair

    /// Every colour of the figures with its counterpart on a dark page; ink first, paper second.
    let internal pairs: ColourPair list =
        [
            inkPair
            paperPair
            gridPair
            bluePair
            vermilionPair
            greenPair
            purplePair
            orangePair
            skyBluePair
        ]

    let private order = [| blue; vermilion; green; purple; orange; skyBlue; ink |]

    /// <summary>The i-th colour for a series of traces, in the order that is told apart best; goes round after seven.</summary>
    let series (i: int) : Color =
        order[((i % order.Length) + order.Length) % order.Length]
