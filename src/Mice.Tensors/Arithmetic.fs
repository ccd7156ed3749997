namespace Mice.Tensors

open TorchSharp

/// Elementwise functions, comparisons, products of matrices; part of the module `Tensor`.
[<AutoOpen>]
module TensorArithmetic =

    [<RequireQualifiedAccess>]
    module Tensor =

        /// eˣ, element by element.
        let exp (x: Tensor) : Tensor = unary "exp" (fun t -> t.exp ()) x
        /// eˣ − 1, accurate for small x.
        let expm1 (x: Tensor) : Tensor = unary "expm1" (fun t -> t.expm1 ()) x
        /// Natural logarithm.
        let log (x: Tensor) : Tensor = unary "log" (fun t -> t.log ()) x
        /// ln(1 + x), accurate for small x.
        let log1p (x: Tensor) : Tensor = unary "log1p" (fun t -> t.log1p ()) x
        /// Square root.
        let sqrt (x: Tensor) : Tensor = unary "sqrt" (fun t -> t.sqrt ()) x
        /// 1/√x.
        let rsqrt (x: Tensor) : Tensor = unary "rsqrt" (fun t -> t.rsqrt ()) x
        /// x².
        let square (x: Tensor) : Tensor = x * x
        /// |x|.
        let abs (x: Tensor) : Tensor = unary "abs" (fun t -> t.abs ()) x
        /// −1, 0 or 1; its derivative is zero.
        let sign (x: Tensor) : Tensor = unary "sign" (fun t -> t.sign ()) x

        /// 1/x.
        let reciprocal (x: Tensor) : Tensor =
            unary "reciprocal" (fun t -> t.reciprocal ()) x

        /// Sine of radians.
        let sin (x: Tensor) : Tensor = unary "sin" (fun t -> t.sin ()) x
        /// Cosine of radians.
        let cos (x: Tensor) : Tensor = unary "cos" (fun t -> t.cos ()) x
        /// Tangent of radians.
        let tan (x: Tensor) : Tensor = unary "tan" (fun t -> t.tan ()) x

        /// The angle of the point (x, y), in (−π, π].
        let atan2 (y: Tensor) (x: Tensor) : Tensor =
            binary "atan2" (fun s t -> s.atan2 t) y x

        /// The error function.
        let erf (x: Tensor) : Tensor = unary "erf" (fun t -> t.erf ()) x
        /// e^−|x| I₀(x), I₀ the modified Bessel function of the first kind, element by element.
        let besselI0Scaled (x: Tensor) : Tensor = unary "i0e" torch.special.i0e x
        /// ln Γ(x).
        let lgamma (x: Tensor) : Tensor = unary "lgamma" (fun t -> t.lgamma ()) x
        /// The largest integer not above x.
        let floor (x: Tensor) : Tensor = unary "floor" (fun t -> t.floor ()) x
        /// The smallest integer not below x.
        let ceil (x: Tensor) : Tensor = unary "ceil" (fun t -> t.ceil ()) x
        /// The nearest integer, halves to even.
        let round (x: Tensor) : Tensor = unary "round" (fun t -> t.round ()) x

        /// The larger of two, element by element.
        let maximum (x: Tensor) (y: Tensor) : Tensor =
            binary "maximum" (fun s t -> s.maximum t) x y

        /// ln(eˣ + eʸ), element by element; no overflow.
        let logAddExp (x: Tensor) (y: Tensor) : Tensor =
            binary "logaddexp" (fun s t -> s.logaddexp t) x y

        /// The smaller of two, element by element.
        let minimum (x: Tensor) (y: Tensor) : Tensor =
            binary "minimum" (fun s t -> s.minimum t) x y

        /// x, but not below `low` or above `high`.
        let clamp (low: float) (high: float) (x: Tensor) : Tensor =
            use low = low.ToScalar()
            use high = high.ToScalar()
            unary "clamp" (fun t -> t.clamp (low, high)) x

        /// x < y, element by element.
        let less (x: Tensor) (y: Tensor) : Tensor = binary "lt" (fun s t -> s.lt t) x y
        /// x ≤ y, element by element.
        let lessEqual (x: Tensor) (y: Tensor) : Tensor = binary "le" (fun s t -> s.le t) x y
        /// x > y, element by element.
        let greater (x: Tensor) (y: Tensor) : Tensor = binary "gt" (fun s t -> s.gt t) x y
        /// x ≥ y, element by element.
        let greaterEqual (x: Tensor) (y: Tensor) : Tensor = binary "ge" (fun s t -> s.ge t) x y
        /// x = y, element by element.
        let equal (x: Tensor) (y: Tensor) : Tensor = binary "eq" (fun s t -> s.eq t) x y
        /// x ≠ y, element by element.
        let notEqual (x: Tensor) (y: Tensor) : Tensor = binary "ne" (fun s t -> s.ne t) x y

        /// Where x is below a number.
        let isBelow (a: float) (x: Tensor) : Tensor =
            use number = a.ToScalar()
            unary "lt" (fun t -> t.lt number) x

        /// Where x is above a number.
        let isAbove (a: float) (x: Tensor) : Tensor =
            use number = a.ToScalar()
            unary "gt" (fun t -> t.gt number) x

        /// Where x is equal to a number.
        let is (a: float) (x: Tensor) : Tensor =
            use number = a.ToScalar()
            unary "eq" (fun t -> t.eq number) x

        /// Where both are true.
        let logicalAnd (x: Tensor) (y: Tensor) : Tensor =
            binary "logical_and" (fun s t -> s.logical_and t) x y

        /// Where at least one is true.
        let logicalOr (x: Tensor) (y: Tensor) : Tensor =
            binary "logical_or" (fun s t -> s.logical_or t) x y

        /// Where it is false.
        let logicalNot (x: Tensor) : Tensor =
            unary "logical_not" (fun t -> t.logical_not ()) x

        /// Where x is neither infinite nor NaN.
        let isFinite (x: Tensor) : Tensor =
            unary "isfinite" (fun t -> t.isfinite ()) x

        /// Matrix product over the last two axes, the axes before them broadcast; vectors as in NumPy.
        let matmul (x: Tensor) (y: Tensor) : Tensor =
            binary "matmul" (fun s t -> s.matmul t) x y

        /// c + x·y for matrices x [n; k], y [k; m] and c that broadcasts to [n; m], in one operation.
        let addmm (c: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            mixed "addmm" [ c; x; y ] (fun () -> c.Native.addmm (x.Native, y.Native, 1.0f, 1.0f))

        /// c + x·y for batches x [b; n; k], y [b; k; m] and c that broadcasts to [b; n; m], in one operation.
        let baddbmm (c: Tensor) (x: Tensor) (y: Tensor) : Tensor =
            // TorchSharp 0.107 takes the summand last, unlike PyTorch and unlike its own addmm.
            mixed "baddbmm" [ c; x; y ] (fun () -> x.Native.baddbmm (y.Native, c.Native, 1.0f, 1.0f))

        /// The outer product of two vectors.
        let outer (x: Tensor) (y: Tensor) : Tensor =
            binary "outer" (fun s t -> s.outer t) x y

        /// Sums of products in Einstein's notation: `Tensor.einsum "bi,ij->bj" [ x; w ]`.
        let einsum (equation: string) (xs: seq<Tensor>) : Tensor =
            let xs = List.ofSeq xs
            mixed "einsum" xs (fun () -> torch.einsum (equation, xs |> List.map _.Native |> List.toArray))
