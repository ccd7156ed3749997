namespace Mice.Samplers

/// Shapes of tori: the sites along each axis, one axis or more. Sites are numbered with the last axis fastest: on two axes row by row.
[<RequireQualifiedAccess>]
module LatticeShape =
    /// <summary>N, the product of the sides.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let sites (shape: int[]) : int = Array.fold (*) 1 shape

    /// <summary>The shape in words: 4×8, or 4×4×4.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let text (shape: int[]) : string =
        shape |> Array.map string |> String.concat "×"

    /// <summary>The strides of a shape: by how much the site number grows with one step along each axis.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let strides (shape: int[]) : int[] =
        Array.scanBack (*) (Array.skip 1 shape) 1

    /// <summary>The place of a site along each axis.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="site">Number of the site.</param>
    let place (shape: int[]) (site: int) : int[] =
        let place = Array.zeroCreate shape.Length
        let mutable rest = site

        for axis in shape.Length - 1 .. -1 .. 0 do
            let whole = rest / shape[axis]
            place[axis] <- rest - whole * shape[axis]
            rest <- whole

        place

    /// <summary>The number of the site at a place, which lies within the shape.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="place">The place along each axis.</param>
    let site (shape: int[]) (place: int[]) : int =
        Array.fold2 (fun sum side p -> sum * side + p) 0 shape place

    /// <summary>The site at an offset from another one, around the torus.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="offset">Sites to go along each axis, of either sign.</param>
    /// <param name="from">A site.</param>
    let siteAt (shape: int[]) (offset: int[]) (from: int) : int =
        Array.map3 (fun p step side -> ((p + step) % side + side) % side) (place shape from) offset shape
        |> site shape
