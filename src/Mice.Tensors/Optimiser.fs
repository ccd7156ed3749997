namespace Mice.Tensors

open TorchSharp

/// What an optimiser remembers between steps; a tree, so that it is stored like parameters.
type OptimiserState =
    {
        /// Steps taken so far.
        Step: int64
        /// Running means, named by the optimiser.
        Moments: Params
    }

    interface ITensors with
        member this.ForEachTensor action =
            (this.Moments :> ITensors).ForEachTensor action

/// <summary>A way to minimise: a pair of pure functions.</summary>
/// <remarks>`Update gradient state parameters` returns the next parameters and state; what it is given does not
/// change.</remarks>
type Optimiser =
    {
        /// The state before the first step, for a parameter tree.
        Init: Params -> OptimiserState
        /// gradient → state → parameters → next parameters and state.
        Update: Params -> OptimiserState -> Params -> struct (Params * OptimiserState)
    }

/// Options of Adam and AdamW; start from `AdamOptions.defaults`.
type AdamOptions =
    {
        /// Learning rate by step.
        LearningRate: Schedule
        /// Memory of the running mean of the gradient, in [0, 1).
        Beta1: float
        /// Memory of the running mean of its square, in [0, 1).
        Beta2: float
        /// Added to the root of the mean square.
        Epsilon: float
        /// Strength of weight decay, 0 for none.
        WeightDecay: float
    }

/// Defaults of Adam.
[<RequireQualifiedAccess>]
module AdamOptions =
    /// Rate 1e-3, memories 0.9 and 0.999, ε = 1e-8, no weight decay.
    let defaults =
        {
            LearningRate = Schedule.constant 1e-3
            Beta1 = 0.9
            Beta2 = 0.999
            Epsilon = 1e-8
            WeightDecay = 0.0
        }

/// Options of stochastic gradient descent.
type SgdOptions =
    {
        /// Learning rate by step.
        LearningRate: Schedule
        /// Share of the last update that is kept, in [0, 1).
        Momentum: float
        /// Look ahead along the momentum.
        Nesterov: bool
        /// Strength of weight decay (added to the gradient), 0 for none.
        WeightDecay: float
    }

/// Defaults of stochastic gradient descent.
[<RequireQualifiedAccess>]
module SgdOptions =
    /// Rate 1e-2, no momentum, no weight decay.
    let defaults =
        {
            LearningRate = Schedule.constant 1e-2
            Momentum = 0.0
            Nesterov = false
            WeightDecay = 0.0
        }

/// Options of RMSprop.
type RmsPropOptions =
    {
        /// Learning rate by step.
        LearningRate: Schedule
        /// Memory of the running mean of the squared gradient, in [0, 1).
        Decay: float
        /// Added to its root.
        Epsilon: float
    }

/// Defaults of RMSprop.
[<RequireQualifiedAccess>]
module RmsPropOptions =
    /// Rate 1e-2, memory 0.99, ε = 1e-8.
    let defaults =
        {
            LearningRate = Schedule.constant 1e-2
            Decay = 0.99
            Epsilon = 1e-8
        }

