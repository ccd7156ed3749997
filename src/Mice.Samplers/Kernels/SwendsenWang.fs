namespace Mice.Samplers

open System
open System.Numerics
open Mice

/// <summary>Swendsen–Wang sweeps: bonds whose spins agree with the sign of J are kept with probability 1 − exp(−2β|J|), and
/// every cluster of kept bonds gets a new sign, the two signs having the weights exp(±βH Σ s) of its spins in the field.</summary>
/// <remarks>Valid for every lattice, J and H. Fast where clusters grow with the correlation length: for ferromagnets, and for antiferromagnets on the square
/// lattice with even sides. Sources: R. H. Swendsen, J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987); with a field J.-S. Wang, Physica A 161, 249 (1989).</remarks>
[<RequireQualifiedAccess>]
module SwendsenWang =
    /// The configuration whose site i holds the spin of the site at an offset from i.
    let private shift (model: IsingModel) (struct (down, right)) (spins: sbyte[]) (shifted: sbyte[]) =
        for row in 0 .. model.Rows - 1 do
            let source = (row + down) % model.Rows * model.Columns
            let rest = model.Columns - right
            Array.Copy(spins, source + right, shifted, row * model.Columns, rest)
            Array.Copy(spins, source, shifted, row * model.Columns + rest, right)

    /// Arrays that sweeps of one model reuse.
    type internal Scratch =
        {
            Parents: int[]
            Shifted: sbyte[]
            Factors: sbyte[]
            Satisfied: uint64[]
            Random: uint64[]
        }

    let private scratchFor sites =
        let words = SiteBits.words sites

        {
            Parents = Array.zeroCreate sites
            Shifted = Array.zeroCreate sites
            Factors = Array.zeroCreate sites
            Satisfied = Array.zeroCreate words
            Random = Array.zeroCreate words
        }

    /// Joins the ends of the bonds that are kept.
    let private connect (model: IsingModel) (neighbours: int[]) keep (random: RandomWords) (spins: sbyte[]) scratch =
        let z = Lattice.coordination model.Lattice
        let offsets = Lattice.forwardOffsets model.Lattice
        let unlike = if model.Coupling > 0.0 then 0UL else UInt64.MaxValue

        SiteTrees.scatter scratch.Parents

        for n in 0 .. offsets.Length - 1 do
            shift model offsets[n] spins scratch.Shifted
            SiteBits.agreement spins scratch.Shifted scratch.Satisfied
            random.FillBits(keep, scratch.Random)

            for w in 0 .. (spins.Length + 63) / 64 - 1 do
                let mutable kept =
                    (scratch.Satisfied[w] ^^^ unlike) &&& scratch.Random[w] &&& SiteBits.inside spins.Length w

                while kept <> 0UL do
                    let i = 64 * w + BitOperations.TrailingZeroCount kept
                    SiteTrees.join scratch.Parents i neighbours[z * i + n]
                    kept <- kept &&& (kept - 1UL)

        SiteTrees.flatten scratch.Parents

    /// Σ s of every cluster, at the index of the root of the cluster.
    let private clusterSums (spins: sbyte[]) (parents: int[]) =
        let sums: int[] = Array.zeroCreate spins.Length

        for i in 0 .. spins.Length - 1 do
            sums[parents[i]] <- sums[parents[i]] + int spins[i]

        sums

    /// Bits that tell, at the index of its root, whether a cluster turns over: with probability 1/(1 + exp(2βH Σ s)).
    let private turns (model: IsingModel) (random: RandomWords) (spins: sbyte[]) scratch =
        if model.Field = 0.0 then
            random.FillBits(1UL <<< 63, scratch.Random)
        else
            let sums = clusterSums spins scratch.Parents
            Array.Clear scratch.Random

            for i in 0 .. spins.Length - 1 do
                if scratch.Parents[i] = i then
                    let exponent = 2.0 * float sums[i] * model.Field / model.Temperature

                    if random.NextWord() < RandomWords.Threshold(1.0 / (1.0 + exp exponent)) then
                        scratch.Random[i / 64] <- scratch.Random[i / 64] ||| (1UL <<< (i % 64))

    let private sweep model neighbours keep (random: RandomWords) (spins: sbyte[]) scratch =
        connect model neighbours keep random spins scratch
        turns model random spins scratch

        for i in 0 .. spins.Length - 1 do
            scratch.Factors[i] <- 1y - 2y * sbyte ((scratch.Random[i / 64] >>> (i % 64)) &&& 1UL)

        for i in 0 .. spins.Length - 1 do
            spins[i] <- spins[i] * scratch.Factors[scratch.Parents[i]]

    let private keepThreshold (model: IsingModel) =
        RandomWords.Threshold(1.0 - exp (-2.0 * abs model.Coupling / model.Temperature))

    /// <summary>Sweeps of many configurations, one after the other.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A function of the number of sweeps, the key and the configurations, [n][rows·columns], ±1.</returns>
    let sweeps (model: IsingModel) : int -> Key -> sbyte[][] -> sbyte[][] =
        let neighbours = IsingModel.neighbours model
        let keep = keepThreshold model

        fun count key configurations ->
            let random = RandomWords key
            let scratch = scratchFor (IsingModel.sites model)

            configurations
            |> Array.map (fun spins ->
                let next = Array.copy spins

                for _ in 1..count do
                    sweep model neighbours keep random next scratch

                next)
