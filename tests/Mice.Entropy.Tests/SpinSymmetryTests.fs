module Mice.Entropy.Tests.SpinSymmetryTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples
open Mice.Samplers

let model lattice rows columns field =
    { IsingModel.square 6 2.0 with
        Lattice = lattice
        Rows = rows
        Columns = columns
        Field = field
    }

[<Tests>]
let tests =
    testList
        "SpinSymmetryTests"
        [
            // D4 has 8 elements, D6 has 12; unequal sides leave the two reflections and half a turn of the one, half a turn of the other.
            testTheory
                "The point groups have their known sizes"
                [ true, 6, 6, 8; true, 4, 6, 4; false, 6, 6, 12; false, 4, 6, 2 ]
            <| fun (square: bool, rows, columns, expected) ->
                let lattice = if square then Lattice.Square else Lattice.Triangular
                let symmetry = SpinSymmetry.ofModel (model lattice rows columns 0.0)
                Expect.equal symmetry.Maps.Length expected "all maps are there"

            // The group of the cube has 48 elements; one side that differs leaves the 8 of the square, twice.
            testTheory "Cubic tori have the group of the cube" [ [ 4; 4; 4 ], 48; [ 4; 6; 6 ], 16; [ 2; 3; 4 ], 8 ]
            <| fun (shape, expected) ->
                let shape = Array.ofList shape
                let symmetry = SpinSymmetry.ofLattice Lattice.Square false shape
                Expect.equal symmetry.Maps.Length expected "all maps are there"
                let generator = Key.ofSeed 4UL |> Key.generator

                let model =
                    { PottsModel.square 2 3 1.0 with
                        Shape = shape
                    }

                let spins =
                    Array.init (LatticeShape.sites shape) (fun _ -> byte (generator.NextInt 3))

                for map in symmetry.Maps do
                    let moved = Array.zeroCreate spins.Length

                    for site in 0 .. spins.Length - 1 do
                        let image =
                            map (LatticeShape.place shape site)
                            |> Array.map2 (fun side p -> (p % side + side) % side) shape

                        moved[Array.fold2 (fun sum side p -> sum * side + p) 0 shape image] <- spins[site]

                    Expect.equal (PottsModel.energy model moved) (PottsModel.energy model spins) "the energy stays"

            // All images of all patterns under all maps and all names of the states, joined pair by pair.
            testTheory
                "Patterns of states fall into the orbits of all maps and names"
                [ 3, [ 2; 2 ]; 3, [ 2; 3 ]; 4, [ 2; 2 ]; 3, [ 1; 2; 2 ] ]
            <| fun (states, sides) ->
                let sides = Array.ofList sides
                let shape = BlockShape.box sides

                let symmetry =
                    SpinSymmetry.ofLattice Lattice.Square true (Array.create sides.Length 6)

                let count = pown states shape.Sites

                let digits pattern =
                    Array.init shape.Sites (fun i -> pattern / pown states i % states)

                let number = Array.mapi (fun i d -> d * pown states i) >> Array.sum

                let rec orders left =
                    match left with
                    | [] -> [ [] ]
                    | _ ->
                        [
                            for first in left do
                                for rest in orders (List.except [ first ] left) -> first :: rest
                        ]

                let names = orders [ 0 .. states - 1 ] |> List.map Array.ofList

                let least pattern =
                    [
                        for permutation in SpinSymmetry.permutations shape symmetry do
                            for names in names do
                                let own = digits pattern
                                let image = Array.zeroCreate own.Length
                                own |> Array.iteri (fun i d -> image[permutation[i]] <- names[d])
                                number image
                    ]
                    |> List.min

                Expect.sequenceEqual
                    (SpinSymmetry.orbits states shape symmetry)
                    (Array.init count least)
                    "the orbit is named by its smallest pattern"

            test "A field breaks the flip" {
                Expect.isTrue (SpinSymmetry.ofModel (model Lattice.Square 6 6 0.0)).Flip "without a field"
                Expect.isFalse (SpinSymmetry.ofModel (model Lattice.Square 6 6 0.1)).Flip "in a field"
            }

            testTheory
                "Every map leaves the energy of any configuration as it is"
                [ true, 6, 6; true, 4, 6; false, 6, 6; false, 3, 6 ]
            <| fun (square: bool, rows, columns) ->
                let model =
                    model (if square then Lattice.Square else Lattice.Triangular) rows columns 0.0

                let spins = (independent 3UL rows columns 1 0.5).Sites[0]

                for map in (SpinSymmetry.ofModel model).Maps do
                    let moved = Array.zeroCreate spins.Length

                    for site in 0 .. spins.Length - 1 do
                        let image = map [| site / columns; site % columns |]
                        moved[Lattice.siteAt rows columns 0 (struct (image[0], image[1]))] <- spins[site]

                    Expect.equal (IsingModel.energy model moved) (IsingModel.energy model spins) "the energy stays"

            // Squares of 1, 2, 3 and 4 in two colours up to rotation and reflection: sequence A054247 of the On-Line Encyclopedia of Integer Sequences.
            testTheory "Squares of two colours fall into the known number of orbits" [ 1, 2; 2, 6; 3, 102; 4, 8548 ]
            <| fun (side, expected) ->
                let symmetry =
                    { SpinSymmetry.ofModel (model Lattice.Square 6 6 0.0) with
                        Flip = false
                    }

                let orbits = SpinSymmetry.orbits 2 (BlockShape.box [| side; side |]) symmetry
                Expect.equal (orbits |> Array.distinct |> Array.length) expected "the number of orbits is the known one"

            // With the flip, a pattern and its complement join: each has an even number of patterns, and 2^n patterns pair up to 2^(n − 1) without maps.
            test "The flip joins complements" {
                let orbits =
                    SpinSymmetry.orbits 2 (BlockShape.box [| 2; 3 |]) { SpinSymmetry.none with Flip = true }

                Expect.equal
                    orbits
                    (Array.init 64 (fun pattern -> min pattern (63 - pattern)))
                    "a pattern joins its complement"
            }

            // Of the twelve maps of the triangular lattice those keep a parallelogram that keep its two diagonals; of the eight of the square lattice, four keep an
            // oblong, and none but the identity an L of unequal legs.
            test "Only maps that keep the block are used" {
                let used lattice shape =
                    (SpinSymmetry.ofModel (model lattice 6 6 0.0) |> SpinSymmetry.permutations shape).Length

                Expect.equal
                    (used Lattice.Triangular (BlockShape.box [| 4; 4 |]))
                    4
                    "a rhombus of the triangular lattice"

                Expect.equal
                    (used Lattice.Triangular (BlockShape.box [| 3; 4 |]))
                    2
                    "a parallelogram of the triangular lattice"

                Expect.equal (used Lattice.Square (BlockShape.box [| 3; 4 |])) 4 "an oblong"

                Expect.equal
                    (used Lattice.Square (BlockShape.ofOffsets [ [| 0; 0 |]; [| 0; 1 |]; [| 0; 2 |]; [| 1; 0 |] ]))
                    1
                    "an L of unequal legs"
            }
        ]
