namespace Mice.Tensors

/// Sums, means, extremes, norms; part of the module `Tensor`.
[<AutoOpen>]
module TensorReductions =

    [<RequireQualifiedAccess>]
    module Tensor =

        /// An axis counted from the front.
        let private fromFront (x: Tensor) axis =
            if axis < 0 then axis + x.Rank else axis

        /// How many elements axes hold together.
        let private lengthOver (axes: int list) (x: Tensor) =
            let shape = x.Shape
            axes |> List.fold (fun n axis -> n * float shape[fromFront x axis]) 1.0

        /// The axes joined into one, the last.
        let private last (axes: int list) (x: Tensor) =
            match axes with
            | [ axis ] when fromFront x axis = x.Rank - 1 -> x
            | _ ->
                let over = axes |> List.map (fromFront x)
                let rest = [ 0 .. x.Rank - 1 ] |> List.except over
                x |> Tensor.permute (rest @ over) |> Tensor.flatten rest.Length

        /// Sum of all elements, shape [].
        let sum (x: Tensor) : Tensor = unary "sum" (fun t -> t.sum ()) x

        /// Sums over axes, which disappear.
        let sumOver (axes: int list) (x: Tensor) : Tensor =
            unary "sum" (fun t -> t.sum (int64s axes, false)) x

        /// Sums over axes, which stay with length 1.
        let sumKeeping (axes: int list) (x: Tensor) : Tensor =
            unary "sum" (fun t -> t.sum (int64s axes, true)) x

        /// Mean of all elements, shape [].
        let mean (x: Tensor) : Tensor = unary "mean" (fun t -> t.mean ()) x

        /// Means over axes, which disappear.
        let meanOver (axes: int list) (x: Tensor) : Tensor =
            unary "mean" (fun t -> t.mean (int64s axes, false)) x

        /// Means over axes, which stay with length 1.
        let meanKeeping (axes: int list) (x: Tensor) : Tensor =
            unary "mean" (fun t -> t.mean (int64s axes, true)) x

        /// Variances over axes with divisor n − correction.
        let varianceOver (axes: int list) (correction: int) (x: Tensor) : Tensor =
            let n = lengthOver axes x
            let raw = unary "var" (fun t -> t.var (int64s axes, false, false)) x

            if correction = 0 then
                raw
            else
                raw * (n / (n - float correction))

        /// Standard deviations over axes with divisor n − correction.
        let stdOver (axes: int list) (correction: int) (x: Tensor) : Tensor =
            let n = lengthOver axes x
            let raw = unary "std" (fun t -> t.std (int64s axes, false, false)) x

            if correction = 0 then
                raw
            else
                raw * Operators.sqrt (n / (n - float correction))

        /// Product of all elements.
        let prod (x: Tensor) : Tensor = unary "prod" (fun t -> t.prod ()) x
        /// Largest element.
        let max (x: Tensor) : Tensor = unary "max" (fun t -> t.max ()) x
        /// Smallest element.
        let min (x: Tensor) : Tensor = unary "min" (fun t -> t.min ()) x

        /// Largest elements over axes, which disappear.
        let maxOver (axes: int list) (x: Tensor) : Tensor =
            unary "amax" (fun t -> t.amax (int64s axes, false)) x

        /// Largest elements over axes, which stay with length 1.
        let maxKeeping (axes: int list) (x: Tensor) : Tensor =
            unary "amax" (fun t -> t.amax (int64s axes, true)) x

        /// Smallest elements over axes, which disappear.
        let minOver (axes: int list) (x: Tensor) : Tensor =
            unary "amin" (fun t -> t.amin (int64s axes, false)) x

        /// Index of the largest element along an axis.
        let argmax (axis: int) (x: Tensor) : Tensor =
            unary "argmax" (fun t -> t.argmax (int64 axis, false)) x

        /// Index of the smallest element along an axis.
        let argmin (axis: int) (x: Tensor) : Tensor =
            unary "argmin" (fun t -> t.argmin (int64 axis, false)) x

        /// ln Σ eˣ over axes, which disappear; no overflow.
        let logsumexp (axes: int list) (x: Tensor) : Tensor =
            last axes x |> unary "logsumexp" (fun t -> t.logsumexp (-1L, false))

        /// ln Σ eˣ over axes, which stay with length 1.
        let logsumexpKeeping (axes: int list) (x: Tensor) : Tensor =
            axes
            |> List.map (fromFront x)
            |> List.sort
            |> List.fold (fun y axis -> Tensor.unsqueeze axis y) (logsumexp axes x)

        /// Running sums along an axis.
        let cumsum (axis: int) (x: Tensor) : Tensor =
            unary "cumsum" (fun t -> t.cumsum (int64 axis)) x

        /// Euclidean norm of all elements, shape [].
        let norm (x: Tensor) : Tensor = unary "norm" (fun t -> t.norm 2.0f) x

        /// Euclidean norms over axes, which disappear.
        let normOver (axes: int list) (x: Tensor) : Tensor =
            last axes x |> unary "norm" (fun t -> t.norm (-1, false, 2.0f))

        /// Whether all elements are true (or not zero).
        let all (x: Tensor) : bool =
            unary "all" (fun t -> t.all ()) x |> Tensor.item <> 0.0

        /// Whether any element is true (or not zero).
        let any (x: Tensor) : bool =
            unary "any" (fun t -> t.any ()) x |> Tensor.item <> 0.0
