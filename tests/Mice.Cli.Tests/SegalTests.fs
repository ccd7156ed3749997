module Mice.Cli.Tests.SegalTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Cli.Tests.Process
open Mice.Samplers

let private good (outcome: Outcome) =
    Expect.equal outcome.Code 0 (String.concat " " outcome.Errors)

let private bad (parts: string list) (outcome: Outcome) =
    Expect.equal outcome.Code 2 "bad input"
    Expect.hasLength outcome.Errors parts.Length (String.concat " | " outcome.Errors)

    for line, part in List.zip (List.ofSeq outcome.Errors) parts do
        Expect.stringContains line part "the fault"

let private real (key: string) (element: JsonElement) = element.GetProperty(key).GetDouble()

let private results (path: string) =
    (JsonDocument.Parse(File.ReadAllText path)).RootElement.GetProperty("results").EnumerateArray()
    |> List.ofSeq

/// The words of a line.
let private words (line: string) = line.Split ' ' |> List.ofArray

let private train (output: string) =
    words "segal train --system ising --size 3 --temperature 2:4 --field -0.2:0.2 --steps 60 --quiet --output"
    @ [ output ]

let private evaluate (file: string) (rest: string) =
    "segal" :: "evaluate" :: file :: words rest @ [ "--quiet" ]

