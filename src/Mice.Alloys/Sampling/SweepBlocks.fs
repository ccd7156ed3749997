namespace Mice.Alloys

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open Mice

/// Long walks in blocks of sweeps, whose state between blocks is kept so that they can go on to the same numbers.
[<NoEquality; NoComparison>]
type internal SweepBlocks<'walker> =
    {
        /// Name of the state, as a plain file name.
        Name: string
        /// Sweeps in all.
        Sweeps: int
        /// The walker before the first sweep.
        Start: unit -> 'walker
        /// The walker as it was written.
        Read: BinaryReader -> 'walker
        /// All that a block begins with.
        Write: BinaryWriter -> 'walker -> unit
        /// Does block b: sweeps first to last. Random numbers and sums of a block are its own, so that nothing else is carried over.
        Advance: int -> int -> int -> 'walker -> unit
    }

/// Walking in blocks.
[<RequireQualifiedAccess>]
module internal SweepBlocks =
    /// Sweeps of a block.
    [<Literal>]
    let Length = 100

    /// Seconds between two states that are kept.
    let private interval = 20.0

    /// Writes numbers one after the other.
    let write<'a when 'a: struct and 'a: (new: unit -> 'a) and 'a :> ValueType>
        (writer: BinaryWriter)
        (values: 'a[])
        : unit =
        writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan<'a> values))

    /// Reads so many numbers.
    let read<'a when 'a: struct and 'a: (new: unit -> 'a) and 'a :> ValueType> (reader: BinaryReader) count : 'a[] =
        let values = Array.zeroCreate<'a> count
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(Span<'a> values))
        values

    let private toBytes (walk: SweepBlocks<'walker>) (finished: int) (walker: 'walker) : byte[] =
        use stream = new MemoryStream()
        use writer = new BinaryWriter(stream)
        writer.Write finished
        walk.Write writer walker
        writer.Flush()
        stream.ToArray()

    let private ofBytes (walk: SweepBlocks<'walker>) (content: byte[]) : struct (int * 'walker) =
        use reader = new BinaryReader(new MemoryStream(content))
        let finished = reader.ReadInt32()
        struct (finished, walk.Read reader)

    /// The state that was kept last, or the first one.
    let private beginning (walk: SweepBlocks<'walker>) (run: Run) : Result<struct (int * 'walker), MiceError list> =
        match run.Store |> Option.map (RunStore.tryLoad walk.Name) with
        | None
        | Some(Ok None) -> Ok(struct (0, walk.Start()))
        | Some(Ok(Some content)) -> Ok(ofBytes walk content)
        | Some(Error fault) -> Error [ fault ]

    /// <summary>Walks all sweeps, from the state that was kept if there is one. A walk that is cancelled leaves its state.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="run">Store, cancellation, progress.</param>
    /// <returns>Errors: BadFile for a damaged state.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let run (walk: SweepBlocks<'walker>) (run: Run) : Result<'walker, MiceError list> =
        let blocks = (walk.Sweeps + Length - 1) / Length
        let clock = Stopwatch.StartNew()

        beginning walk run
        |> Result.map (fun (struct (finished, walker)) ->
            let keep finished =
                run.Store |> Option.iter (RunStore.save walk.Name (toBytes walk finished walker))

                clock.Restart()

            for block in finished .. blocks - 1 do
                let last = min walk.Sweeps ((block + 1) * Length)
                walk.Advance block (block * Length) (last - 1) walker
                Run.tell "sampling" (float last / float walk.Sweeps) $"{last} of {walk.Sweeps} sweeps" run

                if
                    block = blocks - 1 || run.Cancel.IsCancellationRequested || clock.Elapsed.TotalSeconds > interval
                then
                    keep (block + 1)

                Run.stopIfCancelled run

            walker)
