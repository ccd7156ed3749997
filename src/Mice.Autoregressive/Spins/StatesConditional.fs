namespace Mice.Autoregressive

open Mice
open Mice.Tensors

/// <summary>The law of a spin in one of q states given those before it: ln q(s = k) = f_k − ln Σ_l exp f_l, f a network of its window.</summary>
/// <remarks>Where all states are alike, they are renamed for every site in the order in which they are seen from it, nearest first, and those that are not seen
/// share one f: so the law does not change when states are renamed in all of a snapshot.</remarks>
[<RequireQualifiedAccess>]
module StatesConditional =
    /// What stands for a state that is not seen.
    [<Literal>]
    let private Unseen = -1

    /// Writes which state each spin seen from a site is in, [offsets·states], then the name of each state, [states], and the site's own spin, by its name
    /// where states are renamed. Names of states that are not seen are all the first one that is free.
    let private describe alike states window (spins: byte[]) site row (arrays: float32[][]) =
        let features, start = arrays[0], row * states * SpinWindow.size window
        let names = Array.create states Unseen
        let mutable seen = 0

        SpinWindow.visit window site (fun k other ->
            let state = int spins[other]

            if names[state] = Unseen then
                names[state] <- (if alike then seen else state)
                seen <- seen + 1

            features[start + states * k + names[state]] <- 1.0f)

        for state in 0 .. states - 1 do
            let name =
                if names[state] <> Unseen then names[state]
                elif alike then seen
                else state

            arrays[1][row * states + state] <- float32 name

        arrays[2][row] <- float32 spins[site]

    /// A state by its probabilities, [states] from first on.
    let private chosen (generator: Generator) states (probabilities: float[]) first =
        let u = generator.NextFloat()
        let mutable k, sum = 0, probabilities[first]

        while k < states - 1 && u >= sum do
            k <- k + 1
            sum <- sum + probabilities[first + k]

        byte k

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="alike">Whether the law does not change when states are renamed in all of a snapshot, as without a field.</param>
    /// <param name="states">How many states there are, 2 or more.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (options: SpinConditionalOptions) (alike: bool) (states: int) (shape: int[]) : SpinConditional<byte> =
        let window = SpinConditionalOptions.window options shape
        let size = states * SpinWindow.size window
        let network = Layer.mlp Nn.silu [ size; options.Width; options.Width; states ]

        /// ln q of every state, [rows; states]: each has the output of its name.
        let logLaw parameters (sites: Tensor[]) =
            network.Apply Mode.Evaluation parameters sites[0]
            |> Tensor.gather 1 (Tensor.convert DType.Int64 sites[1])
            |> Nn.logSoftmax 1

        {
            Init = network.Init
            Widths = [| size; states; 1 |]
            Describe = describe alike states window
            Surprise =
                fun parameters sites ->
                    -(logLaw parameters sites |> Tensor.gather 1 (Tensor.convert DType.Int64 sites[2]))
                    |> Tensor.squeeze 1
            Draw =
                fun parameters generator sites ->
                    let probabilities = logLaw parameters sites |> Tensor.exp |> Tensor.toFloats

                    Array.init (probabilities.Length / states) (fun row ->
                        chosen generator states probabilities (row * states))
        }
