namespace Mice

open System
open System.Globalization

/// Numbers as parts of names, keys and settings.
[<RequireQualifiedAccess>]
module Number =
    /// <summary>The shortest text from which the same number is read again, with a decimal point in every culture.</summary>
    /// <param name="number">Any number.</param>
    let text (number: float) : string =
        number.ToString("R", CultureInfo.InvariantCulture)

    /// <summary>The finite number that a text says.</summary>
    /// <param name="text">A number with a decimal point, in every culture.</param>
    /// <returns>None for anything else, NaN and infinities too.</returns>
    let tryFinite (text: string) : float option =
        match Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value when Double.IsFinite value -> Some value
        | _ -> None

    /// <summary>The whole number that digits say.</summary>
    /// <param name="text">Digits alone: neither signs nor blanks.</param>
    /// <returns>None for anything else, and above 2³¹ − 1.</returns>
    let tryCount (text: string) : int option =
        match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, value -> Some value
        | _ -> None
