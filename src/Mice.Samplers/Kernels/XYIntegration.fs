namespace Mice.Samplers

open Mice

/// How energies are sampled for thermodynamic integration of the XY model. Start from XYIntegrationOptions.defaults.
type XYIntegrationOptions =
    {
        /// Steps of every chain that are averaged at each inverse temperature, 2 or more: two halves are compared.
        Steps: int
        /// Steps before, at each inverse temperature.
        Equilibrate: int
        /// Independent chains, 4 or more: errors come from their spread.
        Chains: int
    }

/// Defaults.
[<RequireQualifiedAccess>]
module XYIntegrationOptions =
    /// 32 chains of 300 steps after 200: the spread of 32 chains gives errors within 13 %, that of a few chains alone now and then far too small ones.
    let defaults: XYIntegrationOptions =
        {
            Steps = 300
            Equilibrate = 200
            Chains = 32
        }

    /// <summary>Checks all fields: Equilibrate 0 or more, Steps 2 or more, Chains 4 or more, since the error from the spread of fewer has no finite
    /// variance.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: XYIntegrationOptions) : Result<XYIntegrationOptions, MiceError list> =
        let of' name = $"{name} of the integration"

        validate {
            let! () = Validate.atLeast 2 (of' (nameof options.Steps)) options.Steps
            and! () = Validate.atLeast 0 (of' (nameof options.Equilibrate)) options.Equilibrate

            and! () =
                Validate.atLeast Chains.FewestForSpread (of' (nameof options.Chains)) options.Chains

            return options
        }

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

    let private energy (options: XYIntegrationOptions) run (model: XYModel) =
        let chain =
            { XYChainOptions.defaults with
                Chains = options.Chains
                Equilibrate = options.Equilibrate
                Snapshots = 1
                Every = options.Steps
            }

        XYChain.sample chain run model
        |> Result.map (fun sampled ->
            struct ({
                        EnergyPoint.Beta = 1.0 / model.Temperature
                        EnergyPerSite = sampled.EnergyPerSite
                    },
                    sampled.Drift))

    /// Whether the chains drifted at the temperatures that an integral runs over, at any of them or at all together: chains that move in one direction
    /// move the entropy, and their spread does not tell. A drift d in errors is a normal number in equilibrium, and so is Σ d/√n of n temperatures.
    let private equilibrium (points: struct (EnergyPoint * Estimate<1>)[]) (entropy: IntegratedEntropy) =
        let drifts =
            points
            |> Array.filter (fun (struct (point, _)) -> point.Beta <= entropy.Beta)
            |> Array.map (fun (struct (_, drift)) -> drift.Value / drift.StandardError)

        let together = Array.sum drifts / sqrt (float drifts.Length)
        let largest = Array.maxBy abs drifts

        { entropy with
            Checks =
                [
                    {
                        Name = "the chains of the integration were in equilibrium"
                        Passed = drifts |> Array.forall (fun d -> abs d <= 4.0) && abs together <= 4.0
                        Detail =
                            $"energies of the second half of the steps less those of the first at {drifts.Length} temperatures: {together:F1} errors together, {largest:F1} at one of them, wanted 0 within 4; else raise Equilibrate of the integration"
                    }
                ]
        }

    /// <summary>Entropies per site of a torus at some temperatures, by integrating energies from T = ∞.</summary>
    /// <param name="options">How energies are sampled.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more, above 0.</param>
    /// <returns>An entropy for each temperature, in their order, with a check of the equilibrium of all chains that it is from; or the faults of model,
    /// options and run. The statistical error is from the spread of the chains, see XYChainResult.EnergyPerSite, so that it holds for chains of any
    /// length that are in equilibrium.</returns>
    let entropies
        (options: XYIntegrationOptions)
        (run: Run)
        (model: XYModel)
        (temperatures: float list)
        : Result<IntegratedEntropy list, MiceError list> =
        let at t = { model with Temperature = t }

        validate {
            let! options = XYIntegrationOptions.check options
            and! () = temperatures |> List.collect (at >> XYModel.faults)
            and! () = Run.faults run
            let asked = temperatures |> List.map (fun t -> 1.0 / t) |> Array.ofList
            let betas = grid (max 1.0 (abs model.Coupling)) asked

            let work part index =
                energy options (Run.item index part) (at (1.0 / betas[index]))

            // The coldest first: their clusters are the largest.
            let order = Array.init betas.Length (fun i -> betas.Length - 1 - i)
            let! points = Run.jobs (fun _ -> 1.0) work order run

            let! found =
                ThermodynamicIntegration.entropies
                    {
                        EntropyPerSite = XYModel.infiniteTemperatureEntropy
                        EnergyPerSite = 0.0
                        Slope = XYModel.infiniteTemperatureSlope model
                    }
                    (points |> Array.rev |> Array.map (fun (struct (point, _)) -> point))

            return
                [
                    for beta in asked -> found |> Array.find (fun f -> f.Beta = beta) |> equilibrium points
                ]
        }
