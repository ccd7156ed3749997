module Mice.Cli.Tests.IsingTests

open System.IO
open System.Text.Json
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Xunit

[<EngineFact>]
let ``Entropies of a small torus go to JSON and a report`` () =
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

        Assert.True(outcome.Code < 2, String.concat "\n" outcome.Errors)
        use document = JsonDocument.Parse(File.ReadAllText json)

        let results =
            document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

        let mice =
            results |> List.find (fun r -> r.GetProperty("method").GetString() = "mice")

        Assert.Equal("True", document.RootElement.GetProperty("settings").GetProperty("transfer").GetString())
        let number (name: string) = mice.GetProperty(name).GetDouble()
        Assert.Equal(2.5, number "temperature")
        // MICE of 64 spins after 500 steps, an error of the energy of 512 chains: 0.01 nats is ten times what is found.
        Assert.Equal(number "exact_entropy_per_site_nats", number "entropy_per_site_nats", 0.01)
        Assert.True(number "standard_error" > 0.0)

        // What more training would find is part of it.
        Assert.Equal("no_bound", mice.GetProperty("direction").GetString())
        let level = mice.GetProperty("levels").EnumerateArray() |> Seq.head
        Assert.True(level.GetProperty("training_gain_nats").GetDouble() >= 0.0)
        Assert.Equal(16, level.GetProperty("volume").GetInt32())
        Assert.Equal("lower_bound", level.GetProperty("direction").GetString())
        Assert.Contains("Deviation from the reference", File.ReadAllText page))

[<Fact>]
let ``What changes between temperatures goes to JSON`` () =
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

        Assert.True(outcome.Code < 2, String.concat "\n" outcome.Errors)
        use document = JsonDocument.Parse(File.ReadAllText file)

        let items (name: string) =
            document.RootElement.GetProperty(name).EnumerateArray() |> List.ofSeq

        let energy temperature =
            items "results"
            |> List.find (fun r -> r.GetProperty("temperature").GetDouble() = temperature)
            |> fun r -> r.GetProperty("energy_per_site").GetDouble()

        let curve =
            items "derivatives" |> List.find (fun d -> d.GetProperty("source").GetString() = "energies")

        Assert.Equal("heat_capacity_kb_per_site", curve.GetProperty("quantity").GetString())
        let value = curve.GetProperty("values").EnumerateArray() |> Seq.exactlyOne
        Assert.Equal(2.25, value.GetProperty("temperature").GetDouble(), 12)
        Assert.Equal((energy 2.5 - energy 2.0) / 0.5, value.GetProperty("value").GetDouble(), 9)
        // Of the counting estimates each has a curve of its own.
        Assert.Contains(items "derivatives", fun d -> d.GetProperty("source").GetString() = "naive"))

[<Fact>]
let ``Bad arguments give one line each and exit code 2`` () =
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
                "0.5"
                "--method"
                "magic"
                "--field"
                "nan"
                "--device"
                "cuda"
                "--error"
                "0"
            ]

    Assert.Equal(2, outcome.Code)
    Assert.Equal(8, outcome.Errors.Length)

[<Fact>]
let ``Too few snapshots for the error asked for are told, and the result is written all the same`` () =
    inFolder (fun folder ->
        let json = Path.Combine(folder, "s.json")

        let outcome error =
            "entropy ising --size 4 --temperature 2 --method counting --snapshots 512 --quiet"
            |> fun words -> List.ofArray (words.Split ' ') @ [ "--error"; error; "--json"; json ]
            |> mice

        let refused = outcome "1e-9"
        Assert.Equal(2, refused.Code)
        use document = JsonDocument.Parse(File.ReadAllText json)

        let results =
            document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

        // One line for each estimate that has an error: on so small a torus some are exact.
        let uncertain =
            results |> List.filter (fun r -> r.GetProperty("standard_error").GetDouble() > 1e-9)

        Assert.NotEmpty uncertain

        let lines =
            refused.Errors |> List.filter (fun l -> l.StartsWith "512 snapshots are fewer than")

        Assert.Equal(uncertain.Length, lines.Length)

        for r in uncertain do
            let name = r.GetProperty("method").GetString()
            Assert.Contains(lines, (fun l -> l.Contains $"The error of {name} at T = 2 is"))

        Assert.True((outcome "1").Code < 2))

[<Fact>]
let ``A side that cannot be halved is refused for mice alone`` () =
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
    Assert.Equal(2, outcome.Code)
    Assert.Contains("side of the torus is 6", Assert.Single outcome.Errors)
    Assert.True((run "counting").Code < 2)
