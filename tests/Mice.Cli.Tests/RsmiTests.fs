module Mice.Cli.Tests.RsmiTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process

/// The words of a line.
let private words (line: string) = line.Split ' ' |> List.ofArray

let private rsmi (line: string) (more: string list) =
    mice ([ "rsmi" ] @ words line @ [ "--quiet" ] @ more)

/// A small block, and with it a few steps.
let private small = "--block 2 --buffer 1 --environment 1 --seeds 2 --samples 2000"

let private quick = small + " --steps 60"
let private few = quick + " --configurations 256"

let private good (outcome: Outcome) =
    let errors = String.concat " " outcome.Errors
    Expect.equal outcome.Code 0 $"{errors} {outcome.Out}"

let private json (path: string) =
    (JsonDocument.Parse(File.ReadAllText path)).RootElement

let private results (path: string) =
    (json path).GetProperty("results").EnumerateArray() |> List.ofSeq

let private part (key: string) (element: JsonElement) = element.GetProperty key
let private real (key: string) (element: JsonElement) = (part key element).GetDouble()
let private whole (key: string) (element: JsonElement) = (part key element).GetInt32()
let private text (key: string) (element: JsonElement) = (part key element).GetString()

let private items (key: string) (element: JsonElement) =
    (part key element).EnumerateArray() |> List.ofSeq

/// All numbers and words of a result but the times that it took.
let private leaves (path: string) =
    let rec below (name: string) (e: JsonElement) =
        [
            match e.ValueKind with
            | JsonValueKind.Object ->
                for p in e.EnumerateObject() do
                    if p.Name <> "seconds" then
                        yield! below $"{name}.{p.Name}" p.Value
            | JsonValueKind.Array ->
                for item in e.EnumerateArray() do
                    yield! below $"{name}[]" item
            | _ -> name, e.GetRawText()
        ]

    below "" (json path)

/// What every row of a result has: a lower bound with an error, filters of length 1, an ensemble whose shares add up to 1, the certificate, the checks.
let private isWhole (components: int) (weights: int) (r: JsonElement) =
    Expect.equal (text "direction" r) "lower_bound" "direction"
    Expect.isGreaterThan (real "standard_error" r) 0.0 "error"
    Expect.equal (whole "components" r) components "components"

    let most = float components * log 2.0
    Expecting.inRange (real "rsmi_nats" r) -1.0 (most + 4.0 * real "standard_error" r) "no more than H can hold"

    let filters = items "filters" r
    Expect.hasLength filters components "filters"

    for filter in filters do
        let found = filter |> items "weights" |> List.map (real "weight")
        Expect.hasLength found weights "weights"
        // Rounding of double precision.
        Expecting.within 1e-9 (found |> List.sumBy (fun w -> w * w)) 1.0 "length"

        for operator in items "overlaps" filter do
            Expecting.inRange (real "overlap" operator) 0.0 (1.0 + 1e-9) "overlap"

    let ensemble = part "ensemble" r
    Expect.equal (whole "seeds" ensemble) 2 "seeds"
    Expecting.within 1e-9 (ensemble |> items "spectrum" |> List.sumBy (real "share")) 1.0 "shares of the components"
    Expect.isTrue (real "best_validated_nats" ensemble >= real "worst_validated_nats" ensemble) "best and worst"

    let certificate = part "certificate" r
    Expect.equal (real "retrained_bound_nats" certificate) (real "rsmi_nats" r) "the certified number"
    Expecting.inRange (real "entropy_of_h_nats" certificate) 0.0 (most + 1e-9) "H(H)"
    Expect.equal (text "counted_nats_direction" certificate) "lower_bound" "counted"
    Expect.isGreaterThan (whole "test_groups" certificate) 1 "groups"
    Expect.isGreaterThan (whole "test_samples" certificate) 100 "samples"
    Expect.isGreaterThan (part "reliability" r |> items "checks").Length 3 "checks"

let private save (path: string) (shape: int list) (numbers: float[]) =
    use stream = File.Create path
    NumPyArray.writeFloat64 shape [ numbers ] stream

/// Spins of 8×8 sites, of which all of a row of blocks of 2×2 are mostly alike.
let private spins (count: int) =
    let generator = Key.ofSeed 3UL |> Key.generator

    Array.init count (fun _ ->
        let common = if generator.NextInt 2 = 0 then 1.0 else -1.0
        Array.init 64 (fun _ -> if generator.NextFloat() < 0.8 then common else -common))
    |> Array.concat

