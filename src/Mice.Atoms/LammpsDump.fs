namespace Mice.Atoms

open System
open System.Globalization
open System.IO
open System.Text

/// What a column of a dump is good for.
type internal DumpColumn =
    | Ignored = 0
    | Id = 1
    | Type = 2
    | Name = 3
    | X = 4
    | Y = 5
    | Z = 6

/// The line "ITEM: ATOMS …", understood.
type internal DumpLayout =
    {
        Header: byte[]
        Columns: DumpColumn[]
        /// xs ys zs: positions in units of the lattice vectors.
        IsScaled: bool
        HasIds: bool
        /// element, typelabel or type is there.
        HasSpecies: bool
    }

/// Text dumps of LAMMPS (dump atom and dump custom).
[<RequireQualifiedAccess>]
module internal LammpsDump =
    let private atomsItem = "ITEM: ATOMS"

    let private startsWith (text: string) (line: ReadOnlySpan<byte>) =
        line.Length >= text.Length && Ascii.Equals(line.Slice(0, text.Length), text.AsSpan())

    /// Is this line the start of a section?
    let isItem (line: ReadOnlySpan<byte>) : bool = startsWith "ITEM:" line

    /// Position columns in the order of preference: name of the x column, is it scaled?
    let private positionColumns =
        [
            [| "x"; "y"; "z" |], false
            [| "xu"; "yu"; "zu" |], false
            [| "xs"; "ys"; "zs" |], true
            [| "xsu"; "ysu"; "zsu" |], true
        ]

    let private layout (lines: TextLines) : DumpLayout =
        let header = lines.Line.ToArray()
        let names = Fields.words (lines.Line.Slice atomsItem.Length)

        if names.Length > 1000 then
            Frames.fault lines $"{names.Length} columns are more than Mice reads (1000)"

        match names |> Array.countBy id |> Array.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> Frames.fault lines $"the column {Fields.quoteText name} occurs twice"
        | None -> ()

        match positionColumns |> List.tryFind (fst >> Array.forall (fun c -> Array.contains c names)) with
        | None ->
            let given = Fields.quoteText (String.concat " " names)
            Frames.fault lines $"the columns are {given}; needed are x y z, xu yu zu, xs ys zs or xsu ysu zsu"
        | Some(xyz, isScaled) ->
            // Columns that tell the species, in the order of preference.
            let species =
                [ "element"; "typelabel"; "type" ] |> List.tryFind (fun name -> Array.contains name names)

            let column name =
                match name with
                | "id" -> DumpColumn.Id
                | "type" when species = Some name -> DumpColumn.Type
                | _ when species = Some name -> DumpColumn.Name
                | _ ->
                    match Array.IndexOf(xyz, name) with
                    | -1 -> DumpColumn.Ignored
                    | axis -> enum<DumpColumn>(int DumpColumn.X + axis)

            {
                Header = header
                Columns = Array.map column names
                IsScaled = isScaled
                HasIds = Array.contains "id" names
                HasSpecies = species.IsSome
            }

    let private readSpecies (lines: TextLines) (table: SpeciesTable) (column: DumpColumn) (field: ReadOnlySpan<byte>) =
        if column = DumpColumn.Type then
            let number = Frames.integer lines "an atom type" field

            if number < 1L || number > int64 SpeciesTable.Most then
                Frames.fault lines $"the atom type is {number}; allowed are 1 to {SpeciesTable.Most}"

            table.HaveTypes(int number)
            int number - 1
        else
            match table.IndexOf field with
            | -1 -> Frames.fault lines $"there are more than {SpeciesTable.Most} different species"
            | index -> index

    /// One line of the section ATOMS.
    let private readAtom (lines: TextLines) (table: SpeciesTable) (columns: DumpColumn[]) (atoms: AtomBuffer) =
        let mutable fields = Fields lines.Line

        for c in 0 .. columns.Length - 1 do
            let field = Fields.next &fields

            if field.IsEmpty || (c = 0 && field[0] = byte 'I' && isItem lines.Line) then
                if isItem lines.Line then
                    Frames.fault lines "a new section starts before the announced number of atoms was reached"
                else
                    Frames.fault lines $"this line has {c} fields where the header names {columns.Length}"

            match columns[c] with
            | DumpColumn.Ignored -> ()
            | DumpColumn.Id -> atoms.SetId(Frames.integer lines "an atom id" field)
            | DumpColumn.Type
            | DumpColumn.Name -> atoms.SetSpecies(readSpecies lines table columns[c] field)
            | column -> atoms.SetPosition(int column - int DumpColumn.X, Frames.finite lines "a coordinate" field)

        if Fields.skipBlanks &fields then
            Frames.fault lines $"this line has more fields than the header names ({columns.Length})"

        atoms.Advance()

    /// A reader of the frames of a dump, one call for each; the first line of the first frame is in the lines already.
    let reader (path: string) (lines: TextLines) : unit -> Outcome =
        let table = SpeciesTable()
        let mutable frame = 0
        let mutable first = 0
        let mutable known: DumpLayout voption = ValueNone
        let mutable ahead = Ahead.Line

        let readAtoms (cell: Cell) (count: int64) (step: int64) =
            if known.IsNone || not (lines.Line.SequenceEqual(ReadOnlySpan<byte> known.Value.Header)) then
                known <- ValueSome(layout lines)

            let layout, firstLine = known.Value, lines.Number + 1L
            let atoms = AtomBuffer(count, first)

            if not layout.HasSpecies then
                table.HaveTypes 1

            for _ in 1L .. count do
                Frames.require lines "a line of the section ATOMS"
                readAtom lines table layout.Columns atoms

            let struct (positions, species, ids) = atoms.Finish()

            let positions =
                if layout.IsScaled then
                    Cell.cartesian cell positions
                else
                    positions

            let positions = Frames.wrapped firstLine cell positions

            let struct (positions, species) =
                if layout.HasIds then
                    Frames.sortedById lines ids positions species
                else
                    struct (positions, species)

            ahead <- Frames.lookAhead lines

            if ahead.IsLine && not (isItem lines.Line) then
                Frames.fault lines $"this frame goes on after the announced number of atoms, {count}"

            first <- species.Length

            Outcome.Frame
                {
                    Snapshot =
                        {
                            Step = step
                            Cell = cell
                            Species = species
                            SpeciesNames = table.Names
                            Positions = positions
                        }
                    HasStep = true
                    HasSpecies = layout.HasSpecies
                }

        let numberLine what =
            Frames.require lines what
            let mutable fields = Fields lines.Line
            Frames.integer lines what (Fields.next &fields)

        let rec sections (step: int64 voption) (count: int64 voption) (cell: Cell voption) =
            let next () =
                Frames.require lines "the next section of the frame"

            let line = lines.Line

            if startsWith "ITEM: TIMESTEP" line then
                let step = numberLine "the time step"
                next ()
                sections (ValueSome step) count cell
            elif startsWith "ITEM: UNITS" line || startsWith "ITEM: TIME" line then
                Frames.require lines "a value"
                next ()
                sections step count cell
            elif startsWith "ITEM: NUMBER OF ATOMS" line then
                Frames.require lines "the number of atoms"
                let mutable fields = Fields lines.Line
                let count = Frames.atomCount lines first (Fields.next &fields)
                next ()
                sections step (ValueSome count) cell
            elif startsWith LammpsBox.item line then
                let cell = LammpsBox.read lines
                next ()
                sections step count (ValueSome cell)
            elif startsWith atomsItem line then
                match step, count, cell with
                | ValueSome step, ValueSome count, ValueSome cell -> readAtoms cell count step
                | ValueNone, _, _ -> Frames.fault lines "ITEM: TIMESTEP is missing before ITEM: ATOMS"
                | _, ValueNone, _ -> Frames.fault lines "ITEM: NUMBER OF ATOMS is missing before ITEM: ATOMS"
                | _ -> Frames.fault lines "ITEM: BOX BOUNDS is missing before ITEM: ATOMS"
            else
                Frames.fault lines $"{Fields.quote line} is no section of a dump that Mice knows"

        fun () ->
            frame <- frame + 1

            Frames.guard path frame (fun () ->
                if Frames.arrive lines ahead then
                    ahead <- Ahead.Unknown
                    sections ValueNone ValueNone ValueNone
                else
                    Outcome.Finished [])

    /// <summary>Writes one frame: id type (element) x y z, bounds as LAMMPS writes them.</summary>
    /// <param name="writer">Where to; ASCII.</param>
    /// <param name="format">A .NET format for numbers: "R" gives back the same floats, "F5" is what LAMMPS users expect.</param>
    /// <param name="snapshot">The frame; its cell has to have a along x and b in the xy plane.</param>
    let write (writer: TextWriter) (format: string) (snapshot: Snapshot) : unit =
        let number (x: float) =
            x.ToString(format, CultureInfo.InvariantCulture)

        let v, o = snapshot.Cell.Vectors, snapshot.Cell.Origin

        let flags =
            snapshot.Cell.Periodic |> Array.map (fun p -> if p then "pp" else "ff") |> String.concat " "

        let bounds axis low high tilt =
            writer.Write $"{number (o[axis] + low)} {number (o[axis] + high)}{tilt}\n"

        writer.Write $"ITEM: TIMESTEP\n{snapshot.Step}\nITEM: NUMBER OF ATOMS\n{Snapshot.count snapshot}\n"

        if Cell.isOrthorhombic snapshot.Cell then
            writer.Write $"{LammpsBox.item} {flags}\n"
            [ 0..2 ] |> List.iter (fun i -> bounds i 0.0 v[4 * i] "")
        else
            let xy, xz, yz = v[3], v[6], v[7]
            writer.Write $"{LammpsBox.item} xy xz yz {flags}\n"
            bounds 0 (List.min [ 0.0; xy; xz; xy + xz ]) (v[0] + List.max [ 0.0; xy; xz; xy + xz ]) $" {number xy}"
            bounds 1 (min 0.0 yz) (v[4] + max 0.0 yz) $" {number xz}"
            bounds 2 0.0 v[8] $" {number yz}"

        writer.Write $"{atomsItem} id type element x y z\n"
        let p = snapshot.Positions

        for a in 0 .. Snapshot.count snapshot - 1 do
            let s = snapshot.Species[a]
            writer.Write $"{a + 1} {s + 1} {snapshot.SpeciesNames[s]} "
            writer.Write $"{number p[3 * a]} {number p[3 * a + 1]} {number p[3 * a + 2]}\n"
