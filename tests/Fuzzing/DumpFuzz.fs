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
        columns
        |> Array.map (fun column ->
            match column with
            | "id" -> string (10 * atom + 1)
            | "type" -> string (1 + atom % 2)
            | "element" -> frame.Names[atom]
            | "x"
            | "y"
            | "z" -> Choice.number random frame.Positions[3 * atom + int column[0] - int 'x']
            | _ -> Choice.shortest (Choice.float random))
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
        let optional =
            [ "id"; "type"; "vx"; "q" ] |> List.filter (fun _ -> Choice.chance random 0.6)

        let columns = optional @ [ "element"; "x"; "y"; "z" ] |> Array.ofList

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

    let private replaced (at: int) (text: string) (lines: string list) =
        $"line {at + 1}: {text}", List.updateAt at text lines

    let private spoiltHeader (random: Random) (lines: string list) : string * (string * string list) =
        let place item count =
            below item count lines |> Choice.one random

        let count = int lines[place "ITEM: NUMBER" 1]

        let no =
            Choice.one random (Choice.noNumbers |> List.except [ "1.0D+03" ] |> List.append [ ""; "x"; "1.5" ])

        match random.Next 8 with
        | 0 ->
            "number of atoms",
            replaced (place "ITEM: NUMBER" 1) (string (count + Choice.one random [ -1; 1; 100 ])) lines
        | 1 -> "number of atoms", replaced (place "ITEM: NUMBER" 1) no lines
        | 2 -> "step", replaced (place "ITEM: TIMESTEP" 1) no lines
        | 3 ->
            "box bound",
            replaced (place "ITEM: BOX" 3) $"0 {no}" lines
            |> fun found ->
                if no = "1.5" then
                    replaced (place "ITEM: BOX" 3) "0" lines
                else
                    found
        | 4 ->
            let at = place "ITEM: BOX" 3
            "box bound taken out", ($"line {at + 1}", List.removeAt at lines)
        | 5 ->
            let items =
                lines |> List.indexed |> List.filter (fun (_, line) -> line.StartsWith "ITEM: ") |> List.map fst

            let at = Choice.one random items
            "item taken out", ($"line {at + 1}", List.removeAt at lines)
        | 6 ->
            let at = (place "ITEM: ATOMS" 1) - 1
            let axis = Choice.one random [ "x"; "y"; "z" ]
            let names = lines[at].Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)

            "column named otherwise",
            replaced at (String.Join(' ', names |> Array.map (fun name -> if name = axis then "u" else name))) lines
        | _ ->
            let at = (place "ITEM: ATOMS" 1) - 1
            let names = lines[at].Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)
            let column = 2 + random.Next(names.Length - 2)
            "name of a column taken out", replaced at (String.Join(' ', Array.removeAt column names)) lines

    let private spoilt (random: Random) (lines: string list) : string * string * string list =
        if Choice.chance random 0.6 then
            let names =
                (lines |> List.find (fun line -> line.StartsWith "ITEM: ATOMS")).Substring 11

            let names = names.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)
            FrameFuzz.spoiltAtom random (fun column -> names[column] <> "element") (isAtom lines) lines
        else
            let change, (detail, lines) = spoiltHeader random lines
            change, detail, lines

    /// Dumps with elements, in boxes along the axes.
    let format: Format =
        {
            Name = "LAMMPS dump"
            IsKeyed = false
            Make = fun random -> FrameFuzz.case random true (written random) (spoilt random)
            Read = FrameFuzz.read
        }