/// Optimisers, and what can be put around them.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Optimiser =

    /// One vector of parameters, its gradient and moments to the next ones.
    let private adamVector (o: AdamOptions) decoupled (step: int64) (g: Tensor) (m: Tensor) (v: Tensor) (p: Tensor) =
        let rate = o.LearningRate step
        let first = 1.0 - o.Beta1 ** float step
        // √(v/c) + ε = (√v + ε√c)/√c, so that the corrections fall on numbers and not on vectors.
        let second = sqrt (1.0 - o.Beta2 ** float step)
        use decay = o.WeightDecay.ToScalar()
        use shareOfGradient = (1.0 - o.Beta1).ToScalar()
        use shareOfSquare = (1.0 - o.Beta2).ToScalar()
        use length = (-rate * second / first).ToScalar()

        let g =
            if decoupled || o.WeightDecay = 0.0 then
                g
            else
                binary "add" (fun g p -> g.add (p, decay)) g p

        let m = binary "add" (fun m g -> m.add (g, shareOfGradient)) (m * o.Beta1) g
        let squares = v * o.Beta2

        let v =
            mixed "addcmul" [ squares; g ] (fun () -> squares.Native.addcmul (g.Native, g.Native, shareOfSquare))

        let root = Tensor.sqrt v + o.Epsilon * second

        let p =
            if decoupled && o.WeightDecay <> 0.0 then
                p * (1.0 - rate * o.WeightDecay)
            else
                p

        let next =
            mixed "addcdiv" [ p; m; root ] (fun () -> p.Native.addcdiv (m.Native, root.Native, length))

        struct (next, m, v)

    let private adamStep (o: AdamOptions) decoupled (gradient: Params) (state: OptimiserState) (parameters: Params) =
        let step = state.Step + 1L

        let first, second =
            Params.find "first" state.Moments, Params.find "second" state.Moments

        let p, g = Params.packed parameters, Params.packed gradient
        let m, v = Params.packed first, Params.packed second

        let next =
            Array.init p.Length (fun i -> adamVector o decoupled step g[i] m[i] v[i] p[i])

        let part choose =
            next |> Array.map choose |> Params.unpacked parameters

        struct (part (fun struct (p, _, _) -> p),
                {
                    Step = step
                    Moments =
                        Params.node
                            [
                                "first", part (fun struct (_, m, _) -> m)
                                "second", part (fun struct (_, _, v) -> v)
                            ]
                })

    let private adamInit parameters =
        {
            Step = 0L
            Moments = Params.node [ "first", Params.zerosLike parameters; "second", Params.zerosLike parameters ]
        }

    /// <summary>Adam: p ← p − η m̂ / (√v̂ + ε) with bias-corrected running means m of the gradient and v of its
    /// square; weight decay is added to the gradient.</summary>
    /// <remarks>Source: D. P. Kingma and J. Ba, arXiv:1412.6980.</remarks>
    let adam (options: AdamOptions) : Optimiser =
        {
            Init = adamInit
            Update = adamStep options false
        }

    /// <summary>AdamW: Adam with weight decay applied to the parameters themselves, p ← (1 − η λ) p − ….</summary>
    /// <remarks>Source: I. Loshchilov and F. Hutter, arXiv:1711.05101.</remarks>
    let adamW (options: AdamOptions) : Optimiser =
        {
            Init = adamInit
            Update = adamStep options true
        }

    /// Stochastic gradient descent: b ← μ b + g, p ← p − η b (with Nesterov: p − η (g + μ b)).
    let sgd (options: SgdOptions) : Optimiser =
        let update (gradient: Params) (state: OptimiserState) (parameters: Params) =
            let step = state.Step + 1L
            let rate = options.LearningRate step

            let g =
                if options.WeightDecay = 0.0 then
                    gradient
                else
                    Params.addScaled options.WeightDecay gradient parameters

            if options.Momentum = 0.0 then
                struct (Params.addScaled -rate parameters g, { state with Step = step })
            else
                let b = Params.add (Params.scale options.Momentum state.Moments) g

                let direction =
                    if options.Nesterov then
                        Params.addScaled options.Momentum g b
                    else
                        b

                struct (Params.addScaled -rate parameters direction, { Step = step; Moments = b })

        {
            Init =
                fun p ->
                    {
                        Step = 0L
                        Moments =
                            if options.Momentum = 0.0 then
                                Params.empty
                            else
                                Params.zerosLike p
                    }
            Update = update
        }

    /// RMSprop: v ← ρ v + (1 − ρ) g², p ← p − η g / (√v + ε).
    let rmsProp (options: RmsPropOptions) : Optimiser =
        let update (gradient: Params) (state: OptimiserState) (parameters: Params) =
            let step = state.Step + 1L

            let squares =
                Params.onWhole2 (*) gradient gradient |> Params.scale (1.0 - options.Decay)

            let v = Params.add (Params.scale options.Decay state.Moments) squares

            let direction =
                Params.onWhole2 (fun g v -> g / (Tensor.sqrt v + options.Epsilon)) gradient v

            struct (Params.addScaled -(options.LearningRate step) parameters direction, { Step = step; Moments = v })

        {
            Init =
                fun p ->
                    {
                        Step = 0L
                        Moments = Params.zerosLike p
                    }
            Update = update
        }

    /// Scales the gradient down when its norm over the whole tree exceeds the largest one allowed.
    let clipByGlobalNorm (largest: float) (inner: Optimiser) : Optimiser =
        { inner with
            Update =
                fun gradient state parameters ->
                    let norm = Params.globalNorm gradient

                    let clipped =
                        if norm > largest then
                            Params.scale (largest / norm) gradient
                        else
                            gradient

                    inner.Update clipped state parameters
        }

    /// <summary>One training step: value and gradient of the loss, update; frees everything in between.</summary>
    /// <returns>The loss as a number, the next parameters and state.</returns>
    let step
        (optimiser: Optimiser)
        (loss: Params -> Tensor)
        (parameters: Params)
        (state: OptimiserState)
        : struct (float * Params * OptimiserState) =
        Tensor.scope (fun () ->
            let struct (value, gradient) = Grad.valueAndGradient loss parameters
            let struct (next, state) = optimiser.Update gradient state parameters
            struct (Tensor.item value, next, state))

/// Exponential moving average of weights, for evaluation.
[<RequireQualifiedAccess>]
module Ema =
    /// decay · average + (1 − decay) · parameters.
    let update (decay: float) (average: Params) (parameters: Params) : Params =
        Params.addScaled (1.0 - decay) (Params.scale decay average) parameters
