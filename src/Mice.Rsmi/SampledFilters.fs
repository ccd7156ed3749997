namespace Mice.Rsmi

open Mice
open Mice.Information
open Mice.Learning
open Mice.Tensors

/// <summary>The published way to train a filter: h is sampled, made smooth, and scored against environments by a separable critic.</summary>
/// <remarks>Source: D. E. Gökmen, Z. Ringel, S. D. Huber, M. Koch-Janusz, Phys. Rev. E 104, 064106 (2021); relaxation: E. Jang, S. Gu, B. Poole, arXiv:1611.01144;
/// C. J. Maddison, A. Mnih, Y. W. Teh, arXiv:1611.00712.</remarks>
type internal SampledFilters =
    {
        Variable: CoarseVariable
        VisibleSize: int
        Method: VariationalMethod
        Relaxation: Relaxation
        Critic: Critic
    }

/// Training of one seed.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal SampledFilters =
    /// Width of the codes of the critic, and standard deviation of the first filters.
    let private code, private firstFilters = 8, 0.05

    /// The method and critic of a bound.
    let create (options: RsmiOptions) (samples: RsmiSamples) (bound: string) (relaxation: Relaxation) : SampledFilters =
        let inputs = CoarseVariable.filters options.Variable
        let e = samples.EnvironmentSize

        let network size outputs =
            Encoder.mlp Nn.relu (size :: options.Widths @ [ outputs ])

        let separable = Critic.separable (network inputs code) (network e code)

        let critic =
            match bound with
            | "tuba"
            | "interpolated" -> Critic.withBaseline (network inputs 1) separable
            | "flo" -> Critic.withPairBaseline (network (inputs + e) 1) separable
            | _ -> separable

        {
            Variable = options.Variable
            VisibleSize = samples.VisibleSize
            Method = FilterObjective.bounds |> List.find (fst >> (=) bound) |> snd
            Relaxation = relaxation
            Critic = critic
        }

    /// The first parameters.
    let init (s: SampledFilters) (key: Key) : Params =
        let shape = [ CoarseVariable.filters s.Variable; s.VisibleSize ]

        Params.node
            [
                "filters", Params.Leaf(Tensor.randn (Key.named "filters" key) Kind.float32 shape * firstFilters)
                "critic", s.Critic.Init(Key.named "critic" key)
            ]

    /// Uniform numbers strictly between 0 and 1.
    let private uniforms (key: Key) (like: Tensor) : Tensor =
        Tensor.rand key Kind.float32 (List.ofArray like.Shape)
        |> Tensor.clamp 1e-6 (1.0 - 1e-6)
        |> Tensor.onto like.Device

    /// <summary>h of outputs Λ·v: binary components in (−1, 1), or weights of states that add up to 1.</summary>
    /// <param name="epsilon">ε.</param>
    /// <param name="key">The noise.</param>
    /// <param name="variable">What h is.</param>
    /// <param name="outputs">[n; filters].</param>
    let gumbelSoftmax (epsilon: float) (key: Key) (variable: CoarseVariable) (outputs: Tensor) : Tensor =
        let u = uniforms key outputs

        match variable with
        | CoarseVariable.Binary _ ->
            // The difference of two Gumbel variables is logistic.
            Nn.sigmoid ((outputs + Tensor.log u - Tensor.log (1.0 - u)) / epsilon) * 2.0 - 1.0
        | CoarseVariable.States _ -> Nn.softmax -1 ((Nn.logSoftmax -1 outputs - Tensor.log (-(Tensor.log u))) / epsilon)

    let private relaxed (s: SampledFilters) (key: Key) (step: int) (outputs: Tensor) : Tensor =
        match s.Relaxation with
        | Relaxation.Tanh -> Nn.tanh outputs
        | Relaxation.GumbelSoftmax(first, last, rate) ->
            gumbelSoftmax (max last (first * exp (-rate * float step))) key s.Variable outputs

    /// <summary>The surrogate of the bound on random batches.</summary>
    /// <param name="s">What is trained.</param>
    /// <param name="draw">Blocks and environments of a step.</param>
    /// <param name="key">The noise.</param>
    let objective
        (s: SampledFilters)
        (draw: int -> struct (Tensor * Tensor))
        (key: Key)
        : Objective<struct (Tensor * Tensor)> =
        let value (state: TrainingState) (struct (visible, environment)) parameters =
            let step = TrainingState.step state
            let noise = key |> Key.named "noise" |> Key.item step

            let h =
                Nn.linear (Params.tensor "filters" parameters) None visible |> relaxed s noise step

            let critic = Params.find "critic" parameters

            Critic.scores Pairing.AllPairs (Mode.Training(Key.named "dropout" noise)) s.Critic critic h environment
            |> Surrogate.objective s.Method.Surrogate state.Memory

        {
            RoundSteps = 1
            Draw = fun round _ -> draw round
            Gradient =
                fun state data _ ->
                    let struct (found, gradient, memory) =
                        state.Parameters |> Grad.valueAndGradientWith (value state data)

                    struct (-(Tensor.item found), Params.scale -1.0 gradient, memory)
            Held = None
        }

    /// The filters.
    let grainer (s: SampledFilters) (parameters: Params) : CoarseGrainer =
        Params.tensor "filters" parameters
        |> Tensor.toFloats
        |> Array.chunkBySize s.VisibleSize
        |> CoarseGrainer.create s.Variable
