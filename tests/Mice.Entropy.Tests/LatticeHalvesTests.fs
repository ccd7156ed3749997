module Mice.Entropy.Tests.LatticeHalvesTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models

let private shape (h: LatticeHalves) =
    LatticeHalves.depth h, LatticeHalves.length h, LatticeHalves.interfaceArea h

/// Halves of a snapshot whose spins are all different, as far as signs go: site numbers stand in for spins.
let private drawnAs symmetry seed (halves: LatticeHalves) =
    let side = 8
    // One bit of the site number at a time, so that the numbers can be put together again.
    let volume = LatticeHalves.volume halves
    let a, b = Array.zeroCreate volume, Array.zeroCreate volume

    for bit in 0..5 do
        let spins =
            Array.init (side * side) (fun i -> if (i >>> bit) &&& 1 = 1 then 1y else -1y)

        let x, y = Array.zeroCreate volume, Array.zeroCreate volume

        LatticeHalves.draw symmetry [| side; side |] (Key.ofSeed seed |> Key.generator) spins halves 0 x y

        for i in 0 .. volume - 1 do
            if x[i] > 0.0f then
                a[i] <- a[i] ||| (1 <<< bit)

            if y[i] > 0.0f then
                b[i] <- b[i] ||| (1 <<< bit)

    a, b

let private drawn lattice =
    drawnAs (SpinSymmetry.ofLattice lattice false [| 8; 8 |])

