namespace Mice.Rsmi

/// <summary>Which degrees of freedom are the block V and which its far environment E, at one or more equivalent positions. Whatever lies between them is the
/// buffer, which nothing looks at.</summary>
type Regions =
    {
        /// Degrees of freedom of the block, [positions][v]: places in a configuration.
        Visible: int[][]
        /// Degrees of freedom of the environment, [positions][e], in the same order at every position.
        Environment: int[][]
    }

/// Regions of systems that are no lattices.
[<RequireQualifiedAccess>]
module Regions =
    /// Distances of all vertices from one, in edges; −1 where there is no path.
    let private distances (neighbours: int[][]) (centre: int) : int[] =
        let distance = Array.create neighbours.Length -1
        let queue = System.Collections.Generic.Queue [ centre ]
        distance[centre] <- 0

        while queue.Count > 0 do
            let here = queue.Dequeue()

            for next in neighbours[here] do
                if distance[next] < 0 then
                    distance[next] <- distance[here] + 1
                    queue.Enqueue next

        distance

    /// <summary>The ball around a vertex of a graph as the block: V has distances 0 … radius, the buffer the next ones, E those beyond.</summary>
    /// <param name="neighbours">Neighbours of every vertex, [vertices][…].</param>
    /// <param name="centre">The vertex.</param>
    /// <param name="radius">Largest distance within V, edges.</param>
    /// <param name="buffer">L_B, edges.</param>
    /// <param name="environment">Widest distance beyond the buffer that E has, edges; None for all the rest.</param>
    /// <returns>One position, without the vertices that no path leads to.</returns>
    let ball (neighbours: int[][]) (centre: int) (radius: int) (buffer: int) (environment: int option) : Regions =
        let distance = distances neighbours centre
        let last = environment |> Option.map (fun width -> radius + buffer + width)

        let within low high =
            [|
                for vertex in 0 .. distance.Length - 1 do
                    if distance[vertex] >= low && distance[vertex] <= high then
                        vertex
            |]
            |> Array.sortBy (fun vertex -> struct (distance[vertex], vertex))

        {
            Visible = [| within 0 radius |]
            Environment =
                [|
                    within (radius + buffer + 1) (Option.defaultValue System.Int32.MaxValue last)
                |]
        }
