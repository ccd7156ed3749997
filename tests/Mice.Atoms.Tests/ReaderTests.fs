module Mice.Atoms.Tests.ReaderTests

open Expecto
open System
open System.IO
open System.IO.Compression
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Atoms
open Mice.Atoms.Tests
open Mice.Atoms.Tests.Reference

let private readText (text: string) =
    withFile (Encoding.UTF8.GetBytes text) Trajectory.read

let private dump (bounds: string) (columns: string) (atoms: string list) =
    let lines = String.concat "\n" atoms
    $"ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n{atoms.Length}\nITEM: BOX BOUNDS {bounds}\nITEM: ATOMS {columns}\n{lines}\n"

let private ortho = "pp pp pp\n1 11\n-2 8\n0 5"

/// Snapshots with boxes that LAMMPS can have: a along x, b in the xy plane, right-handed.
let private snapshots: Gen<Snapshot[]> =
    gen {
        let! frames = Gen.choose (1, 4)
        let! atoms = Gen.choose (1, 20)
        let! edges = Gen.arrayOfLength 3 (Generators.between 2.0 9.0)

        let! tilts =
            Gen.oneof
                [
                    Gen.constant [| 0.0; 0.0; 0.0 |]
                    Gen.arrayOfLength 3 (Generators.between -5.0 5.0)
                ]

        let! origin = Gen.arrayOfLength 3 (Generators.between -5.0 5.0)
        let! periodic = Gen.arrayOfLength 3 (ArbMap.defaults |> ArbMap.generate<bool>)
        let! species = Gen.arrayOfLength atoms (Gen.choose (0, 1))

        let! fractions =
            Gen.arrayOfLength (3 * atoms * frames) (Generators.between 0.0 0.999)

        species[0] <- 0

        let cell =
            {
                Vectors = [| edges[0]; 0.0; 0.0; tilts[0]; edges[1]; 0.0; tilts[1]; tilts[2]; edges[2] |]
                Origin = origin
                Periodic = periodic
            }

        return
            Array.init frames (fun f ->
                {
                    Step = int64 (10 * f)
                    Cell = cell
                    Species = species
                    SpeciesNames = [| "Na"; "Cl" |] |> Array.truncate (1 + Array.max species)
                    Positions = Cell.cartesian cell (Array.sub fractions (3 * atoms * f) (3 * atoms))
                    Values = Map.empty
                    Columns = Map.empty
                })
    }

