/// Slow obvious twins for dimers, and what their tests share.
module Mice.Samplers.Tests.DimerReference

open System
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

/// Plaquettes with two parallel dimers, corner by corner.
let parallelPairs (model: DimerModel) (covering: byte[]) : int =
    let at row column =
        covering[row % model.Rows * model.Columns + column % model.Columns]

    Seq.allPairs (seq { 0 .. model.Rows - 1 }) (seq { 0 .. model.Columns - 1 })
    |> Seq.filter (fun (row, column) ->
        (at row column = DimerModel.Right && at (row + 1) column = DimerModel.Right)
        || (at row column = DimerModel.Down && at row (column + 1) = DimerModel.Down))
    |> Seq.length

/// All coverings of the 4×4 torus with their probabilities.
let boltzmann (temperature: float) : (byte[] * float)[] =
    let model = DimerModel.square 4 temperature
    let all = DimerEnumeration.coverings model |> ok

    let weights =
        all |> Array.map (fun c -> exp (float (parallelPairs model c) / temperature))

    let z = Array.sum weights
    Array.map2 (fun c w -> c, w / z) all weights

/// Text by which coverings are told apart.
let name (covering: byte[]) = Convert.ToHexString covering
