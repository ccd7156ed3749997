namespace Mice.Tensors

open System
open TorchSharp

/// Shapes: reorder, join, cut; part of the module `Tensor`.
[<AutoOpen>]
module TensorShape =

    [<RequireQualifiedAccess>]
    module Tensor =

        let private joined name (xs: seq<Tensor>) (f: torch.Tensor[] -> torch.Tensor) =
            let xs = List.ofSeq xs
            mixed name xs (fun () -> xs |> List.map _.Native |> List.toArray |> f)

        /// The same numbers, row-major, in another shape; one length may be −1.
        let reshape (shape: int list) (x: Tensor) : Tensor =
            unary "reshape" (fun t -> t.reshape (int64s shape)) x

        /// Joins all axes from `axis` on into one.
        let flatten (axis: int) (x: Tensor) : Tensor =
            unary "flatten" (fun t -> t.flatten (int64 axis, -1L)) x

        /// Reorders the axes.
        let permute (axes: int list) (x: Tensor) : Tensor =
            unary "permute" (fun t -> t.permute (int64s axes)) x

        /// Swaps two axes.
        let transpose (a: int) (b: int) (x: Tensor) : Tensor =
            unary "transpose" (fun t -> t.transpose (int64 a, int64 b)) x

        /// Stretches axes of length 1 without copying; −1 keeps a length.
        let expand (shape: int list) (x: Tensor) : Tensor =
            unary "expand" (fun t -> t.expand (int64s shape, false)) x

        /// Copies of a tensor side by side, so many along each axis.
        let repeat (times: int list) (x: Tensor) : Tensor =
            unary "repeat" (fun t -> t.repeat (int64s times)) x

        /// Inserts an axis of length 1.
        let unsqueeze (axis: int) (x: Tensor) : Tensor =
            unary "unsqueeze" (fun t -> t.unsqueeze (int64 axis)) x

        /// Removes an axis of length 1; leaves a longer one alone.
        let squeeze (axis: int) (x: Tensor) : Tensor =
            unary "squeeze" (fun t -> t.squeeze (Nullable(int64 axis))) x

        /// Joins tensors along an axis that they have.
        let cat (axis: int) (xs: seq<Tensor>) : Tensor =
            joined "cat" xs (fun ts -> torch.cat (ts, int64 axis))

        /// Joins tensors of one shape along a new axis.
        let stack (axis: int) (xs: seq<Tensor>) : Tensor =
            joined "stack" xs (fun ts -> torch.stack (ts, int64 axis))

        /// Cuts a tensor into pieces of the given lengths along an axis.
        let split (axis: int) (lengths: int list) (x: Tensor) : Tensor[] =
            several "split" [ x ] (fun () -> x.Native.split (int64s lengths, int64 axis))

        /// The slices along an axis, which disappears.
        let unbind (axis: int) (x: Tensor) : Tensor[] =
            several "unbind" [ x ] (fun () -> x.Native.unbind (int64 axis))

        /// Every `stride`-th index from `start` up to, not including, `stop` along an axis; negative ones count from the end.
        let slice (axis: int) (start: int) (stop: int) (stride: int) (x: Tensor) : Tensor =
            unary "slice" (fun t -> t.slice (int64 axis, int64 start, int64 stop, int64 stride)) x

        /// One index along an axis, which disappears.
        let select (axis: int) (index: int) (x: Tensor) : Tensor =
            unary "select" (fun t -> t.select (int64 axis, int64 index)) x

        /// Reverses the order along axes.
        let flip (axes: int list) (x: Tensor) : Tensor =
            unary "flip" (fun t -> t.flip (int64s axes)) x

        /// Shifts along an axis, what leaves at one end comes in at the other.
        let roll (axis: int) (shift: int) (x: Tensor) : Tensor =
            unary "roll" (fun t -> t.roll ([| int64 shift |], [| int64 axis |])) x

        /// Adds a border of one value; widths in pairs (before, after) from the last axis backwards.
        let pad (widths: int list) (value: float) (x: Tensor) : Tensor =
            unary "pad" (fun t -> torch.nn.functional.pad (t, int64s widths, PaddingModes.Constant, value)) x

        /// The same tensor laid out row-major in memory; a copy only when it is not.
        let contiguous (x: Tensor) : Tensor =
            unary "contiguous" (fun t -> t.contiguous ()) x

        /// The main diagonal of the last two axes.
        let diagonal (x: Tensor) : Tensor =
            unary "diagonal" (fun t -> t.diagonal (0L, -2L, -1L)) x

        /// The lower triangle up to the k-th diagonal; zeros above it.
        let tril (k: int) (x: Tensor) : Tensor =
            unary "tril" (fun t -> t.tril (int64 k)) x

        /// The upper triangle from the k-th diagonal; zeros below it.
        let triu (k: int) (x: Tensor) : Tensor =
            unary "triu" (fun t -> t.triu (int64 k)) x
