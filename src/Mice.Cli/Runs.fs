namespace Mice.Cli

open System
open System.IO
open System.Runtime.InteropServices
open System.Threading
open Mice

/// Long work: where its checkpoints lie, how it is stopped and how it goes on.
[<RequireQualifiedAccess>]
module Runs =

    /// Runs that this process has begun: two within a second have directories of their own.
    let private begun = ref 0

    /// A new directory for the checkpoints of a run whose user named none.
    let private newDirectory (verb: string) : string =
        let started = DateTime.UtcNow.ToString "yyyyMMdd-HHmmss"
        let number = Interlocked.Increment begun
        let name = $"{verb}-{started}-{Environment.ProcessId}-{number}"
        let data = Environment.GetFolderPath Environment.SpecialFolder.LocalApplicationData

        let below (folder: string) =
            Path.Combine(folder, "mice", "runs", name)

        try
            (Directory.CreateDirectory(below data)).FullName
        with
        | :? IOException
        | :? UnauthorizedAccessException -> (Directory.CreateDirectory(below (Path.GetTempPath()))).FullName

    /// Work that SIGINT and SIGTERM cancel; a second signal ends the process as usual.
    let private cancellable (work: CancellationToken -> 'a) : 'a =
        use source = new CancellationTokenSource()

        let stop (context: PosixSignalContext) =
            if not source.IsCancellationRequested then
                context.Cancel <- true
                source.Cancel()

        use _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, stop)
        use _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, stop)
        work source.Token

    /// The run of the work: its token, and its progress shown.
    let private shown (options: RunOptions) (work: Run -> 'a) : 'a =
        cancellable (fun token ->
            Display.withProgress options.Quiet (fun report ->
                work
                    { RunOptions.run options with
                        Cancel = token
                        Progress = report
                    }))

    /// <summary>Runs work that keeps nothing; None when it was stopped.</summary>
    /// <param name="options">How.</param>
    /// <param name="work">Gets the run.</param>
    let stoppable (options: RunOptions) (work: Run -> 'a) : 'a option =
        try
            Some(shown options work)
        with :? OperationCanceledException ->
            eprintfn "Stopped."
            None

    /// A command line as one types it.
    let private quoted (arguments: string list) : string =
        let quote (text: string) =
            let plain (c: char) =
                Char.IsLetterOrDigit c || "-_./:=+,".Contains(c)

            if text <> "" && Seq.forall plain text then
                text
            else
                "'" + text.Replace("'", "'\\''") + "'"

        arguments |> List.map quote |> String.concat " "

    /// <summary>Runs long work that keeps its state in a directory.</summary>
    /// <param name="verb">Words of the command line that stand for the work, for example <c>melt</c>.</param>
    /// <param name="given">The arguments behind them, for the line that says how to go on.</param>
    /// <param name="options">How.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="work">Gets the run, whose store is the directory.</param>
    /// <returns>What the work returns; None when it was stopped: then a line on standard error has said how to go on.</returns>
    let resumable
        (verb: string list)
        (given: string list)
        (options: RunOptions)
        (directory: string)
        (work: Run -> 'a)
        : 'a option =
        try
            shown options (fun run ->
                work
                    { run with
                        Store = Some(RunStore.at directory)
                    })
            |> Some
        with :? OperationCanceledException ->
            let rest =
                if List.contains "--resume" given then
                    given
                else
                    given @ [ "--resume"; directory ]

            eprintfn "Stopped. Go on with: %s" (quoted ("mice" :: verb @ rest))
            None

    /// <summary>Runs long work with checkpoints in the directory that <c>--resume</c> names, or in a new one that goes when the
    /// work is done.</summary>
    let withCheckpoints (verb: string list) (given: string list) (options: RunOptions) (work: Run -> 'a) : 'a option =
        let directory =
            options.Resume |> Option.defaultWith (fun () -> newDirectory (String.concat "-" verb))

        let result = resumable verb given options directory work

        if options.Resume.IsNone && result.IsSome then
            Directory.Delete(directory, true)

        result
