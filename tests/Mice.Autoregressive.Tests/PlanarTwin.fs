/// The slow obvious twin of the law of planar spins.
module Mice.Autoregressive.Tests.PlanarTwin

open System
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive

/// Weight times input plus bias, in plain loops.
let private affine parameters path (x: float[]) =
    let weight = Tensor.toFloats (Params.tensor $"{path}.weight" parameters)
    let bias = Tensor.toFloats (Params.tensor $"{path}.bias" parameters)

    bias
    |> Array.mapi (fun row b ->
        b + Array.sum (Array.mapi (fun column value -> weight[row * x.Length + column] * value) x))

/// The surprise of a site of the 4×4 torus from angles alone: −ln of a mixture of three von Mises laws.
let twin symmetric stiffness window parameters (angles: float[]) site =
    let before =
        SpinWindow.offsets window
        |> Array.mapi (fun k (offset: int[]) -> k, Lattice.siteAt 4 4 site (struct (offset[0], offset[1])))
        |> Array.filter (fun (_, other) -> other < site)

    let frame = if Array.isEmpty before then 0.0 else angles[snd before[0]]

    let unit = max 1.0 stiffness
    let size = SpinWindow.size window
    let features = Array.zeroCreate<float>(2 * size + 2)

    for k, other in before do
        features[k] <- cos (angles[other] - frame)
        features[size + k] <- sqrt unit * sin (angles[other] - frame)

    features[2 * size] <- cos frame
    features[2 * size + 1] <- -(sqrt unit) * sin frame
    let x = if symmetric then features[.. 2 * size - 1] else features
    let silu = Array.map (fun v -> v / (1.0 + exp -v))

    let network =
        affine parameters "network.0" x
        |> silu
        |> affine parameters "network.1"
        |> silu
        |> affine parameters "network.2"

    let known = if Array.isEmpty before then 0.0 else 1.0
    let trust = if symmetric then known else 1.0

    let output =
        Array.map2 (fun a b -> trust * (a + b)) (affine parameters "linear" x) network

    let weights = output[..2] |> Array.map exp
    let own = angles[site] - frame

    let density =
        Array.init 3 (fun i ->
            let kx, ky = stiffness * known + unit * output[3 + i], unit * output[6 + i]
            let logBessel = VonMises.logBessel (sqrt (kx * kx + ky * ky))

            weights[i] / Array.sum weights * exp (kx * cos own + ky * sin own - logBessel) / (2.0 * Math.PI))
        |> Array.sum

    -(log density)
