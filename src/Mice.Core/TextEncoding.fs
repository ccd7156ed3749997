namespace Mice

open System.Text

/// How text files are encoded.
[<RequireQualifiedAccess>]
module TextEncoding =
    /// UTF-32 before UTF-16, whose mark is the beginning of the other one. Bytes of zero do not occur in other text, so they tell the
    /// encoding of a text without a mark.
    let private wide (first: byte[]) : struct (int * Encoding) voption =
        match first with
        | [| 0xffuy; 0xfeuy; 0uy; 0uy |] -> ValueSome(struct (4, Encoding.UTF32))
        | [| 0uy; 0uy; 0xfeuy; 0xffuy |] -> ValueSome(struct (4, UTF32Encoding(true, false) :> Encoding))
        | [| a; 0uy; 0uy; 0uy |] when a > 0uy -> ValueSome(struct (0, Encoding.UTF32))
        | [| 0uy; 0uy; 0uy; a |] when a > 0uy -> ValueSome(struct (0, UTF32Encoding(true, false) :> Encoding))
        | _ when first.Length >= 2 && first[0] = 0xffuy && first[1] = 0xfeuy -> ValueSome(struct (2, Encoding.Unicode))
        | _ when first.Length >= 2 && first[0] = 0xfeuy && first[1] = 0xffuy ->
            ValueSome(struct (2, Encoding.BigEndianUnicode))
        | [| a; 0uy; b; 0uy |] when a > 0uy && b > 0uy -> ValueSome(struct (0, Encoding.Unicode))
        | [| 0uy; a; 0uy; b |] when a > 0uy && b > 0uy -> ValueSome(struct (0, Encoding.BigEndianUnicode))
        | _ -> ValueNone

    /// <summary>How a text is encoded.</summary>
    /// <param name="first">Its first four bytes, or all of them where there are fewer.</param>
    /// <returns>The length of its byte-order mark, and the encoding where it is none that extends ASCII.</returns>
    let ofFirst (first: byte[]) : struct (int * Encoding voption) =
        match wide first with
        | ValueSome(struct (mark, encoding)) -> struct (mark, ValueSome encoding)
        | ValueNone when first.Length >= 3 && first[0] = 0xefuy && first[1] = 0xbbuy && first[2] = 0xbfuy ->
            struct (3, ValueNone)
        | ValueNone -> struct (0, ValueNone)
