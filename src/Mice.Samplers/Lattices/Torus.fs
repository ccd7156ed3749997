namespace Mice.Samplers

open System
open Mice

/// <summary>Hypercubic tori of any number of axes. A shape has the sites along each axis; sites are numbered with the last axis fastest,
/// so that [rows; columns] has site = row·columns + column.</summary>
[<RequireQualifiedAccess>]
module Torus =
    /// <summary>Neighbours per site: two along each axis.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let coordination (shape: int[]) : int = 2 * shape.Length

    /// <summary>Every fault of a shape, none for a sound one: one axis or more, every side 2 or more, fewer than 2³¹ neighbours in all.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let faults (shape: int[]) : MiceError list =
        let neighbours =
            Array.fold (fun product side -> product * float side) (float (coordination shape)) shape

        [
            yield! Validate.atLeast 1 "number of axes" shape.Length

            for axis in 0 .. shape.Length - 1 do
                yield! Validate.atLeast 2 $"side {axis + 1}" shape[axis]

            if not (neighbours <= float Int32.MaxValue) then
                MiceError.OutOfRange(
                    "shape",
                    LatticeShape.text shape,
                    "fewer than 2³¹ neighbours of all sites together"
                )
        ]

    /// <summary>All neighbours of all sites: entry site·2d + n is the n-th of 2d neighbours. The forward neighbours along each axis come first, last axis
    /// first; then the backward neighbours in the same order. On two axes the order is that of <c>Lattice.neighbours Lattice.Square</c>. Along a side of two
    /// both neighbours are the same site, which then counts twice.</summary>
    /// <param name="shape">Sites along each axis, without faults.</param>
    /// <returns>[sites·2d].</returns>
    let neighbours (shape: int[]) : int[] =
        let strides = LatticeShape.strides shape

        let ways =
            [|
                for direction in [ 1; -1 ] do
                    for axis in shape.Length - 1 .. -1 .. 0 do
                        struct (axis, direction)
            |]

        let beside site (struct (axis, direction)) =
            let side, stride = shape[axis], strides[axis]
            let place = site / stride % side
            site + ((place + direction + side) % side - place) * stride

        Array.init (LatticeShape.sites shape * ways.Length) (fun i -> beside (i / ways.Length) ways[i % ways.Length])

    /// <summary>Whether a site belongs to the odd sublattice: the sum of its coordinates is odd. Neighbours belong to different sublattices, except across the
    /// border of an odd side.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="site">A site.</param>
    let isOdd (shape: int[]) (site: int) : bool =
        Array.sum (LatticeShape.place shape site) % 2 = 1

    /// <summary>For every site, copies the entry of its forward neighbour along an axis.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="source">What is copied, [sites].</param>
    /// <param name="target">Where to, [sites].</param>
    let internal copyForward (shape: int[]) (axis: int) (source: 'item[]) (target: 'item[]) : unit =
        let stride = (LatticeShape.strides shape)[axis]
        let block = shape[axis] * stride

        for start in 0..block .. source.Length - 1 do
            Array.Copy(source, start + stride, target, start, block - stride)
            Array.Copy(source, start, target, start + block - stride, stride)
