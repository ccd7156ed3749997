namespace Mice.Plots

open System
open Mice
open Mice.Rsmi
open Mice.Samplers
open Plotly.NET

/// How weights and regions of a block are drawn.
[<RequireQualifiedAccess>]
module internal RsmiDrawing =
    let rounded (value: float) =
        RsmiDescription.valueText (Math.Round(value, 3))

    /// Value of the parameter and buffer of a point, for headings.
    let place (system: RsmiSystem option) (p: RsmiPoint) =
        let symbol = system |> Option.map _.Symbol |> Option.defaultValue "value"

        RsmiDescription.place
            symbol
            { p with
                Value = Math.Round(p.Value, 3)
            }

    /// What is varied, as the title of an axis.
    let axis (system: RsmiSystem option) =
        match system with
        | Some s -> $"{Char.ToUpperInvariant s.Parameter[0]}{s.Parameter.Substring(1).Replace('_', ' ')} {s.Symbol}"
        | None -> "Value of the parameter"

    let upTo count = Array.init count float

    /// Two numbers a site on two axes: the bonds to the right and down.
    let private areBonds (p: RsmiPoint) =
        p.Lattice.Shape.Length = 2 && p.Lattice.Channels = 2

    /// Weights of bonds on 2ℓ × 2ℓ places: sites, which have none, at even rows and columns, the bonds to the right beside them, those down below them.
    let private fat (block: int) (weights: float[]) : float[][] =
        Array.init (2 * block) (fun row ->
            Array.init (2 * block) (fun column ->
                let site = row / 2 * block + column / 2

                match row % 2, column % 2 with
                | 0, 1 -> weights[site]
                | 1, 0 -> weights[block * block + site]
                | _ -> nan))

    let private matrix heading (values: float[][]) : GenericChart =
        [
            values |> Draw.signedMap "weight" (upTo values[0].Length) (upTo values.Length)
        ]
        |> Frame.create heading "Column" "Row"
        |> Frame.matrix values.Length values[0].Length

    /// A filter and its negative are one: of the two that whose weights have the larger sum.
    let oriented (filter: float[]) : float[] =
        if Array.sum filter < 0.0 then
            Array.map (~-) filter
        else
            filter

    /// Weights on the block: bonds as one map, a line on one axis, else a map for each channel. Of more than two axes the planes stand one below the other.
    let weights (heading: string) (p: RsmiPoint) (filter: float[]) : GenericChart list =
        let block, channels = p.Geometry.Block, p.Lattice.Channels
        let parts = filter |> Array.chunkBySize (filter.Length / channels)

        let name channel text =
            if channels > 1 then $"{text}channel {channel + 1}" else ""

        if areBonds p then
            [ fat block filter |> matrix heading ]
        elif p.Lattice.Shape.Length = 1 then
            [
                [
                    for channel, part in Array.indexed parts ->
                        Draw.joined (Style.solid (name channel "") (Colour.series channel)) (upTo block) part [||]
                ]
                |> Frame.create heading "Site of the block" "Weight"
                |> Frame.horizontal 0.0 "" Colour.ink
            ]
        else
            [
                for channel, part in Array.indexed parts ->
                    part |> Array.chunkBySize block |> matrix (heading + name channel ", ")
            ]

    /// Block, buffer and environment at one position of a lattice of two axes.
    let regions (p: RsmiPoint) : GenericChart option =
        let shape = p.Lattice.Shape

        // One position is enough, and of a site one number.
        let found () =
            { p.Geometry with
                Stride = Array.max shape
            }
            |> BlockGeometry.regions { p.Lattice with Channels = 1 }
            |> Result.toOption

        /// The block in the middle where the lattice has no border.
        let centred axis place =
            if p.Lattice.Periodic[axis] then
                (place + (shape[axis] - p.Geometry.Block) / 2) % shape[axis]
            else
                place

        let marked (sites: int[]) : bool[][] =
            let found = Array.init shape[0] (fun _ -> Array.zeroCreate shape[1])

            for site in sites do
                found[centred 0 (site / shape[1])][centred 1 (site % shape[1])] <- true

            found

        if shape.Length <> 2 then
            None
        else
            found ()
            |> Option.map (fun found ->
                let block = marked found.Visible[0]
                let environment = marked found.Environment[0]

                let rest =
                    Array.map2 (Array.map2 (fun inBlock inE -> not (inBlock || inE))) block environment

                [
                    Draw.area (Style.solid "block V" Colour.vermilion) block
                    Draw.area (Style.solid "environment E" Colour.blue) environment
                    if rest |> Array.exists (Array.exists id) then
                        Draw.area (Style.solid "not seen" Colour.grid) rest
                ]
                |> Frame.create "Block and environment" "Column" "Row"
                |> Frame.matrix shape[0] shape[1])

    /// Mean |weight| on the border of a block over that inside.
    let borderRatio (p: RsmiPoint) : float =
        let side = p.Geometry.Block

        let isBorder i =
            LatticeShape.place [| side; side |] i |> Array.exists (fun at -> at = 0 || at = side - 1)

        let mean wanted =
            [|
                for filter in p.Result.Best.Filters do
                    for i in 0 .. filter.Length - 1 do
                        if isBorder i = wanted then
                            abs filter[i]
            |]
            |> Array.average

        mean true / mean false
