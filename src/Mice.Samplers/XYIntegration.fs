namespace Mice.Samplers

open System.Threading
open Mice

/// How energies are sampled for thermodynamic integration of the XY model. Start from XYIntegrationOptions.defaults.
type XYIntegrationOptions =
    {
        /// Steps of every chain that are averaged at each inverse temperature.
        Steps: int
        /// Steps before, at each inverse temperature.
        Equilibrate: int
        /// Independent chains.
        Chains: int
        /// Threads; the result does not depend on them.
        Threads: int
    }

/// Defaults.
[<RequireQualifiedAccess>]
module XYIntegrationOptions =
    /// 32 chains of 300 steps after 200: from the scatter of a few chains alone, some of a hundred errors would come out far too small.
    let defaults: XYIntegrationOptions =
        {
            Steps = 300
            Equilibrate = 200
            Chains = 32
            Threads = System.Environment.ProcessorCount
        }

    /// <summary>Every fault of the options, none for sound ones.</summary>
    /// <param name="options">The options.</param>
    let faults (options: XYIntegrationOptions) : MiceError list =
        [
            for name, given, allowed in
                [
                    nameof options.Steps, options.Steps, 1
                    nameof options.Equilibrate, options.Equilibrate, 0
                    nameof options.Chains, options.Chains, 1
                    nameof options.Threads, options.Threads, 1
                ] do
                if given < allowed then
                    MiceError.OutOfRange($"{name} of the integration", string given, $"{allowed} or more")
        ]

/// Entropies of the XY model from its energies at all higher temperatures: a reference that knows nothing of networks.
[<RequireQualifiedAccess>]
module XYIntegration =
    /// Interval of the grid in units of 1/|J| where the heat capacity has its peak, and its growth beyond, where the energy is smooth.
    let private interval, growth = 0.04, 1.06

    /// Fewest intervals, for temperatures so high that all of them would lie in a few of the others: the spline takes four points.
    [<Literal>]
    let private FewestIntervals = 6.0

    /// Inverse temperatures from the interval up to the largest that is asked for, those asked for among them.
    let internal grid (scale: float) (asked: float[]) : float[] =
        let last = Array.max asked
        let first = min (interval / scale) (last / FewestIntervals)

        let next beta =
            beta + max first ((growth - 1.0) * (beta - 1.2 / scale))

        let steps =
            first |> Array.unfold (fun beta -> if beta >= last then None else Some(beta, next beta))

        // A point close to one that is asked for would add nothing but an uneven grid.
        let free beta =
            asked |> Array.forall (fun b -> abs (b - beta) > 0.3 * (next beta - beta))

        Array.append asked (Array.filter free steps) |> Array.distinct |> Array.sort

    let private energy (options: XYIntegrationOptions) cancel key (model: XYModel) =
        let chain =
            XYChainOptions.check
                { XYChainOptions.defaults with
                    Chains = options.Chains
                    Equilibrate = options.Equilibrate
                    Snapshots = 1
                    Every = options.Steps
                    Threads = 1
                }

        chain
        |> Result.bind (fun checkedOptions -> XYChain.sample checkedOptions cancel ignore key model)
        |> Result.map (fun sampled ->
            {
                EnergyPoint.Beta = 1.0 / model.Temperature
                EnergyPerSite = sampled.EnergyPerSite
            })
        // Options and models have been checked.
        |> Result.mapError List.head

    /// <summary>Entropies per site of a torus at some temperatures, by integrating energies from T = ∞.</summary>
    /// <param name="options">How energies are sampled.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="key">All randomness.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more, above 0.</param>
    /// <returns>An entropy for each temperature, in their order, or the faults of model and options.</returns>
    let entropies
        (options: XYIntegrationOptions)
        (cancel: CancellationToken)
        (progress: float -> unit)
        (key: Key)
        (model: XYModel)
        (temperatures: float list)
        : Result<IntegratedEntropy list, MiceError list> =
        let faults =
            (temperatures |> List.collect (fun t -> XYModel.faults { model with Temperature = t }))
            @ XYIntegrationOptions.faults options
            |> List.distinct

        if not (List.isEmpty faults) then
            Error faults
        else
            let asked = temperatures |> List.map (fun t -> 1.0 / t) |> Array.ofList
            let betas = grid (max 1.0 (abs model.Coupling)) asked
            let finished = [| 0 |]

            let work index =
                let found =
                    energy
                        options
                        cancel
                        (Key.item index key)
                        { model with
                            Temperature = 1.0 / betas[index]
                        }

                progress (float (Interlocked.Increment &finished[0]) / float betas.Length)
                found

            // The coldest first: their clusters are the largest.
            Array.init betas.Length (fun i -> betas.Length - 1 - i)
            |> ParallelJobs.run options.Threads cancel work
            |> Result.bind (fun points ->
                ThermodynamicIntegration.entropies
                    {
                        EntropyPerSite = XYModel.infiniteTemperatureEntropy
                        EnergyPerSite = 0.0
                        Slope = XYModel.infiniteTemperatureSlope model
                    }
                    (Array.rev points))
            |> Result.map (fun found -> [ for beta in asked -> found |> Array.find (fun f -> f.Beta = beta) ])
