module Mice.Denoising.Tests.EdgesTests

open System
open Expecto
open FsCheck
open Mice
open Mice.Atoms
open Mice.Denoising

/// Atoms at random places in a skewed box.
let internal gas (atoms: int) (seed: uint64) : Snapshot =
    let generator = Key.ofSeed seed |> Key.generator

    let cell =
        match
            Cell.create [| 11.0; 0.0; 0.0; 2.0; 12.0; 0.0; -1.0; 3.0; 13.0 |] [| 0.0; 0.0; 0.0 |] [| true; true; true |]
        with
        | Ok cell -> cell
        | Error fault -> failwith fault

    Array.init (3 * atoms) (fun _ -> generator.NextFloat())
    |> Cell.cartesian cell
    |> Snapshot.ofPositions "A" cell

[<Literal>]
let internal Cutoff = 4.5

/// Every pair of atoms and every image within the cut-off, one after the other: end, distance, direction.
let private slow (s: Snapshot) i =
    [
        for j in 0 .. Snapshot.count s - 1 do
            for a in -1 .. 1 do
                for b in -1 .. 1 do
                    for c in -1 .. 1 do
                        let d =
                            Array.init 3 (fun k ->
                                let v m = s.Cell.Vectors[3 * m + k]

                                s.Positions[3 * j + k] - s.Positions[3 * i + k]
                                + float a * v 0
                                + float b * v 1
                                + float c * v 2)

                        let r = sqrt (d[0] * d[0] + d[1] * d[1] + d[2] * d[2])

                        if r > 0.0 && r <= Cutoff then
                            j, r, d |> Array.map (fun x -> x / r)
    ]

/// Shortest pairs of soft atoms.
let internal soft: ShortestPairs = { Contact = 2.0; Rise = 0.5 }

/// Places of distances that are not in proportion to them.
let internal scale: RadialScale =
    {
        Centre = 2.0
        Width = 0.7
        Cutoff = Cutoff
    }

[<Tests>]
let tests =
    testList
        "EdgesTests"
        [
            testProperty
                "A place of a distance has that distance, entries lie closest at the centre, and the ends are 0 and 1"
            <| fun (PositiveInt a) (PositiveInt b) ->
                let scale =
                    {
                        Centre = 0.1 * float (a % 70)
                        Width = 0.01 * float (b % 900)
                        Cutoff = Cutoff
                    }

                let place = RadialScale.place scale
                Expecting.within 1e-12 (place 0.0) 0.0 "the place of no distance"
                Expecting.within 1e-12 (place Cutoff) 1.0 "the place of the cut-off"

                for r in [ 0.1; 1.0; 3.0; 6.5 ] do
                    Expecting.within 1e-9 (RadialScale.distance scale (place r)) r "back again"

                let distances = Array.init 64 (fun i -> 0.1 * float i)
                let places = Array.copy distances
                RadialScale.replace scale places
                Array.iter2 (fun r p -> Expecting.within 1e-12 p (place r) "many at a time") distances places

            test "Edges are all pairs within the cut-off, with their directions and places in tables" {
                let s = gas 40 1UL
                let edges = Edges.build s.Cell s.Positions scale

                for i in 0 .. Snapshot.count s - 1 do
                    let found =
                        [
                            for e in edges.Starts[i] .. edges.Starts[i + 1] - 1 do
                                let place = float edges.Bins[e] + float edges.Fractions[e]
                                let r = RadialScale.distance scale (place / float (Edges.TableEntries - 1))
                                edges.Ends[e], r, Array.init 3 (fun k -> float edges.Directions[3 * e + k])
                        ]
                        |> List.sortBy (fun (j, r, _) -> j, r)

                    let wanted = slow s i |> List.sortBy (fun (j, r, _) -> j, r)

                    Expect.equal
                        (found |> List.map (fun (j, _, _) -> j))
                        (wanted |> List.map (fun (j, _, _) -> j))
                        "ends"

                    for (_, r, u), (_, r', u') in List.zip found wanted do
                        // Places in tables and directions have single precision.
                        Expecting.within 1e-5 r r' "distance"
                        Array.iter2 (fun a b -> Expecting.within 1e-5 a b "direction") u u'
            }

            test "Two atoms at one place hear each other without a direction" {
                let cell = Cell.cubic 12.0
                let edges = Edges.build cell [| 1.0; 1.0; 1.0; 1.0; 1.0; 1.0 |] scale
                Expect.equal edges.Ends [| 1; 0 |] "there is a pair"
                Expect.all edges.Directions (fun u -> u = 0.0f) "it has no direction"
                Expect.all edges.Fractions Single.IsFinite "it has a place"
            }
        ]
