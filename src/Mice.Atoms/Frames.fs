namespace Mice.Atoms

open System
open System.Text
open Mice

/// One frame of a file.
type internal Frame =
    {
        Snapshot: Snapshot
        /// The file gives the step; if not, the step is the number of the frame, from 0.
        HasStep: bool
    }

/// What a reader of frames finds when asked for the next one.
[<RequireQualifiedAccess>]
type internal Outcome =
    | Frame of Frame
    /// The file ended between two frames; one sentence for each thing that a reader should know about it.
    | Finished of warnings: string list
    /// The file ended within a frame; the frames before it are good, with as many sentences about them.
    | Cut of MiceError * warnings: string list
    /// The file is no good from here on.
    | Broken of MiceError

/// A fault in a file; stays within the readers, which turn it into an Outcome.
exception internal FileFault of line: int64 * isCut: bool * text: string

/// What is known about the line behind a frame that was just read.
[<RequireQualifiedAccess>]
type internal Ahead =
    /// Nobody looked yet.
    | Unknown
    /// The first line of another frame stands in the reader.
    | Line
    /// The file is over.
    | Nothing
    /// It is no good; the frame before it still is.
    | Fault of exn

/// Collects the atoms of one frame. Memory grows with the lines read, never with the number of atoms that a file announces.
type internal AtomBuffer(announced: int64, expected: int) =
    let mutable capacity = int (min announced (int64 (max expected 4096)))
    let mutable positions = Array.zeroCreate<float>(3 * capacity)
    let mutable species = Array.zeroCreate<int> capacity
    let mutable ids = Array.zeroCreate<int64> capacity
    let mutable used = 0

    /// Writes into the place of the next atom, which Advance makes permanent.
    member _.SetPosition(axis: int, value: float) = positions[3 * used + axis] <- value

    member _.SetSpecies(index: int) = species[used] <- index
    member _.SetId(id: int64) = ids[used] <- id

    /// Goes on to the next atom.
    member _.Advance() =
        used <- used + 1

        if used = capacity && int64 used < announced then
            capacity <- int (min announced (2L * int64 capacity))
            Array.Resize(&positions, 3 * capacity)
            Array.Resize(&species, capacity)
            Array.Resize(&ids, capacity)

    /// The arrays, exactly as long as there are atoms: positions, species, ids.
    member _.Finish() =
        Array.Resize(&positions, 3 * used)
        Array.Resize(&species, used)
        Array.Resize(&ids, used)
        struct (positions, species, ids)

/// The names of species in the order of their first appearance in a file.
type internal SpeciesTable() =
    let names = ResizeArray<byte[]>()
    let mutable last = -1
    let mutable asStrings: string[] = Array.empty
    static let most = 1000

    /// The most species that a file may have.
    static member Most = most

    /// The index of a name, or −1 when there are too many names.
    member _.IndexOf(name: ReadOnlySpan<byte>) : int =
        if last >= 0 && name.SequenceEqual(ReadOnlySpan<byte> names[last]) then
            last
        else
            let mutable i = 0

            while i < names.Count && not (name.SequenceEqual(ReadOnlySpan<byte> names[i])) do
                i <- i + 1

            if i = most || name.Length > 64 then
                -1
            else
                if i = names.Count then
                    names.Add(name.ToArray())

                last <- i
                i

    /// Makes sure that the names "1" to the given number exist.
    member _.HaveTypes(count: int) =
        while names.Count < count do
            names.Add(Encoding.ASCII.GetBytes(string (names.Count + 1)))

    /// The names so far. The same array until a name is added.
    member _.Names: string[] =
        if asStrings.Length <> names.Count then
            asStrings <- Array.init names.Count (fun i -> Encoding.UTF8.GetString names[i])

        asStrings