[<Tests>]
let tests =
    testList
        "segal"
        [
            testCase "A network is trained, written and asked for free energies that are the exact ones"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    mice (train (at "n.safetensors")) |> good

                    mice (
                        evaluate (at "n.safetensors") "--temperature 2,3 --field 0,0.1 --exact"
                        @ [ "--json"; at "e.json" ]
                    )
                    |> good

                    let found = results (at "e.json")
                    Expect.hasLength found 4 "temperatures times fields"

                    for r in found do
                        let model =
                            { IsingModel.square 3 (real "temperature" r) with
                                Field = real "field" r
                            }

                        let exact = Enumeration.averages model |> ok
                        let potential = -model.Temperature * float exact.LogPartitionFunction
                        Expecting.within 1e-9 (real "exact_grand_potential_per_site" r) potential "exact"
                        let error = real "standard_error" r
                        Expecting.within (6.0 * error) (real "grand_potential_per_site" r) potential "found"
                        Expect.equal (r.GetProperty("direction").GetString()) "no_bound" "direction"

                        Expecting.within
                            (6.0 * real "recovered_mass_standard_error" r)
                            (real "recovered_mass" r)
                            1.0
                            "mass"

                    mice (words "segal diagram --samples 50 --quiet --json" @ [ at "d.json"; at "n.safetensors" ])
                    |> good

                    Expect.hasLength (results (at "d.json")) (8 * 33) "the whole range")

            testCase "Chains, and samples and chains together, give exact values too"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    mice (train (at "n.safetensors")) |> good

                    let asked (method: string) (name: string) =
                        mice (
                            evaluate
                                (at "n.safetensors")
                                $"--temperature 2,3 --field 0,0.1 --samples 500 --rounds 300 --exact --method {method}"
                            @ [ "--json"; at name ]
                        )
                        |> good

                        let found = results (at name)
                        Expect.hasLength found 4 "temperatures times fields"

                        for r in found do
                            Expecting.within
                                (5.0 * real "magnetisation_standard_error" r)
                                (real "magnetisation" r)
                                (real "exact_magnetisation" r)
                                "magnetisation"

                            let averages =
                                { IsingModel.square 3 (real "temperature" r) with
                                    Field = real "field" r
                                }
                                |> Enumeration.averages
                                |> ok

                            Expecting.within
                                (5.0 * real "energy_per_site_standard_error" r)
                                (real "energy_per_site" r)
                                (averages.Energy + averages.Magnetisation * real "field" r)
                                "energy"

                            Expecting.within
                                (5.0 * real "heat_capacity_per_site_kB_standard_error" r)
                                (real "heat_capacity_per_site_kB" r)
                                (float averages.HeatCapacity)
                                "heat capacity"

                        found

                    for r in asked "mbar" "b.json" do
                        Expecting.within
                            (5.0 * real "standard_error" r)
                            (real "grand_potential_per_site" r)
                            (real "exact_grand_potential_per_site" r)
                            "Φ"

                    for r in asked "mcmc" "c.json" do
                        Expecting.inRange (real "acceptance" r) 0.01 1.0 "acceptance"
                        Expecting.inRange (real "autocorrelation_time_rounds" r) 0.4 15.0 "τ"

                    let conditions = "--temperature 2 --field 0"

                    mice (evaluate (at "n.safetensors") (conditions + " --method magic")) |> bad [ "magic" ]

                    mice (evaluate (at "n.safetensors") (conditions + " --rounds 10")) |> bad [ "--rounds" ])

            testCase "A network learns from snapshots in files, here those of spins without interaction"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    let generator = Key.ofSeed 4UL |> Key.generator

                    let spin () =
                        if generator.NextFloat() < 0.5 then -1y else 1y

                    SnapshotFile.writeSpins
                        None
                        (at "s.npy")
                        {
                            Shape = [| 3; 3 |]
                            Sites = Array.init 400 (fun _ -> Array.init 9 (fun _ -> spin ()))
                        }
                    |> ignore

                    File.WriteAllLines(at "c.csv", "T,B" :: List.replicate 400 "500000,0")

                    let train (rest: string) =
                        words
                            "segal train --system ising --size 3 --temperature 1e5:1e6 --field -1:1 --steps 60 --quiet"
                        @ words rest
                        @ [ "--output"; at "n.safetensors"; "--json"; at "t.json" ]

                    let both conditions =
                        "--snapshots " + at "s.npy" + " --conditions " + at conditions

                    let given = both "c.csv"
                    mice (train ("--training forward " + given)) |> good
                    let trained = (JsonDocument.Parse(File.ReadAllText(at "t.json"))).RootElement
                    Expect.isLessThan (real "divergence_nats" trained) 0.5 "nats"
                    Expect.equal (trained.GetProperty("settings").GetProperty("training").GetString()) "forward" "how"

                    mice (evaluate (at "n.safetensors") "--temperature 500000 --field 0" @ [ "--json"; at "e.json" ])
                    |> good

                    let r = results (at "e.json") |> List.exactlyOne
                    Expecting.within 1e-3 (real "grand_potential_per_site" r / 500000.0) (-(log 2.0)) "−ln 2"

                    mice (train ("--training reverse " + given)) |> bad [ "--training and --snapshots" ]
                    mice (train ("--training magic " + given)) |> bad [ "magic" ]
                    mice (train ("--snapshots " + at "s.npy")) |> bad [ "--conditions" ]
                    mice (train ("--conditions " + at "c.csv")) |> bad [ "--snapshots" ]
                    File.WriteAllLines(at "d.csv", List.replicate 400 "500000,0,0")
                    mice (train (both "d.csv")) |> bad [ "3 columns" ]
                    File.WriteAllLines(at "f.csv", List.replicate 399 "500000,0")
                    mice (train (both "f.csv")) |> bad [ "399 × 9" ]
                    File.WriteAllLines(at "g.csv", List.replicate 400 "2,0")

                    mice (train (both "g.csv")) |> bad [ "temperature and field of snapshot 1" ])

            testCase "An entropy stands between two bounds"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    for network in [ "dense"; "multiscale" ] do
                        let file = Path.Combine(folder, "b.json")

                        mice (
                            words
                                $"bracket ising --network {network} --size 4 --temperature 2,3 --steps 60 --batches 50 --rounds 200 --quiet --json"
                            @ [ file ]
                        )
                        |> good

                        for r in results file do
                            let low, high =
                                real "lower_bound_per_site_nats" r, real "upper_bound_per_site_nats" r

                            let exact = real "exact_entropy_per_site_nats" r
                            let error = real "lower_bound_per_site_nats_standard_error" r
                            Expect.isLessThan low (exact + 6.0 * error) "lower"
                            Expect.isGreaterThan high (exact - 6.0 * error) "upper"

                    let file = Path.Combine(folder, "xy.json")

                    mice (
                        words "bracket xy --size 4 --temperature 1 --steps 60 --batches 50 --rounds 200 --quiet --json"
                        @ [ file ]
                    )
                    |> good

                    let r = results file |> Seq.exactlyOne
                    Expect.isLessThan (real "width_per_site_nats" r) 0.02 "the width of the XY model"

                    Expect.equal
                        (r.GetProperty("exact_entropy_per_site_nats").ValueKind)
                        JsonValueKind.Null
                        "no exact value is known")

            testCase "What cannot be done is said in one line each"
            <| fun () ->
                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    let conditions = "--temperature 2 --field 0"

                    mice (words "segal train --system ising --size 3")
                    |> bad [ "--temperature"; "--field"; "--output" ]

                    mice (train (at "n.txt")) |> bad [ "--output" ]
                    mice (evaluate (at "none.safetensors") conditions) |> bad [ "none.safetensors" ]
                    File.WriteAllText(at "other.safetensors", "no network")
                    mice (evaluate (at "other.safetensors") conditions) |> bad [ "other.safetensors" ]
                    mice (words "bracket alloy --size 2x2x2 --temperature 300") |> bad [ "--system" ]
                    mice (words "bracket ising --size 3 --temperature warm") |> bad [ "--temperature" ]
                    mice (words "bracket ising --size 9 --temperature 2") |> bad [ "sides of the torus" ]
                    mice (words "bracket xy --network dense --size 8 --temperature 2") |> bad [ "--network" ])

            testCase "Conditions that were not learned are refused"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let file = Path.Combine(folder, "n.safetensors")
                    mice (train file) |> good
                    mice (evaluate file "--temperature 1 --field 0") |> bad [ "which the network has learned" ])
        ]
