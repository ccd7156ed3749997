namespace Mice.Tensors

/// Elementwise functions, comparisons, products of matrices; part of the module `Tensor`.
[<AutoOpen>]
module TensorArithmetic =

    [<RequireQualifiedAccess>]
    module Tensor =

        let private opExp, opExpm1, opLog, opLog1p =
            op "exp", op "expm1", op "log", op "log1p"

        let private opSqrt, opRsqrt, opAbs, opSign, opReciprocal =
            op "sqrt", op "rsqrt", op "abs", op "sign", op "reciprocal"

        let private opSin, opCos, opTan, opAtan2 = op "sin", op "cos", op "tan", op "atan2"

        let private opErf, opLgamma, opFloor, opCeil, opRound =
            op "erf", op "lgamma", op "floor", op "ceil", op "round"

        let private opBesselI0Scaled = op "special_i0e"
        let private opMaximum, opMinimum, opClamp = op "maximum", op "minimum", op "clamp"
        let private opLess, opLessEqual = overload "lt" "Tensor", overload "le" "Tensor"

        let private opGreater, opGreaterEqual =
            overload "gt" "Tensor", overload "ge" "Tensor"

        let private opEqual, opNotEqual = overload "eq" "Tensor", overload "ne" "Tensor"

        let private opBelow, opAbove, opIs =
            overload "lt" "Scalar", overload "gt" "Scalar", overload "eq" "Scalar"

        let private opAnd, opOr, opNot, opIsFinite =
            op "logical_and", op "logical_or", op "logical_not", op "isfinite"

        let private opMatmul, opAddmm, opBaddbmm, opOuter, opEinsum =
            op "matmul", op "addmm", op "baddbmm", op "outer", op "einsum"

        /// eˣ, element by element.
        let exp (x: Tensor) : Tensor = unary opExp x
        /// eˣ − 1, accurate for small x.
        let expm1 (x: Tensor) : Tensor = unary opExpm1 x
        /// Natural logarithm.
        let log (x: Tensor) : Tensor = unary opLog x
        /// ln(1 + x), accurate for small x.
        let log1p (x: Tensor) : Tensor = unary opLog1p x
        /// Square root.
        let sqrt (x: Tensor) : Tensor = unary opSqrt x
        /// 1/√x.
        let rsqrt (x: Tensor) : Tensor = unary opRsqrt x
        /// x².
        let square (x: Tensor) : Tensor = x * x
        /// |x|.
        let abs (x: Tensor) : Tensor = unary opAbs x
        /// −1, 0 or 1; its derivative is zero.
        let sign (x: Tensor) : Tensor = unary opSign x
        /// 1/x.
        let reciprocal (x: Tensor) : Tensor = unary opReciprocal x
        /// Sine of radians.
        let sin (x: Tensor) : Tensor = unary opSin x
        /// Cosine of radians.
        let cos (x: Tensor) : Tensor = unary opCos x
        /// Tangent of radians.
        let tan (x: Tensor) : Tensor = unary opTan x
        /// The angle of the point (x, y), in (−π, π].
        let atan2 (y: Tensor) (x: Tensor) : Tensor = Tensor.Binary(opAtan2, y, x)
        /// The error function.
        let erf (x: Tensor) : Tensor = unary opErf x
        /// e^−|x| I₀(x), I₀ the modified Bessel function of the first kind, element by element.
        let besselI0Scaled (x: Tensor) : Tensor = unary opBesselI0Scaled x
        /// ln Γ(x).
        let lgamma (x: Tensor) : Tensor = unary opLgamma x
        /// The largest integer not above x.
        let floor (x: Tensor) : Tensor = unary opFloor x
        /// The smallest integer not below x.
        let ceil (x: Tensor) : Tensor = unary opCeil x
        /// The nearest integer, halves to even.
        let round (x: Tensor) : Tensor = unary opRound x
        /// The larger of two, element by element.
        let maximum (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opMaximum, x, y)
        /// The smaller of two, element by element.
        let minimum (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opMinimum, x, y)

        /// x, but not below `low` or above `high`.
        let clamp (low: float) (high: float) (x: Tensor) : Tensor =
            Operator.call opClamp [| Arg.tensor x; Arg.Float low; Arg.Float high |]

        /// x < y, element by element.
        let less (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opLess, x, y)
        /// x ≤ y, element by element.
        let lessEqual (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opLessEqual, x, y)
        /// x > y, element by element.
        let greater (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opGreater, x, y)
        /// x ≥ y, element by element.
        let greaterEqual (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opGreaterEqual, x, y)
        /// x = y, element by element.
        let equal (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opEqual, x, y)
        /// x ≠ y, element by element.
        let notEqual (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opNotEqual, x, y)

        /// Where x is below a number.
        let isBelow (a: float) (x: Tensor) : Tensor =
            Operator.call opBelow [| Arg.tensor x; Arg.Float a |]

        /// Where x is above a number.
        let isAbove (a: float) (x: Tensor) : Tensor =
            Operator.call opAbove [| Arg.tensor x; Arg.Float a |]

        /// Where x is equal to a number.
        let is (a: float) (x: Tensor) : Tensor =
            Operator.call opIs [| Arg.tensor x; Arg.Float a |]

        /// Where both are true.
        let logicalAnd (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opAnd, x, y)
        /// Where at least one is true.
        let logicalOr (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opOr, x, y)
        /// Where it is false.
        let logicalNot (x: Tensor) : Tensor = unary opNot x
        /// Where x is neither infinite nor NaN.
        let isFinite (x: Tensor) : Tensor = unary opIsFinite x

        /// Matrix product over the last two axes, the axes before them broadcast; vectors as in NumPy.
        let matmul (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opMatmul, x, y)

        /// c + x·y for matrices x [n; k], y [k; m] and c that broadcasts to [n; m], in one operation.
        let addmm (c: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            Operator.call opAddmm [| Arg.tensor c; Arg.tensor x; Arg.tensor y |]

        /// c + x·y for batches x [b; n; k], y [b; k; m] and c that broadcasts to [b; n; m], in one operation.
        let baddbmm (c: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            Operator.call opBaddbmm [| Arg.tensor c; Arg.tensor x; Arg.tensor y |]

        /// The outer product of two vectors.
        let outer (x: Tensor) (y: Tensor) : Tensor = Tensor.Binary(opOuter, x, y)

        /// Sums of products in Einstein's notation: `Tensor.einsum "bi,ij->bj" [ x; w ]`.
        let einsum (equation: string) (xs: seq<Tensor>) : Tensor =
            Operator.call opEinsum [| Arg.Text equation; Arg.tensors xs |]
