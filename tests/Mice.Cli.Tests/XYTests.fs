module Mice.Cli.Tests.XYTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Autoregressive
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers

/// The same options, but hardly trained: a second, with loose results.
let hasty (options: LatticeEntropyOptions) : LatticeEntropyOptions =
    { options with
        Scan =
            { options.Scan with
                Width = 16
                Steps = 20
                BatchSites = 256
            }
        Mice =
            { options.Mice with
                Training =
                    { options.Mice.Training with
                        Steps = 10
                        JointBlocks = 2
                    }
            }
    }

[<Tests>]
let tests =
    testList
        "XYTests"
        [
            testCase "Entropies of a small torus go to JSON and a report, with the integration as their reference"
            <| fun () ->
                needsEngine ()

                let estimators =
                    { Estimators.standard with
                        Lattice =
                            fun options run system temperatures ->
                                Expect.equal
                                    (system.Name, system.Title)
                                    ("xy", "XY ferromagnet on the square lattice, 4×4")
                                    "the system"

                                XYModel.square 4 1.0
                                |> XY.model
                                    { XYChainOptions.withSnapshots system.Snapshots XYChainOptions.defaults with
                                        Equilibrate = 20
                                    }
                                    { XYIntegrationOptions.defaults with
                                        Steps = 40
                                        Equilibrate = 10
                                    }
                                |> fun model -> LatticeEntropy.estimate (hasty options) run model temperatures
                    }

                inFolder (fun folder ->
                    let json, page = Path.Combine(folder, "s.json"), Path.Combine(folder, "s.html")

                    let words =
                        $"--size 4 --temperature 1.5,2 --method all --snapshots 100 --quiet --json {json} --report {page}"

                    Expect.isTrue
                        (CommandLine.run estimators [| "entropy"; "xy"; yield! words.Split ' ' |] < 2)
                        "the arguments are accepted"

                    use document = JsonDocument.Parse(File.ReadAllText json)

                    let results =
                        document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

                    let number (item: JsonElement) (name: string) = item.GetProperty(name).GetDouble()
                    let text (item: JsonElement) (name: string) = item.GetProperty(name).GetString()

                    for temperature in [ 1.5; 2.0 ] do
                        let own = results |> List.filter (fun r -> number r "temperature" = temperature)

                        let find name =
                            own |> List.find (fun r -> text r "method" = name)

                        let integration = find "integration"
                        Expect.equal (text integration "direction") "exact" "the direction of the integration"

                        Expect.isTrue
                            (number integration "standard_error" > 0.0)
                            "the integration has a standard error"

                        Expect.isFalse
                            (integration.TryGetProperty("reference_source") |> fst)
                            "the integration has no reference"

                        for item in [ find "mice"; find "scan" ] do
                            Expect.equal (text item "reference_source") "integration" "the reference of the others"
                            let reference = number item "reference_entropy_per_site_nats"

                            Expect.equal
                                reference
                                (number integration "entropy_per_site_nats")
                                "the entropy of the reference"

                            Expect.equal
                                (number item "reference_entropy_per_site_nats_standard_error")
                                (number integration "standard_error")
                                "the standard error of the reference"
                            // Hardly trained: within 0.3 nats.
                            Expecting.within 0.3 (number item "entropy_per_site_nats") reference "the entropy per site"
                            Expect.isTrue (number item "standard_error" > 0.0) "the entropy has a standard error"
                            Expect.notEqual (text item "direction") "" "a direction is told"

                    // Rounded up to as many in each of 64 chains.
                    let settings = document.RootElement.GetProperty "settings"

                    Expect.equal
                        (text settings "chains", text settings "snapshots_per_chain")
                        ("64", "2")
                        "chains and snapshots of each"

                    let report = File.ReadAllText page

                    Expect.stringContains report "XY ferromagnet on the square lattice" "the report names the model")

            test "The estimator is given what the arguments say" {
                let given = ResizeArray<LatticeEntropyOptions * Run * LatticeSystem * float list>()

                let estimators =
                    { Estimators.standard with
                        Lattice =
                            fun options run system temperatures ->
                                given.Add(options, run, system, temperatures)
                                Ok []
                    }

                let run (words: string) =
                    given.Clear()

                    Expect.isTrue
                        (CommandLine.run estimators [| "entropy"; "xy"; yield! words.Split ' ' |] < 2)
                        "the arguments are accepted"

                    Expecting.single given "calls of the estimator"

                let options, _, system, temperatures = run "--size 8 --temperature 1 --quiet"
                Expect.sequenceEqual temperatures [ 1.0 ] "temperatures, each once"

                let described (system: LatticeSystem) =
                    Map.ofList (
                        LatticeModel.sides system.Shape
                        @ system.Parameters
                        @ system.Sampling
                        @ [ "title", system.Title ]
                    )

                Expect.equal
                    (described system)
                    (described (LatticeSystem.ofModel (XY.square 8)))
                    "model and sampling where nothing is said"

                Expect.equal options.Methods LatticeEntropyOptions.defaults.Methods "methods where none are named"

                let options, seeded, system, temperatures =
                    run
                        "--size 6 --temperature 0.5,2,0.5 --coupling -1 --field 0.25 --method scan,integration --snapshots 65 --seed 9 --quick --quiet"

                Expect.sequenceEqual temperatures [ 0.5; 2.0 ] "temperatures, each once"
                let told = described system

                Expect.equal
                    [
                        for name in [ "rows"; "columns"; "coupling"; "field"; "chains"; "snapshots_per_chain" ] ->
                            told[name]
                    ]
                    [ "6"; "6"; "-1"; "0.25"; "64"; "2" ]
                    "the model, chains and snapshots of each"

                Expect.equal options.Methods [ LatticeMethod.Scan; LatticeMethod.Integration ] "the methods"
                Expect.equal seeded.Key (Key.ofSeed 9UL) "the seed"

                Expect.equal
                    options.Scan.Steps
                    (SpinConditionalOptions.defaults.Steps / 3)
                    "quick runs train for a third of the steps"
            }

            test "Bad arguments give one line each" {
                let bad =
                    "entropy xy --temperature 2,-1 --coupling x --method counting --field nan --device cuda --snapshots 0 --error -1 --seed x"

                mice (List.ofArray (bad.Split ' '))
                |> refused
                    [
                        "--size"
                        "--temperature"
                        "coupling"
                        "counting"
                        "field"
                        "--device"
                        "--snapshots"
                        "--error"
                        "--seed"
                    ]

                mice
                    [
                        "entropy"
                        "xy"
                        "--size"
                        "4"
                        "--temperature"
                        "1"
                        "--lattice"
                        "triangular"
                    ]
                |> refused [ "--lattice is no argument" ]

                mice
                    [
                        "entropy"
                        "xy"
                        "--size"
                        "6"
                        "--temperature"
                        "1"
                        "--method"
                        "mice"
                        "--quiet"
                    ]
                |> refused [ "a power of two" ]
            }
        ]
