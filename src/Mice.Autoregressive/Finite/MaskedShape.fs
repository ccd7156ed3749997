namespace Mice.Autoregressive

open Mice

/// The function behind every hidden layer.
[<RequireQualifiedAccess>]
type MaskedActivation =
    | Tanh
    | Sigmoid

/// <summary>Shape of a network for the states of a finite number of sites, which are drawn one after the other under conditions such as a temperature and a field.</summary>
/// <remarks>Every layer sees the conditions and, of the layer before it, the units of the sites up to its own; the first sees the states of the sites before its own, one input
/// for each state, 1 for that which it has. There are no biases: a condition that is always 1 makes one in every layer. Source: J. Damewood, D. Schwalbe-Koda,
/// R. Gómez-Bombarelli, npj Comput. Mater. 8, 61 (2022), where every site has as many units as states.</remarks>
type MaskedShape =
    {
        /// N, sites in the order in which they are drawn.
        Sites: int
        /// States of a site.
        States: int
        /// Numbers that every layer is given.
        Conditions: int
        /// Units of a site in each hidden layer.
        Widths: int[]
        /// The function behind hidden layers.
        Activation: MaskedActivation
    }

/// Where weights stand.
[<RequireQualifiedAccess>]
module MaskedShape =
    /// <summary>What stands against a shape.</summary>
    /// <param name="s">The shape.</param>
    let faults (s: MaskedShape) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of sites" s.Sites
            yield! Validate.atLeast 2 "the number of states" s.States
            yield! Validate.atLeast 1 "the number of conditions" s.Conditions

            for width in s.Widths do
                yield! Validate.atLeast 1 "the units of a site" width
        ]

    /// Layers, the last included.
    let layers (s: MaskedShape) : int = s.Widths.Length + 1

    /// Inputs of a layer that belong to one site.
    let internal fan (s: MaskedShape) (layer: int) : int =
        if layer = 0 then s.States else s.Widths[layer - 1]

    /// Outputs of a layer that belong to one site.
    let internal rows (s: MaskedShape) (layer: int) : int =
        if layer = s.Widths.Length then
            s.States
        else
            s.Widths[layer]

    /// Inputs of a layer that the outputs of a site see: the conditions first, then those of the sites in their order.
    let internal columns (s: MaskedShape) (layer: int) (site: int) : int =
        s.Conditions + fan s layer * (if layer = 0 then site else site + 1)

    /// [layers][sites]: where the weights of a site begin, row by row; behind the last the number of all weights.
    let internal offsets (s: MaskedShape) : int[][] =
        let mutable next = 0

        Array.init (layers s) (fun layer ->
            Array.init (s.Sites + 1) (fun site ->
                let here = next

                if site < s.Sites then
                    next <- next + rows s layer * columns s layer site

                here))

    /// The number of weights.
    let weights (s: MaskedShape) : int = (offsets s |> Array.last |> Array.last)
