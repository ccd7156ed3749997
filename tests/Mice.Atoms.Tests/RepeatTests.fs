module Mice.Atoms.Tests.RepeatTests

open Expecto
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

/// A snapshot of so many atoms at random places in a random box.
let private snapshot: Gen<Snapshot> =
    gen {
        let! cell, positions, _ = Generators.system
        let atoms = positions.Length / 3
        let! species = Gen.arrayOfLength atoms (Gen.choose (0, 1))

        return
            {
                Step = 1L
                Cell = cell
                Species = species
                SpeciesNames = [| "Na"; "Cl" |]
                Positions = positions
                Values = Map.empty
                Columns = Map.empty
            }
    }

/// Atoms in another order, and moved by whole vectors of the box where it repeats.
let private disguised (shifts: int[]) (order: int[]) (s: Snapshot) : Snapshot =
    let place i =
        let shift k =
            if s.Cell.Periodic[k] then
                float shifts[(3 * i + k) % shifts.Length]
            else
                0.0

        Array.init 3 (fun c ->
            s.Positions[3 * i + c] + Seq.sum (seq { for k in 0..2 -> shift k * s.Cell.Vectors[3 * k + c] }))

    { s with
        Species = order |> Array.map (fun i -> s.Species[i])
        Positions = order |> Array.collect place
    }

let private disguise: Gen<Snapshot * Snapshot> =
    gen {
        let! s = snapshot
        let! shifts = Gen.arrayOfLength 12 (Gen.choose (-2, 2))
        let! order = Gen.shuffle [| 0 .. Snapshot.count s - 1 |]
        return s, disguised shifts order s
    }

let private kinds (snapshots: Snapshot[]) =
    Repeats.find snapshots |> List.map (fun r -> r.Kind, r.First, r.Again)

/// Snapshots of one atom in a cube of 10 Å at the given steps and places on the x axis.
let private line (places: (int64 * float) list) : Snapshot[] =
    [|
        for step, x in places ->
            { Snapshot.ofPositions "Na" (Cell.cubic 10.0) [| x; 1.0; 2.0 |] with
                Step = step
            }
    |]

let private frame (step: int) (x: float) =
    $"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 10\n0 10\n0 10\nITEM: ATOMS id type x y z\n1 1 {x} 1 2\n"

let private read (frames: (int * float) list) =
    let text = frames |> List.map (fun (step, x) -> frame step x) |> String.concat ""
    withFile (Encoding.ASCII.GetBytes text) Trajectory.read