[<Tests>]
let tests =
    testList
        "ReaderTests"
        [
            test "The sodium trajectories have twenty snapshots of 1024 atoms in the box" {
                needsSodium ()

                for name in [ "liquid.dump.gz"; "solid.dump.gz" ] do
                    let t = Trajectory.read (sodiumFile name) |> ok
                    Expect.equal t.Snapshots.Length 20 "snapshots"
                    Expect.isEmpty t.Warnings "nothing to warn of"

                    for s in t.Snapshots do
                        Expect.equal (Snapshot.count s) 1024 "atoms"
                        let f = Cell.fractional s.Cell s.Positions

                        Expect.isTrue (f |> Array.forall (fun x -> x >= 0.0 && x < 1.0)) "all atoms are inside the box"
                        Expecting.inRange (Snapshot.volumePerAtom s) 39.0 43.0 "the volume per atom, Å³"
            }

            test "The volumes of the snapshots are those of the thermo table" {
                needsSodium ()
                let t = Trajectory.read (sodiumFile "liquid.dump.gz") |> ok
                let thermo = ThermoTable.read (sodiumFile "liquid_thermo.csv") |> ok

                let column name =
                    ThermoTable.column name thermo |> Result.mapError List.singleton |> ok

                let inDump =
                    Array.zip3 (column "step") (column "V_A3") (column "in_dump")
                    |> Array.filter (fun (_, _, flag) -> flag = 1.0)

                Expect.equal inDump.Length 20 "rows with a snapshot"

                for snapshot, (step, volume, _) in Array.zip t.Snapshots inDump do
                    Expect.equal (float snapshot.Step) step "the step of the snapshot"
                    // Bounds have 6 digits behind the point: 1e-6 Å of 35 Å, three times, is 4e-3 Å^3.
                    Expecting.inRange
                        (Cell.volume snapshot.Cell - volume)
                        (-4e-3)
                        4e-3
                        "the volume of the snapshot less that of the table"
            }

            test "Columns may come in any order, among others, and atoms in any order of id" {
                let t =
                    readText (dump ortho "vx z id q x y type" [ "0.5 3 2 -1 4 5 2"; "0.1 1 1 -1 2 3 1" ]) |> ok

                let s = t.Snapshots[0]
                Expect.equal s.Step 7L "the step"
                Expect.equal s.Positions [| 2.0; 3.0; 1.0; 4.0; 5.0; 3.0 |] "positions"
                Expect.equal s.Species [| 0; 1 |] "species"
                Expect.equal s.SpeciesNames [| "1"; "2" |] "names of the species"
                Expect.equal s.Cell.Origin [| 1.0; -2.0; 0.0 |] "origin of the box"
                Expect.equal [| for i in 0..2 -> s.Cell.Vectors[4 * i] |] [| 10.0; 10.0; 5.0 |] "vectors of the box"
            }

            test "Scaled, unwrapped and scaled unwrapped columns give the same wrapped positions" {
                let plain = readText (dump ortho "id x y z" [ "1 2 3 1" ]) |> ok
                let unwrapped = readText (dump ortho "id xu yu zu" [ "1 22 -7 -9" ]) |> ok
                let scaled = readText (dump ortho "id xs ys zs" [ "1 0.1 0.5 0.2" ]) |> ok
                let both = readText (dump ortho "id xsu ysu zsu" [ "1 2.1 -0.5 -1.8" ]) |> ok

                for t in [ unwrapped; scaled; both ] do
                    for k in 0..2 do
                        Expecting.decimals
                            12
                            t.Snapshots[0].Positions[k]
                            plain.Snapshots[0].Positions[k]
                            $"coordinate {k}"
            }

            test "Positions wrap along periodic directions only" {
                let t =
                    readText (dump "pp ff ss\n0 10\n0 10\n0 10" "x y z" [ "-0.25 -0.25 11" ]) |> ok

                Expect.equal t.Snapshots[0].Positions [| 9.75; -0.25; 11.0 |] "only x is wrapped"
                Expect.equal t.Snapshots[0].Cell.Periodic [| true; false; false |] "periodic directions"
            }

            test "Elements name the species" {
                let t =
                    readText (dump ortho "id type element x y z" [ "1 2 Na 1 1 1"; "2 1 Cl 2 2 2"; "3 2 Na 3 3 3" ])
                    |> ok

                Expect.equal t.Snapshots[0].SpeciesNames [| "Na"; "Cl" |] "names of the species"
                Expect.equal t.Snapshots[0].Species [| 0; 1; 0 |] "species"
                Expect.isEmpty t.Warnings "nothing to warn of"
            }

            test "Labels of types name the species, elements before them, and types last" {
                let names columns atoms =
                    (readText (dump ortho columns atoms) |> ok).Snapshots[0].SpeciesNames

                Expect.equal (names "typelabel x y z" [ "Na 1 1 1"; "Cl 2 2 2" ]) [| "Na"; "Cl" |] "by label"
                Expect.equal (names "type typelabel x y z" [ "2 Na 1 1 1" ]) [| "Na" |] "label before type"
                Expect.equal (names "typelabel element x y z" [ "c1 C 1 1 1" ]) [| "C" |] "element before label"
            }

            test "A dump that does not tell the species is of one, with a warning" {
                let t = readText (dump ortho "id x y z" [ "1 2 3 1"; "2 2 4 1" ]) |> ok
                Expect.equal t.Snapshots[0].Species [| 0; 0 |] "species"
                Expect.stringContains (Expecting.single t.Warnings "warnings") "one species" "the warning"
            }

            test "Triclinic bounds are those of the bounding box" {
                // lo = (1, 2, 3), edges 10, 8, 6, tilts xy = 2, xz = -3, yz = 1: bounds as the LAMMPS manual defines them.
                let text =
                    dump "xy xz yz pp pp pp\n-2 13 2\n2 11 -3\n3 9 1" "id xs ys zs" [ "1 0.5 0.5 0.5" ]

                let s = (readText text |> ok).Snapshots[0]
                Expect.equal s.Cell.Origin [| 1.0; 2.0; 3.0 |] "origin of the box"
                Expect.equal s.Cell.Vectors [| 10.0; 0.0; 0.0; 2.0; 8.0; 0.0; -3.0; 1.0; 6.0 |] "vectors of the box"
                Expect.equal s.Positions [| 1.0 + 4.5; 2.0 + 4.5; 3.0 + 3.0 |] "positions"
            }

            test "General boxes are read" {
                let text =
                    dump "abc origin pp pp pp\n0 9 0 1\n-8 0 0 2\n1 1 7 3" "id x y z" [ "1 1 2 3" ]

                let s = (readText text |> ok).Snapshots[0]

                Expect.equal s.Cell.Vectors [| 0.0; 9.0; 0.0; -8.0; 0.0; 0.0; 1.0; 1.0; 7.0 |] "vectors of the box"
                Expecting.decimals 9 (Cell.volume s.Cell) 504.0 "the volume, which is the determinant"
            }

            test "Extended XYZ as ASE writes it" {
                let text =
                    "2\nLattice=\"4.0 0.0 0.0 1.0 5.0 0.0 0.0 0.0 6.0\" Properties=species:S:1:pos:R:3:forces:R:3:tags:I:1 "
                    + "energy=-1.5 stress=\"1 2 3\" config_type='a = b' step=12 pbc=\"T F T\"\n"
                    + "Na   1.00000000   2.0   3.0  0.1 0.2 0.3 0\nCl  -1.0  2.0 7.0  0.1 0.2 0.3 1\n"

                let s = (readText text |> ok).Snapshots[0]
                Expect.equal s.Step 12L "the step"
                Expect.equal s.SpeciesNames [| "Na"; "Cl" |] "names of the species"
                Expect.equal s.Cell.Periodic [| true; false; true |] "periodic directions"
                Expect.equal s.Positions [| 1.0; 2.0; 3.0; 3.0; 2.0; 1.0 |] "positions"
            }

            test "Extended XYZ with atomic numbers and without pbc and step" {
                let frame = "1\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=Z:I:1:pos:R:3\n11 1 1 "
                let t = readText (frame + "1\n" + frame + "2\n\n\n") |> ok

                Expect.equal
                    (t.Snapshots |> Array.map (fun s -> s.Step))
                    [| 0L; 1L |]
                    "frames are counted where the file has no steps"

                Expect.isFalse t.HasSteps "the file has no steps"
                Expect.stringContains (Expecting.single t.Warnings "warnings") "no step" "the warning"
                Expect.isNonEmpty (Trajectory.stepFaults t) "no rows of a table can be found"

                Expect.equal t.Snapshots[0].SpeciesNames [| "Na" |] "names of the species"

                Expect.equal
                    t.Snapshots[0].Cell.Periodic
                    [| true; true; true |]
                    "periodic in all directions where the file does not say"
            }

            test "Extended XYZ of a molecule, without a box" {
                let molecule pbc =
                    $"3\nProperties=species:S:1:pos:R:3 {pbc} step=1\nO 1 -2 0\nH 4 -2 0.5\nH 1 -2 0.25\n"

                let s = (readText (molecule "pbc=\"F F F\"") |> ok).Snapshots[0]

                Expect.equal
                    s.Cell.Vectors
                    [| 3.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]
                    "around the atoms, 1 Å thick at least"

                Expect.equal s.Cell.Origin [| 1.0; -2.0; 0.0 |] "from the least coordinates"
                Expect.equal s.Cell.Periodic [| false; false; false |] "it does not repeat"
                Expect.equal s.Positions [| 1.0; -2.0; 0.0; 4.0; -2.0; 0.5; 1.0; -2.0; 0.25 |] "positions"

                for other in [ ""; "pbc=\"T F F\""; "pbc=\"F F F\" Origin=\"0 0 0\"" ] do
                    Expect.isError (readText (molecule other)) $"no box: {other}"
            }

            testPropertyWithConfig
                (Expecting.cases 200)
                "What is written is read back, as dump and as extended XYZ, plain and compressed"
            <| Prop.forAll (Arb.fromGen snapshots) (fun written ->
                [
                    for format in [ TrajectoryFormat.LammpsDump; TrajectoryFormat.ExtendedXyz ] do
                        for suffix in [ ""; ".gz" ] do
                            let path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}{suffix}")
                            Trajectory.write format path written
                            let read = (Trajectory.read path |> ok).Snapshots
                            File.Delete path

                            // Bounds and scaled corrections round: 1e-12 Å is a hundred roundings of numbers of 10 Å.
                            let near (a: float[]) (b: float[]) =
                                a.Length = b.Length && Array.forall2 (fun x y -> abs (x - y) < 1e-12) a b

                            read.Length = written.Length
                            && Array.forall2
                                (fun (r: Snapshot) (w: Snapshot) ->
                                    r.Step = w.Step
                                    && r.Species = w.Species
                                    && r.SpeciesNames = w.SpeciesNames
                                    && r.Cell.Periodic = w.Cell.Periodic
                                    && near r.Cell.Vectors w.Cell.Vectors
                                    && near r.Cell.Origin w.Cell.Origin
                                    && near r.Positions w.Positions)
                                read
                                written
                ]
                |> List.forall id)

            test "Streaming gives the frames one after the other, and an error last" {
                let good = dump ortho "x y z" [ "2 0 1" ]

                withFile (Encoding.ASCII.GetBytes(good + good + "junk\n")) (fun path ->
                    match Trajectory.frames path |> List.ofSeq with
                    | [ Ok _; Error(MiceError.BadFile(_, Some 2, Some 21L, _)) ]
                    | [ Ok _; Ok _; Error(MiceError.BadFile(_, Some 3, _, _)) ] -> ()
                    | other -> failwith $"%A{other}")
            }
        ]
