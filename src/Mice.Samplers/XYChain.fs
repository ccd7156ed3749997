namespace Mice.Samplers

open System
open System.Threading
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
        /// Processor threads; the result does not depend on them.
        Threads: int
    }

/// Options that passed every check.
type CheckedXYChainOptions = private Checked of XYChainOptions

/// Defaults and checks.
[<RequireQualifiedAccess>]
module XYChainOptions =
    /// 64 chains of 32 snapshots, 10 steps apart after 300, with 4 over-relaxation sweeps and 4 clusters per step. On all
    /// cores of the processor. The result has the autocorrelation time, and checks of it and of the equilibrium.
    let defaults: XYChainOptions =
        {
            Chains = 64
            Snapshots = 32
            Equilibrate = 300
            Every = 10
            OverRelaxations = 4
            Clusters = 4
            Threads = Environment.ProcessorCount
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
    let check (options: XYChainOptions) : Result<CheckedXYChainOptions, MiceError list> =
        let least =
            [
                nameof options.Chains, options.Chains, 1
                nameof options.Snapshots, options.Snapshots, 1
                nameof options.Equilibrate, options.Equilibrate, 0
                nameof options.Every, options.Every, 1
                nameof options.OverRelaxations, options.OverRelaxations, 0
                nameof options.Clusters, options.Clusters, 0
                nameof options.Threads, options.Threads, 1
            ]

        let faults =
            [
                for name, given, allowed in least do
                    if given < allowed then
                        MiceError.OutOfRange(name, string given, $"{allowed} or more")
            ]

        if List.isEmpty faults then
            Ok(Checked options)
        else
            Error faults

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

    let private run model (options: XYChainOptions) (cancel: CancellationToken) report key =
        let steps = options.Snapshots * options.Every
        let stepKeys = Key.named "steps" key
        let stepEnergies = Array.zeroCreate steps
        let mutable state = XYState.random (XYModel.sites model) (Key.named "start" key)

        let advance n =
            cancel.ThrowIfCancellationRequested()
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
    /// <param name="options">Checked options.</param>
    /// <param name="cancel">Stops the chains.</param>
    /// <param name="progress">Told now and then how far all chains together are; called from several threads.</param>
    /// <param name="key">Randomness; chain i uses child i.</param>
    /// <param name="model">The model.</param>
    /// <returns>The faults of the model, if it has any.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample
        (options: CheckedXYChainOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (key: Key)
        (model: XYModel)
        : Result<XYChainResult, MiceError list> =
        let (Checked options) = options

        let total =
            int64 options.Chains * (int64 options.Equilibrate + int64 options.Snapshots * int64 options.Every)

        let report = Steps.reporter total progress

        match XYModel.faults model with
        | [] ->
            Key.split options.Chains key
            |> ParallelJobs.run options.Threads cancel (run model options cancel report >> Ok)
            |> Result.map (collect model options)
        | faults -> Error faults
