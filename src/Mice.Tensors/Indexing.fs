namespace Mice.Tensors

open TorchSharp

/// Indexing by tensors, sorting; part of the module `Tensor`.
[<AutoOpen>]
module TensorIndexing =

    [<RequireQualifiedAccess>]
    module Tensor =

        /// The slices along an axis whose indices (int64, [n]) are given.
        let indexSelect (axis: int) (indices: Tensor) (x: Tensor) : Tensor =
            mixed "index_select" [ x; indices ] (fun () -> x.Native.index_select (int64 axis, indices.Native))

        /// y[i, j] = x[i, indices[i, j]] along axis 1, likewise along others.
        let gather (axis: int) (indices: Tensor) (x: Tensor) : Tensor =
            mixed "gather" [ x; indices ] (fun () -> x.Native.gather (int64 axis, indices.Native))

        /// x with source[i, j] added at x[i, indices[i, j]] along axis 1, likewise along others.
        let scatterAdd (axis: int) (indices: Tensor) (source: Tensor) (x: Tensor) : Tensor =
            mixed "scatter_add" [ x; indices; source ] (fun () ->
                x.Native.scatter_add (int64 axis, indices.Native, source.Native))

        /// x with the slices of source added to the slices of x whose indices ([n]) are given.
        let indexAdd (axis: int) (indices: Tensor) (source: Tensor) (x: Tensor) : Tensor =
            mixed "index_add" [ x; indices; source ] (fun () ->
                x.Native.index_add (int64 axis, indices.Native, source.Native, Numbers.One))

        /// x with a value wherever the mask (bool) is true.
        let maskedFill (mask: Tensor) (value: float) (x: Tensor) : Tensor =
            use number = value.ToScalar()
            mixed "masked_fill" [ x; mask ] (fun () -> x.Native.masked_fill (mask.Native, number))

        /// The elements of x where the mask is true, in one row.
        let maskedSelect (mask: Tensor) (x: Tensor) : Tensor =
            mixed "masked_select" [ x; mask ] (fun () -> x.Native.masked_select mask.Native)

        /// x where the condition (bool) is true, y elsewhere.
        let where (condition: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            if x.DType <> y.DType then
                raise (TensorException $"where of {x} and {y}: the element types differ.")

            mixed "where" [ condition; x; y ] (fun () -> torch.where (condition.Native, x.Native, y.Native))

        /// Sorted along an axis; values and their indices.
        let sort (axis: int) (descending: bool) (x: Tensor) : struct (Tensor * Tensor) =
            couple "sort" x (fun t -> t.sort (int64 axis, descending, false) |> fun struct (v, i) -> struct (v, i))

        /// Indices that sort along an axis.
        let argsort (axis: int) (descending: bool) (x: Tensor) : Tensor =
            unary "argsort" (fun t -> t.argsort (int64 axis, descending)) x

        /// The k largest along an axis, largest first; values and their indices.
        let topk (k: int) (axis: int) (x: Tensor) : struct (Tensor * Tensor) =
            couple "topk" x (fun t -> t.topk (k, axis, true, true) |> fun struct (v, i) -> struct (v, i))
