namespace Mice.Tensors

/// Shapes: reorder, join, cut; part of the module `Tensor`.
[<AutoOpen>]
module TensorShape =

    [<RequireQualifiedAccess>]
    module Tensor =

        let private opReshape, opPermute, opTranspose =
            op "reshape", op "permute", overload "transpose" "int"

        let private opExpand, opUnsqueeze, opSqueeze =
            op "expand", op "unsqueeze", overload "squeeze" "dim"

        let private opCat, opStack, opSplit = op "cat", op "stack", op "split_with_sizes"

        let private opSlice, opSelect, opFlip, opRoll =
            overload "slice" "Tensor", overload "select" "int", op "flip", op "roll"

        let private opFlatten, opRepeat, opPad =
            overload "flatten" "using_ints", op "repeat", op "constant_pad_nd"

        let private opContiguous, opUnbind = op "contiguous", overload "unbind" "int"
        let private opDiagonal, opTril, opTriu = op "diagonal", op "tril", op "triu"

        /// The same numbers, row-major, in another shape; one length may be −1.
        let reshape (shape: int list) (x: Tensor) : Tensor =
            Operator.call opReshape [| Arg.tensor x; Arg.ints shape |]

        /// Joins all axes from `axis` on into one.
        let flatten (axis: int) (x: Tensor) : Tensor =
            Operator.call opFlatten [| Arg.tensor x; Arg.int axis; Arg.int -1 |]

        /// Reorders the axes.
        let permute (axes: int list) (x: Tensor) : Tensor =
            Operator.call opPermute [| Arg.tensor x; Arg.ints axes |]

        /// Swaps two axes.
        let transpose (a: int) (b: int) (x: Tensor) : Tensor =
            Operator.call opTranspose [| Arg.tensor x; Arg.int a; Arg.int b |]

        /// Stretches axes of length 1 without copying; −1 keeps a length.
        let expand (shape: int list) (x: Tensor) : Tensor =
            Operator.call opExpand [| Arg.tensor x; Arg.ints shape |]

        /// Copies of a tensor side by side, so many along each axis.
        let repeat (times: int list) (x: Tensor) : Tensor =
            Operator.call opRepeat [| Arg.tensor x; Arg.ints times |]

        /// Inserts an axis of length 1.
        let unsqueeze (axis: int) (x: Tensor) : Tensor =
            Operator.call opUnsqueeze [| Arg.tensor x; Arg.int axis |]

        /// Removes an axis of length 1; leaves a longer one alone.
        let squeeze (axis: int) (x: Tensor) : Tensor =
            Operator.call opSqueeze [| Arg.tensor x; Arg.int axis |]

        /// Joins tensors along an axis that they have.
        let cat (axis: int) (xs: seq<Tensor>) : Tensor =
            Operator.call opCat [| Arg.tensors xs; Arg.int axis |]

        /// Joins tensors of one shape along a new axis.
        let stack (axis: int) (xs: seq<Tensor>) : Tensor =
            Operator.call opStack [| Arg.tensors xs; Arg.int axis |]

        /// Cuts a tensor into pieces of the given lengths along an axis.
        let split (axis: int) (lengths: int list) (x: Tensor) : Tensor[] =
            Operator.callMany opSplit [| Arg.tensor x; Arg.ints lengths; Arg.int axis |]

        /// The slices along an axis, which disappears.
        let unbind (axis: int) (x: Tensor) : Tensor[] =
            Operator.callMany opUnbind [| Arg.tensor x; Arg.int axis |]

        /// Every `stride`-th index from `start` up to, not including, `stop` along an axis; negative ones count from the end.
        let slice (axis: int) (start: int) (stop: int) (stride: int) (x: Tensor) : Tensor =
            Operator.call opSlice [| Arg.tensor x; Arg.int axis; Arg.int start; Arg.int stop; Arg.int stride |]

        /// One index along an axis, which disappears.
        let select (axis: int) (index: int) (x: Tensor) : Tensor =
            Operator.call opSelect [| Arg.tensor x; Arg.int axis; Arg.int index |]

        /// Reverses the order along axes.
        let flip (axes: int list) (x: Tensor) : Tensor =
            Operator.call opFlip [| Arg.tensor x; Arg.ints axes |]

        /// Shifts along an axis, what leaves at one end comes in at the other.
        let roll (axis: int) (shift: int) (x: Tensor) : Tensor =
            Operator.call opRoll [| Arg.tensor x; Arg.ints [ shift ]; Arg.ints [ axis ] |]

        /// Adds a border of one value; widths in pairs (before, after) from the last axis backwards.
        let pad (widths: int list) (value: float) (x: Tensor) : Tensor =
            Operator.call opPad [| Arg.tensor x; Arg.ints widths; Arg.Float value |]

        /// The same tensor laid out row-major in memory; a copy only when it is not.
        let contiguous (x: Tensor) : Tensor = unary opContiguous x

        /// The main diagonal of the last two axes.
        let diagonal (x: Tensor) : Tensor =
            Operator.call opDiagonal [| Arg.tensor x; Arg.int 0; Arg.int -2; Arg.int -1 |]

        /// The lower triangle up to the k-th diagonal; zeros above it.
        let tril (k: int) (x: Tensor) : Tensor =
            Operator.call opTril [| Arg.tensor x; Arg.int k |]

        /// The upper triangle from the k-th diagonal; zeros below it.
        let triu (k: int) (x: Tensor) : Tensor =
            Operator.call opTriu [| Arg.tensor x; Arg.int k |]
