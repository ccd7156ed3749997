module Mice.Cli.Tests.IsingTests

open Expecto
open System.IO
open System.Text.Json
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests

[<Tests>]
let tests =
    testList
        "IsingTests"
        [
            testCase "Entropies of a small torus go to JSON and a report"
            <| fun () ->
                needsEngine ()

                inFolder (fun folder ->
                    let json, page = Path.Combine(folder, "s.json"), Path.Combine(folder, "s.html")

                    let outcome =
                        mice
                            [
                                "entropy"
                                "ising"
                                "--size"
                                "8"
                                "--temperature"
                                "2.5"
                                "--method"
                                "mice,counting"
                                "--snapshots"
                                "512"
                                "--quick"
                                "--transfer"
                                "--quiet"
                                "--json"
                                json
                                "--report"
                                page
                            ]

                    Expect.isTrue (outcome.Code < 2) (String.concat "\n" outcome.Errors)
                    use document = JsonDocument.Parse(File.ReadAllText json)

                    let results =
                        document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

                    let mice =
                        results |> List.find (fun r -> r.GetProperty("method").GetString() = "mice")

                    Expect.equal
                        (document.RootElement.GetProperty("settings").GetProperty("transfer").GetString())
                        "True"
                        "transfer among the settings"

                    let number (name: string) = mice.GetProperty(name).GetDouble()
                    Expect.equal (number "temperature") 2.5 "the temperature"
                    // MICE of 64 spins after 500 steps, an error of the energy of 512 chains: 0.01 nats is ten times what is found.
                    Expecting.within
                        0.01
                        (number "entropy_per_site_nats")
                        (number "exact_entropy_per_site_nats")
                        "the entropy per site"

                    Expect.isTrue (number "standard_error" > 0.0) "the entropy has a standard error"

                    // What more training would find is part of it.
                    Expect.equal (mice.GetProperty("direction").GetString()) "no_bound" "the direction"
                    let level = mice.GetProperty("levels").EnumerateArray() |> Seq.head

                    Expect.isTrue
                        (level.GetProperty("training_gain_nats").GetDouble() >= 0.0)
                        "the gain of more training is not negative"

                    Expect.equal (level.GetProperty("volume").GetInt32()) 16 "the volume of the first level"
                    Expect.equal (level.GetProperty("direction").GetString()) "lower_bound" "the direction of a level"

                    Expect.stringContains
                        (File.ReadAllText page)
                        "Deviation from the reference"
                        "the report compares with the exact value")

            testCase "What changes between temperatures goes to JSON"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "s.json")

                    let outcome =
                        mice
                            [
                                "entropy"
                                "ising"
                                "--size"
                                "8"
                                "--temperature"
                                "2.0,2.5"
                                "--method"
                                "counting"
                                "--snapshots"
                                "512"
                                "--quiet"
                                "--json"
                                file
                            ]

                    Expect.isTrue (outcome.Code < 2) (String.concat "\n" outcome.Errors)
                    use document = JsonDocument.Parse(File.ReadAllText file)

                    let items (name: string) =
                        document.RootElement.GetProperty(name).EnumerateArray() |> List.ofSeq

                    let energy temperature =
                        items "results"
                        |> List.find (fun r -> r.GetProperty("temperature").GetDouble() = temperature)
                        |> fun r -> r.GetProperty("energy_per_site").GetDouble()

                    let curve =
                        items "derivatives" |> List.find (fun d -> d.GetProperty("source").GetString() = "energies")

                    Expect.equal
                        (curve.GetProperty("quantity").GetString())
                        "heat_capacity_kb_per_site"
                        "what the curve is"

                    let value = curve.GetProperty("values").EnumerateArray() |> Seq.exactlyOne

                    Expecting.decimals
                        12
                        (value.GetProperty("temperature").GetDouble())
                        2.25
                        "halfway between the temperatures"

                    Expecting.decimals
                        9
                        (value.GetProperty("value").GetDouble())
                        ((energy 2.5 - energy 2.0) / 0.5)
                        "the slope of the energy"
                    // Of the counting estimates each has a curve of its own.
                    Expect.exists
                        (items "derivatives")
                        (fun d -> d.GetProperty("source").GetString() = "naive")
                        "a curve of the naive estimate")

            test "Bad arguments give one line each and exit code 2" {
                let outcome =
                    mice
                        [
                            "entropy"
                            "ising"
                            "--temperature"
                            "2,-1"
                            "--lattice"
                            "cubic"
                            "--coupling"
                            "half"
                            "--method"
                            "magic"
                            "--field"
                            "nan"
                            "--device"
                            "cuda"
                            "--error"
                            "0"
                        ]

                Expect.equal outcome.Code 2 "exit code"
                Expect.equal outcome.Errors.Length 8 "a line for each fault"
            }

            testCase "Too few snapshots for the error asked for are told, and the result is written all the same"
            <| fun () ->
                inFolder (fun folder ->
                    let json = Path.Combine(folder, "s.json")

                    let outcome error =
                        "entropy ising --size 4 --temperature 2 --method counting --snapshots 512 --quiet"
                        |> fun words -> List.ofArray (words.Split ' ') @ [ "--error"; error; "--json"; json ]
                        |> mice

                    let refused = outcome "1e-9"
                    Expect.equal refused.Code 2 "exit code"
                    use document = JsonDocument.Parse(File.ReadAllText json)

                    let results =
                        document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

                    // One line for each estimate that has an error: on so small a torus some are exact.
                    let uncertain =
                        results |> List.filter (fun r -> r.GetProperty("standard_error").GetDouble() > 1e-9)

                    Expect.isNonEmpty uncertain "some estimates have an error"

                    let lines =
                        refused.Errors |> List.filter (fun l -> l.StartsWith "512 snapshots are fewer than")

                    Expect.equal lines.Length uncertain.Length "a line for each estimate with an error"

                    for r in uncertain do
                        let name = r.GetProperty("method").GetString()

                        Expect.exists
                            lines
                            (fun l -> l.Contains $"The error of {name} at T = 2 is")
                            $"a line about {name}"

                    Expect.isTrue ((outcome "1").Code < 2) "an error that is reached is accepted")

            test "A side that cannot be halved is refused for mice alone" {
                let run method =
                    mice
                        [
                            "entropy"
                            "ising"
                            "--size"
                            "6"
                            "--temperature"
                            "3"
                            "--method"
                            method
                            "--snapshots"
                            "512"
                            "--quiet"
                        ]

                let outcome = run "mice"
                Expect.equal outcome.Code 2 "exit code"

                Expect.stringContains
                    (Expecting.single outcome.Errors "lines of standard error")
                    "side of the torus is 6"
                    "what the error says"

                Expect.isTrue ((run "counting").Code < 2) "counting takes any side"
            }
        ]
