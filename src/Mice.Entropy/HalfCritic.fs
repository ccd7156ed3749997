namespace Mice.Entropy

open Mice
open Mice.Tensors
open Mice.Information

/// <summary>Critics of two halves of a block. One encoder serves both halves, since the second is turned by 180°; the spins at the cut, given
/// beside its codes, take the interaction across the cut, a 1 what each half contributes alone.</summary>
[<RequireQualifiedAccess>]
module internal HalfCritic =
    /// Width of the hidden layers.
    [<Literal>]
    let private Hidden = 128

    /// Numbers in the code of a half.
    [<Literal>]
    let private Code = 32

    let private symmetric (weight: Tensor) =
        (weight + Tensor.transpose 0 1 weight) * 0.5

    let private ones (x: Tensor) = Tensor.slice 1 0 1 1 x * 0.0 + 1.0

    /// u W v of all rows of u with all of v.
    let private all (u: Tensor) (v: Tensor) =
        Tensor.matmul u (Tensor.transpose 0 1 v)

    let private rowByRow (u: Tensor) (v: Tensor) = u * v |> Tensor.sumOver [ 1 ]

    let private weightOf scale name size (key: Key) =
        name, Initialiser.fanIn (Key.named name key) [ size; size ] * scale |> Params.Leaf

    /// f(a, b) = uᵀ W v, W symmetric, u = (φ(a), what stands at the cut, 1), for halves [n; numbers·sites]; the sites at the cut come first
    /// among the sites of each number. At first W is random in ±scale/√size.
    let private bilinear numbers scale (halves: LatticeHalves) : Critic =
        let sites = LatticeHalves.volume halves
        let encoder = Layer.mlp Nn.silu [ numbers * sites; Hidden; Hidden; Code ]
        let size = Code + numbers * halves.Length + 1

        let encode mode p (x: Tensor) : Codes =
            let code = encoder.Apply mode (Params.find "encoder" p) x

            let cut =
                [
                    for number in 0 .. numbers - 1 ->
                        Tensor.slice 1 (number * sites) (number * sites + halves.Length) 1 x
                ]

            [| Tensor.cat 1 [ code; yield! cut; ones x ] |]

        let through p (codes: Codes) =
            Tensor.matmul codes[0] (symmetric (Params.tensor "weight" p))

        {
            Name = "halves"
            Init =
                fun key ->
                    Params.node
                        [
                            "encoder", encoder.Init(Key.named "encoder" key)
                            weightOf scale "weight" size key
                        ]
            EncodeX = encode
            EncodeY = encode
            PairSize = 1
            ScoreAll = fun p u v -> all (through p u) v[0]
            ScorePairs = fun p u v -> rowByRow (through p u) v[0]
            Auxiliary = None
        }

    /// <summary>For Ising spins, halves [n; sites].</summary>
    /// <param name="halves">Their shape.</param>
    let ising (halves: LatticeHalves) : Critic = bilinear 1 1.0 halves

    /// <summary>For planar spins in a field, halves [n; 2·sites], x components before y components.</summary>
    /// <param name="stiffness">κ of neighbours: the spins are given times its square root.</param>
    /// <param name="halves">Their shape.</param>
    let planar (stiffness: float) (halves: LatticeHalves) : Critic =
        let unit = max 1.0 (abs stiffness)
        let critic = bilinear 2 (1.0 / unit) halves

        { critic with
            EncodeX = fun mode p x -> critic.EncodeX mode p (x * sqrt unit)
            EncodeY = fun mode p x -> critic.EncodeY mode p (x * sqrt unit)
        }

    /// ln I₀(|w|), w = (real, imaginary).
    let private logBessel (real: Tensor) (imaginary: Tensor) =
        // The square root has no derivative at 0.
        let length = Tensor.sqrt (real * real + imaginary * imaginary + 1e-12)
        length + Tensor.log (Tensor.besselI0Scaled length)

    /// Codes of planar halves: invariant under rotations, and the real and imaginary parts of those that turn with the half.
    let private rotatingCodes unit (encoder: Layer) (halves: LatticeHalves) mode p (spins: Tensor) : Codes =
        let sites, length = LatticeHalves.volume halves, halves.Length
        let x, y = Tensor.slice 1 0 sites 1 spins, Tensor.slice 1 sites (2 * sites) 1 spins

        let frame (t: Tensor) =
            Tensor.slice 1 (length / 2) (length / 2 + 1) 1 t

        let fx, fy = frame x, frame y
        let cosine, sine = x * fx + y * fy, (y * fx - x * fy) * sqrt unit

        let code =
            encoder.Apply mode (Params.find "encoder" p) (Tensor.cat 1 [ cosine; sine ])

        let part i =
            Tensor.slice 1 (i * Code) ((i + 1) * Code) 1 code

        let cut (t: Tensor) = Tensor.slice 1 0 length 1 t
        let real, imaginary = part 1, part 2

        [|
            Tensor.cat 1 [ part 0; cut cosine; cut sine; ones x ]
            Tensor.cat 1 [ real * fx - imaginary * fy; cut x ]
            Tensor.cat 1 [ real * fy + imaginary * fx; cut y ]
        |]

    /// c, Re w and ln I₀(|w|).
    let private terms unit (product: Tensor -> Tensor -> Tensor) p (a: Codes) (b: Codes) =
        let turned = symmetric (Params.tensor "turned" p) * unit
        let x, y = Tensor.matmul a[1] turned, Tensor.matmul a[2] turned
        let c = product (Tensor.matmul a[0] (symmetric (Params.tensor "weight" p))) b[0]
        let real = product x b[1] + product y b[2]
        let imaginary = product x b[2] - product y b[1]
        struct (c, real, logBessel real imaginary)

    /// <summary>For planar spins without a field, halves [n; 2·sites], x components before y components:
    /// f = c + Re w − (1 − λ) ln I₀(|w|), c = uᵀ W u′ of the angles in each half relative to a spin at its cut,
    /// w = zᵀ V z̄′ with complex codes z that turn with the half, the spins at the cut among them.</summary>
    /// <remarks>Under the product law both halves may be rotated freely, and f depends on the angle φ between them as
    /// Re(w e^{iφ}): the mean of e^f over φ is exp(c + λ ln I₀(|w|)). That is what <c>ScoreAll</c> gives, so that no
    /// sampling has to find the few angles at which the halves fit; <c>ScorePairs</c> gives f as it stands. A mixture of two such
    /// terms finds no more.</remarks>
    /// <param name="stiffness">κ of neighbours.</param>
    /// <param name="halves">Their shape.</param>
    let rotated (stiffness: float) (halves: LatticeHalves) : Critic =
        let unit = max 1.0 (abs stiffness)

        let encoder =
            Layer.mlp Nn.silu [ 2 * LatticeHalves.volume halves; Hidden; Hidden; 3 * Code ]

        {
            Name = "halves"
            Init =
                fun key ->
                    Params.node
                        [
                            "encoder", encoder.Init(Key.named "encoder" key)
                            weightOf (1.0 / unit) "weight" (Code + 2 * halves.Length + 1) key
                            weightOf (1.0 / unit) "turned" (Code + halves.Length) key
                            "share", Params.Leaf(Tensor.zeros Kind.float32 [])
                        ]
            EncodeX = rotatingCodes unit encoder halves
            EncodeY = rotatingCodes unit encoder halves
            PairSize = 1
            ScoreAll =
                fun p a b ->
                    let struct (c, _, bessel) = terms unit all p a b
                    c + Params.tensor "share" p * bessel
            ScorePairs =
                fun p a b ->
                    let struct (c, real, bessel) = terms unit rowByRow p a b
                    c + real - (1.0 - Params.tensor "share" p) * bessel
            Auxiliary = None
        }
