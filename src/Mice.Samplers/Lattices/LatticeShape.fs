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
        Array.map2 (fun side stride -> site / stride % side) shape (strides shape)
