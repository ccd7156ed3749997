module Mice.Cli.Tests.MdTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Atoms.Tests
open Mice.Cli.Tests.Process
open Mice.Atoms.Tests.NeedsLammps

/// 54 atoms: seconds.
let private solid (snapshots: int) (folder: string) (more: string list) =
    [ "md"; "run"; "na"; "--phase"; "solid"; "--temperature"; "300"; "--side"; "3" ]
    @ [ "--snapshots"; string snapshots; "--resume"; folder ]
    @ more

let private refused (word: string) (outcome: Outcome) =
    Expect.equal outcome.Code 2 "exit code"
    Expect.stringContains (Expecting.single outcome.Errors "lines of standard error") word "what the error says"

[<Tests>]
let tests =
    testList
        "MdTests"
        [
            test "A device other than the processor and a seed that LAMMPS does not take are refused" {
                inFolder (fun folder ->
                    mice (solid 1 folder [ "--device"; "cuda" ]) |> refused "LAMMPS runs on the processor"
                    mice (solid 1 folder [ "--device"; "abacus" ]) |> refused "abacus"
                    mice (solid 1 folder [ "--seed"; "0" ]) |> refused "--seed"

                    mice (solid 1 folder [ "--out"; folder ]) |> fun outcome -> Expect.equal outcome.Code 2 "exit code")
            }

            testCase "A run leaves snapshots, means and a report, and belongs to its folder on any number of threads"
            <| fun () ->
                needsLammps ()

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

                    Expect.equal outcome.Code 0 "exit code"
                    Expect.isEmpty outcome.Errors "nothing on standard error"
                    Expect.stringContains outcome.Out "eV per atom" "the energy on standard output"
                    use document = JsonDocument.Parse(File.ReadAllText(file "md.json"))
                    let json = document.RootElement
                    let number (name: string) = json.GetProperty(name).GetDouble()
                    Expect.equal (number "snapshots") 2.0 "snapshots"
                    Expect.equal (number "atoms") 54.0 "atoms"
                    // 10 ps of 54 atoms: the mean temperature is known to some 15 K, the energy of solid sodium at 300 K is −1.066 eV per atom.
                    Expecting.inRange (number "temperature_kelvin") 220.0 380.0 "the mean temperature"

                    Expecting.inRange
                        (number "potential_energy_ev_per_atom")
                        (-1.09)
                        (-1.04)
                        "the potential energy per atom"

                    Expect.isTrue
                        (number "volume_per_atom_angstrom3_standard_error" > 0.0)
                        "the volume has a standard error"

                    Expect.isFalse
                        (fst (json.GetProperty("settings").TryGetProperty "threads"))
                        "threads are no part of the settings"

                    Expect.isTrue (File.Exists(json.GetProperty("trajectory").GetString())) "the trajectory is there"

                    let page = File.ReadAllText(file "md.html")

                    Expect.equal
                        (page.Substring(page.IndexOf "</head>").Split("Plotly.newPlot").Length - 1)
                        4
                        "charts of the report"

                    // The run is finished, so no LAMMPS is started that might lack the threads.
                    Expect.equal
                        ((mice (solid 2 run [ "--threads"; "2"; "--quiet" ])).Code)
                        0
                        "exit code with other threads"

                    mice (solid 2 run [ "--seed"; "2" ]) |> refused "seed")

            testCase "A stopped run goes on where it was"
            <| fun () ->
                needsLammps ()

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
                    Expect.equal outcome.Code 1 "exit code of the stopped run"

                    Expect.exists
                        outcome.Errors
                        (fun line -> line.StartsWith "Stopped." && line.Contains $"--resume {run}")
                        "a line says how to go on"

                    Expect.isNonEmpty (Directory.GetFiles(run, "state.*")) "states are stored"
                    // Goes on from the stored state: production begins again at once, with a part of its own.
                    use again = start (solid 1000 run [ "--quiet" ])
                    clock.Restart()

                    while Directory.GetFiles(run, "part.*.dump").Length < 2 && clock.Elapsed < TimeSpan.FromMinutes 2.0 do
                        Threading.Thread.Sleep 100

                    use stop = Process.Start("kill", [ "-TERM"; string again.Id ])
                    stop.WaitForExit()
                    Expect.equal ((finish again).Code) 1 "exit code of the second run"
                    Expect.equal (Directory.GetFiles(run, "part.*.dump").Length) 2 "parts of the production")
        ]
