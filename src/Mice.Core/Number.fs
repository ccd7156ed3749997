namespace Mice

open System.Globalization

/// Numbers as parts of names, keys and settings.
[<RequireQualifiedAccess>]
module Number =
    /// <summary>The shortest text from which the same number is read again, with a decimal point in every culture.</summary>
    /// <param name="number">Any number.</param>
    let text (number: float) : string =
        number.ToString("R", CultureInfo.InvariantCulture)
