namespace Mice.Entropy

open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Information

/// <summary>Critics of two halves of a block. One encoder serves both halves, since the second is turned by 180°; the spins at the cut, given
/// beside its codes, take the interaction across the cut, a 1 what each half contributes alone.</summary>
/// <remarks>Halves that meet again around the torus have two cuts. Each site of a cut has a local code besides, of the spins around it, from a network that all sites share: with an interaction
/// of short range most of what halves know of each other stands next to the cut.</remarks>
[<RequireQualifiedAccess>]
module internal HalfCritic =
    /// Width of the hidden layers.
    [<Literal>]
    let private Hidden = 64

    /// Numbers in the code of a half.
    [<Literal>]
    let private Code = 16

    /// Width of the hidden layers of local codes.
    [<Literal>]
    let private LocalHidden = 32

    /// Numbers in a local code.
    [<Literal>]
    let private Local = 8

    /// Layers that a local code sees across the cut.
    [<Literal>]
    let private Deep = 2

    /// Sites that a local code sees to each side along the cut; fewer sites where the cut has more axes.
    let private wide (halves: LatticeHalves) =
        match (LatticeHalves.cut halves).Length with
        | 0
        | 1 -> 3
        | 2 -> 2
        | _ -> 1

    let private symmetric (weight: Tensor) =
        (weight + Tensor.transpose 0 1 weight) * 0.5

    let private ones (x: Tensor) = Tensor.slice 1 0 1 1 x * 0.0 + 1.0

    /// Products u·v of every row of u with every row of v, [rows of u; rows of v].
    let private all (u: Tensor) (v: Tensor) =
        Tensor.matmul u (Tensor.transpose 0 1 v)

    let private rowByRow (u: Tensor) (v: Tensor) = u * v |> Tensor.sumOver [ 1 ]

    let private weightOf scale name size (key: Key) =
        name, Initialiser.fanIn (Key.named name key) [ size; size ] * scale |> Params.Leaf

    /// Number of cuts between the halves: two where the block closes around the torus, else one.
    let private cuts (halves: LatticeHalves) = if halves.Closes then 2 else 1

    /// Number of sites of a half at all cuts together.
    let private rim (halves: LatticeHalves) =
        cuts halves * LatticeHalves.length halves

    /// Spins of a half at the cuts: the first sites of the half and, with a second cut, the last sites.
    let private cut (halves: LatticeHalves) (x: Tensor) =
        let sites, length = LatticeHalves.volume halves, LatticeHalves.length halves
        let near = Tensor.slice 1 0 length 1 x

        if cuts halves = 1 then
            near
        else
            Tensor.cat 1 [ near; Tensor.slice 1 (sites - length) sites 1 x ]

    /// Offsets that a local code sees along the cut.
    let private window (halves: LatticeHalves) : int[][] =
        let wide = wide halves
        let sides = LatticeHalves.cut halves |> Array.map (fun _ -> 2 * wide + 1)

        Array.init (LatticeShape.sites sides) (LatticeShape.place sides >> Array.map (fun p -> p - wide))

    /// Sites in the window of each site at the cuts, [rim·window]; the number of sites stands for places outside of the half.
    let private windows (halves: LatticeHalves) =
        let sides, depth = LatticeHalves.cut halves, LatticeHalves.depth halves
        let length = LatticeShape.sites sides
        let window = window halves

        [|
            for side in 0 .. cuts halves - 1 do
                for along in 0 .. length - 1 do
                    let place = LatticeShape.place sides along

                    for away in 0 .. min Deep depth - 1 do
                        for offset in window do
                            let across = if side = 0 then away else depth - 1 - away
                            let other = Array.map2 (+) place offset

                            if Array.exists2 (fun p side -> p < 0 || p >= side) other sides then
                                int64 (LatticeHalves.volume halves)
                            else
                                int64 (across * length + LatticeShape.site sides other)
        |]

    let private windowSites (halves: LatticeHalves) =
        min Deep (LatticeHalves.depth halves) * (window halves).Length

    /// A function that collects numbers of sites, [n; sites], in the window of each site at the cuts, [n; rim; window]. The windows are computed once.
    let private around (halves: LatticeHalves) : Tensor -> Tensor =
        let places = windows halves

        fun x ->
            Tensor.pad [ 0; 1 ] 0.0 x
            |> Tensor.indexSelect 1 (Tensor.ofArray [ places.Length ] places)
            |> Tensor.reshape [ x.Shape[0]; rim halves; windowSites halves ]

    let private flat (x: Tensor) =
        Tensor.reshape [ x.Shape[0]; x.Shape[1] * x.Shape[2] ] x

    /// Local codes [n; rim·size] times a weight, in the order of the sites of the other half that face them.
    let private facing (halves: LatticeHalves) (weight: Tensor) (codes: Tensor) =
        let n, size = codes.Shape[0], weight.Shape[0]

        Tensor.matmul (Tensor.reshape [ n; cuts halves; LatticeHalves.length halves; size ] codes) (symmetric weight)
        |> Tensor.flip [ 2 ]
        |> Tensor.reshape [ n; rim halves * size ]

    /// f(a, b) = uᵀ W v + Σ_j ψ_jᵀ V ψ′_j, W and V symmetric, u = (φ(a), what stands at the cuts, 1), ψ_j and ψ′_j local codes that face each
    /// other, for halves [n; numbers·sites]. At first W and V are random in ±scale/√size.
    /// Cuts that are planes have so many sites that W, which takes each of them with every other, would be noise for long: there each site stands
    /// beside its local code instead and meets the one that it faces, through a V that is smaller at first by the root of the number of sites.
    let private bilinear numbers scale (halves: LatticeHalves) : Critic =
        let isPlane = (LatticeHalves.cut halves).Length > 1
        let beside = if isPlane then numbers else 0
        let localScale = if isPlane then scale / sqrt (float (rim halves)) else scale
        let sites = LatticeHalves.volume halves
        let encoder = Layer.mlp Nn.silu [ numbers * sites; Hidden; Hidden; Code ]

        let local =
            Layer.mlp Nn.silu [ numbers * windowSites halves; LocalHidden; LocalHidden; Local ]

        let around = around halves

        let encode mode p (x: Tensor) : Codes =
            let each f =
                [
                    for number in 0 .. numbers - 1 -> Tensor.slice 1 (number * sites) ((number + 1) * sites) 1 x |> f
                ]

            let code = encoder.Apply mode (Params.find "encoder" p) x

            let codes = each around |> Tensor.cat 2 |> local.Apply mode (Params.find "local" p)

            if isPlane then
                let own = each (cut halves >> Tensor.unsqueeze 2)
                [| Tensor.cat 1 [ code; ones x ]; Tensor.cat 2 (codes :: own) |> flat |]
            else
                [| Tensor.cat 1 [ code; yield! each (cut halves); ones x ]; flat codes |]

        let score product p (u: Codes) (v: Codes) =
            let far = Tensor.matmul u[0] (symmetric (Params.tensor "weight" p))
            let near = facing halves (Params.tensor "local weight" p) u[1]
            product (Tensor.cat 1 [ far; near ]) (Tensor.cat 1 v)

        {
            Name = "halves"
            Init =
                fun key ->
                    Params.node
                        [
                            "encoder", encoder.Init(Key.named "encoder" key)
                            "local", local.Init(Key.named "local" key)
                            weightOf scale "weight" (Code + (if isPlane then 0 else numbers * rim halves) + 1) key
                            weightOf localScale "local weight" (Local + beside) key
                        ]
            EncodeX = encode
            EncodeY = encode
            PairSize = 1
            ScoreAll = score all
            ScorePairs = score rowByRow
            Auxiliary = None
        }

    /// <summary>For Ising spins, halves [n; sites].</summary>
    /// <param name="halves">Their shape.</param>
    let ising (halves: LatticeHalves) : Critic = bilinear 1 1.0 halves

    /// <summary>For spins that are each in one of some states, halves [n; states·sites].</summary>
    /// <param name="states">How many states there are.</param>
    /// <param name="halves">Their shape.</param>
    let states (states: int) (halves: LatticeHalves) : Critic = bilinear states 1.0 halves

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

    /// ln I₀(|w|) of a complex w.
    let private logBessel (real: Tensor) (imaginary: Tensor) =
        // The small constant keeps the derivative of the root finite at 0.
        let length = Tensor.sqrt (real * real + imaginary * imaginary + 1e-12)
        length + Tensor.log (Tensor.besselI0Scaled length)

    /// The last axis of a network's output in three parts of equal width.
    let private thirds width (code: Tensor) =
        let axis = code.Shape.Length - 1

        let part i =
            Tensor.slice axis (i * width) ((i + 1) * width) 1 code

        struct (part 0, part 1, part 2)

    /// Real and imaginary part of z·(fx + i·fy).
    let private turned (real: Tensor) (imaginary: Tensor) (fx: Tensor) (fy: Tensor) =
        struct (real * fx - imaginary * fy, real * fy + imaginary * fx)

    /// Codes of planar halves: one part that does not change under rotations, then the real and the imaginary part of codes that turn with the half; then
    /// these three parts of the local codes.
    let private rotatingCodes
        unit
        (encoder: Layer)
        (local: Layer)
        (around: Tensor -> Tensor)
        (halves: LatticeHalves)
        mode
        p
        (spins: Tensor)
        : Codes =
        let sites, length = LatticeHalves.volume halves, LatticeHalves.length halves
        let x, y = Tensor.slice 1 0 sites 1 spins, Tensor.slice 1 sites (2 * sites) 1 spins

        /// Cosine and scaled sine of the angles relative to a frame: the form in which networks see spins.
        let relative (x: Tensor) (y: Tensor) fx fy =
            x * fx + y * fy, (y * fx - x * fy) * sqrt unit

        let frame (t: Tensor) =
            Tensor.slice 1 (length / 2) (length / 2 + 1) 1 t

        let fx, fy = frame x, frame y
        let cosine, sine = relative x y fx fy

        let struct (still, real, imaginary) =
            Tensor.cat 1 [ cosine; sine ] |> encoder.Apply mode (Params.find "encoder" p) |> thirds Code

        let struct (real, imaginary) = turned real imaginary fx fy
        let nearX, nearY = cut halves x, cut halves y
        let ownX, ownY = Tensor.unsqueeze 2 nearX, Tensor.unsqueeze 2 nearY
        let cosines, sines = relative (around x) (around y) ownX ownY

        let struct (localStill, localReal, localImaginary) =
            Tensor.cat 2 [ cosines; sines ] |> local.Apply mode (Params.find "local" p) |> thirds Local

        let struct (localReal, localImaginary) = turned localReal localImaginary ownX ownY

        [|
            Tensor.cat 1 [ still; cut halves cosine; cut halves sine; ones x ]
            Tensor.cat 1 [ real; nearX ]
            Tensor.cat 1 [ imaginary; nearY ]
            flat localStill
            flat localReal
            flat localImaginary
        |]

    /// c, Re w and ln I₀(|w|).
    let private terms unit halves (product: Tensor -> Tensor -> Tensor) p (a: Codes) (b: Codes) =
        let own = symmetric (Params.tensor "weight" p)
        let turning = symmetric (Params.tensor "turned" p) * unit
        let localTurning = Params.tensor "local turned" p * unit

        let still =
            Tensor.cat 1 [ Tensor.matmul a[0] own; facing halves (Params.tensor "local weight" p) a[3] ]

        let through part =
            Tensor.cat 1 [ Tensor.matmul a[part] turning; facing halves localTurning a[part + 3] ]

        let other part = Tensor.cat 1 [ b[part]; b[part + 3] ]
        let x, y, real', imaginary' = through 1, through 2, other 1, other 2
        let real = product x real' + product y imaginary'
        let imaginary = product x imaginary' - product y real'
        struct (product still (other 0), real, logBessel real imaginary)

    /// <summary>For planar spins without a field, halves [n; 2·sites], x components before y components:
    /// f = c + Re w − (1 − λ) ln I₀(|w|), c = uᵀ W u′ + Σ_j ψ_jᵀ V ψ′_j of the angles in each half relative to a spin at its cut,
    /// w = the same with complex codes z that turn with the half, the spins at the cut among them, z̄′ for the second half.</summary>
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

        let local =
            Layer.mlp Nn.silu [ 2 * windowSites halves; LocalHidden; LocalHidden; 3 * Local ]

        let encode = rotatingCodes unit encoder local (around halves) halves

        {
            Name = "halves"
            Init =
                fun key ->
                    let weight = weightOf (1.0 / unit)

                    Params.node
                        [
                            "encoder", encoder.Init(Key.named "encoder" key)
                            "local", local.Init(Key.named "local" key)
                            weight "weight" (Code + 2 * rim halves + 1) key
                            weight "turned" (Code + rim halves) key
                            weight "local weight" Local key
                            weight "local turned" Local key
                            "share", Params.Leaf(Tensor.zeros Kind.float32 [])
                        ]
            EncodeX = encode
            EncodeY = encode
            PairSize = 1
            ScoreAll =
                fun p a b ->
                    let struct (c, _, bessel) = terms unit halves all p a b
                    c + Params.tensor "share" p * bessel
            ScorePairs =
                fun p a b ->
                    let struct (c, real, bessel) = terms unit halves rowByRow p a b
                    c + real - (1.0 - Params.tensor "share" p) * bessel
            Auxiliary = None
        }
