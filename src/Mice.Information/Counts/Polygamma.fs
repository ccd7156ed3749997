namespace Mice.Information

open System
open MathNet.Numerics

/// Derivatives and ratios of the gamma function, accurate where differences of large terms matter.
[<RequireQualifiedAccess>]
module internal Polygamma =
    /// ψ(x), x > 0.
    let digamma (x: float) = SpecialFunctions.DiGamma x

    /// ψ′(x), x > 0: recurrence up to x ≥ 12, then the asymptotic series (Abramowitz and Stegun 6.4.12), relative 1e-15.
    let trigamma (x: float) =
        let mutable shifted = x
        let mutable sum = 0.0

        while shifted < 12.0 do
            sum <- sum + 1.0 / (shifted * shifted)
            shifted <- shifted + 1.0

        let r = 1.0 / (shifted * shifted)

        let series =
            r
            * (1.0 / 6.0
               + r
                 * (-1.0 / 30.0
                    + r * (1.0 / 42.0 + r * (-1.0 / 30.0 + r * (5.0 / 66.0 - r * (691.0 / 2730.0 - r * 7.0 / 6.0))))))

        sum + 1.0 / shifted + 0.5 * r + series / shifted

    /// ψ(1), ψ(2), … at the indices 1 … count, by ψ(n + 1) = ψ(n) + 1/n; index 0 is −∞.
    let digammas (count: int) : float[] =
        let values = Array.create (count + 1) Double.NegativeInfinity
        values[1] <- -Constants.EulerMascheroni

        for n in 2..count do
            values[n] <- values[n - 1] + 1.0 / float (n - 1)

        values

    /// ln(1 + x) without loss at small x. Source: W. Kahan; D. Goldberg, ACM Comput. Surv. 23, 5 (1991), theorem 4.
    let private logOnePlus (x: float) =
        let sum = 1.0 + x
        if sum = 1.0 then x else log sum * x / (sum - 1.0)

    /// ln Γ(x + n) − ln Γ(x) for x > 0 and a whole n ≥ 0, without the cancellation of the two at large x.
    let logRisingFactorial (x: float) (n: float) =
        if n = 0.0 then
            0.0
        elif n <= 16.0 then
            let mutable product = 0.0

            for j in 0 .. int n - 1 do
                product <- product + log (x + float j)

            product
        elif x < 1e3 then
            SpecialFunctions.GammaLn(x + n) - SpecialFunctions.GammaLn x
        else
            // Stirling's series; what its corrections leave out is below 1e-18 from x = 1000 on.
            let correction (z: float) =
                1.0 / (12.0 * z) - 1.0 / (360.0 * z * z * z)

            (x + n - 0.5) * logOnePlus (n / x) + n * log x - n + correction (x + n) - correction x
