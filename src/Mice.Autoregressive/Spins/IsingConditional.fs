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

    /// A spin for every row, up with probability 1/(1 + exp(−f)).
    let private drawn (generator: Generator) (logOdds: Tensor) =
        logOdds
        |> Tensor.toFloats
        |> Array.map (fun f ->
            if generator.NextFloat() < 1.0 / (1.0 + exp -f) then
                1y
            else
                -1y)

    let private surprise (own: Tensor) (logOdds: Tensor) =
        -(own * logOdds) |> Nn.softplus |> Tensor.squeeze 1

    /// <summary>An untrained law of the spins that a window shows.</summary>
    /// <param name="width">Units of each of the two hidden layers.</param>
    /// <param name="symmetric">Whether flipping all spins leaves the law unchanged, q(−s | −known) = q(s | known), as without a field.</param>
    /// <param name="window">What a site sees.</param>
    let ofWindow (width: int) (symmetric: bool) (window: SpinWindow) : SpinConditional<sbyte> =
        // A site that sees nothing has one input, which is 0.
        let inputs = max 1 (SpinWindow.size window)
        let network = Layer.mlp Nn.silu [ inputs; width; width; 1 ]

        let logOdds parameters (sites: Tensor[]) =
            sites[1] * network.Apply Mode.Evaluation parameters sites[0]

        {
            Init = network.Init
            Widths = [| inputs; 1; 1 |]
            Describe = describe symmetric window
            Surprise = fun parameters sites -> logOdds parameters sites |> surprise sites[2]
            Draw = fun parameters generator sites -> logOdds parameters sites |> drawn generator
        }

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="symmetric">Whether flipping all spins leaves the law unchanged, q(−s | −past) = q(s | past), as without a field.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (options: SpinConditionalOptions) (symmetric: bool) (shape: int[]) : SpinConditional<sbyte> =
        SpinConditionalOptions.window options shape |> ofWindow options.Width symmetric

    /// <summary>The law of a site whose neighbours are all known, q(s = ±1) = 1/(1 + exp(∓2(K Σ neighbours + h))): there is nothing to learn.</summary>
    /// <param name="coupling">K = J/k_BT.</param>
    /// <param name="field">h = H/k_BT.</param>
    /// <param name="window">The neighbours.</param>
    let heatBath (coupling: float) (field: float) (window: SpinWindow) : SpinConditional<sbyte> =
        let logOdds (sites: Tensor[]) =
            2.0 * (coupling * Tensor.sumKeeping [ 1 ] sites[0] + field)

        {
            Init = fun _ -> Params.empty
            Widths = [| SpinWindow.size window; 1; 1 |]
            Describe = describe false window
            Surprise = fun _ sites -> logOdds sites |> surprise sites[2]
            Draw = fun _ generator sites -> logOdds sites |> drawn generator
        }
