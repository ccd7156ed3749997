namespace Mice.Autoregressive

open Mice
open Mice.Tensors

/// <summary>The law of a spin in one of q states given the spins before it: ln q(s = k) = f_k − ln Σ_l exp f_l, f the outputs of a network of the
/// window.</summary>
/// <remarks>Where all states are alike, the states are renamed for every site: in the order in which the site sees them, nearest first. States that the site
/// does not see share one output f. So the law does not change when the states of a snapshot are renamed.</remarks>
[<RequireQualifiedAccess>]
module StatesConditional =
    /// Name of a state that no spin in the window has.
    [<Literal>]
    let private Unseen = -1

    /// Writes three arrays: for each spin in the window which state it is in, [offsets·states]; the name of each state, [states]; the state of the site
    /// itself. Where states are renamed, all states that are not seen have the first free name.
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

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="alike">Whether the law does not change when states are renamed in all of a snapshot, as without a field.</param>
    /// <param name="states">How many states there are, 2 or more.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let create (options: SpinConditionalOptions) (alike: bool) (states: int) (shape: int[]) : SpinConditional<byte> =
        let window = SpinConditionalOptions.window options shape
        let size = states * SpinWindow.size window
        let network = Layer.mlp Nn.silu [ size; options.Width; options.Width; states ]

        /// ln q of every state, [rows; states]: the output under the state's name.
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
                        generator.NextIndex(probabilities, row * states, states) |> byte)
        }
