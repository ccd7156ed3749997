namespace Mice.Alloys

open Mice

/// Which terms each site is in, and which sites each term has, in flat arrays. Immutable.
[<Sealed; AllowNullLiteral(false)>]
type internal SpinCouplings(polynomial: SpinPolynomial) =
    let terms = polynomial.Terms |> Array.filter (fun t -> t.Sites.Length > 0)

    let bySite =
        let lists = Array.init polynomial.Sites (fun _ -> ResizeArray<int>())
        terms |> Array.iteri (fun t term -> term.Sites |> Array.iter (fun site -> lists[site].Add t))
        lists |> Array.map _.ToArray()

    /// N.
    member _.Sites = polynomial.Sites
    /// [terms].
    member val Coefficients = terms |> Array.map _.Coefficient
    /// [terms + 1]: where the sites of each term begin.
    member val TermStarts = terms |> Array.scan (fun start t -> start + t.Sites.Length) 0
    member val TermSites = terms |> Array.collect _.Sites
    /// [N + 1]: where the terms of each site begin.
    member val SiteStarts = bySite |> Array.scan (fun start t -> start + t.Length) 0
    member val SiteTerms = Array.concat bySite
    /// The part of the energy that no site changes.
    member val Constant = polynomial.Terms |> Array.sumBy (fun t -> if t.Sites.Length = 0 then t.Coefficient else 0.0)

/// <summary>A configuration with the values of all its terms and the local fields of all its sites, kept up to date: a proposal costs one look-up, and only sites that turn over
/// cost work. Mutable; for one loop on one thread.</summary>
[<Sealed; AllowNullLiteral(false)>]
type internal SpinFields(couplings: SpinCouplings, start: byte[]) =
    let states = Array.copy start
    let termStarts, termSites = couplings.TermStarts, couplings.TermSites
    let siteStarts, siteTerms = couplings.SiteStarts, couplings.SiteTerms
    // c·Π s of each term, and for each site the sum over its terms.
    let values = Array.zeroCreate<float> couplings.Coefficients.Length
    let fields = Array.zeroCreate<float> couplings.Sites
    let mutable energy = 0.0
    let mutable ones = 0
    let mutable turns = 0L

    let rebuild () =
        System.Array.Clear fields
        energy <- couplings.Constant

        for t in 0 .. values.Length - 1 do
            let mutable value = couplings.Coefficients[t]

            for k in termStarts[t] .. termStarts[t + 1] - 1 do
                if states[termSites[k]] = 0uy then
                    value <- -value

            values[t] <- value
            energy <- energy + value

            for k in termStarts[t] .. termStarts[t + 1] - 1 do
                fields[termSites[k]] <- fields[termSites[k]] + value

        ones <- states |> Array.sumBy int

    do rebuild ()

    /// Turns between two sums anew, which keep rounding from adding up.
    static let fresh = 1_000_000L

    /// E, eV.
    member _.Energy = energy
    /// n₁.
    member _.Ones = ones
    /// [N]: to be read only.
    member _.States = states

    /// Sums all terms anew, which keeps rounding from adding up.
    member _.Refresh() : unit =
        turns <- 0L
        rebuild ()

    /// What the energy changes by when a site turns over.
    member _.Change(site: int) : float = -2.0 * fields[site]

    /// Turns a site over.
    member _.Turn(site: int) : unit =
        energy <- energy - 2.0 * fields[site]

        for s in siteStarts[site] .. siteStarts[site + 1] - 1 do
            let t = siteTerms[s]
            let twice = 2.0 * values[t]
            values[t] <- -values[t]

            for k in termStarts[t] .. termStarts[t + 1] - 1 do
                fields[termSites[k]] <- fields[termSites[k]] - twice

        ones <- ones + 1 - 2 * int states[site]
        states[site] <- 1uy - states[site]
        turns <- turns + 1L

        if turns % fresh = 0L then
            rebuild ()

    /// A sweep of single turns by Metropolis' rule for weights exp(−β(E − ½Δμ Σ s)): how many were accepted.
    member this.SemiGrandSweep(generator: Generator, beta: float, difference: float) : int =
        let mutable accepted = 0

        for _ in 1 .. states.Length do
            let site = generator.NextInt states.Length
            let spin = float (2 * int states[site] - 1)
            let cost = beta * (difference * spin - 2.0 * fields[site])

            if cost <= 0.0 || generator.NextFloat() < exp -cost then
                this.Turn site
                accepted <- accepted + 1

        accepted

    /// A sweep of exchanges of two sites in different states by Metropolis' rule for weights exp(−βE): how many were accepted. Order: a permutation of the sites in which the n₁ sites in
    /// state 1 come first; changed.
    member this.CanonicalSweep(generator: Generator, beta: float, order: int[]) : int =
        let mutable accepted = 0

        if ones > 0 && ones < states.Length then
            for _ in 1 .. states.Length do
                let count = ones
                let a, b = generator.NextInt count, count + generator.NextInt(states.Length - count)
                let up, down = order[a], order[b]
                let first = this.Change up
                this.Turn up
                let cost = beta * (first + this.Change down)

                if cost <= 0.0 || generator.NextFloat() < exp -cost then
                    this.Turn down
                    order[a] <- down
                    order[b] <- up
                    accepted <- accepted + 1
                else
                    this.Turn up

        accepted
