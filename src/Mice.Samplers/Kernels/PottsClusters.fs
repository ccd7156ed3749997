namespace Mice.Samplers

open System
open System.Numerics
open Mice

/// <summary>Swendsen–Wang sweeps of the Potts ferromagnet. Bonds between equal spins are kept with probability 1 − exp(−βJ). Every cluster of kept bonds gets
/// a new state: state 0 has the weight exp(βHn) for a cluster of n sites, every other state the weight 1. Ergodic.</summary>
/// <remarks>Sources: R. H. Swendsen, J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987); with a field J.-S. Wang, Physica A 161, 249 (1989).</remarks>
[<RequireQualifiedAccess>]
module internal PottsClusters =
    /// Arrays that sweeps of one model reuse.
    type private Scratch =
        {
            Parents: int[]
            Ahead: byte[]
            Equal: uint64[]
            Random: uint64[]
        }

    let private scratchFor sites =
        {
            Parents = Array.zeroCreate sites
            Ahead = Array.zeroCreate sites
            Equal = Array.zeroCreate (SiteBits.words sites)
            Random = Array.zeroCreate (SiteBits.words sites)
        }

    /// Joins the ends of the bonds that are kept.
    let private connect (shape: int[]) (neighbours: int[]) keep (random: RandomWords) (spins: byte[]) scratch =
        let d = shape.Length
        SiteTrees.scatter scratch.Parents

        for n in 0 .. d - 1 do
            Torus.copyForward shape (d - 1 - n) spins scratch.Ahead
            SiteBits.agreement spins scratch.Ahead scratch.Equal
            random.FillBits(keep, scratch.Random)

            for w in 0 .. (spins.Length + 63) / 64 - 1 do
                let mutable kept = scratch.Equal[w] &&& scratch.Random[w]

                while kept <> 0UL do
                    let i = 64 * w + BitOperations.TrailingZeroCount kept
                    SiteTrees.join scratch.Parents i neighbours[2 * d * i + n]
                    kept <- kept &&& (kept - 1UL)

        SiteTrees.flatten scratch.Parents

    /// Number of sites of every cluster, at the index of the root of the cluster.
    let private sizes (parents: int[]) =
        let sizes = Array.zeroCreate<int> parents.Length

        for root in parents do
            sizes[root] <- sizes[root] + 1

        sizes

    /// Uniform on 0, 1, …, count − 1 within 2⁻⁵⁶.
    let inline private uniform (random: RandomWords) count =
        let mutable low = 0UL
        byte (Math.BigMul(random.NextWord(), uint64 count, &low))

    /// New state of every cluster, at the index of the root of the cluster.
    let private choose (model: PottsModel) (random: RandomWords) (parents: int[]) (states: byte[]) =
        let others = model.States - 1

        if model.Field = 0.0 then
            for i in 0 .. parents.Length - 1 do
                if parents[i] = i then
                    states[i] <- uniform random model.States
        else
            let sizes = sizes parents

            for i in 0 .. parents.Length - 1 do
                if parents[i] = i then
                    let weight = exp (-model.Field * float sizes[i] / model.Temperature)
                    let favoured = RandomWords.Threshold(1.0 / (1.0 + float others * weight))

                    states[i] <-
                        if random.NextWord() < favoured then
                            0uy
                        else
                            1uy + uniform random others

    /// <summary>Swendsen–Wang sweeps of one configuration; the given configuration is not changed.</summary>
    /// <param name="model">The model, without faults, with J ≥ 0.</param>
    /// <returns>A function of the number of sweeps, the key and the configuration, [sites].</returns>
    /// <exception cref="T:System.ArgumentException">J is negative.</exception>
    let sweeps (model: PottsModel) : int -> Key -> byte[] -> byte[] =
        if not (model.Coupling >= 0.0) then
            invalidArg (nameof model) "Equal spins form clusters for J ≥ 0 only."

        let neighbours = Torus.neighbours model.Shape
        let keep = RandomWords.Threshold(1.0 - exp (-model.Coupling / model.Temperature))

        fun count key spins ->
            let random = RandomWords key
            let scratch = scratchFor spins.Length
            let next = Array.copy spins

            for _ in 1..count do
                connect model.Shape neighbours keep random next scratch
                choose model random scratch.Parents scratch.Ahead

                for i in 0 .. next.Length - 1 do
                    next[i] <- scratch.Ahead[scratch.Parents[i]]

            next
