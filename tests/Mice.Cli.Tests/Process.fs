/// Running the built command line as users do: as a process.
module Mice.Cli.Tests.Process

open System
open System.Diagnostics
open System.IO

/// What a run of the program left.
type Outcome =
    {
        Code: int
        Out: string
        /// Lines of standard error.
        Errors: string list
    }

/// A file of the sodium data.
let sodium (name: string) =
    Repository.path [ "docs"; "data"; "na"; name ]

/// Arguments of `mice melt` for the runs of the documentation.
let meltOfSodium =
    [|
        "--solid"
        sodium "solid.dump.gz"
        "--liquid"
        sodium "liquid.dump.gz"
        "--solid-thermo"
        sodium "solid_thermo.csv"
        "--liquid-thermo"
        sodium "liquid_thermo.csv"
        "--temperature"
        "350"
    |]

/// The program of the same configuration as these tests.
let private program =
    let framework =
        DirectoryInfo(AppContext.BaseDirectory.TrimEnd Path.DirectorySeparatorChar)

    Repository.path [ "src"; "Mice.Cli"; "bin"; framework.Parent.Name; framework.Name; "mice.dll" ]

let start (arguments: string list) : Process =
    let info =
        ProcessStartInfo("dotnet", RedirectStandardOutput = true, RedirectStandardError = true)

    List.iter info.ArgumentList.Add ("exec" :: program :: arguments)
    Process.Start info

let finish (running: Process) : Outcome =
    let out = running.StandardOutput.ReadToEndAsync()
    let errors = running.StandardError.ReadToEndAsync()

    if not (running.WaitForExit(TimeSpan.FromMinutes 5.0)) then
        running.Kill true
        failwith "the program hangs"

    {
        Code = running.ExitCode
        Out = out.Result
        Errors = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
    }

/// Runs the program to its end.
let mice (arguments: string list) : Outcome =
    use running = start arguments
    finish running
