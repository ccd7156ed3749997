namespace Mice.Samplers

open System.Threading
open Mice

/// Telling how far chains are.
[<RequireQualifiedAccess>]
module internal Steps =
    /// A function to be called after every step of any chain, from any thread; it reports a hundred times in all.
    let reporter (total: int64) (progress: Progress -> unit) : unit -> unit =
        let finished = [| 0L |]

        fun () ->
            let now = Interlocked.Increment &finished[0]

            if now * 100L / total > (now - 1L) * 100L / total then
                progress
                    {
                        Phase = "sampling"
                        Fraction = float now / float total
                        Message = $"{now} of {total} steps"
                    }
