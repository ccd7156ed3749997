namespace Mice.Tensors

/// Indexing by tensors, sorting; part of the module `Tensor`.
[<AutoOpen>]
module TensorIndexing =

    [<RequireQualifiedAccess>]
    module Tensor =

        let private opIndexSelect, opGather, opScatterAdd =
            op "index_select", op "gather", op "scatter_add"

        let private opIndexAdd, opIndex, opMaskedFill =
            op "index_add", overload "index" "Tensor", overload "masked_fill" "Scalar"

        let private opMaskedSelect, opWhere = op "masked_select", overload "where" "self"
        let private opSort, opTopk, opArgsort = op "sort", op "topk", op "argsort"

        /// The slices along an axis whose indices (int64, [n]) are given.
        let indexSelect (axis: int) (indices: Tensor) (x: Tensor) : Tensor =
            Operator.call opIndexSelect [| Arg.tensor x; Arg.int axis; Arg.tensor indices |]

        /// y[i, j] = x[i, indices[i, j]] along axis 1, likewise along others.
        let gather (axis: int) (indices: Tensor) (x: Tensor) : Tensor =
            Operator.call opGather [| Arg.tensor x; Arg.int axis; Arg.tensor indices |]

        /// x with source[i, j] added at x[i, indices[i, j]] along axis 1, likewise along others.
        let scatterAdd (axis: int) (indices: Tensor) (source: Tensor) (x: Tensor) : Tensor =
            Operator.call opScatterAdd [| Arg.tensor x; Arg.int axis; Arg.tensor indices; Arg.tensor source |]

        /// x with the slices of source added to the slices of x whose indices ([n]) are given.
        let indexAdd (axis: int) (indices: Tensor) (source: Tensor) (x: Tensor) : Tensor =
            Operator.call opIndexAdd [| Arg.tensor x; Arg.int axis; Arg.tensor indices; Arg.tensor source |]

        /// x with a value wherever the mask (bool) is true.
        let maskedFill (mask: Tensor) (value: float) (x: Tensor) : Tensor =
            Operator.call opMaskedFill [| Arg.tensor x; Arg.tensor mask; Arg.Float value |]

        /// The elements of x where the mask is true, in one row.
        let maskedSelect (mask: Tensor) (x: Tensor) : Tensor =
            Operator.call opMaskedSelect [| Arg.tensor x; Arg.tensor mask |]

        /// x where the condition (bool) is true, y elsewhere.
        let where (condition: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            if x.DType <> y.DType then
                raise (TensorException $"where of {x} and {y}: the element types differ.")

            Operator.call opWhere [| Arg.tensor condition; Arg.tensor x; Arg.tensor y |]

        let private pair op args =
            match Operator.callMany op args with
            | [| values; indices |] -> struct (values, indices)
            | other -> raise (TensorException $"{op.ShortName}: returned {other.Length} tensors instead of 2")

        /// Sorted along an axis; values and their indices.
        let sort (axis: int) (descending: bool) (x: Tensor) : struct (Tensor * Tensor) =
            pair opSort [| Arg.tensor x; Arg.int axis; Arg.Bool descending |]

        /// Indices that sort along an axis.
        let argsort (axis: int) (descending: bool) (x: Tensor) : Tensor =
            Operator.call opArgsort [| Arg.tensor x; Arg.int axis; Arg.Bool descending |]

        /// The k largest along an axis, largest first; values and their indices.
        let topk (k: int) (axis: int) (x: Tensor) : struct (Tensor * Tensor) =
            pair opTopk [| Arg.tensor x; Arg.int k; Arg.int axis; Arg.Bool true; Arg.Bool true |]
