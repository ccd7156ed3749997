namespace Mice.Atoms

open System
open System.IO
open System.IO.Compression
open System.Text
open Mice

/// <summary>The snapshots of one file.</summary>
/// <remarks>Snapshots may have different atoms; species have the same index in all of them.</remarks>
type Trajectory =
    {
        /// The file.
        Path: string
        /// At least one snapshot, in the order of the file.
        Snapshots: Snapshot[]
        /// Whether the file gives the steps of its frames; where it does not, frames are counted from 0.
        HasSteps: bool
        /// One sentence for each thing that a reader should know, such as a last frame that was cut off.
        Warnings: string list
    }

/// The formats that Mice writes.
[<RequireQualifiedAccess>]
type TrajectoryFormat =
    /// LAMMPS text dump with the columns id type element x y z; values and other columns are left out.
    | LammpsDump
    /// Extended XYZ as ASE writes it, with all values and columns.
    | ExtendedXyz

/// <summary>Reads and writes trajectories: LAMMPS text dumps and extended XYZ, each also as gzip.</summary>
/// <remarks>Formats are recognised by content, not by name; text may be ASCII, UTF-8, UTF-16 or UTF-32. Positions come out in Å, moved into
/// the cell along its periodic directions, sorted by id where there are ids. Dumps: orthogonal, triclinic and general boxes; x y z, xu yu zu,
/// xs ys zs or xsu ysu zsu in any order among any other columns; the species by element, typelabel or type, in this order of preference.
/// Extended XYZ: Lattice, Origin, Properties, pbc and step or timestep, in upper or lower case, with values in old or new style.</remarks>
[<RequireQualifiedAccess>]
module Trajectory =
    /// The reader that fits the first line that is not blank.
    let private readerOf (path: string) (keep: Keep) (lines: TextLines) : Result<unit -> Outcome, MiceError> =
        let bad line text =
            Error(MiceError.BadFile(path, None, line, text))

        match Frames.lookAhead lines with
        | Ahead.Nothing
        | Ahead.Unknown -> bad None "the file is empty"
        | Ahead.Fault(FileFault(line, _, text)) -> bad (Some line) text
        | Ahead.Fault other -> raise other
        | Ahead.Line ->
            let mutable fields = Fields lines.Line
            let mutable number = 0L

            if DumpHead.isItem lines.Line then
                Ok(LammpsDump.reader path keep lines)
            elif Fields.tryInteger (Fields.next &fields) &number && not (Fields.skipBlanks &fields) then
                Ok(ExtendedXyz.reader path keep lines)
            else
                bad
                    (Some lines.Number)
                    $"{Fields.quote lines.Line} starts neither a LAMMPS dump nor an extended XYZ file"

    /// A file that cannot be opened or read is a fault of the file.
    let private guardIO (path: string) (read: unit -> Result<'a, MiceError>) : Result<'a, MiceError> =
        try
            if File.Exists path then
                read ()
            else
                Error(MiceError.MissingFile path)
        with
        | :? IOException as e -> Error(MiceError.BadFile(path, None, None, e.Message))
        | :? UnauthorizedAccessException as e -> Error(MiceError.BadFile(path, None, None, e.Message))

    /// The frames of a file; what is not a frame comes last. Whoever enumerates holds the file open.
    let private outcomes (path: string) (keep: Keep) : seq<Outcome> =
        seq {
            match guardIO path (fun () -> Ok(TextLines.Open path)) with
            | Error error -> Outcome.Broken error
            | Ok opened ->
                use lines = opened

                match guardIO path (fun () -> readerOf path keep lines) with
                | Error error -> Outcome.Broken error
                | Ok next ->
                    let mutable goesOn = true

                    while goesOn do
                        match guardIO path (next >> Ok) with
                        | Ok outcome ->
                            outcome
                            goesOn <- outcome.IsFrame
                        | Error error ->
                            Outcome.Broken error
                            goesOn <- false
        }

    /// <summary>The snapshots of a file one after the other: holds one in memory.</summary>
    /// <param name="keep">What is kept of the file.</param>
    /// <param name="path">LAMMPS dump or extended XYZ, gzip or plain.</param>
    /// <returns>Snapshots until the file ends; an <c>Error</c>, if there is one, comes last. A last frame that was cut off is an
    /// <c>Error</c> here; <see cref="M:Mice.Atoms.TrajectoryModule.read"/> makes a warning of it. Frames that stand twice are not
    /// looked for: sets of structures may hold some twice.</returns>
    let framesKeeping (keep: Keep) (path: string) : seq<Result<Snapshot, MiceError>> =
        outcomes path keep
        |> Seq.choose (function
            | Outcome.Frame frame -> Some(Ok frame.Snapshot)
            | Outcome.Cut(error, _)
            | Outcome.Broken error -> Some(Error error)
            | Outcome.Finished _ -> None)

    /// <summary>The same with boxes, species, positions and steps alone.</summary>
    /// <param name="path">LAMMPS dump or extended XYZ, gzip or plain.</param>
    let frames (path: string) : seq<Result<Snapshot, MiceError>> = framesKeeping Keep.Positions path

    /// What a reader should know of frames that lack something.
    let private lacks (path: string) (frames: ResizeArray<Frame>) : string list =
        [
            if not frames[0].HasStep then
                $"{path}: the frames have no step (step or Timestep in the comment line) and are counted from 0."
        ]

    let private finish (path: string) (frames: ResizeArray<Frame>) (warnings: string list) =
        if frames.Count = 0 then
            Error [ MiceError.BadFile(path, None, None, "the file has no frames") ]
        else
            let names = frames[frames.Count - 1].Snapshot.SpeciesNames

            [|
                for f in frames do
                    { f.Snapshot with SpeciesNames = names }
            |]
            |> Repeats.withoutCopies path
            |> Result.map (fun (struct (snapshots, repeated)) ->
                {
                    Path = path
                    Snapshots = snapshots
                    HasSteps = frames[0].HasStep
                    Warnings = warnings @ repeated @ lacks path frames
                })

    /// <summary>All snapshots of a file.</summary>
    /// <param name="keep">What is kept of the file.</param>
    /// <param name="path">LAMMPS dump or extended XYZ, gzip or plain.</param>
    /// <returns>At least one snapshot. A last frame that was cut off (a run that was stopped) is left out with a warning, unless it
    /// is the only one; one of a plain extended XYZ file that only lacks its last line feed is used, with a warning. A frame with the step and
    /// the positions of an earlier one (the seam of a continued run) is left out with a warning. Everything else that is wrong is an
    /// <c>Error</c> with file, frame and line; so are two frames with equal positions at different steps, or with one step and different
    /// positions. With <c>Keep.Everything</c> a value or a column that does not parse is one too. Numbers of atoms may differ from frame to
    /// frame: methods that need the same atoms in all of them refuse (<see cref="M:Mice.Atoms.CompositionModule.faults"/>).</returns>
    let readKeeping (keep: Keep) (path: string) : Result<Trajectory, MiceError list> =
        let read = ResizeArray<Frame>()

        let take outcome =
            match outcome with
            | Outcome.Frame frame ->
                read.Add frame
                None
            | Outcome.Cut(error, warnings) when read.Count > 0 ->
                let kept = $"The {read.Count} frames before it are used."
                Some(finish path read ($"{MiceError.message error}. {kept}" :: warnings))
            | Outcome.Cut(error, _)
            | Outcome.Broken error -> Some(Error [ error ])
            | Outcome.Finished warnings -> Some(finish path read warnings)

        outcomes path keep |> Seq.tryPick take |> Option.defaultWith (fun () -> finish path read [])

    /// <summary>All snapshots of a file with boxes, species, positions and steps alone, as of <c>readKeeping</c>.</summary>
    /// <param name="path">LAMMPS dump or extended XYZ, gzip or plain.</param>
    let read (path: string) : Result<Trajectory, MiceError list> = readKeeping Keep.Positions path

    /// <summary>What stands against looking for the rows of a thermo table that belong to the snapshots.</summary>
    /// <param name="trajectory">A trajectory.</param>
    /// <returns>One error when its file gives no steps.</returns>
    let stepFaults (trajectory: Trajectory) : MiceError list =
        [
            if not trajectory.HasSteps then
                MiceError.BadFile(
                    trajectory.Path,
                    None,
                    None,
                    "the frames have no step (step or Timestep in the comment line), so the rows of a thermo table that belong to them are unknown"
                )
        ]

    /// <summary>Writes snapshots to a stream.</summary>
    /// <param name="format">The format.</param>
    /// <param name="stream">Left open.</param>
    /// <param name="snapshots">What to write; floats keep all their digits.</param>
    let writeTo (format: TrajectoryFormat) (stream: Stream) (snapshots: seq<Snapshot>) : unit =
        use writer = new StreamWriter(stream, UTF8Encoding false, 1 <<< 16, true)

        let write =
            match format with
            | TrajectoryFormat.LammpsDump -> DumpWriter.write
            | TrajectoryFormat.ExtendedXyz -> XyzWriter.write

        snapshots |> Seq.iter (write writer "R")

    /// <summary>Writes snapshots to a file, which is there completely or not at all.</summary>
    /// <param name="format">The format.</param>
    /// <param name="path">The file; compressed when its name ends in <c>.gz</c>.</param>
    /// <param name="snapshots">What to write; floats keep all their digits.</param>
    let write (format: TrajectoryFormat) (path: string) (snapshots: seq<Snapshot>) : unit =
        RunStore.saveAtomically path (fun stream ->
            if path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) then
                use packed = new GZipStream(stream, CompressionLevel.Optimal, true)
                writeTo format packed snapshots
            else
                writeTo format stream snapshots)
