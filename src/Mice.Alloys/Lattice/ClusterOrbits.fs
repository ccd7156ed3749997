namespace Mice.Alloys

open System
open System.Collections.Generic
open Mice

/// How far the sites of a cluster may be apart.
type ClusterCutoff =
    {
        /// Sites of the cluster, 2 or more.
        Size: int
        /// The largest distance of two of its sites, Å.
        Distance: float
    }

/// <summary>Clusters of sites that the symmetry of the lattice makes equal: all of them have one effective cluster interaction.</summary>
type ClusterOrbit =
    {
        /// <c>c0</c> of no site, <c>c1_0</c>, <c>c1_1</c>, … of one site, and <c>c{size}_d{diameter}_{shape}_0…0</c>: diameter is the rank of the diameter among the
        /// clusters of this size, shape the rank among those of equal diameter.
        Name: string
        /// Sites of a cluster.
        Size: int
        /// Twice the largest distance of a site to the centroid, Å; 0 below two sites.
        Diameter: float
        /// Distances of all pairs of sites, growing, Å.
        PairDistances: float[]
        /// The clusters of the orbit, each once up to whole translations of the lattice.
        Figures: LatticeSite[][]
    }

/// <summary>All clusters of a lattice up to a cut-off for each size, grouped into orbits by the symmetry of the lattice.</summary>
/// <remarks>Two clusters are in one orbit when an operation of the space group takes one to the other. Programs that group by a fingerprint (the Gram matrix about the
/// centroid, sorted) put clusters together that have the same distances and are no images of each other; here they get ranks of their own. Orbits are ordered by
/// size, then diameter, then fingerprint. Names follow CLEASE (J. H. Chang et al., J. Phys.: Condens. Matter 31, 325901 (2019), doi:10.1088/1361-648X/ab1bbc) as far as the two ways of grouping agree.</remarks>
[<RequireQualifiedAccess>]
module ClusterOrbits =
    let private order (a: LatticeSite) (b: LatticeSite) =
        let struct (ax, ay, az), struct (bx, by, bz) = a.Cell, b.Cell
        compare struct (ax, ay, az, a.Basis) struct (bx, by, bz, b.Basis)

    /// The cluster, moved by a whole translation: its first site is in cell 0.
    let private anchored (figure: LatticeSite[]) : LatticeSite[] =
        if figure.Length = 0 then
            figure
        else
            let sorted = figure |> Array.sortWith order
            let struct (x0, y0, z0) = sorted[0].Cell

            sorted
            |> Array.map (fun site ->
                let struct (x, y, z) = site.Cell

                { site with
                    Cell = struct (x - x0, y - y0, z - z0)
                })

    let private key (figure: LatticeSite[]) =
        figure
        |> Array.map (fun site ->
            let struct (x, y, z) = site.Cell
            $"{x},{y},{z},{site.Basis}")
        |> String.concat ";"

    /// All clusters of a size with pair distances within the cut-off that have a site in cell 0, up to translations.
    let private clusters (lattice: ParentLattice) (size: int) (cutoff: float) : LatticeSite[][] =
        let close a b =
            ParentLattice.distance (ParentLattice.position lattice a) (ParentLattice.position lattice b)
            <= cutoff + ParentLattice.Tolerance

        // A cluster is grown by sites that come later in the order than all it has.
        let rec grown (taken: LatticeSite list) (candidates: LatticeSite list) missing : LatticeSite list list =
            if missing = 0 then
                [ taken ]
            else
                match candidates with
                | [] -> []
                | next :: later ->
                    grown (next :: taken) (later |> List.filter (close next)) (missing - 1) @ grown taken later missing

        [|
            for b in 0 .. lattice.SitesPerCell - 1 do
                let origin = { Cell = struct (0, 0, 0); Basis = b }

                let later =
                    ParentLattice.position lattice origin
                    |> ParentLattice.sitesWithin lattice cutoff
                    |> Array.filter (fun site -> order origin site < 0)
                    |> Array.sortWith order

                yield! grown [ origin ] (List.ofArray later) (size - 1) |> List.map (Array.ofList >> anchored)
        |]

    /// The orbits of clusters: all images of each, up to translations.
    let private orbits (operations: LatticeOperation[]) (figures: LatticeSite[][]) : LatticeSite[][][] =
        let seen = HashSet<string>()

        [|
            for figure in figures do
                if not (seen.Contains(key figure)) then
                    [|
                        for operation in operations do
                            let image = figure |> Array.map (LatticeSymmetry.apply operation) |> anchored

                            if seen.Add(key image) then
                                image
                    |]
        |]

    /// The Gram matrix about the centroid: the diagonal falling, then the rest growing, Å².
    let private fingerprint (lattice: ParentLattice) (figure: LatticeSite[]) : float[] =
        let positions = figure |> Array.map (ParentLattice.position lattice)
        let n = positions.Length
        let centre = Array.init 3 (fun k -> positions |> Array.averageBy (fun p -> p[k]))
        let arms = positions |> Array.map (fun p -> Array.map2 (-) p centre)

        let product i j =
            Seq.sum (Seq.init 3 (fun k -> arms[i][k] * arms[j][k]))

        Array.append
            (Array.init n (fun i -> product i i) |> Array.sortDescending)
            ([|
                for i in 0 .. n - 1 do
                    for j in 0 .. i - 1 do
                        product i j
             |]
             |> Array.sort)

    let private distances (lattice: ParentLattice) (figure: LatticeSite[]) =
        let positions = figure |> Array.map (ParentLattice.position lattice)

        [|
            for i in 0 .. figure.Length - 1 do
                for j in 0 .. i - 1 do
                    ParentLattice.distance positions[i] positions[j]
        |]
        |> Array.sort

    /// Numbers one after the other; what differs by rounding is the same.
    let private compareNumbers (a: float[]) (b: float[]) =
        Seq.zip a b
        |> Seq.tryPick (fun (x, y) -> if abs (x - y) < 1e-4 then None else Some(compare x y))
        |> Option.defaultValue 0

    let private unnamed (lattice: ParentLattice) (figures: LatticeSite[][]) : struct (float[] * ClusterOrbit) =
        let first = figures[0]
        let print = if first.Length = 0 then [||] else fingerprint lattice first

        struct (print,
                {
                    Name = ""
                    Size = first.Length
                    Diameter = if first.Length < 2 then 0.0 else 2.0 * sqrt print[0]
                    PairDistances = distances lattice first
                    Figures = figures
                })

    /// Ranks among the orbits of one size, in order.
    let private named (size: int) (found: struct (float[] * ClusterOrbit)[]) : ClusterOrbit[] =
        let sorted =
            found |> Array.sortWith (fun (struct (a, _)) (struct (b, _)) -> compareNumbers a b)

        let mutable diameter, shape, last = -1, 0, -infinity

        [|
            for struct (_, orbit) in sorted do
                if orbit.Diameter > last + 1e-4 then
                    diameter <- diameter + 1
                    shape <- 0
                    last <- orbit.Diameter
                else
                    shape <- shape + 1

                let name =
                    match size with
                    | 0 -> "c0"
                    | 1 -> $"c1_{shape}"
                    | _ -> $"c{size}_d{diameter:D4}_{shape}_" + String('0', size)

                { orbit with Name = name }
        |]

    let private faults (cutoffs: ClusterCutoff list) =
        [
            for c in cutoffs do
                yield! Validate.that "the size of a cluster" "2 to 8" (fun s -> s >= 2 && s <= 8) c.Size
                yield! Validate.positive $"the cut-off of clusters of {c.Size} sites" c.Distance

            for size, several in cutoffs |> List.countBy _.Size do
                if several > 1 then
                    MiceError.OutOfRange(
                        $"the cut-offs of clusters of {size} sites",
                        string several,
                        "one for each size"
                    )
        ]

    /// <summary>All orbits: of no site, of one site, and of the sizes that have a cut-off.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="cutoffs">A cut-off for each size from 2 on; sizes that are not there have no clusters. All pairs of sites of a cluster are within the cut-off of its size.</param>
    /// <returns>Orbits by size, diameter and shape. Errors: OutOfRange.</returns>
    let find (lattice: ParentLattice) (cutoffs: ClusterCutoff list) : Result<ClusterOrbit[], MiceError list> =
        match faults cutoffs with
        | [] ->
            let operations = LatticeSymmetry.operations lattice

            let ofSize size figures =
                figures |> orbits operations |> Array.map (unnamed lattice) |> named size

            let points =
                Array.init lattice.SitesPerCell (fun b -> [| { Cell = struct (0, 0, 0); Basis = b } |])

            [|
                yield! ofSize 0 [| [||] |]
                yield! ofSize 1 points

                for c in cutoffs |> List.sortBy _.Size do
                    yield! clusters lattice c.Size c.Distance |> ofSize c.Size
            |]
            |> Ok
        | faults -> Error faults

    /// <summary>Figures of an orbit for each site of the lattice.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="orbit">The orbit.</param>
    let figuresPerSite (lattice: ParentLattice) (orbit: ClusterOrbit) : float =
        float orbit.Figures.Length / float lattice.SitesPerCell
