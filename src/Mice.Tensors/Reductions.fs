namespace Mice.Tensors

/// Sums, means, extremes, norms; part of the module `Tensor`.
[<AutoOpen>]
module TensorReductions =

    [<RequireQualifiedAccess>]
    module Tensor =

        let private opSum, opSumOver = op "sum", overload "sum" "dim_IntList"
        let private opMean, opMeanOver = op "mean", overload "mean" "dim"
        let private opVar, opStd = overload "var" "correction", overload "std" "correction"
        let private opProd, opMax, opMin = op "prod", op "max", op "min"

        let private opAmax, opAmin, opArgmax, opArgmin =
            op "amax", op "amin", op "argmax", op "argmin"

        let private opLogsumexp, opCumsum, opNorm =
            op "logsumexp", op "cumsum", op "linalg_vector_norm"

        let private opAll, opAny = op "all", op "any"

        let private over op (axes: int list) keep (x: Tensor) =
            Operator.call op [| Arg.tensor x; Arg.ints axes; Arg.Bool keep |]

        /// Sum of all elements, shape [].
        let sum (x: Tensor) : Tensor = unary opSum x
        /// Sums over axes, which disappear.
        let sumOver (axes: int list) (x: Tensor) : Tensor = over opSumOver axes false x
        /// Sums over axes, which stay with length 1.
        let sumKeeping (axes: int list) (x: Tensor) : Tensor = over opSumOver axes true x
        /// Mean of all elements, shape [].
        let mean (x: Tensor) : Tensor = unary opMean x
        /// Means over axes, which disappear.
        let meanOver (axes: int list) (x: Tensor) : Tensor = over opMeanOver axes false x
        /// Means over axes, which stay with length 1.
        let meanKeeping (axes: int list) (x: Tensor) : Tensor = over opMeanOver axes true x

        /// Variances over axes with divisor n − correction.
        let varianceOver (axes: int list) (correction: int) (x: Tensor) : Tensor =
            Operator.call opVar [| Arg.tensor x; Arg.ints axes; Arg.int correction |]

        /// Standard deviations over axes with divisor n − correction.
        let stdOver (axes: int list) (correction: int) (x: Tensor) : Tensor =
            Operator.call opStd [| Arg.tensor x; Arg.ints axes; Arg.int correction |]

        /// Product of all elements.
        let prod (x: Tensor) : Tensor = unary opProd x
        /// Largest element.
        let max (x: Tensor) : Tensor = unary opMax x
        /// Smallest element.
        let min (x: Tensor) : Tensor = unary opMin x
        /// Largest elements over axes, which disappear.
        let maxOver (axes: int list) (x: Tensor) : Tensor = over opAmax axes false x
        /// Largest elements over axes, which stay with length 1.
        let maxKeeping (axes: int list) (x: Tensor) : Tensor = over opAmax axes true x
        /// Smallest elements over axes, which disappear.
        let minOver (axes: int list) (x: Tensor) : Tensor = over opAmin axes false x

        /// Index of the largest element along an axis.
        let argmax (axis: int) (x: Tensor) : Tensor =
            Operator.call opArgmax [| Arg.tensor x; Arg.int axis |]

        /// Index of the smallest element along an axis.
        let argmin (axis: int) (x: Tensor) : Tensor =
            Operator.call opArgmin [| Arg.tensor x; Arg.int axis |]

        /// ln Σ eˣ over axes, which disappear; no overflow.
        let logsumexp (axes: int list) (x: Tensor) : Tensor = over opLogsumexp axes false x
        /// ln Σ eˣ over axes, which stay with length 1.
        let logsumexpKeeping (axes: int list) (x: Tensor) : Tensor = over opLogsumexp axes true x

        /// Running sums along an axis.
        let cumsum (axis: int) (x: Tensor) : Tensor =
            Operator.call opCumsum [| Arg.tensor x; Arg.int axis |]

        /// Euclidean norm of all elements, shape [].
        let norm (x: Tensor) : Tensor = Operator.call opNorm [| Arg.tensor x |]

        /// Euclidean norms over axes, which disappear.
        let normOver (axes: int list) (x: Tensor) : Tensor =
            Operator.call opNorm [| Arg.tensor x; Arg.Float 2.0; Arg.ints axes |]

        /// Whether all elements are true (or not zero).
        let all (x: Tensor) : bool =
            Operator.call opAll [| Arg.tensor x |] |> Tensor.item <> 0.0

        /// Whether any element is true (or not zero).
        let any (x: Tensor) : bool =
            Operator.call opAny [| Arg.tensor x |] |> Tensor.item <> 0.0
