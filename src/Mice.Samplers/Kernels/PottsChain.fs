namespace Mice.Samplers

open Mice

/// <summary>Chains of Potts configurations. One step is some heat-bath sweeps and, for J > 0, one Swendsen–Wang sweep.</summary>
[<RequireQualifiedAccess>]
module PottsChain =
    /// Heat-bath sweeps of a step.
    let private heatBathSweeps = 5

    /// <summary>The Markov chain of a model, from random configurations.</summary>
    /// <param name="model">The model, without faults.</param>
    let kernel (model: PottsModel) : Kernel<byte[]> =
        let heatBath = PottsHeatBath.sweeps model heatBathSweeps

        let clusters =
            if model.Coupling > 0.0 then
                PottsClusters.sweeps model 1
            else
                fun _ spins -> spins

        {
            Init = fun key -> PottsModel.random key model
            Step = fun key spins -> heatBath (Key.named "heat bath" key) spins |> clusters (Key.named "clusters" key)
        }

    /// <summary>Snapshots of the canonical ensemble from independent chains. Same key, same result, on any number of threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="model">The model.</param>
    /// <returns>Spins as 0, 1, …, q − 1; errors: OutOfRange for every fault of options, run and model.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample (options: ChainOptions) (run: Run) (model: PottsModel) : Result<ChainSample<byte>, MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = PottsModel.faults model
            and! () = Run.faults run

            return!
                Chains.sample
                    options
                    run
                    (PottsModel.sites model)
                    (kernel model)
                    {
                        Energy = PottsModel.energy model
                        Spins = id
                    }
        }
