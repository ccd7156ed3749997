namespace Mice.Samplers

open Mice

/// <summary>Swendsen–Wang sweeps: bonds whose spins agree with the sign of J are kept with probability 1 − exp(−2β|J|), and
/// every cluster of kept bonds gets a new sign, the two signs having the weights exp(±βH Σ s) of its spins in the field.</summary>
/// <remarks>Right for every lattice, J and H, fast where clusters are: ferromagnets, and antiferromagnets on the square lattice with even sides.
/// Sources: R. H. Swendsen, J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987); with a field J.-S. Wang, Physica A 161, 249 (1989).</remarks>
[<RequireQualifiedAccess>]
module SwendsenWang =
    /// The root of a site's tree; halves the path to it.
    let private root (parents: int[]) (site: int) =
        let mutable i = site

        while parents[i] <> i do
            parents[i] <- parents[parents[i]]
            i <- parents[i]

        i

    let private join (parents: int[]) a b =
        let a, b = root parents a, root parents b

        // The smaller number becomes the root, so that roots come before what hangs on them.
        if a < b then
            parents[b] <- a
        elif b < a then
            parents[a] <- b

    /// Joins the ends of the bonds that are kept.
    let private connect
        (model: IsingModel)
        (neighbours: int[])
        keep
        (generator: Generator)
        (spins: sbyte[])
        (parents: int[])
        =
        let z = Lattice.coordination model.Lattice
        let satisfied = if model.Coupling > 0.0 then 1 else -1

        for i in 0 .. spins.Length - 1 do
            parents[i] <- i

        for i in 0 .. spins.Length - 1 do
            for n in 0 .. z / 2 - 1 do
                let j = neighbours[z * i + n]

                if int spins[i] * int spins[j] = satisfied && generator.NextUInt64() < keep then
                    join parents i j

    /// Spins of the cluster in units of its root's spin.
    let private weights (spins: sbyte[]) (parents: int[]) =
        let sums: int[] = Array.zeroCreate spins.Length

        for i in 0 .. spins.Length - 1 do
            let r = root parents i
            sums[r] <- sums[r] + int spins[i] * int spins[r]

        sums

    /// Gives every cluster a new sign.
    let private assign (model: IsingModel) (generator: Generator) (spins: sbyte[]) (parents: int[]) =
        let sums = if model.Field = 0.0 then [||] else weights spins parents
        let mutable bits = 0UL
        let mutable left = 0
        let factors: sbyte[] = Array.zeroCreate spins.Length

        for i in 0 .. spins.Length - 1 do
            if parents[i] = i then
                let flip =
                    if model.Field = 0.0 then
                        if left = 0 then
                            bits <- generator.NextUInt64()
                            left <- 64

                        left <- left - 1
                        (bits >>> left) &&& 1UL = 1UL
                    else
                        let field = float sums[i] * float spins[i] * model.Field
                        generator.NextFloat() < 1.0 / (1.0 + exp (2.0 * field / model.Temperature))

                factors[i] <- if flip then -1y else 1y
            else
                factors[i] <- factors[root parents i]

        for i in 0 .. spins.Length - 1 do
            spins[i] <- spins[i] * factors[i]

    /// <summary>Sweeps of one configuration.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A function of the number of sweeps, the key and the configuration, [rows·columns], ±1.</returns>
    let sweeps (model: IsingModel) : int -> Key -> sbyte[] -> sbyte[] =
        let neighbours = Lattice.neighbours model.Lattice model.Rows model.Columns

        let keep =
            RandomWords.Threshold(1.0 - exp (-2.0 * abs model.Coupling / model.Temperature))

        fun count key spins ->
            let generator = Key.generator key
            let next = Array.copy spins
            let parents: int[] = Array.zeroCreate spins.Length

            for _ in 1..count do
                connect model neighbours keep generator next parents
                assign model generator next parents

            next
