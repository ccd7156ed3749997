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

    /// <summary>Random conditions, one in each of as many equal parts of ln T and of the fields.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="r">The range.</param>
    let draw (key: Key) (count: int) (r: ConditionRange) : Conditions[] =
        let generator = Key.generator key

        let stratified (low: float, high: float) =
            let parts = [| 0 .. count - 1 |]
            generator.Shuffle parts

            parts
            |> Array.map (fun part -> low + (high - low) * (float part + generator.NextFloat()) / float count)

        let low, high = r.Temperature
        let temperatures = stratified (log low, log high) |> Array.map exp
        let fields = stratified r.Field
        Array.map2 (fun t b -> { Temperature = t; Field = b }) temperatures fields
