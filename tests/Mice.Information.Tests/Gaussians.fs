/// Correlated Gaussians: samples, exact mutual information, optimal critic.
module Mice.Information.Tests.Gaussians

open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference

let rho = 0.75

/// I of `dimensions` independent pairs of correlation 0.75, nats.
let exact dimensions = gaussianInformation dimensions rho

let gaussians seed n dimensions =
    let x, y = gaussianPairs seed n dimensions rho

    PairedSamples.create [ dimensions ] (Array.map float32 x.Values) [ dimensions ] (Array.map float32 y.Values)
    |> ok

/// The critic T* = c − (ρ²x² − 2ρxy + ρ²y²)/(2(1 − ρ²)) without parameters.
let exactCritic =
    let factor = 1.0 / (2.0 * (1.0 - rho * rho))
    let constant = -0.5 * log (1.0 - rho * rho)
    let own (z: Tensor) = Tensor.square z * (-rho * rho * factor)
    let column (codes: Codes) = Tensor.squeeze 1 codes[0]

    {
        Name = "exact"
        Init = fun _ -> Params.empty
        EncodeX = fun _ _ x -> [| x |]
        EncodeY = fun _ _ y -> [| y |]
        PairSize = 1
        ScoreAll =
            fun _ u v ->
                let x, y = u[0], Tensor.transpose 0 1 v[0]
                own x + own y + x * y * (2.0 * rho * factor) + constant
        ScorePairs =
            fun _ u v ->
                let x, y = column u, column v
                own x + own y + x * y * (2.0 * rho * factor) + constant
        Auxiliary = None
    }
