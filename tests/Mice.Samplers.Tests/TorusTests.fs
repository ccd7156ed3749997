module Mice.Samplers.Tests.TorusTests

open Expecto
open Mice
open Mice.Samplers

/// The coordinates of a site, first axis first.
let private coordinates (shape: int[]) site =
    Array.mapFoldBack (fun side rest -> rest % side, rest / side) shape site |> fst

/// The site with given coordinates, from all of them.
let private siteAt shape (wanted: int[]) =
    Seq.find (fun site -> coordinates shape site = wanted) (seq { 0 .. LatticeShape.sites shape - 1 })

/// The neighbour of a site along an axis, from coordinates.
let private step (shape: int[]) site axis direction =
    coordinates shape site
    |> Array.mapi (fun a x ->
        if a = axis then
            (x + direction + shape[a]) % shape[a]
        else
            x)
    |> siteAt shape

[<Tests>]
let tests =
    testList
        "TorusTests"
        [
            testTheory "With two axes neighbours are those of the square lattice" [ 2, 2; 2, 5; 3, 4; 7, 3 ]
            <| fun (rows: int, columns: int) ->
                Expect.equal
                    (Torus.neighbours [| rows; columns |])
                    (Lattice.neighbours Lattice.Square rows columns)
                    "neighbours, in order"

            test "Neighbours differ by one in one coordinate, the last axis forward first" {
                for shape in [ [| 5 |]; [| 2; 3 |]; [| 2; 3; 4 |]; [| 2; 2; 3; 2 |] ] do
                    let axes = [ shape.Length - 1 .. -1 .. 0 ]
                    let ways = List.allPairs [ 1; -1 ] axes

                    let expected =
                        [|
                            for site in 0 .. LatticeShape.sites shape - 1 do
                                for direction, axis in ways do
                                    step shape site axis direction
                        |]

                    Expect.equal (Torus.neighbours shape) expected $"neighbours of {shape}"
            }

            test "Places, numbers and offsets of sites agree with coordinates" {
                for shape in [ [| 5 |]; [| 2; 3 |]; [| 2; 3; 4 |] ] do
                    for site in 0 .. LatticeShape.sites shape - 1 do
                        let place = LatticeShape.place shape site
                        Expect.equal place (coordinates shape site) "the place"
                        Expect.equal (LatticeShape.site shape place) site "the site at its place"

                        for offset in [ -7; -1; 0; 2 ] do
                            let offsets = Array.init shape.Length (fun axis -> offset + axis)

                            let moved =
                                Array.map3 (fun x o side -> (x + o + 70 * side) % side) place offsets shape

                            Expect.equal
                                (LatticeShape.siteAt shape offsets site)
                                (siteAt shape moved)
                                "around the torus"
            }

            test "Sublattices alternate" {
                let shape = [| 2; 3; 4 |]

                for site in 0..23 do
                    Expect.equal
                        (Torus.isOdd shape site)
                        (Array.sum (coordinates shape site) % 2 = 1)
                        $"sublattice of site {site}"
            }

            test "Copying forward brings what is next along an axis" {
                for shape in [ [| 3; 4 |]; [| 2; 3; 4 |] ] do
                    let source = Array.init (LatticeShape.sites shape) id

                    for axis in 0 .. shape.Length - 1 do
                        let target = Array.zeroCreate source.Length
                        Torus.copyForward shape axis source target

                        Expect.equal
                            target
                            (source |> Array.map (fun i -> step shape i axis 1))
                            $"axis {axis} of {shape}"
            }

            test "Every bad side is told, and shapes without axes or too large" {
                let names shape =
                    Torus.faults shape
                    |> List.map (function
                        | MiceError.OutOfRange(name, _, _) -> name
                        | other -> failtest $"an unexpected fault: {other}")

                Expect.equal (names [| 1; 4; 0 |]) [ "side 1"; "side 3" ] "two bad sides"
                Expect.equal (names [||]) [ "number of axes" ] "no axis"
                Expect.equal (names [| 65536; 65536 |]) [ "shape" ] "too many neighbours"
                Expect.equal (names [| 2; 2; 2; 2 |]) [] "a sound shape"
            }
        ]
