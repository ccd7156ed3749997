namespace Mice.Samplers

open Mice

/// How many snapshots independent chains draw. Start from ChainOptions.defaults and change fields with { … with … }.
type ChainOptions =
    {
        /// Independent chains, each from its own initial state.
        Chains: int
        /// Snapshots of every chain.
        Snapshots: int
        /// Steps discarded at the start of every chain.
        Equilibrate: int
        /// Steps between snapshots.
        Every: int
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module ChainOptions =
    /// 64 chains of 32 snapshots, 20 steps apart, after 300 steps of equilibration. A result has the autocorrelation time, and checks whether these numbers
    /// were enough.
    let defaults: ChainOptions =
        {
            Chains = 64
            Snapshots = 32
            Equilibrate = 300
            Every = 20
        }

    /// <summary>Options for a total number of snapshots, which is rounded up to equally many snapshots of each chain.</summary>
    /// <param name="snapshots">Snapshots of all chains together.</param>
    /// <param name="options">The options.</param>
    let withSnapshots (snapshots: int) (options: ChainOptions) : ChainOptions =
        { options with
            Snapshots = int (ceil (float snapshots / float options.Chains))
        }

    /// <summary>Checks all fields and reports every fault: Equilibrate 0 or more, all others 1 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: ChainOptions) : Result<ChainOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 (nameof options.Chains) options.Chains
            and! () = Validate.atLeast 1 (nameof options.Snapshots) options.Snapshots
            and! () = Validate.atLeast 0 (nameof options.Equilibrate) options.Equilibrate
            and! () = Validate.atLeast 1 (nameof options.Every) options.Every
            return options
        }

/// What is recorded of the states of a chain.
[<NoEquality; NoComparison>]
type Observables<'state, 'spin> =
    {
        /// E of a state; recorded after every step.
        Energy: 'state -> float
        /// Spins of a state, [sites]; stored for every snapshot.
        Spins: 'state -> 'spin[]
    }

/// Snapshots from independent chains, with energies, autocorrelation time and checks of the chains.
type ChainSample<'spin> =
    {
        /// [chains·snapshots][sites], chain after chain: snapshot n of chain c is Spins[c·SnapshotsPerChain + n].
        Spins: 'spin[][]
        /// E of every snapshot, [chains·snapshots].
        Energies: float[]
        /// Snapshots of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N from all steps after equilibration; its error is from the spread of the chains, or from blocking every chain where that is larger.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy in steps, mean over the chains; ½ means independent steps.
        AutocorrelationTime: Estimate<1>
        /// ⟨E⟩/N of the second half of the steps less that of the first: 0 in equilibrium; NaN for a single step.
        Drift: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
    }

/// Record of one chain.
[<NoEquality; NoComparison>]
type internal Links<'spin> =
    {
        Snapshots: 'spin[][]
        /// E of the snapshots.
        SnapshotEnergies: float[]
        /// E after every step that follows equilibration.
        StepEnergies: float[]
    }

