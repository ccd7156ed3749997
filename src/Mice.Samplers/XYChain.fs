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
    /// 64 chains of 32 snapshots, 10 steps apart after 300, with 4 over-relaxation sweeps and 4 clusters per step. The result has the autocorrelation time, and checks of it and of the equilibrium.
    let defaults: XYChainOptions =
        {
            Chains = 64
            Snapshots = 32
            Equilibrate = 300
            Every = 10
            OverRelaxations = 4
            Clusters = 4
        }

    /// <summary>The options with so many snapshots in all, rounded up to equally many of each chain.</summary>
    /// <param name="snapshots">Of all chains together.</param>
    /// <param name="options">The options.</param>
    let withSnapshots (snapshots: int) (options: XYChainOptions) : XYChainOptions =
        { options with
            Snapshots = int (ceil (float snapshots / float options.Chains))
        }

    /// <summary>Checks all fields and reports every fault.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: XYChainOptions) : Result<XYChainOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 (nameof options.Chains) options.Chains
            and! () = Validate.atLeast 1 (nameof options.Snapshots) options.Snapshots
            and! () = Validate.atLeast 0 (nameof options.Equilibrate) options.Equilibrate
            and! () = Validate.atLeast 1 (nameof options.Every) options.Every
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
        /// ⟨E⟩/N from all steps after equilibration; its error is from blocking every chain.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy in steps, mean over the chains; ½ means independent steps.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
    }

/// Independent chains of XY states.
[<RequireQualifiedAccess>]
module XYChain =
    /// One chain: its snapshots, their energies, and the energies of all steps.
    type private Links =
        {
            Angles: float[][]
            SnapshotEnergies: float[]
            StepEnergies: float[]
        }

    let private step model (options: XYChainOptions) key state =
        let warm =
            XYSweeps.heatBath model 1 (Key.named "heat bath" key) state
            |> XYSweeps.overRelaxation model options.OverRelaxations

        let struct (moved, _) =
            XYClusters.wolff model options.Clusters (Key.named "clusters" key) warm

        moved

    let private chain model (options: XYChainOptions) (run: Run) =
        let steps = options.Snapshots * options.Every
        let report = Run.counter "sampling" (int64 (options.Equilibrate + steps)) run
        let stepKeys = Key.named "steps" run.Key
        let stepEnergies = Array.zeroCreate steps
        let mutable state = XYState.random (XYModel.sites model) (Key.named "start" run.Key)

        let advance n =
            Run.stopIfCancelled run
            state <- step model options (Key.item n stepKeys) state
            report ()

        for n in 0 .. options.Equilibrate - 1 do
            advance n

        let snapshot n =
            for m in n * options.Every .. (n + 1) * options.Every - 1 do
                advance (options.Equilibrate + m)
                stepEnergies[m] <- XYModel.energy model state

            struct (XYState.angles state, stepEnergies[(n + 1) * options.Every - 1])

        let snapshots = Array.init options.Snapshots snapshot

        {
            Angles = snapshots |> Array.map (fun (struct (angles, _)) -> angles)
            SnapshotEnergies = snapshots |> Array.map (fun (struct (_, energy)) -> energy)
            StepEnergies = stepEnergies
        }

    /// Mean of independent estimates.
    let private meanOf (estimates: Estimate<1>[]) =
        estimates |> Array.reduce Estimate.add |> Estimate.scale (1.0 / float estimates.Length)

    let private collect (model: XYModel) (options: XYChainOptions) (chains: Links[]) =
        let sites = float (XYModel.sites model)

        let energyOf chain =
            Estimate.create
                (Statistics.mean chain.StepEnergies)
                (Statistics.blocking chain.StepEnergies)
                Direction.Exact

        let time =
            chains
            |> Array.map (fun chain -> Statistics.integratedAutocorrelationTime chain.StepEnergies)
            |> meanOf

        {
            Snapshots =
                {
                    Rows = model.Rows
                    Columns = model.Columns
                    Sites = chains |> Array.collect _.Angles
                }
            Energies = chains |> Array.collect _.SnapshotEnergies
            EnergyPerSite = chains |> Array.map energyOf |> meanOf |> Estimate.scale (1.0 / sites)
            AutocorrelationTime = time
            Checks =
                [
                    chains
                    |> Array.map (fun chain -> chain.StepEnergies |> Array.map (fun energy -> energy / sites))
                    |> SamplingChecks.equilibrium "steps"
                    SamplingChecks.spacing "steps" options.Snapshots options.Every time
                ]
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

            let work part i =
                chain model options (Run.item i part) |> Ok

            let! chains = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Chains - 1 |] run
            return collect model options chains
        }
