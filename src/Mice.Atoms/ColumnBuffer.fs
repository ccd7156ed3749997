namespace Mice.Atoms

open System
open System.Text

/// The kind of the values of a column.
[<RequireQualifiedAccess>]
type internal ColumnKind =
    | Real = 0
    | Integer = 1
    | Boolean = 2
    | Text = 3

/// Collects one column of the atoms of a frame. Memory grows with the lines read.
type internal ColumnBuffer(name: string, kind: ColumnKind, width: int) =
    let reals = ResizeArray<float>()
    let integers = ResizeArray<int64>()
    let booleans = ResizeArray<bool>()
    let texts = ResizeArray<string>()
    let mutable lastText = Array.empty<byte>
    let what = $"the column {Fields.quoteText name}"

    /// Labels repeat from atom to atom: equal ones in a row are one string.
    let text (field: ReadOnlySpan<byte>) =
        if texts.Count > 0 && field.SequenceEqual(ReadOnlySpan<byte> lastText) then
            texts[texts.Count - 1]
        else
            lastText <- field.ToArray()
            Encoding.UTF8.GetString field

    let flag (lines: TextLines) (field: ReadOnlySpan<byte>) =
        if Ascii.EqualsIgnoreCase(field, "T".AsSpan()) || Ascii.EqualsIgnoreCase(field, "true".AsSpan()) then
            true
        elif Ascii.EqualsIgnoreCase(field, "F".AsSpan()) || Ascii.EqualsIgnoreCase(field, "false".AsSpan()) then
            false
        else
            Frames.fault lines $"{Fields.quote field} is neither T nor F ({what})"

    /// The name of the column.
    member _.Name = name

    /// The next value: those of an atom one after the other, then those of the next atom.
    member _.Add(lines: TextLines, field: ReadOnlySpan<byte>) : unit =
        match kind with
        | ColumnKind.Real -> reals.Add(Frames.finite lines what field)
        | ColumnKind.Integer -> integers.Add(Frames.integer lines what field)
        | ColumnKind.Boolean -> booleans.Add(flag lines field)
        | _ -> texts.Add(text field)

    /// The column of a whole frame; the buffer is empty again.
    member _.Finish() : AtomColumn =
        let values =
            match kind with
            | ColumnKind.Real -> ColumnValues.Reals(reals.ToArray())
            | ColumnKind.Integer -> ColumnValues.Integers(integers.ToArray())
            | ColumnKind.Boolean -> ColumnValues.Booleans(booleans.ToArray())
            | _ -> ColumnValues.Texts(texts.ToArray())

        reals.Clear()
        integers.Clear()
        booleans.Clear()
        texts.Clear()
        { Width = width; Values = values }

/// The columns of a frame that are kept.
[<RequireQualifiedAccess>]
module internal ColumnBuffer =
    /// The buffers that some fields go to, each once.
    let distinct (targets: (ColumnBuffer | null)[]) : ColumnBuffer[] =
        [|
            for target in targets do
                match target with
                | null -> ()
                | buffer -> buffer
        |]
        |> Array.distinctBy _.Name

    /// Gives the value of an atom to where it is kept, if anywhere.
    let inline add (lines: TextLines) (field: ReadOnlySpan<byte>) (target: ColumnBuffer | null) : unit =
        match target with
        | null -> ()
        | buffer -> buffer.Add(lines, field)

    /// The columns of a whole frame by their names; the buffers are empty again.
    let finish (buffers: ColumnBuffer[]) : Map<string, AtomColumn> =
        if buffers.Length = 0 then
            Map.empty
        else
            buffers |> Array.map (fun b -> b.Name, b.Finish()) |> Map.ofArray
