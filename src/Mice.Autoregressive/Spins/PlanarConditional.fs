namespace Mice.Autoregressive

open System
open System.Numerics
open Mice
open Mice.Tensors
open Mice.Samplers

/// <summary>The law of a planar spin u(θ) = (cos θ, sin θ) given those before it: a mixture of von Mises laws,
/// q(θ) = Σ_k w_k exp(κ_k·u(θ))/(2π I₀(|κ_k|)), whose weights and vectors κ_k are given by a network of the window, seen
/// relative to the nearest known spin.</summary>
/// <remarks>κ_k is the sum of a linear function of the spins seen, as in the harmonic approximation, and a network. Both are in units of the stiffness of
/// neighbours, so that the same learning rate serves all temperatures.</remarks>
[<RequireQualifiedAccess>]
module PlanarConditional =
    /// Number of von Mises laws in the mixture.
    [<Literal>]
    let private Components = 3

    /// Cosine and sine of the angle from spin a to spin b.
    let inline private seenFrom (a: Vector2) (b: Vector2) =
        struct (Vector2.Dot(a, b), a.X * b.Y - a.Y * b.X)

    /// Writes cosines and sines (in units of their scatter) of the angles seen from a site and of the direction θ = 0, then whether any spin is
    /// known, and the site's own spin, all relative to the nearest known spin.
    let private describe (scale: float32) window (spins: Vector2[]) site row (arrays: float32[][]) =
        let size = SpinWindow.size window
        let features, start = arrays[0], row * (2 * size + 2)
        let mutable known = 0.0f
        let mutable frame = Vector2.UnitX

        SpinWindow.visit window site (fun k other ->
            if known = 0.0f then
                known <- 1.0f
                frame <- spins[other]

            let struct (cosine, sine) = seenFrom frame spins[other]
            features[start + k] <- cosine
            features[start + size + k] <- scale * sine)

        let struct (cosine, sine) = seenFrom frame Vector2.UnitX
        features[start + 2 * size] <- cosine
        features[start + 2 * size + 1] <- scale * sine
        arrays[1][row] <- known
        let struct (cosine, sine) = seenFrom frame spins[site]
        arrays[2][2 * row] <- cosine
        arrays[2][2 * row + 1] <- sine

    /// −ln Σ_k w_k exp(κ_k·u)/(2π I₀(|κ_k|)); rows of x, y and w have one entry for each law.
    let private mixture (logWeights: Tensor) (x: Tensor) (y: Tensor) (own: Tensor) =
        // The small constant keeps the derivative of the root finite at 0.
        let length = Tensor.sqrt (x * x + y * y + 1e-12)

        let exponent =
            x * Tensor.slice 1 0 1 1 own + y * Tensor.slice 1 1 2 1 own
            - length
            - Tensor.log (Tensor.besselI0Scaled length)

        log (2.0 * Math.PI) - Tensor.logsumexp [ 1 ] (Nn.logSoftmax 1 logWeights + exponent)

    /// A unit vector drawn from the von Mises law with κ = (x, y).
    let private vonMises (generator: Generator) (x: float) (y: float) =
        let kappa = sqrt (x * x + y * y)
        let struct (c, s) = VonMises.sample generator kappa

        if kappa > 0.0 then
            struct ((x * c - y * s) / kappa, (x * s + y * c) / kappa)
        else
            struct (c, s)

    /// A spin drawn for every row from a mixture, seen from the frame, in which the direction θ = 0 has the cosines and scaled sines that are given.
    let private drawn (generator: Generator) (logWeights: Tensor) (x: Tensor) (y: Tensor) (directions: Tensor) scale =
        let weights = Nn.logSoftmax 1 logWeights |> Tensor.exp |> Tensor.toFloats
        let directions = Tensor.toFloats directions
        let components = weights.Length * 2 / directions.Length
        let x, y = Tensor.toFloats x, Tensor.toFloats y

        Array.init (weights.Length / components) (fun row ->
            let first = row * components
            let k = first + generator.NextIndex(weights, first, components)
            let struct (c, s) = vonMises generator x[k] y[k]
            // The direction θ = 0 is known relative to the frame, and so gives the direction of the frame.
            let frameX, frameY = directions[2 * row], -directions[2 * row + 1] / scale
            Vector2(float32 (frameX * c - frameY * s), float32 (frameX * s + frameY * c)))

    /// <summary>An untrained law of the spins that a window shows.</summary>
    /// <param name="width">Units of each of the two hidden layers.</param>
    /// <param name="symmetric">Whether the law does not change when all spins are rotated together, as without a field.</param>
    /// <param name="stiffness">κ of neighbours, as <c>PlanarSpins.stiffness</c> gives it.</param>
    /// <param name="window">What a site sees.</param>
    let ofWindow (width: int) (symmetric: bool) (stiffness: float) (window: SpinWindow) : SpinConditional<Vector2> =
        let seen = 2 * SpinWindow.size window
        let unit = max 1.0 (abs stiffness)
        // A site that sees nothing is told the direction θ = 0, which then decides nothing.
        let inputs = if symmetric && seen > 0 then seen else seen + 2
        let outputs = 3 * Components
        let linear = Layer.linear inputs outputs
        let network = Layer.mlp Nn.silu [ inputs; width; width; outputs ]

        let part first (output: Tensor) =
            Tensor.slice 1 (first * Components) ((first + 1) * Components) 1 output

        /// Logarithms of the weights up to a constant, and both coordinates of κ_k, [rows; components].
        let laws parameters (sites: Tensor[]) =
            let features = Tensor.slice 1 0 inputs 1 sites[0]
            let known = sites[1]

            let output =
                linear.Apply Mode.Evaluation (Params.find "linear" parameters) features
                + network.Apply Mode.Evaluation (Params.find "network" parameters) features
            // Without a favoured direction the first spin of a snapshot is uniform on the circle.
            let output = if symmetric then known * output else output
            struct (part 0 output, stiffness * known + unit * part 1 output, unit * part 2 output)

        let scale = sqrt unit

        {
            Init =
                fun key ->
                    Params.node
                        [
                            "linear", linear.Init(Key.named "linear" key) |> Params.scale 0.1
                            "network", network.Init(Key.named "network" key)
                        ]
            Widths = [| seen + 2; 1; 2 |]
            Describe = describe (float32 scale) window
            Surprise =
                fun parameters sites ->
                    let struct (logWeights, x, y) = laws parameters sites
                    mixture logWeights x y sites[2]
            Draw =
                fun parameters generator sites ->
                    let struct (logWeights, x, y) = laws parameters sites
                    let directions = Tensor.slice 1 seen (seen + 2) 1 sites[0]
                    drawn generator logWeights x y directions scale
        }

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="symmetric">Whether the law does not change when all spins are rotated together, as without a field.</param>
    /// <param name="stiffness">κ of neighbours, as <c>PlanarSpins.stiffness</c> gives it.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create
        (options: SpinConditionalOptions)
        (symmetric: bool)
        (stiffness: float)
        (shape: int[])
        : SpinConditional<Vector2> =
        SpinConditionalOptions.window options shape |> ofWindow options.Width symmetric stiffness

    /// <summary>The law of a site whose neighbours are all known, of von Mises with κ = K Σ u(neighbours) + h u(0): there is nothing to learn.</summary>
    /// <param name="coupling">K = J/k_BT.</param>
    /// <param name="field">h = H/k_BT, along θ = 0.</param>
    /// <param name="window">The neighbours.</param>
    let heatBath (coupling: float) (field: float) (window: SpinWindow) : SpinConditional<Vector2> =
        let size = SpinWindow.size window

        let along first (features: Tensor) =
            let neighbours =
                Tensor.slice 1 (first * size) ((first + 1) * size) 1 features |> Tensor.sumKeeping [ 1 ]

            let direction = Tensor.slice 1 (2 * size + first) (2 * size + first + 1) 1 features
            coupling * neighbours + field * direction

        let law (sites: Tensor[]) =
            let x, y = along 0 sites[0], along 1 sites[0]
            struct (0.0 * x, x, y)

        {
            Init = fun _ -> Params.empty
            Widths = [| 2 * size + 2; 1; 2 |]
            Describe = describe 1.0f window
            Surprise =
                fun _ sites ->
                    let struct (logWeights, x, y) = law sites
                    mixture logWeights x y sites[2]
            Draw =
                fun _ generator sites ->
                    let struct (logWeights, x, y) = law sites
                    drawn generator logWeights x y (Tensor.slice 1 (2 * size) (2 * size + 2) 1 sites[0]) 1.0
        }
