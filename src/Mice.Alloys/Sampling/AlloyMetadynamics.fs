namespace Mice.Alloys

open System
open Mice
open Mice.Samplers

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

/// <summary>The free energy of an alloy over its composition, by a walk through all compositions under a bias that grows where the walk is: metadynamics on the composition in its flat-histogram
/// form, with heights that fall as 1/t.</summary>
/// <remarks>A proposal turns a random site over with probability min(1, exp(−βΔE + g(n) − g(n′))); then g of the walk's n grows by F, so that g tends to ln Z(n), the canonical
/// partition function of n atoms of the first species, up to a constant. F starts at 1, is halved whenever all n have been visited since the last halving, and is (N + 1)/proposals once that is
/// smaller. F_mix(n) = −k_BT (g(n) − (1 − x) g(0) − x g(N))/N. Sources: A. Laio, M. Parrinello, PNAS 99, 12562 (2002), doi:10.1073/pnas.202427399; R. E. Belardinelli, V. D.
/// Pereyra, J. Chem. Phys. 127, 184105 (2007), doi:10.1063/1.2803061.</remarks>
[<RequireQualifiedAccess>]
module AlloyMetadynamics =
    /// Sweeps between looks at the token.
    [<Literal>]
    let private Block = 100

    /// The bias of one walker, and its schedule.
    [<Sealed>]
    type private Bias(sites: int) =
        let bias = Array.zeroCreate<float>(sites + 1)
        let visited = Array.zeroCreate<bool>(sites + 1)
        let mutable unvisited = sites + 1
        let mutable proposals = 0.0
        let mutable growth = 1.0
        let mutable settled = false

        /// g(n) − g(n′).
        member _.Gain(n: int, next: int) : float = bias[n] - bias[next]

        /// The walker is at n after a proposal.
        member _.Visit(n: int) : unit =
            proposals <- proposals + 1.0

            if settled then
                growth <- float (sites + 1) / proposals
            elif not visited[n] then
                visited[n] <- true
                unvisited <- unvisited - 1

            bias[n] <- bias[n] + growth

        /// Halves the growth once all n have been visited.
        member _.Refine() : unit =
            if not settled && unvisited = 0 then
                growth <- growth / 2.0
                Array.Clear visited
                unvisited <- sites + 1
                settled <- growth <= float (sites + 1) / proposals

        /// Whether F has come to be 1/t.
        member _.Settled: bool = settled

        /// −k_BT times the bias, straightened so that both ends are 0, per site.
        member _.Mixing(beta: float) : float[] =
            let n = float sites

            bias
            |> Array.mapi (fun count g ->
                let x = float count / n
                -(g - (1.0 - x) * bias[0] - x * bias[sites]) / (beta * n))

    /// A sweep of proposals at the same random sites for all walkers.
    let private sweep (sites: Generator) (generators: Generator[]) (beta: float) (lanes: SpinLanes) (biases: Bias[]) =
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
            bias.Refine()

    /// Some walkers side by side; the sites that are tried are those of the whole run.
    let private walk (options: WangLandauOptions) (table: FigureTable) beta (run: Run) (walkers: int[]) =
        let keys = walkers |> Array.map (fun i -> Key.item i run.Key)
        let sites = Key.named "sites" run.Key |> Key.generator
        let generators = keys |> Array.map (Key.named "walk" >> Key.generator)

        let lanes =
            SpinLanes(
                table,
                keys
                |> Array.map (fun key ->
                    let start = Key.named "start" key |> Key.generator
                    Array.init table.Sites (fun _ -> byte (start.NextInt 2)))
            )

        let biases = walkers |> Array.map (fun _ -> Bias table.Sites)

        for n in 1 .. options.Sweeps do
            sweep sites generators beta lanes biases

            if n % Block = 0 || n = options.Sweeps then
                Run.stopIfCancelled run
                Run.tell "sampling" (float n / float options.Sweeps) $"{n} of {options.Sweeps} sweeps" run

        biases |> Array.map (fun bias -> struct (bias.Mixing beta, bias.Settled))

    let private collect sites temperature (walkers: struct (float[] * bool)[]) =
        let curves = walkers |> Array.map (fun (struct (mixing, _)) -> mixing)

        let settled =
            walkers |> Array.filter (fun (struct (_, settled)) -> settled) |> Array.length

        {
            Sites = sites
            Temperature = temperature
            Mixing =
                Array.init (sites + 1) (fun n ->
                    curves |> Array.map (fun curve -> curve[n] * 1.0<eV / site>) |> Statistics.estimate Direction.Exact)
            MixingByWalker = curves
            Checks =
                [
                    {
                        Name = "the walkers came to the 1/t schedule"
                        Passed = settled = walkers.Length
                        Detail = $"{settled} of {walkers.Length} did; else raise Sweeps"
                    }
                ]
        }

    /// <summary>Free energies of mixing at a temperature. Same key, same result, on any number of threads.</summary>
    /// <remarks>Up to 32 walkers (the bytes of a vector of the processor) cost little more than one: they try the same random sites, each with random numbers of its own.</remarks>
    /// <param name="options">Walkers, and sweeps of each; a sweep is N proposals.</param>
    /// <param name="run">Threads and so on; walker i uses child i of the key.</param>
    /// <param name="boltzmann">k_B, eV/K; <c>float Mice.Units.boltzmann</c>.</param>
    /// <param name="temperature">T, K.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>Errors: of the options and the run, OutOfRange.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let freeEnergies
        (options: WangLandauOptions)
        (run: Run)
        (boltzmann: float)
        (temperature: float)
        (table: FigureTable)
        : Result<CompositionFreeEnergies, MiceError list> =
        validate {
            let! options = WangLandauOptions.check options
            and! () = Run.faults run
            and! () = Validate.positive "Boltzmann's constant" boltzmann
            and! () = Validate.positive "the temperature" temperature

            let beta = 1.0 / (boltzmann * temperature)
            let groups = Array.chunkBySize TermRuns.Lanes [| 0 .. options.Walkers - 1 |]

            let work part group =
                walk options table beta part group |> Ok

            let! walkers = Run.jobs (Array.length >> float) work groups run
            return collect table.Sites temperature (Array.concat walkers)
        }
