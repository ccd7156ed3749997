namespace Mice.Cli

open System
open System.IO
open Argu
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy
open Mice.Plots
open Mice.Tensors

/// Files that every verb can write, and the end of every run.
[<RequireQualifiedAccess>]
module Outputs =

    /// Faults that would show only after the work: no browser for a picture.
    let faults (json: Read<string option>) (report: Read<string option>) (png: Read<string option>) : MiceError list =
        let isWanted =
            match png with
            | Ok(Some _) -> true
            | _ -> false

        [
            yield! Options.faults json
            yield! Options.faults report
            yield! Options.faults png
            if isWanted && Option.isNone (Browser.find ()) then
                MiceError.Unavailable("chromium, which draws the PNG,", "Install chromium or leave out --png.")
        ]

    /// g(r) up to 12 Å in bins of 0.05 Å.
    let pairs (snapshots: Snapshot[]) : PairDistribution =
        PairDistribution.histogram 0.05 12.0 snapshots |> Options.get

    let private reportFiles (options: RunOptions) (report: unit -> Report) : MiceError list =
        let save (path: string) = Report.save path (report ())

        let picture (page: string) (png: string) =
            match Browser.screenshot 1280 page png with
            | Ok() -> []
            | Error fault -> [ fault ]

        match options.Report, options.Png with
        | None, None -> []
        | Some page, None ->
            save page
            []
        | Some page, Some png ->
            save page
            picture page png
        | None, Some png ->
            let folder = Directory.CreateTempSubdirectory "mice-report-"

            try
                let page = Path.Combine(folder.FullName, "report.html")
                save page
                picture page png
            finally
                folder.Delete true

    /// Writes what was asked for, says which checks failed, and gives the exit code: 0, 1 for failed checks, 2 when a
    /// file could not be written.
    let finish (options: RunOptions) (json: Stream -> unit) (report: unit -> Report) (checks: Check list) : int =
        let written =
            try
                options.Json |> Option.iter (fun path -> RunStore.saveAtomically path json)
                reportFiles options report
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> [ MiceError.ToolFailed("Writing the result", e.Message) ]

        Display.faults written

        match written, checks |> List.filter (fun c -> not c.Passed) with
        | [], [] -> 0
        | [], failed ->
            eprintfn "%d of %d checks failed; do not trust the result as it stands." failed.Length checks.Length
            1
        | _ -> 2

/// Reading of the options that all verbs share.
[<RequireQualifiedAccess>]
module SharedOptions =

    /// All options, or every fault of them; the device is read as the verb does it.
    let readWith (device: string option -> Read<Device>) (given: ParseResults<SharedArgument>) : Read<RunOptions> =
        let seed = Options.seed (given.TryGetResult SharedArgument.Seed)
        let device = device (given.TryGetResult SharedArgument.Device)
        let threads = Options.threads (given.TryGetResult SharedArgument.Threads)
        let json = Options.output (given.TryGetResult SharedArgument.Json)
        let report = Options.output (given.TryGetResult SharedArgument.Report)
        let png = Options.output (given.TryGetResult SharedArgument.Png)

        match
            Options.faults seed
            @ Options.faults device
            @ Options.faults threads
            @ Outputs.faults json report png
        with
        | [] ->
            Ok
                {
                    Seed = Options.get seed
                    Device = Options.get device
                    Threads = Options.get threads
                    Quiet = given.Contains SharedArgument.Quiet
                    Json = Options.get json
                    Report = Options.get report
                    Png = Options.get png
                    Resume = given.TryGetResult SharedArgument.Resume
                }
        | faults -> Error faults

    /// All options of a verb that computes on any device, or every fault of them.
    let read: ParseResults<SharedArgument> -> Read<RunOptions> = readWith Options.device

    /// Settings of a scan, in full or quick.
    let scan (quick: bool) (options: RunOptions) (symmetry: Symmetry) : ScanOptions =
        let start = if quick then ScanOptions.quick else ScanOptions.defaults

        { start with
            Symmetry = symmetry
            Seed = options.Seed
            Device = options.Device
            Threads = options.Threads |> Option.defaultValue start.Threads
        }
