module Mice.Entropy.Tests.ScanEstimatorTests

open Expecto
open System
open System.IO
open System.Threading
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.ScanSystems

let private system = idealGas 3 27 6 1UL

let private tiny =
    { small 40 with
        Network =
            { (small 40).Network with
                Degree = 2
                Width = 16
                Depth = 1
            }
        Training =
            { (small 40).Training with
                BatchPoints = 64
            }
    }

let private alone = { Run.quiet with Threads = 1 }

let private plain options =
    ScanEntropy.estimate options alone system.Snapshots |> ok

let private bits (result: ScanResult) =
    [|
        float result.Bound.ExcessEntropy.Value
        float result.Bound.ExcessEntropy.StandardError
        result.Calibration.Value
        for s in result.Bound.BySnapshot do
            s.Entropy
        yield! result.MeanRatios
        for p in Array.concat result.Bound.Training do
            p.Loss
            p.Held.Value
    |]
    |> Array.map BitConverter.DoubleToInt64Bits

/// A run that is kept in a directory.
let private kept (action: Run -> 'a) : 'a =
    let directory = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")

    try
        action
            { alone with
                Store = Some(RunStore.at directory)
            }
    finally
        Directory.Delete(directory, true)

let private faults options snapshots =
    match ScanEntropy.estimate options alone snapshots with
    | Ok _ -> []
    | Error errors -> errors

/// Stops when the given share is done, and goes on.
let private interrupted options share =
    kept (fun run ->
        use stop = new CancellationTokenSource()

        let stopping =
            { run with
                Cancel = stop.Token
                Progress =
                    fun p ->
                        if p.Fraction > share then
                            stop.Cancel()
            }

        Expecting.throwsAny<OperationCanceledException>
            (fun () -> ScanEntropy.estimate options stopping system.Snapshots |> ignore)
            "the run stops when it is cancelled"
        |> ignore

        let names =
            Directory.GetFiles(RunStore.directory run.Store.Value, "*.state")
            |> Array.map (fun file -> Path.GetFileNameWithoutExtension file)
            |> Array.sort
            |> List.ofArray

        let reported = ResizeArray<float>()

        let resumed =
            ScanEntropy.estimate
                options
                { run with
                    Progress = fun p -> reported.Add p.Fraction
                }
                system.Snapshots
            |> ok

        names, Seq.last reported, resumed)

[<Tests>]
let tests =
    testList
        "ScanEstimatorTests"
        [
            test "Too few snapshots are one clear error" {
                match faults { tiny with Networks = 3 } system.Snapshots[..2] with
                | [ MiceError.TooFewData(_, 3, needed, _) ] ->
                    Expecting.inRange needed 4 6 "it says how many are needed"
                | other -> failtest $"{other}"

                match faults tiny [||] with
                | [ MiceError.TooFewData(_, 0, _, _) ] -> ()
                | other -> failtest $"{other}"
            }

            test "Any number of snapshots either is refused or gives a number" {
                for networks in 2..4 do
                    for count in 0..6 do
                        let options =
                            { tiny with
                                Networks = networks
                                Training = { tiny.Training with Steps = 8 }
                            }

                        match ScanEntropy.estimate options alone system.Snapshots[.. count - 1] with
                        | Ok result ->
                            Expect.isTrue
                                (Double.IsFinite(float result.Bound.ExcessEntropy.Value))
                                "the entropy is a number"

                            Expect.equal result.Bound.BySnapshot.Length count "every snapshot is scanned"
                        | Error [ MiceError.TooFewData _ ] -> ()
                        | Error other -> failtest $"{networks} networks, {count} snapshots: {other}"
            }

            test "Different numbers of atoms are one clear error" {
                let other = (idealGas 3 28 1 2UL).Snapshots

                match faults tiny (Array.append system.Snapshots other) with
                | [ MiceError.Mismatch(what, left, right) ] ->
                    Expect.stringContains what "the scan" "the method is named"
                    Expect.stringStarts left "27 in snapshot 1 (step " "the first snapshot"
                    Expect.stringStarts right "28 in snapshot 7 (step " "the first other one"
                | other -> failtest $"{other}"
            }

            test "An open boundary and two atoms in one place are one clear error each" {
                let opened (s: Snapshot) =
                    { s with
                        Cell =
                            { s.Cell with
                                Periodic = [| true; true; false |]
                            }
                    }

                let doubled (s: Snapshot) =
                    { s with
                        Positions = Array.append s.Positions[..2] s.Positions[.. s.Positions.Length - 4]
                    }

                match faults tiny (Array.map opened system.Snapshots) with
                | [ MiceError.OutOfRange(name, _, _) ] -> Expect.stringContains name "boundary" "the boundary is named"
                | other -> failtest $"{other}"

                match faults tiny (Array.map doubled system.Snapshots) with
                | [ MiceError.OutOfRange(name, _, _) ] -> Expect.stringContains name "distance" "the distance is named"
                | other -> failtest $"{other}"
            }

            test "Several species are one clear error, declared ones without atoms are none" {
                let named species =
                    system.Snapshots
                    |> Array.map (fun s ->
                        { s with
                            SpeciesNames = [| "Na"; "Cl" |]
                            Species = Array.init (Snapshot.count s) species
                        })

                match faults tiny (named (fun i -> i % 2)) with
                | [ MiceError.OutOfRange(_, given, _) ] -> Expect.stringContains given "Cl" "the species are named"
                | other -> failtest $"{other}"

                Expect.isEmpty
                    (faults
                        { tiny with
                            Training = { tiny.Training with Steps = 8 }
                        }
                        (named (fun _ -> 1)))
                    "a species without atoms is no fault"
            }

            test "Faults of options and of snapshots come together" {
                match faults { tiny with Passes = 0 } system.Snapshots[..1] with
                | [ MiceError.OutOfRange _; MiceError.TooFewData _ ] -> ()
                | other -> failtest $"{other}"
            }

            test "The same seed gives the same bits on one and two threads, another seed does not" {
                let once = bits (plain tiny)
                Expect.equal (bits (plain tiny)) once "once more it is the same"

                let on run =
                    ScanEntropy.estimate tiny run system.Snapshots |> ok |> bits

                Expect.equal (on { alone with Threads = 2 }) once "two threads find the same"
                Expect.notEqual (on (Run.seeded 2UL alone)) once "another seed finds something else"
            }

            test "A result says what it comes from" {
                let result = plain { tiny with CutoffShares = [ 0.6 ] }

                Expect.equal result.Bound.Atoms 27 "the atoms of a snapshot"
                Expect.equal result.Bound.Snapshots 6 "the snapshots"

                let bySnapshot f = result.Bound.BySnapshot |> Array.map f
                Expect.equal (bySnapshot _.Step) [| 0L .. 5L |] "snapshots keep their steps"
                Expect.equal (bySnapshot _.Network) [| 0; 0; 0; 1; 1; 1 |] "each network has one half"


                Expecting.within 1e-9 result.Bound.VolumePerAtom 27.0 "the volume per atom"

                Expect.equal result.Bound.ExcessEntropy.Direction Direction.UpperBound "the entropy is an upper bound"
                Expect.equal result.ByCutoff.Length 2 "there is one more cut-off"
                Expect.isTrue (result.ByCutoff[0].Cutoff < result.ByCutoff[1].Cutoff) "the smaller cut-off comes first"
                Expect.contains result.Bound.Settings ("key_of_seed", string (Key.ofSeed 1UL)) "the settings are there"
            }

            test "Progress never goes back and stays between 0 and 1" {
                let seen = ResizeArray<float>()

                ScanEntropy.estimate
                    tiny
                    { Run.quiet with
                        Threads = 2
                        Progress = fun p -> seen.Add p.Fraction
                    }
                    system.Snapshots
                |> ok
                |> ignore

                Expect.isNonEmpty seen "progress is told"

                for f in seen do
                    Expecting.inRange f 0.0 1.0 "a part of the whole"

                for a, b in Seq.pairwise seen do
                    Expect.isTrue (a <= b) $"{a} before {b}"
            }

            test "A cancelled run leaves checkpoints and goes on to the same bits" {
                let straight = bits (plain tiny)
                let names, last, resumed = interrupted tiny 0.6
                Expect.equal names [ "network-0"; "network-1" ] "both networks are kept"
                // Training is 98 % of the way, whatever part of it a checkpoint brought.
                Expecting.within 1e-9 last 0.98 "what a checkpoint brought is counted"
                Expect.equal (bits resumed) straight "it ends at the same bits"
            }

            test "A run cancelled between two entries of the training curve goes on to the same bits" {
                // Entries come every 10 steps, rounds have 8: the first entry averages two rounds.
                let options =
                    { tiny with
                        Training = { tiny.Training with Steps = 200 }
                    }

                let names, _, resumed = interrupted options 0.01
                Expect.equal names [ "network-0" ] "the first network is kept"
                Expect.equal (bits resumed) (bits (plain options)) "it ends at the same bits"
            }

            test "A finished run is not made again" {
                // Rounds have 8 steps: the last round may be a short one.
                for steps in [ 40; 20 ] do
                    let options =
                        { tiny with
                            Training = { tiny.Training with Steps = steps }
                        }

                    kept (fun run ->
                        let first = ScanEntropy.estimate options run system.Snapshots |> ok
                        let seen = ResizeArray<string>()

                        let again =
                            ScanEntropy.estimate
                                options
                                { run with
                                    Progress = fun p -> seen.Add p.Message
                                }
                                system.Snapshots
                            |> ok

                        Expect.equal (bits again) (bits first) "the result is the same"

                        for m in seen do
                            Expect.stringContains m $"step {steps} of {steps}" "no step is made again")
            }

            test "A damaged checkpoint is a bad file" {
                kept (fun run ->
                    ScanEntropy.estimate tiny run system.Snapshots |> ok |> ignore
                    let folder = RunStore.directory run.Store.Value
                    File.WriteAllText(Path.Combine(folder, "network-0.state"), "not a network")

                    match ScanEntropy.estimate tiny run system.Snapshots with
                    | Error [ MiceError.BadFile _ ] -> ()
                    | other -> failtest $"{other}")
            }
        ]
