namespace Mice.Samplers

/// <summary>A number with its first two derivatives with respect to one parameter (β, or βH): arithmetic on it is exact
/// differentiation, without differences of nearby values.</summary>
/// <remarks>Public because F# finds operators on public types only.</remarks>
[<Struct>]
type Jet =
    {
        /// f.
        Value: float
        /// f′.
        First: float
        /// f″.
        Second: float
    }

    /// 0.
    static member Zero =
        {
            Value = 0.0
            First = 0.0
            Second = 0.0
        }

    /// a + b.
    static member (+)(a: Jet, b: Jet) =
        {
            Value = a.Value + b.Value
            First = a.First + b.First
            Second = a.Second + b.Second
        }

    /// a − b.
    static member (-)(a: Jet, b: Jet) =
        {
            Value = a.Value - b.Value
            First = a.First - b.First
            Second = a.Second - b.Second
        }

    /// c·a for a number c.
    static member (*)(c: float, a: Jet) =
        {
            Value = c * a.Value
            First = c * a.First
            Second = c * a.Second
        }

    /// a·b.
    static member (*)(a: Jet, b: Jet) =
        {
            Value = a.Value * b.Value
            First = a.First * b.Value + a.Value * b.First
            Second = a.Second * b.Value + 2.0 * a.First * b.First + a.Value * b.Second
        }

    /// a/b.
    static member (/)(a: Jet, b: Jet) =
        let quotient = a.Value / b.Value
        let slope = (a.First - quotient * b.First) / b.Value

        {
            Value = quotient
            First = slope
            Second = (a.Second - 2.0 * slope * b.First - quotient * b.Second) / b.Value
        }

    /// f(a) where f, f′, f″ have these values at a.
    static member internal Chain(a: Jet, f: float, slope: float, curvature: float) =
        {
            Value = f
            First = slope * a.First
            Second = slope * a.Second + curvature * a.First * a.First
        }

    /// eᵃ.
    static member Exp(a: Jet) =
        let e = exp a.Value
        Jet.Chain(a, e, e, e)

    /// ln a.
    static member Log(a: Jet) =
        Jet.Chain(a, log a.Value, 1.0 / a.Value, -1.0 / (a.Value * a.Value))

    /// √a.
    static member Sqrt(a: Jet) =
        let root = sqrt a.Value
        Jet.Chain(a, root, 0.5 / root, -0.25 / (root * a.Value))

    /// sinh a.
    static member Sinh(a: Jet) =
        let s = sinh a.Value
        Jet.Chain(a, s, cosh a.Value, s)

    /// cosh a.
    static member Cosh(a: Jet) =
        let c = cosh a.Value
        Jet.Chain(a, c, sinh a.Value, c)

/// Jets of the parameter itself, and functions that F# has no operator for.
[<RequireQualifiedAccess>]
module internal Jet =
    /// A number that does not depend on the parameter.
    let constant (value: float) : Jet = { Jet.Zero with Value = value }

    /// A number that grows linearly with the parameter.
    let linear (value: float) (slope: float) : Jet =
        {
            Value = value
            First = slope
            Second = 0.0
        }

    /// arsinh a.
    let asinh (a: Jet) : Jet =
        let x = a.Value
        let root = sqrt (1.0 + x * x)
        Jet.Chain(a, System.Math.Asinh x, 1.0 / root, -x / (root * root * root))

    /// aⁿ for a whole n ≥ 2, also for negative a.
    let power (n: int) (a: Jet) : Jet =
        let n' = float n
        let x = a.Value
        Jet.Chain(a, x ** n', n' * x ** (n' - 1.0), n' * (n' - 1.0) * x ** (n' - 2.0))

    /// ln Σ factor·exp(logarithm), at any size of the logarithms; factors may be negative or 0, the sum must be positive.
    let logSumExp (terms: struct (Jet * Jet)[]) : Jet =
        // The largest one is taken out with its derivatives, which may be large too.
        let struct (_, largest) =
            terms |> Array.maxBy (fun (struct (_, logarithm)) -> logarithm.Value)

        let sum: Jet =
            terms |> Array.sumBy (fun (struct (factor, logarithm)) -> factor * exp (logarithm - largest))

        log sum + largest
