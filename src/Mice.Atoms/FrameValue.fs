namespace Mice.Atoms

/// <summary>What a file says of a whole frame under one key.</summary>
/// <remarks>Text has the kind that it looks like, as in the specification of extended XYZ: files do not tell the words 12 and T from a number
/// and a flag.</remarks>
[<RequireQualifiedAccess>]
type FrameValue =
    /// A number with a point or an exponent; finite.
    | Real of float
    /// A whole number.
    | Integer of int64
    /// T or F, true or false; a key without a value is T.
    | Boolean of bool
    /// Anything else, nan and inf too: numbers that are not finite are no numbers here.
    | Text of string
    /// [n], finite numbers.
    | Vector of float[]
    /// [rows; columns], finite numbers.
    | Matrix of float[,]
    /// A list in brackets that is not one of finite numbers; its parts as they stand there.
    | Words of string[]
