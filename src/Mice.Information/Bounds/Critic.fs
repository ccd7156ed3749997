namespace Mice.Information

open Mice
open Mice.Tensors

/// What a critic keeps of samples so that many pairs of them can be scored: tensors with one row per sample.
type Codes = Tensor[]

/// <summary>A scoring function f(x, y) as a value: codes of the samples, computed once each, and scores of pairs of codes.</summary>
type Critic =
    {
        /// Name, as in messages.
        Name: string
        /// Draws the first parameters.
        Init: Key -> Params
        /// mode → parameters → x [n; …] → codes of n rows.
        EncodeX: Mode -> Params -> Tensor -> Codes
        /// mode → parameters → y [n; …] → codes of n rows.
        EncodeY: Mode -> Params -> Tensor -> Codes
        /// Numbers that are held for each pair on the way to its score: 1 for products of codes, the width of networks on pairs.
        PairSize: int
        /// parameters → codes of r samples x → codes of k samples y → scores of all pairs, [r; k].
        ScoreAll: Params -> Codes -> Codes -> Tensor
        /// parameters → codes of n samples x → codes of n samples y → scores row by row, [n].
        ScorePairs: Params -> Codes -> Codes -> Tensor
        /// The second critic of bounds that have one: mode → parameters → x → y → [n].
        Auxiliary: (Mode -> Params -> Tensor -> Tensor -> Tensor) option
    }

/// Which product pairs of a batch are scored.
[<RequireQualifiedAccess>]
type Pairing =
    /// All K(K − 1) pairs off the diagonal.
    | AllPairs
    /// xᵢ with y_{i+1}, …, y_{i+count}, indices modulo K: cheaper where one pair costs much.
    | Rolls of count: int
    /// None, for bounds and surrogates that need joint pairs alone: BA, DoE, likelihood.
    | JointOnly

