namespace Mice.Information

open Mice.Tensors

/// <summary>A map of pairs (x, y) that does not change their joint distribution and is its own inverse.</summary>
type PairSymmetry =
    {
        /// Acts on x before a possible swap.
        OnX: Tensor -> Tensor
        /// Acts on y before a possible swap.
        OnY: Tensor -> Tensor
        /// Whether x and y change places.
        Swaps: bool
    }

/// Symmetries of pairs of subsystems.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module PairSymmetry =
    /// Nothing changes.
    let identity: PairSymmetry = { OnX = id; OnY = id; Swaps = false }

    /// (x, y) → (y, x).
    let swap: PairSymmetry = { identity with Swaps = true }

    /// (x, y) → (−x, −y): the global flip of spins.
    let globalFlip: PairSymmetry =
        {
            OnX = (~-)
            OnY = (~-)
            Swaps = false
        }

    /// <summary>Mirror image along axes that both subsystems share, parallel to their interface.</summary>
    /// <param name="axes">Axes of x and y, the batch being axis 0.</param>
    let reflection (axes: int list) : PairSymmetry =
        {
            OnX = Tensor.flip axes
            OnY = Tensor.flip axes
            Swaps = false
        }

    /// <summary>Mirror image along an axis across the interface: x and y are mirrored and change places.</summary>
    /// <param name="axis">The axis perpendicular to the interface, the batch being axis 0.</param>
    let exchange (axis: int) : PairSymmetry =
        { reflection [ axis ] with
            Swaps = true
        }

    /// <summary>First one, then the other.</summary>
    /// <param name="first">Acts first.</param>
    /// <param name="second">Acts on the result.</param>
    let compose (first: PairSymmetry) (second: PairSymmetry) : PairSymmetry =
        // What ends up in the place of x came from y when the first map swaps.
        let afterX, afterY =
            if first.Swaps then
                second.OnY, second.OnX
            else
                second.OnX, second.OnY

        {
            OnX = first.OnX >> afterX
            OnY = first.OnY >> afterY
            Swaps = first.Swaps <> second.Swaps
        }

    /// <summary>The group that symmetries generate, identity first: 2^n elements.</summary>
    /// <param name="generators">n symmetries, none a product of others, that commute and are their own inverses.</param>
    let group (generators: PairSymmetry list) : PairSymmetry list =
        List.fold (fun known g -> known @ List.map (fun h -> compose h g) known) [ identity ] generators

/// Critics that respect symmetries exactly.
[<RequireQualifiedAccess>]
module CriticSymmetry =
    /// <summary>Mean of a critic over a group: f̄(x, y) = ⟨f(g(x, y))⟩_g, which no element of the group changes.</summary>
    /// <remarks>Each element costs one more encoding of every sample and one more score of every pair. A second critic is averaged too.</remarks>
    /// <param name="group">All elements, as <c>PairSymmetry.group</c> gives them.</param>
    /// <param name="critic">Any critic; for a group with swaps x and y must have one shape.</param>
    let average (group: PairSymmetry list) (critic: Critic) : Critic =
        let elements = List.toArray group
        let weight = 1.0 / float elements.Length

        /// Codes for each element, in order: of x where it stays x, of x as y where the element swaps.
        let encode stays swapped (map: PairSymmetry -> Tensor -> Tensor) (sample: Tensor) =
            elements |> Array.map (fun g -> (if g.Swaps then swapped else stays) (map g sample))

        /// Codes of each element of the group, cut out of the codes of all elements.
        let parted (codes: Codes) =
            codes |> Array.chunkBySize (codes.Length / elements.Length)

        let summed score (turn: Tensor -> Tensor) p (u: Codes) (v: Codes) =
            Array.zip3 elements (parted u) (parted v)
            |> Array.map (fun (g, u, v) -> if g.Swaps then turn (score p v u) else score p u v)
            |> Array.reduce (+)
            |> fun total -> total * weight

        { critic with
            Name = "symmetric " + critic.Name
            EncodeX =
                fun mode p x ->
                    encode (critic.EncodeX mode p) (critic.EncodeY mode p) (fun g -> g.OnX) x |> Array.concat
            EncodeY =
                fun mode p y ->
                    encode (critic.EncodeY mode p) (critic.EncodeX mode p) (fun g -> g.OnY) y |> Array.concat
            PairSize = elements.Length * critic.PairSize
            ScoreAll = summed critic.ScoreAll (Tensor.transpose 0 1)
            ScorePairs = summed critic.ScorePairs id
            Auxiliary =
                critic.Auxiliary
                |> Option.map (fun second mode p x y ->
                    elements
                    |> Array.map (fun g ->
                        let x, y = g.OnX x, g.OnY y
                        if g.Swaps then second mode p y x else second mode p x y)
                    |> Array.reduce (+)
                    |> fun total -> total * weight)
        }
