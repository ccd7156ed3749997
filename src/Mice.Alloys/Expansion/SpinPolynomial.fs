namespace Mice.Alloys

open System.Collections.Generic
open Mice

/// One term of a polynomial in spins.
type SpinTerm =
    {
        /// The sites whose spins are multiplied, growing, each once; none for the constant.
        Sites: int[]
        /// eV.
        Coefficient: float
    }

/// <summary>The energy of a supercell as a polynomial in its spins: E = Σ c Π s, eV.</summary>
/// <remarks>s² = 1, so a site that a figure covers twice drops out, and figures that cover the same sites are one term.</remarks>
type SpinPolynomial =
    {
        /// N.
        Sites: int
        /// By number of sites, then by sites.
        Terms: SpinTerm[]
        /// Names of the orbits with figures that meet their own images in this supercell: what they stand for in a large crystal is not what they do here.
        Wrapped: string list
    }

/// Making polynomials.
[<RequireQualifiedAccess>]
module SpinPolynomial =
    /// Sites that occur an odd number of times, growing.
    let private odd (covered: int[]) : int[] =
        covered
        |> Array.countBy id
        |> Array.filter (fun (_, count) -> count % 2 = 1)
        |> Array.map fst
        |> Array.sort

    let private meets (covered: int[]) =
        (Array.distinct covered).Length < covered.Length

    /// Whether figures of an orbit meet their own images in a supercell.
    let internal wraps (supercell: Supercell) (orbit: ClusterOrbit) : bool =
        ClusterExpansion.coverings supercell orbit |> Array.exists meets

    /// <summary>The energy of a supercell.</summary>
    /// <param name="expansion">The cluster expansion.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <exception cref="T:System.ArgumentException">The supercell is of another lattice.</exception>
    let create (expansion: ClusterExpansion) (supercell: Supercell) : SpinPolynomial =
        ClusterExpansion.requireLattice expansion supercell
        let terms = Dictionary<int[], float>(HashIdentity.Structural)
        let wrapped = ResizeArray()

        for orbit, j in Array.zip expansion.Orbits expansion.Interactions do
            let coverings = ClusterExpansion.coverings supercell orbit
            let share = j * float supercell.Count / float coverings.Length

            for covered in coverings do
                let sites = odd covered

                match terms.TryGetValue sites with
                | true, before -> terms[sites] <- before + share
                | _ -> terms[sites] <- share

            if Array.exists meets coverings then
                wrapped.Add orbit.Name

        {
            Sites = supercell.Count
            Terms =
                terms
                |> Seq.map (fun entry ->
                    {
                        Sites = entry.Key
                        Coefficient = entry.Value
                    })
                |> Array.ofSeq
                |> Array.sortBy (fun term -> term.Sites.Length, List.ofArray term.Sites)
            Wrapped = List.ofSeq wrapped
        }

    /// Stands for a polynomial where runs are told apart.
    let internal digest (p: SpinPolynomial) : string =
        RunStore.digest (fun writer ->
            writer.Write p.Sites

            for term in p.Terms do
                writer.Write term.Sites.Length
                term.Sites |> Array.iter writer.Write
                writer.Write term.Coefficient)
