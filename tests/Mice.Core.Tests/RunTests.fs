module Mice.Tests.RunTests

open Expecto
open System
open System.IO
open System.Threading
open Mice

/// A run and what it told.
let private listening () =
    let told = ResizeArray<Progress>()

    { Run.quiet with Progress = told.Add }, told

/// The path of a folder that is not there yet.
let private withFolder (test: string -> unit) =
    inFolder (fun folder -> test (Path.Combine(folder, "run")))

[<Tests>]
let tests =
    testList
        "RunTests"
        [
            test "parts of a part tell their share of the whole" {
                let run, told = listening ()
                let half = Run.within 0.5 0.5 "second" run
                let quarter = Run.within 0.5 0.5 "" half
                Run.tell "phase" 0.5 "message" quarter
                Expect.equal told.Count 1 "one report"
                Expect.equal told[0].Fraction 0.875 "half of the last quarter"
                Expect.equal (told[0].Phase, told[0].Message) ("second: phase", "second: message") "named once"
            }

            test "jobs tell together, a hundred times at most, and end at 1" {
                let run, told = listening ()

                let work part steps =
                    let count = Run.counter "steps" (int64 steps) part

                    for _ in 1..steps do
                        count ()

                    Ok steps

                let results = Run.jobs float work [| 100; 300; 1000 |] run |> ok
                Expect.equal results [| 100; 300; 1000 |] "results in their order"
                let shares = told |> Seq.map _.Fraction |> Seq.toArray
                Expect.equal (Array.sort shares) shares "growing shares"
                Expect.equal (Array.last shares) 1.0 "at the end all is done"
                Expect.isLessThanOrEqual shares.Length 101 "a hundred reports at most"
            }

            test "the run of a job has one thread and the key of the whole; its number does not depend on the threads" {
                let work (part: Run) i = Ok(part.Threads, Key.item i part.Key)

                for threads in [ 1; 3 ] do
                    let found =
                        Run.jobs
                            (fun _ -> 1.0)
                            work
                            [| 0; 1 |]
                            { Run.seeded 5UL Run.quiet with
                                Threads = threads
                            }
                        |> ok

                    let key = Key.ofSeed 5UL
                    Expect.equal found [| 1, Key.item 0 key; 1, Key.item 1 key |] "threads and keys"
            }

            testCase "faults of jobs are collected, and a cancelled run ends them"
            <| fun () ->
                let fail _ i : Result<unit, MiceError list> =
                    Error [ MiceError.MissingFile(string i) ]

                Expect.equal
                    (Run.jobs (fun _ -> 1.0) fail [| 1; 2 |] Run.quiet)
                    (Error [ MiceError.MissingFile "1"; MiceError.MissingFile "2" ])
                    "both faults"

                use source = new CancellationTokenSource()
                source.Cancel()

                let stop (part: Run) _ : Result<unit, MiceError list> =
                    Run.stopIfCancelled part
                    Ok()

                Expecting.throwsAny<OperationCanceledException>
                    (fun () ->
                        Run.jobs (fun _ -> 1.0) stop [| 1; 2 |] { Run.quiet with Cancel = source.Token } |> ignore)
                    "one cancellation"
                |> ignore

                Expect.hasLength (Run.faults { Run.quiet with Threads = 0 }) 1 "no threads are a fault"

            testCase "a store belongs to the calculation that claimed it, its key and its conditions"
            <| fun () ->
                withFolder (fun folder ->
                    let run =
                        { Run.seeded 7UL Run.quiet with
                            Store = Some(RunStore.at folder)
                        }

                    let claim calculation conditions run =
                        Run.claim calculation (fun () -> conditions) run

                    let refused result =
                        match result with
                        | Error [ MiceError.Mismatch _ ] -> ()
                        | other -> failtest $"{other}"

                    let claimed = claim "a" [ "x", "1" ] run |> ok
                    claim "a" [ "x", "2" ] run |> refused
                    claim "b" [ "x", "1" ] run |> refused
                    claim "a" [ "x", "1" ] (Run.seeded 8UL run) |> refused
                    // Parts keep the store of the whole, with names of their own.
                    let part = claim "b" [ "y", "3" ] (Run.below "part" claimed) |> ok
                    let count = ref 0

                    let kept name run =
                        Run.kept
                            name
                            (fun bytes -> Ok bytes[0])
                            (fun value -> [| value |])
                            (fun () ->
                                count.Value <- count.Value + 1
                                Ok(byte count.Value))
                            run
                        |> ok

                    Expect.equal (kept "n" claimed, kept "n" part) (1uy, 2uy) "two names"
                    let again = claim "a" [ "x", "1" ] run |> ok
                    Expect.equal (kept "n" again, kept "n" (Run.below "part" again)) (1uy, 2uy) "nothing is done again"
                    Expect.equal count.Value 2 "two computations"

                    Expecting.throwsAny<InvalidOperationException>
                        (fun () -> kept "n" run |> ignore)
                        "an unclaimed store is a bug"
                    |> ignore)

            test "without a store nothing is asked and nothing is kept" {
                let run = Run.claim "a" (fun () -> failtest "asked") Run.quiet |> ok
                Expect.isNone run.Store "no store"

                let values =
                    [
                        for i in 1..2 -> Run.kept "n" (fun _ -> Ok 0) (fun _ -> [||]) (fun () -> Ok i) run |> ok
                    ]

                Expect.equal values [ 1; 2 ] "computed each time"
            }
        ]
