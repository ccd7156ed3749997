namespace Mice.Samplers

open Mice

/// <summary>Wolff clusters of the Ising model, turned over one after the other. A cluster grows from a site drawn at random, over every
/// bond whose spins agree with the sign of J with probability 1 − exp(−2β|J|). The field is a further ghost spin, a neighbour of all
/// sites with coupling H; the configuration is read relative to it.</summary>
/// <remarks>Valid and ergodic for every lattice, J, H and T. Fast where clusters grow with the correlation length (as for Swendsen–Wang) and the field is
/// weak: a cluster that reaches the ghost visits all sites. Each cluster satisfies detailed balance. Sources: U. Wolff, Phys. Rev. Lett. 62, 361 (1989); with
/// a field: J. Kent-Dobias, J. P. Sethna, Phys. Rev. E 98, 063306 (2018).</remarks>
[<RequireQualifiedAccess>]
module WolffIsing =
    /// Constants of a model that all clusters use.
    type private Bonds =
        {
            Neighbours: int[]
            Coordination: int
            Coupling: float
            Field: float
            /// Probability that a bond between two sites (Keep), or between a site and the ghost (KeepGhost), is kept.
            Keep: float
            KeepGhost: float
        }

    let private bondsOf (model: IsingModel) =
        let keep strength =
            1.0 - exp (-2.0 * abs strength / model.Temperature)

        {
            Neighbours = IsingModel.neighbours model
            Coordination = Lattice.coordination model.Lattice
            Coupling = model.Coupling
            Field = model.Field
            Keep = keep model.Coupling
            KeepGhost = keep model.Field
        }

    /// Spins while clusters are turned over; the ghost is the last spin.
    [<Sealed>]
    type private Workspace(bonds: Bonds, configuration: sbyte[], generator: Generator) =
        let sites = configuration.Length
        let spins = Array.append configuration [| 1y |]
        let cluster = Cluster sites

        let add site =
            spins[site] <- -spins[site]
            cluster.Add site

        /// Adds a neighbour to the cluster with the probability of a kept bond. `along` is the coupling times the sign that the spin had before it was turned
        /// over.
        let consider (along: float) keep site =
            if not (cluster.Contains site) && along * float spins[site] > 0.0 && generator.NextFloat() < keep then
                add site

        let grow site =
            let before = -(float spins[site])

            if site = sites then
                for other in 0 .. sites - 1 do
                    consider (before * bonds.Field) bonds.KeepGhost other
            else
                for n in bonds.Coordination * site .. bonds.Coordination * (site + 1) - 1 do
                    consider (before * bonds.Coupling) bonds.Keep bonds.Neighbours[n]

                if bonds.Field <> 0.0 then
                    consider (before * bonds.Field) bonds.KeepGhost sites

        /// Turns one cluster over; returns its number of sites without the ghost.
        member _.Turn() : int =
            add (generator.NextInt sites)
            cluster.Grow grow

        /// The spins, turned so that the ghost is up again.
        member _.Configuration: sbyte[] = Array.init sites (fun i -> spins[sites] * spins[i])

    /// <summary>Turns over several clusters of one configuration, one after the other; the given configuration is not changed.</summary>
    /// <param name="model">The model, without faults.</param>
    /// <returns>A function of the number of clusters, the key and the configuration, [rows·columns], ±1. It returns the configuration after the clusters and
    /// the number of sites in all clusters together.</returns>
    let clusters (model: IsingModel) : int -> Key -> sbyte[] -> struct (sbyte[] * int64) =
        let bonds = bondsOf model

        fun count key spins ->
            let workspace = Workspace(bonds, spins, Key.generator key)
            let mutable touched = 0L

            for _ in 1..count do
                touched <- touched + int64 (workspace.Turn())

            struct (workspace.Configuration, touched)
