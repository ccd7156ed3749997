module Mice.Entropy.Tests.ScanEstimatorTests

open System
open System.IO
open System.Threading
open Xunit
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Entropy.Tests.ScanSystems

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
        Threads = 1
    }

let private run options cancel progress store snapshots =
    ScanEntropy.estimate options cancel progress store snapshots

let private plain options =
    run options CancellationToken.None ignore None system.Snapshots |> get

let private bits (result: ScanResult) =
    [|
        float result.ExcessEntropy.Value
        float result.ExcessEntropy.StandardError
        result.Calibration.Value
        for s in result.BySnapshot do
            s.Entropy
            s.MeanRatio
        for t in result.Training do
            t.Loss
            t.HeldOutEntropy
    |]
    |> Array.map BitConverter.DoubleToInt64Bits

let private inStore (action: (unit -> RunStore) -> 'a) : 'a =
    let directory = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}")

    try
        action (fun () -> RunStore.openOrCreate directory """{"test":"scan"}""" |> get)
    finally
        Directory.Delete(directory, true)

let private faults options snapshots =
    match run options CancellationToken.None ignore None snapshots with
    | Ok _ -> []
    | Error errors -> errors

[<Fact>]
let ``Too few snapshots are one clear error`` () =
    match faults { tiny with Networks = 3 } system.Snapshots[..2] with
    | [ MiceError.TooFewData(_, 3, needed, _) ] -> Assert.InRange(needed, 4, 6)
    | other -> Assert.Fail $"{other}"

    match faults tiny [||] with
    | [ MiceError.TooFewData(_, 0, _, _) ] -> ()
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``Any number of snapshots either is refused or gives a number`` () =
    for networks in 2..4 do
        for count in 0..6 do
            let options =
                { tiny with
                    Networks = networks
                    Training = { tiny.Training with Steps = 8 }
                }

            match run options CancellationToken.None ignore None system.Snapshots[.. count - 1] with
            | Ok result ->
                Assert.True(Double.IsFinite(float result.ExcessEntropy.Value))
                Assert.Equal(count, result.BySnapshot.Length)
            | Error [ MiceError.TooFewData _ ] -> ()
            | Error other -> Assert.Fail $"{networks} networks, {count} snapshots: {other}"

[<Fact>]
let ``Different numbers of atoms are one clear error`` () =
    let other = (idealGas 3 28 1 2UL).Snapshots

    match faults tiny (Array.append system.Snapshots other) with
    | [ MiceError.Mismatch(_, "27", "28") ] -> ()
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``An open boundary and two atoms in one place are one clear error each`` () =
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
    | [ MiceError.OutOfRange(name, _, _) ] -> Assert.Contains("boundary", name)
    | other -> Assert.Fail $"{other}"

    match faults tiny (Array.map doubled system.Snapshots) with
    | [ MiceError.OutOfRange(name, _, _) ] -> Assert.Contains("distance", name)
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``Several species are one clear error, declared ones without atoms are none`` () =
    let named species =
        system.Snapshots
        |> Array.map (fun s ->
            { s with
                SpeciesNames = [| "Na"; "Cl" |]
                Species = Array.init (Snapshot.count s) species
            })

    match faults tiny (named (fun i -> i % 2)) with
    | [ MiceError.OutOfRange(_, given, _) ] -> Assert.Contains("Cl", given)
    | other -> Assert.Fail $"{other}"

    Assert.Empty(
        faults
            { tiny with
                Training = { tiny.Training with Steps = 8 }
            }
            (named (fun _ -> 1))
    )

[<Fact>]
let ``Faults of options and of snapshots come together`` () =
    match faults { tiny with Sweeps = 0 } system.Snapshots[..1] with
    | [ MiceError.OutOfRange _; MiceError.TooFewData _ ] -> ()
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``The same seed gives the same bits on one and two threads, another seed does not`` () =
    let once = bits (plain tiny)
    Assert.Equal<int64[]>(once, bits (plain tiny))
    Assert.Equal<int64[]>(once, bits (plain { tiny with Threads = 2 }))
    Assert.NotEqual<int64[]>(once, bits (plain { tiny with Seed = 2UL }))

