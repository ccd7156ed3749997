namespace Mice.Denoising

open Mice
open Mice.Tensors

/// <summary>A layer of messages between neighbours: sums of messages by <c>MessageKernel</c>, then a change of each atom's features by a small network of the lengths of the
/// sums, so that everything turns with the configuration.</summary>
[<RequireQualifiedAccess>]
module internal MessageLayer =
    /// Bumps that describe a distance to the network of the radial functions.
    [<Literal>]
    let private RadialFeatures = 32

    /// Neurons of that network.
    [<Literal>]
    let private RadialWidth = 32

    /// Bumps that describe a strength of noise; a constant stands behind them.
    [<Literal>]
    let NoiseFeatures = 8

    /// Added to squared lengths before their root is taken.
    [<Literal>]
    let private Softening = 1e-2

    /// Heights of bumps with centres from 0 to 1 at a place.
    let private bump (centres: int) (x: float) =
        Array.init centres (fun k ->
            let z = x * float (centres - 1) - float k
            float32 (exp (-0.5 * z * z)))

    /// What radial functions are made of: [entries; 32] of distances, [entries; 1] what makes functions end at the cut-off. The same for all layers.
    let radial: Device -> RadialScale -> struct (Tensor * Tensor) =
        let n = Edges.TableEntries
        let x = Array.init n (fun b -> float b / float (n - 1))
        let bumps = x |> Array.collect (bump RadialFeatures)

        fun device (scale: RadialScale) ->
            let ends =
                x
                |> Array.map (fun place ->
                    let share = min 1.0 (RadialScale.distance scale place / scale.Cutoff)
                    float32 ((1.0 - share * share) ** 2.0))

            struct (Tensor.ofArray [ n; RadialFeatures ] bumps |> Tensor.onto device,
                    Tensor.ofArray [ n; 1 ] ends |> Tensor.onto device)

    /// Features of a strength of noise, [1; 9].
    let noise (device: Device) (place: float) : Tensor =
        Array.append (bump NoiseFeatures place) [| 1.0f |]
        |> Tensor.ofArray [ 1; NoiseFeatures + 1 ]
        |> Tensor.onto device

    /// A named tensor of parameters.
    let leaf (key: Key) (name: string) (shape: int list) (init: Initialiser) : string * Params =
        name, Params.Leaf(init (Key.named name key) shape)

    let private ones: Initialiser = fun _ shape -> Tensor.ones Kind.float32 shape

    /// The first parameters of a layer with so many channels.
    let init (c: int) (key: Key) : Params =
        Params.node
            [
                leaf key "radial" [ RadialWidth; RadialFeatures ] Initialiser.fanIn
                leaf key "radial_noise" [ RadialWidth; NoiseFeatures + 1 ] Initialiser.fanIn
                leaf key "functions" [ MessageKernel.Functions * c; RadialWidth ] Initialiser.fanIn
                leaf key "scalars" [ c; c ] Initialiser.fanIn
                leaf key "vectors" [ c; c ] Initialiser.fanIn
                leaf key "matrices" [ c; c ] Initialiser.fanIn
                leaf key "scale" [ 4 * c ] ones
                leaf key "shift" [ 4 * c ] Initialiser.zeros
                leaf key "hidden" [ 2 * c; 4 * c ] Initialiser.fanIn
                leaf key "hidden_noise" [ 2 * c; NoiseFeatures + 1 ] Initialiser.fanIn
                leaf key "update" [ 5 * c; 2 * c ] Initialiser.fanIn
            ]

    let private weights device =
        Tensor.ofArray [ 6; 1; 1 ] [| 1.0f; 1.0f; 1.0f; 2.0f; 2.0f; 2.0f |] |> Tensor.onto device

    /// Some of the components of features.
    let part (first: int) (last: int) (x: Tensor) : Tensor = Tensor.slice 0 first last 1 x

    /// T v by components; T [6; n; c], v [3; n; c].
    let private times (t: Tensor) (v: Tensor) =
        let t, v = Tensor.unbind 0 t, Tensor.unbind 0 v
        let row a b c = t[a] * v[0] + t[b] * v[1] + t[c] * v[2]
        Tensor.stack 0 [ row 0 3 4; row 3 1 5; row 4 5 2 ]

    /// v v by components.
    let private square (v: Tensor) =
        let v = Tensor.unbind 0 v
        Tensor.stack 0 [ v[0] * v[0]; v[1] * v[1]; v[2] * v[2]; v[0] * v[1]; v[0] * v[2]; v[1] * v[2] ]

    /// <summary>Features after a layer.</summary>
    /// <param name="neighbours">Mean number of neighbours, by which sums of messages are scaled.</param>
    /// <param name="p">Parameters of the layer.</param>
    /// <param name="noise">Features of the noise.</param>
    /// <param name="radial">What radial functions are made of.</param>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="x">[10; atoms; channels].</param>
    let apply neighbours (p: Params) (noise: Tensor) (radial: struct (Tensor * Tensor)) (edges: Edges) (x: Tensor) =
        let struct (distances, envelope) = radial
        let at name = Params.tensor name p
        let c = Array.last x.Shape

        let table =
            Nn.linear (at "radial") None distances + Nn.linear (at "radial_noise") None noise
            |> Nn.silu
            |> Nn.linear (at "functions") None
            |> fun f -> f * envelope * (3.0 / sqrt neighbours)
            |> Tensor.reshape [ Edges.TableEntries; MessageKernel.Functions; c ]

        let sums = Messages.sum edges table x
        let s = sums |> Tensor.select 0 0 |> Nn.linear (at "scalars") None
        let v = sums |> part 1 4 |> Nn.linear (at "vectors") None
        let t = sums |> part 4 10 |> Nn.linear (at "matrices") None
        let lengthV = Tensor.sqrt (Tensor.sumOver [ 0 ] (v * v) + Softening)

        let lengthT =
            Tensor.sqrt (Tensor.sumOver [ 0 ] (t * t * weights x.Device) + Softening)

        let before = Tensor.select 0 0 x

        let hidden =
            Tensor.cat 1 [ before; s; lengthV; lengthT ]
            |> Nn.layerNorm (at "scale") (at "shift")
            |> Nn.linear (at "hidden") None
            |> fun h -> Nn.silu (h + Nn.linear (at "hidden_noise") None noise)

        let change =
            hidden |> Nn.linear (at "update") None |> Tensor.split 1 (List.replicate 5 c)

        let tv = times t v / (1.0 + lengthT)
        let vv = square v / (1.0 + lengthV)

        Tensor.cat
            0
            [
                Tensor.unsqueeze 0 (before + change[0])
                part 1 4 x + change[1] * v + change[2] * tv
                part 4 10 x + change[3] * t + change[4] * vv
            ]
