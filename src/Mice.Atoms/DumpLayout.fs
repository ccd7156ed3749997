namespace Mice.Atoms

open System

/// What a column of a dump is good for.
type internal DumpColumn =
    | Ignored = 0
    | Id = 1
    | Type = 2
    | Name = 3
    | X = 4
    | Y = 5
    | Z = 6
    | Kept = 7
    /// The type, where something else tells the species.
    | OtherType = 8

/// The line "ITEM: ATOMS …", understood.
type internal DumpLayout =
    {
        Header: byte[]
        Columns: DumpColumn[]
        /// For each column that is kept where it goes to.
        Targets: (ColumnBuffer | null)[]
        /// xs ys zs: positions in units of the lattice vectors.
        IsScaled: bool
        HasIds: bool
        /// The column that tells the species: element, typelabel or type.
        Species: string option
    }

/// The columns of text dumps of LAMMPS.
[<RequireQualifiedAccess>]
module internal DumpLayout =
    /// How the line with the names of the columns begins.
    let item = "ITEM: ATOMS"

    /// Position columns in the order of preference: names, are they scaled?
    let private positionColumns =
        [
            [| "x"; "y"; "z" |], false
            [| "xu"; "yu"; "zu" |], false
            [| "xs"; "ys"; "zs" |], true
            [| "xsu"; "ysu"; "zsu" |], true
        ]

    /// A dump does not tell the kinds of its columns; those of LAMMPS are numbers but for these. Columns of fixes and computes print whole
    /// values now with, now without a point: only what is always whole is read as such.
    let private kind (name: string) : ColumnKind =
        match name with
        | "element"
        | "typelabel" -> ColumnKind.Text
        | "id"
        | "mol"
        | "proc"
        | "procp1"
        | "type"
        | "ix"
        | "iy"
        | "iz" -> ColumnKind.Integer
        | _ -> ColumnKind.Real

    let private namesOf (lines: TextLines) : string[] =
        let names = Fields.words (lines.Line.Slice item.Length)

        if names.Length > 1000 then
            Frames.fault lines $"{names.Length} columns are more than Mice reads (1000)"

        match names |> Array.countBy id |> Array.tryFind (fun (_, n) -> n > 1) with
        | Some(name, _) -> Frames.fault lines $"the column {Fields.quoteText name} occurs twice"
        | None -> names

    /// <summary>The layout of a section ATOMS.</summary>
    /// <param name="lines">At its first line.</param>
    /// <param name="keep">Whether other columns than species, positions and ids are kept.</param>
    let parse (lines: TextLines) (keep: Keep) : DumpLayout =
        let names = namesOf lines

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
                | "type" -> DumpColumn.OtherType
                | _ when species = Some name -> DumpColumn.Name
                | _ ->
                    match Array.IndexOf(xyz, name) with
                    | -1 when keep = Keep.Everything -> DumpColumn.Kept
                    | -1 -> DumpColumn.Ignored
                    | axis -> enum<DumpColumn>(int DumpColumn.X + axis)

            {
                Header = lines.Line.ToArray()
                Columns = Array.map column names
                Targets =
                    names
                    |> Array.map (fun name ->
                        match column name with
                        | DumpColumn.Kept -> ColumnBuffer(name, kind name, 1)
                        | DumpColumn.OtherType when keep = Keep.Everything -> ColumnBuffer(name, kind name, 1)
                        | _ -> null)
                IsScaled = isScaled
                HasIds = Array.contains "id" names
                Species = species
            }