[<Fact>]
let ``A result says what it comes from`` () =
    let result = plain { tiny with CutoffShares = [ 0.6 ] }

    Assert.Equal(27, result.Atoms)
    Assert.Equal(6, result.Snapshots)
    Assert.Equal(6, result.TestSnapshots)
    Assert.Equal<int64[]>([| 0L .. 5L |], result.BySnapshot |> Array.map (fun s -> s.Step))
    Assert.Equal<int[]>([| 0; 0; 0; 1; 1; 1 |], result.BySnapshot |> Array.map (fun s -> s.Network))
    Assert.Equal(27.0, result.VolumePerAtom, 1e-9)
    Assert.Equal(Direction.UpperBound, result.ExcessEntropy.Direction)
    Assert.Equal(2, result.ByCutoff.Length)
    Assert.True(result.ByCutoff[0].Cutoff < result.ByCutoff[1].Cutoff)
    Assert.Contains(("seed", "1"), result.Settings)

[<Fact>]
let ``Progress never goes back and stays between 0 and 1`` () =
    let seen = ResizeArray<float>()

    run { tiny with Threads = 2 } CancellationToken.None (fun p -> seen.Add p.Fraction) None system.Snapshots
    |> get
    |> ignore

    Assert.NotEmpty seen
    Assert.All(seen, fun f -> Assert.InRange(f, 0.0, 1.0))
    Assert.All(Seq.pairwise seen, fun (a, b) -> Assert.True(a <= b, $"{a} before {b}"))

/// Stops when the given share is done, opens the store anew and goes on.
let private interrupted options share =
    inStore (fun store ->
        use stop = new CancellationTokenSource()

        let progress (p: Progress) =
            if p.Fraction > share then
                stop.Cancel()

        Assert.ThrowsAny<OperationCanceledException>(fun () ->
            run options stop.Token progress (Some(store ())) system.Snapshots |> ignore)
        |> ignore

        let names =
            [ "network-0"; "network-1" ]
            |> List.filter (fun n ->
                match RunStore.tryLoad n (store ()) with
                | Ok(Some _) -> true
                | _ -> false)

        let reported = ResizeArray<float>()

        let resumed =
            run options CancellationToken.None (fun p -> reported.Add p.Fraction) (Some(store ())) system.Snapshots
            |> get

        names, Seq.last reported, resumed)

[<Fact>]
let ``A cancelled run leaves checkpoints and goes on to the same bits`` () =
    let straight = bits (plain tiny)
    let names, last, resumed = interrupted tiny 0.6
    Assert.Equal<string list>([ "network-0"; "network-1" ], names)
    // Training is 98 % of the way, whatever part of it a checkpoint brought.
    Assert.Equal(0.98, last, 1e-9)
    Assert.Equal<int64[]>(straight, bits resumed)

[<Fact>]
let ``A run cancelled between two entries of the training curve goes on to the same bits`` () =
    // Entries come every 10 steps, rounds have 8: the first entry averages two rounds.
    let options =
        { tiny with
            Training = { tiny.Training with Steps = 200 }
        }

    let names, _, resumed = interrupted options 0.01
    Assert.Equal<string list>([ "network-0" ], names)
    Assert.Equal<int64[]>(bits (plain options), bits resumed)

[<Fact>]
let ``A finished run is not made again`` () =
    // Rounds have 8 steps: the last round may be a short one.
    for steps in [ 40; 20 ] do
        let options =
            { tiny with
                Training = { tiny.Training with Steps = steps }
            }

        inStore (fun store ->
            let first =
                run options CancellationToken.None ignore (Some(store ())) system.Snapshots |> get

            let seen = ResizeArray<string>()

            let again =
                run options CancellationToken.None (fun p -> seen.Add p.Message) (Some(store ())) system.Snapshots
                |> get

            Assert.Equal<int64[]>(bits first, bits again)
            Assert.All(seen, fun m -> Assert.Contains($"step {steps} of {steps}", m)))

[<Fact>]
let ``A damaged checkpoint is a bad file`` () =
    inStore (fun store ->
        let opened = store ()
        RunStore.save "network-0" "not a network"B opened

        match run tiny CancellationToken.None ignore (Some opened) system.Snapshots with
        | Error [ MiceError.BadFile _ ] -> ()
        | other -> Assert.Fail $"{other}")
