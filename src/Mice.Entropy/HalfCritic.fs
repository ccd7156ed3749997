namespace Mice.Entropy

open Mice
open Mice.Tensors
open Mice.Information

/// <summary>The critic of two halves of a block: f(a, b) = uᵀ W v with W symmetric and u = (φ(a), the spins at the cut, 1), v the same of b. One encoder
/// serves both halves, since b is turned by 180°; the spins at the cut take the interaction across it, the 1 what each half
/// contributes alone.</summary>
[<RequireQualifiedAccess>]
module HalfCritic =
    /// Width of the hidden layers.
    [<Literal>]
    let private Hidden = 128

    /// Numbers in φ.
    [<Literal>]
    let private Code = 32

    /// <summary>The critic for halves given as [n; depth·length], the sites at the cut first.</summary>
    /// <param name="halves">Their shape.</param>
    let create (halves: LatticeHalves) : Critic =
        let encoder =
            Layer.mlp Nn.silu [ LatticeHalves.volume halves; Hidden; Hidden; Code ]

        let size = Code + halves.Length + 1

        let encode mode p (x: Tensor) : Codes =
            let code = encoder.Apply mode (Params.find "encoder" p) x
            let cut = Tensor.slice 1 0 halves.Length 1 x
            let one = Tensor.slice 1 0 1 1 x * 0.0 + 1.0
            [| Tensor.cat 1 [ code; cut; one ] |]

        let through p (codes: Codes) =
            let weight = Params.tensor "weight" p
            let symmetric = (weight + Tensor.transpose 0 1 weight) * 0.5
            Tensor.matmul codes[0] symmetric

        {
            Name = "halves"
            Init =
                fun key ->
                    Params.node
                        [
                            "encoder", encoder.Init(Key.named "encoder" key)
                            "weight", Params.Leaf(Initialiser.fanIn (Key.named "weight" key) [ size; size ])
                        ]
            EncodeX = encode
            EncodeY = encode
            PairSize = 1
            ScoreAll = fun p u v -> Tensor.matmul (through p u) (Tensor.transpose 0 1 v[0])
            ScorePairs = fun p u v -> through p u * v[0] |> Tensor.sumOver [ 1 ]
            Auxiliary = None
        }
