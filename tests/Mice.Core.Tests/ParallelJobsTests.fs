module Mice.Tests.ParallelJobsTests

open System
open System.Threading
open Xunit
open Mice

[<Fact>]
let ``results come in the order of the jobs, errors all together`` () =
    let square job = Ok(job * job)

    for threads in [ 1; 2; 7 ] do
        let found = [| 0..40 |] |> ParallelJobs.run threads CancellationToken.None square
        Assert.Equal(Ok(Array.init 41 (fun i -> i * i)), found)

    let odd job =
        if job % 2 = 1 then
            Error(MiceError.MissingFile(string job))
        else
            Ok job

    Assert.Equal(
        Error [ MiceError.MissingFile "1"; MiceError.MissingFile "3" ],
        [| 0..4 |] |> ParallelJobs.run 2 CancellationToken.None odd
    )

[<Fact>]
let ``cancelled work is one cancellation, another exception is kept`` () =
    use source = new CancellationTokenSource()

    let stop _ : Result<unit, MiceError> =
        source.Cancel()
        source.Token.ThrowIfCancellationRequested()
        Ok()

    Assert.Throws<OperationCanceledException>(fun () -> ParallelJobs.run 2 source.Token stop [| 0..3 |] |> ignore)
    |> ignore

    let fail _ : Result<unit, MiceError> = invalidOp "a bug"

    Assert.Throws<AggregateException>(fun () -> ParallelJobs.run 2 CancellationToken.None fail [| 0..3 |] |> ignore)
    |> ignore
