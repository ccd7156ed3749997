namespace Mice.Autoregressive

open Mice.Samplers

/// What the conditional law of a spin sees of those before it, in the order of their numbers: a window of the torus around it,
/// without the spins that come after it. So the last rows and columns see the first ones, their neighbours around the
/// torus, and the product of the conditionals is a normalised law of the whole torus.
type SpinWindow =
    internal
        {
            /// Sites along each axis of the torus.
            Shape: int[]
            /// Offsets from the site, nearest first, those of one offset together, [offsets·axes]; the site itself is none of them.
            Offsets: int[]
            /// How far the numbers of the sites are apart where the window does not cross a border, [offsets].
            Jumps: int[]
            /// The largest offset along each axis, of either sign.
            Reach: int[]
        }

/// Windows and what is seen through them.
[<RequireQualifiedAccess>]
module SpinWindow =
    /// Offsets along a side that reach no site twice.
    let private range radius side =
        if 2 * radius + 1 >= side then
            [| -((side - 1) / 2) .. side / 2 |]
        else
            [| -radius .. radius |]

    /// All combinations of one entry of each of some arrays, the last fastest.
    let private products (choices: int[][]) : int[][] =
        Array.foldBack
            (fun own rest ->
                own
                |> Array.collect (fun first -> rest |> Array.map (fun others -> Array.append [| first |] others)))
            choices
            [| [||] |]

    /// <summary>The window of all sites that are within a reach along every axis, less the site itself; on a side that is shorter, all of it.</summary>
    /// <param name="reach">How far it goes along each axis, to either side, 0 or more.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (reach: int[]) (shape: int[]) : SpinWindow =
        let offsets =
            Array.map2 range reach shape
            |> products
            |> Array.filter (Array.exists ((<>) 0))
            |> Array.sortBy (fun offset -> offset |> Array.sumBy (fun o -> o * o), offset)

        let strides = LatticeShape.strides shape

        {
            Shape = shape
            Offsets = Array.concat offsets
            Jumps = offsets |> Array.map (Array.fold2 (fun sum stride o -> sum + stride * o) 0 strides)
            Reach =
                shape
                |> Array.mapi (fun axis _ -> offsets |> Array.fold (fun most offset -> max most (abs offset[axis])) 0)
        }

    /// <summary>As many as there are offsets.</summary>
    /// <param name="window">The window.</param>
    let size (window: SpinWindow) : int = window.Jumps.Length

    /// <summary>What is seen, as offsets from the site along each axis, nearest first.</summary>
    /// <param name="window">The window.</param>
    let offsets (window: SpinWindow) : int[][] =
        Array.chunkBySize window.Shape.Length window.Offsets

    /// The place of a site along each axis.
    let internal placeOf (window: SpinWindow) (site: int) : int[] =
        let place = Array.zeroCreate window.Shape.Length
        let mutable rest = site

        for axis in window.Shape.Length - 1 .. -1 .. 0 do
            let whole = rest / window.Shape[axis]
            place[axis] <- rest - whole * window.Shape[axis]
            rest <- whole

        place

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

    /// Whether nothing of the window around a place is across a border.
    let internal isInside (window: SpinWindow) (place: int[]) : bool =
        let mutable inside = true

        for axis in 0 .. place.Length - 1 do
            inside <-
                inside && place[axis] >= window.Reach[axis] && place[axis] < window.Shape[axis] - window.Reach[axis]

        inside

    /// <summary>Calls back with the number of the offset and the site there for each site in the window that comes before
    /// a site, nearest first.</summary>
    /// <param name="window">The window.</param>
    /// <param name="site">The site.</param>
    /// <param name="seen">Told offset and site.</param>
    let inline internal visit (window: SpinWindow) (site: int) ([<InlineIfLambda>] seen: int -> int -> unit) : unit =
        let place = placeOf window site
        let inside = isInside window place

        for k in 0 .. window.Jumps.Length - 1 do
            let other =
                if inside then
                    site + window.Jumps[k]
                else
                    siteAt window place k

            if other < site then
                seen k other
