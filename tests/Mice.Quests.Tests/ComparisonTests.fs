module Mice.Quests.Tests.ComparisonTests

open System.IO
open Expecto
open Mice
open Mice.Atoms
open Mice.Quests

let private run = { Run.quiet with Threads = 2 }

/// Atoms near the sites of a simple cubic lattice, of two species.
let private jittered (seed: uint64) (side: int) : Snapshot =
    let generator = Key.ofSeed seed |> Key.generator

    let site x =
        2.4 * float x + 0.2 * generator.NextNormal()

    let positions =
        [|
            for i in 0 .. side - 1 do
                for j in 0 .. side - 1 do
                    for k in 0 .. side - 1 do
                        site i
                        site j
                        site k
        |]

    { Snapshot.ofPositions "A" (Cell.cubic (2.4 * float side)) positions with
        Species = Array.init (side * side * side) (fun i -> i % 2)
        SpeciesNames = [| "A"; "B" |]
        Step = int64 seed
    }

let private forms =
    [
        for _, form in EnvironmentOptions.forms ->
            { EnvironmentOptions.defaults with
                Neighbours = 12
                Species = form
            }
    ]

let private names = [| "A"; "B" |]

[<Tests>]
let tests =
    testList
        "EnvironmentComparison"
        [
            test "of frames one after the other is that of all of them together" {
                // More atoms than are described at a time in the last frame.
                let frames = [| jittered 1UL 5; jittered 2UL 7; jittered 3UL 28 |]

                for options in forms do
                    let reference = Environments.ofSpecies run options names [| jittered 4UL 6 |] |> ok

                    let set = Environments.ofSpecies run options names frames |> ok

                    let struct (expected, differential) =
                        EnvironmentComparison.create run 0.05 0.5<nat> (KernelIndex.exact reference.Points) set |> ok

                    let seen = ResizeArray<float<nat>>()

                    let found =
                        EnvironmentComparison.ofFrames
                            run
                            options
                            names
                            0.05
                            0.5<nat>
                            (KernelIndex.exact reference.Points)
                            (frames |> Seq.map Ok)
                            (fun _ d -> seen.AddRange d)
                        |> ok

                    Expect.equal found expected "the comparison"
                    Expect.equal (seen.ToArray()) differential "δH"
            }

            test "goes on where it was stopped, to the same numbers" {
                let options = EnvironmentOptions.defaults

                let reference =
                    (Environments.ofSnapshots run options [| jittered 5UL 6 |] |> ok).Points

                let frames = [ jittered 6UL 5; jittered 7UL 28 ]

                let compare (run: Run) =
                    EnvironmentComparison.ofFrames
                        run
                        options
                        names
                        0.05
                        0.5<nat>
                        (KernelIndex.exact reference)
                        (frames |> Seq.map Ok)
                        (fun _ _ -> ())

                inFolder (fun folder ->
                    let stored =
                        { run with
                            Store = Some(RunStore.at folder)
                        }

                    let claimed = stored |> Run.claim "test" (fun () -> []) |> ok
                    use source = new System.Threading.CancellationTokenSource()

                    let stopping =
                        { claimed with
                            Cancel = source.Token
                            Progress =
                                fun p ->
                                    if p.Message.StartsWith "frame 2" then
                                        source.Cancel()
                        }

                    Expecting.throwsAny<System.OperationCanceledException>
                        (fun () -> compare stopping |> ignore)
                        "stopped"
                    |> ignore

                    let kept = Directory.GetFiles(folder, "delta-*") |> Array.length
                    Expect.equal kept 2 "the first frame and the first piece of the second"
                    Expect.equal (compare claimed |> ok) (compare run |> ok) "the same")
            }

            test "tells quantiles" {
                let points = Array.init 200 (fun i -> [| float i |]) |> Reference.rows
                let set = Environments.ofPoints [| 0..50..200 |] points

                let struct (found, differential) =
                    EnvironmentComparison.create run 100.0 0.0<nat> (KernelIndex.exact points) set |> ok

                let sorted = Array.sort differential

                for share in [ 0.0; 0.3; 0.99; 1.0 ] do
                    let expected = sorted[int (share * 199.0)]

                    Expecting.within
                        0.0051
                        (float (EnvironmentComparison.quantile share found))
                        (float expected)
                        $"{share}"
            }

            test "refuses frames with species that the reference lacks, and files without frames" {
                let options =
                    { EnvironmentOptions.defaults with
                        Species = SpeciesForm.Pairs
                    }

                let reference =
                    (Environments.ofSpecies
                        run
                        options
                        [| "A" |]
                        [|
                            { jittered 8UL 4 with
                                Species = Array.zeroCreate 64
                            }
                        |]
                     |> ok)
                        .Points

                let compare frames =
                    EnvironmentComparison.ofFrames
                        run
                        options
                        [| "A" |]
                        0.05
                        0.0<nat>
                        (KernelIndex.exact reference)
                        frames
                        (fun _ _ -> ())

                match compare [ Ok(jittered 9UL 4) ] with
                | Error [ fault ] -> Expect.stringContains (MiceError.message fault) "B against A" "who it is"
                | other -> failtest $"%A{other}"

                Expect.isError (compare []) "no frames"
                let missing = MiceError.MissingFile "x"
                Expect.equal (compare [ Error missing ]) (Error [ missing ]) "a frame that cannot be read"
            }
        ]
