namespace Mice.Atoms

open System
open System.Globalization

/// What a column of an extended XYZ file is good for.
type internal XyzColumn =
    | Ignored = 0
    | Species = 1
    | AtomicNumber = 2
    | X = 3
    | Y = 4
    | Z = 5
    | Kept = 6

/// The columns that Properties names.
type internal XyzLayout =
    {
        /// One for each field of a line.
        Fields: XyzColumn[]
        /// For each field that is kept where it goes to.
        Targets: (ColumnBuffer | null)[]
        /// All columns that are kept.
        Kept: ColumnBuffer[]
    }

/// Understands Properties=species:S:1:pos:R:3:…
[<RequireQualifiedAccess>]
module internal XyzLayout =
    /// One entry of Properties: its name, the fields that it fills, and where they go to if they may be kept.
    let private entry (lines: TextLines) (name: string, kind: string, width: string) =
        let kept n : ColumnBuffer | null =
            let kind =
                match kind with
                | "R" -> ColumnKind.Real
                | "I" -> ColumnKind.Integer
                | "L" -> ColumnKind.Boolean
                | _ -> ColumnKind.Text

            ColumnBuffer(name, kind, n)

        match name, kind, Int32.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture) with
        | "pos", "R", (true, 3) -> name, [| XyzColumn.X; XyzColumn.Y; XyzColumn.Z |], null
        | ("species" | "element"), "S", (true, 1) -> name, [| XyzColumn.Species |], null
        | "Z", "I", (true, 1) -> name, [| XyzColumn.AtomicNumber |], kept 1
        | _, ("R" | "I" | "S" | "L"), (true, n) when n >= 1 && n <= 1000 ->
            name, Array.replicate n XyzColumn.Kept, kept n
        | _ ->
            let text = Fields.quoteText $"{name}:{kind}:{width}"
            Frames.fault lines $"Properties has {text}, which Mice does not understand"

    let private requirePositionsAndSpecies (lines: TextLines) (all: XyzColumn[]) =
        let count c =
            all |> Array.filter ((=) c) |> Array.length

        if count XyzColumn.X <> 1 then
            Frames.fault lines "Properties needs pos:R:3 once"

        let named = count XyzColumn.Species

        if named > 1 || (named = 0 && count XyzColumn.AtomicNumber <> 1) then
            Frames.fault lines "Properties needs species:S:1 or Z:I:1 once"

    /// <summary>The layout of a list of columns.</summary>
    /// <param name="lines">At the comment line.</param>
    /// <param name="keep">Whether other columns than species and positions are kept.</param>
    /// <param name="properties">name:kind:width:…</param>
    let parse (lines: TextLines) (keep: Keep) (properties: string) : XyzLayout =
        let parts = properties.Split ':'

        if parts.Length % 3 <> 0 || parts.Length > 3000 then
            Frames.fault lines "Properties has to be a list of name:kind:columns"

        let entries =
            parts |> Array.chunkBySize 3 |> Array.map (fun p -> entry lines (p[0], p[1], p[2]))

        entries |> Array.collect (fun (_, fields, _) -> fields) |> requirePositionsAndSpecies lines

        match entries |> Array.countBy (fun (name, _, _) -> name) |> Array.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> Frames.fault lines $"Properties has the column {Fields.quoteText name} twice"
        | None -> ()

        // With both, symbols win over atomic numbers.
        let isNamed =
            entries |> Array.exists (fun (_, fields, _) -> fields[0] = XyzColumn.Species)

        let role (field: XyzColumn) =
            match field with
            | XyzColumn.AtomicNumber when not isNamed -> field
            | XyzColumn.AtomicNumber
            | XyzColumn.Kept ->
                if keep = Keep.Everything then
                    XyzColumn.Kept
                else
                    XyzColumn.Ignored
            | _ -> field

        let filled =
            entries
            |> Array.collect (fun (_, fields, buffer) -> fields |> Array.map (fun field -> role field, buffer))

        let targets =
            filled |> Array.map (fun (field, buffer) -> if field = XyzColumn.Kept then buffer else null)

        {
            Fields = Array.map fst filled
            Targets = targets
            Kept = ColumnBuffer.distinct targets
        }
