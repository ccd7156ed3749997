namespace Mice.Testing.Measuring

open System
open System.Diagnostics
open System.IO

/// The machine that measures: who it is, and its clock.
[<RequireQualifiedAccess>]
module Machine =
    /// Processor model and number of cores, as in "AMD EPYC 7763, 2 cores".
    let description =
        let model =
            File.ReadLines "/proc/cpuinfo"
            |> Seq.tryFind _.StartsWith("model name")
            |> Option.map (fun line -> line.Substring(line.IndexOf ':' + 1).Trim())
            |> Option.defaultValue "unknown processor"

        $"{model}, {Environment.ProcessorCount} cores"

    /// Seconds that the work takes.
    let seconds (work: unit -> unit) : float =
        let watch = Stopwatch.StartNew()
        work ()
        watch.Elapsed.TotalSeconds

    /// Median seconds of several runs after one that warms up.
    let medianSeconds (runs: int) (work: unit -> unit) : float =
        work ()
        let times = Array.init runs (fun _ -> seconds work) |> Array.sort
        times[runs / 2]
