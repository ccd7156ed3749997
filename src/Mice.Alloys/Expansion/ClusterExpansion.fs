namespace Mice.Alloys

open System
open Mice

/// <summary>A cluster expansion of a binary alloy: E/N = Σₖ Jₖ φₖ, with the effective cluster interactions Jₖ and the correlation functions φₖ of the orbits.</summary>
/// <remarks>φₖ is the plain mean over all figures of orbit k of the product of spins; φ of no site is 1. No multiplicity enters: it is part of Jₖ. Source: J. M. Sanchez, F. Ducastelle,
/// D. Gratias, Physica A 128, 334 (1984), doi:10.1016/0378-4371(84)90096-7. Make one with <c>ClusterExpansion.create</c>.</remarks>
[<NoEquality; NoComparison>]
type ClusterExpansion =
    private
        {
            lattice: ParentLattice
            species: struct (string * string)
            cutoffs: ClusterCutoff list
            orbits: ClusterOrbit[]
            interactions: float[]
        }

    /// The lattice.
    member expansion.Lattice = expansion.lattice
    /// The species of state 1 (spin +1) and that of state 0 (spin −1).
    member expansion.Species = expansion.species
    /// How far the clusters reach.
    member expansion.Cutoffs = expansion.cutoffs
    /// [k]: the orbits, of no site first.
    member expansion.Orbits = expansion.orbits
    /// [k]: Jₖ, eV per site.
    member expansion.Interactions = expansion.interactions

