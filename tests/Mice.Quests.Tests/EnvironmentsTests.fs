module Mice.Quests.Tests.EnvironmentsTests

open Expecto
open Mice
open Mice.Atoms
open Mice.Quests

let private run = { Run.quiet with Threads = 2 }

let private describe (options: EnvironmentOptions) (snapshot: Snapshot) : float[][] =
    let found = Environments.ofSnapshots run options [| snapshot |] |> ok
    Array.init found.Points.Count (fun i -> PointSet.row i found.Points)

let private options k cutoff =
    { EnvironmentOptions.defaults with
        Neighbours = k
        Cutoff = cutoff
    }

let private alike (tolerance: float) (actual: float[][]) (expected: float[][]) (name: string) =
    Expect.equal actual.Length expected.Length $"{name}: atoms"

    for i in 0 .. actual.Length - 1 do
        Expect.equal actual[i].Length expected[i].Length $"{name}: components"

        for c in 0 .. actual[i].Length - 1 do
            Expecting.within tolerance (actual[i][c]) (expected[i][c]) $"{name}: atom {i}, component {c}"

/// The reference has rounded its fractional coordinates to twelve decimals.
let private published = 2e-11

let private scattered (seed: uint64) (count: int) (cell: Cell) : Snapshot =
    let generator = Key.ofSeed seed |> Key.generator
    let fractions = Array.init (3 * count) (fun _ -> generator.NextFloat())
    Snapshot.ofPositions "A" cell (Cell.cartesian cell fractions)

let private cellOf vectors periodic =
    match Cell.create vectors [| 0.3; -1.0; 2.0 |] periodic with
    | Ok cell -> cell
    | Error text -> failwith text

let private skewed = [| 7.3; 0.0; 0.0; 3.9; 6.4; 0.0; -2.7; 2.2; 7.9 |]

let private agreesWithTwin (k: int) (cutoff: float) (snapshot: Snapshot) (name: string) =
    let expected =
        Array.init (Snapshot.count snapshot) (fun i ->
            Reference.descriptor k cutoff (Reference.neighbours cutoff snapshot i))

    alike 1e-12 (describe (options k cutoff) snapshot) expected name

/// fcc, 4·n³ atoms, one after the other from a corner that can be moved.
let private fcc (side: int) (shift: float) : Snapshot =
    let sites =
        [|
            [| 0.0; 0.0; 0.0 |]
            [| 0.5; 0.5; 0.0 |]
            [| 0.5; 0.0; 0.5 |]
            [| 0.0; 0.5; 0.5 |]
        |]

    let a = 3.58

    let positions =
        [|
            for i in 0 .. side - 1 do
                for j in 0 .. side - 1 do
                    for k in 0 .. side - 1 do
                        for site in sites do
                            a * (float i + site[0]) + shift
                            a * (float j + site[1]) + 2.0 * shift
                            a * (float k + site[2]) - shift
        |]

    Snapshot.ofPositions "Cu" (Cell.cubic (a * float side)) positions

