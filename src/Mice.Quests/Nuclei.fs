namespace Mice.Quests

open System.Collections.Generic
open Mice
open Mice.Atoms

/// Atoms of a snapshot that look like a reference and hang together.
type Nuclei =
    {
        /// Atoms whose δH is at most the threshold.
        Atoms: int[]
        /// Sizes of the connected components, largest first: atoms that are nearer than the longest edge are connected.
        Components: int[]
        /// Sizes of the 2-edge-connected parts, largest first: parts that stay connected when any one edge is cut, so that chains of atoms do not join
        /// nuclei.
        Cores: int[]
        /// For each atom of the snapshot the index of its core in Cores; −1 for atoms that are in none.
        Membership: int[]
    }

/// <summary>Nuclei of a new phase: atoms that the reference (the phase, in equilibrium) knows.</summary>
/// <remarks>Source: arXiv:2404.12367, section on nucleation, with δH ≤ 0 and edges up to 3 Å for copper.</remarks>
[<RequireQualifiedAccess>]
module Nuclei =
    /// The longest edge as published, for copper, Å.
    [<Literal>]
    let Edge = 3.0

    /// The depth-first order of the nodes of a graph, with the node from which each was reached (−1 for the first of a component).
    let private search (edges: int[][]) : struct (int[] * int[]) =
        let parent = Array.create edges.Length -2
        let order = ResizeArray<int> edges.Length
        let next = Array.zeroCreate<int> edges.Length
        let path = Stack<int>()

        for root in 0 .. edges.Length - 1 do
            if parent[root] = -2 then
                parent[root] <- -1
                order.Add root
                path.Push root

                while path.Count > 0 do
                    let node = path.Peek()

                    if next[node] = edges[node].Length then
                        path.Pop() |> ignore
                    else
                        let other = edges[node][next[node]]
                        next[node] <- next[node] + 1

                        if parent[other] = -2 then
                            parent[other] <- node
                            order.Add other
                            path.Push other

        struct (order.ToArray(), parent)

    /// For each node whether the edge from which it was reached is a bridge: nothing behind it leads back before it (R. E. Tarjan, 1974).
    let private bridges (edges: int[][]) (order: int[]) (parent: int[]) : bool[] =
        let number = Array.zeroCreate<int> edges.Length
        order |> Array.iteri (fun i node -> number[node] <- i)
        let low = Array.copy number

        for node in Array.rev order do
            for other in edges[node] do
                if other <> parent[node] then
                    low[node] <- min low[node] (if parent[other] = node then low[other] else number[other])

        Array.init edges.Length (fun node -> parent[node] >= 0 && low[node] > number[parent[node]])

    /// Labels of parts: a node has that of its parent unless the edge between them is cut.
    let private labels (order: int[]) (parent: int[]) (isCut: int -> bool) : int[] =
        let label = Array.zeroCreate<int> order.Length

        for node in order do
            label[node] <-
                if parent[node] < 0 || isCut node then
                    node
                else
                    label[parent[node]]

        label

    /// Sizes of parts, largest first, and for each node the place of its part among them.
    let private sized (label: int[]) : struct (int[] * int[]) =
        let parts = label |> Array.countBy id |> Array.sortBy (fun (l, n) -> -n, l)
        let places = parts |> Array.mapi (fun place (l, _) -> l, place) |> dict
        struct (parts |> Array.map snd, label |> Array.map (fun l -> places[l]))

    /// <summary>Connected and 2-edge-connected parts of a graph.</summary>
    /// <param name="edges">For each node its neighbours, each once.</param>
    /// <returns>Sizes of the components and of the 2-edge-connected parts, largest first, and for each node the place of its part.</returns>
    let internal parts (edges: int[][]) : struct (int[] * int[] * int[]) =
        let struct (order, parent) = search edges
        let isBridge = bridges edges order parent
        let struct (components, _) = labels order parent (fun _ -> false) |> sized

        let struct (cores, places) =
            labels order parent (fun node -> isBridge[node]) |> sized

        struct (components, cores, places)

    /// <summary>Nuclei of a snapshot.</summary>
    /// <param name="threshold">Atoms with δH up to this belong to nuclei, nats.</param>
    /// <param name="edge">Atoms nearer than this are connected, Å.</param>
    /// <param name="differential">δH of all atoms, with respect to the new phase.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <returns>Errors: OutOfRange (edge), Mismatch (numbers of atoms).</returns>
    let find
        (threshold: float<nat>)
        (edge: float)
        (differential: float<nat>[])
        (snapshot: Snapshot)
        : Result<Nuclei, MiceError list> =
        let faults =
            [
                yield! Validate.positive "the longest edge" edge

                if differential.Length <> Snapshot.count snapshot then
                    MiceError.Mismatch(
                        "the numbers of atoms and of their δH",
                        string (Snapshot.count snapshot),
                        string differential.Length
                    )
            ]

        if not (List.isEmpty faults) then
            Error faults
        else
            let atoms =
                [| 0 .. differential.Length - 1 |] |> Array.filter (fun i -> differential[i] <= threshold)

            let membership = Array.create differential.Length -1

            if Array.isEmpty atoms then
                Ok
                    {
                        Atoms = atoms
                        Components = [||]
                        Cores = [||]
                        Membership = membership
                    }
            else
                let positions =
                    atoms |> Array.collect (fun a -> Array.sub snapshot.Positions (3 * a) 3)

                let table =
                    Neighbours.ofAtoms (Neighbours.build snapshot.Cell positions edge) positions

                let edges =
                    Array.init atoms.Length (fun i ->
                        Array.sub table.Indices table.Offsets[i] (table.Offsets[i + 1] - table.Offsets[i])
                        |> Array.distinct
                        |> Array.filter (fun j -> j <> i))

                let struct (components, cores, places) = parts edges
                atoms |> Array.iteri (fun i a -> membership[a] <- places[i])

                Ok
                    {
                        Atoms = atoms
                        Components = components
                        Cores = cores
                        Membership = membership
                    }
