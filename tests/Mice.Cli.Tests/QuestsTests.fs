module Mice.Cli.Tests.QuestsTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Cli.Tests.Process
open Mice.Quests

/// Atoms near the sites of a simple cubic lattice, moved the more the later the frame.
let private frames (seed: uint64) (count: int) : Snapshot[] =
    let generator = Key.ofSeed seed |> Key.generator

    [|
        for f in 1..count do
            let positions =
                Array.init 192 (fun i ->
                    let place = [| i / 3 / 16; i / 3 / 4 % 4; i / 3 % 4 |][i % 3]
                    2.5 * float place + 0.05 * float f * generator.NextNormal())

            { Snapshot.ofPositions "Cu" (Cell.cubic 10.0) positions with
                Step = int64 (100 * f)
            }
    |]

/// Work in a folder with run.xyz (four frames) and known.xyz (two).
let private withFiles (work: (string -> string) -> unit) =
    inFolder (fun folder ->
        let at (name: string) = Path.Combine(folder, name)
        Trajectory.write TrajectoryFormat.ExtendedXyz (at "run.xyz") (frames 1UL 4)
        Trajectory.write TrajectoryFormat.ExtendedXyz (at "known.xyz") (frames 2UL 2)
        work at)

let private quests (arguments: string list) : Outcome =
    mice ("quests" :: arguments @ [ "--quiet" ])

let private good (outcome: Outcome) =
    Expect.equal outcome.Code 0 (String.concat " " outcome.Errors)
    outcome

let private bad (part: string) (outcome: Outcome) =
    Expect.equal outcome.Code 2 "bad input"
    let line = Expecting.single outcome.Errors "one line"
    Expect.stringContains line part "the fault"

let private json (path: string) =
    (JsonDocument.Parse(File.ReadAllText path)).RootElement

let private real (key: string) (element: JsonElement) = element.GetProperty(key).GetDouble()

let private environments (snapshots: Snapshot[]) =
    match Environments.ofSnapshots Run.quiet EnvironmentOptions.defaults snapshots with
    | Ok found -> found
    | Error faults -> failtest $"%A{faults}"

/// The column of a written file.
let private column (name: string) (path: string) : float[] =
    match Trajectory.readKeeping Keep.Everything path with
    | Error faults -> failtest $"%A{faults}"
    | Ok trajectory ->
        trajectory.Snapshots
        |> Array.collect (fun s ->
            match (Map.find name s.Columns).Values with
            | ColumnValues.Reals values -> values
            | other -> failtest $"%A{other}")

