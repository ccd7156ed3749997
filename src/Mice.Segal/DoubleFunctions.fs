namespace Mice.Segal

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics

/// <summary>Functions of vectors of double precision: the exponential of the library takes four times as long, its logarithm twice.</summary>
[<RequireQualifiedAccess>]
module internal DoubleFunctions =
    let inline private number (x: float) : Vector256<float> = Vector256.Create x

    /// sum · x + coefficient.
    let inline private next (x: Vector256<float>) (coefficient: float) (sum: Vector256<float>) : Vector256<float> =
        Vector256.FusedMultiplyAdd(sum, x, number coefficient)

    /// 1.5·2⁵²: a number that is added to it is rounded to a whole one, which stands in the last bits.
    [<Literal>]
    let private Rounding = 6755399441055744.0

    /// 1/ln 2.
    [<Literal>]
    let private PerOctave = 1.4426950408889634

    /// ln 2 but for its last digits.
    [<Literal>]
    let private Octave = 0.693147180369123816490

    /// The last digits of ln 2.
    [<Literal>]
    let private Rest = 1.90821492927058770002e-10

    /// eˣ = 2ⁿ eʳ with |r| ≤ ½ ln 2 and the Taylor series of eʳ up to r¹²; x beyond ±700 count as ±700. Relative error about 3e-16.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    let exp (x: Vector256<float>) : Vector256<float> =
        let limited = Vector256.Min(Vector256.Max(x, number -700.0), number 700.0)
        let shifted = next (number PerOctave) Rounding limited
        let whole = shifted - number Rounding
        let r = limited - whole * number Octave - whole * number Rest

        let series =
            number (1.0 / 479001600.0)
            |> next r (1.0 / 39916800.0)
            |> next r (1.0 / 3628800.0)
            |> next r (1.0 / 362880.0)
            |> next r (1.0 / 40320.0)
            |> next r (1.0 / 5040.0)
            |> next r (1.0 / 720.0)
            |> next r (1.0 / 120.0)
            |> next r (1.0 / 24.0)
            |> next r (1.0 / 6.0)
            |> next r 0.5
            |> next r 1.0
            |> next r 1.0

        // The exponent of the series grows by n.
        Vector256.AsDouble(Vector256.AsInt64 series + Vector256.ShiftLeft(Vector256.AsInt64 shifted, 52))

    /// ln(1 + x) for 0 ≤ x ≤ 1 as 2 artanh u with u = x/(2 + x) ≤ ⅓, up to u³¹. Relative error about 3e-16.
    [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
    let log1p (x: Vector256<float>) : Vector256<float> =
        let u = x / (x + number 2.0)
        let square = u * u

        let series =
            number (1.0 / 31.0)
            |> next square (1.0 / 29.0)
            |> next square (1.0 / 27.0)
            |> next square (1.0 / 25.0)
            |> next square (1.0 / 23.0)
            |> next square (1.0 / 21.0)
            |> next square (1.0 / 19.0)
            |> next square (1.0 / 17.0)
            |> next square (1.0 / 15.0)
            |> next square (1.0 / 13.0)
            |> next square (1.0 / 11.0)
            |> next square (1.0 / 9.0)
            |> next square (1.0 / 7.0)
            |> next square (1.0 / 5.0)
            |> next square (1.0 / 3.0)
            |> next square 1.0

        number 2.0 * u * series
