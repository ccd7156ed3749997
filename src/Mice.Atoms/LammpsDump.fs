namespace Mice.Atoms

open System

/// What a reader of a dump should tell of the file at its end.
type internal DumpRemarks(path: string) =
    let mutable firstType = Array.empty<byte>
    let mutable hasSeveralTypes = false

    /// The units are lj.
    member val IsReduced = false with get, set

    /// There is no column that tells the species.
    member val LacksSpecies = false with get, set

    /// Looks at the type of an atom whose species something else tells.
    member _.SeeType(field: ReadOnlySpan<byte>) : unit =
        if firstType.Length = 0 then
            firstType <- field.ToArray()
        elif not hasSeveralTypes then
            hasSeveralTypes <- not (field.SequenceEqual(ReadOnlySpan<byte> firstType))

    /// <summary>One sentence for each thing to tell.</summary>
    /// <param name="names">The species of the file.</param>
    /// <param name="layout">The columns of its last frame.</param>
    member this.Sentences(names: string[], layout: DumpLayout voption) : string list =
        let isOfElements =
            layout |> ValueOption.exists (fun l -> l.Species = Some "element")

        [
            if this.LacksSpecies then
                $"{path}: there is no column element, typelabel or type; all atoms are taken to be of one species."
            if isOfElements && names = [| "C" |] && (hasSeveralTypes || firstType.Length = 0) then
                $"{path}: all elements are C, which LAMMPS writes where dump_modify element does not name them; if the atoms are no carbon, "
                + "name them or leave the column out."
            if this.IsReduced then
                $"{path}: the units are lj, so lengths are multiples of σ and stand where Å are said."
        ]

/// Text dumps of LAMMPS (dump atom and dump custom).
[<RequireQualifiedAccess>]
module internal LammpsDump =
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
    let private readAtom
        (lines: TextLines)
        (table: SpeciesTable)
        (remarks: DumpRemarks)
        (layout: DumpLayout)
        (atoms: AtomBuffer)
        =
        let mutable fields = Fields lines.Line
        let columns = layout.Columns

        for c in 0 .. columns.Length - 1 do
            let field = Fields.next &fields

            if field.IsEmpty || (c = 0 && field[0] = byte 'I' && DumpHead.isItem lines.Line) then
                if DumpHead.isItem lines.Line then
                    Frames.fault lines "a new section starts before the announced number of atoms was reached"
                else
                    Frames.fault lines $"this line has {c} fields where the header names {columns.Length}"

            match columns[c] with
            | DumpColumn.Ignored -> ()
            | DumpColumn.Kept -> ColumnBuffer.add lines field layout.Targets[c]
            | DumpColumn.OtherType ->
                remarks.SeeType field
                ColumnBuffer.add lines field layout.Targets[c]
            | DumpColumn.Id -> atoms.SetId(Frames.integer lines "an atom id" field)
            | DumpColumn.Type
            | DumpColumn.Name -> atoms.SetSpecies(readSpecies lines table columns[c] field)
            | column -> atoms.SetPosition(int column - int DumpColumn.X, Frames.finite lines "a coordinate" field)

        if Fields.skipBlanks &fields then
            Frames.fault lines $"this line has more fields than the header names ({columns.Length})"

        atoms.Advance()

    /// The columns of a frame that are kept, in the order of the atoms; ids are in order already.
    let private columnsOf (layout: DumpLayout) (keep: Keep) (order: int[] voption) (ids: int64[]) =
        let inOrder column =
            match order with
            | ValueSome order -> AtomColumn.select order column
            | ValueNone -> column

        let others =
            ColumnBuffer.distinct layout.Targets |> ColumnBuffer.finish |> Map.map (fun _ -> inOrder)

        if layout.HasIds && keep = Keep.Everything then
            others
            |> Map.add
                "id"
                {
                    Width = 1
                    Values = ColumnValues.Integers ids
                }
        else
            others

    /// The atoms of a frame.
    let private assemble (lines: TextLines) (keep: Keep) (layout: DumpLayout) (head: DumpHead) (atoms: AtomBuffer) =
        let firstLine = lines.Number + 1L - head.Count.Value
        let struct (positions, species, ids) = atoms.Finish()
        let cell = head.Cell.Value

        let positions =
            if layout.IsScaled then
                Cell.cartesian cell positions
            else
                positions

        let positions = Frames.wrapped firstLine cell positions

        let order =
            if layout.HasIds then
                Frames.orderById lines ids
            else
                ValueNone

        let struct (positions, species) =
            match order with
            | ValueNone -> struct (positions, species)
            | ValueSome order ->
                let sorted = Array.zeroCreate positions.Length
                order |> Array.iteri (fun i j -> Array.blit positions (3 * j) sorted (3 * i) 3)
                struct (sorted, order |> Array.map (fun j -> species[j]))

        {
            Step = head.Step.Value
            Cell = cell
            Species = species
            SpeciesNames = Array.empty
            Positions = positions
            Values =
                match head.Time with
                | ValueSome time -> Map [ "time", FrameValue.Real time ]
                | ValueNone -> Map.empty
            Columns = columnsOf layout keep order ids
        }

    /// A reader of the frames of a dump, one call for each; the first line of the first frame is in the lines already.
    let reader (path: string) (keep: Keep) (lines: TextLines) : unit -> Outcome =
        let table, remarks = SpeciesTable(), DumpRemarks path
        let mutable frame = 0
        let mutable expected = 0
        let mutable known: DumpLayout voption = ValueNone
        let mutable ahead = Ahead.Line
        let warnings () = remarks.Sentences(table.Names, known)

        let layoutOf () =
            match known with
            | ValueSome layout when lines.Line.SequenceEqual(ReadOnlySpan<byte> layout.Header) -> layout
            | _ ->
                let layout = DumpLayout.parse lines keep
                known <- ValueSome layout
                layout

        let readFrame () =
            let head = DumpHead.read lines keep (fun () -> remarks.IsReduced <- true)
            let layout, count = layoutOf (), head.Count.Value
            let atoms = AtomBuffer(count, expected)

            if layout.Species.IsNone then
                remarks.LacksSpecies <- true
                table.HaveTypes 1

            for _ in 1L .. count do
                Frames.require lines "a line of the section ATOMS"
                readAtom lines table remarks layout atoms

            let snapshot = assemble lines keep layout head atoms
            expected <- Snapshot.count snapshot
            ahead <- Frames.lookAhead lines

            if ahead.IsLine && not (DumpHead.isItem lines.Line) then
                Frames.fault lines $"this frame goes on after the announced number of atoms, {count}"

            Outcome.Frame
                {
                    Snapshot =
                        { snapshot with
                            SpeciesNames = table.Names
                        }
                    HasStep = true
                }

        fun () ->
            frame <- frame + 1

            Frames.guard path frame warnings (fun () ->
                if Frames.arrive lines ahead then
                    ahead <- Ahead.Unknown
                    readFrame ()
                else
                    Outcome.Finished(warnings ()))
