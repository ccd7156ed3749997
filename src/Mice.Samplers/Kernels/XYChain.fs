namespace Mice.Samplers

open Mice

/// How XY snapshots are drawn. One step is one heat-bath sweep, then over-relaxation sweeps, then clusters. Start from
/// XYChainOptions.defaults and change fields with { … with … }.
type XYChainOptions =
    {
        /// Independent chains, each from its own random state.
        Chains: int
        /// Snapshots of every chain.
        Snapshots: int
        /// Steps discarded at the start of every chain.
        Equilibrate: int
        /// Steps between snapshots.
        Every: int
        /// Over-relaxation sweeps per step.
        OverRelaxations: int
        /// Wolff clusters per step.
        Clusters: int
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module XYChainOptions =
    /// 64 chains of 32 snapshots, 10 steps apart, after 300 steps of equilibration; a step has 4 over-relaxation sweeps and 4 clusters. A result has the
    /// autocorrelation time, and checks whether these numbers were enough.
    let defaults: XYChainOptions =
        {
            Chains = 64
            Snapshots = 32
            Equilibrate = 300
            Every = 10
            OverRelaxations = 4
            Clusters = 4
        }

    /// The options of the chains alone, without the options of a step.
    let internal chains (options: XYChainOptions) : ChainOptions =
        {
            Chains = options.Chains
            Snapshots = options.Snapshots
            Equilibrate = options.Equilibrate
            Every = options.Every
        }

    /// <summary>Options for a total number of snapshots, which is rounded up to equally many snapshots of each chain.</summary>
    /// <param name="snapshots">Snapshots of all chains together.</param>
    /// <param name="options">The options.</param>
    let withSnapshots (snapshots: int) (options: XYChainOptions) : XYChainOptions =
        { options with
            Snapshots = (chains options |> ChainOptions.withSnapshots snapshots).Snapshots
        }

    /// <summary>Checks all fields and reports every fault.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: XYChainOptions) : Result<XYChainOptions, MiceError list> =
        validate {
            let! _ = chains options |> ChainOptions.check
            and! () = Validate.atLeast 0 (nameof options.OverRelaxations) options.OverRelaxations
            and! () = Validate.atLeast 0 (nameof options.Clusters) options.Clusters
            return options
        }

/// What the chains gave.
type XYChainResult =
    {
        /// Angles in (−π, π], chain after chain: snapshot n of chain c is Sites[c·Snapshots + n].
        Snapshots: LatticeSnapshots<float>
        /// E of every snapshot, [chains·snapshots].
        Energies: float[]
        /// ⟨E⟩/N from all steps after equilibration; its error is from the spread of the chains, or from blocking every chain where that is larger.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy in steps, mean over the chains; ½ means independent steps.
        AutocorrelationTime: Estimate<1>
        /// ⟨E⟩/N of the second half of the steps less that of the first: 0 in equilibrium; NaN for a single step.
        Drift: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
    }

/// Independent chains of XY states.
[<RequireQualifiedAccess>]
module XYChain =
    let private step model (options: XYChainOptions) key state =
        let warm =
            XYSweeps.heatBath model 1 (Key.named "heat bath" key) state
            |> XYSweeps.overRelaxation model options.OverRelaxations

        let struct (moved, _) =
            XYClusters.wolff model options.Clusters (Key.named "clusters" key) warm

        moved

    let private observables model : Observables<XYState, float> =
        {
            Energy = XYModel.energy model
            Spins = XYState.angles
        }

    let private result (model: XYModel) (sample: ChainSample<float>) : XYChainResult =
        {
            Snapshots =
                {
                    Shape = [| model.Rows; model.Columns |]
                    Sites = sample.Spins
                }
            Energies = sample.Energies
            EnergyPerSite = sample.EnergyPerSite
            AutocorrelationTime = sample.AutocorrelationTime
            Drift = sample.Drift
            Checks = sample.Checks
        }

    /// <summary>Snapshots of the canonical ensemble from independent chains. Same key, same result, on any number of
    /// threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="model">The model.</param>
    /// <returns>Errors: OutOfRange for every fault of options, run and model.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample (options: XYChainOptions) (run: Run) (model: XYModel) : Result<XYChainResult, MiceError list> =
        validate {
            let! options = XYChainOptions.check options
            and! () = XYModel.faults model
            and! () = Run.faults run

            let sites = XYModel.sites model

            let kernel =
                {
                    Init = XYState.random sites
                    Step = step model options
                }

            let! sample =
                Chains.sample (XYChainOptions.chains options) run sites kernel (observables model)

            return result model sample
        }
