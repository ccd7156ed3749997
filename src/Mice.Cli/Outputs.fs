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
open Plotly.NET

/// Files that every verb can write, and the end of every run.
[<RequireQualifiedAccess>]
module Outputs =

    /// The file of a picture, for which there is a browser.
    let picture (path: string option) : Read<string option> =
        validate {
            let! png = Options.output path

            and! () =
                [
                    if path.IsSome && Option.isNone (Browser.find ()) then
                        MiceError.Unavailable("chromium, which draws the PNG,", "Install chromium or leave out --png.")
                ]

            return png
        }

    /// g(r) up to 12 Å in bins of 0.05 Å.
    let pairs (snapshots: Snapshot[]) : PairDistribution =
        match PairDistribution.histogram 0.05 12.0 snapshots with
        | Ok pairs -> pairs
        | Error faults -> invalidOp (faults |> List.map MiceError.message |> String.concat " ")

    /// What was calculated, and of which elements, where the snapshots name them.
    let title (calculated: string) (snapshots: Snapshot[]) : string =
        let names =
            snapshots
            |> Array.tryHead
            |> Option.map _.SpeciesNames
            |> Option.defaultValue [||]
            // A dump without element names has numbers for its types: those name nothing.
            |> Array.filter (fun name -> not (Char.IsDigit name[0]))

        if Array.isEmpty names then
            calculated
        else
            let listed = String.concat ", " names
            $"{calculated} of {listed}"

    /// Files that cannot be written are a fault of the user's.
    let saving (save: unit -> Read<'a>) : Read<'a> =
        try
            save ()
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Error [ MiceError.ToolFailed("Writing the result", e.Message) ]

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

    /// <summary>Adds the seed to the settings of a result, shows it, writes what was asked for and says which checks failed.</summary>
    /// <param name="options">How.</param>
    /// <param name="title">What was calculated.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="figures">The figures of its page, by section.</param>
    /// <param name="d">What was found.</param>
    /// <returns>The exit code: 0, 1 for failed checks, 2 when a file could not be written.</returns>
    let finish
        (options: RunOptions)
        (title: string)
        (versions: (string * string) list)
        (figures: unit -> (string * GenericChart list) list)
        (d: ResultDescription)
        : int =
        let d =
            { d with
                Settings = RunOptions.settings options @ d.Settings
            }

        Display.result title d

        let written =
            saving (fun () ->
                options.Json
                |> Option.iter (fun path -> RunStore.saveAtomically path (JsonResult.create versions d))

                Validate.without (reportFiles options (fun () -> Report.create title versions (figures ()) d)) ())
            |> Validate.faults

        Display.faults written

        match written, d.Checks |> List.filter (fun c -> not c.Passed) with
        | [], [] -> 0
        | [], failed ->
            eprintfn "%d of %d checks failed; do not trust the result as it stands." failed.Length d.Checks.Length
            1
        | _ -> 2

    /// <summary>Writes files of a result, each completely or not at all, then ends the run as all do.</summary>
    /// <param name="options">How.</param>
    /// <param name="title">What was calculated.</param>
    /// <param name="files">What writes each file.</param>
    /// <param name="figures">The figures of the page, by section.</param>
    /// <param name="d">What was found.</param>
    /// <returns>The exit code.</returns>
    let finishWithFiles
        (options: RunOptions)
        (title: string)
        (files: (unit -> unit) list)
        (figures: unit -> (string * GenericChart list) list)
        (d: ResultDescription)
        : int =
        let faults =
            files |> List.collect (fun save -> saving (save >> Ok) |> Validate.faults)

        Display.faults faults
        let code = finish options title (Estimators.versions []) figures d
        if List.isEmpty faults then code else 2

/// Reading of the options that all verbs share.
[<RequireQualifiedAccess>]
module SharedOptions =

    /// All options, or every fault of them; the device is read as the verb does it.
    let readWith (device: string option -> Read<Device>) (given: ParseResults<SharedArgument>) : Read<RunOptions> =
        validate {
            let! seed = Options.seed (given.TryGetResult SharedArgument.Seed)
            and! device = device (given.TryGetResult SharedArgument.Device)
            and! threads = Options.threads (given.TryGetResult SharedArgument.Threads)
            and! json = Options.output (given.TryGetResult SharedArgument.Json)
            and! report = Options.output (given.TryGetResult SharedArgument.Report)
            and! png = Outputs.picture (given.TryGetResult SharedArgument.Png)

            return
                {
                    Seed = seed
                    Device = device
                    Threads = threads
                    Quiet = given.Contains SharedArgument.Quiet
                    Json = json
                    Report = report
                    Png = png
                    Resume = given.TryGetResult SharedArgument.Resume
                }
        }

    /// All options of a verb that computes on any device, or every fault of them.
    let read: ParseResults<SharedArgument> -> Read<RunOptions> = readWith Options.device
