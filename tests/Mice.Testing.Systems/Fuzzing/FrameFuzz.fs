namespace Mice.Fuzzing

open System
open Mice.Atoms

/// A frame of a trajectory: a box along the axes, and atoms in it.
type Frame =
    {
        Step: int
        Edges: float[]
        Names: string[]
        /// [3n].
        Positions: float[]
        /// Energy of the frame, where the file says it.
        Energy: float option
        /// Other columns by their names: how many numbers an atom has, and the numbers of all atoms.
        Columns: Map<string, int * float[]>
    }

/// Trajectories as lines of fields, whatever their format.
[<RequireQualifiedAccess>]
module FrameFuzz =
    /// Numbers of a column; those of columns of whole numbers are whole.
    let private numbers (random: Random) (isWhole: bool) (n: int) : float[] =
        Array.init n (fun _ ->
            if isWhole then
                float (random.Next 9)
            else
                Choice.float random)

    /// <summary>Some frames of the same atoms.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="optional">Columns that there may be: name, numbers of an atom, whether they are whole.</param>
    /// <param name="hasEnergy">Whether the format may say energies.</param>
    let frames (random: Random) (optional: (string * int * bool) list) (hasEnergy: bool) : Frame[] =
        let atoms = 2 + random.Next 5
        let there = optional |> List.filter (fun _ -> Choice.chance random 0.5)
        let hasEnergy = hasEnergy && Choice.chance random 0.5
        let names = Array.init atoms (fun i -> [| "Na"; "Cl" |][i % 2])

        Array.init (2 + random.Next 3) (fun i ->
            let edges =
                Array.init 3 (fun _ -> 5.0 + Math.Round(5.0 * random.NextDouble(), random.Next 6))

            {
                Step = 100 * (i + 1)
                Edges = edges
                Names = names
                Positions = Array.init (3 * atoms) (fun k -> edges[k % 3] * (0.001 + 0.998 * random.NextDouble()))
                Energy = if hasEnergy then Some(Choice.float random) else None
                Columns =
                    Map
                        [
                            for name, width, isWhole in there -> name, (width, numbers random isWhole (width * atoms))
                        ]
            })

    let private initial (name: string) = int64 name[0]

    /// What a reader makes of frames in boxes that begin at 0.
    let rows (frames: Frame[]) : int64[][] =
        frames
        |> Array.map (fun frame ->
            Array.concat
                [
                    [| int64 frame.Step |]
                    Fuzz.bits frame.Edges
                    frame.Names |> Array.map initial
                    Fuzz.bits frame.Positions
                    Fuzz.bits (Option.toArray frame.Energy)
                    yield! frame.Columns.Values |> Seq.map (snd >> Fuzz.bits)
                ])

    /// The numbers of a column,.
    let private numbersOf (column: AtomColumn) : float[] =
        match column.Values with
        | ColumnValues.Reals values -> values
        | ColumnValues.Integers values -> Array.map float values
        | other -> failwith $"No column of numbers: {other}"

    let private rowOf (snapshot: Snapshot) : int64[] =
        let edges = [ 0; 4; 8 ] |> List.map (fun i -> snapshot.Cell.Vectors[i])

        let isPlain =
            Cell.isOrthorhombic snapshot.Cell
            && snapshot.Cell.Origin = [| 0.0; 0.0; 0.0 |]
            && snapshot.Cell.Periodic = [| true; true; true |]

        Array.concat
            [
                [| (if isPlain then snapshot.Step else -1L) |]
                Fuzz.bits edges
                snapshot.Species |> Array.map (fun species -> initial snapshot.SpeciesNames[species])
                Fuzz.bits snapshot.Positions
                match Snapshot.energy snapshot with
                | Ok energy -> Fuzz.bits [ energy ]
                | Error _ -> [||]
                yield! snapshot.Columns.Values |> Seq.map (numbersOf >> Fuzz.bits)
            ]

    /// Positions and names alone.
    let private bare (snapshot: Snapshot) =
        { snapshot with
            Species = Array.zeroCreate 0
            SpeciesNames = snapshot.Species |> Array.map (fun species -> snapshot.SpeciesNames[species])
            Values = Map.empty
            Columns = Map.empty
        }

    /// Reads a trajectory of any format with everything that it has; with positions alone it has to be the same without the rest, but that a
    /// last frame may have been cut within other columns.
    let read (path: string) : Outcome =
        let everything = Trajectory.readKeeping Keep.Everything path

        match everything, Trajectory.read path with
        | Ok found, Ok positions when
            Array.map bare found.Snapshots =
                (positions.Snapshots |> Array.truncate found.Snapshots.Length |> Array.map bare)
            && (found.Snapshots.Length = positions.Snapshots.Length || not found.Warnings.IsEmpty)
            ->
            ()
        | Ok _, other -> failwith $"positions alone are read otherwise: {other}"
        | Error _, _ -> ()

        everything |> Fuzz.outcome (fun found -> Array.map rowOf found.Snapshots) _.Warnings

    /// <summary>The file of these lines.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="isLastWhole">Whether it has to end with a line feed.</param>
    /// <param name="lines">The lines.</param>
    let private content (random: Random) (isLastWhole: bool) (lines: string list) : byte[] =
        let lineEnd = Choice.one random [ "\n"; "\n"; "\r\n" ]
        let hasLast = isLastWhole || Choice.chance random 0.8
        let text = String.Join(lineEnd, lines) + (if hasLast then lineEnd else "")
        let bytes = snd (Choice.encoded random text)

        if hasLast && Choice.chance random 0.15 then
            Choice.gzip bytes
        else
            bytes

    /// Lines exchanged, twice there, or missing; bytes damaged.
    let private anyhow (random: Random) (lines: string list) : byte[] =
        let at = random.Next lines.Length

        match random.Next 5 with
        | 0 -> lines |> List.insertAt (random.Next lines.Length) lines[at] |> content random true
        | 1 -> lines |> List.removeAt at |> content random true
        | 2 -> lines |> Array.ofList |> Choice.shuffled random |> List.ofArray |> content random true
        | _ -> lines |> content random true |> Damage.mutate random

    /// <summary>A case of a format.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="isLastWhole">Whether a file without a last line feed was cut.</param>
    /// <param name="frames">What is written.</param>
    /// <param name="written">Lines of frames, in some layout.</param>
    /// <param name="spoilt">Kind, detail, and lines after damage to them.</param>
    let case
        (random: Random)
        (isLastWhole: bool)
        (frames: Frame[])
        (written: Frame[] -> string list)
        (spoilt: string list -> string * string * string list)
        : Case =
        let lines = written frames

        let case change detail meaning content : Case =
            {
                Change = change
                Detail = detail
                Meaning = meaning
                Content = content
                Rows = rows frames
            }

        match random.Next 100 with
        | n when n < 35 -> case "other layout" "" Meaning.Kept (content random isLastWhole lines)
        | n when n < 55 -> case "damage" "" Meaning.Unknown (anyhow random lines)
        | _ ->
            let change, detail, lines = spoilt lines
            case change detail (Meaning.Spoilt []) (content random true lines)

    let private fields (line: string) =
        line.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)

    /// Number of a line, and how it reads now.
    let private withLine (at: int) (text: string) (lines: string list) = List.updateAt at text lines

    /// <summary>Damage to one of the lines of atoms, of which a count is stated.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="isNumber">Whether a column has to be a number.</param>
    /// <param name="isAtom">Whether a line is one of an atom.</param>
    /// <param name="lines">The lines of a file.</param>
    let spoiltAtom (random: Random) (isNumber: int -> bool) (isAtom: int -> bool) (lines: string list) =
        let at = [ 0 .. lines.Length - 1 ] |> List.filter isAtom |> Choice.one random
        let found = fields lines[at]
        let column = random.Next found.Length
        let numbers = [ 0 .. found.Length - 1 ] |> List.filter isNumber
        let where = $"line {at + 1}"

        match random.Next 8 with
        | 0 -> "atom taken out", where, List.removeAt at lines
        | 1 -> "atom twice", where, List.insertAt at lines[at] lines
        | 2 -> "atom blanked", where, withLine at "" lines
        | 3 -> "atom made a comment", where, withLine at ("# " + lines[at]) lines
        | 4 -> "comment put in", where, List.insertAt at "#####" lines
        | 5 -> "field taken out", where, withLine at (String.Join(" ", Array.removeAt column found)) lines
        | 6 -> "field put in", where, withLine at (lines[at] + " 1") lines
        | _ ->
            let token =
                Choice.one
                    random
                    (Choice.noNumbers |> List.except [ "1.0D+03"; "1\u00A0" ] |> List.append [ "x"; "1,5" ])

            let column = Choice.one random numbers

            "no number",
            $"{where}, column {column}: {token}",
            withLine at (String.Join(" ", Array.updateAt column token found)) lines
