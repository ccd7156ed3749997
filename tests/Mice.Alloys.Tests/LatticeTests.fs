module Mice.Alloys.Tests.LatticeTests

open Expecto
open Mice
open Mice.Alloys
open Mice.Alloys.Tests.Reference

let private lattices =
    [
        "fcc", ParentLattice.fcc 3.8 |> ok, 48
        "bcc", ParentLattice.bcc 3.0 |> ok, 48
        "sc", ParentLattice.sc 2.5 |> ok, 48
        "hcp", ParentLattice.hcp 3.0 4.8 |> ok, 24
        // The fcc lattice by the edges of its cube, and by skewed vectors.
        "cube",
        ParentLattice.create
            "cube"
            [| 3.8; 0.0; 0.0; 0.0; 3.8; 0.0; 0.0; 0.0; 3.8 |]
            [| 0.0; 0.0; 0.0; 0.0; 0.5; 0.5; 0.5; 0.0; 0.5; 0.5; 0.5; 0.0 |]
        |> ok,
        192
        "skewed",
        ParentLattice.create "skewed" [| 0.0; 1.9; 1.9; 1.9; 1.9; 3.8; 3.8; 3.8; 3.8 |] [| 0.0; 0.0; 0.0 |]
        |> ok,
        48
    ]

/// Distances of all pairs of sites of a supercell, to the nearest image.
let private nearest (supercell: Supercell) =
    let p, v = Supercell.positions supercell, Supercell.vectors supercell

    Array2D.init supercell.Count supercell.Count (fun i j ->
        seq {
            for a in -2 .. 2 do
                for b in -2 .. 2 do
                    for c in -2 .. 2 do
                        Seq.init 3 (fun k ->
                            let x =
                                p[3 * i + k] - p[3 * j + k] + float a * v[k] + float b * v[3 + k] + float c * v[6 + k]

                            x * x)
                        |> Seq.sum
        }
        |> Seq.min
        |> sqrt)

let private namesIn (name: string) =
    (json name).GetProperty("clusters").EnumerateArray()
    |> Seq.map (fun c ->
        let distances =
            c.GetProperty("pair_distance2_in_nn2").EnumerateArray()
            |> Seq.map _.GetDouble()
            |> Seq.sort
            |> Array.ofSeq

        c.GetProperty("name").GetString(),
        c.GetProperty("figures_per_site").GetInt32(),
        c.GetProperty("diameter_angstrom").GetDouble(),
        distances)
    |> Array.ofSeq

/// The figures of an orbit through the origin, as the stored lists have them.
let private throughOrigin (orbit: ClusterOrbit) =
    [
        for figure in orbit.Figures do
            for centre in figure do
                let struct (cx, cy, cz) = centre.Cell

                figure
                |> Array.filter (fun s -> s <> centre)
                |> Array.map (fun s ->
                    let struct (x, y, z) = s.Cell
                    [ x - cx; y - cy; z - cz ])
                |> List.ofArray
                |> List.sort
    ]
    |> List.sort

