namespace Mice.Alloys

open System

/// <summary>A cluster expansion on a supercell, laid out for speed: energies, their changes when a site turns over, and the interaction of a site with those before it.</summary>
/// <remarks>States are bytes, 1 for the first species (spin +1) and 0 for the second (spin −1), in the order of the sites of the supercell. Energies are totals of the supercell, eV. A supercell
/// that is too small for a cluster is counted with wrapped images, where a site that occurs twice gives +1; <c>Wrapped</c> names the orbits concerned. Immutable; safe to share between threads.
/// Make one with <c>FigureTable.create</c> or <c>FigureTable.ofPolynomial</c>.</remarks>
[<Sealed; AllowNullLiteral(false)>]
type FigureTable internal (polynomial: SpinPolynomial) =
    let terms = polynomial.Terms |> Array.filter (fun t -> t.Sites.Length > 0)

    let constant =
        polynomial.Terms |> Array.sumBy (fun t -> if t.Sites.Length = 0 then t.Coefficient else 0.0)

    let whole =
        TermRuns [| terms |> Array.map (fun t -> struct (t.Sites, t.Coefficient)) |]

    /// For each site the terms that a rule gives to it, without the site itself.
    let bySite (rule: int[] -> int[]) =
        let groups = Array.init polynomial.Sites (fun _ -> ResizeArray())

        for term in terms do
            for site in rule term.Sites do
                groups[site].Add(struct (Array.filter ((<>) site) term.Sites, term.Coefficient))

        groups |> Array.map (fun g -> g.ToArray()) |> TermRuns

    let through = bySite id
    let upTo = bySite (fun sites -> [| Array.last sites |])

    let check (states: byte[]) first =
        if first < 0 || first > states.Length - polynomial.Sites then
            raise (ArgumentOutOfRangeException(nameof first, "The configuration is not within the states."))

    /// All terms as one group.
    member internal _.Whole: TermRuns = whole

    /// The terms through each site, without the site itself.
    member internal _.Through: TermRuns = through

    /// The terms of each site whose other sites are smaller, without the site itself.
    member internal _.UpTo: TermRuns = upTo

    /// N.
    member _.Sites: int = polynomial.Sites

    /// The energy as a polynomial in the spins.
    member _.Polynomial: SpinPolynomial = polynomial

    /// Names of the orbits with figures that meet their own images in this supercell.
    member _.Wrapped: string list = polynomial.Wrapped

    /// The part of the energy that no site changes, eV.
    member _.Constant: float = constant

    /// <summary>E of a configuration, eV.</summary>
    /// <param name="states">States of configurations, 0 or 1.</param>
    /// <param name="first">Where the configuration begins.</param>
    member _.Energy (states: byte[]) (first: int) : float =
        check states first
        constant + whole.Sum(0, states, first)

    /// <summary>E of many configurations one after the other, eV: the same numbers as <c>Energy</c> gives, some thirty configurations at a time and so many times faster.</summary>
    /// <param name="states">[count; N], row-major, 0 or 1.</param>
    /// <returns>[count].</returns>
    /// <exception cref="T:System.ArgumentException">The states are no whole number of configurations.</exception>
    member _.Energies(states: byte[]) : float[] =
        let n, width = polynomial.Sites, TermRuns.Lanes

        if states.Length % n <> 0 then
            invalidArg (nameof states) $"{states.Length} states are no whole number of configurations of {n} sites."

        let energies = Array.zeroCreate (states.Length / n)

        let lanes, counts, sums =
            Array.zeroCreate (n * width), Array.zeroCreate width, Array.zeroCreate width

        for first in 0..width .. energies.Length - 1 do
            let here = min width (energies.Length - first)

            for lane in 0 .. here - 1 do
                for site in 0 .. n - 1 do
                    lanes[site * width + lane] <- states[(first + lane) * n + site]

            whole.SumLanes(0, lanes, counts, sums)

            for lane in 0 .. here - 1 do
                energies[first + lane] <- constant + sums[lane]

        energies

    /// <summary>What a site's spin is multiplied with in the energy: E = field·s + rest, eV.</summary>
    /// <param name="states">States of configurations, 0 or 1.</param>
    /// <param name="first">Where the configuration begins.</param>
    /// <param name="site">The site, from 0.</param>
    member _.LocalField (states: byte[]) (first: int) (site: int) : float =
        check states first
        through.Sum(site, states, first)

    /// <summary>How the energy changes when a site turns over, eV.</summary>
    /// <param name="states">States of configurations, 0 or 1; left as they are.</param>
    /// <param name="first">Where the configuration begins.</param>
    /// <param name="site">The site, from 0.</param>
    member _.Change (states: byte[]) (first: int) (site: int) : float =
        check states first
        let field = through.Sum(site, states, first)

        if states[first + site] = 0uy then
            2.0 * field
        else
            -2.0 * field

    /// <summary>The part of the energy by which a site in a state interacts with the sites before it, its own term with it: all terms whose other sites are smaller. Over all sites
    /// these parts and the constant add up to the energy. eV.</summary>
    /// <param name="states">States of configurations, 0 or 1; those from the site on are not looked at.</param>
    /// <param name="first">Where the configuration begins.</param>
    /// <param name="site">The site, from 0.</param>
    /// <param name="state">Its state, 0 or 1.</param>
    member _.Before (states: byte[]) (first: int) (site: int) (state: int) : float =
        check states first
        let field = upTo.Sum(site, states, first)
        if state = 0 then -field else field

/// Making figure tables.
[<RequireQualifiedAccess>]
module FigureTable =
    /// <summary>The table of any polynomial in spins.</summary>
    /// <param name="polynomial">The polynomial.</param>
    let ofPolynomial (polynomial: SpinPolynomial) : FigureTable = FigureTable polynomial

    /// <summary>The table of a cluster expansion on a supercell.</summary>
    /// <param name="expansion">The cluster expansion.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <exception cref="T:System.ArgumentException">The supercell is of another lattice.</exception>
    let create (expansion: ClusterExpansion) (supercell: Supercell) : FigureTable =
        SpinPolynomial.create expansion supercell |> ofPolynomial
