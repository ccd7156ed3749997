namespace Mice.Alloys

open System
open Mice
open Mice.Samplers

/// What is held fixed besides the temperature.
[<RequireQualifiedAccess>]
type AlloyEnsemble =
    /// Δμ, eV: the chemical potential of the first species minus that of the second. Sites turn over one by one.
    | SemiGrand of difference: float
    /// x, the fraction of sites in state 1, rounded to whole atoms. Sites in different states are exchanged.
    | Canonical of composition: float

/// Where an alloy is sampled.
type AlloyConditions =
    {
        /// T, K.
        Temperature: float
        /// What else is fixed.
        Ensemble: AlloyEnsemble
        /// k_B, eV/K; <c>float Mice.Units.boltzmann</c>.
        Boltzmann: float
    }

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

/// Conditions and their faults.
[<RequireQualifiedAccess>]
module AlloyConditions =
    /// <summary>The semi-grand canonical ensemble with the CODATA value of k_B.</summary>
    /// <param name="temperature">T, K.</param>
    /// <param name="difference">Δμ, eV.</param>
    let semiGrand (temperature: float) (difference: float) : AlloyConditions =
        {
            Temperature = temperature
            Ensemble = AlloyEnsemble.SemiGrand difference
            Boltzmann = float boltzmann
        }

    /// <summary>The canonical ensemble with the CODATA value of k_B.</summary>
    /// <param name="temperature">T, K.</param>
    /// <param name="composition">x.</param>
    let canonical (temperature: float) (composition: float) : AlloyConditions =
        { semiGrand temperature 0.0 with
            Ensemble = AlloyEnsemble.Canonical composition
        }

    /// <summary>What stands against conditions.</summary>
    /// <param name="c">The conditions.</param>
    let faults (c: AlloyConditions) : MiceError list =
        [
            yield! Validate.positive "the temperature" c.Temperature
            yield! Validate.positive "Boltzmann's constant" c.Boltzmann

            match c.Ensemble with
            | AlloyEnsemble.SemiGrand d -> yield! Validate.that "the difference Δμ" "a finite number" Double.IsFinite d
            | AlloyEnsemble.Canonical x ->
                yield! Validate.that "the composition" "0 to 1" (fun x -> x >= 0.0 && x <= 1.0) x
        ]

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

    /// One sweep of an ensemble: how many proposals were accepted.
    let private sweeper (c: AlloyConditions) (generator: Generator) (fields: SpinFields) : unit -> int =
        let beta = 1.0 / (c.Boltzmann * c.Temperature)

        match c.Ensemble with
        | AlloyEnsemble.SemiGrand d -> fun () -> fields.SemiGrandSweep(generator, beta, d)
        | AlloyEnsemble.Canonical _ ->
            let order =
                Array.init fields.States.Length id |> Array.sortBy (fun i -> fields.States[i] = 0uy)

            fun () -> fields.CanonicalSweep(generator, beta, order)

    let private chain (options: ChainOptions) (c: AlloyConditions) (couplings: SpinCouplings) (run: Run) : Chain =
        let generator = Key.named "sweeps" run.Key |> Key.generator

        let start =
            startStates (Key.named "start" run.Key |> Key.generator) couplings.Sites c.Ensemble

        let fields = SpinFields(couplings, start)
        let sweep = sweeper c generator fields
        let steps = options.Snapshots * options.Every
        let report = Run.counter "sampling" (int64 (options.Equilibrate + steps)) run
        let series, ones = Array.zeroCreate steps, Array.zeroCreate steps
        let kept = Array.zeroCreate options.Snapshots
        let mutable accepted = 0L

        for n in -options.Equilibrate .. steps - 1 do
            Run.stopIfCancelled run
            let turned = sweep ()
            report ()

            if n >= 0 then
                accepted <- accepted + int64 turned
                series[n] <- fields.Energy
                ones[n] <- fields.Ones

                if (n + 1) % options.Every = 0 then
                    kept[n / options.Every] <- Array.copy fields.States

        {
            Kept = kept
            Series = series
            Ones = ones
            Accepted = accepted
        }

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

    /// <summary>Samples an alloy with independent chains from random configurations; a step of the options is a sweep of N proposals. Same key, same result, on any number of
    /// threads.</summary>
    /// <remarks>At low temperatures chains stay in the phase that they fell into: look at their compositions, or sample by replica exchange.</remarks>
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
            let couplings = SpinCouplings table.Polynomial

            let work part i =
                chain options conditions couplings (Run.item i part) |> Ok

            let! chains = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Chains - 1 |] run
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
