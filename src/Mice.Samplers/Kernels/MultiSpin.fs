namespace Mice.Samplers

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice

/// 256 independent Ising chains of one model, one in each bit of a 256-bit vector for every site.
type internal MultiSpinState =
    internal
        {
            /// Four words for each site, [4·rows·columns]; bit b of word w is chain 64 w + b, set for spin up.
            Words: uint64[]
        }

/// <summary>Heat-bath sweeps by multi-spin coding: the same site of 256 chains is updated at once, each chain with random
/// bits of its own.</summary>
/// <remarks>A spin becomes +1 with probability p(n) = 1/(1 + exp(−2β(J(2n − z) + H))), n of its z neighbours being up. The
/// bits of 256 uniform numbers are drawn from the highest down and compared with the bits of p(n) until all 256
/// comparisons are decided (about ten bits), so p holds to 64 bits. Sites are visited in order. Source of multi-spin coding: L. Jacobs,
/// C. Rebbi, J. Comput. Phys. 41, 203 (1981), doi:10.1016/0021-9991(81)90089-9.</remarks>
[<RequireQualifiedAccess>]
module internal MultiSpin =
    /// Chains in a state.
    [<Literal>]
    let Chains = 256

    /// Probability that a heat-bath update sets a spin up, by the number of its neighbours that are up, [z + 1].
    let probabilitiesUp (model: IsingModel) : float[] =
        let z = Lattice.coordination model.Lattice

        Array.init (z + 1) (fun up ->
            let field = model.Coupling * float (2 * up - z) + model.Field
            1.0 / (1.0 + exp (-2.0 * field / model.Temperature)))

    /// Bit k (the highest first) of every probability as a mask of ones or zeros, [64·classes].
    let private thresholds (probabilities: float[]) : uint64[] =
        let bits = probabilities |> Array.map RandomWords.Threshold

        Array.init (64 * bits.Length) (fun i ->
            let k, n = i / bits.Length, i % bits.Length
            0UL - ((bits[n] >>> (63 - k)) &&& 1UL))

    /// Chains of random spins.
    let random (key: Key) (model: IsingModel) : MultiSpinState =
        let generator = Key.generator key

        {
            Words = Array.init (4 * IsingModel.sites model) (fun _ -> generator.NextUInt64())
        }

    /// Turns a square of 64 × 64 bits, one word a row, on its diagonal (H. S. Warren, Hacker's Delight, 2nd ed., section 7-3).
    let private transpose (square: uint64[]) =
        let mutable mask = 0x00000000FFFFFFFFUL
        let mutable width = 32

        while width > 0 do
            let mutable row = 0

            while row < 64 do
                let swapped = ((square[row] >>> width) ^^^ square[row + width]) &&& mask
                square[row] <- square[row] ^^^ (swapped <<< width)
                square[row + width] <- square[row + width] ^^^ swapped
                row <- (row + width + 1) &&& ~~~width

            width <- width >>> 1
            mask <- mask ^^^ (mask <<< width)

    /// <summary>The configurations of all chains.</summary>
    /// <param name="state">The state.</param>
    /// <returns>[256][rows·columns], ±1.</returns>
    let configurations (state: MultiSpinState) : sbyte[][] =
        let sites = state.Words.Length / 4
        let found: sbyte[][] = Array.init Chains (fun _ -> Array.zeroCreate sites)
        let square = Array.zeroCreate 64

        for w in 0..3 do
            for first in 0..64 .. sites - 1 do
                let inside = min 64 (sites - first)

                for i in 0..63 do
                    square[i] <- if i < inside then state.Words[4 * (first + i) + w] else 0UL

                transpose square

                for chain in 0..63 do
                    let bits, spins = square[chain], found[64 * w + chain]

                    for i in 0 .. inside - 1 do
                        spins[first + i] <- 2y * sbyte ((bits >>> i) &&& 1UL) - 1y

        found

    /// <summary>A state with given configurations.</summary>
    /// <param name="configurations">[256][rows·columns], ±1.</param>
    let ofConfigurations (configurations: sbyte[][]) : MultiSpinState =
        let sites = configurations[0].Length
        let words = Array.zeroCreate (4 * sites)
        let square = Array.zeroCreate 64

        for w in 0..3 do
            for first in 0..64 .. sites - 1 do
                let inside = min 64 (sites - first)

                for chain in 0..63 do
                    let spins = configurations[64 * w + chain]
                    let mutable bits = 0UL

                    for i in 0 .. inside - 1 do
                        // The sign bit of −1 is set.
                        bits <- bits ||| (uint64 (1uy - (byte spins[first + i] >>> 7)) <<< i)

                    square[chain] <- bits

                transpose square

                for i in 0 .. inside - 1 do
                    words[4 * (first + i) + w] <- square[i]

        { Words = words }

    let inline private isZero (v: Vector256<uint64>) =
        Vector256.EqualsAll(v, Vector256<uint64>.Zero)

    /// The spins of site i in all chains.
    let inline private at (words: uint64[]) i =
        Vector256.LoadUnsafe(&MemoryMarshal.GetArrayDataReference words, unativeint (4 * i))

    /// Adds three bits: sum and carry.
    let inline private add3 (a: Vector256<uint64>) (b: Vector256<uint64>) (c: Vector256<uint64>) =
        let ab = a ^^^ b
        struct (ab ^^^ c, (a &&& b) ||| (ab &&& c))

    /// The number of neighbours that are up, in three bits.
    let inline private countUp z (words: uint64[]) (neighbours: int[]) first =
        let inline neighbour n = at words neighbours[first + n]
        let struct (sum, carry) = add3 (neighbour 0) (neighbour 1) (neighbour 2)

        if z = 4 then
            let d = neighbour 3
            let more = sum &&& d
            struct (sum ^^^ d, carry ^^^ more, carry &&& more)
        else
            let struct (sum2, carry2) = add3 (neighbour 3) (neighbour 4) (neighbour 5)
            let struct (twos, fours) = add3 carry carry2 (sum &&& sum2)
            struct (sum ^^^ sum2, twos, fours)

    /// Bit k of the probability threshold of every chain, by the number of neighbours of the site that are up in the chain.
    let inline private thresholdBit
        z
        (masks: uint64[])
        k
        (ones: Vector256<uint64>)
        (twos: Vector256<uint64>)
        (fours: Vector256<uint64>)
        =
        let inline mask n = Vector256.Create masks[(z + 1) * k + n]
        // A tree of choices by the bits of the count, lowest first.
        let inline choose (bit: Vector256<uint64>) n =
            Vector256.ConditionalSelect(bit, mask (n + 1), mask n)

        let low = Vector256.ConditionalSelect(twos, choose ones 2, choose ones 0)

        if z = 4 then
            Vector256.ConditionalSelect(fours, mask 4, low)
        else
            let high = Vector256.ConditionalSelect(twos, mask 6, choose ones 4)
            Vector256.ConditionalSelect(fours, high, low)

    let inline private sweep z (masks: uint64[]) (neighbours: int[]) (random: RandomWords) (words: uint64[]) =
        for site in 0 .. words.Length / 4 - 1 do
            let struct (ones, twos, fours) = countUp z words neighbours (z * site)
            let mutable undecided = Vector256<uint64>.AllBitsSet
            let mutable up = Vector256<uint64>.Zero
            let mutable position = random.Reserve 64
            let mutable k = 0

            while k < 64 && not (isZero undecided) do
                let threshold = thresholdBit z masks k ones twos fours
                let drawn = at random.Buffer position
                // The highest bit in which the uniform number and the threshold differ decides: the number is below the threshold where its own bit is 0.
                let differs = undecided &&& (threshold ^^^ drawn)
                up <- up ||| (differs &&& threshold)
                undecided <- undecided ^^^ differs
                position <- position + 1
                k <- k + 1

            random.Use position
            up.StoreUnsafe(&MemoryMarshal.GetArrayDataReference words, unativeint (4 * site))

    // Separate methods for the two lattices, so that the run-time compiler optimises each of them after the first few sweeps.
    let private sweepSquare (masks: uint64[]) (neighbours: int[]) (random: RandomWords) (words: uint64[]) =
        sweep 4 masks neighbours random words

    let private sweepTriangular (masks: uint64[]) (neighbours: int[]) (random: RandomWords) (words: uint64[]) =
        sweep 6 masks neighbours random words

    /// <summary>Heat-bath sweeps of all chains.</summary>
    /// <param name="model">The model; any J and H, any torus.</param>
    /// <returns>A function of the number of sweeps (one update of every site each), the key and the state.</returns>
    let sweeps (model: IsingModel) : int -> Key -> MultiSpinState -> MultiSpinState =
        let masks = thresholds (probabilitiesUp model)
        let neighbours = IsingModel.neighbours model

        fun count key state ->
            let random = RandomWords key
            let words = Array.copy state.Words

            for _ in 1..count do
                match model.Lattice with
                | Lattice.Square -> sweepSquare masks neighbours random words
                | Lattice.Triangular -> sweepTriangular masks neighbours random words

            { Words = words }

    /// Adds one bit for every chain to 256 binary counters; plane p holds bit p of all counters.
    let inline private count (planes: Vector256<uint64>[]) (bits: Vector256<uint64>) =
        let mutable carry = bits
        let mutable p = 0

        while not (isZero carry) do
            let plane = planes[p]
            planes[p] <- plane ^^^ carry
            carry <- carry &&& plane
            p <- p + 1

    /// Planes of counters that can count up to a largest number.
    let private planesFor (largest: int) : Vector256<uint64>[] =
        Array.zeroCreate (BitOperations.Log2(uint32 largest) + 1)

    let private counts (planes: Vector256<uint64>[]) =
        Array.init Chains (fun chain ->
            let mutable sum = 0

            for p in 0 .. planes.Length - 1 do
                let bit = (planes[p].GetElement(chain / 64) >>> (chain % 64)) &&& 1UL
                sum <- sum + (int bit <<< p)

            sum)

    /// <summary>Σ_bonds sᵢsⱼ of every chain.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <returns>[256].</returns>
    let bondSums (model: IsingModel) (state: MultiSpinState) : int[] =
        let sites = IsingModel.sites model
        let z = Lattice.coordination model.Lattice
        let neighbours = IsingModel.neighbours model
        let bonds = sites * z / 2
        let planes = planesFor bonds

        for site in 0 .. sites - 1 do
            for n in 0 .. z / 2 - 1 do
                // Bits of chains in which the two neighbours are unequal.
                count planes (at state.Words site ^^^ at state.Words neighbours[z * site + n])

        counts planes |> Array.map (fun unequal -> bonds - 2 * unequal)

    /// <summary>Σ_sites sᵢ of every chain.</summary>
    /// <param name="state">The state.</param>
    /// <returns>[256].</returns>
    let magnetisations (state: MultiSpinState) : int[] =
        let sites = state.Words.Length / 4
        let planes = planesFor sites

        for site in 0 .. sites - 1 do
            count planes (at state.Words site)

        counts planes |> Array.map (fun up -> 2 * up - sites)

    /// <summary>E = −J Σ_bonds sᵢsⱼ − H Σ_sites sᵢ of every chain.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <returns>[256].</returns>
    let energies (model: IsingModel) (state: MultiSpinState) : float[] =
        Array.map2
            (fun bonds up -> -model.Coupling * float bonds - model.Field * float up)
            (bondSums model state)
            (magnetisations state)