/// Critics and their use.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Critic =
    let private child name mode =
        match mode with
        | Mode.Training key -> Mode.Training(Key.named name key)
        | Mode.Evaluation -> mode

    /// One layer under a name of the parameter tree.
    let internal apply (name: string) (layer: Layer) (mode: Mode) (p: Params) (x: Tensor) =
        layer.Apply (child name mode) (Params.find name p) x

    let internal init (parts: (string * Layer) list) (key: Key) =
        parts |> List.map (fun (name, layer) -> name, layer.Init(Key.named name key)) |> Params.node

    let private only (codes: Codes) = codes[0]

    /// <summary>Separable: f(x, y) = φ(x)·ψ(y)/√width. All pairs of a batch are one matrix product.</summary>
    /// <param name="encoderX">φ, to [n; width].</param>
    /// <param name="encoderY">ψ, to the same width.</param>
    let separable (encoderX: Layer) (encoderY: Layer) : Critic =
        let scaled (code: Tensor) =
            code * (1.0 / sqrt (float code.Shape[1]))

        {
            Name = "separable"
            Init = init [ "x", encoderX; "y", encoderY ]
            EncodeX = fun mode p x -> [| apply "x" encoderX mode p x |> scaled |]
            EncodeY = fun mode p y -> [| apply "y" encoderY mode p y |]
            PairSize = 1
            ScoreAll = fun _ u v -> Tensor.matmul (only u) (Tensor.transpose 0 1 (only v))
            ScorePairs = fun _ u v -> only u * only v |> Tensor.sumOver [ 1 ]
            Auxiliary = None
        }

    /// <summary>Bilinear: f(x, y) = φ(x)ᵀ W ψ(y), W learned, at first uniform in ±1/√width.</summary>
    /// <param name="widthX">Width of φ(x).</param>
    /// <param name="widthY">Width of ψ(y).</param>
    /// <param name="encoderX">φ.</param>
    /// <param name="encoderY">ψ.</param>
    let bilinear (widthX: int) (widthY: int) (encoderX: Layer) (encoderY: Layer) : Critic =
        let weight key =
            Params.Leaf(Initialiser.fanIn (Key.named "weight" key) [ widthY; widthX ])

        let through p (u: Codes) =
            Nn.linear (Params.tensor "weight" p) None (only u)

        {
            Name = "bilinear"
            Init =
                fun key ->
                    Params.node
                        [
                            "x", encoderX.Init(Key.named "x" key)
                            "y", encoderY.Init(Key.named "y" key)
                            "weight", weight key
                        ]
            EncodeX = fun mode p x -> [| apply "x" encoderX mode p x |]
            EncodeY = fun mode p y -> [| apply "y" encoderY mode p y |]
            PairSize = 1
            ScoreAll = fun p u v -> Tensor.matmul (through p u) (Tensor.transpose 0 1 (only v))
            ScorePairs = fun p u v -> through p u * only v |> Tensor.sumOver [ 1 ]
            Auxiliary = None
        }

    /// The head's output on the sum of codes, [n; width] to [n].
    let private headOn (head: Layer) p (hidden: Tensor) =
        // Heads are evaluated without dropout: a pair's score must not depend on where the pair stands.
        head.Apply Mode.Evaluation (Params.find "head" p) hidden |> Tensor.squeeze -1

    /// <summary>Hybrid: f(x, y) = head(φ(x) + ψ(y)), the head a network on pairs, the encoders computed once per sample.</summary>
    /// <param name="width">Numbers in the widest layer of the head, its input included: it decides how many pairs are scored at a time.</param>
    /// <param name="encoderX">φ, to [n; m].</param>
    /// <param name="encoderY">ψ, to the same width m.</param>
    /// <param name="head">From [n; m] to [n; 1]; dropout in it does nothing.</param>
    let hybrid (width: int) (encoderX: Layer) (encoderY: Layer) (head: Layer) : Critic =
        {
            Name = "hybrid"
            Init = init [ "x", encoderX; "y", encoderY; "head", head ]
            EncodeX = fun mode p x -> [| apply "x" encoderX mode p x |]
            EncodeY = fun mode p y -> [| apply "y" encoderY mode p y |]
            PairSize = width
            ScoreAll = fun p u v -> Tensor.unsqueeze 1 (only u) + Tensor.unsqueeze 0 (only v) |> headOn head p
            ScorePairs = fun p u v -> only u + only v |> headOn head p
            Auxiliary = None
        }

    /// <summary>Concatenated: f(x, y) = MLP of x and y side by side. Its first layer acts on x and y apart and is computed once per
    /// sample, which changes nothing but the time.</summary>
    /// <param name="activation">Such as Nn.relu.</param>
    /// <param name="sizeX">Numbers in one x.</param>
    /// <param name="sizeY">Numbers in one y.</param>
    /// <param name="hidden">Widths of the hidden layers, one or more.</param>
    let concatenated (activation: Tensor -> Tensor) (sizeX: int) (sizeY: int) (hidden: int list) : Critic =
        let first = List.head hidden
        let initialiser key shape = Initialiser.fanIn key shape
        // Both halves start as the one layer over sizeX + sizeY inputs would.
        let scale size =
            sqrt (float size / float (sizeX + sizeY))

        let half size =
            Layer.sequential
                [
                    Encoder.flat
                    Layer.linearWith (fun key shape -> initialiser key shape * scale size) size first
                ]

        let head =
            Layer.sequential [ Layer.ofFunction activation; Layer.mlp activation (hidden @ [ 1 ]) ]

        { hybrid (List.max hidden) (half sizeX) (half sizeY) head with
            Name = "concatenated"
        }

    let private concat (a: Codes) (b: Codes) : Codes = Array.append a b

    /// <summary>Adds a fixed term, such as a known interaction energy across the cut, which the network only corrects:
    /// f(x, y) = critic(x, y) + g(x, y).</summary>
    /// <param name="all">g of all pairs: x [r; …] → y [k; …] → [r; k].</param>
    /// <param name="pairs">g row by row: x [n; …] → y [n; …] → [n].</param>
    /// <param name="critic">The network.</param>
    let withFixedTerm (all: Tensor -> Tensor -> Tensor) (pairs: Tensor -> Tensor -> Tensor) (critic: Critic) : Critic =
        let split (codes: Codes) =
            struct (codes[.. codes.Length - 2], codes[codes.Length - 1])

        let sum network fixedTerm p u v =
            let struct (u, x) = split u
            let struct (v, y) = split v
            network p u v + fixedTerm x y

        { critic with
            Name = critic.Name + " with a fixed term"
            EncodeX = fun mode p x -> concat (critic.EncodeX mode p x) [| x |]
            EncodeY = fun mode p y -> concat (critic.EncodeY mode p y) [| y |]
            ScoreAll = sum critic.ScoreAll all
            ScorePairs = sum critic.ScorePairs pairs
        }

    /// <summary>Adds a bilinear fixed term g(x, y) = φ(x)·ψ(y) with given features, such as −β times the energy of bonds across the cut.</summary>
    /// <param name="featuresX">x [n; …] → [n; m].</param>
    /// <param name="featuresY">y [n; …] → [n; m].</param>
    /// <param name="critic">The network.</param>
    let withFixedFeatures (featuresX: Tensor -> Tensor) (featuresY: Tensor -> Tensor) (critic: Critic) : Critic =
        let all x y =
            Tensor.matmul (featuresX x) (Tensor.transpose 0 1 (featuresY y))

        let pairs x y =
            featuresX x * featuresY y |> Tensor.sumOver [ 1 ]

        withFixedTerm all pairs critic

    let private withSecond (layer: Layer) (second: Mode -> Params -> Tensor -> Tensor -> Tensor) (critic: Critic) =
        { critic with
            Init =
                fun key ->
                    Params.node
                        [
                            "critic", critic.Init(Key.named "critic" key)
                            "second", layer.Init(Key.named "second" key)
                        ]
            EncodeX = fun mode p -> critic.EncodeX mode (Params.find "critic" p)
            EncodeY = fun mode p -> critic.EncodeY mode (Params.find "critic" p)
            ScoreAll = fun p -> critic.ScoreAll(Params.find "critic" p)
            ScorePairs = fun p -> critic.ScorePairs(Params.find "critic" p)
            Auxiliary = Some(fun mode p x y -> second (child "second" mode) (Params.find "second" p) x y)
        }

    /// <summary>A critic with a baseline ln a(x), for TUBA and I_α.</summary>
    /// <param name="baseline">From x to [n; 1].</param>
    /// <param name="critic">f.</param>
    let withBaseline (baseline: Layer) (critic: Critic) : Critic =
        withSecond baseline (fun mode p x _ -> baseline.Apply mode p x |> Tensor.squeeze -1) critic

    /// <summary>A critic with a second one u(x, y) on joint pairs, for FLO.</summary>
    /// <param name="second">From x and y, flattened side by side, to [n; 1].</param>
    /// <param name="critic">f.</param>
    let withPairBaseline (second: Layer) (critic: Critic) : Critic =
        withSecond
            second
            (fun mode p x y ->
                Tensor.cat 1 [ Tensor.flatten 1 x; Tensor.flatten 1 y ] |> second.Apply mode p |> Tensor.squeeze -1)
            critic

    /// The second critic's values for the pairs of a batch, [n].
    let internal auxiliary (mode: Mode) (critic: Critic) (p: Params) (x: Tensor) (y: Tensor) =
        critic.Auxiliary |> Option.map (fun second -> second mode p x y)

    let private rolls count (critic: Critic) p (u: Codes) (v: Codes) =
        let n = u[0].Shape[0]

        if count < 1 || count >= n then
            raise (TensorException $"{count} rolls of a batch of {n}: from 1 to {n - 1} are possible")

        [
            for shift in 1..count -> critic.ScorePairs p u (v |> Array.map (Tensor.roll 0 -shift))
        ]
        |> Tensor.stack 1

    /// <summary>Scores of a batch.</summary>
    /// <param name="pairing">The product pairs.</param>
    /// <param name="mode">Training (dropout) or evaluation.</param>
    /// <param name="critic">f.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="x">[K; …].</param>
    /// <param name="y">[K; …], row by row the partners of x.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">Shapes do not fit, or as many rolls as rows are asked for.</exception>
    let scores (pairing: Pairing) (mode: Mode) (critic: Critic) (parameters: Params) (x: Tensor) (y: Tensor) : Scores =
        let u, v = critic.EncodeX mode parameters x, critic.EncodeY mode parameters y
        let second = auxiliary mode critic parameters x y

        let joint () = critic.ScorePairs parameters u v

        match pairing with
        | Pairing.AllPairs -> critic.ScoreAll parameters u v |> Scores.ofMatrix second
        | Pairing.Rolls count -> Scores.ofPairs second (joint ()) (rolls count critic parameters u v)
        | Pairing.JointOnly -> Scores.ofPairs second (joint ()) (Tensor.zeros x.Kind [ x.Shape[0]; 0 ])