[<Tests>]
let tests =
    testList
        "Lattice"
        [
            test "space groups have the known numbers of operations" {
                for name, lattice, count in lattices do
                    let found = LatticeSymmetry.operations lattice
                    Expect.equal found.Length count $"operations of {name}"
                    Expect.equal (Array.distinct found).Length count $"operations of {name} are different"
            }

            test "permutations of sites keep all distances, form a group and begin with the identity" {
                for matrix in
                    [
                        [| 2; 0; 0; 0; 2; 0; 0; 0; 3 |]
                        [| 2; 1; 0; 0; 2; 0; -1; 0; 2 |]
                        [| 0; 1; 1; 1; 0; 1; 1; 1; 0 |]
                    ] do
                    for name, lattice, _ in lattices |> List.take 4 do
                        let supercell = Supercell.create lattice matrix |> ok
                        let group = Supercell.symmetries supercell
                        let distances = nearest supercell
                        let known = group |> Array.map List.ofArray |> set
                        Expect.equal group[0] (Array.init supercell.Count id) "the identity comes first"
                        Expect.equal known.Count group.Length "each once"
                        Expect.isGreaterThanOrEqual group.Length supercell.Cells $"{name}: translations"

                        for g in group do
                            for i in 0 .. supercell.Count - 1 do
                                for j in 0..i do
                                    Expecting.within 1e-6 distances[g[i], g[j]] distances[i, j] $"{name}: distances"

                        let generator = Key.ofSeed 3UL |> Key.generator

                        for _ in 1..50 do
                            let g, h =
                                group[generator.NextInt group.Length], group[generator.NextInt group.Length]

                            Expect.contains known (g |> Array.map (fun i -> h[i]) |> List.ofArray) $"{name}: products"
            }

            test "sites lie in the order of the stored cells, and symmetries are as many as known" {
                for name, make, group in
                    [
                        "cuau16", cuau16, 192
                        "agpd27", agpd27, 1296
                        "cuau128", cuau128, 0
                        "agpd125", agpd125, 0
                    ] do
                    let supercell = make ()

                    let stored =
                        (json "cells.json").GetProperty(name).GetProperty("sites").EnumerateArray()
                        |> Seq.map (fun s -> struct (s[0].GetInt32(), s[1].GetInt32(), s[2].GetInt32()))
                        |> Array.ofSeq

                    Expect.equal (supercell.Sites |> Array.map _.Cell) stored $"sites of {name}"

                    if group > 0 then
                        Expect.equal (Supercell.symmetries supercell).Length group $"symmetries of {name}"
            }

            test "orbits are the stored ones, one to one" {
                for name, system in [ "clusters_cuau.json", cuau; "clusters_agpd.json", agpd ] do
                    let _, _, cutoffs = system
                    let lattice = lattice system
                    let found = ClusterOrbits.find lattice cutoffs |> ok
                    let stored = namesIn name
                    Expect.equal (found |> Array.map _.Name |> Array.take 2) [| "c0"; "c1_0" |] "no site and one site"
                    let clusters = Array.skip 2 found

                    Expect.equal
                        (clusters |> Array.map _.Name)
                        (stored |> Array.map (fun (n, _, _, _) -> n))
                        $"names of {name}"

                    let neighbour = (clusters |> Array.head).Diameter

                    let lists =
                        (json name).GetProperty("clusters").EnumerateArray()
                        |> Seq.map (fun c ->
                            [
                                for figure in c.GetProperty("figures").EnumerateArray() do
                                    [ for s in figure.EnumerateArray() -> [ for k in 0..2 -> s[k].GetInt32() ] ]
                                    |> List.sort
                            ]
                            |> List.sort)
                        |> Array.ofSeq

                    for i in 0 .. clusters.Length - 1 do
                        let orbit, (_, figures, diameter, distances) = clusters[i], stored[i]

                        Expect.equal
                            (ClusterOrbits.figuresPerSite lattice orbit)
                            (float figures)
                            $"figures of {orbit.Name}"
                        // The stored diameters have seven digits.
                        Expecting.within 1e-6 orbit.Diameter diameter $"diameter of {orbit.Name}"

                        for mine, theirs in Array.zip orbit.PairDistances distances do
                            Expecting.within 1e-6 ((mine / neighbour) ** 2.0) theirs $"distances of {orbit.Name}"

                        Expect.equal (throughOrigin orbit) lists[i] $"figures of {orbit.Name} through the origin"
            }

            test "pairs are as many as the shells of neighbours say" {
                let pairs lattice distance =
                    ClusterOrbits.find lattice [ { Size = 2; Distance = distance } ]
                    |> ok
                    |> Array.skipWhile (fun o -> o.Size < 2)
                    |> Array.map (fun o -> o.Name, ClusterOrbits.figuresPerSite lattice o)

                Expect.equal
                    (pairs (ParentLattice.bcc 2.0 |> ok) 2.9)
                    [| "c2_d0000_0_00", 4.0; "c2_d0001_0_00", 3.0; "c2_d0002_0_00", 6.0 |]
                    "bcc: 8, 6 and 12 neighbours"

                Expect.equal
                    (pairs (ParentLattice.sc 1.0 |> ok) 1.5)
                    [| "c2_d0000_0_00", 3.0; "c2_d0001_0_00", 6.0 |]
                    "sc: 6 and 12"

                // The twelve neighbours of close-packed spheres are six in the plane and six out of it, which no symmetry of hcp exchanges.
                Expect.equal
                    (pairs (ParentLattice.hcp 1.0 (sqrt (8.0 / 3.0)) |> ok) 1.05)
                    [| "c2_d0000_0_00", 3.0; "c2_d0000_1_00", 3.0 |]
                    "hcp: 6 and 6 at one distance"
            }

            test "what spans nothing is refused, with every fault" {
                Expect.equal (messages (ParentLattice.hcp -1.0 nan)).Length 2 "both constants"

                Expect.isNonEmpty
                    (messages (ParentLattice.create "flat" (Array.zeroCreate 9) [| 0.0; 0.0; 0.0 |]))
                    "no cell"

                Expect.isNonEmpty
                    (messages (
                        ParentLattice.create
                            "twice"
                            [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]
                            [| 0.0; 0.0; 0.0; 1.0; 0.0; 0.0 |]
                    ))
                    "one site twice"

                let lattice = ParentLattice.sc 3.0 |> ok

                Expect.isNonEmpty
                    (messages (Supercell.create lattice [| 1; 0; 0; 2; 0; 0; 0; 0; 1 |]))
                    "a flat supercell"

                Expect.isNonEmpty (messages (Supercell.multiples lattice 1000 1000 1000)) "too many sites"

                Expect.equal
                    (messages (ClusterOrbits.find lattice [ { Size = 1; Distance = nan } ])).Length
                    2
                    "cut-offs"
            }
        ]
