namespace Mice.Quests

open Mice

/// <summary>k-means of points given as rows.</summary>
[<RequireQualifiedAccess>]
module internal Clusters =
    let private squared (x: float[]) (y: float[]) =
        Array.fold2 (fun sum a b -> sum + (a - b) * (a - b)) 0.0 x y

    let private nearest (centres: float[][]) (x: float[]) : int =
        [| 0 .. centres.Length - 1 |] |> Array.minBy (fun c -> squared centres[c] x)

    /// First centres: each a point, drawn by its squared distance to those before it (D. Arthur, S. Vassilvitskii, SODA '07, 1027).
    let private seeds (generator: Generator) (count: int) (points: float[][]) : float[][] =
        let first = points[generator.NextInt points.Length]
        let apart = points |> Array.map (squared first)
        let centres = ResizeArray [ first ]

        while centres.Count < count do
            let total = Array.sum apart

            let next =
                if total > 0.0 then
                    generator.NextIndex(apart |> Array.map (fun d -> d / total), 0, points.Length)
                else
                    centres.Count

            centres.Add points[next]
            points |> Array.iteri (fun i x -> apart[i] <- min apart[i] (squared points[next] x))

        centres.ToArray()

    /// <summary>Lloyd's iteration until nothing changes, a thousand times at most.</summary>
    /// <param name="key">Randomness of the first centres.</param>
    /// <param name="count">How many clusters, at most as many as points.</param>
    /// <param name="points">Rows.</param>
    /// <returns>The centres; one that loses all its points stays where it is.</returns>
    let kMeans (key: Key) (count: int) (points: float[][]) : float[][] =
        let rec go times (centres: float[][]) (owners: int[]) =
            let now = points |> Array.map (nearest centres)

            if now = owners || times = 0 then
                centres
            else
                let moved =
                    centres
                    |> Array.mapi (fun c centre ->
                        match Array.zip points now |> Array.filter (fun (_, o) -> o = c) |> Array.map fst with
                        | [||] -> centre
                        | own -> Array.init centre.Length (fun k -> own |> Array.averageBy (fun x -> x[k])))

                go (times - 1) moved now

        go 1000 (seeds (Key.generator key) count points) [||]

    /// <summary>For every centre the point nearest to it that no centre before it has got.</summary>
    /// <param name="points">Rows.</param>
    /// <param name="centres">Centres, at most as many as points.</param>
    /// <returns>Indices of points, all different.</returns>
    let medoids (points: float[][]) (centres: float[][]) : int[] =
        ([], centres)
        ||> Array.fold (fun taken centre ->
            let free =
                [| 0 .. points.Length - 1 |] |> Array.filter (fun i -> not (List.contains i taken))

            (free |> Array.minBy (fun i -> squared centre points[i])) :: taken)
        |> List.rev
        |> Array.ofList
