namespace Mice.Alloys

open System.IO
open Mice

/// Free energies over the composition. Errors are from the spread of the walkers.
type CompositionFreeEnergies =
    {
        /// N.
        Sites: int
        /// T, K.
        Temperature: float
        /// [N + 1]: free energy of mixing per site of n₁ = 0, 1, …, N atoms of the first species, 0 at both ends.
        Mixing: Estimate<eV / site>[]
        /// [walkers][N + 1]: the same by each walker, eV per site.
        MixingByWalker: float[][]
        /// Whether the walkers finished.
        Checks: Check list
    }

/// <summary>The free energy of an alloy over its composition, by a walk through all compositions under a bias that grows where the walk is: metadynamics on the composition.</summary>
/// <remarks>A proposal turns a random site over with probability min(1, exp(−βΔE + g(n) − g(n′))); then g of the walk's n grows by F.
/// Flat: g tends to ln Z(n), the canonical partition function of n atoms of the first species, up to a constant. F starts at 1, is halved whenever all n have been visited since the last halving,
/// and is (N + 1)/proposals once that is smaller. Well-tempered: F = exp(−g(n)/(γ − 1)), and g tends to (1 − 1/γ) ln Z(n), so that ln Z = γ/(γ − 1) g, of which the mean over the sweeps of the
/// second half is taken. F_mix(n) = −k_BT (ln Z(n) − (1 − x) ln Z(0) − x ln Z(N))/N. Sources: A. Laio, M. Parrinello, PNAS 99, 12562 (2002), doi:10.1073/pnas.202427399; R. E. Belardinelli,
/// V. D. Pereyra, J. Chem. Phys. 127, 184105 (2007), doi:10.1063/1.2803061; A. Barducci, G. Bussi, M. Parrinello, Phys. Rev. Lett. 100, 020603 (2008), doi:10.1103/PhysRevLett.100.020603.</remarks>
[<RequireQualifiedAccess>]
module AlloyMetadynamics =
    /// Largest height that is left at the end of a well-tempered walk, k_BT.
    [<Literal>]
    let private LastHeight = 0.01

    /// Some walkers side by side.
    type private Walking =
        {
            Lanes: SpinLanes
            Biases: GrowingBias[]
        }

    /// A sweep of proposals at the same random sites for all walkers.
    let private sweep (sites: Generator) (generators: Generator[]) (beta: float) isSecondHalf (walking: Walking) =
        let lanes, biases = walking.Lanes, walking.Biases

        for _ in 1 .. lanes.Sites do
            let site = sites.NextInt lanes.Sites
            let changes = lanes.Changes site

            for lane in 0 .. biases.Length - 1 do
                let n = lanes.Ones[lane]
                let next = n + 1 - 2 * lanes.State(lane, site)
                let gain = biases[lane].Gain(n, next) - beta * changes[lane]

                if gain >= 0.0 || generators[lane].NextFloat() < exp gain then
                    lanes.Turn(lane, site, changes[lane])

                biases[lane].Visit lanes.Ones[lane]

        for bias in biases do
            bias.EndSweep isSecondHalf

    let private advance (o: AlloyMetadynamicsOptions) beta (sites: Key) (keys: Key[]) block first last walking =
        let generators =
            keys |> Array.map (Key.named "walk" >> Key.item block >> Key.generator)

        let sites = Key.item block sites |> Key.generator

        for n in first..last do
            sweep sites generators beta (n >= o.Sweeps / 2) walking

    /// Some walkers side by side; the sites that are tried are those of the whole run.
    let private walk (o: AlloyMetadynamicsOptions) (table: FigureTable) beta (run: Run) (walkers: int[]) =
        let keys = walkers |> Array.map (fun i -> Key.item i run.Key)

        let walkingFrom states =
            {
                Lanes = SpinLanes(table, states)
                Biases = walkers |> Array.map (fun _ -> GrowingBias(table.Sites, o.Bias))
            }

        let begun () =
            keys
            |> Array.map (fun key ->
                let start = Key.named "start" key |> Key.generator
                Array.init table.Sites (fun _ -> byte (start.NextInt 2)))
            |> walkingFrom

        let read reader =
            let walking =
                walkers |> Array.map (fun _ -> SweepBlocks.read<byte> reader table.Sites) |> walkingFrom

            walking.Biases |> Array.iter _.Read(reader)
            walking

        let write (writer: BinaryWriter) (walking: Walking) =
            walkers |> Array.iteri (fun lane _ -> SweepBlocks.write writer (walking.Lanes.States lane))
            walking.Biases |> Array.iter _.Write(writer)

        SweepBlocks.run
            {
                Name = $"walkers-{walkers[0]}"
                Sweeps = o.Sweeps
                Start = begun
                Read = read
                Write = write
                Advance = advance o beta (Key.named "sites" run.Key) keys
            }
            run
        |> Result.map _.Biases

    /// −k_BT ln Z, straightened so that both ends are 0, per site.
    let private mixing (beta: float) (bias: GrowingBias) : float[] =
        let g = bias.LogPartition
        let sites = g.Length - 1
        let n = float sites

        g
        |> Array.mapi (fun count value ->
            let x = float count / n
            -(value - (1.0 - x) * g[0] - x * g[sites]) / (beta * n))

    let private checks (o: AlloyMetadynamicsOptions) (biases: GrowingBias[]) : Check list =
        let settled = biases |> Array.filter _.Settled |> Array.length

        let all name remedy =
            {
                Name = name
                Passed = settled = biases.Length
                Detail = $"{settled} of {biases.Length} did; else {remedy}"
            }

        match o.Bias with
        | CompositionBias.Flat -> [ all "the walkers came to the 1/t schedule" "raise Sweeps" ]
        | CompositionBias.WellTempered _ ->
            let height = biases |> Array.map _.Height |> Array.max

            [
                all "the walkers visited all compositions" "raise Sweeps or the bias factor"
                {
                    Name = "the bias settled"
                    Passed = height <= LastHeight
                    Detail =
                        $"largest height at the end {height:G2} k_BT, wanted {LastHeight} or less; else raise Sweeps, or the bias factor where a barrier is many times higher than γ k_BT"
                }
            ]

    let private collect (o: AlloyMetadynamicsOptions) temperature beta (biases: GrowingBias[]) =
        let curves = biases |> Array.map (mixing beta)

        {
            Sites = curves[0].Length - 1
            Temperature = temperature
            Mixing =
                curves
                |> Array.transpose
                |> Array.map (Array.map (fun v -> v * 1.0<eV / site>) >> Statistics.estimate Direction.Exact)
            MixingByWalker = curves
            Checks = checks o biases
        }

    let private identity (o: AlloyMetadynamicsOptions) boltzmann temperature (table: FigureTable) () =
        [
            "walkers", string o.Walkers
            "sweeps", string o.Sweeps
            "bias_factor",
            match o.Bias with
            | CompositionBias.Flat -> "none"
            | CompositionBias.WellTempered factor -> Number.text factor
            "temperature", Number.text temperature
            "boltzmann", Number.text boltzmann
            "alloy", SpinPolynomial.digest table.Polynomial
        ]

    /// <summary>Free energies of mixing at a temperature. Same key, same result, on any number of threads; with a store a run that was stopped goes on to the same numbers.</summary>
    /// <remarks>Up to 32 walkers (the bytes of a vector of the processor) cost little more than one: they try the same random sites, each with random numbers of its own.</remarks>
    /// <param name="options">Walkers, sweeps of each, and how the bias grows.</param>
    /// <param name="run">Threads and so on; walker i uses child i of the key.</param>
    /// <param name="boltzmann">k_B, eV/K; <c>float Mice.Units.boltzmann</c>.</param>
    /// <param name="temperature">T, K.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>Errors: of the options and the run, OutOfRange; of the store, Mismatch and BadFile.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let freeEnergies
        (options: AlloyMetadynamicsOptions)
        (run: Run)
        (boltzmann: float)
        (temperature: float)
        (table: FigureTable)
        : Result<CompositionFreeEnergies, MiceError list> =
        validate {
            let! options = AlloyMetadynamicsOptions.check options
            and! () = Run.faults run
            and! () = Validate.positive "Boltzmann's constant" boltzmann
            and! () = Validate.positive "the temperature" temperature

            let beta = 1.0 / (boltzmann * temperature)
            let groups = Array.chunkBySize TermRuns.Lanes [| 0 .. options.Walkers - 1 |]

            let! claimed =
                Run.claim "metadynamics of an alloy" (identity options boltzmann temperature table) run

            let! walkers =
                Run.jobs (Array.length >> float) (walk options table beta) groups claimed

            return collect options temperature beta (Array.concat walkers)
        }
