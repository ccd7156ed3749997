namespace Mice

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks

/// Independent jobs, several at a time.
module internal ParallelJobs =
    /// Runs all jobs, so many at a time at most; a thread that is free takes the next one. What every job gave, in the order of the jobs, or the
    /// errors of all that failed. Cancelled work is one OperationCanceledException with the token that the work watches.
    let run
        (threads: int)
        (cancel: CancellationToken)
        (work: 'job -> Result<'result, MiceError list>)
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

        found |> List.ofArray |> Validate.all |> Result.map Array.ofList
