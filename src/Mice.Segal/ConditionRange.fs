namespace Mice.Segal

open Mice

/// A temperature and a field.
[<Struct>]
type Conditions =
    {
        /// T, above 0.
        Temperature: float
        /// B.
        Field: float
    }

/// The temperatures and fields that a network learns.
type ConditionRange =
    {
        /// Lowest and highest temperature.
        Temperature: float * float
        /// Lowest and highest field.
        Field: float * float
    }

/// Ranges of conditions.
[<RequireQualifiedAccess>]
module ConditionRange =
    /// <summary>What stands against a range.</summary>
    /// <param name="r">The range.</param>
    let faults (r: ConditionRange) : MiceError list =
        let ordered name (low: float, high: float) =
            [
                if not (low <= high && low > -infinity && high < infinity) then
                    MiceError.OutOfRange(
                        name,
                        $"{Number.text low} to {Number.text high}",
                        "two finite numbers, the lower one first"
                    )
            ]

        [
            yield! Validate.positive "the lowest temperature" (fst r.Temperature)
            yield! ordered "the range of temperatures" r.Temperature
            yield! ordered "the range of fields" r.Field
        ]

    /// <summary>Whether conditions lie within a range.</summary>
    /// <param name="c">The conditions.</param>
    /// <param name="r">The range.</param>
    let contains (c: Conditions) (r: ConditionRange) : bool =
        c.Temperature >= fst r.Temperature
        && c.Temperature <= snd r.Temperature
        && c.Field >= fst r.Field
        && c.Field <= snd r.Field

    /// <summary>The part of a range above a temperature.</summary>
    /// <param name="share">How far down it goes, from the highest temperature at 0 to the lowest at 1, evenly in 1/T.</param>
    /// <param name="r">The range.</param>
    let upper (share: float) (r: ConditionRange) : ConditionRange =
        let low, high = r.Temperature
        let lowest = 1.0 / (1.0 / high + share * (1.0 / low - 1.0 / high))

        { r with
            Temperature = min high (max low lowest), high
        }

    /// <summary>A range with a margin on all sides, a twentieth of ln T and of the fields, so that what is learned at its borders is learned from both sides.</summary>
    /// <param name="r">The range.</param>
    let widened (r: ConditionRange) : ConditionRange =
        let wider (low: float, high: float) =
            let margin = 0.05 * (high - low)
            low - margin, high + margin

        let low, high = r.Temperature
        let coldest, hottest = wider (log low, log high)

        {
            Temperature = exp coldest, exp hottest
            Field = wider r.Field
        }

    /// <summary>A temperature and a field of a range. T is even in ln T. B is even in B; where flipping all sites is a symmetry, half of all fields are even in asinh(B/w) instead, w = k_BT/N the field that turns a
    /// lattice over.</summary>
    /// <param name="width">T → w, where there is such a symmetry.</param>
    /// <param name="r">The range.</param>
    /// <param name="t">Share of temperatures below, 0 to 1.</param>
    /// <param name="b">Share of fields below, 0 to 1.</param>
    let at (width: (float -> float) option) (r: ConditionRange) (t: float) (b: float) : Conditions =
        let low, high = r.Temperature
        let temperature = exp (log low + t * (log high - log low))
        let weakest, strongest = r.Field

        let even share = weakest + share * (strongest - weakest)

        let field =
            match width with
            | Some width when strongest > weakest ->
                let turned x =
                    System.Math.Asinh(x / width temperature)

                let below x =
                    0.5 * (x - weakest) / (strongest - weakest)
                    + 0.5 * (turned x - turned weakest) / (turned strongest - turned weakest)

                let mutable left = weakest
                let mutable right = strongest

                for _ in 1..50 do
                    let middle = 0.5 * (left + right)

                    if below middle < b then left <- middle else right <- middle

                0.5 * (left + right)
            | _ -> even b

        {
            Temperature = temperature
            Field = field
        }

    /// <summary>Random conditions, one in each of as many equal shares of the temperatures and of the fields.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="width">As for <c>at</c>.</param>
    /// <param name="r">The range.</param>
    let draw (key: Key) (count: int) (width: (float -> float) option) (r: ConditionRange) : Conditions[] =
        let generator = Key.generator key

        let stratified () =
            let parts = [| 0 .. count - 1 |]
            generator.Shuffle parts
            parts |> Array.map (fun part -> (float part + generator.NextFloat()) / float count)

        let temperatures = stratified ()
        Array.map2 (at width r) temperatures (stratified ())
