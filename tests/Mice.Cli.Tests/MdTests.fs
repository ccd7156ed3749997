module Mice.Cli.Tests.MdTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Atoms.Tests
open Mice.Cli.Tests.Process
open Xunit

/// 54 atoms: seconds.
let private solid (snapshots: int) (folder: string) (more: string list) =
    [ "md"; "run"; "na"; "--phase"; "solid"; "--temperature"; "300"; "--side"; "3" ]
    @ [ "--snapshots"; string snapshots; "--resume"; folder ]
    @ more

let private refused (word: string) (outcome: Outcome) =
    Assert.Equal(2, outcome.Code)
    Assert.Contains(word, Assert.Single outcome.Errors)

[<Fact>]
let ``A device other than the processor and a seed that LAMMPS does not take are refused`` () =
    inFolder (fun folder ->
        mice (solid 1 folder [ "--device"; "cuda" ]) |> refused "LAMMPS runs on the processor"
        mice (solid 1 folder [ "--device"; "abacus" ]) |> refused "abacus"
        mice (solid 1 folder [ "--seed"; "0" ]) |> refused "--seed"
        mice (solid 1 folder [ "--out"; folder ]) |> fun outcome -> Assert.Equal(2, outcome.Code))

[<LammpsFact>]
let ``A run leaves snapshots, means and a report, and belongs to its folder on any number of threads`` () =
    inFolder (fun folder ->
        let file name = Path.Combine(folder, name)
        let run = file "run"

        let outcome =
            mice (
                solid
                    2
                    run
                    [
                        "--threads"
                        "1"
                        "--quiet"
                        "--json"
                        file "md.json"
                        "--report"
                        file "md.html"
                    ]
            )

        Assert.Equal(0, outcome.Code)
        Assert.Empty outcome.Errors
        Assert.Contains("eV per atom", outcome.Out)
        use document = JsonDocument.Parse(File.ReadAllText(file "md.json"))
        let json = document.RootElement
        let number (name: string) = json.GetProperty(name).GetDouble()
        Assert.Equal(2.0, number "snapshots")
        Assert.Equal(54.0, number "atoms")
        // 10 ps of 54 atoms: the mean temperature is known to some 15 K, the energy of solid sodium at 300 K is −1.066 eV per atom.
        Assert.InRange(number "temperature_kelvin", 220.0, 380.0)
        Assert.InRange(number "potential_energy_ev_per_atom", -1.09, -1.04)
        Assert.True(number "volume_per_atom_angstrom3_standard_error" > 0.0)
        Assert.False(fst (json.GetProperty("settings").TryGetProperty "threads"))
        Assert.True(File.Exists(json.GetProperty("trajectory").GetString()))

        let page = File.ReadAllText(file "md.html")
        Assert.Equal(4, page.Substring(page.IndexOf "</head>").Split("Plotly.newPlot").Length - 1)

        // The run is finished, so no LAMMPS is started that might lack the threads.
        Assert.Equal(0, (mice (solid 2 run [ "--threads"; "2"; "--quiet" ])).Code)
        mice (solid 2 run [ "--seed"; "2" ]) |> refused "seed")

[<LammpsFact>]
let ``A stopped run goes on where it was`` () =
    inFolder (fun folder ->
        let run = Path.Combine(folder, "run")
        use running = start (solid 1000 run [])

        let stored () =
            Directory.Exists run && Directory.GetFiles(run, "state.*").Length > 0

        let clock = Stopwatch.StartNew()

        while not (stored ()) && clock.Elapsed < TimeSpan.FromMinutes 2.0 do
            Threading.Thread.Sleep 100

        // As Ctrl-C on a terminal does: the signal goes to LAMMPS and to the program.
        let id = running.Id

        use kill =
            Process.Start("sh", [ "-c"; $"kill -TERM $(cat /proc/{id}/task/*/children) {id}" ])

        kill.WaitForExit()
        let outcome = finish running
        Assert.Equal(1, outcome.Code)
        Assert.Contains(outcome.Errors, fun line -> line.StartsWith "Stopped." && line.Contains $"--resume {run}")
        Assert.NotEmpty(Directory.GetFiles(run, "state.*"))
        // Goes on from the stored state: production begins again at once, with a part of its own.
        use again = start (solid 1000 run [ "--quiet" ])
        clock.Restart()

        while Directory.GetFiles(run, "part.*.dump").Length < 2 && clock.Elapsed < TimeSpan.FromMinutes 2.0 do
            Threading.Thread.Sleep 100

        use stop = Process.Start("kill", [ "-TERM"; string again.Id ])
        stop.WaitForExit()
        Assert.Equal(1, (finish again).Code)
        Assert.Equal(2, Directory.GetFiles(run, "part.*.dump").Length))
