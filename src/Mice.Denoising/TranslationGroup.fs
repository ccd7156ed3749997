namespace Mice.Denoising

/// <summary>The translations of a crystal in a periodic box: a product of three cyclic groups, so that functions on them and their waves are arrays with three axes.</summary>
/// <remarks>All vectors are whole numbers over a unit, in fractions of the box. Translations have coordinates g, 0 ≤ gᵢ &lt; dᵢ, in three generators; waves have whole numbers n
/// of turns along the vectors of the box, and coordinates k, 0 ≤ kᵢ &lt; dᵢ, with n·t = Σ kᵢgᵢ/dᵢ but for whole turns.</remarks>
type TranslationGroup =
    internal
        {
            /// The unit: translations are whole numbers over it.
            Unit: int64
            /// [3] d: how often a generator is taken until it is a vector of the box.
            Orders: int[]
            /// [3; 3]: a generator in each row, times the unit.
            Generators: int64[,]
            /// [3; 3]: in column i the whole numbers of the wave whose only coordinate is kᵢ = 1.
            Waves: int64[,]
        }

[<RequireQualifiedAccess>]
module internal TranslationGroup =
    let private modulo (unit: int64) (x: int64) = ((x % unit) + unit) % unit

    let private axes = [ 0; 1; 2 ]

    /// A triangular basis of the lattice of some vectors and of those of the box.
    let private basis (unit: int64) (vectors: int64[] list) : int64[][] =
        let ofBox =
            axes |> List.map (fun k -> Array.init 3 (fun i -> if i = k then unit else 0L))

        // Later entries count but for vectors of the box.
        let less column (pivot: int64[]) (row: int64[]) =
            let times = row[column] / pivot[column]

            Array.init 3 (fun i ->
                let left = row[i] - times * pivot[i]
                if i > column then modulo unit left else left)

        let rec single column (rows: int64[] list) =
            match rows |> List.partition (fun r -> r[column] <> 0L) with
            | [ one ], rest -> one, rest
            | several, rest ->
                let pivot = several |> List.minBy (fun r -> abs r[column])

                let others =
                    several
                    |> List.filter (fun r -> not (obj.ReferenceEquals(r, pivot)))
                    |> List.map (less column pivot)

                single column (pivot :: others @ rest)

        List.mapFold (fun rows column -> single column rows) (List.map (Array.map (modulo unit)) vectors @ ofBox) axes
        |> fst
        |> Array.ofList

    /// C with unit·1 = C B for a triangular B.
    let private boxInBasis (unit: int64) (b: int64[][]) : int64[,] =
        let c = Array2D.zeroCreate 3 3

        for k in 0..2 do
            let left = Array.init 3 (fun i -> if i = k then unit else 0L)

            for j in k..2 do
                c[k, j] <- left[j] / b[j][j]

                for i in j..2 do
                    left[i] <- left[i] - c[k, j] * b[j][i]

        c

    let private exchangeRows (m: int64[,]) i j =
        for k in 0..2 do
            let kept = m[i, k]
            m[i, k] <- m[j, k]
            m[j, k] <- kept

    let private exchangeColumns (m: int64[,]) i j =
        for k in 0..2 do
            let kept = m[k, i]
            m[k, i] <- m[k, j]
            m[k, j] <- kept

    /// <summary>Makes C diagonal by steps that add a multiple of a row or column to another, or exchange two: U C V. Rows of generators become those of V⁻¹ times them, columns of
    /// waves those of them times U⁻¹ (H. J. S. Smith, Phil. Trans. R. Soc. 151, 293 (1861), without the order of the diagonal).</summary>
    let private diagonalise (unit: int64) (c: int64[,]) (generators: int64[,]) (waves: int64[,]) =
        let subtractRow i t times =
            for k in 0..2 do
                c[i, k] <- c[i, k] - times * c[t, k]
                waves[k, t] <- modulo unit (waves[k, t] + times * waves[k, i])

        let subtractColumn j t times =
            for k in 0..2 do
                c[k, j] <- c[k, j] - times * c[k, t]
                generators[t, k] <- modulo unit (generators[t, k] + times * generators[j, k])

        let smallest t =
            Seq.allPairs (seq { t..2 }) (seq { t..2 })
            |> Seq.filter (fun (i, j) -> c[i, j] <> 0L)
            |> Seq.minBy (fun (i, j) -> abs c[i, j])

        let isDone t =
            c[t, t] <> 0L && Seq.forall (fun i -> c[i, t] = 0L && c[t, i] = 0L) (seq { t + 1 .. 2 })

        for t in 0..2 do
            while not (isDone t) do
                let i, j = smallest t
                exchangeRows c i t
                exchangeColumns waves i t
                exchangeColumns c j t
                exchangeRows generators j t

                for i in t + 1 .. 2 do
                    subtractRow i t (c[i, t] / c[t, t])

                for j in t + 1 .. 2 do
                    subtractColumn j t (c[t, j] / c[t, t])

    /// <summary>The group of some translations.</summary>
    /// <param name="unit">The vectors are whole numbers over it; at most 2 · 10⁹.</param>
    /// <param name="vectors">Translations times the unit, [3] each.</param>
    let ofVectors (unit: int64) (vectors: int64[] list) : TranslationGroup =
        let b = basis unit vectors
        let c = boxInBasis unit b
        let generators = Array2D.init 3 3 (fun i k -> modulo unit (b[i][k]))
        let waves = Array2D.init 3 3 (fun i k -> if i = k then 1L else 0L)
        diagonalise unit c generators waves

        for t in 0..2 do
            if c[t, t] < 0L then
                for k in 0..2 do
                    generators[t, k] <- modulo unit (-generators[t, k])

        {
            Unit = unit
            Orders = Array.init 3 (fun t -> int (abs c[t, t]))
            Generators = generators
            Waves = waves
        }

    /// How many translations, and how many waves.
    let count (group: TranslationGroup) : int = Array.fold (*) 1 group.Orders

    /// The place of coordinates in an array with three axes.
    let private placeOf (group: TranslationGroup) (coordinates: int[]) =
        (coordinates[0] * group.Orders[1] + coordinates[1]) * group.Orders[2] + coordinates[2]

    let private coordinates (group: TranslationGroup) (place: int) : int[] =
        let d = group.Orders
        [| place / (d[1] * d[2]); place / d[2] % d[1]; place % d[2] |]

    /// A translation by its place, in fractions of the box; that at place 0 is none.
    let translation (group: TranslationGroup) (place: int) : float[] =
        let g = coordinates group place |> Array.map int64

        Array.init 3 (fun k ->
            let sum = axes |> List.sumBy (fun i -> g[i] * group.Generators[i, k])
            float (modulo group.Unit sum) / float group.Unit)

    /// Whole numbers of a wave by its place: turns along the vectors of the box.
    let turns (group: TranslationGroup) (place: int) : int64[] =
        let k = coordinates group place |> Array.map int64
        Array.init 3 (fun x -> axes |> List.sumBy (fun i -> group.Waves[x, i] * k[i]) |> modulo group.Unit)

    /// The place of a wave that turns so often along the vectors of the box.
    let waveOf (group: TranslationGroup) (turns: int64[]) : int =
        Array.init 3 (fun i ->
            let along =
                axes |> List.sumBy (fun x -> modulo group.Unit turns[x] * group.Generators[i, x] % group.Unit)

            int (modulo group.Unit along * int64 group.Orders[i] / group.Unit))
        |> placeOf group

    /// The place of the wave that turns the other way.
    let opposite (group: TranslationGroup) (place: int) : int =
        coordinates group place
        |> Array.mapi (fun i k -> (group.Orders[i] - k) % group.Orders[i])
        |> placeOf group
