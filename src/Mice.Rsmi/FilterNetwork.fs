namespace Mice.Rsmi

open Mice
open Mice.Tensors

/// <summary>Filters and critics of many seeds in one network. The critics share a trunk u(e); each seed has its filters Λ and the last layer of its critic,
/// a classifier q(h | e).</summary>
/// <remarks>For a finite H the sum over h replaces samples of h: with p̄(h) = ⟨π(h | v)⟩ the objective of a seed is
/// H(p̄) + ⟨Σ_h π(h | v) ln q(h | e)⟩ = I − ⟨KL(p(h | e) ‖ q(h | e))⟩. It is InfoNCE with f(h, e) = ln q(h | e)/p̄(h) and all product pairs of the data at once,
/// and its best critic makes it I(H : E).</remarks>
type internal FilterNetwork =
    {
        Variable: CoarseVariable
        Seeds: int
        VisibleSize: int
        Trunk: Layer
        Head: Layer
    }

/// Making filter networks and computing with them.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal FilterNetwork =
    /// Standard deviation of the first filters: with the learning rate of the critics they turn about as fast as those learn.
    [<Literal>]
    let private FirstFilters = 0.3

    /// A network on the environment that ends in an activation.
    let trunk (size: int) (widths: int list) : Layer =
        Layer.sequential [ Layer.mlp Nn.silu (size :: widths); Layer.ofFunction Nn.silu ]

    let create (options: RsmiOptions) (visible: int) (environment: int) : FilterNetwork =
        {
            Variable = options.Variable
            Seeds = options.Seeds
            VisibleSize = visible
            Trunk = trunk environment options.Widths
            Head = Layer.linear (List.last options.Widths) (options.Seeds * CoarseVariable.values options.Variable)
        }

    let init (network: FilterNetwork) (key: Key) : Params =
        let filters = network.Seeds * CoarseVariable.filters network.Variable

        Params.node
            [
                "filters",
                Params.Leaf(
                    Tensor.randn (Key.named "filters" key) Kind.float32 [ filters; network.VisibleSize ] * FirstFilters
                )
                "trunk", network.Trunk.Init(Key.named "trunk" key)
                "head", network.Head.Init(Key.named "head" key)
            ]

    /// Filters of length 1, [seeds·filters; v].
    let private directions (parameters: Params) : Tensor =
        let raw = Params.tensor "filters" parameters
        raw / Tensor.sqrt (Tensor.sumKeeping [ 1 ] (Tensor.square raw) + 1e-12)

    /// For each value and component, 1 where h_k = −1: [components; values].
    let private downs (components: int) : Tensor =
        let values = 1 <<< components

        Array.init (components * values) (fun i ->
            if CoarseVariable.spin (i / values) (i % values) < 0 then
                1.0f
            else
                0.0f)
        |> Tensor.ofArray [ components; values ]

    /// <summary>ln π(h | v) of outputs times the gain.</summary>
    /// <param name="variable">What h is.</param>
    /// <param name="outputs">[n; seeds; filters].</param>
    /// <returns>[n; seeds; values].</returns>
    let logLaw (variable: CoarseVariable) (outputs: Tensor) : Tensor =
        match variable with
        | CoarseVariable.States _ -> Nn.logSoftmax -1 outputs
        | CoarseVariable.Binary components ->
            let down = Tensor.matmul outputs (Tensor.onto outputs.Device (downs components))
            Tensor.sumKeeping [ -1 ] (Nn.logSigmoid outputs) - down

    /// <summary>The objective of every seed, nats.</summary>
    /// <param name="law">π(h | v), [n; seeds; values].</param>
    /// <param name="logPredicted">ln q(h | e), [n; seeds; values].</param>
    /// <returns>[seeds].</returns>
    let objective (law: Tensor) (logPredicted: Tensor) : Tensor =
        let marginal = Tensor.meanOver [ 0 ] law
        let entropy = -(Tensor.sumOver [ -1 ] (marginal * Tensor.log (marginal + 1e-12)))
        let agreement = law * logPredicted |> Tensor.sumOver [ -1 ] |> Tensor.meanOver [ 0 ]
        entropy + agreement

    /// Environments of some samples, [n; e].
    let environment (device: Device) (samples: RsmiSamples) (places: SamplePlace[]) : Tensor =
        RsmiSamples.environment samples places
        |> Tensor.ofArray [ places.Length; samples.EnvironmentSize ]
        |> Tensor.onto device

    /// What the trunk computes from environments, [n; width].
    let features (network: FilterNetwork) (parameters: Params) (environment: Tensor) : Tensor =
        network.Trunk.Apply Mode.Evaluation (Params.find "trunk" parameters) environment

    /// ln q(h | e) of the critics of all seeds, [n; seeds; values].
    let predict (network: FilterNetwork) (parameters: Params) (environment: Tensor) : Tensor =
        features network parameters environment
        |> network.Head.Apply Mode.Evaluation (Params.find "head" parameters)
        |> Tensor.reshape [ environment.Shape[0]; network.Seeds; CoarseVariable.values network.Variable ]
        |> Nn.logSoftmax -1

    /// The objective of every seed on a batch of blocks [n; v] and environments [n; e].
    let objectives
        (network: FilterNetwork)
        (gain: float)
        (parameters: Params)
        (visible: Tensor)
        (environment: Tensor)
        : Tensor =
        let outputs =
            Nn.linear (directions parameters * gain) None visible
            |> Tensor.reshape [ visible.Shape[0]; network.Seeds; CoarseVariable.filters network.Variable ]

        objective (Tensor.exp (logLaw network.Variable outputs)) (predict network parameters environment)

    /// The coarse-grainers of all seeds.
    let grainers (network: FilterNetwork) (parameters: Params) : CoarseGrainer[] =
        Tensor.scope (fun () -> directions parameters |> Tensor.toFloats)
        |> Array.chunkBySize network.VisibleSize
        |> Array.chunkBySize (CoarseVariable.filters network.Variable)
        |> Array.map (CoarseGrainer.create network.Variable)