/// Coverings of 8×8 sites: one of the four columnar ones, the same all over.
let private columnar (count: int) =
    let generator = Key.ofSeed 4UL |> Key.generator

    Array.init count (fun _ ->
        let kind = generator.NextInt 4

        Array.init 64 (fun site ->
            let along = if kind < 2 then site % 8 else site / 8
            let first = if kind < 2 then 0.0 else 1.0
            if (along + kind) % 2 = 0 then first else first + 2.0))
    |> Array.concat

let private geometry = "--block 2 --buffer 1 --environment 1"

[<Tests>]
let tests =
    testList
        "rsmi"
        [
            testCase "The Ising model gives a bound, its filter and its certificate; the same on any number of threads"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)

                    let run (threads: int) more =
                        rsmi $"ising --size 8 --temperature 2 {few} --threads {threads}" more |> good

                    run 1 [ "--json"; at "one.json"; "--report"; at "report.html" ]
                    run 2 [ "--json"; at "two.json" ]
                    let r = results (at "one.json") |> List.exactlyOne
                    isWhole 1 4 r
                    Expect.equal (real "temperature" r) 2.0 "temperature"
                    Expect.equal (whole "buffer" r) 1 "buffer"
                    // The torus is ordered at T = 2: H(H) less little. Far from both ends of the range, whatever the seed.
                    Expecting.inRange (real "rsmi_nats" r) 0.3 0.75 "the bound"
                    Expect.stringContains (text "likest" r) "uniform" "the filter"
                    Expect.equal (leaves (at "one.json")) (leaves (at "two.json")) "on 1 and 2 threads"
                    let settings = json (at "one.json") |> part "settings"

                    for name, value in [ "seed", "1"; "block", "2"; "environment", "1"; "samples", "2000" ] do
                        Expect.equal (text name settings) value name

                    let report = File.ReadAllText(at "report.html")
                    Expect.stringContains report "Real-space mutual information" "the title of the report"
                    Expect.stringContains report "Block and environment" "a figure")

            testCase "Dimers give two components, at infinite temperature too"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let file = Path.Combine(folder, "d.json")
                    let report = Path.Combine(folder, "d.html")

                    let outcome =
                        rsmi
                            $"dimers --size 8 --temperature 0.5,inf {few} --buffer 0"
                            [ "--json"; file; "--report"; report ]

                    good outcome
                    let found = results file
                    Expect.hasLength found 2 "temperatures"
                    found |> List.iter (isWhole 2 8)
                    Expect.equal (real "temperature" found[0]) 0.5 "finite"
                    Expect.equal (text "temperature" found[1]) "inf" "infinite"
                    Expect.stringContains outcome.Out "T = inf" "people read it as they wrote it"
                    Expecting.stringLacks outcome.Out "unknown" "nothing is unknown"
                    Expect.stringContains (File.ReadAllText report) "T = inf" "the report"

                    for r in found do
                        let names =
                            r |> items "filters" |> List.head |> items "overlaps" |> List.map (text "operator")

                        Expect.contains names "plaquette-sum" "operators of dimers")

            testCase "A ring with chipping gives a bound for every rate and buffer"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let file = Path.Combine(folder, "c.json")

                    let outcome =
                        rsmi
                            $"chipping --size 16 --hop-rate 0.1,3 --configurations 512 {quick} --buffer 0,1"
                            [ "--json"; file ]

                    // So few samples may find nothing, which a failed check says.
                    Expect.isLessThan outcome.Code 2 (String.concat " " outcome.Errors)
                    let found = results file
                    found |> List.iter (isWhole 1 2)

                    Expect.equal
                        (found |> List.map (fun r -> real "hop_rate" r, whole "buffer" r))
                        [ 0.1, 0; 0.1, 1; 3.0, 0; 3.0, 1 ]
                        "rates, then buffers")

            testCase "Configurations of your own: spins, masses, several channels"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    save (at "spins.npy") [ 512; 8; 8 ] (spins 512)
                    rsmi $"""snapshots {at "spins.npy"} --kind spins {quick}""" [ "--json"; at "s.json" ] |> good
                    let r = results (at "s.json") |> List.exactlyOne
                    isWhole 1 4 r
                    // The sign of four spins and that of the common factor: ln 2 less H₂ of the errors of the majority, about 0.4 nats.
                    Expecting.inRange (real "rsmi_nats" r) 0.2 0.7 "the bound"

                    Expect.equal
                        (json (at "s.json") |> part "settings" |> text "file")
                        "spins.npy"
                        "the file without its folder"

                    // Masses that tell the same, and a second channel of coins.
                    let generator = Key.ofSeed 5UL |> Key.generator
                    save (at "masses.npy") [ 512; 8; 8 ] (spins 512 |> Array.map (fun s -> s + 1.0))

                    rsmi $"""snapshots {at "masses.npy"} --kind masses {quick}""" [ "--json"; at "m.json" ] |> good

                    results (at "m.json") |> List.exactlyOne |> isWhole 1 4

                    let two =
                        spins 512
                        |> Array.chunkBySize 64
                        |> Array.collect (fun s ->
                            Array.append s (Array.init 64 (fun _ -> float (generator.NextInt 2))))

                    save (at "two.npy") [ 512; 2; 8; 8 ] two

                    rsmi
                        $"""snapshots {at "two.npy"} --channels 2 --open-borders --group 2 {quick}"""
                        [ "--json"; at "t.json" ]
                    |> good

                    results (at "t.json") |> List.exactlyOne |> isWhole 1 8)

            testCase "Coverings of your own, and states in place of components"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    save (at "d.npy") [ 512; 8; 8 ] (columnar 512)

                    rsmi $"""snapshots {at "d.npy"} --kind dimers --states 4 {quick}""" [ "--json"; at "d.json" ]
                    |> good

                    let r = results (at "d.json") |> List.exactlyOne
                    Expect.hasLength (items "filters" r) 4 "states"
                    // Four coverings, each as likely, told apart by block and environment: up to ln 4 = 1.39; two of them at least are told apart.
                    Expecting.inRange (real "rsmi_nats" r) 0.6 1.42 "the bound")

            testCase "Where nothing is known of the environment, a check says so"
            <| fun () ->
                VerbTests.needsEngine ()

                let outcome =
                    rsmi $"ising --size 16 --temperature 100 {few} --buffer 3 --environment 2" []

                Expect.equal outcome.Code 1 "exit code"
                Expect.stringContains outcome.Out "FAILED  T = 100, L_B = 3: a seed found something" "the check"
                Expect.stringContains outcome.Out "nothing of E can be known from V" "the reason"
                Expect.exists outcome.Errors (fun line -> line.Contains "checks failed") "on standard error"

            testCase "A run that was stopped by a signal and resumed gives the numbers of one at once"
            <| fun () ->
                VerbTests.needsEngine ()

                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)

                    save (at "spins.npy") [ 512; 8; 8 ] (spins 512)

                    let run name more =
                        words $"""rsmi snapshots {at "spins.npy"} {small} --steps 600 --json {at name}""" @ more

                    let resume = [ "--resume"; at "run" ]
                    use running = start (run "part.json" resume)
                    // A line of progress: training has begun.
                    running.StandardError.ReadLine() |> ignore
                    use kill = System.Diagnostics.Process.Start("kill", [ "-TERM"; string running.Id ])
                    kill.WaitForExit()
                    let outcome = finish running
                    Expect.equal outcome.Code 1 "exit code"
                    Expect.exists outcome.Errors (fun line -> line.Contains $"""--resume {at "run"}""") "how to go on"

                    Expect.isNonEmpty
                        (Directory.GetFiles(at "run", "*.state", SearchOption.AllDirectories))
                        "a state is kept"

                    Expect.isFalse (File.Exists(at "part.json")) "no result yet"
                    mice (run "gone.json" resume @ [ "--quiet" ]) |> good
                    mice (run "whole.json" [ "--quiet" ]) |> good
                    Expect.equal (leaves (at "gone.json")) (leaves (at "whole.json")) "the numbers of both"

                    mice (run "other.json" resume @ [ "--quiet"; "--seed"; "2" ]) |> refused [ "seed" ])

            test "Geometries that do not fit are refused" {
                let ising rest = rsmi $"ising --temperature 2 {rest}" []

                ising "--size 8 --block 4 --buffer 2" |> refused [ "4 + 2 × 2 sites" ]
                ising "--size 8 --block 2 --buffer 1 --environment 3" |> refused [ "narrow the environment" ]

                ising "--size 8 --block 2 --buffer 1e12 --environment 1"
                |> refused [ "with its buffer on both sides" ]

                ising "--size 8 --block 2 --buffer 1.5 --environment 1" |> refused [ "--buffer" ]
                ising "--size 8 --block 2 --buffer -1 --environment 1" |> refused [ "--buffer" ]
                ising "--size 1000000 --block 2" |> refused [ "--size" ]
                ising "--size 1024 --block 2 --environment all" |> refused [ "raise the stride" ]
            }

            test "Options that cannot be are refused, all at once" {
                rsmi $"ising --size 8 --temperature 2 {geometry} --samples 99 --components 17 --seeds 0" []
                |> refused [ "seeds" ]

                rsmi $"ising --size 8 --temperature 2 {geometry} --samples 99 --components 17" []
                |> refused [ "components"; "samples" ]

                rsmi $"ising --size 8 --temperature 2 {geometry} --components 2 --states 3" []
                |> refused [ "--components and --states" ]

                rsmi $"ising --size 8 --temperature 2 {geometry} --states 1" [] |> refused [ "states" ]

                rsmi $"ising --size 8 --temperature 0 {geometry} --coupling 0" []
                |> refused [ "--temperature"; "--coupling" ]

                rsmi $"ising --size 8 --temperature inf {geometry}" [] |> refused [ "--temperature" ]
                rsmi $"ising --size 8 {geometry}" [] |> refused [ "--temperature" ]
                rsmi $"chipping --size 16 --hop-rate -1 {geometry}" [] |> refused [ "--hop-rate" ]
            }

            test "Dimers need even sides, and take no arguments of other systems" {
                rsmi $"dimers --size 7 --temperature 1 {geometry}" [] |> refused [ "even number" ]
                rsmi $"dimers --size 8 --temperature inf,-1 {geometry}" [] |> refused [ "--temperature" ]

                rsmi $"dimers --size 8 --temperature 1 {geometry} --coupling 1 --kind spins" []
                |> refused [ "--coupling"; "--kind" ]

                rsmi $"ising --size 8 --temperature 1 {geometry} --hop-rate 1" [] |> refused [ "--hop-rate" ]
                rsmi $"chipping --size 16 --hop-rate 1 {geometry} --temperature 1" [] |> refused [ "--temperature" ]
            }

            test "Files that are not what they should be are refused" {
                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)

                    let snapshots name rest =
                        rsmi $"snapshots {at name} {geometry}" rest

                    let spins = spins 40
                    save (at "spins.npy") [ 40; 8; 8 ] spins
                    save (at "masses.npy") [ 40; 8; 8 ] (spins |> Array.map (fun s -> s - 0.5))
                    save (at "constant.npy") [ 40; 8; 8 ] (Array.create 2560 1.0)
                    save (at "few.npy") [ 5; 8; 8 ] (Array.truncate 320 spins)
                    save (at "nan.npy") [ 40; 8; 8 ] (Array.append [| nan |] (Array.tail spins))
                    save (at "line.npy") [ 2560 ] spins
                    File.WriteAllText(at "junk.npy", "no numbers")
                    let overlapping = columnar 40
                    overlapping[6 * 64] <- (overlapping[6 * 64] + 1.0) % 4.0
                    save (at "dimers.npy") [ 40; 8; 8 ] overlapping

                    snapshots "masses.npy" [ "--kind"; "spins" ]
                    |> refused [ "masses.npy: configuration 1: number 1 is" ]

                    snapshots "masses.npy" [ "--kind"; "masses" ] |> refused [ "a mass, 0 or more" ]
                    snapshots "spins.npy" [ "--kind"; "dimers" ] |> refused [ "a direction: 0, 1, 2 or 3" ]
                    snapshots "dimers.npy" [ "--kind"; "dimers" ] |> refused [ "dimers.npy: configuration 7" ]

                    snapshots "dimers.npy" [ "--kind"; "dimers"; "--open-borders" ] |> refused [ "--open-borders" ]

                    snapshots "nan.npy" [] |> refused [ "not a finite number" ]
                    snapshots "spins.npy" [ "--kind"; "magic" ] |> refused [ "magic" ]
                    snapshots "none.npy" [] |> refused [ "none.npy: no such file." ]
                    snapshots "constant.npy" [] |> refused [ "constant block" ]
                    snapshots "few.npy" [] |> refused [ "independent groups" ]
                    snapshots "spins.npy" [ "--group"; "10" ] |> refused [ "independent groups" ]
                    snapshots "line.npy" [] |> refused [ "line.npy: its axes" ]
                    snapshots "spins.npy" [ "--channels"; "2" ] |> refused [ "spins.npy: its axes" ]
                    snapshots "junk.npy" [] |> refused [ "junk.npy" ]
                    snapshots "spins.npy" [ "--size"; "8" ] |> refused [ "--size" ]
                    rsmi $"snapshots {geometry}" [] |> refused [ "FILE" ])
            }
        ]
