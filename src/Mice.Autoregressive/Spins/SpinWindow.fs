namespace Mice.Autoregressive

open Mice.Samplers

/// A window of the torus around a site: the spins in the window that are known before the site are what the conditional law of the site sees. The window crosses
/// the border of the torus, so the last rows and columns see the first ones, and the product of the conditional laws is a normalised law of the whole torus.
type SpinWindow =
    internal
        {
            /// Sites along each axis of the torus.
            Shape: int[]
            /// Offsets from the site, nearest first, without the site itself, in one array [offsets·axes].
            Offsets: int[]
            /// Difference of site numbers for each offset, where the window does not cross a border, [offsets].
            Jumps: int[]
            /// Largest absolute offset along each axis.
            Reach: int[]
            /// Whether spins are known in the order of site numbers; otherwise all of the window are known.
            InOrder: bool
        }

/// Windows and what is seen through them.
[<RequireQualifiedAccess>]
module SpinWindow =
    /// Offsets along one axis, cut so that no site is reached twice around the torus.
    let private range radius side =
        if 2 * radius + 1 >= side then
            [| -((side - 1) / 2) .. side / 2 |]
        else
            [| -radius .. radius |]

    /// The shortest of the offsets along an axis that lead to the same site.
    let internal shortest (side: int) (offset: int) : int =
        let wrapped = (offset % side + side) % side
        if wrapped > side / 2 then wrapped - side else wrapped

    let private nearestFirst (offsets: int[][]) =
        offsets |> Array.sortBy (fun offset -> offset |> Array.sumBy (fun o -> o * o), offset)

    let private make inOrder (shape: int[]) (offsets: int[][]) : SpinWindow =
        let strides = LatticeShape.strides shape

        {
            Shape = shape
            Offsets = Array.concat offsets
            Jumps = offsets |> Array.map (Array.fold2 (fun sum stride o -> sum + stride * o) 0 strides)
            Reach =
                shape
                |> Array.mapi (fun axis _ -> offsets |> Array.fold (fun most offset -> max most (abs offset[axis])) 0)
            InOrder = inOrder
        }

    /// <summary>The window of all sites within a distance along every axis, without the site itself. Along an axis with a shorter side the window has the
    /// whole side.</summary>
    /// <param name="reach">Distance along each axis, to either side, 0 or more.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (reach: int[]) (shape: int[]) : SpinWindow =
        let ranges = Array.map2 range reach shape
        let sides = Array.map Array.length ranges

        Array.init (LatticeShape.sites sides) (LatticeShape.place sides >> Array.map2 Array.get ranges)
        |> Array.filter (Array.exists ((<>) 0))
        |> nearestFirst
        |> make true shape

    /// <summary>A window of which all spins are known before the site.</summary>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <param name="offsets">Offsets along each axis, none twice and none of them 0 around the torus.</param>
    let known (shape: int[]) (offsets: int[][]) : SpinWindow =
        offsets |> Array.map (Array.map2 shortest shape) |> nearestFirst |> make false shape

    /// <summary>Number of offsets in the window.</summary>
    /// <param name="window">The window.</param>
    let size (window: SpinWindow) : int = window.Jumps.Length

    /// <summary>Offsets of the window along each axis, nearest first.</summary>
    /// <param name="window">The window.</param>
    let offsets (window: SpinWindow) : int[][] =
        Array.chunkBySize window.Shape.Length window.Offsets

    /// The site at an offset, around the torus; offsets are shorter than the sides.
    let internal siteAt (window: SpinWindow) (place: int[]) (offset: int) : int =
        let axes = window.Shape.Length
        let mutable other = 0

        for axis in 0 .. axes - 1 do
            let side = window.Shape[axis]
            let at = place[axis] + window.Offsets[axes * offset + axis]

            let at =
                if at < 0 then at + side
                elif at >= side then at - side
                else at

            other <- other * side + at

        other

    /// Whether the window around a place crosses no border of the torus.
    let internal isInside (window: SpinWindow) (place: int[]) : bool =
        let mutable inside = true

        for axis in 0 .. place.Length - 1 do
            inside <-
                inside && place[axis] >= window.Reach[axis] && place[axis] < window.Shape[axis] - window.Reach[axis]

        inside

    /// <summary>Calls back for each site in the window that is known before a given site, nearest first.</summary>
    /// <param name="window">The window.</param>
    /// <param name="site">The given site.</param>
    /// <param name="seen">Called with the number of the offset and the site there.</param>
    let inline internal visit (window: SpinWindow) (site: int) ([<InlineIfLambda>] seen: int -> int -> unit) : unit =
        let place = LatticeShape.place window.Shape site
        let inside = isInside window place

        for k in 0 .. window.Jumps.Length - 1 do
            let other =
                if inside then
                    site + window.Jumps[k]
                else
                    siteAt window place k

            if other < site || not window.InOrder then
                seen k other