/// Independent chains of any kernel.
[<RequireQualifiedAccess>]
module Chains =
    /// The key of the start of a chain, from the chain's own.
    let internal startKey (key: Key) : Key = Key.named "start" key

    /// The key of which child n is that of step n of a chain, from the chain's own.
    let internal stepKeys (key: Key) : Key = Key.named "steps" key

    let private chain (options: ChainOptions) (run: Run) (kernel: Kernel<'state>) observables : Links<'spin> =
        let steps = options.Snapshots * options.Every
        let report = Run.counter "sampling" (int64 (options.Equilibrate + steps)) run
        let stepKeys = stepKeys run.Key
        let stepEnergies = Array.zeroCreate steps
        let mutable state = kernel.Init(startKey run.Key)

        let advance n =
            Run.stopIfCancelled run
            state <- kernel.Step (Key.item n stepKeys) state
            report ()

        for n in 0 .. options.Equilibrate - 1 do
            advance n

        let snapshot n =
            for m in n * options.Every .. (n + 1) * options.Every - 1 do
                advance (options.Equilibrate + m)
                stepEnergies[m] <- observables.Energy state

            struct (observables.Spins state, stepEnergies[(n + 1) * options.Every - 1])

        let snapshots = Array.init options.Snapshots snapshot

        {
            Snapshots = snapshots |> Array.map (fun (struct (spins, _)) -> spins)
            SnapshotEnergies = snapshots |> Array.map (fun (struct (_, energy)) -> energy)
            StepEnergies = stepEnergies
        }

    /// Mean of independent estimates.
    let private meanOf (estimates: Estimate<1>[]) =
        estimates |> Array.reduce Estimate.add |> Estimate.scale (1.0 / float estimates.Length)

    /// <summary>Fewest chains whose spread gives an error on its own: for C of them (x̄ − μ)/(s/√C) is Student's t with C − 1 degrees of freedom,
    /// whose variance is finite from 3 on.</summary>
    [<Literal>]
    let internal FewestForSpread = 4

    /// <summary>Mean of a quantity over all steps of independent chains, with one standard error: the larger one of two.</summary>
    /// <remarks>The spread of the chains' means, s/√C, sees correlations of any length, but is known to 1/√(2(C − 1)) alone. From four chains on it is
    /// multiplied by √((C − 1)/(C − 3)), the standard deviation of Student's t, so that errors count in it as in a known one: the mean of C Gaussian
    /// chains scatters by one such error, whatever their length. Blocking within every chain is poor for chains of few correlation times, since
    /// a chain's own mean moves with it, but sound for few long chains.</remarks>
    /// <param name="series">Values in order of time, [chains][steps].</param>
    /// <returns>The error of one chain is blocking's; NaN for a single step of a single chain.</returns>
    let internal meanOfSteps (series: float[][]) : Estimate<1> =
        let count = float series.Length
        let means = series |> Array.map Statistics.mean

        let spread =
            if series.Length < FewestForSpread then
                Statistics.standardError means
            else
                Statistics.standardError means * sqrt ((count - 1.0) / (count - 3.0))

        let blocked =
            (series |> Array.sumBy (fun steps -> Statistics.blocking steps ** 2.0) |> sqrt) / count

        Estimate.create (Statistics.mean means) (System.Double.MaxNumber(spread, blocked)) Direction.Exact

    /// <summary>The result of chains that were run in any way.</summary>
    /// <param name="options">How many snapshots, and how far apart.</param>
    /// <param name="sites">N, to which energies per site refer.</param>
    /// <param name="chains">The chains' records.</param>
    let internal collect (options: ChainOptions) (sites: int) (chains: Links<'spin>[]) : ChainSample<'spin> =
        let drift =
            chains
            |> Array.map (fun chain -> chain.StepEnergies |> Array.map (fun energy -> energy / float sites))
            |> SamplingChecks.drift

        let time =
            chains
            |> Array.map (fun chain -> Statistics.integratedAutocorrelationTime chain.StepEnergies)
            |> meanOf

        {
            Spins = chains |> Array.collect _.Snapshots
            Energies = chains |> Array.collect _.SnapshotEnergies
            SnapshotsPerChain = options.Snapshots
            EnergyPerSite = chains |> Array.map _.StepEnergies |> meanOfSteps |> Estimate.scale (1.0 / float sites)
            AutocorrelationTime = time
            Drift = drift
            Checks =
                [
                    SamplingChecks.equilibrium "steps" chains[0].StepEnergies.Length drift
                    SamplingChecks.spacing "steps" options.Snapshots options.Every time
                ]
        }

    /// <summary>Snapshots of the canonical ensemble from independent chains. Same key, same result, on any number of threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="sites">N, to which energies per site refer.</param>
    /// <param name="kernel">How a chain starts and goes on.</param>
    /// <param name="observables">What is recorded.</param>
    /// <returns>Errors: OutOfRange for every fault of options and run.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample
        (options: ChainOptions)
        (run: Run)
        (sites: int)
        (kernel: Kernel<'state>)
        (observables: Observables<'state, 'spin>)
        : Result<ChainSample<'spin>, MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = Run.faults run

            let work part i =
                chain options (Run.item i part) kernel observables |> Ok

            let! chains = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Chains - 1 |] run
            return collect options sites chains
        }
