/// What files say beside boxes, species and positions, and frames of different atoms.
module Mice.Atoms.Tests.SnapshotDataTests

open Expecto
open System
open System.IO
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private readWith (keep: Keep) (text: string) =
    withFile (Encoding.UTF8.GetBytes text) (Trajectory.readKeeping keep)

let private box = "Lattice=\"9 0 0 0 8 0 0 0 7\""

/// One frame of two atoms, with all that it has.
let private all (comment: string) (atoms: string list) : Snapshot =
    let lines = String.concat "\n" atoms

    (readWith Keep.Everything $"{atoms.Length}\n{box} {comment}\n{lines}\n" |> ok).Snapshots[0]

let private two = [ "Na 1 2 3"; "Cl 2 3 1" ]

/// The same file is refused in its first frame, at a line, with these words.
let private refused (line: int64) (part: string) (text: string) =
    match readWith Keep.Everything text with
    | Error [ MiceError.BadFile(_, Some 1, Some at, fault) ] ->
        Expect.equal at line $"the line of: {fault}"
        Expect.stringContains fault part "what the fault says"
    | other -> failtest $"%A{other}"

let private dumpFrame (step: int) (columns: string) (atoms: string list) =
    let lines = atoms |> List.map (fun a -> a + "\n") |> String.concat ""
    $"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{atoms.Length}\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 8\n0 7\nITEM: ATOMS {columns}\n{lines}"

let private dump = dumpFrame 7

