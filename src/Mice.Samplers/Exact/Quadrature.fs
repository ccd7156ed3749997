namespace Mice.Samplers

/// Integrals of functions that are singular, or nearly so, at the lower end of an interval.
[<RequireQualifiedAccess>]
module internal Quadrature =
    /// Points x and weights w of ∫₀¹ f(x) dx ≈ Σ w f(x): the double exponential rule x = 1/(1 + exp(−π sinh t)) with
    /// step 1/128 in t. Points near 0 are exact to all digits, so that f may vary on any scale there.
    /// Source: H. Takahasi, M. Mori, Publ. RIMS 9, 721 (1974).
    let unitInterval: struct (float * float)[] =
        let step = 1.0 / 128.0

        Array.init 1025 (fun i ->
            let t = step * float (i - 512)
            let e = exp (-System.Math.PI * sinh t)
            let weight = step * System.Math.PI * cosh t * e / ((1.0 + e) * (1.0 + e))
            struct (1.0 / (1.0 + e), weight))
