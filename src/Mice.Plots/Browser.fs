namespace Mice.Plots

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open Mice

/// <summary>Pictures of pages by headless Chromium, where it is installed.</summary>
[<RequireQualifiedAccess>]
module Browser =

    let private names =
        [ "chromium"; "chromium-browser"; "google-chrome"; "google-chrome-stable" ]

    let private remedy =
        "Install chromium (Debian: apt-get install chromium), or leave out the PNG."

    /// <summary>Path of the browser, or None when none is installed.</summary>
    let find () : string option =
        let folders =
            match Environment.GetEnvironmentVariable "PATH" with
            | null -> [||]
            | path -> path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)

        Seq.allPairs names folders
        |> Seq.map (fun (name, folder) -> Path.Combine(folder, name))
        |> Seq.tryFind File.Exists

    /// Flags for a quiet browser without network, with a new and empty profile folder that is deleted afterwards.
    let private flags (profile: string) =
        [
            "--headless"
            "--no-sandbox"
            "--disable-gpu"
            "--no-first-run"
            "--disable-background-networking"
            "--disable-component-update"
            "--disable-sync"
            "--hide-scrollbars"
            $"--user-data-dir={profile}"
        ]

    /// Runs the browser once and returns what it printed; Ok when it ended with 0 in time.
    let private run (browser: string) (profile: string) (arguments: string list) : Result<string, MiceError> =
        let start =
            ProcessStartInfo(browser, RedirectStandardOutput = true, RedirectStandardError = true)

        flags profile @ arguments |> List.iter start.ArgumentList.Add
        use chromium = Process.Start start
        let output = chromium.StandardOutput.ReadToEndAsync()
        let errors = chromium.StandardError.ReadToEndAsync()

        if not (chromium.WaitForExit(TimeSpan.FromSeconds 60.0)) then
            chromium.Kill true
            Error(MiceError.ToolFailed("chromium", "no picture after 60 s"))
        elif chromium.ExitCode <> 0 then
            Error(MiceError.ToolFailed("chromium", $"exit code {chromium.ExitCode}: {errors.Result.Trim()}"))
        else
            Ok output.Result

    /// The height of a report, which says so in <c>data-height</c> once it has been drawn; 2,000 for other pages.
    let private heightOf (page: string) : int =
        let found = Regex.Match(page, "data-height=\"([0-9]{1,5})\"")
        if found.Success then int found.Groups[1].Value else 2000

    /// Deletes the profile folder if the browser's processes have released it by then; otherwise the folder stays below the temporary folder.
    let private tryDelete (folder: string) =
        try
            Directory.Delete(folder, true)
        with
        | :? IOException
        | :? UnauthorizedAccessException -> ()

    /// <summary>Saves a picture of a local page in its whole height, whole or not at all.</summary>
    /// <param name="width">Width of the window, pixels.</param>
    /// <param name="page">Path of the HTML file.</param>
    /// <param name="picture">Path of the PNG file.</param>
    /// <returns><c>Unavailable</c> without a browser, <c>ToolFailed</c> when it gave no picture.</returns>
    let screenshot (width: int) (page: string) (picture: string) : Result<unit, MiceError> =
        match find () with
        | None -> Error(MiceError.Unavailable("chromium", remedy))
        | Some browser ->
            let profile = Directory.CreateTempSubdirectory("mice-chromium-").FullName
            let temporary = Path.Combine(profile, "picture.png")
            let address = Uri(Path.GetFullPath page).AbsoluteUri
            let window height = $"--window-size={width},{height}"
            let wait = "--virtual-time-budget=10000"

            try
                run browser profile [ window 1000; wait; "--dump-dom"; address ]
                |> Result.bind (fun drawn ->
                    run browser profile [ window (heightOf drawn); wait; $"--screenshot={temporary}"; address ])
                |> Result.bind (fun _ ->
                    if File.Exists temporary then
                        RunStore.saveAtomically picture (fun stream -> stream.Write(File.ReadAllBytes temporary))
                        Ok()
                    else
                        Error(MiceError.ToolFailed("chromium", "it wrote no picture")))
            finally
                tryDelete profile