let private error (result: Result<'a, MiceError>) : string =
    match result with
    | Ok value -> failtest $"%A{value}"
    | Error error -> MiceError.message error

let private value (result: Result<'a, MiceError>) : 'a =
    result |> Result.mapError List.singleton |> ok

let private finite: Gen<float> =
    Gen.oneof
        [
            Generators.between -10.0 10.0
            Gen.choose (-1000, 1000) |> Gen.map float
            ArbMap.defaults |> ArbMap.generate<float> |> Gen.where Double.IsFinite
        ]

let private letters: Gen<string> =
    Gen.elements
        [
            'a'
            'B'
            '_'
            '0'
            ' '
            '='
            '"'
            '\\'
            '['
            ']'
            ','
            '{'
            '\n'
            '\''
            'é'
            '.'
        ]
    |> Gen.nonEmptyListOf
    |> Gen.map (Array.ofList >> String)

/// Text that looks like nothing else.
let private text = letters |> Gen.map (fun t -> "x" + t)

/// Values as a reader makes them.
let private frameValue: Gen<FrameValue> =
    Gen.oneof
        [
            finite |> Gen.map FrameValue.Real
            ArbMap.defaults |> ArbMap.generate<int64> |> Gen.map FrameValue.Integer
            ArbMap.defaults |> ArbMap.generate<bool> |> Gen.map FrameValue.Boolean
            Gen.frequency [ 5, text; 1, Gen.elements [ ""; "nan"; "-inf"; "1 nan"; "1e999"; "T F" ] ]
            |> Gen.map FrameValue.Text
            Gen.arrayOf finite |> Gen.map FrameValue.Vector
            Gen.map2 (fun w rest -> FrameValue.Words(Array.append [| w |] rest)) text (Gen.arrayOf letters)
            gen {
                let! rows = Gen.choose (1, 3)
                let! columns = Gen.choose (1, 3)
                let! numbers = Gen.arrayOfLength (rows * columns) finite
                return FrameValue.Matrix(Array2D.init rows columns (fun i j -> numbers[columns * i + j]))
            }
        ]

let private column (atoms: int) : Gen<AtomColumn> =
    gen {
        let! width = Gen.choose (1, 3)
        let n = width * atoms
        let word = Gen.elements [ "a"; "Na+"; "T"; "7"; "\"q"; "é" ]

        let! values =
            Gen.oneof
                [
                    Gen.arrayOfLength n finite |> Gen.map ColumnValues.Reals
                    Gen.arrayOfLength n (ArbMap.defaults |> ArbMap.generate<int64>) |> Gen.map ColumnValues.Integers
                    Gen.arrayOfLength n (ArbMap.defaults |> ArbMap.generate<bool>) |> Gen.map ColumnValues.Booleans
                    Gen.arrayOfLength n word |> Gen.map ColumnValues.Texts
                ]

        return { Width = width; Values = values }
    }

/// Snapshots of different atoms with values and columns.
let private snapshots: Gen<Snapshot[]> =
    let one step =
        gen {
            let! atoms = Gen.choose (1, 6)
            let! fractions = Gen.arrayOfLength (3 * atoms) (Generators.between 0.001 0.999)
            let cell = Cell.orthorhombic [| 9.0; 8.0; 7.0 |]

            let! keys =
                Gen.subListOf [ "config_type"; "Odd key"; "it's"; "a=b"; "pressure"; "é" ]

            let! values = Gen.listOfLength keys.Length frameValue
            let! energy = finite
            let! names = Gen.subListOf [ "forces"; "Forces"; "tags"; "odd name"; "Z" ]
            let! columns = Gen.listOfLength names.Length (column atoms)

            // Z of whole numbers is the atomic number, kept beside the symbols.
            return
                { Snapshot.ofPositions "Na" cell (Cell.cartesian cell fractions) with
                    Step = int64 step
                    Values = Map(("energy", FrameValue.Real energy) :: List.zip keys values)
                    Columns = Map(List.zip names columns)
                }
        }

    gen {
        let! frames = Gen.choose (1, 4)
        return! Gen.collectToArray one [ 1..frames ]
    }

let private written (snapshots: Snapshot[]) : byte[] =
    use stream = new MemoryStream()
    Trajectory.writeTo TrajectoryFormat.ExtendedXyz stream snapshots
    stream.ToArray()

[<Tests>]
let tests =
    testList
        "SnapshotDataTests"
        [
            test "Values of a frame have the kind that they look like" {
                let s =
                    all
                        ("energy=-1.5 n=3 ok=T no=false flag name=\"two words\" nothing=\"\" dipole=\"0.5 1 -2\" Stress=[[1,2,3],[2,4,5],[3,5,6]] "
                         + "one=[4] tags=[a, \"b c\"] bad=nan far=1.0D+02 step=4 pbc=\"T T T\"")
                        two

                Expect.equal
                    s.Values
                    (Map
                        [
                            "energy", FrameValue.Real -1.5
                            "n", FrameValue.Integer 3L
                            "ok", FrameValue.Boolean true
                            "no", FrameValue.Boolean false
                            "flag", FrameValue.Boolean true
                            "name", FrameValue.Text "two words"
                            "nothing", FrameValue.Text ""
                            "dipole", FrameValue.Vector [| 0.5; 1.0; -2.0 |]
                            "Stress",
                            FrameValue.Matrix(array2D [ [ 1.0; 2.0; 3.0 ]; [ 2.0; 4.0; 5.0 ]; [ 3.0; 5.0; 6.0 ] ])
                            "one", FrameValue.Vector [| 4.0 |]
                            "tags", FrameValue.Words [| "a"; "b c" |]
                            "bad", FrameValue.Text "nan"
                            "far", FrameValue.Real 100.0
                        ])
                    "values"
            }

            test "Columns have the kinds and widths that Properties gives" {
                let s =
                    all
                        "Properties=species:S:1:forces:R:3:pos:R:3:tag:I:1:label:S:1:move:L:2"
                        [ "Na 0.1 0.2 0.3 1 2 3 7 a T F"; "Cl 1 2 3 2 3 1 -8 b false True" ]

                Expect.equal s.Positions [| 1.0; 2.0; 3.0; 2.0; 3.0; 1.0 |] "positions"

                Expect.equal
                    s.Columns
                    (Map
                        [
                            "forces",
                            {
                                Width = 3
                                Values = ColumnValues.Reals [| 0.1; 0.2; 0.3; 1.0; 2.0; 3.0 |]
                            }
                            "tag",
                            {
                                Width = 1
                                Values = ColumnValues.Integers [| 7L; -8L |]
                            }
                            "label",
                            {
                                Width = 1
                                Values = ColumnValues.Texts [| "a"; "b" |]
                            }
                            "move",
                            {
                                Width = 2
                                Values = ColumnValues.Booleans [| true; false; false; true |]
                            }
                        ])
                    "columns"
            }

            test "Columns of dumps go with their atoms, in the order of the ids" {
                let text =
                    dump "q id fy fx fz type element x y z" [ "0.5 9 2 1 3 2 Cl 1 1 1"; "-0.5 4 5 4 6 1 Na 2 2 2" ]

                let s = (readWith Keep.Everything text |> ok).Snapshots[0]
                Expect.equal s.Columns["id"].Values (ColumnValues.Integers [| 4L; 9L |]) "ids"
                Expect.equal s.Columns["type"].Values (ColumnValues.Integers [| 1L; 2L |]) "types"
                Expect.equal (Snapshot.charges s |> value) [| -0.5; 0.5 |] "charges"
                Expect.equal (Snapshot.forces s |> value) [| 4.0; 5.0; 6.0; 1.0; 2.0; 3.0 |] "forces"
                Expect.equal (s.Species |> Array.map (fun i -> s.SpeciesNames[i])) [| "Na"; "Cl" |] "species"
                Expect.equal (Set s.Columns.Keys) (Set [ "id"; "q"; "fx"; "fy"; "fz"; "type" ]) "columns"

                let timed =
                    (readWith Keep.Everything ("ITEM: TIME\n0.25\n" + text) |> ok).Snapshots[0]

                Expect.equal timed.Values (Map [ "time", FrameValue.Real 0.25 ]) "the time"
            }

            test "Positions alone are kept unless more is asked for" {
                let text =
                    $"1\n{box} energy=x Properties=species:S:1:pos:R:3:forces:R:3\nNa 1 2 3 a b c\n"

                for s in [ (readWith Keep.Positions text |> ok).Snapshots[0] ] do
                    Expect.isEmpty s.Values "values"
                    Expect.isEmpty s.Columns "columns"
                    Expect.stringContains (error (Snapshot.energy s)) "Keep.Everything" "how to get them"
                    Expect.stringContains (error (Snapshot.forces s)) "Keep.Everything" "how to get them"
            }

            test "Energies, stress, forces and charges under the names of different writers" {
                let s =
                    all
                        "Energy=-2 free_energy=-2.5 stress=\"1 2 3 4 5 6\" Properties=species:S:1:pos:R:3:Force:R:3:q:I:1"
                        [ "Na 1 2 3 0.1 0.2 0.3 1"; "Cl 2 3 1 0.4 0.5 0.6 -1" ]

                Expect.equal (Snapshot.energy s |> value) -2.0 "energy"
                Expect.equal (Snapshot.freeEnergy s |> value) -2.5 "free energy"

                Expect.equal
                    (Snapshot.stress s |> value)
                    [| 1.0; 6.0; 5.0; 6.0; 2.0; 4.0; 5.0; 4.0; 3.0 |]
                    "Voigt's order"

                Expect.equal (Snapshot.forces s |> value) [| 0.1; 0.2; 0.3; 0.4; 0.5; 0.6 |] "forces"
                Expect.equal (Snapshot.charges s |> value) [| 1.0; -1.0 |] "charges"

                let lammps = all "Potential_energy=-3.5 Stress=\"1 0 0 0 1 0 0 0 1\"" two
                Expect.equal (Snapshot.energy lammps |> value) -3.5 "energy as LAMMPS names it"

                Expect.stringContains
                    (error (Snapshot.stress lammps))
                    "Stress"
                    "pressure of LAMMPS is no stress in eV/Å³"

                Expect.stringContains (error (Snapshot.column "forces" s)) "Force, q" "what is there is named"

                Expect.stringContains
                    (error (Snapshot.number "note" (all "note=abc" two)))
                    "no number"
                    "text is no number"

                Expect.stringContains
                    (error (Snapshot.energy (all "energy=1 potential_energy=2" two)))
                    "energy and potential_energy"
                    "two energies"
            }

            test "What does not parse is a fault at its line" {
                let frame comment properties atom =
                    $"2\n{box} {comment} Properties=species:S:1:pos:R:3{properties}\nNa 1 2 3{atom}\nNa 2 3 1{atom}\n"

                for energy in [ "nan"; "abc"; "\"1 2\""; "T"; "1e999" ] do
                    refused 2L "one finite number" (frame $"energy={energy}" "" "")

                refused 2L "nine or six" (frame "stress=\"1 2 3\"" "" "")
                refused 2L "nine or six" (frame "virial=\"1 2 3 4 5 nan\"" "" "")
                refused 2L "two values" (frame "Energy=1 energy=2" "" "")
                refused 2L "two values" (frame "note=1 note=2" "" "")
                refused 2L "not of one length" (frame "m=[[1, 2], [3]]" "" "")
                refused 2L "finite numbers" (frame "m=[[1, 2], [3, nan]]" "" "")
                refused 2L "column 'q' twice" (frame "" ":q:R:1:q:R:1" " 1 1")
                refused 3L "not a finite number" (frame "" ":q:R:1" " nan")
                refused 3L "no number" (frame "" ":q:R:1" " 1,5")
                refused 3L "no whole number" (frame "" ":tag:I:1" " 1.5")
                refused 3L "neither T nor F" (frame "" ":move:L:1" " x")
                refused 3L "5 fields where Properties names 7" (frame "" ":forces:R:3" " 1")
                refused 3L "more fields" (frame "" ":forces:R:3" " 1 2 3 4")
                refused 10L "no number (the column 'q')" (dump "x y z q" [ "1 1 1 a" ])
                refused 10L "no whole number (the column 'ix')" (dump "x y z ix" [ "1 1 1 0.5" ])
                refused 2L "the time" ("ITEM: TIME\nlate\n" + dump "x y z" [ "1 1 1" ])
                Expect.equal (Snapshot.energy (all "energy=1 Energy=1" two) |> value) 1.0 "one value twice is one"
            }

            test "Frames may have different atoms; what needs the same refuses with both numbers" {
                let frame step (atoms: string list) =
                    $"{atoms.Length}\n{box} step={step}\n" + String.concat "" (atoms |> List.map (fun a -> a + "\n"))

                let t =
                    readWith
                        Keep.Positions
                        (frame 10 two + frame 20 [ "K 1 1 1" ] + frame 30 [ "Cl 3 3 3"; "Cl 1 1 2" ])
                    |> ok

                Expect.equal (t.Snapshots |> Array.map Snapshot.count) [| 2; 1; 2 |] "atoms"

                Expect.equal
                    (t.Snapshots |> Array.map Composition.ofSnapshot)
                    [| Map [ "Na", 1; "Cl", 1 ]; Map [ "K", 1 ]; Map [ "Cl", 2 ] |]
                    "species"

                let message snapshots =
                    Expecting.single (Composition.faults "the scan" snapshots) "faults" |> MiceError.message

                Expect.stringContains
                    (message t.Snapshots)
                    "for the scan, do not match: 2 in snapshot 1 (step 10) against 1 in snapshot 2 (step 20)"
                    "different numbers"

                Expect.stringContains
                    (message [| t.Snapshots[0]; t.Snapshots[2] |])
                    "1 Cl, 1 Na in snapshot 1 (step 10) against 2 Cl in snapshot 2 (step 30)"
                    "different species"

                Expect.isEmpty (Composition.faults "the scan" [| t.Snapshots[0]; t.Snapshots[0] |]) "the same atoms"
                Expect.isEmpty (Composition.faults "the scan" [||]) "no snapshots"

                match PairDistribution.histogram 0.5 3.0 t.Snapshots with
                | Error [ MiceError.Mismatch _ ] -> ()
                | other -> failtest $"%A{other}"

                let dumped =
                    readWith
                        Keep.Everything
                        (dumpFrame 1 "id x y z" [ "3 1 1 1" ] + dumpFrame 2 "x y z q id" [ "1 1 2 5 2"; "2 2 2 6 1" ])
                    |> ok

                Expect.equal
                    (dumped.Snapshots |> Array.map (fun s -> s.Columns["id"].Values))
                    [| ColumnValues.Integers [| 3L |]; ColumnValues.Integers [| 1L; 2L |] |]
                    "ids"

                Expect.equal (Snapshot.charges dumped.Snapshots[1] |> value) [| 6.0; 5.0 |] "columns may change"
            }

            test "Units of a dump that are not lengths in Å are refused, those of lj are named" {
                let read units =
                    readWith Keep.Positions ($"ITEM: UNITS\n{units}\n" + dump "type x y z" [ "1 1 1 1" ])

                for units in [ "metal"; "real" ] do
                    Expect.isEmpty (read units |> ok).Warnings units

                Expect.stringContains (Expecting.single (read "lj" |> ok).Warnings "warnings") "σ" "lj"

                for units in [ "electron"; "si"; "nano"; "furlong"; "" ] do
                    match read units with
                    | Error [ MiceError.BadFile(_, Some 1, Some 2L, text) ] ->
                        Expect.stringContains text "metal or real" units
                    | other -> failtest $"%A{other}"
            }

            test "The element that LAMMPS writes where nobody names one is warned of" {
                let warnings columns atoms =
                    (readWith Keep.Positions (dump columns atoms) |> ok).Warnings

                let isWarned columns atoms =
                    warnings columns atoms |> List.exists _.Contains("dump_modify element")

                Expect.isTrue (isWarned "type element x y z" [ "1 C 1 1 1"; "2 C 2 2 2" ]) "two types are one element"
                Expect.isTrue (isWarned "element x y z" [ "C 1 1 1" ]) "no types to tell"
                Expect.isFalse (isWarned "type element x y z" [ "1 C 1 1 1"; "1 C 2 2 2" ]) "one type"
                Expect.isFalse (isWarned "type element x y z" [ "1 C 1 1 1"; "2 H 2 2 2" ]) "elements have names"
            }

            testCase "Extended XYZ is written with all that was read, and read back"
            <| fun () ->
                Expecting.holds
                    500
                    (Prop.forAll (Arb.fromGen snapshots) (fun snapshots ->
                        let back =
                            withFile (written snapshots) (Trajectory.readKeeping Keep.Everything) |> ok

                        back.Snapshots.Length = snapshots.Length
                        && Array.forall2
                            (fun (a: Snapshot) (b: Snapshot) ->
                                a.Values = b.Values && a.Columns = b.Columns && a.Step = b.Step)
                            back.Snapshots
                            snapshots))

            test "What extended XYZ cannot hold is not written" {
                let s = Snapshot.ofPositions "Na" (Cell.cubic 5.0) [| 1.0; 1.0; 1.0 |]

                let column values =
                    {
                        Width = 1
                        Values = ColumnValues.Texts values
                    }

                for broken in
                    [
                        { s with
                            Values = Map [ "Step", FrameValue.Integer 3L ]
                        }
                        { s with
                            Columns = Map [ "pos", column [| "a" |] ]
                        }
                        { s with
                            Columns = Map [ "a:b", column [| "a" |] ]
                        }
                        { s with
                            Columns = Map [ "label", column [| "a b" |] ]
                        }
                        { s with
                            Columns = Map [ "label", column [| "a"; "b" |] ]
                        }
                    ] do
                    Expect.throwsT<ArgumentException> (fun () -> written [| broken |] |> ignore) "refused"
            }

            test "In fewer dimensions the volume is that of the axes that count, and the others say nothing" {
                let s =
                    Snapshot.ofPositions "Na" (Cell.orthorhombic [| 4.0; 5.0; 6.0 |]) [| 1.0; 2.0; 3.0; 3.0; 4.0; 5.0 |]

                Expecting.decimals 12 (Cell.volume (Snapshot.inDimensions 2 s).Cell) 20.0 "an area"
                Expecting.decimals 12 (Cell.volume (Snapshot.inDimensions 1 s).Cell) 4.0 "a length"
                Expect.equal (Snapshot.inDimensions 2 s).Positions [| 1.0; 2.0; 0.0; 3.0; 4.0; 0.0 |] "positions"
                Expect.equal (Snapshot.inDimensions 2 s).Cell.Periodic [| true; true; false |] "what repeats"
                Expecting.same (Snapshot.inDimensions 3 s) s "three are all"
            }
        ]
