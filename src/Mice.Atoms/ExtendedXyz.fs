namespace Mice.Atoms

open System
open System.Text

/// Extended XYZ: number of atoms, a comment of key=value pairs, one line for each atom.
[<RequireQualifiedAccess>]
module internal ExtendedXyz =
    let private orFault (lines: TextLines) (result: Result<'a, string>) : 'a =
        match result with
        | Ok value -> value
        | Error text -> Frames.fault lines text

    /// The value of a key that has these names.
    let private find (lines: TextLines) (names: string list) (pairs: (string * XyzValue) list) =
        XyzHeader.find names pairs |> orFault lines

    let private split (text: string) =
        text.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)

    /// The numbers of a list, or of a table of three rows where nine belong.
    let private numbers (lines: TextLines) (what: string) (expected: int) (value: XyzValue) : float[] =
        let parts =
            match value with
            | XyzValue.Word text -> split text
            | XyzValue.List parts -> Array.ofList parts
            | XyzValue.Table rows when expected = 9 && List.map List.length rows = [ 3; 3; 3 ] ->
                Array.ofList (List.concat rows)
            | XyzValue.Table _ when expected = 9 -> Frames.fault lines $"{what} has to be three rows of three numbers"
            | XyzValue.Table _ -> Frames.fault lines $"{what} has to be {expected} numbers, not a table of them"

        if parts.Length <> expected then
            Frames.fault lines $"{what} has {parts.Length} numbers where {expected} belong"

        parts
        |> Array.map (fun part -> Frames.finite lines what (ReadOnlySpan<byte>(Encoding.UTF8.GetBytes part)))

    let private flags (lines: TextLines) (value: XyzValue) : bool[] =
        let flag (w: string) =
            match w.ToLowerInvariant() with
            | "t"
            | "true"
            | "1" -> true
            | "f"
            | "false"
            | "0" -> false
            | _ -> Frames.fault lines $"pbc has {Fields.quoteText w} where T or F belongs"

        let parts =
            match value with
            | XyzValue.Word text -> text.Split([| ' '; '\t'; ',' |], StringSplitOptions.RemoveEmptyEntries)
            | XyzValue.List parts -> Array.ofList parts
            | XyzValue.Table _ -> Array.empty

        match parts with
        | [| all |] -> Array.replicate 3 (flag all)
        | [| a; b; c |] -> [| flag a; flag b; flag c |]
        | _ -> Frames.fault lines "pbc has to hold three flags"

    /// The box of a frame; None where atoms without one do not repeat.
    let private readCell (lines: TextLines) (pairs: (string * XyzValue) list) : Cell option =
        let origin =
            find lines [ "Origin" ] pairs |> Option.map (snd >> numbers lines "Origin" 3)

        let periodic = find lines [ "pbc" ] pairs |> Option.map (snd >> flags lines)

        match find lines [ "Lattice" ] pairs, origin with
        | Some(_, value), _ ->
            Cell.create
                (numbers lines "Lattice" 9 value)
                (origin |> Option.defaultValue (Array.zeroCreate 3))
                (periodic |> Option.defaultValue [| true; true; true |])
            |> orFault lines
            |> Some
        | None, None when periodic = Some [| false; false; false |] -> None
        | None, _ ->
            Frames.fault
                lines
                "the comment line has no Lattice; without a box there is no density (atoms that do not repeat, such as a molecule, have pbc=\"F F F\")"

    /// The step of a frame, where its comment line has one.
    let private stepOf (lines: TextLines) (pairs: (string * XyzValue) list) : int64 option =
        let whole (key: string) (text: string) =
            let mutable step = 0L

            if Fields.tryWholeNumber (ReadOnlySpan<byte>(Encoding.UTF8.GetBytes(text.Trim()))) &step then
                step
            else
                Frames.fault lines $"{key} is {Fields.quoteText text}, which is no whole number; needed is the step"

        find lines [ "step"; "timestep" ] pairs
        |> Option.map (fun (key, value) ->
            match value with
            | XyzValue.Word text
            | XyzValue.List [ text ] -> whole key text
            | _ -> Frames.fault lines $"{key} has to be one whole number")

    let private propertiesOf (lines: TextLines) (pairs: (string * XyzValue) list) : string =
        match find lines [ "Properties" ] pairs with
        | None -> "species:S:1:pos:R:3"
        | Some(_, XyzValue.Word text) -> text
        | Some _ -> Frames.fault lines "Properties has to be a list of name:kind:columns"

    let private readAtom (lines: TextLines) (table: SpeciesTable) (layout: XyzLayout) (atoms: AtomBuffer) =
        let mutable fields = Fields lines.Line
        let columns = layout.Fields

        for c in 0 .. columns.Length - 1 do
            let field = Fields.next &fields

            if field.IsEmpty then
                Frames.fault lines $"this line has {c} fields where Properties names {columns.Length}"

            match columns[c] with
            | XyzColumn.Ignored -> ()
            | XyzColumn.Kept -> ColumnBuffer.add lines field layout.Targets[c]
            | XyzColumn.Species ->
                match table.IndexOf field with
                | -1 -> Frames.fault lines $"there are more than {SpeciesTable.Most} different species"
                | index -> atoms.SetSpecies index
            | XyzColumn.AtomicNumber ->
                let number = Frames.integer lines "an atomic number" field
                let symbol = Elements.symbol number

                if symbol = "" then
                    Frames.fault lines $"{number} is no atomic number"

                atoms.SetSpecies(table.IndexOf(ReadOnlySpan<byte>(Encoding.ASCII.GetBytes symbol)))
            | column -> atoms.SetPosition(int column - int XyzColumn.X, Frames.finite lines "a coordinate" field)

        if Fields.skipBlanks &fields then
            Frames.fault lines $"this line has more fields than Properties names ({columns.Length})"

        atoms.Advance()

    /// A reader of the frames of a file, one call for each; the first line of the first frame is in the lines already.
    let reader (path: string) (keep: Keep) (lines: TextLines) : unit -> Outcome =
        let table = SpeciesTable()
        let mutable frame = 0
        let mutable expected = 0
        let mutable known: struct (string * XyzLayout) voption = ValueNone
        let mutable ahead = Ahead.Line
        let mutable warnings = []
        let mutable counted: bool voption = ValueNone

        let step pairs =
            let found = stepOf lines pairs

            match counted, found with
            | ValueSome true, Some _ -> Frames.fault lines "this frame has a step where the ones before it have none"
            | ValueSome false, None -> Frames.fault lines "this frame has no step where the ones before it have one"
            | _ -> counted <- ValueSome found.IsNone

            found

        let layoutOf pairs =
            let properties = propertiesOf lines pairs

            match known with
            | ValueSome struct (last, layout) when last = properties -> layout
            | _ ->
                let layout = XyzLayout.parse lines keep properties
                known <- ValueSome struct (properties, layout)
                layout

        let valuesOf pairs =
            if keep = Keep.Everything then
                XyzValues.ofPairs lines pairs
            else
                Map.empty

        let readAtoms (layout: XyzLayout) (count: int64) =
            let atoms = AtomBuffer(count, expected)

            for i in 1L .. count do
                try
                    Frames.require lines "a line of an atom"
                    readAtom lines table layout atoms
                with Frames.OnlyNoLineFeed lines as cut when i = count ->
                    try
                        readAtom lines table layout atoms
                        warnings <- [ Frames.noLineFeed path lines ]
                    with FileFault _ ->
                        raise cut

            let struct (positions, species, _) = atoms.Finish()
            expected <- species.Length
            struct (positions, species)

        let readFrame () =
            let mutable fields = Fields lines.Line
            let count = Frames.atomCount lines (Fields.next &fields)

            if Fields.skipBlanks &fields then
                Frames.fault lines "the first line of a frame has to be the number of atoms and nothing else"

            Frames.require lines "the comment line"
            let pairs = XyzHeader.parse (Encoding.UTF8.GetString lines.Line) |> orFault lines
            let box, step, values = readCell lines pairs, step pairs, valuesOf pairs
            let layout = layoutOf pairs
            let firstLine = lines.Number + 1L
            let struct (positions, species) = readAtoms layout count

            let cell =
                box |> Option.defaultWith (fun () -> Cell.around positions |> orFault lines)

            let positions = Frames.wrapped firstLine cell positions
            ahead <- Frames.lookAhead lines

            if ahead.IsLine && Fields.count lines.Line <> 1 then
                Frames.fault lines $"this frame goes on after the announced number of atoms, {count}"

            Outcome.Frame
                {
                    Snapshot =
                        {
                            Step = step |> Option.defaultValue (int64 (frame - 1))
                            Cell = cell
                            Species = species
                            SpeciesNames = table.Names
                            Positions = positions
                            Values = values
                            Columns = ColumnBuffer.finish layout.Kept
                        }
                    HasStep = step.IsSome
                }

        fun () ->
            frame <- frame + 1

            Frames.guard path frame (fun () -> warnings) (fun () ->
                if Frames.arrive lines ahead then
                    ahead <- Ahead.Unknown
                    readFrame ()
                else
                    Outcome.Finished warnings)
