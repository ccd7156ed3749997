namespace Mice

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks

/// Independent jobs, several at a time.
[<RequireQualifiedAccess>]
module ParallelJobs =
    /// <summary>Runs all jobs; a thread that is free takes the next one.</summary>
    /// <param name="threads">Most jobs at a time, 1 or more.</param>
    /// <param name="cancel">The token that the work watches.</param>
    /// <param name="work">One job.</param>
    /// <param name="jobs">The jobs.</param>
    /// <returns>What every job gave, in the order of the jobs; the errors of all that failed.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let run
        (threads: int)
        (cancel: CancellationToken)
        (work: 'job -> Result<'result, MiceError>)
        (jobs: 'job[])
        : Result<'result[], MiceError list> =
        let found = Array.zeroCreate jobs.Length

        let source =
            Partitioner.Create(Seq.init jobs.Length id, EnumerablePartitionerOptions.NoBuffering)

        let settings = ParallelOptions(MaxDegreeOfParallelism = threads)

        try
            Parallel.ForEach(source, settings, (fun i -> found[i] <- work jobs[i])) |> ignore
        with :? AggregateException as e when
            (e.Flatten().InnerExceptions |> Seq.forall (fun i -> i :? OperationCanceledException)) ->
            raise (OperationCanceledException cancel)

        let failed =
            found
            |> Array.choose (function
                | Error e -> Some e
                | Ok _ -> None)

        if Array.isEmpty failed then
            found |> Array.choose Result.toOption |> Ok
        else
            Error(List.ofArray failed)
