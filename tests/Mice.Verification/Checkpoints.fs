namespace Mice.Verification

open System.IO
open Mice

/// Checkpoints of verifications that take long, so that they go on where they were stopped.
[<RequireQualifiedAccess>]
module Checkpoints =
    /// Their folder.
    let place (name: string) : string =
        Repository.path [ "artifacts"; "verify"; name ]

    /// A run that keeps checkpoints, and whether there were none before.
    let run (name: string) : struct (Run * bool) =
        let place = place name
        let isNew = not (Directory.Exists place)

        struct ({ Run.console with
                    Store = Some(RunStore.at place)
                },
                isNew)

    /// Forgets those of work whose figures were told.
    let forget (name: string) : unit = Directory.Delete(place name, true)
