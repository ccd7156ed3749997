namespace Mice.Alloys

open System
open Mice
open Mice.Samplers

/// What Monte Carlo sampling gave. Errors are from the spread of the chains and from blocking, the larger one.
[<NoEquality; NoComparison>]
type AlloySample =
    {
        /// ⟨x⟩.
        Composition: Estimate<1>
        /// ⟨E⟩/N without the field's part.
        EnergyPerSite: Estimate<eV / site>
        /// Share of the proposals that were accepted, after equilibration.
        Acceptance: float
        /// Integrated autocorrelation time of the energy, sweeps.
        AutocorrelationTime: Estimate<1>
        /// [chains·snapshots][N]: states, chain after chain.
        Snapshots: byte[][]
        /// E of each sweep, eV, [chains][sweeps].
        Energies: float[][]
        /// n₁ of each sweep, [chains][sweeps].
        Counts: int[][]
        /// Whether the chains were in equilibrium.
        Checks: Check list
    }

/// <summary>Metropolis sampling of a cluster expansion, with local fields kept up to date.</summary>
/// <remarks>Source: N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953), doi:10.1063/1.1699114; for alloys B. Dünweg, D. P. Landau, Phys. Rev. B 48, 14182 (1993),
/// doi:10.1103/PhysRevB.48.14182.</remarks>
[<RequireQualifiedAccess>]
module AlloyMonteCarlo =
    [<NoEquality; NoComparison>]
    type private Chain =
        {
            Kept: byte[][]
            Series: float[]
            Ones: int[]
            Accepted: int64
        }

    let private startStates (generator: Generator) (sites: int) (ensemble: AlloyEnsemble) : byte[] =
        match ensemble with
        | AlloyEnsemble.SemiGrand _ -> Array.init sites (fun _ -> byte (generator.NextInt 2))
        | AlloyEnsemble.Canonical x ->
            let count = int (Math.Round(x * float sites))
            let states = Array.init sites (fun i -> if i < count then 1uy else 0uy)
            generator.Shuffle states
            states

    /// What is recorded of a chain while it goes on.
    type private Record(options: ChainOptions) =
        let steps = options.Snapshots * options.Every
        let series, ones = Array.zeroCreate<float> steps, Array.zeroCreate<int> steps
        let kept = Array.zeroCreate<byte[]> options.Snapshots
        let mutable accepted = 0L

        /// After sweep n, from 0; sweeps before are of the equilibration.
        member _.Add(n: int, turned: int, energy: float, count: int, states: unit -> byte[]) =
            if n >= 0 then
                accepted <- accepted + int64 turned
                series[n] <- energy
                ones[n] <- count

                if (n + 1) % options.Every = 0 then
                    kept[n / options.Every] <- states ()

        member _.Chain =
            {
                Kept = kept
                Series = series
                Ones = ones
                Accepted = accepted
            }

    /// Sweeps of the equilibration, from below 0, and those after it.
    let private inSweeps (options: ChainOptions) (run: Run) (sweep: int -> unit) =
        let steps = options.Snapshots * options.Every
        let report = Run.counter "sampling" (int64 (options.Equilibrate + steps)) run

        for n in -options.Equilibrate .. steps - 1 do
            Run.stopIfCancelled run
            sweep n
            report ()

    let private startOf (ensemble: AlloyEnsemble) sites (key: Key) =
        startStates (Key.named "start" key |> Key.generator) sites ensemble

    let private generatorOf (key: Key) = Key.named "sweeps" key |> Key.generator

    /// Exchanges of one chain.
    let private canonicalChain
        (options: ChainOptions)
        (c: AlloyConditions)
        (couplings: SpinCouplings)
        (run: Run)
        : Chain =
        let generator = generatorOf run.Key
        let fields = SpinFields(couplings, startOf c.Ensemble couplings.Sites run.Key)

        let order =
            Array.init couplings.Sites id |> Array.sortBy (fun i -> fields.States[i] = 0uy)

        let record, beta = Record options, 1.0 / (c.Boltzmann * c.Temperature)

        inSweeps options run (fun n ->
            let exchanged = fields.CanonicalSweep(generator, beta, order)
            record.Add(n, exchanged, fields.Energy, fields.Ones, (fun () -> Array.copy fields.States)))

        record.Chain

    /// A sweep of single turns of all lanes at the same random sites: how many each accepted.
    let private laneSweep
        (sites: Generator)
        (generators: Generator[])
        (beta: float)
        (difference: float)
        (lanes: SpinLanes)
        =
        let accepted = Array.zeroCreate<int> generators.Length

        for _ in 1 .. lanes.Sites do
            let site = sites.NextInt lanes.Sites
            let changes = lanes.Changes site

            for lane in 0 .. generators.Length - 1 do
                let spin = float (2 * lanes.State(lane, site) - 1)
                let cost = beta * (changes[lane] + difference * spin)

                if cost <= 0.0 || generators[lane].NextFloat() < exp -cost then
                    lanes.Turn(lane, site, changes[lane])
                    accepted[lane] <- accepted[lane] + 1

        accepted

    /// Sweeps between two sums of the energies anew.
    [<Literal>]
    let private Fresh = 1000

    /// Single turns of some chains side by side; the sites that are tried are those of the whole run.
    let private semiGrandChains
        (options: ChainOptions)
        (c: AlloyConditions)
        (table: FigureTable)
        (run: Run)
        (chains: int[])
        : Chain[] =
        let keys = chains |> Array.map (fun i -> Key.item i run.Key)

        let difference =
            match c.Ensemble with
            | AlloyEnsemble.SemiGrand difference -> difference
            | AlloyEnsemble.Canonical _ -> 0.0

        let sites, generators =
            Key.named "sites" run.Key |> Key.generator, keys |> Array.map generatorOf

        let lanes = SpinLanes(table, keys |> Array.map (startOf c.Ensemble table.Sites))

        let records, beta =
            chains |> Array.map (fun _ -> Record options), 1.0 / (c.Boltzmann * c.Temperature)

        inSweeps options run (fun n ->
            let accepted = laneSweep sites generators beta difference lanes

            if n % Fresh = 0 then
                lanes.Refresh()

            for lane in 0 .. records.Length - 1 do
                records[lane]
                    .Add(n, accepted[lane], lanes.Energies[lane], lanes.Ones[lane], (fun () -> lanes.States lane)))

        records |> Array.map _.Chain

    let private collect (options: ChainOptions) (sites: int) (chains: Chain[]) : AlloySample =
        let energies = chains |> Array.map _.Series
        let n = float sites
        let perSite = energies |> Array.map (Array.map (fun e -> e / n))
        let steps = options.Snapshots * options.Every

        {
            Composition =
                chains |> Array.map (fun c -> c.Ones |> Array.map (fun k -> float k / n)) |> Chains.meanOfSteps
            EnergyPerSite = perSite |> Chains.meanOfSteps |> Estimate.scale 1.0<eV / site>
            Acceptance = float (chains |> Array.sumBy _.Accepted) / (float chains.Length * float steps * n)
            AutocorrelationTime = Statistics.autocorrelationTimeOfChains energies
            Snapshots = chains |> Array.collect _.Kept
            Energies = energies
            Counts = chains |> Array.map _.Ones
            Checks = [ SamplingChecks.equilibrium "sweeps" steps (SamplingChecks.drift perSite) ]
        }

    let private chains (options: ChainOptions) (c: AlloyConditions) (table: FigureTable) (run: Run) =
        let numbers = [| 0 .. options.Chains - 1 |]

        match c.Ensemble with
        | AlloyEnsemble.SemiGrand _ ->
            let work part group =
                semiGrandChains options c table part group |> Ok

            Run.jobs (Array.length >> float) work (Array.chunkBySize TermRuns.Lanes numbers) run
            |> Result.map Array.concat
        | AlloyEnsemble.Canonical _ ->
            let couplings = SpinCouplings table.Polynomial

            Run.jobs
                (fun _ -> 1.0)
                (fun part i -> canonicalChain options c couplings (Run.item i part) |> Ok)
                numbers
                run

    /// <summary>Samples an alloy with independent chains from random configurations; a step of the options is a sweep of N proposals. Same key, same result, on any number of
    /// threads.</summary>
    /// <remarks>Single turns of all chains are tried at the same random sites, each chain with random numbers of its own, so that up to 32 chains (the bytes of a vector of the processor) cost
    /// little more than one. At low temperatures chains stay in the phase that they fell into: look at their compositions, or sample by replica exchange.</remarks>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="conditions">Temperature and ensemble.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>Errors: of options, run and conditions.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let sample
        (options: ChainOptions)
        (run: Run)
        (conditions: AlloyConditions)
        (table: FigureTable)
        : Result<AlloySample, MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = Run.faults run
            and! () = AlloyConditions.faults conditions
            let! chains = chains options conditions table run
            return collect options table.Sites chains
        }

    /// <summary>The alloy in the semi-grand canonical ensemble as a system for replica exchange over temperatures (<c>ReplicaExchange.sample</c>).</summary>
    /// <remarks>Its energies are E − ½Δμ Σ s in eV and its temperatures k_BT in eV: give a ladder of k_B times the temperatures in K.</remarks>
    /// <param name="sweeps">Sweeps of a replica between exchanges, 1 or more; ten or so, as each begins with sums over all figures.</param>
    /// <param name="difference">Δμ, eV.</param>
    /// <param name="table">The alloy.</param>
    let replicas (sweeps: int) (difference: float) (table: FigureTable) : ReplicaSystem<byte[]> =
        let couplings = SpinCouplings table.Polynomial

        {
            Start = fun key -> startStates (Key.generator key) table.Sites (AlloyEnsemble.SemiGrand difference)
            Move =
                fun kT key states ->
                    let generator, fields = Key.generator key, SpinFields(couplings, states)

                    for _ in 1..sweeps do
                        fields.SemiGrandSweep(generator, 1.0 / kT, difference) |> ignore

                    Array.copy fields.States
            Energy =
                fun states ->
                    let spins = 2 * (states |> Array.sumBy int) - states.Length
                    table.Energy states 0 - 0.5 * difference * float spins
        }
