/// Files as people have them, after public reports of faults of other programs; each with what should come of it.
module Mice.Atoms.Tests.CaseTests

open Expecto
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

/// A file of a case; skips the test where the cases are not there.
let private file (case: string) (name: string) : string =
    Repository.needsReference [ "cases"; case; name ]

let private read (case: string) (name: string) : Trajectory = Trajectory.read (file case name) |> ok

/// What the identity of a calculation is made of.
let private content (t: Trajectory) =
    t.Snapshots
    |> Array.map (fun s -> s.Step, s.Cell, (s.Species |> Array.map (fun i -> s.SpeciesNames[i])), s.Positions)

/// Both files are read alike, to the bit.
let private alike (case: string) (a: string) (b: string) =
    Expect.equal (content (read case a)) (content (read case b)) $"{a} and {b}"

let private refused (case: string) (name: string) : MiceError =
    match Trajectory.read (file case name) with
    | Error [ error ] -> error
    | other -> failtest $"%A{other}"

[<Tests>]
let tests =
    testList
        "CaseTests"
        [
            test "Scaled coordinates in a box that does not begin at 0" {
                alike "01-scaled-coordinates-box-not-at-zero" "plain.dump" "scaled.dump"
            }

            test "General and tilted boxes" {
                // Dumps have types where the other files have symbols: the rest is the same.
                for a, b in [ "general.dump", "same.xyz"; "tilted.dump", "tilted_same.xyz" ] do
                    alike "02-general-triclinic" a b
            }

            test "A number of atoms that changes" {
                let t = read "03-number-of-atoms-changes" "gcmc.dump"
                Expect.equal (t.Snapshots |> Array.truncate 3 |> Array.map Snapshot.count) [| 16; 16; 17 |] "atoms"

                Expect.stringContains
                    (Expecting.single (Composition.faults "the scan" t.Snapshots) "faults" |> MiceError.message)
                    $"16 in snapshot 1 (step {t.Snapshots[0].Step}) against 17 in snapshot 3 (step {t.Snapshots[2].Step})"
                    "the message"
            }

            test "A frame that was cut, and a comment among the atoms" {
                let case = "04-cut-frame-and-comment-line"
                alike case "cut.dump" "whole.dump"

                Expect.stringContains
                    (Expecting.single (read case "cut.dump").Warnings "warnings")
                    "frame 6, line 149"
                    "the warning"

                match refused case "comment.dump" with
                | MiceError.BadFile(_, Some 3, Some 64L, text) -> Expect.stringContains text "no whole number" text
                | other -> failtest $"{other}"
            }

            test "Frames that stand twice after a restart are used once" {
                let case = "05-frame-twice-after-restart"

                for name, steps, repeated in
                    [
                        "restart.dump", [| 0L..100L..400L |], "step 200"
                        "copied.dump", [| 0L..100L..400L |], "steps 0, 100, 200, 300, 400"
                        "ideal_gas_twice.dump", [| 1000L..1000L..5000L |], "steps 1000, 2000, 3000, 4000, 5000"
                    ] do
                    let t = read case name
                    Expect.equal (t.Snapshots |> Array.map _.Step) steps name
                    Expect.stringContains (Expecting.single t.Warnings name) repeated name
                    Expect.isEmpty (Repeats.find t.Snapshots) name

                let distinct = read case "ideal_gas_distinct.dump"
                Expect.equal distinct.Snapshots.Length 10 "different frames are kept"
                Expect.isEmpty distinct.Warnings "different frames need no warning"
            }

            test "The step of extended XYZ as LAMMPS writes it" {
                let case = "07-lammps-extxyz-timestep"
                alike case "lammps.xyz" "same.dump"
                Expect.isTrue (read case "lammps.xyz").HasSteps "the file has steps"
                Expect.equal ((read case "lammps.xyz").Snapshots |> Array.map _.Step) [| 100L..100L..600L |] "steps"
            }

            test "Blanks around the equals sign of extended XYZ" {
                let case = "08-extxyz-blanks-around-equals"
                alike case "bulk.xyz" "bulk_no_blanks.xyz"
                alike case "slab.xyz" "slab_no_blanks.xyz"

                Expect.equal
                    (read case "slab.xyz").Snapshots[0].Cell.Periodic
                    [| true; true; false |]
                    "periodic directions"
            }
        ]
