namespace Mice.Segal

open System.Collections.Generic

/// Permutations of the sites of a lattice that keep all its bonds: translations, rotations and reflections of a torus, and what more there is in small ones.
[<RequireQualifiedAccess>]
module internal GraphSymmetries =
    /// Sites in the order of their distance to site 0, and for each the places of earlier sites in that order, with the bonds to them.
    let private order (sites: int) (bonds: Dictionary<struct (int * int), int>) (near: int[][]) =
        let found = List [ 0 ]
        let seen = HashSet [ 0 ]
        let mutable at = 0

        while at < found.Count do
            for site in near[found[at]] do
                if seen.Add site then
                    found.Add site

            at <- at + 1

        // Pieces that are not connected come one after the other.
        for site in 0 .. sites - 1 do
            if seen.Add site then
                found.Add site

        let sequence = found.ToArray()

        let earlier =
            sequence
            |> Array.mapi (fun place site ->
                [|
                    for before in 0 .. place - 1 do
                        match bonds.TryGetValue(struct (site, sequence[before])) with
                        | true, count -> struct (before, count)
                        | _ -> ()
                |])

        struct (sequence, earlier)

    /// <summary>All permutations that keep the bonds, the identity first.</summary>
    /// <remarks>Images are tried one site after the other, nearest first, so that few images are left after the first two or three.</remarks>
    /// <param name="sites">How many.</param>
    /// <param name="around">[sites; z], row-major: the neighbours of each site; a neighbour that stands twice has two bonds.</param>
    let find (sites: int) (around: int[]) : int[][] =
        let z = around.Length / sites
        let near = Array.init sites (fun site -> Array.sub around (z * site) z)
        let bonds = Dictionary<struct (int * int), int>()

        for site in 0 .. sites - 1 do
            for other in near[site] do
                let key = struct (site, other)
                bonds[key] <- bonds.GetValueOrDefault key + 1

        let struct (sequence, earlier) = order sites bonds near
        let images = Array.create sites -1
        let taken = Array.zeroCreate<bool> sites
        let results = List<int[]>()

        let fits place image =
            not taken[image]
            && earlier[place]
               |> Array.forall (fun (struct (before, count)) ->
                   bonds.GetValueOrDefault(struct (image, images[before])) = count)

        let rec extend place =
            if place = sites then
                let g = Array.zeroCreate sites
                sequence |> Array.iteri (fun i site -> g[site] <- images[i])
                results.Add g
            else
                let candidates =
                    if earlier[place].Length = 0 then
                        [| 0 .. sites - 1 |]
                    else
                        let struct (before, _) = earlier[place][0]
                        Array.distinct near[images[before]]

                for image in candidates do
                    if fits place image then
                        images[place] <- image
                        taken[image] <- true
                        extend (place + 1)
                        taken[image] <- false

        extend 0
        let identity = [| 0 .. sites - 1 |]

        Array.append [| identity |] (results.ToArray() |> Array.filter (fun g -> g <> identity))
