namespace Mice

open System
open System.Globalization

/// What an estimated number promises about the true one, apart from its statistical error.
[<RequireQualifiedAccess>]
type Direction =
    /// The true value is at most the expected estimate.
    | UpperBound
    /// The true value is at least the expected estimate.
    | LowerBound
    /// The estimate is unbiased, or biased by much less than its standard error.
    | Exact
    /// Nothing is promised, as for the difference of two upper bounds.
    | NoBound

/// A number with one standard error and a direction.
type Estimate<[<Measure>] 'u> =
    {
        /// The estimate.
        Value: float<'u>
        /// One standard error, from held-out data; NaN when unknown.
        StandardError: float<'u>
        /// What the value promises about the true one.
        Direction: Direction
    }

/// How directions combine.
[<RequireQualifiedAccess>]
module Direction =
    /// <summary>The direction of a quantity after multiplication by a negative number.</summary>
    /// <param name="direction">The direction before.</param>
    let flip (direction: Direction) : Direction =
        match direction with
        | Direction.UpperBound -> Direction.LowerBound
        | Direction.LowerBound -> Direction.UpperBound
        | Direction.Exact -> Direction.Exact
        | Direction.NoBound -> Direction.NoBound

    /// <summary>The direction of a sum: bounds of one kind add up to a bound of that kind, exact terms change
    /// nothing, and bounds of opposite kinds leave nothing.</summary>
    /// <param name="left">Direction of one term.</param>
    /// <param name="right">Direction of the other.</param>
    let combine (left: Direction) (right: Direction) : Direction =
        match left, right with
        | Direction.Exact, other
        | other, Direction.Exact -> other
        | a, b when a = b -> a
        | _ -> Direction.NoBound

    /// <summary>The name used in files: upper_bound, lower_bound, exact, no_bound.</summary>
    /// <param name="direction">A direction.</param>
    let name (direction: Direction) : string =
        match direction with
        | Direction.UpperBound -> "upper_bound"
        | Direction.LowerBound -> "lower_bound"
        | Direction.Exact -> "exact"
        | Direction.NoBound -> "no_bound"

/// Arithmetic of estimates. Errors of independent estimates add in quadrature.
[<RequireQualifiedAccess>]
module Estimate =
    /// <summary>An estimate from its three parts.</summary>
    /// <param name="value">The value.</param>
    /// <param name="standardError">One standard error, 0 or more, or NaN when unknown.</param>
    /// <param name="direction">What the value promises.</param>
    let create (value: float<'u>) (standardError: float<'u>) (direction: Direction) : Estimate<'u> =
        {
            Value = value
            StandardError = standardError
            Direction = direction
        }

    /// <summary>A number known without error.</summary>
    /// <param name="value">The number.</param>
    let exact (value: float<'u>) : Estimate<'u> =
        create value (LanguagePrimitives.FloatWithMeasure 0.0) Direction.Exact

    /// <summary>The value alone.</summary>
    /// <param name="estimate">An estimate.</param>
    let value (estimate: Estimate<'u>) : float<'u> = estimate.Value

    /// <summary>factor · x. The error is multiplied by |factor|; a negative factor turns an upper bound into a lower one.</summary>
    /// <param name="factor">A number known without error.</param>
    /// <param name="estimate">x.</param>
    let scale (factor: float<'v>) (estimate: Estimate<'u>) : Estimate<'u 'v> =
        {
            Value = factor * estimate.Value
            StandardError = abs factor * estimate.StandardError
            Direction =
                if float factor < 0.0 then
                    Direction.flip estimate.Direction
                else
                    estimate.Direction
        }

    /// <summary>x + offset, for an offset known without error.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="estimate">x.</param>
    let shift (offset: float<'u>) (estimate: Estimate<'u>) : Estimate<'u> =
        { estimate with
            Value = estimate.Value + offset
        }

    /// <summary>f(x) for a smooth monotonic function: σ(f) = |f′(x)| σ(x), to first order in the error; a falling
    /// function flips the direction.</summary>
    /// <param name="f">The function.</param>
    /// <param name="slope">Its derivative at the value.</param>
    /// <param name="estimate">x.</param>
    let map (f: float<'u> -> float<'v>) (slope: float<'v / 'u>) (estimate: Estimate<'u>) : Estimate<'v> =
        { scale slope estimate with
            Value = f estimate.Value
        }

    /// <summary>x + y for independent errors: σ² = σ_x² + σ_y².</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    let add (left: Estimate<'u>) (right: Estimate<'u>) : Estimate<'u> =
        {
            Value = left.Value + right.Value
            StandardError = sqrt (left.StandardError * left.StandardError + right.StandardError * right.StandardError)
            Direction = Direction.combine left.Direction right.Direction
        }

    /// <summary>left − right for independent errors. The difference of two bounds of the same kind is no bound.</summary>
    /// <param name="left">What is subtracted from.</param>
    /// <param name="right">What is subtracted.</param>
    let subtract (left: Estimate<'u>) (right: Estimate<'u>) : Estimate<'u> =
        add left (scale -1.0 right |> fun r -> create r.Value r.StandardError r.Direction)

    /// <summary>The same value with a further, independent error: σ² + Δ².</summary>
    /// <param name="further">Δ, of either sign.</param>
    /// <param name="estimate">The estimate.</param>
    let widen (further: float<'u>) (estimate: Estimate<'u>) : Estimate<'u> =
        { estimate with
            StandardError = sqrt (estimate.StandardError * estimate.StandardError + further * further)
        }

    let private invariant = CultureInfo.InvariantCulture

    /// Decimal places that show the error with two digits up to 19 and with one above, as in 0.0123(15) or 0.012(4).
    let private decimals (error: float) =
        let exponent = int (floor (log10 error))

        if error / 10.0 ** float exponent < 1.95 then
            1 - exponent
        else
            -exponent

    /// Zero without a sign.
    let private unsignedZero (digits: string) =
        if digits |> Seq.exists (fun c -> c >= '1' && c <= '9') then
            digits
        else
            digits.TrimStart '-'

    /// <summary>Value and error in brackets, as in <c>-4.38(2)</c>: the error counts in units of the last digit. Plain
    /// digits without brackets when the error is 0 or unknown.</summary>
    /// <param name="estimate">An estimate of any unit.</param>
    let format (estimate: Estimate<'u>) : string =
        let value, error = float estimate.Value, float estimate.StandardError

        if not (Double.IsFinite value) then
            value.ToString("G", invariant)
        elif not (Double.IsFinite error) || error <= 0.0 then
            value.ToString("G6", invariant)
        else
            let places = decimals error
            let unit = 10.0 ** float -places

            if places > 0 then
                let digits = Math.Round(error / unit).ToString("F0", invariant)
                unsignedZero (value.ToString($"F{min places 15}", invariant)) + $"({digits})"
            else
                let rounded (x: float) =
                    (Math.Round(x / unit) * unit).ToString("F0", invariant)

                unsignedZero (rounded value) + $"({rounded error})"

    /// <summary>The same after the sign that tells the direction: <c>≤ -4.38(2)</c> for an upper bound on the true value,
    /// <c>≥</c> for a lower one, <c>≈</c> where nothing is promised, nothing before an exact one.</summary>
    /// <param name="estimate">An estimate of any unit.</param>
    let formatWithDirection (estimate: Estimate<'u>) : string =
        let sign =
            match estimate.Direction with
            | Direction.UpperBound -> "≤ "
            | Direction.LowerBound -> "≥ "
            | Direction.Exact -> ""
            | Direction.NoBound -> "≈ "

        sign + format estimate
