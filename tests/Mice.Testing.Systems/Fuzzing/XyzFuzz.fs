namespace Mice.Fuzzing

open System

/// Extended XYZ.
[<RequireQualifiedAccess>]
module XyzFuzz =
    let private lattice (edges: float[]) (number: float -> string) : string[] =
        Array.init 9 (fun i -> if i % 4 = 0 then number edges[i / 4] else "0.0")

    /// Keys and values as ASE writes them.
    let private keys (random: Random) (properties: string) (frame: Frame) : (string * string) list =
        let numbers = String.Join(' ', lattice frame.Edges (Choice.number random))

        [
            "Lattice", Choice.one random [ $"\"{numbers}\""; $"\"{numbers}\""; $"{{{numbers}}}" ]
            "Properties", properties
            "step", string frame.Step
            "pbc", Choice.one random [ "\"T T T\""; "\"1 1 1\""; "T" ]
            match frame.Energy with
            | Some energy -> "energy", Choice.number random energy
            | None -> ()
            if Choice.chance random 0.2 then
                "note", "\"two words\""
        ]

    /// The same keys in ways that the specification allows besides: case, brackets, exponents with D.
    let private otherKeys (random: Random) (keys: (string * string) list) (frame: Frame) =
        let fortran (value: float) =
            (Choice.number random value).Replace('e', 'D').Replace('E', 'D')

        let brackets =
            lattice frame.Edges (Choice.number random)
            |> Array.chunkBySize 3
            |> Array.map (fun row -> "[" + String.Join(", ", row) + "]")

        keys
        |> List.map (fun (key, value) ->
            match key with
            | "Lattice" ->
                Choice.one random [ "Lattice"; "lattice"; "LATTICE" ],
                Choice.one
                    random
                    [
                        "[" + String.Join(", ", brackets) + "]"
                        "\"" + String.Join(' ', lattice frame.Edges fortran) + "\""
                        value
                    ]
            | "energy" -> Choice.one random [ "energy"; "Energy"; "Potential_energy" ], value
            | "step" -> Choice.one random [ "step"; "Step"; "Timestep"; "STEP" ], value
            | "pbc" -> Choice.one random [ "pbc"; "PBC" ], Choice.one random [ value; "[T, T, T]" ]
            | other -> other, value)

    let private frameLines (random: Random) (columns: string list) (isOther: bool) (frame: Frame) : string list =
        let width =
            function
            | "species" -> "S:1"
            | "pos"
            | "forces" -> "R:3"
            | "charge" -> "R:1"
            | _ -> "I:1"

        let properties =
            columns |> List.map (fun column -> $"{column}:{width column}") |> String.concat ":"

        let keys = keys random properties frame
        let keys = if isOther then otherKeys random keys frame else keys

        let equals =
            if isOther then
                Choice.one random [ "="; " = "; "= " ]
            else
                "="

        let field atom =
            function
            | "species" -> [ frame.Names[atom] ]
            | "pos" -> [ for i in 0..2 -> Choice.number random frame.Positions[3 * atom + i] ]
            | name ->
                let width, numbers = frame.Columns[name]

                [
                    for i in 0 .. width - 1 do
                        if name = "id" then
                            string numbers[width * atom + i]
                        else
                            Choice.number random numbers[width * atom + i]
                ]

        [
            string frame.Names.Length
            keys
            |> Array.ofList
            |> Choice.shuffled random
            |> Array.map (fun (key, value) -> key + equals + value)
            |> String.concat " "
            for atom in 0 .. frame.Names.Length - 1 do
                String.Join(Choice.one random [ " "; "   "; "\t" ], columns |> List.collect (field atom))
        ]

    let private written (random: Random) (frames: Frame[]) : string list =
        let columns =
            Seq.append [ "species"; "pos" ] frames[0].Columns.Keys
            |> Array.ofSeq
            |> Choice.shuffled random
            |> List.ofArray

        let isOther = Choice.chance random 0.3
        frames |> List.ofArray |> List.collect (frameLines random columns isOther)

    let private frames (random: Random) : Frame[] =
        FrameFuzz.frames random [ "forces", 3, false; "charge", 1, false; "id", 1, true ] true

    let private spoiltKeys (random: Random) (atoms: int) (lines: string list) : string * string * string list =
        let at = random.Next(lines.Length / (atoms + 2)) * (atoms + 2)
        let comment = lines[at + 1]

        let no =
            Choice.one random [ ""; "x"; "nan"; "inf"; "-"; "1.5"; "--1"; "1e999"; "3nm" ]

        let without (key: string) =
            comment.Replace(key, "other", StringComparison.OrdinalIgnoreCase)

        let changed what (text: string) =
            what, $"line {at + 2}", List.updateAt (at + 1) text lines

        match random.Next 7 with
        | 6 when comment.Contains "energy=" -> changed "energy is no number" (comment.Replace("energy=", "energy=x"))
        | 0 ->
            let count = atoms + Choice.one random [ -1; 1; 50 ]
            "number of atoms", $"line {at + 1}: {count}", List.updateAt at (string count) lines
        | 1 -> "number of atoms", $"line {at + 1}: {no}", List.updateAt at no lines
        | 2 -> changed "no Lattice" (without "Lattice")
        | 3 -> changed "Lattice without a number" (comment.Replace("0.0 0.0", "0.0").Replace("0.0, 0.0", "0.0"))
        | 4 -> changed "Lattice with no number" (comment.Replace("0.0 0.0", $"0.0 x").Replace("0.0, 0.0", "0.0, x"))
        | _ -> changed "comment line blanked" ""

    let private spoilt (random: Random) (lines: string list) : string * string * string list =
        let atoms = int lines.Head
        let isAtom i = i % (atoms + 2) > 1

        // Which column is which can be read off the first line of an atom.
        let isName (column: int) =
            let first = lines[2].Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)
            Char.IsLetter(first[column], 0)

        if Choice.chance random 0.6 then
            FrameFuzz.spoiltAtom random (isName >> not) isAtom lines
        else
            spoiltKeys random atoms lines

    /// Extended XYZ in boxes along the axes.
    let format: Format =
        {
            Name = "extended XYZ"
            IsKeyed = false
            Make = fun random -> FrameFuzz.case random false (frames random) (written random) (spoilt random)
            Read = FrameFuzz.read
        }
