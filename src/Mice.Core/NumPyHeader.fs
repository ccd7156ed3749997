namespace Mice

open System
open System.Globalization

/// What stands at the beginning of NumPy's .npy files: how many numbers follow, in which form and order.
type NumPyHeader =
    {
        /// Lengths of the axes; none for a single number.
        Shape: int list
        /// 'b': booleans, 'i': integers, 'u': integers without a sign, 'f': floats.
        Kind: char
        /// Bytes of one number.
        Size: int
        /// Whether the lowest byte of a number comes first (little-endian).
        IsLowestByteFirst: bool
        /// Whether the first index runs fastest (Fortran's order), not the last one (C's order).
        IsColumnMajor: bool
    }

/// What is wrong with a .npy file.
exception internal BadArray of fault: string

/// A value as Python writes it in a program.
[<RequireQualifiedAccess>]
type internal PythonLiteral =
    | Text of string
    | Whole of bigint
    | Flag of bool
    | Nothing
    /// A tuple or a list.
    | Items of PythonLiteral list
    | Pairs of (PythonLiteral * PythonLiteral) list

/// Reads one literal of Python: a dictionary with strings, whole numbers (of Python 2 too, which end in L), True, False, None, tuples and lists in it.
type internal PythonReader(text: string) =
    let mutable at = 0

    /// Deeper than any header of NumPy.
    let deepest = 32

    let unread () =
        raise (BadArray "its header is not the dictionary that NumPy writes.")

    let skipBlanks () =
        while at < text.Length && Char.IsWhiteSpace text[at] do
            at <- at + 1

    let next () =
        if at < text.Length then text[at] else unread ()

    let take (expected: char) =
        if next () <> expected then
            unread ()

        at <- at + 1

    /// Characters from here on that fit.
    let run (fits: char -> bool) =
        let first = at

        while at < text.Length && fits text[at] do
            at <- at + 1

        text.Substring(first, at - first)

    let quoted () =
        let mark = next ()
        at <- at + 1
        let content = run (fun c -> c <> mark && c <> '\\' && c <> '\n')
        take mark
        PythonLiteral.Text content

    let whole () =
        let digits = run Char.IsAsciiDigit

        if at < text.Length && (text[at] = 'L' || text[at] = 'l') then
            at <- at + 1

        PythonLiteral.Whole(bigint.Parse(digits, CultureInfo.InvariantCulture))

    let word () =
        match run Char.IsAsciiLetter with
        | "True" -> PythonLiteral.Flag true
        | "False" -> PythonLiteral.Flag false
        | "None" -> PythonLiteral.Nothing
        // Python 2 marks strings of Unicode so.
        | "u"
        | "U" when at < text.Length && (text[at] = '\'' || text[at] = '"') -> quoted ()
        | _ -> unread ()

    /// Elements that commas separate, up to the closing bracket; a comma may follow the last one.
    let elements (closing: char) (element: unit -> 'a) : 'a list =
        let found = ResizeArray<'a>()
        at <- at + 1
        skipBlanks ()

        while next () <> closing do
            found.Add(element ())
            skipBlanks ()

            if next () <> closing then
                take ','
                skipBlanks ()

        at <- at + 1
        List.ofSeq found

    let rec value (depth: int) : PythonLiteral =
        skipBlanks ()

        if depth > deepest then
            unread ()

        let inner () = value (depth + 1)

        let pair () =
            let key = inner ()
            skipBlanks ()
            take ':'
            key, inner ()

        match next () with
        | '{' -> elements '}' pair |> PythonLiteral.Pairs
        | '(' -> elements ')' inner |> PythonLiteral.Items
        | '[' -> elements ']' inner |> PythonLiteral.Items
        | '\''
        | '"' -> quoted ()
        | c when Char.IsAsciiDigit c -> whole ()
        | _ -> word ()

    /// The literal that is the whole text.
    member _.Read() : PythonLiteral =
        let found = value 0
        skipBlanks ()
        if at < text.Length then unread () else found

/// The text of the header of a .npy file.
[<RequireQualifiedAccess>]
module internal NumPyHeader =
    let private bad fault = raise (BadArray fault)

    /// NumPy's names of types whose form does not depend on the machine.
    let private named =
        Map
            [
                for kind, size, names in
                    [
                        'b', 1, "? bool bool_"
                        'i', 1, "b int8 byte"
                        'u', 1, "B uint8 ubyte"
                        'i', 2, "h int16 short"
                        'u', 2, "H uint16 ushort"
                        'i', 4, "i int32 intc"
                        'u', 4, "I uint32 uintc"
                        'i', 8, "q int64 longlong"
                        'u', 8, "Q uint64 ulonglong"
                        'f', 2, "e float16 half"
                        'f', 4, "f float32 single"
                        'f', 8, "d float64 double float"
                    ] do
                    for name in names.Split ' ' -> name, (kind, size)
            ]

    /// What is in an array that holds no numbers that Mice reads.
    let private foreign (name: string) =
        match name[0] with
        | _ when [ "int"; "uint"; "long"; "l"; "L"; "p"; "P" ] |> List.contains name ->
            "numbers whose size depends on the machine"
        | 'c'
        | 'F'
        | 'D'
        | 'G' -> "complex numbers"
        | 'O' -> "Python objects"
        | 'S'
        | 'a'
        | 'U' -> "text"
        | 'M' -> "dates"
        | 'm' -> "time spans"
        | 'V' -> "raw bytes"
        | 'f'
        | 'g' -> "floats of an uncommon size"
        | _ -> "something else than plain numbers"

    let private element (name: string) : char * int =
        let sized =
            match name.Length, Int32.TryParse(name.AsSpan 1, NumberStyles.None, CultureInfo.InvariantCulture) with
            | 2, (true, size) -> Some(name[0], size)
            | _ -> None

        match sized, Map.tryFind name named with
        | Some('b', 1), _ -> 'b', 1
        | Some('f', (2 | 4 | 8 as size)), _ -> 'f', size
        | Some(('i' | 'u' as kind), (1 | 2 | 4 | 8 as size)), _ -> kind, size
        | _, Some found -> found
        | _ ->
            let given = name.Substring(0, min 20 name.Length)
            bad $"it holds {foreign name} (type '{given}'), which Mice does not read; save it as an array of float64."

    /// Byte order, kind and size.
    let private numberType (descr: PythonLiteral) : char * (char * int) =
        match descr with
        | PythonLiteral.Text "" -> bad "its header names no type of numbers."
        | PythonLiteral.Text text when "<>|=".Contains text[0] && text.Length > 1 -> text[0], element (text.Substring 1)
        | PythonLiteral.Text text -> '=', element text
        | _ -> bad "it holds records (a structured array), not plain numbers; save one array of float64."

    let private axis (length: PythonLiteral) : int =
        match length with
        | PythonLiteral.Whole length when length <= bigint Int32.MaxValue -> int length
        | PythonLiteral.Whole _ -> bad $"an axis of its shape is longer than Mice reads ({Int32.MaxValue})."
        | _ -> bad "its header has a shape that is not a row of whole numbers."

    let private ofPairs (pairs: (PythonLiteral * PythonLiteral) list) : NumPyHeader =
        let field (name: string) =
            match pairs |> List.filter (fun (key, _) -> key = PythonLiteral.Text name) with
            | [ _, value ] -> value
            | [] -> bad $"its header has no {name}."
            | _ -> bad $"its header has more than one {name}."

        let shape, order = field "shape", field "fortran_order"
        let byteOrder, (kind, size) = numberType (field "descr")

        if pairs.Length > 3 then
            bad "its header has more entries than NumPy writes."

        {
            Shape =
                match shape with
                | PythonLiteral.Items axes -> List.map axis axes
                | other -> [ axis other ]
            Kind = kind
            Size = size
            IsLowestByteFirst = (byteOrder <> '>')
            IsColumnMajor =
                match order with
                | PythonLiteral.Flag isColumnMajor -> isColumnMajor
                | _ -> bad "its header has a fortran_order that is neither True nor False."
        }

    /// Understands whatever NumPy writes or reads there; anything else raises BadArray.
    let parse (text: string) : NumPyHeader =
        match PythonReader(text).Read() with
        | PythonLiteral.Pairs pairs -> ofPairs pairs
        | _ -> bad "its header is not the dictionary that NumPy writes."

    /// What is written for an array in C's order.
    let format (descr: string) (shape: int list) : string =
        let axes =
            match shape with
            | [ length ] -> $"{length},"
            | lengths -> lengths |> List.map string |> String.concat ", "

        $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}), }}"
