namespace Mice.Fuzzing

open System

/// Dumps of LAMMPS.
[<RequireQualifiedAccess>]
module DumpFuzz =
    let private gap (random: Random) =
        Choice.one random [ " "; " "; " "; "  "; "\t" ]

    let private joined (random: Random) (fields: string seq) =
        String.Join(gap random, fields) + Choice.one random [ ""; ""; " " ]

    let private atomLine (random: Random) (columns: string[]) (frame: Frame) (atom: int) =
        let value column =
            let _, numbers = frame.Columns[column]
            numbers[atom]

        columns
        |> Array.map (fun column ->
            match column with
            | "element" -> frame.Names[atom]
            | "id"
            | "type" -> string (value column)
            | "x"
            | "y"
            | "z" -> Choice.number random frame.Positions[3 * atom + int column[0] - int 'x']
            | _ -> Choice.number random (value column))
        |> joined random

    let private frameLines (random: Random) (columns: string[]) (hasTime: bool) (frame: Frame) : string list =
        let order = Array.init frame.Names.Length id

        let order =
            if Array.contains "id" columns then
                Choice.shuffled random order
            else
                order

        [
            if hasTime then
                "ITEM: TIME"
                Choice.shortest (0.001 * float frame.Step)
            "ITEM: TIMESTEP"
            string frame.Step
            "ITEM: NUMBER OF ATOMS"
            string frame.Names.Length
            "ITEM: BOX BOUNDS pp pp pp"
            for edge in frame.Edges do
                joined random [ Choice.one random [ "0"; "0.0"; "0.0e+00" ]; Choice.number random edge ]
            "ITEM: ATOMS " + joined random columns
            for atom in order do
                atomLine random columns frame atom
        ]

    let private written (random: Random) (frames: Frame[]) : string list =
        let columns =
            Seq.append frames[0].Columns.Keys [ "element"; "x"; "y"; "z" ] |> Array.ofSeq

        let columns =
            if Choice.chance random 0.5 then
                Choice.shuffled random columns
            else
                columns

        let hasTime = Choice.chance random 0.2

        [
            if Choice.chance random 0.2 then
                "ITEM: UNITS"
                "metal"
            for frame in frames do
                yield! frameLines random columns hasTime frame
            if Choice.chance random 0.1 then
                ""
        ]

    /// Places of the lines that stand below this one.
    let private below (item: string) (count: int) (lines: string list) =
        lines
        |> List.indexed
        |> List.filter (fun (_, line) -> line.StartsWith item)
        |> List.collect (fun (i, _) -> [ i + 1 .. i + count ])

    let private isAtom (lines: string list) : int -> bool =
        let count = int (lines[(below "ITEM: NUMBER" 1 lines).Head])
        let atoms = Set(below "ITEM: ATOMS" count lines)
        atoms.Contains

    let private words (line: string) =
        line.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)

    /// A number above the atoms replaced by something else.
    let private spoiltNumber (random: Random) (lines: string list) : string * string * string list =
        let replaced change item count (text: string) =
            let at = below item count lines |> Choice.one random
            change, $"line {at + 1}: {text}", List.updateAt at text lines

        let count = int lines[(below "ITEM: NUMBER" 1 lines).Head]

        let no =
            Choice.one random (Choice.noNumbers |> List.except [ "1.0D+03" ] |> List.append [ ""; "x" ])

        match random.Next 4 with
        | 0 -> replaced "number of atoms" "ITEM: NUMBER" 1 (string (count + Choice.one random [ -1; 1; 100 ]))
        | 1 -> replaced "number of atoms" "ITEM: NUMBER" 1 (Choice.one random [ no; "1.5" ])
        | 2 -> replaced "step" "ITEM: TIMESTEP" 1 (Choice.one random [ no; "1.5" ])
        | _ -> replaced "box bound" "ITEM: BOX" 3 $"0 {no}"

    /// A line above the atoms taken out, or a column of another name.
    let private spoiltLines (random: Random) (lines: string list) : string * string * string list =
        let without change (places: int list) =
            let at = Choice.one random places
            change, $"line {at + 1}", List.removeAt at lines

        let header = (below "ITEM: ATOMS" 1 lines |> Choice.one random) - 1
        let names = words lines[header]

        let renamed change (names: string[]) =
            change, $"line {header + 1}", List.updateAt header (String.Join(' ', names)) lines

        match random.Next 4 with
        | 0 -> without "box bound taken out" (below "ITEM: BOX" 3 lines)
        | 1 -> without "item taken out" (below "ITEM: " 1 lines |> List.map (fun at -> at - 1))
        | 2 ->
            let axis = Choice.one random [ "x"; "y"; "z" ]

            names
            |> Array.map (fun name -> if name = axis then "u" else name)
            |> renamed "column named otherwise"
        | _ ->
            let column = 2 + random.Next(names.Length - 2)
            Array.removeAt column names |> renamed "name of a column taken out"

    /// Frames whose atoms have ascending ids and types of two kinds, where they have them.
    let private frames (random: Random) : Frame[] =
        let numbered (name: string) (column: int * float[]) =
            match name with
            | "id" -> 1, snd column |> Array.mapi (fun atom _ -> float (10 * atom + 1))
            | "type" -> 1, snd column |> Array.mapi (fun atom _ -> float (1 + atom % 2))
            | _ -> column

        FrameFuzz.frames random [ "id", 1, true; "type", 1, true; "vx", 1, false; "q", 1, false ] false
        |> Array.map (fun frame ->
            { frame with
                Columns = Map.map numbered frame.Columns
            })

    let private spoilt (random: Random) (lines: string list) : string * string * string list =
        let names = words (lines |> List.find _.StartsWith("ITEM: ATOMS")) |> Array.skip 2

        match random.Next 5 with
        | 0 -> spoiltNumber random lines
        | 1 -> spoiltLines random lines
        | _ -> FrameFuzz.spoiltAtom random (fun column -> names[column] <> "element") (isAtom lines) lines

    /// Dumps with elements, in boxes along the axes.
    let format: Format =
        {
            Name = "LAMMPS dump"
            IsKeyed = false
            Make = fun random -> FrameFuzz.case random true (frames random) (written random) (spoilt random)
            Read = FrameFuzz.read
        }
