namespace Mice.Segal

open Mice
open Mice.Alloys

/// Which sites are neighbours, and how their distances are told to a network. Start from CrystalGraph.defaults.
type CrystalGraphOptions =
    {
        /// Neighbours of a site, 1 or more; those as far away as the last of them belong to them too.
        Neighbours: int
        /// Å; nothing beyond it is a neighbour.
        CutOff: float
        /// Å between the centres of two Gaussians, and their width.
        Step: float
    }

/// <summary>The neighbours of all sites of a supercell with periodic boundaries.</summary>
/// <remarks>Images of a site count by themselves, those of the site itself too; images of one site at one distance are one edge with a number. Sites with fewer edges than others have
/// edges of number 0 at the end. Make one with <c>CrystalGraph.create</c>.</remarks>
type CrystalGraph =
    {
        /// N.
        Sites: int
        /// Edges of a site, K.
        Edges: int
        /// Distances of the shells, Å, [shells].
        Distances: float[]
        /// The site at the other end of an edge, [N; K].
        Neighbours: int[]
        /// The shell that an edge belongs to, [N; K].
        Shells: int[]
        /// How many images of the neighbour an edge stands for, [N; K].
        Counts: int[]
        /// u_k = exp(−(d − μ_k)²/w²) of the distance of each shell, [shells; Gaussians]; μ_k from 0 to the cut-off in steps of w.
        Gaussians: float[]
    }

/// Making crystal graphs.
[<RequireQualifiedAccess>]
module CrystalGraph =
    /// 24 neighbours within 12 Å, Gaussians 0.2 Å apart.
    let defaults: CrystalGraphOptions =
        {
            Neighbours = 24
            CutOff = 12.0
            Step = 0.2
        }

    /// Distances closer than this are those of one shell, Å.
    let private tolerance = 1e-4

    /// <summary>Gaussians that a distance is told by: those with centres from 0 to the cut-off.</summary>
    /// <param name="o">The options.</param>
    let gaussians (o: CrystalGraphOptions) : int = int (o.CutOff / o.Step + 1e-9) + 1

    /// <summary>What stands against options.</summary>
    /// <param name="o">The options.</param>
    let faults (o: CrystalGraphOptions) : MiceError list =
        let numbers =
            [
                yield! Validate.atLeast 1 "the neighbours of a site" o.Neighbours
                yield! Validate.positive "the cut-off of neighbours" o.CutOff
                yield! Validate.positive "the step of Gaussians" o.Step
            ]

        if List.isEmpty numbers then
            Validate.that
                "the step of Gaussians"
                "a hundredth of the cut-off to all of it"
                (fun step -> step >= 0.01 * o.CutOff && step <= o.CutOff)
                o.Step
        else
            numbers

    /// Neighbours of a basis site of the first cell with their distances, whole shells.
    let private around (o: CrystalGraphOptions) (lattice: ParentLattice) (basis: int) : (LatticeSite * float)[] =
        let own =
            {
                Cell = struct (0, 0, 0)
                Basis = basis
            }

        let centre = ParentLattice.position lattice own

        let all =
            ParentLattice.sitesWithin lattice o.CutOff centre
            |> Array.filter ((<>) own)
            |> Array.map (fun site -> site, ParentLattice.distance centre (ParentLattice.position lattice site))
            |> Array.sortBy snd

        if all.Length <= o.Neighbours then
            all
        else
            let last = snd all[o.Neighbours - 1] + tolerance
            all |> Array.filter (fun (_, distance) -> distance <= last)

    let private shellsOf (around: (LatticeSite * float)[][]) : float[] =
        (ResizeArray(), around |> Array.concat |> Array.map snd |> Array.sort)
        ||> Array.fold (fun found distance ->
            if found.Count = 0 || distance > found[found.Count - 1] + tolerance then
                found.Add distance

            found)
        |> _.ToArray()

    /// Edges of a site: shell, neighbour, number of images.
    let private edges (supercell: Supercell) (shells: float[]) (around: (LatticeSite * float)[][]) (site: LatticeSite) =
        let struct (x, y, z) = site.Cell

        around[site.Basis]
        |> Array.countBy (fun (near, distance) ->
            let struct (dx, dy, dz) = near.Cell

            let image =
                { near with
                    Cell = struct (x + dx, y + dy, z + dz)
                }

            shells |> Array.findIndex (fun shell -> distance <= shell + tolerance), supercell.IndexOf image)
        |> Array.sort

    let private expanded (o: CrystalGraphOptions) (shells: float[]) : float[] =
        [|
            for distance in shells do
                for k in 0 .. gaussians o - 1 -> exp (-(((distance - float k * o.Step) / o.Step) ** 2.0))
        |]

    let private ofEdges (o: CrystalGraphOptions) (shells: float[]) (edges: ((int * int) * int)[][]) : CrystalGraph =
        let most = edges |> Array.map _.Length |> Array.max

        let filled (value: (int * int) * int -> int) =
            edges
            |> Array.collect (fun own -> Array.init most (fun k -> if k < own.Length then value own[k] else 0))

        {
            Sites = edges.Length
            Edges = most
            Distances = shells
            Neighbours = filled (fun ((_, neighbour), _) -> neighbour)
            Shells = filled (fun ((shell, _), _) -> shell)
            Counts = filled snd
            Gaussians = expanded o shells
        }

    /// <summary>The crystal graph of a supercell: each site with its nearest neighbours, all of a shell or none of it, so that the graph has the symmetry of the supercell.</summary>
    /// <param name="o">Number of neighbours, cut-off, Gaussians.</param>
    /// <param name="supercell">The supercell.</param>
    /// <returns>Errors: OutOfRange, also for a cut-off within which a site has no neighbour.</returns>
    let create (o: CrystalGraphOptions) (supercell: Supercell) : Result<CrystalGraph, MiceError list> =
        match faults o with
        | [] ->
            let lattice = supercell.Lattice
            let around = Array.init lattice.SitesPerCell (around o lattice)

            if Array.exists Array.isEmpty around then
                Error
                    [
                        MiceError.OutOfRange(
                            "the cut-off of neighbours",
                            Number.text o.CutOff,
                            "at least the distance of nearest neighbours, Å"
                        )
                    ]
            else
                let shells = shellsOf around
                supercell.Sites |> Array.map (edges supercell shells around) |> ofEdges o shells |> Ok
        | found -> Error found
