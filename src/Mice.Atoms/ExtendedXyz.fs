namespace Mice.Atoms

open System
open System.Globalization
open System.IO
open System.Text

/// What a column of an extended XYZ file is good for.
type internal XyzColumn =
    | Ignored = 0
    | Species = 1
    | AtomicNumber = 2
    | X = 3
    | Y = 4
    | Z = 5

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

    let private readCell (lines: TextLines) (pairs: (string * XyzValue) list) : Cell =
        let vectors =
            match find lines [ "Lattice" ] pairs with
            | Some(_, value) -> numbers lines "Lattice" 9 value
            | None -> Frames.fault lines "the comment line has no Lattice; without a box there is no density"

        let origin =
            find lines [ "Origin" ] pairs
            |> Option.map (snd >> numbers lines "Origin" 3)
            |> Option.defaultValue (Array.zeroCreate 3)

        let periodic =
            find lines [ "pbc" ] pairs
            |> Option.map (snd >> flags lines)
            |> Option.defaultValue [| true; true; true |]

        match Cell.create vectors origin periodic with
        | Ok cell -> cell
        | Error text -> Frames.fault lines text

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

    /// Understands Properties=species:S:1:pos:R:3:…
    let private layout (lines: TextLines) (properties: string) : XyzColumn[] =
        let columns (name: string) (kind: string) (width: string) =
            match name, kind, Int32.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture) with
            | "pos", "R", (true, 3) -> [| XyzColumn.X; XyzColumn.Y; XyzColumn.Z |]
            | ("species" | "element"), "S", (true, 1) -> [| XyzColumn.Species |]
            | "Z", "I", (true, 1) -> [| XyzColumn.AtomicNumber |]
            | _, ("R" | "I" | "S" | "L"), (true, n) when n >= 1 && n <= 1000 -> Array.replicate n XyzColumn.Ignored
            | _ ->
                let text = Fields.quoteText $"{name}:{kind}:{width}"
                Frames.fault lines $"Properties has {text}, which Mice does not understand"

        let parts = properties.Split ':'

        if parts.Length % 3 <> 0 || parts.Length > 3000 then
            Frames.fault lines "Properties has to be a list of name:kind:columns"

        let all =
            parts |> Array.chunkBySize 3 |> Array.collect (fun p -> columns p[0] p[1] p[2])

        let count c =
            all |> Array.filter ((=) c) |> Array.length

        if count XyzColumn.X <> 1 then
            Frames.fault lines "Properties needs pos:R:3 once"

        // With both, symbols win over atomic numbers.
        let named = count XyzColumn.Species

        if named > 1 || (named = 0 && count XyzColumn.AtomicNumber <> 1) then
            Frames.fault lines "Properties needs species:S:1 or Z:I:1 once"

        all
        |> Array.map (fun c ->
            if named = 1 && c = XyzColumn.AtomicNumber then
                XyzColumn.Ignored
            else
                c)

    let private readAtom (lines: TextLines) (table: SpeciesTable) (columns: XyzColumn[]) (atoms: AtomBuffer) =
        let mutable fields = Fields lines.Line

        for c in 0 .. columns.Length - 1 do
            let field = Fields.next &fields

            if field.IsEmpty then
                Frames.fault lines $"this line has {c} fields where Properties names {columns.Length}"

            match columns[c] with
            | XyzColumn.Ignored -> ()
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
    let reader (path: string) (lines: TextLines) : unit -> Outcome =
        let table = SpeciesTable()
        let mutable frame = 0
        let mutable first = 0
        let mutable known = struct ("", Array.empty)
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

        let readFrame () =
            let mutable fields = Fields lines.Line
            let count = Frames.atomCount lines first (Fields.next &fields)

            if Fields.skipBlanks &fields then
                Frames.fault lines "the first line of a frame has to be the number of atoms and nothing else"

            Frames.require lines "the comment line"
            let pairs = XyzHeader.parse (Encoding.UTF8.GetString lines.Line) |> orFault lines
            let cell, step = readCell lines pairs, step pairs
            let properties = propertiesOf lines pairs
            let struct (lastProperties, _) = known

            if properties <> lastProperties then
                known <- struct (properties, layout lines properties)

            let struct (_, columns) = known
            let firstLine = lines.Number + 1L
            let atoms = AtomBuffer(count, first)

            for i in 1L .. count do
                try
                    Frames.require lines "a line of an atom"
                    readAtom lines table columns atoms
                with Frames.OnlyNoLineFeed lines as cut when i = count ->
                    try
                        readAtom lines table columns atoms
                        warnings <- [ Frames.noLineFeed path lines ]
                    with FileFault _ ->
                        raise cut

            let struct (positions, species, _) = atoms.Finish()
            let positions = Frames.wrapped firstLine cell positions
            ahead <- Frames.lookAhead lines

            if ahead.IsLine && Fields.count lines.Line <> 1 then
                Frames.fault lines $"this frame goes on after the announced number of atoms, {count}"

            first <- species.Length

            Outcome.Frame
                {
                    Snapshot =
                        {
                            Step = step |> Option.defaultValue (int64 (frame - 1))
                            Cell = cell
                            Species = species
                            SpeciesNames = table.Names
                            Positions = positions
                        }
                    HasStep = step.IsSome
                    HasSpecies = true
                }

        fun () ->
            frame <- frame + 1

            Frames.guard path frame (fun () ->
                if Frames.arrive lines ahead then
                    ahead <- Ahead.Unknown
                    readFrame ()
                else
                    Outcome.Finished warnings)

    /// <summary>Writes one frame as ASE would.</summary>
    /// <param name="writer">Where to; UTF-8.</param>
    /// <param name="format">A .NET format for numbers: "R" gives back the same floats.</param>
    /// <param name="snapshot">The frame.</param>
    let write (writer: TextWriter) (format: string) (snapshot: Snapshot) : unit =
        let number (x: float) =
            x.ToString(format, CultureInfo.InvariantCulture)

        let list (values: float[]) =
            values |> Array.map number |> String.concat " "

        let pbc =
            snapshot.Cell.Periodic |> Array.map (fun p -> if p then "T" else "F") |> String.concat " "

        let origin =
            if snapshot.Cell.Origin = [| 0.0; 0.0; 0.0 |] then
                ""
            else
                $" Origin=\"{list snapshot.Cell.Origin}\""

        writer.Write $"{Snapshot.count snapshot}\n"
        writer.Write $"Lattice=\"{list snapshot.Cell.Vectors}\"{origin} Properties=species:S:1:pos:R:3 "
        writer.Write $"step={snapshot.Step} pbc=\"{pbc}\"\n"

        for a in 0 .. Snapshot.count snapshot - 1 do
            let symbol = snapshot.SpeciesNames[snapshot.Species[a]]
            writer.Write $"{symbol} {list (Array.sub snapshot.Positions (3 * a) 3)}\n"
