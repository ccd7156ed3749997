module Mice.Quests.Tests.NucleiTests

open Expecto
open Mice
open Mice.Atoms
open Mice.Quests

/// Sizes of parts after the edges that cut a graph are taken out one by one: slow and plain.
let private coresOf (edges: int[][]) : int[] =
    let reach (edges: int[][]) (node: int) =
        let rec go (seen: Set<int>) =
            function
            | [] -> seen
            | next :: rest when seen.Contains next -> go seen rest
            | next :: rest -> go (seen.Add next) (List.ofArray edges[next] @ rest)

        go Set.empty [ node ]

    let components (edges: int[][]) =
        [| 0 .. edges.Length - 1 |] |> Array.map (reach edges) |> Array.distinct

    let without a b =
        edges
        |> Array.mapi (fun i list -> list |> Array.filter (fun j -> not ((i = a && j = b) || (i = b && j = a))))

    let before = (components edges).Length

    let bridges =
        [|
            for a in 0 .. edges.Length - 1 do
                for b in edges[a] do
                    if (components (without a b)).Length > before then
                        a, b
        |]
        |> set

    edges
    |> Array.mapi (fun i list -> list |> Array.filter (fun j -> not (bridges.Contains(i, j))))
    |> components
    |> Array.map _.Count
    |> Array.sortDescending

let private graph (seed: uint64) (nodes: int) (edges: int) : int[][] =
    let generator = Key.ofSeed seed |> Key.generator

    let pairs =
        [|
            for _ in 1..edges do
                let a, b = generator.NextInt nodes, generator.NextInt nodes

                if a <> b then
                    a, b
                    b, a
        |]
        |> Array.distinct

    Array.init nodes (fun i -> pairs |> Array.filter (fst >> (=) i) |> Array.map snd)

[<Tests>]
let tests =
    testList
        "Nuclei"
        [
            test "parts of graphs are those that stay connected without any one edge" {
                for seed in 1UL .. 60UL do
                    let edges = graph seed 14 (8 + int seed % 12)
                    let struct (components, cores, places) = Nuclei.parts edges
                    Expect.equal cores (coresOf edges) $"seed {seed}"
                    Expect.equal (Array.sum components) 14 "all nodes"

                    Expect.equal
                        (places |> Array.countBy id |> Array.sortBy fst |> Array.map snd)
                        cores
                        "places tell the same sizes"
            }

            test "two clusters that a chain joins are one component and two nuclei" {
                // Two tetrahedra of edge 2.5 Å and a bridge of one atom between them, across the border of the box.
                let tetrahedron x =
                    [| 0.0; 0.0; 0.0; 2.5; 0.0; 0.0; 1.25; 2.165; 0.0; 1.25; 0.722; 2.04 |]
                    |> Array.mapi (fun i v -> if i % 3 = 0 then v + x else v)

                let positions =
                    Array.concat [ tetrahedron 0.0; [| 5.2; 0.0; 0.0 |]; tetrahedron 7.9 ]

                let snapshot =
                    Snapshot.ofPositions "Cu" (Cell.cubic 30.0) (positions |> Array.map (fun x -> x - 4.0))

                let differential = Array.init 9 (fun i -> if i = 4 then -0.0<nat> else -1.0<nat>)

                match Nuclei.find 0.0<nat> Nuclei.Edge differential snapshot with
                | Error faults -> failtest $"%A{faults}"
                | Ok found ->
                    Expect.equal found.Components [| 9 |] "one component"
                    Expect.equal found.Cores [| 4; 4; 1 |] "two nuclei and the bridge"

                match Nuclei.find -0.5<nat> Nuclei.Edge differential snapshot with
                | Error faults -> failtest $"%A{faults}"
                | Ok found ->
                    Expect.equal found.Components [| 4; 4 |] "without the bridge"
                    Expect.equal found.Membership[4] -1 "the bridge is in none"
            }

            test "there are none where no atom is known" {
                let snapshot = Snapshot.ofPositions "Cu" (Cell.cubic 10.0) [| 1.0; 1.0; 1.0 |]

                match Nuclei.find 0.0<nat> 3.0 [| 5.0<nat> |] snapshot with
                | Ok found -> Expect.equal found.Cores [||] "none"
                | Error faults -> failtest $"%A{faults}"

                Expect.isError (Nuclei.find 0.0<nat> 0.0 [| 5.0<nat> |] snapshot) "no edge"
                Expect.isError (Nuclei.find 0.0<nat> 3.0 [||] snapshot) "no δH"
            }
        ]