[<Tests>]
let tests =
    testList
        "Environments"
        [
            test "agree with plain descriptors in boxes of any shape" {
                agreesWithTwin 32 5.0 (scattered 1UL 60 (cellOf skewed [| true; true; true |])) "triclinic"
                agreesWithTwin 10 4.0 (scattered 2UL 40 (cellOf skewed [| true; false; true |])) "a slab"
                agreesWithTwin 9 6.0 (scattered 3UL 5 (Cell.cubic 3.1)) "a box smaller than the cut-off"
                agreesWithTwin 33 5.0 (scattered 4UL 30 (cellOf skewed [| false; false; false |])) "a cluster"
                agreesWithTwin 2 1.0 (scattered 5UL 30 (Cell.cubic 9.0)) "few neighbours"
                agreesWithTwin 7 3.0 (scattered 6UL 900 (Cell.cubic 20.0)) "several tasks"
            }

            test "do not change when two vectors of the cell change places" {
                let right = scattered 7UL 40 (cellOf skewed [| true; true; true |])

                let left =
                    { right with
                        Cell =
                            { right.Cell with
                                Vectors = Array.concat [ skewed[3..5]; skewed[0..2]; skewed[6..8] ]
                            }
                    }

                alike
                    1e-12
                    (describe EnvironmentOptions.defaults left)
                    (describe EnvironmentOptions.defaults right)
                    "left-handed"
            }

            test "are equal in a perfect crystal, wherever it lies, and tell that a shell lies across the border" {
                let found shift =
                    Environments.ofSnapshots run EnvironmentOptions.defaults [| fcc 4 shift |] |> ok

                let rows (e: Environments) =
                    Array.init e.Points.Count (fun i -> PointSet.row i e.Points)

                let one, other = found 0.0, found 0.777
                // 12 + 6 + 24 neighbours lie within 5 Å.
                Expect.equal one.Straddling 256 "all atoms"
                let first = PointSet.row 0 one.Points
                alike 1e-9 (rows one) (Array.replicate 256 first) "all alike"
                alike 1e-9 (rows other) (Array.replicate 256 first) "moved"

                let few = Environments.ofSnapshots run (options 18 5.0) [| fcc 4 0.0 |] |> ok

                Expect.equal few.Straddling 0 "two whole shells"
            }

            test "count atoms with few neighbours and with none" {
                let far = scattered 8UL 10 (Cell.cubic 60.0)

                let found = Environments.ofSnapshots run EnvironmentOptions.defaults [| far |] |> ok

                Expect.equal found.Sparse 10 "fewer than 32"
                Expect.isGreaterThan found.Isolated 0 "none at all"
            }

            test "of several snapshots stand one after the other" {
                let a, b = scattered 9UL 12 (Cell.cubic 8.0), scattered 10UL 31 (Cell.cubic 9.0)

                let both = Environments.ofSnapshots run EnvironmentOptions.defaults [| a; b |] |> ok

                Expect.equal both.Offsets [| 0; 12; 43 |] "offsets"

                let rows =
                    Array.append (describe EnvironmentOptions.defaults a) (describe EnvironmentOptions.defaults b)

                alike 0.0 (Array.init 43 (fun i -> PointSet.row i both.Points)) rows "rows"
            }

            test "know unlike atoms in pairs" {
                let mixed =
                    { scattered 11UL 40 (Cell.cubic 8.0) with
                        Species = Array.init 40 (fun i -> i % 3 % 2)
                        SpeciesNames = [| "B"; "A" |]
                    }

                let form =
                    { options 6 5.0 with
                        Species = SpeciesForm.Pairs
                    }

                let found = describe form mixed

                for atom in 0..39 do
                    for central in 0..1 do
                        for other in 0..1 do
                            let start = (central * 2 + other) * 11
                            // Components are in alphabetical order, the species of the snapshot are not.
                            let isOf species j = mixed.Species[j] = 1 - species

                            let expected =
                                if isOf central atom then
                                    Reference.neighboursWhere (isOf other) 5.0 mixed atom |> Reference.descriptor 6 5.0
                                else
                                    Array.zeroCreate 11

                            alike 1e-12 [| found[atom][start .. start + 10] |] [| expected |] $"atom {atom}"
            }

            test "refuse atoms at one place and name them" {
                let atoms = scattered 12UL 6 (Cell.cubic 9.0)
                Array.blit atoms.Positions 3 atoms.Positions 12 3

                match Environments.ofSnapshots run EnvironmentOptions.defaults [| atoms |] with
                | Error [ fault ] ->
                    Expect.stringContains (MiceError.message fault) "atoms 2 and 5 in snapshot 1" "who they are"
                | other -> failtest $"%A{other}"
            }

            test "refuse options that are none" {
                let atoms = [| scattered 13UL 6 (Cell.cubic 9.0) |]

                for wrong in [ options 1 5.0; options 32 0.0; options 32 nan; options -3 5.0 ] do
                    Expect.isError (Environments.ofSnapshots run wrong atoms) $"%A{wrong}"
            }

            test "agree with the published implementation" {
                for s in Published.items "structures" (Published.json "reference.json") do
                    let name = Published.text "structure" s
                    let expected = Published.numbers 1 $"descriptors_{name}.csv"
                    alike published (describe EnvironmentOptions.defaults (Published.structure name)) expected name
            }

            test "agree with the published implementation for other k and cut-offs" {
                for v in Published.items "descriptor_variants" (Published.json "reference.json") do
                    let name, k, cutoff =
                        Published.text "structure" v, Published.real "k" v, Published.real "cutoff" v

                    let expected = Published.numbers 1 (Published.text "file" v)
                    alike published (describe (options (int k) cutoff) (Published.structure name)) expected name
            }

            test "agree with the published form for several species" {
                let form =
                    { options 12 5.0 with
                        Species = SpeciesForm.Sublattices
                    }

                let expected = Published.numbers 1 "descriptors_multicomponent_k12.csv"
                let mixed = Published.frames "multicomponent.xyz" |> Array.head
                alike published (describe form mixed) expected "binary"
            }

            test "agree with the published implementation in thousands of atoms" {
                let frames = Published.frames "large_structures.xyz"

                for frame in frames do
                    let name =
                        match Snapshot.value "name" frame with
                        | Ok(FrameValue.Text name) -> name
                        | other -> failtest $"%A{other}"

                    let found = describe EnvironmentOptions.defaults frame

                    for row in Published.table "large_descriptor_samples.csv" |> Array.filter (fun r -> r[0] = name) do
                        let expected = row |> Array.skip 2 |> Array.map Published.number
                        alike published [| found[int row[1]] |] [| expected |] $"{name}, atom {row[1]}"
            }
        ]