/// Steps that the readers of all formats share.
[<RequireQualifiedAccess>]
module internal Frames =
    let fault (lines: TextLines) (text: string) : 'a =
        raise (FileFault(lines.Number, false, text))

    let private tooLong =
        $"this line is longer than {TextLines.LineLimit} bytes: no text that Mice reads"

    /// Goes to the next line, which has to be there; what says what it should hold.
    let require (lines: TextLines) (what: string) : unit =
        match lines.Next() with
        | LineStatus.Whole -> ()
        | LineStatus.TooLong -> fault lines tooLong
        | LineStatus.Damaged -> fault lines "the compressed data are damaged from here on"
        | LineStatus.Unfinished ->
            let text =
                $"the file ends within this line ({what}); if it is complete, end it with a line feed"

            raise (FileFault(lines.Number, true, text))
        | _ ->
            let text = $"the file ends where {what} should follow"
            raise (FileFault(lines.Number, true, text))

    /// Goes to the next line that is not blank; false when the file ends instead.
    let rec toNextFrame (lines: TextLines) : bool =
        match lines.Next() with
        | LineStatus.TooLong -> fault lines tooLong
        | LineStatus.Damaged -> fault lines "the compressed data are damaged from here on"
        | LineStatus.End -> false
        | status ->
            let mutable fields = Fields lines.Line

            if not (Fields.skipBlanks &fields) then
                toNextFrame lines
            elif status = LineStatus.Unfinished then
                raise (FileFault(lines.Number, true, "the file ends within this line"))
            else
                true

    /// A fault of a last line that only lacks its line feed. Programs that write text as they go end every line with one, so the end of
    /// a dump or of a compressed file was cut; other plain text may be complete, which only the content of the line can tell.
    let (|OnlyNoLineFeed|_|) (lines: TextLines) (fault: exn) : bool =
        match fault with
        | FileFault(_, true, _) -> not lines.IsPacked && not lines.Line.IsEmpty
        | _ -> false

    /// The warning about such a line that was read.
    let noLineFeed (path: string) (lines: TextLines) : string =
        $"{path}: line {lines.Number} has no line feed and is used as it stands; look whether its last number is whole."

    /// Looks at the line behind a frame; a fault there is kept for the next frame.
    let lookAhead (lines: TextLines) : Ahead =
        try
            if toNextFrame lines then Ahead.Line else Ahead.Nothing
        with FileFault _ as fault ->
            Ahead.Fault fault

    /// Goes to the first line of the next frame, unless lookAhead did; false when the file is over.
    let arrive (lines: TextLines) (ahead: Ahead) : bool =
        match ahead with
        | Ahead.Unknown -> toNextFrame lines
        | Ahead.Line -> true
        | Ahead.Nothing -> false
        | Ahead.Fault fault -> raise fault

    /// The field as a finite float.
    let finite (lines: TextLines) (what: string) (field: ReadOnlySpan<byte>) : float =
        let mutable value = 0.0

        if not (Fields.tryFloat field &value) then
            fault lines $"{Fields.quote field} is no number ({what})"
        elif not (Double.IsFinite value) then
            fault lines $"{what} is {Fields.quote field}, not a finite number"
        else
            value

    /// The field as a whole number.
    let integer (lines: TextLines) (what: string) (field: ReadOnlySpan<byte>) : int64 =
        let mutable value = 0L

        if Fields.tryInteger field &value then
            value
        else
            fault lines $"{Fields.quote field} is no whole number ({what})"

    /// The most atoms of one frame: a .NET array of three floats for each.
    let private mostAtoms = 700_000_000L

    /// The number of atoms of a frame.
    let atomCount (lines: TextLines) (field: ReadOnlySpan<byte>) : int64 =
        let count = integer lines "the number of atoms" field

        if count < 1L then
            fault lines $"the number of atoms is {count}; it has to be 1 or more"
        elif count > mostAtoms then
            fault lines $"the number of atoms is {count}; Mice reads at most {mostAtoms}"
        else
            count

    /// Positions moved into the cell; one that is absurdly far away (an unwrapped atom never is) is a fault.
    let wrapped (firstLine: int64) (cell: Cell) (positions: float[]) : float[] =
        let farthest = 1e6
        let fractions = Cell.fractional cell positions
        let i = Array.FindIndex(fractions, (fun s -> not (abs s <= farthest)))

        if i >= 0 then
            let text = "this atom is more than a million box lengths away from the box"
            raise (FileFault(firstLine + int64 (i / 3), false, text))

        if cell.Periodic = [| true; true; true |] && fractions |> Array.forall (fun s -> s >= 0.0 && s < 1.0) then
            positions
        else
            Cell.wrap cell positions

    /// <summary>The order in which atoms have ascending ids.</summary>
    /// <param name="lines">Where a fault is.</param>
    /// <param name="ids">The ids of the atoms, which are put in order; the same id twice is a fault.</param>
    /// <returns>Numbers of atoms; nothing when they are in order already.</returns>
    let orderById (lines: TextLines) (ids: int64[]) : int[] voption =
        let mutable ascending = true

        for i in 1 .. ids.Length - 1 do
            ascending <- ascending && ids[i - 1] < ids[i]

        if ascending then
            ValueNone
        else
            let order = Array.init ids.Length id
            Array.Sort(ids, order)

            for i in 1 .. ids.Length - 1 do
                if ids[i] = ids[i - 1] then
                    fault lines $"atom {ids[i]} occurs twice in this frame"

            ValueSome order

    /// Turns a fault into an outcome with file, frame (from 1) and line; warnings are about the frames before it.
    let guard (path: string) (frame: int) (warnings: unit -> string list) (read: unit -> Outcome) : Outcome =
        try
            read ()
        with FileFault(line, isCut, text) ->
            let error = MiceError.BadFile(path, Some frame, Some line, text)

            if isCut then
                Outcome.Cut(error, warnings ())
            else
                Outcome.Broken error
