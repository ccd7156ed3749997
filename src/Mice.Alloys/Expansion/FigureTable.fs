namespace Mice.Alloys

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices

/// Sums of c·Π s over groups of terms, in flat arrays. Terms of one coefficient and size are a run, whose products are counted as whole numbers.
[<Sealed; AllowNullLiteral(false)>]
type internal TermRuns(groups: struct (int[] * float)[][]) =
    let runs =
        groups
        |> Array.map (
            Array.groupBy (fun (struct (sites, coefficient)) -> struct (sites.Length, coefficient))
            >> Array.sortBy fst
        )

    let all = Array.concat runs
    // [groups + 1]: the first run of each group.
    let groupStarts = runs |> Array.scan (fun start r -> start + r.Length) 0
    // [runs]: how many sites each term has, how many terms, where their sites begin, and their coefficient.
    let sizes = all |> Array.map (fun (struct (size, _), _) -> size)
    let counts = all |> Array.map (fun (_, terms) -> terms.Length)
    let coefficients = all |> Array.map (fun (struct (_, c), _) -> c)
    let starts = Array.map2 (*) sizes counts |> Array.scan (+) 0

    let members =
        all |> Array.collect (fun (_, terms) -> terms |> Array.collect (fun (struct (sites, _)) -> sites))

    /// How many terms of a run have an odd number of sites in state 1.
    let odd (states: byref<byte>) run =
        let sites = &MemoryMarshal.GetArrayDataReference members
        let mutable at, sum = starts[run], 0
        let last = starts[run + 1]

        match sizes[run] with
        | 1 ->
            while at < last do
                sum <- sum + int (Unsafe.Add(&states, Unsafe.Add(&sites, at)))
                at <- at + 1
        | 2 ->
            while at < last do
                let a = Unsafe.Add(&states, Unsafe.Add(&sites, at))
                let b = Unsafe.Add(&states, Unsafe.Add(&sites, at + 1))
                sum <- sum + int (a ^^^ b)
                at <- at + 2
        | 3 ->
            while at < last do
                let a = Unsafe.Add(&states, Unsafe.Add(&sites, at))
                let b = Unsafe.Add(&states, Unsafe.Add(&sites, at + 1))
                let c = Unsafe.Add(&states, Unsafe.Add(&sites, at + 2))
                sum <- sum + int (a ^^^ b ^^^ c)
                at <- at + 3
        | size ->
            while at < last do
                let mutable parity = 0uy

                for k in at .. at + size - 1 do
                    parity <- parity ^^^ Unsafe.Add(&states, Unsafe.Add(&sites, k))

                sum <- sum + int parity
                at <- at + size

        sum

    /// Σ c·Π s over a group. Nothing is checked: the states must be there, and be 0 or 1.
    member _.Sum(group: int, states: byte[], first: int) : float =
        let origin = &Unsafe.Add(&MemoryMarshal.GetArrayDataReference states, first)
        let mutable sum = 0.0

        for run in groupStarts[group] .. groupStarts[group + 1] - 1 do
            let n = counts[run]
            // A product is −1 for an odd number of sites in state 0.
            let products = if sizes[run] = 0 then n else n - 2 * odd &origin run
            sum <- sum + coefficients[run] * float (if sizes[run] % 2 = 0 then products else -products)

        sum

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