[<Tests>]
let tests =
    testList
        "LatticeHalvesTests"
        [
            test "Doublings go from the block to the torus" {
                let found = LatticeHalves.doublings 4 [| 16; 16 |] true |> List.map shape
                // (depth, length, interface); the last two close around the torus, with two interfaces.
                Expect.sequenceEqual
                    found
                    [ 4, 4, 4.0; 4, 8, 8.0; 8, 8, 16.0; 8, 16, 32.0 ]
                    "depths, lengths and interfaces double in turn"
                // Every doubling of a block makes the torus: 4·4·2⁴ = 256.
                Expect.equal
                    (2 * (LatticeHalves.doublings 4 [| 16; 16 |] false |> List.last |> LatticeHalves.volume))
                    256
                    "the last halves make the torus"

                Expect.isEmpty (LatticeHalves.doublings 4 [| 4; 4 |] true) "a torus of one block has none"
            }

            test "Both orders have the same halves on a square torus" {
                let of' rowsFirst =
                    LatticeHalves.doublings 2 [| 32; 32 |] rowsFirst |> List.map shape

                Expect.equal (of' false) (of' true) "rows first or columns first"
            }

            test "Halves are neighbouring blocks, turned towards their cut" {
                let halves =
                    {
                        Sides = [| 3; 2 |]
                        Axis = 1
                        Closes = false
                    }

                for lattice in [ Lattice.Square; Lattice.Triangular ] do
                    let z = Lattice.coordination lattice
                    let neighbours = Lattice.neighbours lattice 8 8

                    let touch s t =
                        Array.contains t neighbours[z * s .. z * s + z - 1]

                    for seed in 1UL .. 60UL do
                        let a, b = drawn lattice seed halves
                        Expect.equal (Array.append a b |> Array.distinct |> Array.length) 12 "no site is in both halves"
                        // Along the cut the second half runs the other way.
                        for along in 0..2 do
                            Expect.isTrue (touch a[along] b[2 - along]) "the halves meet at the cut"
                        // One step away from the cut.
                        for along in 0..2 do
                            Expect.isTrue
                                (touch a[along] a[3 + along] && touch b[along] b[3 + along])
                                "the second row touches the first"
                        // Turning by 180° keeps all bonds: a and b have the same ones inside.
                        for i in 0..5 do
                            for j in 0..5 do
                                Expect.equal
                                    (touch b[i] b[j])
                                    (touch a[i] a[j])
                                    "both halves have the same bonds inside"
            }

            test "On three axes halves are neighbouring blocks, turned towards their cut, in all orientations" {
                let shape = [| 6; 6; 6 |]
                let neighbours = Torus.neighbours shape

                let touch s t =
                    Array.contains t neighbours[6 * s .. 6 * s + 5]

                let halves =
                    {
                        Sides = [| 2; 3; 2 |]
                        Axis = 0
                        Closes = false
                    }

                for symmetry in [ SpinSymmetry.none; SpinSymmetry.ofLattice Lattice.Square false shape ] do
                    let spins = Array.init 216 (fun i -> System.Numerics.Vector2(float32 i, 0.0f))

                    let axes =
                        [
                            for seed in 1UL .. 200UL do
                                let x, y = Array.zeroCreate 24, Array.zeroCreate 24

                                LatticeHalves.drawPlanar
                                    symmetry
                                    shape
                                    (Key.ofSeed seed |> Key.generator)
                                    spins
                                    halves
                                    0
                                    x
                                    y

                                let a, b = Array.map int x[..11], Array.map int y[..11]

                                Expect.equal
                                    (Array.append a b |> Array.distinct |> Array.length)
                                    24
                                    "no site is in both halves"

                                // Along the cut, of 3×2 sites, the second half runs the other way.
                                for along in 0..5 do
                                    Expect.isTrue (touch a[along] b[5 - along]) "the halves meet at the cut"
                                    Expect.isTrue (touch a[along] a[6 + along]) "the second layer touches the first"

                                for i in 0..11 do
                                    for j in 0..11 do
                                        Expect.equal
                                            (touch b[i] b[j])
                                            (touch a[i] a[j])
                                            "both have the same bonds inside"

                                // The axis across the cut, by how far the first layers are apart.
                                match (b[5] - a[0] + 216) % 216 with
                                | 1
                                | 211 -> 2
                                | 6
                                | 186 -> 1
                                | _ -> 0
                        ]
                        |> List.distinct

                    Expect.equal
                        axes.Length
                        (if SpinSymmetry.transposes 3 symmetry then 3 else 1)
                        "the cut lies across any axis where axes are alike"
            }

            test "States are those of the same places, one of them for each site" {
                let shape = [| 4; 4 |]

                let halves =
                    {
                        Sides = [| 2; 2 |]
                        Axis = 1
                        Closes = true
                    }

                let spins = Array.init 16 (fun i -> byte (i % 3))

                for symmetry in [ SpinSymmetry.none; SpinSymmetry.translations true ] do
                    let names =
                        [
                            for seed in 1UL .. 40UL do
                                let a, b = Array.create 24 7.0f, Array.create 24 7.0f
                                let generator () = Key.ofSeed seed |> Key.generator
                                LatticeHalves.drawStates 3 symmetry shape (generator ()) spins halves 1 a b
                                Expect.isTrue (Array.forall ((=) 7.0f) a[..11]) "the row before is left alone"

                                let stateOf (x: float32[]) i =
                                    [ 0..2 ] |> List.filter (fun s -> x[12 + 4 * s + i] = 1.0f)

                                let found = [| for i in 0..3 -> Expecting.single (stateOf a i) "one state" |]
                                Expect.equal (Array.sum a[12..]) 4.0f "and 0 for all others"
                                Expect.equal (Array.sum b[12..]) 4.0f "in both halves"
                                found
                        ]

                    Expect.isTrue (List.length (List.distinct names) > 1) "all places occur"
            }

            test "All places and orientations occur" {
                let halves =
                    {
                        Sides = [| 2; 1 |]
                        Axis = 1
                        Closes = false
                    }

                let found =
                    [ for seed in 1UL .. 4000UL -> drawn Lattice.Square seed halves ] |> List.distinct
                // 64 places; four ways to lay the pair of bonds (transposed or not, mirrored or not).
                Expect.equal found.Length 256 "all 64 places and four orientations"
            }

            test "A flip turns all spins of a block over" {
                let spins = Array.create 16 1y

                let halves =
                    {
                        Sides = [| 2; 2 |]
                        Axis = 1
                        Closes = false
                    }

                let signs =
                    [
                        for seed in 1UL .. 40UL do
                            let a, b = Array.zeroCreate 4, Array.zeroCreate 4

                            LatticeHalves.draw
                                (SpinSymmetry.ofLattice Lattice.Square true [| 4; 4 |])
                                [| 4; 4 |]
                                (Key.ofSeed seed |> Key.generator)
                                spins
                                halves
                                0
                                a
                                b

                            Expecting.single (Array.append a b |> Array.distinct) "all spins of a draw are equal"
                    ]

                Expect.equal (signs |> List.distinct |> List.length) 2 "both signs occur"
            }

            test "Without a symmetry halves lie as the order of doublings says, and are not mirrored" {
                for stacked in [ true; false ] do
                    let halves =
                        {
                            Sides = (if stacked then [| 2; 3 |] else [| 3; 2 |])
                            Axis = (if stacked then 0 else 1)
                            Closes = false
                        }

                    // Site numbers of the 8×8 torus: one along the cut, one across it.
                    let along, across = if stacked then (0, 1), (1, 0) else (1, 0), (0, 1)

                    let moved site (rows, columns) times =
                        let row, column = site / 8 + times * rows, site % 8 + times * columns
                        8 * ((row + 16) % 8) + (column + 16) % 8

                    for seed in 1UL .. 40UL do
                        let a, b = drawnAs SpinSymmetry.none seed halves

                        for i in 0..5 do
                            let place = moved (moved a[0] along (i % 3)) across -(i / 3)
                            Expect.equal a[i] place "the first half lies in the order of doublings"
                            let opposite = moved (moved a[0] along (2 - i % 3)) across (1 + i / 3)
                            Expect.equal b[i] opposite "the second half lies opposite"

                    let places =
                        [ for seed in 1UL .. 1000UL -> drawnAs SpinSymmetry.none seed halves ] |> List.distinct
                    // 64 places in one orientation: all but e^-9 of them in 1,000 draws.
                    Expect.equal places.Length 64 "all places occur"
            }

            test "Planar spins are those of the same places, x before y" {
                let halves =
                    {
                        Sides = [| 2; 3 |]
                        Axis = 0
                        Closes = false
                    }

                let spins =
                    Array.init 64 (fun i -> System.Numerics.Vector2(float32 i, float32 (100 + i)))

                for symmetry in [ SpinSymmetry.none; SpinSymmetry.ofLattice Lattice.Square false [| 8; 8 |] ] do
                    for seed in 1UL .. 20UL do
                        let x, y = Array.zeroCreate 24, Array.zeroCreate 24

                        LatticeHalves.drawPlanar
                            symmetry
                            [| 8; 8 |]
                            (Key.ofSeed seed |> Key.generator)
                            spins
                            halves
                            1
                            x
                            y

                        let a, b = drawnAs symmetry seed halves

                        for found, sites in [ x, a; y, b ] do
                            for v in found[..11] do
                                Expect.equal v 0.0f "the row before is left alone"

                            Expect.equal found[12..17] (sites |> Array.map float32) "first come the x components"

                            Expect.equal
                                found[18..]
                                (sites |> Array.map (fun s -> float32 (100 + s)))
                                "then the y components"
            }
        ]
