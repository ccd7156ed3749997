namespace Mice.Samplers

open Mice

/// How snapshots of an Ising model are drawn. Start from IsingSamplingOptions.defaults.
type IsingSamplingOptions =
    {
        /// Snapshots wanted, 1 or more; rounded up to equally many from each of the 512 chains.
        Snapshots: int
        /// Rounds before anything is kept.
        Equilibrate: int
        /// Rounds between two snapshots of one chain.
        Every: int
        /// Rounds whose energies enter the mean energy; never fewer than the rounds that the snapshots need.
        EnergyRounds: int
    }

/// Defaults and checks of the options.
[<RequireQualifiedAccess>]
module IsingSamplingOptions =
    /// 2,048 snapshots, 50 rounds to equilibrate, 5 between snapshots, 200 for the energy.
    let defaults =
        {
            Snapshots = 2048
            Equilibrate = 50
            Every = 5
            EnergyRounds = 200
        }

    /// <summary>Checks all fields: all are 1 or more, Equilibrate 0 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: IsingSamplingOptions) : Result<IsingSamplingOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "snapshots" options.Snapshots
            and! () = Validate.atLeast 0 "equilibrate" options.Equilibrate
            and! () = Validate.atLeast 1 "every" options.Every
            and! () = Validate.atLeast 1 "energy rounds" options.EnergyRounds
            return options
        }

/// Snapshots of an Ising model in equilibrium, and what is known of how they were drawn.
type IsingSampling =
    {
        /// The model.
        Model: IsingModel
        /// The snapshots; snapshots of one chain follow each other.
        Snapshots: LatticeSnapshots<sbyte>
        /// Snapshots of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over all rounds; the standard error is from the spread of the independent chains.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy, rounds.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
    }

/// <summary>Drawing snapshots: 512 independent chains, each round of which is 20 heat-bath sweeps and, where clusters help, one
/// Swendsen–Wang sweep.</summary>
[<RequireQualifiedAccess>]
module IsingSampling =
    /// Groups of chains that are simulated together: a constant, so that results do not depend on the threads.
    let private groups = 2

    /// Independent chains.
    let chains = groups * MultiSpin.Chains

    /// Heat-bath sweeps of a round: fewer in rounds that have a cluster sweep.
    let private sweepsOf clusters = if clusters then 20 else 100

    /// Whether cluster sweeps help: clusters grow with the correlation length, except on frustrated lattices.
    let clustersHelp (model: IsingModel) : bool =
        model.Coupling > 0.0
        || model.Lattice = Lattice.Square && model.Rows % 2 = 0 && model.Columns % 2 = 0

    /// One round of 256 chains.
    let private round (model: IsingModel) =
        let heatBath = MultiSpin.sweeps model
        let cluster = SwendsenWang.sweeps model

        if clustersHelp model then
            fun key (state: MultiSpinState) ->
                MultiSpin.configurations state
                |> cluster 1 (Key.named "clusters" key)
                |> MultiSpin.ofConfigurations
                |> heatBath (sweepsOf true) (Key.named "heat bath" key)
        else
            heatBath (sweepsOf false)

    let private perChain (options: IsingSamplingOptions) =
        (options.Snapshots + chains - 1) / chains

    /// <summary>Snapshots that are drawn: as many as asked for, rounded up to equally many of each chain.</summary>
    /// <param name="options">The options.</param>
    let snapshots (options: IsingSamplingOptions) : int = perChain options * chains

    let private rounds (options: IsingSamplingOptions) =
        max (perChain options * options.Every) options.EnergyRounds

    /// Snapshots [256][per chain] and energies per site [256][rounds] of one group.
    let private runGroup model options (run: Run) =
        let step = round model
        let count = rounds options
        let report = Run.counter "sampling" (int64 (options.Equilibrate + count)) run
        let mutable state = MultiSpin.random (Key.named "start" run.Key) model
        let kept = ResizeArray()
        let energies = Array.init MultiSpin.Chains (fun _ -> Array.zeroCreate count)

        for r in -options.Equilibrate .. count - 1 do
            Run.stopIfCancelled run
            state <- step (run.Key |> Key.named "rounds" |> Key.item (r + options.Equilibrate)) state

            if r >= 0 then
                MultiSpin.energies model state
                |> Array.iteri (fun c e -> energies[c][r] <- e / float (IsingModel.sites model))

                if (r + 1) % options.Every = 0 && kept.Count < perChain options then
                    kept.Add(MultiSpin.configurations state)

            report ()

        struct (Array.init MultiSpin.Chains (fun c -> kept.ToArray() |> Array.map (Array.item c)), energies)

    let private collect (model: IsingModel) options parts =
        let energies = parts |> Array.collect (fun (struct (_, e)) -> e)
        let time = Statistics.autocorrelationTimeOfChains energies

        {
            Model = model
            Snapshots =
                {
                    Shape = [| model.Rows; model.Columns |]
                    Sites = parts |> Array.collect (fun (struct (s, _)) -> Array.concat s)
                }
            SnapshotsPerChain = perChain options
            EnergyPerSite = energies |> Array.map Statistics.mean |> Statistics.estimate Direction.Exact
            AutocorrelationTime = time
            Checks =
                [
                    SamplingChecks.drift energies |> SamplingChecks.equilibrium "rounds" energies[0].Length
                    SamplingChecks.spacing "rounds" (perChain options) options.Every time
                ]
        }

    /// <summary>Draws snapshots from the Boltzmann law. The same key gives the same snapshots on any number of threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="model">The model.</param>
    /// <returns>OutOfRange for every fault of the model, the options or the run.</returns>
    let draw (options: IsingSamplingOptions) (run: Run) (model: IsingModel) : Result<IsingSampling, MiceError list> =
        validate {
            let! options = IsingSamplingOptions.check options
            and! () = IsingModel.faults model
            and! () = Run.faults run

            let work part group =
                runGroup model options (Run.item group part) |> Ok

            let! parts = Run.jobs (fun _ -> 1.0) work (Array.init groups id) run
            return collect model options parts
        }
