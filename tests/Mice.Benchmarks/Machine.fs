namespace Mice.Benchmarks

open System
open System.Diagnostics
open System.IO

/// The machine that measures: who it is, its clock, and the Python that stands in for what users have today.
[<RequireQualifiedAccess>]
module Machine =
    /// The folder with Mice.sln above this program.
    let root =
        let rec search (folder: DirectoryInfo) =
            if File.Exists(Path.Combine(folder.FullName, "Mice.sln")) then
                folder.FullName
            else
                match folder.Parent with
                | null -> failwith "This program runs inside of the repository only."
                | parent -> search parent

        search (DirectoryInfo AppContext.BaseDirectory)

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

    /// Work in a folder that is deleted afterwards.
    let inTemporaryFolder (work: string -> 'a) : 'a =
        let folder = Directory.CreateTempSubdirectory "mice-bench"

        try
            work folder.FullName
        finally
            folder.Delete true

    /// Standard output of a script in tests/Mice.Benchmarks/peers, run by the system's Python.
    let python (script: string) (arguments: string list) : string =
        let path = Path.Combine(root, "tests", "Mice.Benchmarks", "peers", script)

        let info =
            ProcessStartInfo("/usr/bin/python3", path :: arguments, RedirectStandardOutput = true)

        match Process.Start info with
        | null -> failwith "Python did not start."
        | started ->
            use started = started
            let output = started.StandardOutput.ReadToEnd()
            started.WaitForExit()

            if started.ExitCode = 0 then
                output
            else
                failwith $"{script} ended with exit code {started.ExitCode}."