[<Tests>]
let tests =
    testList
        "quests"
        [
            test "entropy tells what the library finds, for all frames and each of them" {
                withFiles (fun at ->
                    quests
                        [
                            "entropy"
                            at "run.xyz"
                            "--per-frame"
                            "--json"
                            at "o.json"
                            "--output"
                            at "o.xyz"
                        ]
                    |> good
                    |> ignore

                    let set = environments (frames 1UL 4)

                    match
                        EnvironmentEntropy.metrics Run.quiet 0.015 set, EnvironmentEntropy.perFrame Run.quiet 0.015 set
                    with
                    | Ok all, Ok each ->
                        let o = json (at "o.json")
                        Expecting.within 1e-9 (real "entropy_nats" o) (float all.Entropy.Value) "H"
                        Expecting.within 1e-9 (real "diversity_nats" o) (float all.Diversity.Value) "D"

                        let told =
                            o.GetProperty("frames").EnumerateArray() |> Seq.map (real "entropy_nats") |> Array.ofSeq

                        Array.iter2 (fun t e -> Expecting.within 1e-9 t (float e.Entropy.Value) "frame") told each
                        let written = column "delta_entropy" (at "o.xyz")
                        Array.iter2 (fun w d -> Expecting.within 1e-9 w (float d) "δH") written all.Differential
                    | other -> failtest $"%A{other}")
            }

            test "delta and overlap compare with a reference, frame by frame" {
                withFiles (fun at ->
                    let run word further =
                        quests ([ word; at "run.xyz"; "--reference"; at "known.xyz"; "--bandwidth"; "0.05" ] @ further)
                        |> good

                    run "delta" [ "--output"; at "d.csv"; "--json"; at "d.json" ] |> ignore
                    run "overlap" [ "--output"; at "d.xyz.gz"; "--threshold"; "1" ] |> ignore

                    match
                        EnvironmentComparison.create
                            Run.quiet
                            0.05
                            EnvironmentComparison.threshold
                            (KernelIndex.exact (environments (frames 2UL 2)).Points)
                            (environments (frames 1UL 4))
                    with
                    | Ok(struct (c, differential)) ->
                        Expecting.within 1e-9 (real "overlap" (json (at "d.json"))) c.Overlap.Value "overlap"
                        let rows = File.ReadAllLines(at "d.csv") |> Array.skip 1 |> Array.map _.Split(',')
                        Expect.hasLength rows 256 "atoms"
                        Expect.equal (Array.truncate 2 rows[255]) [| "4"; "64" |] "frame and atom from 1"
                        let written = rows |> Array.map (fun r -> float r[2])
                        Array.iter2 (fun w d -> Expecting.within 1e-9 w (float d) "δH") written differential

                        Array.iter2
                            (fun w d -> Expecting.within 1e-9 w (float d) "δH")
                            (column "delta_entropy" (at "d.xyz.gz"))
                            differential
                    | Error faults -> failtest $"%A{faults}")
            }

            test "descriptors are written, and read again they have the same entropy" {
                withFiles (fun at ->
                    quests [ "descriptors"; at "run.xyz"; "--output"; at "d.npy" ] |> good |> ignore

                    quests [ "descriptors"; at "run.xyz"; "--output"; at "d.csv"; "--neighbours"; "5" ]
                    |> good
                    |> ignore

                    let lines = File.ReadAllLines(at "d.csv")
                    Expect.equal (lines[0].Split ',').Length 11 "frame, atom, nine components"
                    Expect.hasLength lines 257 "headings and atoms"
                    quests [ "entropy"; at "run.xyz"; "--json"; at "a.json" ] |> good |> ignore
                    quests [ "metrics"; at "d.npy"; "--json"; at "b.json" ] |> good |> ignore

                    Expecting.within
                        1e-12
                        (real "entropy_nats" (json (at "b.json")))
                        (real "entropy_nats" (json (at "a.json")))
                        "H")
            }

            test "curve, compress, bandwidth, trajectory and nuclei do their work" {
                withFiles (fun at ->
                    let first outcome =
                        (good outcome).Out.Split('\n') |> Array.item 1

                    quests [ "curve"; at "run.xyz"; "--sizes"; "10,50,256"; "--repeats"; "2" ] |> first |> ignore

                    let kept =
                        quests
                            [
                                "compress"
                                at "run.xyz"
                                "--frames"
                                "2"
                                "--output"
                                at "k.xyz"
                                "--json"
                                at "k.json"
                            ]

                    Expect.stringContains (first kept) "2 of 4 frames were kept" "how many"

                    let order =
                        (json (at "k.json")).GetProperty("frames").EnumerateArray()
                        |> Seq.map (real "frame")
                        |> List.ofSeq

                    match Trajectory.read (at "k.xyz") with
                    | Ok written ->
                        Expect.equal
                            (written.Snapshots |> Array.map (fun s -> float s.Step / 100.0) |> List.ofArray)
                            order
                            "the frames kept"
                    | Error faults -> failtest $"%A{faults}"

                    quests [ "bandwidth"; at "run.xyz"; "--entropy"; "3" ] |> first |> ignore

                    Expect.stringContains
                        (quests [ "trajectory"; at "run.xyz"; "--reference"; at "known.xyz" ] |> good).Out
                        "400"
                        "steps"

                    Expect.stringContains
                        (quests [ "nuclei"; at "known.xyz"; "--reference"; at "known.xyz" ] |> first)
                        "64 atoms in the first of 2 frames and 64 in the last"
                        "all atoms know themselves")
            }

            test "a tolerance, the errors of a model, another phase and nucleation are asked for by name" {
                withFiles (fun at ->
                    let compare further =
                        quests (
                            [
                                "delta"
                                at "run.xyz"
                                "--reference"
                                at "known.xyz"
                                "--bandwidth"
                                "0.05"
                                "--json"
                                at "d.json"
                            ]
                            @ further
                        )
                        |> good
                        |> ignore

                        json (at "d.json")

                    let exact = real "mean_delta_entropy_nats" (compare [])
                    let loose = compare [ "--tolerance"; "0.01" ]
                    let above = real "mean_delta_entropy_nats" loose - exact
                    Expect.isTrue (above >= -1e-9 && above <= 0.01) $"δH is too large by {above}"
                    Expect.equal (loose.GetProperty("novelty_direction").GetString()) "upper_bound" "direction"

                    use file = File.Create(at "e.npy")
                    NumPyArray.writeFloat64 [ 256 ] [ Array.init 256 float ] file
                    file.Close()

                    let bins =
                        (compare [ "--errors"; at "e.npy" ]).GetProperty("errors").EnumerateArray()

                    Expect.isGreaterThan (Seq.length bins) 5 "bins"

                    quests
                        [
                            "delta"
                            at "known.xyz"
                            "--reference"
                            at "known.xyz"
                            "--errors"
                            at "e.npy"
                        ]
                    |> bad "128 against 256"

                    let numbers =
                        quests [ "entropy"; at "run.xyz"; "--minus"; at "known.xyz"; "--json"; at "h.json" ]
                        |> good
                        |> fun _ -> (json (at "h.json")).GetProperty "difference"

                    Expect.equal (real "environments" numbers) 128.0 "environments of each"

                    Expecting.within
                        1e-9
                        (real "difference_nats" numbers)
                        (real "entropy_nats" numbers - real "other_entropy_nats" numbers)
                        "difference"

                    quests
                        [
                            "nuclei"
                            at "run.xyz"
                            "--reference"
                            at "known.xyz"
                            "--temperature"
                            "900"
                        ]
                    |> bad "different sizes of nuclei")
            }

            test "mcmc and active seek structures with new environments, and write them" {
                withFiles (fun at ->
                    let chain = [ "--steps"; "12"; "--target"; "5"; "--bandwidth"; "0.05" ]

                    quests (
                        [
                            "mcmc"
                            at "run.xyz"
                            "--reference"
                            at "known.xyz"
                            "--output"
                            at "m.xyz"
                            "--json"
                            at "m.json"
                        ]
                        @ chain
                    )
                    |> good
                    |> ignore

                    let mean = Array.average (column "delta_entropy" (at "m.xyz"))

                    Expecting.within
                        1e-9
                        (real "mean_delta_entropy_nats" (json (at "m.json")))
                        mean
                        "δH of what was written"

                    quests (
                        [
                            "active"
                            at "run.xyz"
                            "--generations"
                            "2"
                            "--structures"
                            "2"
                            "--output"
                            at "a.xyz"
                        ]
                        @ chain
                    )
                    |> good
                    |> ignore

                    Expect.hasLength (column "delta_entropy" (at "a.xyz")) 256 "four structures of 64 atoms")
            }

            test "bad input is told in a line" {
                withFiles (fun at ->
                    quests [ "entropy" ] |> bad "FILE is missing"
                    quests [ "entropy"; at "none.xyz" ] |> bad "no such file"
                    quests [ "entropy"; at "run.xyz"; "--bandwidth"; "0" ] |> bad "--bandwidth"
                    quests [ "entropy"; at "run.xyz"; "--cutoff"; "-1" ] |> bad "--cutoff"
                    quests [ "entropy"; at "run.xyz"; "--neighbours"; "0" ] |> bad "--neighbours"
                    quests [ "entropy"; at "run.xyz"; "--neighbours"; "1" ] |> bad "the number of neighbours k"
                    quests [ "entropy"; at "run.xyz"; "--species"; "some" ] |> bad "form of species"

                    quests [ "entropy"; at "run.xyz"; "--sample"; "999" ]
                    |> bad "256 environments are fewer than the 999"

                    quests [ "entropy"; at "run.xyz"; "--sizes"; "3" ] |> bad "--sizes is no argument"
                    quests [ "entropy"; at "run.xyz"; at "known.xyz" ] |> bad "known.xyz"
                    quests [ "delta"; at "run.xyz" ] |> bad "--reference is missing"

                    quests [ "delta"; at "run.xyz"; "--reference"; at "known.xyz"; "--output"; at "o.txt" ]
                    |> bad "--output"

                    quests [ "compress"; at "run.xyz"; "--frames"; "5" ] |> bad "4 frames are fewer than the 5"
                    quests [ "compress"; at "run.xyz"; "--method"; "best" ] |> bad "method of compression"
                    quests [ "bandwidth"; at "run.xyz"; "--entropy"; "30" ] |> bad "the entropy asked for"

                    quests [ "descriptors"; at "run.xyz"; "--output"; at "d.npy"; "--neighbours"; "5" ]
                    |> good
                    |> ignore

                    quests [ "delta"; at "run.xyz"; "--reference"; at "d.npy" ] |> bad "9 against 63"
                    quests [ "nuclei"; at "d.npy"; "--reference"; at "d.npy" ] |> bad "descriptors without atoms"
                    quests [ "mcmc"; at "d.npy"; "--reference"; at "d.npy" ] |> bad "descriptors without atoms"
                    quests [ "mcmc"; at "run.xyz"; "--reference"; at "known.xyz"; "--width"; "0" ] |> bad "--width"
                    quests [ "active"; at "run.xyz"; "--target"; "much" ] |> bad "--target"
                    quests [ "entropy"; at "d.npy"; "--bandwidth"; "volume" ] |> bad "volume"

                    let broken = (frames 3UL 1)[0]
                    Array.blit broken.Positions 0 broken.Positions 30 3
                    Trajectory.write TrajectoryFormat.ExtendedXyz (at "two.xyz") [ broken ]
                    quests [ "entropy"; at "two.xyz" ] |> bad "atoms 1 and 11"

                    quests [ "delta"; at "two.xyz"; "--reference"; at "known.xyz"; "--output"; at "o.xyz" ]
                    |> bad "atoms 1 and 11"

                    Expect.isFalse (File.Exists(at "o.xyz")) "nothing half-written")
            }
        ]
