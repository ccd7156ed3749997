module Mice.Cli.Tests.SampleTests

open Expecto
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Samplers

let private sample (model: string) (words: string) : int =
    CommandLine.run Estimators.standard [| "sample"; model; yield! words.Split ' '; "--quiet" |]

/// The objects of the results in a JSON file.
let private results (file: string) (read: JsonElement list -> unit) : unit =
    use document = JsonDocument.Parse(File.ReadAllText file)
    document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq |> read

let private number (name: string) (item: JsonElement) = item.GetProperty(name).GetDouble()

[<Tests>]
let tests =
    testList
        "SampleTests"
        [
            test "Ising spins of several temperatures go to a file each, with what is known of them" {
                inFolder (fun folder ->
                    let at (name: string) = Path.Combine(folder, name)
                    let json, page = at "s.json", at "s.html"

                    let words =
                        "--size 6 --lattice triangular --coupling -1 --field 0.5 --temperature 2.0,3.25 --snapshots 600 --seed 7"

                    Expect.equal
                        (sample "ising" $"""{words} --output {at "s.v1.spins"} --json {json} --report {page}""")
                        0
                        "exit code"

                    results json (fun found ->
                        for item, (temperature, name) in
                            List.zip found [ 2.0, "s.v1-T2.spins"; 3.25, "s.v1-T3.25.spins" ] do
                            Expect.equal (item.GetProperty("file").GetString()) (at name) "the name of the file"
                            Expect.equal (number "temperature" item) temperature "the temperature"
                            let snapshots = ok (SnapshotFile.readSpins (at name))
                            // Two of each of the 512 chains.
                            Expect.equal snapshots.Sites.Length 1024 "snapshots in the file"
                            Expect.equal (number "snapshots" item) 1024.0 "snapshots in the JSON"
                            let source = (ok (SnapshotFile.readSource (at name))).Value
                            let energy = number "energy_per_site" item
                            Expect.equal source.EnergyPerSite.Value energy "the energy in the file"

                            Expect.equal
                                source.EnergyPerSite.StandardError
                                (number "energy_per_site_standard_error" item)
                                "its standard error in the file"

                            Expect.equal
                                (source.Model, source.Parameters)
                                ("ising", [ "lattice", "triangular"; "coupling", "-1"; "field", "0.5" ])
                                "the model in the file"

                            Expect.equal
                                (source.Temperature, source.Seed, source.SnapshotsPerChain)
                                (temperature, 7UL, 2)
                                "temperature, seed and snapshots of a chain in the file"

                            Expect.isTrue
                                (number "autocorrelation_time_rounds" item > 0.3)
                                "the autocorrelation time is above 0.3 rounds"

                            let model =
                                { IsingModel.triangularAntiferromagnet 6 temperature with
                                    Field = 0.5
                                }

                            let energies =
                                snapshots.Sites |> Array.map (fun s -> IsingModel.energy model s / 36.0)

                            let own = Statistics.estimate Direction.Exact energies
                            // Nearly independent snapshots, some of which the other mean has too: 5 errors of their own mean are ample.
                            Expecting.within
                                (5.0 * own.StandardError)
                                own.Value
                                energy
                                "the mean energy of the snapshots")

                    Expect.stringContains (File.ReadAllText page) "Energy per site" "the report shows the energy")
            }

            test "XY angles go to one file under its own name, the same for the same seed" {
                inFolder (fun folder ->
                    let files = [ for i in 1..3 -> Path.Combine(folder, $"{i}.npy") ]
                    let json = Path.Combine(folder, "s.json")

                    let draw (seed: int) (file: string) =
                        sample
                            "xy"
                            $"--size 4 --temperature 1 --field 0.3 --snapshots 500 --seed {seed} --output {file} --json {json}"

                    Expect.equal (List.map2 draw [ 1; 1; 2 ] files) [ 0; 0; 0 ] "exit codes"
                    let content = files |> List.map File.ReadAllBytes
                    Expect.equal content[1] content[0] "the same seed gives the same file"
                    Expect.notEqual content[2] content[0] "another seed gives another file"
                    let snapshots = ok (SnapshotFile.readAngles files[2])
                    // Eight of each of the 64 chains.
                    Expect.equal snapshots.Sites.Length 512 "snapshots in the file"

                    results json (fun found ->
                        let item = Expecting.single found "results"

                        Expect.isTrue
                            (number "autocorrelation_time_steps" item > 0.3)
                            "the autocorrelation time is above 0.3 steps"

                        let model =
                            { XYModel.square 4 1.0 with
                                Field = 0.3
                            }

                        let energies =
                            snapshots.Sites |> Array.map (fun s -> XYModel.energy model (XYState.ofAngles s) / 16.0)

                        let own = Statistics.estimate Direction.Exact energies

                        Expecting.within
                            (5.0 * own.StandardError)
                            own.Value
                            (number "energy_per_site" item)
                            "the mean energy of the snapshots"))
            }

            test "The entropy of a model is of the snapshots that are drawn with the same seed" {
                inFolder (fun folder ->
                    let sampled, estimated =
                        Path.Combine(folder, "s.json"), Path.Combine(folder, "e.json")

                    let words = "--size 4 --temperature 2.5 --snapshots 512 --seed 3"
                    let file = Path.Combine(folder, "s.npy")
                    Expect.equal (sample "ising" $"{words} --output {file} --json {sampled}") 0 "exit code"

                    let entropy = $"{words} --method counting --quiet --json {estimated}".Split ' '

                    Expect.isTrue
                        (CommandLine.run Estimators.standard [| "entropy"; "ising"; yield! entropy |] < 2)
                        "the arguments are accepted"

                    results sampled (fun own ->
                        results estimated (fun other ->
                            Expect.equal
                                (number "energy_per_site" other.Head)
                                (number "energy_per_site" own.Head)
                                "the energy per site")))
            }

            test "A check that fails gives exit code 1, and the file all the same" {
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "s.npy")

                    Expect.equal
                        (sample "xy" $"--size 12 --temperature 0.9 --every 1 --snapshots 6400 --output {file}")
                        1
                        "exit code"

                    Expect.equal ((ok (SnapshotFile.readAngles file)).Sites.Length) 6400 "snapshots in the file")
            }

            test "All bad arguments are told, one line each" {
                let bad =
                    "--size 0 --temperature 2,-1 --lattice cubic --coupling two --field nan --snapshots 0 --equilibrate x --every 0 --output s.txt --device cuda --seed -1 --resume d"

                let words = bad.Split ' ' |> List.ofArray

                mice ("sample" :: "ising" :: words)
                |> refused
                    [
                        "--size"
                        "--temperature"
                        "cubic"
                        "coupling"
                        "field"
                        "--snapshots"
                        "--equilibrate"
                        "--every"
                        "s.txt"
                        "--device"
                        "--seed"
                        "--resume"
                    ]

                mice [ "sample"; "xy"; "--temperature"; "1"; "--warmth" ] |> refused [ "--warmth" ]
                mice [ "sample"; "xy"; "--temperature"; "1" ] |> refused [ "--size"; "--output" ]
                mice [ "sample"; "clock"; "--size"; "4" ] |> refused [ "sample ising, sample xy, sample potts" ]

                inFolder (fun folder ->
                    let file = Path.Combine(folder, "s.npy")
                    Directory.CreateDirectory(Path.Combine(folder, "s-T2.npy")) |> ignore

                    let words model rest =
                        "sample" :: model :: "--size" :: "4" :: "--output" :: file :: rest |> mice

                    words "ising" [ "--temperature"; "1,2" ] |> refused [ "s-T2.npy: this is a directory" ]
                    words "xy" [ "--temperature"; "1"; "--lattice"; "triangular" ] |> refused [ "--lattice" ]
                    Expect.isEmpty (Directory.GetFiles folder) "no file is left")
            }

            testTheory
                "Snapshots of every model are read again as what they are, with its energies"
                [
                    "potts", "--states 4 --field 0.5", "states", "4×4"
                    "ising3d", "--coupling -1", "±1", "4×4×4"
                    "potts", "--states 3 --size 2x3x4", "states", "2×3×4"
                ]
            <| fun (model, parameters, kind, shape) ->
                inFolder (fun folder ->
                    let file, json = Path.Combine(folder, "s.spins"), Path.Combine(folder, "s.json")
                    let size = if parameters.Contains "--size" then "" else " --size 4"

                    Expect.equal
                        (sample
                            model
                            $"{parameters}{size} --temperature 3 --snapshots 64 --seed 5 --output {file} --json {json}")
                        0
                        "exit code"

                    let words =
                        [
                            "entropy"
                            "snapshots"
                            file
                            "--spins"
                            kind
                            "--method"
                            "compression"
                            "--json"
                            json
                            "--quiet"
                        ]

                    // Too few spins for the compressor's check.
                    let read = mice words
                    Expect.isTrue (read.Code < 2) $"{read.Errors}"
                    Expect.stringContains read.Out shape "the shape of the file"
                    use document = JsonDocument.Parse(File.ReadAllText json)

                    let setting (name: string) =
                        document.RootElement.GetProperty("settings").GetProperty(name).GetString()

                    Expect.equal (setting "model") model "the model of the file"
                    Expect.equal (setting "temperature") "3" "its temperature")

            testCase "A run that is stopped leaves no file"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "s.spins")

                    use running =
                        start [ "sample"; "ising"; "--size"; "512"; "--temperature"; "2"; "--output"; file ]

                    // The first line of progress says that the work is under way.
                    Expect.stringContains (running.StandardError.ReadLine()) "T = 2" "the first line of progress"

                    use kill = Process.Start("kill", [ "-TERM"; string running.Id ])
                    kill.WaitForExit()
                    let outcome = finish running

                    Expect.equal (outcome.Code, List.last outcome.Errors) (1, "Stopped.") "exit code and last line"
                    Expect.isEmpty (Directory.GetFileSystemEntries folder) "no file is left")

            test "Help names the arguments" {
                for words in [ [ "sample"; "ising"; "--help" ]; [ "sample"; "xy"; "--help" ] ] do
                    let outcome = mice words
                    Expect.equal outcome.Code 0 "exit code"
                    Expect.stringContains outcome.Out "--equilibrate" "help on standard output"
                    Expect.stringContains outcome.Out "--threads" "help on standard output"
            }
        ]