/// Making and evaluating cluster expansions.
[<RequireQualifiedAccess>]
module ClusterExpansion =
    let private speciesFaults (struct (up, down): struct (string * string)) =
        [
            for name in [ up; down ] do
                if String.IsNullOrWhiteSpace name then
                    MiceError.OutOfRange("the name of a species", "empty", "a chemical symbol")

            if up = down then
                MiceError.OutOfRange("the species of the alloy", $"{up} and {down}", "two different ones")
        ]

    /// Some names in a line.
    let private listed (names: string list) : string =
        if names.Length > 3 then
            let first = names |> List.truncate 3 |> String.concat ", "
            $"{first} and {names.Length - 3} more"
        else
            String.concat ", " names

    /// What names stand against orbits: those that are no orbit, and orbits without a number.
    let private nameFaults (orbits: ClusterOrbit[]) (interactions: Map<string, float>) =
        let known = orbits |> Array.map _.Name |> List.ofArray

        let unknown =
            interactions.Keys |> Seq.filter (fun name -> not (List.contains name known)) |> List.ofSeq

        let missing = known |> List.filter (fun name -> not (interactions.ContainsKey name))

        [
            if not (List.isEmpty unknown) then
                MiceError.UnknownName("cluster orbit within the cut-offs", listed unknown, known)

            if not (List.isEmpty missing) then
                MiceError.OutOfRange(
                    $"the interaction of {listed missing}",
                    "not there",
                    "a number for each orbit, 0 where it does not act"
                )

            for name in known do
                match Map.tryFind name interactions with
                | Some j when not (Double.IsFinite j) ->
                    MiceError.OutOfRange($"the interaction of {name}", string j, "a finite number")
                | _ -> ()
        ]

    /// <summary>A cluster expansion.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="species">The species of state 1 (spin +1), and that of state 0 (spin −1).</param>
    /// <param name="cutoffs">How far the clusters reach.</param>
    /// <param name="interactions">J of each orbit by its name, eV per site; all orbits and no others.</param>
    /// <returns>Errors: those of the cut-offs, OutOfRange and UnknownName.</returns>
    let create
        (lattice: ParentLattice)
        (species: struct (string * string))
        (cutoffs: ClusterCutoff list)
        (interactions: Map<string, float>)
        : Result<ClusterExpansion, MiceError list> =
        validate {
            let! () = speciesFaults species
            and! orbits = ClusterOrbits.find lattice cutoffs
            let! () = nameFaults orbits interactions

            return
                {
                    lattice = lattice
                    species = species
                    cutoffs = cutoffs
                    orbits = orbits
                    interactions = orbits |> Array.map (fun o -> interactions[o.Name])
                }
        }

    /// <summary>The same expansion with other interactions.</summary>
    /// <param name="interactions">[k]: Jₖ in the order of the orbits, eV per site.</param>
    /// <param name="expansion">The expansion.</param>
    let internal withInteractions (interactions: float[]) (expansion: ClusterExpansion) : ClusterExpansion =
        { expansion with
            interactions = interactions
        }

    /// The sites that the figures of an orbit cover in a supercell, [figures·cells][size]; a site stands several times where the images of a figure meet.
    let internal coverings (supercell: Supercell) (orbit: ClusterOrbit) : int[][] =
        let translations =
            supercell.Sites |> Array.filter (fun s -> s.Basis = 0) |> Array.map _.Cell

        [|
            for figure in orbit.Figures do
                for struct (tx, ty, tz) in translations do
                    figure
                    |> Array.map (fun site ->
                        let struct (x, y, z) = site.Cell

                        supercell.IndexOf
                            { site with
                                Cell = struct (x + tx, y + ty, z + tz)
                            })
        |]

    let internal requireLattice (expansion: ClusterExpansion) (supercell: Supercell) =
        if supercell.Lattice <> expansion.Lattice then
            invalidArg (nameof supercell) "The supercell is of another lattice than the cluster expansion."

    let internal requireStates (supercell: Supercell) (states: byte[]) =
        if states.Length <> supercell.Count then
            invalidArg (nameof states) $"There are {states.Length} states for {supercell.Count} sites."

    let private spin (state: byte) = if state = 0uy then -1.0 else 1.0

    /// <summary>φₖ of a structure, for the orbits of any cluster search of the lattice of its supercell.</summary>
    /// <remarks>Images are wrapped: in a small supercell a site may occur in a figure twice, which gives +1.</remarks>
    /// <param name="orbits">The orbits, [k].</param>
    /// <param name="supercell">The supercell.</param>
    /// <param name="states">[N]: 1 or 0 for each site.</param>
    /// <returns>[k].</returns>
    let correlationsOf (orbits: ClusterOrbit[]) (supercell: Supercell) (states: byte[]) : float[] =
        requireStates supercell states

        orbits
        |> Array.map (fun orbit ->
            coverings supercell orbit
            |> Array.averageBy (Array.fold (fun product site -> product * spin states[site]) 1.0))

    /// <summary>φₖ of a structure.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <param name="states">[N]: 1 or 0 for each site.</param>
    /// <returns>[k].</returns>
    let correlations (expansion: ClusterExpansion) (supercell: Supercell) (states: byte[]) : float[] =
        requireLattice expansion supercell
        correlationsOf expansion.Orbits supercell states

    /// <summary>Σₖ Jₖ φₖ.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="correlations">φₖ of a structure, [k].</param>
    /// <returns>eV per site.</returns>
    let energyPerSite (expansion: ClusterExpansion) (correlations: float[]) : float =
        Array.fold2 (fun sum j phi -> sum + j * phi) 0.0 expansion.Interactions correlations

    /// <summary>Energies per site of the two pure states, of state 1 first; eV per site. They do not depend on the supercell.</summary>
    /// <param name="expansion">The expansion.</param>
    let pureEnergies (expansion: ClusterExpansion) : struct (float * float) =
        let up = Array.sum expansion.Interactions

        let down =
            Array.fold2
                (fun sum (orbit: ClusterOrbit) j -> if orbit.Size % 2 = 0 then sum + j else sum - j)
                0.0
                expansion.Orbits
                expansion.Interactions

        struct (up, down)

    /// <summary>The cluster expansion of the formation energy: E minus x·E(pure state 1) + (1 − x)·E(pure state 0) of the same model, x the fraction of sites in state 1.</summary>
    /// <remarks>Only the interactions of no site and of one site change, by −(E₁ + E₀)/2 and −w(E₁ − E₀)/2 with w the share of the sites that are in the orbit. In the semi-grand ensemble this
    /// shifts Δμ by E₁ − E₀ and the zero of the energy.</remarks>
    /// <param name="expansion">The expansion.</param>
    let formation (expansion: ClusterExpansion) : ClusterExpansion =
        let struct (up, down) = pureEnergies expansion
        let sites = float expansion.Lattice.SitesPerCell

        let shifted (orbit: ClusterOrbit) j =
            match orbit.Size with
            | 0 -> j - 0.5 * (up + down)
            | 1 -> j - 0.5 * (up - down) * float orbit.Figures.Length / sites
            | _ -> j

        expansion |> withInteractions (Array.map2 shifted expansion.Orbits expansion.Interactions)
