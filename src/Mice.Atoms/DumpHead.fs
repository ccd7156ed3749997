namespace Mice.Atoms

open System
open System.Text

/// What the sections before the atoms say of a frame.
[<Struct>]
type internal DumpHead =
    {
        Step: int64 voption
        Count: int64 voption
        Cell: Cell voption
        Time: float voption
    }

/// The sections of a frame of a dump.
[<RequireQualifiedAccess>]
module internal DumpHead =
    let private startsWith (text: string) (line: ReadOnlySpan<byte>) =
        line.Length >= text.Length && Ascii.Equals(line.Slice(0, text.Length), text.AsSpan())

    /// Is this line the start of a section?
    let isItem (line: ReadOnlySpan<byte>) : bool = startsWith "ITEM:" line

    /// The units that a dump says; only those of lengths matter. True for units lj.
    let private readUnits (lines: TextLines) : bool =
        Frames.require lines "the units"

        match Fields.words lines.Line with
        | [| "metal" |]
        | [| "real" |] -> false
        | [| "lj" |] -> true
        | _ ->
            Frames.fault
                lines
                $"the units are {Fields.quote lines.Line}; Mice reads lengths in Å (units metal or real) and those of units lj"

    let private whole (lines: TextLines) (what: string) : int64 =
        Frames.require lines what
        let mutable fields = Fields lines.Line
        Frames.integer lines what (Fields.next &fields)

    /// A time that nobody asked for may be anything.
    let private readTime (lines: TextLines) (keep: Keep) : float voption =
        Frames.require lines "the time"

        if keep = Keep.Everything then
            let mutable fields = Fields lines.Line
            ValueSome(Frames.finite lines "the time" (Fields.next &fields))
        else
            ValueNone

    /// One section, of which the first line was read.
    let private section (lines: TextLines) (keep: Keep) (isReduced: unit -> unit) (head: DumpHead) : DumpHead =
        let line = lines.Line

        if startsWith "ITEM: TIMESTEP" line then
            { head with
                Step = ValueSome(whole lines "the time step")
            }
        elif startsWith "ITEM: TIME" line then
            { head with Time = readTime lines keep }
        elif startsWith "ITEM: UNITS" line then
            if readUnits lines then
                isReduced ()

            head
        elif startsWith "ITEM: NUMBER OF ATOMS" line then
            Frames.require lines "the number of atoms"
            let mutable fields = Fields lines.Line

            { head with
                Count = ValueSome(Frames.atomCount lines (Fields.next &fields))
            }
        elif startsWith LammpsBox.item line then
            { head with
                Cell = ValueSome(LammpsBox.read lines)
            }
        else
            Frames.fault lines $"{Fields.quote line} is no section of a dump that Mice knows"

    /// <summary>The sections of a frame up to its atoms.</summary>
    /// <param name="lines">At the first line of the frame; afterwards at the line ITEM: ATOMS.</param>
    /// <param name="keep">What is kept.</param>
    /// <param name="isReduced">Called when the units are lj.</param>
    /// <returns>Step, number of atoms and box are there.</returns>
    let read (lines: TextLines) (keep: Keep) (isReduced: unit -> unit) : DumpHead =
        let mutable head =
            {
                Step = ValueNone
                Count = ValueNone
                Cell = ValueNone
                Time = ValueNone
            }

        while not (startsWith DumpLayout.item lines.Line) do
            head <- section lines keep isReduced head
            Frames.require lines "the next section of the frame"

        if head.Step.IsNone then
            Frames.fault lines "ITEM: TIMESTEP is missing before ITEM: ATOMS"
        elif head.Count.IsNone then
            Frames.fault lines "ITEM: NUMBER OF ATOMS is missing before ITEM: ATOMS"
        elif head.Cell.IsNone then
            Frames.fault lines "ITEM: BOX BOUNDS is missing before ITEM: ATOMS"
        else
            head
