/// Correlated Gaussians: samples, exact mutual information, optimal critic; and critics that are not optimal.
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

/// A critic of two columns without parameters, far from any optimum, with a second critic.
let wrongCritic: Critic =
    { exactCritic with
        PairSize = 16
        ScoreAll = fun _ u v -> Tensor.sin (u[0] * 2.0) + Tensor.transpose 0 1 v[0] * u[0]
        ScorePairs = fun _ u v -> Tensor.squeeze 1 (Tensor.sin (u[0] * 2.0) + u[0] * v[0])
        Auxiliary = Some(fun _ _ x y -> Tensor.squeeze 1 (x * 0.5 - y * 0.25))
    }

/// f = 0.8y, or f = 0.8x.
let oneSided ofX : Critic =
    { exactCritic with
        ScoreAll =
            fun _ u v ->
                if ofX then
                    u[0] * 0.8 + Tensor.transpose 0 1 (v[0] * 0.0)
                else
                    u[0] * 0.0 + Tensor.transpose 0 1 (v[0] * 0.8)
        ScorePairs = fun _ u v -> Tensor.squeeze 1 (if ofX then u[0] * 0.8 else v[0] * 0.8)
    }
