module Mice.Atoms.Tests.NeighbourTests

open Expecto
open System
open FsCheck
open FsCheck.FSharp
open Mice.Atoms
open Mice.Atoms.Tests

/// Neighbours of point i as (atom, distance), sorted by distance.
let private ofPoint (table: NeighbourTable) (i: int) =
    [|
        for e in table.Offsets[i] .. table.Offsets[i + 1] - 1 -> table.Indices[e], sqrt table.SquaredDistances[e], e
    |]
    |> Array.sortBy (fun (_, r, _) -> r)

let private withCutoff = Gen.zip Generators.system (Generators.between 0.3 9.0)
let private withCount = Gen.zip withCutoff (Gen.choose (1, 60))

let private withNormal =
    Gen.zip withCutoff (Gen.arrayOfLength 3 (Generators.between -1.0 1.0))

/// Positions reach 50 Å and are moved by sums of lattice vectors: 1e-10 Å is 10⁴ roundings of such numbers.
let private tolerance = 1e-10

[<Tests>]
let tests =
    testList
        "NeighbourTests"
        [
            testPropertyWithConfig
                (Expecting.cases 400)
                "Cut-off queries find the images that trying every translation finds"
            <| Prop.forAll (Arb.fromGen withCutoff) (fun ((cell, atoms, points), cutoff) ->
                let table = Neighbours.within cutoff (Neighbours.build cell atoms cutoff) points

                Seq.forall
                    (fun i ->
                        let point = Array.sub points (3 * i) 3
                        let expected = Reference.neighbours cell atoms point (cutoff + tolerance)
                        let found = ofPoint table i
                        // A pair at the cut-off itself may be in or out.
                        let sure = expected |> Array.filter (fun (_, _, r) -> r < cutoff - tolerance)

                        found.Length >= sure.Length
                        && found.Length <= expected.Length
                        && Array.forall2
                            (fun (_, _, r) (_, s, _) -> abs (r - s) < tolerance)
                            sure
                            (Array.truncate sure.Length found))
                    (seq { 0 .. points.Length / 3 - 1 }))

            testPropertyWithConfig
                (Expecting.cases 200)
                "Displacements lead from the point to an image of the atom that is named"
            <| Prop.forAll (Arb.fromGen withCutoff) (fun ((cell, atoms, points), cutoff) ->
                let table = Neighbours.within cutoff (Neighbours.build cell atoms cutoff) points

                Seq.forall
                    (fun i ->
                        Seq.forall
                            (fun (atom, r, e) ->
                                let d = Array.sub table.Displacements (3 * e) 3
                                // point + d − atom has to be a sum of periodic lattice vectors.
                                let rest =
                                    Array.init 3 (fun k ->
                                        points[3 * i + k] + d[k] - atoms[3 * atom + k] + cell.Origin[k])

                                let s = Cell.fractional cell rest

                                let whole k =
                                    if cell.Periodic[k] then round s[k] else 0.0

                                abs (sqrt (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) - r) < tolerance
                                && Seq.forall (fun k -> abs (s[k] - whole k) < 1e-9) [ 0; 1; 2 ])
                            (ofPoint table i))
                    (seq { 0 .. points.Length / 3 - 1 }))

            testPropertyWithConfig
                (Expecting.cases 400)
                "Nearest queries give the first of the sorted cut-off list, in order"
            <| Prop.forAll (Arb.fromGen withCount) (fun (((cell, atoms, points), cutoff), k) ->
                let table = Neighbours.nearest k (Neighbours.build cell atoms cutoff) points

                Seq.forall
                    (fun i ->
                        let point = Array.sub points (3 * i) 3

                        let expected =
                            Reference.neighbours cell atoms point (cutoff - tolerance) |> Array.truncate k

                        let found =
                            [|
                                for e in table.Offsets[i] .. table.Offsets[i + 1] - 1 ->
                                    sqrt table.SquaredDistances[e]
                            |]

                        found.Length >= expected.Length
                        && found.Length <= k
                        && found = Array.sort found
                        && Array.forall2
                            (fun (_, _, r) s -> abs (r - s) < tolerance)
                            expected
                            (Array.truncate expected.Length found))
                    (seq { 0 .. points.Length / 3 - 1 }))

            test "the nearest of some atoms are those of all of them" {
                let random = Random 5
                let cell = Cell.orthorhombic [| 8.0; 9.0; 11.0 |]
                let atoms = Array.init 900 (fun _ -> 12.0 * random.NextDouble())
                let grid = Neighbours.build cell atoms 4.0

                let all =
                    Neighbours.queryOn
                        1
                        { Neighbours.all grid with
                            Most = Some 7
                            PointsAreAtoms = true
                        }
                        grid
                        atoms

                let some = Neighbours.nearestOfAtoms 2 7 grid atoms 37 150

                let pairs table i =
                    ofPoint table i |> Seq.map (fun (atom, r, _) -> atom, r) |> List.ofSeq

                for i in 0..149 do
                    Expect.equal (pairs some i) (pairs all (37 + i)) $"atom {37 + i}"

                Expecting.throws<ArgumentException>
                    (fun () -> Neighbours.nearestOfAtoms 1 7 grid atoms 200 101 |> ignore)
                    "more than there are"
                |> ignore
            }

            testPropertyWithConfig
                (Expecting.cases 300)
                "Queries behind a plane give the neighbours with a negative component along its normal"
            <| Prop.forAll (Arb.fromGen withNormal) (fun (((cell, atoms, points), cutoff), normal) ->
                let normal = [| normal[0] + 2.0; normal[1]; normal[2] |]
                let grid = Neighbours.build cell atoms cutoff

                let along (d: float[]) =
                    d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2]

                let some =
                    Neighbours.query
                        { Neighbours.all grid with
                            Behind = Some normal
                            Most = Some 10
                        }
                        grid
                        points

                Seq.forall
                    (fun i ->
                        let expected =
                            Reference.neighbours cell atoms (Array.sub points (3 * i) 3) (cutoff - tolerance)
                            |> Array.filter (fun (_, d, _) -> along d < -1e-9)
                            |> Array.truncate 10

                        let found = ofPoint some i

                        found.Length >= expected.Length
                        && found.Length <= 10
                        && Seq.forall (fun (_, _, e) -> along (Array.sub some.Displacements (3 * e) 3) < 0.0) found
                        && Array.forall2
                            (fun (_, _, r) (_, s, _) -> abs (r - s) < 1e-8)
                            expected
                            (Array.truncate expected.Length found))
                    (seq { 0 .. points.Length / 3 - 1 }))

            testPropertyWithConfig (Expecting.cases 200) "An atom is not its own neighbour, but its images are"
            <| Prop.forAll (Arb.fromGen withCutoff) (fun ((cell, atoms, _), cutoff) ->
                let grid = Neighbours.build cell atoms cutoff

                let table =
                    Neighbours.query
                        { Neighbours.all grid with
                            PointsAreAtoms = true
                        }
                        grid
                        atoms

                let withSelf = Neighbours.within cutoff grid atoms
                let n = atoms.Length / 3

                Seq.forall (fun i -> (ofPoint withSelf i).Length = (ofPoint table i).Length + 1) (seq { 0 .. n - 1 })
                // Neighbourhood is mutual, so the entries pair up.
                && table.Indices.Length % 2 = 0)

            test "Ten nearest neighbours of the atoms of a perfect crystal are sorted shells" {
                // bcc with a = 4: 8 neighbours at 2√3, then 6 at 4. All distances of a shell are equal: the crowded case of the sort.
                let a, side = 4.0, 6

                let atoms =
                    [|
                        for x in 0 .. side - 1 do
                            for y in 0 .. side - 1 do
                                for z in 0 .. side - 1 do
                                    yield! [| a * float x; a * float y; a * float z |]
                                    yield! [| a * (float x + 0.5); a * (float y + 0.5); a * (float z + 0.5) |]
                    |]

                let cell = Cell.cubic (a * float side)
                let grid = Neighbours.build cell atoms 13.0

                for k in [ 10; 200 ] do
                    let table =
                        Neighbours.query
                            { Neighbours.all grid with
                                PointsAreAtoms = true
                                Most = Some k
                            }
                            grid
                            atoms

                    for i in 0 .. atoms.Length / 3 - 1 do
                        let found = [| for e in 0 .. k - 1 -> sqrt table.SquaredDistances[k * i + e] |]

                        Expect.equal
                            table.Offsets[i + 1]
                            (k * (i + 1))
                            "every atom has as many neighbours as were asked for"

                        Expect.equal found (Array.sort found) "distances are sorted"

                        Expect.isTrue
                            (Array.forall (fun r -> abs (r - 2.0 * sqrt 3.0) < 1e-12) found[..7])
                            "eight neighbours at half the diagonal"

                        Expect.isTrue
                            (Array.forall (fun r -> abs (r - 4.0) < 1e-12) found[8..9])
                            "then those along the edges"
            }

            test "Results do not depend on the number of threads" {
                let random = Random 1

                let numbers n =
                    Array.init (3 * n) (fun _ -> 20.0 * random.NextDouble())

                let atoms, points = numbers 300, numbers 3000
                let grid = Neighbours.build (Cell.cubic 20.0) atoms 7.0

                for most in [ None; Some 20 ] do
                    let query = { Neighbours.all grid with Most = most }

                    let one, many =
                        Neighbours.queryOn 1 query grid points, Neighbours.queryOn 4 query grid points

                    Expect.equal many.Offsets one.Offsets "offsets"
                    Expect.equal many.Indices one.Indices "indices"
                    Expect.equal many.Displacements one.Displacements "displacements"
            }

            test "Nonsense is refused before any work" {
                let cell = Cell.cubic 3.0

                let bad (action: unit -> unit) =
                    Expecting.throwsAny<ArgumentException> action "bad input" |> ignore

                bad (fun () -> Neighbours.build cell [||] 1.0 |> ignore)
                bad (fun () -> Neighbours.build cell [| nan; 0.0; 0.0 |] 1.0 |> ignore)
                bad (fun () -> Neighbours.build cell [| 0.0; 0.0; 0.0 |] 0.0 |> ignore)
                bad (fun () -> Neighbours.build cell [| 0.0; 0.0; 0.0 |] 1e9 |> ignore)
                let grid = Neighbours.build cell [| 0.0; 0.0; 0.0 |] 1.0
                bad (fun () -> Neighbours.within 2.0 grid [| 0.0; 0.0; 0.0 |] |> ignore)
                bad (fun () -> Neighbours.nearest 0 grid [| 0.0; 0.0; 0.0 |] |> ignore)
            }
        ]
