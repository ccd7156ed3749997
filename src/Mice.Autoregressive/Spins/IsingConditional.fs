namespace Mice.Autoregressive

open Mice
open Mice.Tensors

/// <summary>The law of a spin ±1 given those before it, q(sᵢ = ±1) = 1/(1 + exp(∓f)), f a network of its window.</summary>
[<RequireQualifiedAccess>]
module IsingConditional =
    /// Writes the spins seen from a site, all multiplied by the nearest one if they are to be turned, then that factor and the site's spin.
    let private describe turn window (spins: sbyte[]) site row (arrays: float32[][]) =
        let features, start = arrays[0], row * SpinWindow.size window
        let mutable sign = 0.0f

        SpinWindow.visit window site (fun k other ->
            let spin = float32 spins[other]

            if sign = 0.0f then
                sign <- (if turn then spin else 1.0f)

            features[start + k] <- sign * spin)

        arrays[1][row] <- (if turn then sign else 1.0f)
        arrays[2][row] <- float32 spins[site]

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="symmetric">Whether flipping all spins leaves the law unchanged, q(−s | −past) = q(s | past), as without a field.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (options: SpinConditionalOptions) (symmetric: bool) (shape: int[]) : SpinConditional<sbyte> =
        let window = SpinConditionalOptions.window options shape
        let size = SpinWindow.size window
        let network = Layer.mlp Nn.silu [ size; options.Width; options.Width; 1 ]

        let logOdds parameters (sites: Tensor[]) =
            sites[1] * network.Apply Mode.Evaluation parameters sites[0]

        {
            Init = network.Init
            Widths = [| size; 1; 1 |]
            Describe = describe symmetric window
            Surprise = fun parameters sites -> -(sites[2] * logOdds parameters sites) |> Nn.softplus |> Tensor.squeeze 1
            Draw =
                fun parameters generator sites ->
                    logOdds parameters sites
                    |> Tensor.toFloats
                    |> Array.map (fun f ->
                        if generator.NextFloat() < 1.0 / (1.0 + exp -f) then
                            1y
                        else
                            -1y)
        }