[<Tests>]
let tests =
    testList
        "RepeatTests"
        [
            testCase "A configuration is known again in any order and whatever box its atoms are written in"
            <| fun () ->
                Expecting.holds
                    500
                    (Prop.forAll (Arb.fromGen disguise) (fun (s, other) ->
                        kinds [| s; other |] = [ RepeatKind.Copy, 0, 1 ]))

            testCase "A configuration with one atom somewhere else is another one"
            <| fun () ->
                Expecting.holds
                    500
                    (Prop.forAll (Arb.fromGen disguise) (fun (s, other) ->
                        // A thousandth of the mean distance of the atoms: ten times the tolerance.
                        let moved = Array.copy other.Positions
                        let h = System.Math.Cbrt(Snapshot.volumePerAtom s)
                        moved[moved.Length - 1] <- moved[moved.Length - 1] + 1e-3 * h
                        // Two atoms nearer to one another than that could change places.
                        kinds [| s; { other with Positions = moved } |] = [ RepeatKind.Step, 0, 1 ]))

            testCase "Rounding to seven digits does not hide a copy"
            <| fun () ->
                Expecting.holds
                    200
                    (Prop.forAll (Arb.fromGen disguise) (fun (s, other) ->
                        let round (x: float) = System.Math.Round(x, 6)

                        kinds
                            [|
                                s
                                { other with
                                    Positions = Array.map round other.Positions
                                }
                            |]
                            =
                            [ RepeatKind.Copy, 0, 1 ]))

            test "Atoms at the face of the box are known again on the other side of it" {
                let at x = line [ 1L, x ] |> Array.head

                let nearly =
                    { at 0.0 with
                        Positions = [| 1e-9; 1.0; 2.0 |]
                    }

                let beyond =
                    { at 0.0 with
                        Positions = [| 10.0 - 1e-9; 1.0; 2.0 |]
                    }

                Expect.equal (kinds [| nearly; beyond |]) [ RepeatKind.Copy, 0, 1 ] "both are at 0"
            }

            test "The corner of the box does not matter where it repeats" {
                let s = (line [ 1L, 3.0 ])[0]

                let moved =
                    { s with
                        Cell =
                            { s.Cell with
                                Origin = [| -5.0; -2.5; 1.0 |]
                            }
                    }

                Expect.equal (kinds [| s; moved |]) [ RepeatKind.Copy, 0, 1 ] "the same atoms in the same lattice"
            }

            test "Other boxes and other species make other configurations" {
                let s = (line [ 1L, 3.0 ])[0]

                for other in
                    [
                        { s with Cell = Cell.cubic 10.1 }
                        { s with SpeciesNames = [| "K" |] }
                        { s with
                            Cell =
                                { s.Cell with
                                    Periodic = [| true; true; false |]
                                }
                        }
                        { s with
                            Species = [| 0; 0 |]
                            Positions = [| 3.0; 1.0; 2.0; 5.0; 5.0; 5.0 |]
                        }
                    ] do
                    Expect.equal (kinds [| s; other |]) [ RepeatKind.Step, 0, 1 ] "only the step is the same"
            }

            test "Each later snapshot is reported against the first it repeats" {
                let set = line [ 0L, 1.0; 1L, 2.0; 1L, 2.0; 2L, 1.0; 1L, 5.0; 0L, 1.0; 2L, 1.0 ]

                Expect.equal
                    (kinds set)
                    [
                        RepeatKind.Copy, 1, 2
                        RepeatKind.Positions, 0, 3
                        RepeatKind.Step, 1, 4
                        RepeatKind.Copy, 0, 5
                        RepeatKind.Copy, 3, 6
                    ]
                    "repeats"

                Expect.isEmpty (Repeats.find [||]) "no snapshots, no repeats"
            }

            test "A thousand copies are found in no time" {
                let random = System.Random 3
                let positions = Array.init 3000 (fun _ -> 30.0 * random.NextDouble())
                let s = Snapshot.ofPositions "Na" (Cell.cubic 30.0) positions
                let clock = System.Diagnostics.Stopwatch.StartNew()
                Expect.equal (Repeats.find (Array.replicate 1000 s)).Length 999 "copies"
                // Some 0.3 s on one core; comparing all pairs would take minutes.
                Expecting.inRange clock.Elapsed.TotalSeconds 0.0 20.0 "seconds"
            }

            test "Frames of a seam are left out with a warning that names their steps" {
                let t = read [ 0, 1.0; 100, 2.0; 200, 3.0; 100, 2.0; 200, 3.0; 300, 4.0 ] |> ok
                Expect.equal (t.Snapshots |> Array.map _.Step) [| 0L; 100L; 200L; 300L |] "steps"
                let warning = Expecting.single t.Warnings "warnings"
                Expect.stringContains warning "2 frames stand twice" warning
                Expect.stringContains warning "steps 100, 200." warning
            }

            test "One step with other positions, and positions at another step, are refused in one line each" {
                match read [ 0, 1.0; 100, 2.0; 100, 3.0; 300, 1.0 ] with
                | Error [ MiceError.BadFile(_, Some 4, None, positions); MiceError.BadFile(_, Some 3, None, step) ] ->
                    Expect.stringContains positions "step 300 has the same positions as step 0 in frame 1" positions
                    Expect.stringContains step "step 100 stands already in frame 2, with other positions" step
                | other -> failtest $"%A{other}"
            }

            test "Snapshots that did not come from a file: equal positions are a fault, equal steps are none" {
                Expect.isEmpty (Repeats.faults (line [ 0L, 1.0; 0L, 2.0; 0L, 3.0 ])) "steps"

                for step in [ 0L; 7L ] do
                    match Repeats.faults (line [ 0L, 1.0; 5L, 2.0; step, 1.0 ]) with
                    | [ error ] ->
                        let message = MiceError.message error

                        Expect.stringContains
                            message
                            $"snapshot 3 (step {step}) is a copy of snapshot 1 (step 0)"
                            message
                    | other -> failtest $"%A{other}"
            }
        ]
