module Mice.Tests.ParallelJobsTests

open Expecto
open System
open System.Threading
open Mice

[<Tests>]
let tests =
    testList
        "ParallelJobsTests"
        [
            test "results come in the order of the jobs, errors all together" {
                let square job = Ok(job * job)

                for threads in [ 1; 2; 7 ] do
                    let found = [| 0..40 |] |> ParallelJobs.run threads CancellationToken.None square
                    Expect.equal found (Ok(Array.init 41 (fun i -> i * i))) "results in the order of the jobs"

                let odd job =
                    if job % 2 = 1 then
                        Error [ MiceError.MissingFile(string job) ]
                    else
                        Ok job

                Expect.equal
                    ([| 0..4 |] |> ParallelJobs.run 2 CancellationToken.None odd)
                    (Error [ MiceError.MissingFile "1"; MiceError.MissingFile "3" ])
                    "the errors of both jobs that failed, in order"
            }

            testCase "cancelled work is one cancellation, another exception is kept"
            <| fun () ->
                use source = new CancellationTokenSource()

                let stop _ : Result<unit, MiceError list> =
                    source.Cancel()
                    source.Token.ThrowIfCancellationRequested()
                    Ok()

                Expecting.throws<OperationCanceledException>
                    (fun () -> ParallelJobs.run 2 source.Token stop [| 0..3 |] |> ignore)
                    "cancelled jobs are one cancellation"
                |> ignore

                let fail _ : Result<unit, MiceError list> = invalidOp "a bug"

                Expecting.throws<AggregateException>
                    (fun () -> ParallelJobs.run 2 CancellationToken.None fail [| 0..3 |] |> ignore)
                    "an exception of a job is kept"
                |> ignore
        ]
