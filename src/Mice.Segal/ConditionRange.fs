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

    /// The share of fields below one at a temperature.
    let private below (width: (float -> float) option) (weakest: float, strongest: float) (temperature: float) field =
        if strongest <= weakest then
            0.5
        else
            let even = (field - weakest) / (strongest - weakest)

            match width with
            | None -> even
            | Some width ->
                let turned x =
                    System.Math.Asinh(x / width temperature)

                0.5 * even + 0.5 * (turned field - turned weakest) / (turned strongest - turned weakest)

    /// <summary>Where conditions lie within a range: the shares of temperatures and of fields below. T is even in ln T. B is even in B; where flipping all sites is a symmetry, half of all fields are even in asinh(B/w)
    /// instead, w = k_BT/N the field that turns a lattice over.</summary>
    /// <param name="width">T → w, where there is such a symmetry.</param>
    /// <param name="r">The range.</param>
    /// <param name="c">The conditions.</param>
    let shares (width: (float -> float) option) (r: ConditionRange) (c: Conditions) : struct (float * float) =
        let low, high = r.Temperature

        let t =
            if high > low then
                log (c.Temperature / low) / log (high / low)
            else
                0.5

        struct (t, below width r.Field c.Temperature c.Field)

    /// <summary>The conditions at shares of a range: the inverse of <c>shares</c>.</summary>
    /// <param name="width">T → w, where there is such a symmetry.</param>
    /// <param name="r">The range.</param>
    /// <param name="t">Share of temperatures below, 0 to 1.</param>
    /// <param name="b">Share of fields below, 0 to 1.</param>
    let at (width: (float -> float) option) (r: ConditionRange) (t: float) (b: float) : Conditions =
        let low, high = r.Temperature
        let temperature = exp (log low + t * (log high - log low))
        let weakest, strongest = r.Field

        let field =
            if width.IsNone then
                weakest + b * (strongest - weakest)
            else
                let mutable left = weakest
                let mutable right = strongest

                for _ in 1..50 do
                    let middle = 0.5 * (left + right)

                    if below width r.Field temperature middle < b then
                        left <- middle
                    else
                        right <- middle

                0.5 * (left + right)

        {
            Temperature = temperature
            Field = field
        }

    /// <summary>Which of equal parts of a range conditions lie in, by shares.</summary>
    /// <param name="side">Parts along temperature and along field.</param>
    /// <param name="width">T → w, where there is such a symmetry.</param>
    /// <param name="r">The range.</param>
    /// <param name="c">The conditions.</param>
    /// <returns>0 to side² − 1, those of one temperature together.</returns>
    let internal part (side: int) width (r: ConditionRange) (c: Conditions) : int =
        let of' share =
            int (float side * share) |> max 0 |> min (side - 1)

        let struct (t, b) = shares width r c
        side * of' t + of' b

    /// <summary>Conditions in a part of a range.</summary>
    /// <param name="side">Parts along temperature and along field.</param>
    /// <param name="width">T → w, where there is such a symmetry.</param>
    /// <param name="r">The range.</param>
    /// <param name="part">Which.</param>
    /// <param name="place">Shares of the part, 0 to 1: of temperatures and of fields.</param>
    let internal within (side: int) width (r: ConditionRange) (part: int) (place: struct (float * float)) : Conditions =
        let struct (t, b) = place
        at width r ((float (part / side) + t) / float side) ((float (part % side) + b) / float side)

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
