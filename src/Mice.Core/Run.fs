namespace Mice

open System
open System.Threading

/// <summary>What a long computation is given besides its options and its data: <c>estimate options run data</c>. Start from Run.quiet or Run.console
/// and change fields with { … with … }.</summary>
[<NoEquality; NoComparison>]
type Run =
    {
        /// All randomness: same key, same numbers.
        Key: Key
        /// Processor threads, 1 or more; results do not depend on them.
        Threads: int
        /// Where networks are computed.
        Device: Device
        /// Stops the work by an OperationCanceledException; with a store a checkpoint is left.
        Cancel: CancellationToken
        /// Told now and then how far the work is; called from several threads, one at a time.
        Progress: Progress -> unit
        /// Where the work keeps what it needs to go on after an interruption, to the same numbers: <c>Some(RunStore.at "directory")</c>. None
        /// keeps nothing.
        Store: RunStore option
    }

/// Runs, and what is made of them for the parts of a computation.
[<RequireQualifiedAccess>]
module Run =
    /// The seed where none is given.
    [<Literal>]
    let DefaultSeed = 1UL

    /// The default seed, all processor threads, nothing said, nothing kept.
    let quiet: Run =
        {
            Key = Key.ofSeed DefaultSeed
            Threads = Environment.ProcessorCount
            Device = Device.cpu
            Cancel = CancellationToken.None
            Progress = ignore
            Store = None
        }

    /// The same with progress as lines on standard error.
    let console: Run =
        { quiet with
            Progress = ConsoleProgress.lines ()
        }

    /// <summary>The run with all randomness from a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="run">The run.</param>
    let seeded (seed: uint64) (run: Run) : Run = { run with Key = Key.ofSeed seed }

    /// <summary>The run with the randomness of one purpose.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="run">The run.</param>
    let named (purpose: string) (run: Run) : Run =
        { run with
            Key = Key.named purpose run.Key
        }

    /// <summary>The run with the randomness of one of several equal parts.</summary>
    /// <param name="index">The part, from 0.</param>
    /// <param name="run">The run.</param>
    let item (index: int) (run: Run) : Run =
        { run with
            Key = Key.item index run.Key
        }

    /// <summary>The run of a part of the work: its progress is a share of that of the whole.</summary>
    /// <param name="first">Share of the whole that is done before the part.</param>
    /// <param name="share">Share of the whole that the part is.</param>
    /// <param name="name">What the part is called in front of its own messages; "" for nothing.</param>
    /// <param name="run">The run of the whole.</param>
    let within (first: float) (share: float) (name: string) (run: Run) : Run =
        let called text =
            if name = "" then text else $"{name}: {text}"

        { run with
            Progress =
                fun p ->
                    run.Progress
                        {
                            Phase = called p.Phase
                            Fraction = first + share * p.Fraction
                            Message = called p.Message
                        }
        }

    /// <summary>The run of a part that keeps its state under names of its own.</summary>
    /// <param name="part">The part, as a part of a file name.</param>
    /// <param name="run">The run of the whole.</param>
    let below (part: string) (run: Run) : Run =
        { run with
            Store = run.Store |> Option.map (RunStore.below part)
        }

    /// <summary>Tells how far the work is.</summary>
    /// <param name="phase">The part now running.</param>
    /// <param name="fraction">Share done, from 0 to 1.</param>
    /// <param name="message">One line for people.</param>
    /// <param name="run">The run.</param>
    let tell (phase: string) (fraction: float) (message: string) (run: Run) : unit =
        run.Progress
            {
                Phase = phase
                Fraction = fraction
                Message = message
            }

    /// <summary>A function to be called after every step from any thread, which tells a hundred times in all how far the work is.</summary>
    /// <param name="phase">The part now running.</param>
    /// <param name="total">Steps of the whole work.</param>
    /// <param name="run">The run.</param>
    let counter (phase: string) (total: int64) (run: Run) : unit -> unit =
        let finished = [| 0L |]

        fun () ->
            let now = Interlocked.Increment &finished[0]

            if now * 100L / total > (now - 1L) * 100L / total then
                tell phase (float now / float total) $"{now} of {total} steps" run

    /// <summary>Ends the work when it was cancelled.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let stopIfCancelled (run: Run) : unit =
        run.Cancel.ThrowIfCancellationRequested()

    /// <summary>The faults of a run: OutOfRange for fewer threads than one.</summary>
    /// <param name="run">The run.</param>
    let faults (run: Run) : MiceError list =
        Validate.atLeast 1 "the number of threads" run.Threads

    /// <summary>What the numbers of a run depend on, by name.</summary>
    /// <param name="run">The run.</param>
    let describe (run: Run) : (string * string) list =
        [ "key_of_seed", string run.Key; "device", Device.name run.Device ]

    /// <summary>The run with its store claimed for a calculation, new or to be gone on with; a part of a calculation keeps the store of the whole.</summary>
    /// <param name="calculation">What is computed.</param>
    /// <param name="conditions">Everything that its numbers depend on besides the run, by name: options, and hashes of the data; asked for only with a
    /// store.</param>
    /// <param name="run">The run.</param>
    /// <returns>Errors: Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let claim
        (calculation: string)
        (conditions: unit -> (string * string) list)
        (run: Run)
        : Result<Run, MiceError list> =
        match run.Store with
        | None -> Ok run
        | Some store ->
            ("calculation", calculation) :: describe run @ conditions ()
            |> RunStore.identity
            |> fun identity -> RunStore.claim identity store
            |> Result.map (fun claimed -> { run with Store = Some claimed })

    /// <summary>What was saved under a name, or the result of work that is then saved under it.</summary>
    /// <param name="name">A plain file name.</param>
    /// <param name="ofBytes">Reads what was saved.</param>
    /// <param name="toBytes">Writes it.</param>
    /// <param name="work">The work.</param>
    /// <param name="run">The run.</param>
    /// <returns>Errors: those of the work and of reading, BadFile.</returns>
    let kept
        (name: string)
        (ofBytes: byte[] -> Result<'result, MiceError list>)
        (toBytes: 'result -> byte[])
        (work: unit -> Result<'result, MiceError list>)
        (run: Run)
        : Result<'result, MiceError list> =
        let computed (store: RunStore) =
            work ()
            |> Result.map (fun result ->
                RunStore.save name (toBytes result) store
                result)

        match run.Store with
        | None -> work ()
        | Some store ->
            match RunStore.tryLoad name store with
            | Error fault -> Error [ fault ]
            | Ok(Some content) -> ofBytes content
            | Ok None -> computed store

    /// <summary>Independent jobs, several at a time on the processor and one at a time on other devices. The run of a job has one thread, and its
    /// progress is that of the job; all together tell a hundred times how far they are.</summary>
    /// <param name="weight">How much of the whole a job is, above 0.</param>
    /// <param name="work">One job.</param>
    /// <param name="jobs">The jobs, one or more.</param>
    /// <param name="run">The run of the whole.</param>
    /// <returns>What every job gave, in the order of the jobs; the errors of all that failed.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let jobs
        (weight: 'job -> float)
        (work: Run -> 'job -> Result<'result, MiceError list>)
        (jobs: 'job[])
        (run: Run)
        : Result<'result[], MiceError list> =
        let total = Array.sumBy weight jobs
        let parts = Array.zeroCreate jobs.Length
        let percent = ref -1
        let gate = obj ()

        let told index (progress: Progress) =
            lock gate (fun () ->
                parts[index] <- progress.Fraction * weight jobs[index]
                let share = Array.sum parts / total
                let now = int (100.0 * share + 1e-6)

                if now > percent.Value then
                    percent.Value <- now
                    run.Progress { progress with Fraction = share })

        let one index =
            work
                { run with
                    Threads = 1
                    Progress = told index
                }
                jobs[index]

        let most = if run.Device = Device.cpu then run.Threads else 1
        ParallelJobs.run most run.Cancel one [| 0 .. jobs.Length - 1 |]
