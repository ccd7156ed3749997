namespace Mice.Testing

open System
open System.IO
open System.Threading
open Expecto
open Mice

/// Long work that is stopped on its way.
[<RequireQualifiedAccess>]
module Stopping =
    /// What work gives that was stopped at some share and goes on from what it kept.
    let goneOn (share: float) (run: Run) (work: Run -> 'result) : 'result =
        inFolder (fun folder ->
            use source = new CancellationTokenSource()

            let kept =
                { run with
                    Store = Some(RunStore.at folder)
                }

            let stopped =
                { kept with
                    Cancel = source.Token
                    Progress =
                        fun p ->
                            if p.Fraction >= share then
                                source.Cancel()
                }

            Expecting.throws<OperationCanceledException> (fun () -> work stopped |> ignore) "the stop" |> ignore

            Expect.isNonEmpty (Directory.GetFiles(folder, "*.state", SearchOption.AllDirectories)) "a state is kept"

            work kept)
