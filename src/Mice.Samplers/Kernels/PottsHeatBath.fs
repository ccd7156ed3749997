namespace Mice.Samplers

open System
open Mice

/// <summary>Heat-bath sweeps of the Potts model: every spin is drawn anew from its law given its neighbours, P(s) ∝ exp(β(J n_s + H δ(s, 0)))
/// with n_s neighbours in state s. Ergodic for every model.</summary>
/// <remarks>The even sublattice is visited before the odd one. Neighbours are then seldom visited one after the other, and the processor overlaps the work of
/// several sites. The order is valid on any torus.</remarks>
[<RequireQualifiedAccess>]
module internal PottsHeatBath =
    /// Sites in the order in which they are visited, and their neighbours in the same order, [sites·z].
    type private Visits =
        {
            Sites: int[]
            Neighbours: int[]
            Coordination: int
        }

    let private visits (shape: int[]) : Visits =
        let z = Torus.coordination shape
        let neighbours = Torus.neighbours shape

        let sites =
            Array.init (LatticeShape.sites shape) id |> Array.sortBy (Torus.isOdd shape)

        {
            Sites = sites
            Neighbours = sites |> Array.collect (fun site -> neighbours[z * site .. z * site + z - 1])
            Coordination = z
        }

    /// Logarithm of the weight of a state, β(J n_s + H δ(s, 0)), from the number n_s of neighbours in the state.
    let private logWeight (model: PottsModel) isFavoured count =
        let field = if isFavoured then model.Field else 0.0
        (model.Coupling * float count + field) / model.Temperature

    /// Largest number of patterns of neighbours whose laws are kept in a table; such a table fits into fast memory.
    [<Literal>]
    let private MostPatterns = 4096.0

    /// The place value of a state in a pattern, which is the number with the digits n_0, n_1, …, n_{q−2} in base z + 1.
    let private placeValues (model: PottsModel) : int[] =
        let digit = Torus.coordination model.Shape + 1
        Array.init model.States (fun s -> if s = model.States - 1 then 0 else pown digit s)

    /// Cumulative probabilities P(state ≤ s) for s = 0, …, q − 2 as thresholds of random words, for every pattern of neighbours. Entries of patterns with more
    /// than z neighbours are not used.
    let private thresholds (model: PottsModel) : uint64[] =
        let z, q = Torus.coordination model.Shape, model.States

        let cumulative pattern =
            let counts = Array.init (q - 1) (fun s -> pattern / pown (z + 1) s % (z + 1))

            let law =
                Array.append counts [| max 0 (z - Array.sum counts) |]
                |> Array.mapi (fun s count -> logWeight model (s = 0) count)
                |> ThermalAverages.probabilities

            law |> Array.scan (+) 0.0 |> fun sums -> sums[1 .. q - 1] |> Array.map RandomWords.Threshold

        Array.init (pown (z + 1) (q - 1)) cumulative |> Array.concat

    let private sweepByPattern visits (values: int[]) (thresholds: uint64[]) (generator: Generator) (spins: byte[]) =
        let z, choices = visits.Coordination, values.Length - 1
        let sites, neighbours = visits.Sites, visits.Neighbours

        for visit in 0 .. sites.Length - 1 do
            let mutable pattern = 0

            for n in z * visit .. z * visit + z - 1 do
                pattern <- pattern + values[int spins[neighbours[n]]]

            let word = generator.NextUInt64()
            let mutable state = 0

            for i in choices * pattern .. choices * pattern + choices - 1 do
                state <- state + (if word >= thresholds[i] then 1 else 0)

            spins[sites[visit]] <- byte state

    /// Logarithms of weights by class of a state. Class n: a state other than 0 with n neighbours in it; class z + 1 + n: state 0 with n neighbours in it.
    let private classLogWeights (model: PottsModel) : float[] =
        let digit = Torus.coordination model.Shape + 1
        Array.init (2 * digit) (fun c -> logWeight model (c >= digit) (c % digit))

    /// Weights of all classes relative to the weight of one class, [class][class]. The relative weights that are used do not exceed 1, so nothing overflows.
    let private relativeWeights (logWeights: float[]) : float[] =
        Array.allPairs logWeights logWeights |> Array.map (fun (top, w) -> exp (w - top))

    /// The first state whose cumulative weight exceeds a given share of the total weight.
    let inline private choose (weights: float[]) row (classes: int[]) share =
        let mutable total = 0.0

        for c in classes do
            total <- total + weights[row + c]

        // The target stays below the total weight even after rounding, so the search ends.
        let target = share * total
        let mutable state = 0
        let mutable sum = weights[row + classes[0]]

        while target >= sum do
            state <- state + 1
            sum <- sum + weights[row + classes[state]]

        state

    let private sweepByWeights
        visits
        (logWeights: float[])
        (weights: float[])
        q
        (generator: Generator)
        (spins: byte[])
        =
        let z = visits.Coordination
        let classes = Array.zeroCreate q
        classes[0] <- z + 1

        for visit in 0 .. visits.Sites.Length - 1 do
            for n in z * visit .. z * visit + z - 1 do
                let state = int spins[visits.Neighbours[n]]
                classes[state] <- classes[state] + 1

            let mutable top = classes[0]

            for c in classes do
                if logWeights[c] > logWeights[top] then
                    top <- c

            let state = choose weights (top * logWeights.Length) classes (generator.NextFloat())

            for n in z * visit .. z * visit + z - 1 do
                classes[int spins[visits.Neighbours[n]]] <- 0

            classes[0] <- z + 1
            spins[visits.Sites[visit]] <- byte state

    /// <summary>Heat-bath sweeps of one configuration; the given configuration is not changed.</summary>
    /// <param name="model">The model, without faults.</param>
    /// <returns>A function of the number of sweeps, the key and the configuration, [sites].</returns>
    let sweeps (model: PottsModel) : int -> Key -> byte[] -> byte[] =
        let visits = visits model.Shape
        let patterns = float (visits.Coordination + 1) ** float (model.States - 1)

        let sweep =
            if patterns <= MostPatterns then
                sweepByPattern visits (placeValues model) (thresholds model)
            else
                let logWeights = classLogWeights model
                sweepByWeights visits logWeights (relativeWeights logWeights) model.States

        fun count key spins ->
            let next = Array.copy spins
            let generator = Key.generator key

            for _ in 1..count do
                sweep generator next

            next
